//! A conversation with the rehearsal model, driven as the engine would drive it, as text.

use std::sync::Arc;

use codex_protocol::ids::{ConversationId, TurnId};
use codex_protocol::policy::ReasoningSummary;
use codex_protocol::response_item::{CallOutput, ResponseItem};
use tokio_util::sync::CancellationToken;

use crate::base::spawn::TaskGroup;
use crate::config::provider::{ModelProviderInfo, WireApi};
use crate::model::credentials::Credentials;
use crate::model::error::Error;
use crate::model::event::ResponseEvent;
use crate::model::prompt::{Prompt, Purpose};
use crate::model::rehearsal::directives::call_of;
use crate::model::rehearsal::script::Script;
use crate::model::token_command::TokenCommands;
use crate::model::{ModelClient, ModelSettings, retry};

/// One conversation, with tools that give back numbered outputs.
pub struct Story {
    pub client: ModelClient,
    pub prompt: Prompt,
    pub trace: Vec<String>,
    pub outputs: usize,
}

impl Story {
    pub fn new(script: Option<&str>) -> Self {
        let provider = ModelProviderInfo {
            wire_api: WireApi::Rehearsal,
            request_max_retries: Some(1),
            stream_max_retries: Some(2),
            stream_idle_timeout_ms: Some(5000),
            ..ModelProviderInfo::default()
        };
        Self::with_provider(provider, script)
    }

    pub fn with_provider(provider: ModelProviderInfo, script: Option<&str>) -> Self {
        let script = script.map(|text| Arc::new(Script::parse(text).unwrap()));
        let settings = ModelSettings {
            provider_id: "rehearsal".into(),
            provider,
            user_agent: String::new(),
            originator: String::new(),
            environment: crate::base::environment::Environment::default(),
            group: TaskGroup::new(),
            token: CancellationToken::new(),
            tokens: Arc::new(TokenCommands::nobody()),
            compresses: false,
            telemetry: crate::telemetry::Telemetry::off(),
            script,
        };
        let prompt = Prompt {
            conversation_id: ConversationId::new(),
            turn_id: TurnId::fresh(),
            model: "rehearsal".into(),
            info: crate::model::catalog::find("rehearsal"),
            instructions: "".into(),
            input: Vec::new(),
            tools: Arc::new([]),
            parallel_tool_calls: true,
            effort: None,
            summary: ReasoningSummary::Auto,
            verbosity: None,
            service_tier: None,
            output_schema: None,
            purpose: Purpose::Answer,
        };
        Self { client: ModelClient::new(settings), prompt, trace: Vec::new(), outputs: 0 }
    }

    /// A turn, as the engine would run it.
    pub async fn turn(&mut self, message: &str) {
        self.prompt.turn_id = TurnId::fresh();
        self.prompt.input.push(Arc::new(ResponseItem::message("user", message)));
        let mut retries = 0;
        loop {
            let answer = self.response().await;
            match answer {
                Ok(items) => {
                    retries = 0;
                    let calls: Vec<_> = items.iter().filter_map(call_of).collect();
                    self.prompt.input.extend(items.into_iter().map(Arc::new));
                    if calls.is_empty() {
                        return;
                    }
                    for call_id in calls {
                        self.outputs += 1;
                        let output =
                            CallOutput::Text(format!("session ID 7\nOutput:\nout {}\n", self.outputs));
                        self.prompt
                            .input
                            .push(Arc::new(ResponseItem::FunctionCallOutput { call_id, output }));
                    }
                }
                Err(error) => {
                    retries += 1;
                    let again = retry::stream_delay(&error, retries, 2).is_some();
                    let said = match &error {
                        // Its text has a local time.
                        Error::UsageLimit(limit) => {
                            format!("{:?}, {:?}", error.class(), limit.rate_limits.primary)
                        }
                        _ => error.to_string(),
                    };
                    self.trace.push(format!("{}: {said}", if again { "again" } else { "failed" }));
                    if !again {
                        return;
                    }
                }
            }
        }
    }

    async fn response(&mut self) -> Result<Vec<ResponseItem>, Error> {
        let token = CancellationToken::new();
        let mut stream = self.client.stream(&self.prompt, &Credentials::default(), &token).await?;
        let mut items = Vec::new();
        let mut deltas = 0;
        while let Some(event) = stream.next().await {
            let event = event?;
            match &event {
                ResponseEvent::TextDelta(_)
                | ResponseEvent::SummaryDelta { .. }
                | ResponseEvent::RawReasoningDelta { .. } => {
                    deltas += 1;
                    continue;
                }
                ResponseEvent::RateLimits(limits) if limits.primary.is_none() => continue,
                ResponseEvent::ItemAdded(_) | ResponseEvent::SummaryPartAdded { .. } => continue,
                _ => {}
            }
            self.trace.push(line(&event, std::mem::take(&mut deltas)));
            if let ResponseEvent::ItemDone(item) = event {
                items.push(item);
            }
        }
        Ok(items)
    }
}

fn line(event: &ResponseEvent, deltas: usize) -> String {
    match event {
        ResponseEvent::RateLimits(limits) => {
            format!("limits {:?}", limits.primary.map(|window| window.used_percent))
        }
        ResponseEvent::Completed { usage, .. } => {
            format!("completed {:?}", usage.map(|usage| usage.total_tokens))
        }
        ResponseEvent::ItemDone(item) => {
            let json = serde_json::to_value(item).unwrap();
            let text = |name: &str| json[name].as_str().unwrap_or_default().to_owned();
            let words = text("name") + " " + &text("arguments") + &text("input");
            let content = if json["content"].is_array() { &json["content"] } else { &json["summary"] };
            let parts = content.as_array().into_iter().flatten().map(|part| part["text"].as_str().unwrap());
            let parts: Vec<_> = parts.collect();
            let parts =
                if parts.is_empty() { String::new() } else { format!("{parts:?} in {deltas} deltas") };
            format!(
                "{} {}{parts}{}",
                text("type"),
                text("id"),
                if words.len() > 1 { format!(" {words}") } else { words.trim().into() }
            )
        }
        other => format!("{other:?}"),
    }
}
