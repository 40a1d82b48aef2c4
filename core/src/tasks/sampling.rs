//! One response of the model: asked for, streamed, turned into facts; its tool calls run.
//!
//! A stream that breaks is asked for again, with what is in the history by then, as often and after
//! such delays as the provider's settings and the server say.

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

use codex_protocol::error_info::CodexErrorInfo;
use codex_protocol::event::EventMsg;
use codex_protocol::events::notice::ErrorEvent;
use codex_protocol::ids::CallId;
use codex_protocol::mode::ModeKind;
use codex_protocol::response_item::ResponseItem;

use crate::base::cancel::{Interrupted, or_cancelled};
use crate::base::time::now_ms;
use crate::context::review;
use crate::model::error::Error;
use crate::model::event::ResponseEvent;
use crate::model::prompt::Purpose;
use crate::model::tool_spec::ToolSpec;
use crate::tasks::asking::{self, Question, Retries};
use crate::tasks::assemble::{Assembler, Fact};
use crate::tasks::ledger::{Ledger, Notes};
use crate::tasks::plan_items::PlanItems;
use crate::tools::builtin::{self, Offer};
use crate::tools::patch::turn_diff;
use crate::tools::planning;
use crate::tools::registry::ToolRegistry;
use crate::tools::runtime::{Finished, ToolCallRuntime};
use crate::turn::port::SessionTaskContext;

/// What came of a response.
#[derive(Debug)]
pub enum Sampled {
    /// Tools were called; the model wants to see their outputs.
    ToolsRan,
    /// The model has said all it had to say.
    Final,
    /// It never got that far.
    Failed(Failure),
}

/// Why a turn cannot go on.
#[derive(Debug)]
pub enum Failure {
    Model(Error),
    /// A tool cannot go on.
    Tool(String),
}

/// Tools whose commands are scripts of the user's shell.
const SCRIPTED: [&str; 2] = ["exec_command", "shell_command"];
/// Tools that a reviewer does without.
const WITHHELD: [&str; 5] =
    ["apply_patch", "update_plan", "request_user_input", "request_permissions", "web_search"];

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Model(error) => error.fmt(f),
            Self::Tool(reason) => reason.fmt(f),
        }
    }
}

impl Failure {
    pub fn is_overflow(&self) -> bool {
        matches!(self, Self::Model(Error::ContextWindowExceeded))
    }

    pub async fn report(self, context: &SessionTaskContext) -> Result<(), Interrupted> {
        let error = match self {
            Self::Model(error) => {
                if matches!(error, Error::ContextWindowExceeded) {
                    context.window_full().await?;
                }
                asking::failure(&error)
            }
            Self::Tool(message) => ErrorEvent {
                message,
                codex_error_info: Some(CodexErrorInfo::Other),
                additional_details: None,
            },
        };
        context.emit(EventMsg::Error(error)).await
    }
}

pub struct Sampling {
    context: SessionTaskContext,
    registry: Arc<ToolRegistry>,
    /// What the model is told of them.
    specs: Arc<[ToolSpec]>,
    /// Ids of the calls of this turn.
    seen: HashSet<CallId>,
    /// The plans of this turn, if it makes any.
    plans: Option<PlanItems>,
    instructions: Arc<str>,
    ledger: Ledger,
    purpose: Purpose,
    /// Commands that may come are prepared for.
    is_prepared: bool,
}

/// How the stream of one attempt ended.
enum Streamed {
    Whole,
    Broken(Error),
}

impl Sampling {
    /// `earlier_plans` were made in the turn before.
    pub fn new(context: SessionTaskContext, earlier_plans: usize) -> Self {
        let services = &context.services;
        let offer = Offer {
            model: &context.turn.info,
            mode: context.turn.mode.kind,
            client: &services.dynamic_tools,
            goals: services.keeps_goals,
        };
        let registry = builtin::tools(&services.config, offer);
        let specs = registry.specs();
        let turn = &context.turn;
        let plans = turn.mode.kind == ModeKind::Plan;
        let plans = plans.then(|| PlanItems::new(turn.conversation_id, turn.turn_id.clone(), earlier_plans));
        let instructions = Arc::clone(&services.instructions);
        let (ledger, purpose) = (Ledger::Conversation, Purpose::Answer);
        let registry = Arc::new(registry);
        let is_scripted =
            |spec: &ToolSpec| matches!(spec, ToolSpec::Function(tool) if SCRIPTED.contains(&&*tool.name));
        let is_prepared = !specs.iter().any(is_scripted);
        Self {
            context,
            registry,
            specs,
            seen: HashSet::new(),
            plans,
            instructions,
            ledger,
            purpose,
            is_prepared,
        }
    }

