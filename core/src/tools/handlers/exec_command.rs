//! `exec_command`: runs a command in the user's shell and gives back its output, or a session id when
//! it runs on.

use std::time::Duration;

use serde::Deserialize;
use serde_json::json;

use crate::context::truncate::OutputLimit;
use crate::model::tool_spec::ToolSpec;
use crate::tools::call::ToolCall;
use crate::tools::handlers::command::Patience;
use crate::tools::handlers::command_input::{Asked, Form, Permission, SandboxPermissions};
use crate::tools::registry::{Running, ToolHandler};
use crate::turn::port::SessionTaskContext;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Arguments {
    cmd: String,
    workdir: Option<String>,
    shell: Option<String>,
    login: Option<bool>,
    #[serde(default)]
    tty: bool,
    yield_time_ms: Option<f64>,
    max_output_tokens: Option<f64>,
    #[serde(default)]
    sandbox_permissions: SandboxPermissions,
    justification: Option<String>,
    prefix_rule: Option<Vec<String>>,
}

const NAME: &str = "exec_command";

#[derive(Debug)]
pub struct ExecCommand;

impl ToolHandler for ExecCommand {
    fn name(&self) -> &str {
        NAME
    }

    fn spec(&self) -> Option<ToolSpec> {
        Some(ToolSpec::function(
            NAME,
            "Runs a shell command. Returns its output, or a session ID if it is still running \
             after the yield time.",
            json!({
                "type": "object",
                "properties": {
                    "cmd": {"type": "string", "description": "The command line, in the syntax of the shell."},
                    "workdir": {"type": "string", "description": "Folder to run in. The working directory of the turn if left out."},
                    "shell": {"type": "string", "description": "Path of the shell. The user's own if left out."},
                    "login": {"type": "boolean", "description": "Whether the shell reads the user's login scripts. True if left out."},
                    "tty": {"type": "boolean", "description": "Whether the command gets a terminal, so that it can be written to later. False if left out."},
                    "yield_time_ms": {"type": "number", "description": "How long to wait for the end before returning what there is: 250 to 30000, 10000 if left out."},
                    "max_output_tokens": {"type": "number", "description": "How much output to return, 10000 tokens if left out. The middle is cut."},
                    "sandbox_permissions": {
                        "type": "string",
                        "enum": ["use_default", "require_escalated"],
                        "description": "`require_escalated` asks the user to let the command run outside the sandbox."
                    },
                    "justification": {"type": "string", "description": "The question to the user, with `require_escalated` only."},
                    "prefix_rule": {
                        "type": "array",
                        "items": {"type": "string"},
                        "description": "First words of `cmd` that the user may allow for good, with `require_escalated` only."
                    }
                },
                "required": ["cmd"],
                "additionalProperties": false
            }),
        ))
    }

    fn is_parallel(&self) -> bool {
        true
    }

    fn run<'a>(&'a self, call: &'a ToolCall, context: &'a SessionTaskContext) -> Running<'a> {
        Box::pin(async move {
            let arguments: Arguments = call.arguments()?;
            let limit = arguments.max_output_tokens.map_or_else(OutputLimit::default, limit_of);
            let limit = limit.min(context.turn.output_limit);
            let asked = Asked {
                form: Form::Script { text: arguments.cmd, shell: arguments.shell, login: arguments.login },
                workdir: arguments.workdir,
                tty: arguments.tty,
                patience: Ok(Patience::Yields(yield_time(arguments.yield_time_ms, 10_000, 30_000))),
                permission: Permission {
                    escalates: arguments.sandbox_permissions.escalates(),
                    justification: arguments.justification,
                    prefix_rule: arguments.prefix_rule,
                },
            };
            asked.run(call, context, |output| output.render(limit)).await
        })
    }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // floats saturate when cast
pub(super) fn limit_of(tokens: f64) -> OutputLimit {
    OutputLimit::tokens(tokens.max(1.0) as usize)
}

/// The time to wait, within what is allowed.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // floats saturate when cast
pub(super) fn yield_time(asked: Option<f64>, default_ms: u64, most_ms: u64) -> Duration {
    Duration::from_millis(asked.map_or(default_ms, |ms| ms.max(0.0) as u64).min(most_ms).max(250))
}
