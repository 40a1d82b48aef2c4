//! Runs the calls of one response: side by side where that is allowed, the others in call order.
//!
//! A call starts as soon as it is known, while the response still streams, unless as many as may run at
//! once do so already. Outputs come back in the
//! order of the calls. One call's failure does not stop the rest.

use std::collections::HashSet;
use std::sync::Arc;

use codex_protocol::ids::CallId;
use codex_protocol::response_item::ResponseItem;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::base::cancel::or_cancelled;
use crate::context::normalize::output_for;
use crate::telemetry::event::{TelemetryEvent, ToolResult};
use crate::telemetry::preview::Preview;
use crate::tools::call::{ToolCall, ToolError, ToolOutput};
use crate::tools::gate;
use crate::tools::registry::{ToolHandler, ToolRegistry};
use crate::tools::router::{call_of, unsupported};
use crate::turn::port::SessionTaskContext;

/// How many calls run side by side; a response may make any number of them.
const AT_ONCE: usize = 32;

pub struct ToolCallRuntime {
    registry: Arc<ToolRegistry>,
    context: SessionTaskContext,
    running: Vec<Running>,
    /// Fires when the last call that runs alone has ended.
    alone: Option<CancellationToken>,
    /// The same for the calls since then, which run side by side.
    together: Vec<CancellationToken>,
    places: Arc<Semaphore>,
}

struct Running {
    item: ResponseItem,
    work: Work,
}

enum Work {
    Started(Abandoned),
    /// The call could not be run at all.
    Refused(String),
}

/// A call's task; it ends when nobody waits for it any more.
struct Abandoned(JoinHandle<Result<ToolOutput, ToolError>>);

impl Drop for Abandoned {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// What came of all calls.
pub struct Finished {
    pub outputs: Vec<ResponseItem>,
    /// Why the turn cannot go on.
    pub fatal: Option<String>,
}

impl ToolCallRuntime {
    pub fn new(registry: Arc<ToolRegistry>, context: SessionTaskContext) -> Self {
        let places = Arc::new(Semaphore::new(AT_ONCE));
        Self { registry, context, running: Vec::new(), alone: None, together: Vec::new(), places }
    }

    pub fn has_calls(&self) -> bool {
        !self.running.is_empty()
    }

    /// Starts the call that an item makes, or queues it behind those that it must wait for.
    ///
    /// `seen` holds the ids of the turn's calls so far. An id names a question to a human and an item,
    /// so one that a model uses twice names nothing.
    pub fn start(&mut self, item: ResponseItem, seen: &mut HashSet<CallId>) {
        let Some(call) = call_of(&item) else { return };
        if !seen.insert(call.call_id.clone()) {
            let text = format!("the call id `{}` was used before; every call needs its own", call.call_id);
            self.running.push(Running { item, work: Work::Refused(text) });
            return;
        }
        let handler = self.registry.get(&call.name);
        let is_parallel = handler.as_ref().is_some_and(|handler| handler.is_parallel());
        let mut before: Vec<_> = self.alone.iter().cloned().collect();
        let ended = CancellationToken::new();
        if is_parallel {
            self.together.push(ended.clone());
        } else {
            before.append(&mut self.together);
            self.alone = Some(ended.clone());
        }
        let order = Order { before, ended, places: Arc::clone(&self.places) };
        let work = run_in_turn(handler, call, self.context.clone(), order);
        let handle = self.context.services.group.spawn(work);
        self.running.push(Running { item, work: Work::Started(Abandoned(handle)) });
    }

    /// Waits for all calls; also when the turn is cancelled, which they notice themselves.
    pub async fn finish(self) -> Finished {
        let mut finished = Finished { outputs: Vec::new(), fatal: None };
        for Running { item, work } in self.running {
            let ended = match work {
                Work::Started(mut abandoned) => (&mut abandoned.0).await,
                Work::Refused(text) => Ok(Err(ToolError::RespondToModel(text))),
            };
            let text = match ended {
                Ok(Ok(output)) => {
                    finished.outputs.extend(output_item(&item, output));
                    continue;
                }
                Ok(Err(ToolError::RespondToModel(text))) => text,
                Ok(Err(ToolError::Fatal(text))) => {
                    finished.fatal.get_or_insert_with(|| text.clone());
                    text
                }
                // The session answers for calls that were cut off.
                Ok(Err(ToolError::Interrupted)) => continue,
                Err(error) => {
                    tracing::error!(%error, "a tool call ended in a panic");
                    "the tool failed with an internal error".to_owned()
                }
            };
            finished.outputs.extend(output_for(&item, &text));
        }
        finished
    }
}

/// What a call waits for, and who waits for it.
struct Order {
    before: Vec<CancellationToken>,
    ended: CancellationToken,
    places: Arc<Semaphore>,
}

async fn run_in_turn(
    handler: Option<Arc<dyn ToolHandler>>,
    call: ToolCall,
    context: SessionTaskContext,
    Order { before, ended, places }: Order,
) -> Result<ToolOutput, ToolError> {
    // Fires however this call ends, a panic included, so that no later call waits for ever.
    let _ended = ended.drop_guard();
    for earlier in before {
        or_cancelled(&context.token, earlier.cancelled()).await?;
    }
    let _place = or_cancelled(&context.token, places.acquire()).await?;
    let began = Instant::now();
    let result = match handler {
        Some(handler) => {
            if handler.may_change_files() {
                gate::pass(&context).await?;
            }
            handler.run(&call, &context).await
        }
        None => Err(ToolError::RespondToModel(unsupported(&call))),
    };
    tell(&call, &result, began, &context);
    result
}

/// For collectors: how a call went that was not cut off.
fn tell(
    call: &ToolCall,
    result: &Result<ToolOutput, ToolError>,
    began: Instant,
    context: &SessionTaskContext,
) {
    if matches!(result, Err(ToolError::Interrupted)) {
        return;
    }
    context.services.telemetry.tell(&context.turn.model, || {
        let output = match result {
            Ok(output) => Preview::of(&output.body.text()),
            Err(ToolError::RespondToModel(text) | ToolError::Fatal(text)) => Preview::of(text),
            Err(ToolError::Interrupted) => Preview::of(""),
        };
        TelemetryEvent::ToolResult(Box::new(ToolResult {
            tool: call.name.clone(),
            call_id: call.call_id.to_string(),
            arguments: call.payload.text(),
            duration: began.elapsed(),
            success: result.is_ok(),
            output,
        }))
    });
}

fn output_item(call: &ResponseItem, output: ToolOutput) -> Option<ResponseItem> {
    match output_for(call, "")? {
        ResponseItem::CustomToolCallOutput { call_id, .. } => {
            Some(ResponseItem::CustomToolCallOutput { call_id, output: output.body })
        }
        ResponseItem::FunctionCallOutput { call_id, .. } => {
            Some(ResponseItem::FunctionCallOutput { call_id, output: output.body })
        }
        _ => None,
    }
}
