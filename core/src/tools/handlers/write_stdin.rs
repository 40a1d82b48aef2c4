//! `write_stdin`: writes to a command that runs on, or looks at its output again.

use codex_protocol::event::EventMsg;
use codex_protocol::events::exec::TerminalInteractionEvent;
use serde::Deserialize;
use serde_json::json;

use crate::base::cancel::or_cancelled;
use crate::context::truncate::OutputLimit;
use crate::model::tool_spec::ToolSpec;
use crate::tools::call::{ToolCall, ToolError, ToolOutput};
use crate::tools::handlers::exec_command::{limit_of, yield_time};
use crate::tools::handlers::exec_output::ExecOutput;
use crate::tools::registry::{Running, ToolHandler};
use crate::turn::port::SessionTaskContext;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Arguments {
    session_id: i32,
    #[serde(default)]
    chars: String,
    yield_time_ms: Option<f64>,
    max_output_tokens: Option<f64>,
}

const NAME: &str = "write_stdin";

const NOT_READ: &str = "the command does not read its input: not all of it could be written in time";

#[derive(Debug)]
pub struct WriteStdin;

impl ToolHandler for WriteStdin {
    fn name(&self) -> &str {
        NAME
    }

    fn spec(&self) -> Option<ToolSpec> {
        Some(ToolSpec::function(
            NAME,
            "Writes to a running command and returns what it has printed since.",
            json!({
                "type": "object",
                "properties": {
                    "session_id": {"type": "number", "description": "The session ID that exec_command returned."},
                    "chars": {"type": "string", "description": "What to write. Nothing if left out, which only looks at the output."},
                    "yield_time_ms": {"type": "number", "description": "How long to wait for output: 250 if something is written, at most 30000; 5000 if not, at most 300000 unless configured."},
                    "max_output_tokens": {"type": "number", "description": "How much output to return, 10000 tokens if left out. The middle is cut."}
                },
                "required": ["session_id"],
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
            let id = arguments.session_id;
            let session = context.services.exec.get(id).ok_or_else(|| {
                ToolError::RespondToModel(format!(
                    "there is no running command with session ID {id}; start one with exec_command"
                ))
            })?;
            let wait = if arguments.chars.is_empty() {
                let most = context.services.config.background_terminal_max_timeout_ms;
                yield_time(arguments.yield_time_ms, 5_000, most)
            } else {
                yield_time(arguments.yield_time_ms, 250, 30_000)
            };
            if let Some(item_id) = session.item() {
                let interaction = TerminalInteractionEvent {
                    item_id,
                    process_id: id.to_string(),
                    stdin: arguments.chars.clone(),
                };
                context.emit(EventMsg::TerminalInteraction(interaction)).await?;
                // What is typed is told before what comes of it.
                context.sync().await?;
            }
            if !arguments.chars.is_empty() {
                let written = tokio::time::timeout(wait, session.write(arguments.chars.as_bytes()));
                or_cancelled(&context.token, written)
                    .await?
                    .map_err(|_elapsed| ToolError::RespondToModel(NOT_READ.into()))?
                    .map_err(|error| {
                        let why = session.ended_because().map(|reason| format!(": {reason}"));
                        ToolError::RespondToModel(format!("{error}{}", why.unwrap_or_default()))
                    })?;
            }
            let began = tokio::time::Instant::now();
            let collected = session.collect(wait, &context.token).await;
            if context.token.is_cancelled() {
                return Err(ToolError::Interrupted);
            }
            let exit_code = collected.exit.map(|exit| exit.code);
            if exit_code.is_some() {
                // The end of the item belongs before what the model makes of it.
                or_cancelled(&context.token, session.reported()).await?;
            }
            let mut notes: Vec<String> = session.ended_because().iter().map(ToString::to_string).collect();
            notes.extend(collected.limit_note());
            let output = ExecOutput {
                text: collected.output,
                wall_seconds: began.elapsed().as_secs_f64(),
                exit_code,
                timed_out: None,
                session_id: id,
                notes,
            };
            let limit = arguments.max_output_tokens.map_or_else(OutputLimit::default, limit_of);
            Ok(ToolOutput::text(output.render(limit.min(context.turn.output_limit))))
        })
    }
}