    /// For a reviewer, who has been told what these notes say. It looks, and changes nothing.
    pub fn of_review(context: SessionTaskContext, notes: Notes) -> Self {
        let offer = Offer { model: &context.turn.info, mode: ModeKind::Default, client: &[], goals: false };
        let mut registry = builtin::tools(&context.services.config, offer);
        WITHHELD.iter().for_each(|name| registry.withdraw(name));
        Self {
            context,
            specs: registry.specs(),
            registry: Arc::new(registry),
            seen: HashSet::new(),
            plans: None,
            instructions: review::INSTRUCTIONS.into(),
            ledger: Ledger::Apart(notes),
            purpose: Purpose::Review,
            is_prepared: true,
        }
    }

    /// The text of the last message that was not said to the conversation.
    pub fn last_words(self) -> String {
        match self.ledger {
            Ledger::Conversation => String::new(),
            Ledger::Apart(notes) => notes.last_words,
        }
    }

    /// Cuts what is long in a history of its own.
    pub fn slim(&mut self) {
        match &mut self.ledger {
            Ledger::Conversation => {}
            Ledger::Apart(notes) => notes.slim(),
        }
    }

    pub async fn one_response(&mut self) -> Result<Sampled, Interrupted> {
        let mut retries = Retries::default();
        loop {
            let mut tools = ToolCallRuntime::new(Arc::clone(&self.registry), self.context.clone());
            let streamed = self.attempt(&mut tools).await;
            // A turn that is cancelled is over, too.
            let _ = self.context.response_over().await;
            let has_calls = tools.has_calls();
            let Finished { outputs, fatal } = tools.finish().await;
            if !outputs.is_empty() {
                self.ledger.record_outputs(outputs, &self.context).await;
            }
            if has_calls {
                turn_diff::refresh(&self.context).await;
            }
            let streamed = streamed?;
            self.ledger.end_response(has_calls, &self.context).await?;
            if let Some(text) = fatal {
                return Ok(Sampled::Failed(Failure::Tool(text)));
            }
            let error = match streamed {
                Streamed::Whole if has_calls => return Ok(Sampled::ToolsRan),
                Streamed::Whole => return Ok(Sampled::Final),
                Streamed::Broken(error) => error,
            };
            if !retries.wait(&error, &self.context).await? {
                return Ok(Sampled::Failed(Failure::Model(error)));
            }
        }
    }

    async fn attempt(&mut self, tools: &mut ToolCallRuntime) -> Result<Streamed, Interrupted> {
        let context = self.context.clone();
        let input = self.ledger.prompt(&context).await?;
        let (thread_id, turn_id) = (context.turn.conversation_id, context.turn.turn_id.clone());
        let mut assembler = Assembler::new(thread_id, turn_id, self.plans.take());
        let result = self.stream(input, &mut assembler, tools).await;
        let mut ends = Vec::new();
        assembler.cut_off(now_ms(), &mut ends);
        for end in ends {
            if let Fact::Emit(msg) = end {
                self.ledger.tell_end(msg, &context).await;
            }
        }
        self.plans = assembler.into_plans();
        result
    }

    async fn stream(
        &mut self,
        input: Vec<Arc<ResponseItem>>,
        assembler: &mut Assembler,
        tools: &mut ToolCallRuntime,
    ) -> Result<Streamed, Interrupted> {
        let context = self.context.clone();
        let (instructions, purpose) = (Arc::clone(&self.instructions), self.purpose);
        let question = Question { instructions, input, tools: Arc::clone(&self.specs), purpose };
        let prompt = asking::prompt(question, &context);
        let credentials = context.services.credentials();
        let opened = context.services.model.stream(&prompt, &credentials, &context.token).await;
        let mut stream = match opened {
            Ok(stream) => stream,
            Err(error) => return self.broken(error).await,
        };
        if !std::mem::replace(&mut self.is_prepared, true) {
            planning::prepare(&context);
        }
        let mut facts = Vec::new();
        while let Some(event) = or_cancelled(&context.token, stream.next()).await? {
            match event {
                Err(error) => return self.broken(error).await,
                Ok(ResponseEvent::RateLimits(limits)) => context.limits(limits).await?,
                Ok(ResponseEvent::Completed { usage, .. }) => {
                    self.ledger.used(usage, &context).await?;
                    return Ok(Streamed::Whole);
                }
                Ok(output) => assembler.take(output, now_ms(), &mut facts),
            }
            for fact in facts.drain(..) {
                match fact {
                    Fact::Emit(msg) => self.ledger.tell(msg, &context).await?,
                    Fact::Record(item) => self.ledger.record(item, &context).await?,
                    Fact::Call(item) => {
                        self.ledger.end_response(true, &context).await?;
                        self.ledger.record(item.clone(), &context).await?;
                        tools.start(item, &mut self.seen);
                    }
                }
            }
        }
        self.broken(Error::StreamEnded { cause: None }).await
    }

    async fn broken(&self, error: Error) -> Result<Streamed, Interrupted> {
        asking::note_limits(&error, &self.context).await?;
        if let Some(usage) = error.usage() {
            self.ledger.used(Some(usage), &self.context).await?;
        }
        Ok(Streamed::Broken(error))
    }
}
