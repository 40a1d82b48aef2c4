//! `shell`: runs a program with its arguments to its end. Models call it by three names: as a function of ours, as
//! a function they have learned elsewhere (`container.exec`), and as the shell tool they bring along (`local_shell`).

use std::time::Duration;

use codex_protocol::response_item::LocalShellAction;
use serde::Deserialize;
use serde_json::json;

use crate::model::tool_spec::ToolSpec;
use crate::tools::call::{ToolCall, ToolError, ToolPayload};
use crate::tools::handlers::command::Patience;
use crate::tools::handlers::command_input::{Asked, Form, Permission, SandboxPermissions};
use crate::tools::registry::{Running, ToolHandler};
use crate::turn::port::SessionTaskContext;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Arguments {
    command: Vec<String>,
    workdir: Option<String>,
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

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shell {
    Function,
    Container,
    Local,
}

/// How long a command may run if the model does not say.
const TIME_MS: f64 = 10_000.0;

impl ToolHandler for Shell {
    fn name(&self) -> &str {
        match self {
            Self::Function => "shell",
            Self::Container => "container.exec",
            Self::Local => "local_shell",
        }
    }

    fn spec(&self) -> Option<ToolSpec> {
        match self {
            Self::Function => {}
            Self::Container => return None,
            Self::Local => return Some(ToolSpec::LocalShell),
        }
        Some(ToolSpec::function(
            self.name().to_owned(),
            "Runs a program and returns its output when it has ended. The words of `command` are given to it as they \
             are; for the syntax of a shell use [\"bash\", \"-lc\", SCRIPT]. Set `workdir` instead of using `cd`.",
            json!({
                "type": "object",
                "properties": {
                    "command": {"type": "array", "items": {"type": "string"}, "description": "The program and its arguments."},
                    "workdir": {"type": "string", "description": "Folder to run in. The working directory of the turn if left out."},
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
            let arguments = match &call.payload {
                ToolPayload::LocalShell(action) => of_action(action)?,
                ToolPayload::Function { .. } | ToolPayload::Custom { .. } => call.arguments()?,
            };
            if arguments.command.is_empty() {
                let text = "`command` is empty; it needs at least the name of a program";
                return Err(ToolError::RespondToModel(text.into()));
            }
            let asked = Asked {
                form: Form::Words(arguments.command),
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

/// When a command is ended by force.
pub(super) fn time_limit(asked_ms: Option<f64>) -> Result<Patience, ToolError> {
    let ms = asked_ms.unwrap_or(TIME_MS);
    if ms < 1.0 {
        let text = format!("`timeout_ms` is {ms}; it must be at least 1, or left out for {TIME_MS}");
        return Err(ToolError::RespondToModel(text));
    }
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // floats saturate when cast
    Ok(Patience::Ends(Duration::from_millis(ms as u64)))
}

/// The variables of a command are those of the user's settings, and so is its user.
fn of_action(action: &LocalShellAction) -> Result<Arguments, ToolError> {
    let LocalShellAction::Exec { command, timeout_ms, working_directory, env, user } = action;
    if env.as_ref().is_some_and(|env| !env.is_empty()) {
        let text =
            "`env` is not supported; set variables in the command: [\"env\", \"NAME=VALUE\", PROGRAM, ...]";
        return Err(ToolError::RespondToModel(text.into()));
    }
    if user.as_ref().is_some_and(|user| !user.is_empty()) {
        let text = "`user` is not supported; leave it out, commands run as the user of this server";
        return Err(ToolError::RespondToModel(text.into()));
    }
    #[allow(clippy::cast_precision_loss)] // nobody waits that long
    Ok(Arguments {
        command: command.clone(),
        workdir: working_directory.clone(),
        timeout_ms: timeout_ms.map(|ms| ms as f64),
        ..Arguments::default()
    })
}
