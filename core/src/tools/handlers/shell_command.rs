//! `shell_command`: runs a script in the user's shell to its end.

use futures::future::BoxFuture;
use serde::Deserialize;
use serde_json::json;

use crate::exec::parse::patch_script;
use crate::model::tool_spec::{FunctionTool, ToolSpec};
use crate::tools::call::{ToolCall, ToolError, ToolOutput};
use crate::tools::handlers::command::{CommandRequest, Patience, Wanted};
use crate::tools::handlers::command_input::{
    Permission, SandboxPermissions, apply_patch, directory, expect_directory, login, profile,
};
use crate::tools::handlers::shell::time_limit;
use crate::tools::orchestrator;
use crate::tools::registry::ToolHandler;
use crate::turn::port::SessionTaskContext;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Arguments {
    command: String,
    workdir: Option<String>,
    login: Option<bool>,
    #[serde(alias = "timeout")]
    timeout_ms: Option<f64>,
    #[serde(default)]
    with_escalated_permissions: bool,
    /// The newer form of the field before.
    #[serde(default)]
    sandbox_permissions: SandboxPermissions,
    justification: Option<String>,
    prefix_rule: Option<Vec<String>>,
}

const NAME: &str = "shell_command";

#[derive(Debug)]
pub struct ShellCommand;

impl ToolHandler for ShellCommand {
    fn name(&self) -> &str {
        NAME
    }

    fn spec(&self) -> Option<ToolSpec> {
        Some(ToolSpec::Function(FunctionTool {
            name: NAME.into(),
            description: "Runs a script in the user's shell and returns its output when it has ended. Set `workdir` instead of \
                          using `cd`."
                .into(),
            strict: false,
            parameters: json!({
                "type": "object",
                "properties": {
                    "command": {"type": "string", "description": "The script, in the syntax of the shell."},
                    "workdir": {"type": "string", "description": "Folder to run in. The working directory of the turn if left out."},
                    "login": {"type": "boolean", "description": "Whether the shell reads the user's login scripts. True if left out."},
                    "timeout_ms": {"type": "number", "description": "When to end the command by force, 10000 if left out."},
                    "with_escalated_permissions": {"type": "boolean", "description": "True asks the user to let the command run outside the sandbox."},
                    "justification": {"type": "string", "description": "The question to the user in one sentence, with `with_escalated_permissions` only."}
                },
                "required": ["command"],
                "additionalProperties": false
            }),
        }))
    }

    fn run<'a>(
        &'a self,
        call: &'a ToolCall,
        context: &'a SessionTaskContext,
    ) -> BoxFuture<'a, Result<ToolOutput, ToolError>> {
        Box::pin(async move {
            let arguments: Arguments = call.arguments()?;
            let cwd = directory(arguments.workdir.as_deref(), context);
            if let Some(script) = patch_script::find(&arguments.command) {
                return apply_patch(script, &call.call_id, cwd, context).await;
            }
            let shell = &context.services.shell;
            let login = login(arguments.login, context)?;
            let profile = profile(arguments.login, login, &arguments.command);
            let patience = Patience::Ends(time_limit(arguments.timeout_ms)?);
            expect_directory(&cwd, context).await?;
            let wanted = Wanted {
                call_id: call.call_id.clone(),
                argv: shell.argv(login, &arguments.command),
                profile,
                cwd,
                tty: false,
                patience,
                permission: Permission {
                    escalates: arguments.with_escalated_permissions
                        || arguments.sandbox_permissions == SandboxPermissions::RequireEscalated,
                    justification: arguments.justification,
                    prefix_rule: arguments.prefix_rule,
                },
            };
            let request = CommandRequest::new(wanted, context).await?;
            let output = orchestrator::run(request, context).await?;
            Ok(ToolOutput::text(output.render_ended(context.turn.output_limit)))
        })
    }
}
