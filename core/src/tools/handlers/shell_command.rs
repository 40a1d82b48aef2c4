//! `shell_command`: runs a script in the user's shell to its end.

use serde::Deserialize;
use serde_json::json;

use crate::model::tool_spec::ToolSpec;
use crate::tools::call::ToolCall;
use crate::tools::handlers::command_input::{Asked, Form, Permission, SandboxPermissions};
use crate::tools::handlers::shell::time_limit;
use crate::tools::registry::{Running, ToolHandler};
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
        Some(ToolSpec::function(
            NAME,
            "Runs a script in the user's shell and returns its output when it has ended. Set `workdir` instead of \
             using `cd`.",
            json!({
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
        ))
    }

    fn run<'a>(&'a self, call: &'a ToolCall, context: &'a SessionTaskContext) -> Running<'a> {
        Box::pin(async move {
            let arguments: Arguments = call.arguments()?;
            let asked = Asked {
                form: Form::Script { text: arguments.command, shell: None, login: arguments.login },
                workdir: arguments.workdir,
                tty: false,
                patience: time_limit(arguments.timeout_ms),
                permission: Permission {
                    escalates: arguments.with_escalated_permissions
                        || arguments.sandbox_permissions.escalates(),
                    justification: arguments.justification,
                    prefix_rule: arguments.prefix_rule,
                },
            };
            let limit = context.turn.output_limit;
            asked.run(call, context, |output| output.render_ended(limit)).await
        })
    }
}
