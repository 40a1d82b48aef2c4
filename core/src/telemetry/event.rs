//! The catalogue: every fact that is told, with its attributes as they are named on the wire.
//!
//! Names and types of attributes are those that collectors of the public codex know. Some numbers are told as text there,
//! and so they are here.

use std::time::Duration;

use codex_protocol::policy::{AskForApproval, ReviewDecision, SandboxPolicy};
use codex_protocol::usage::TokenUsage;

use crate::base::text;
use crate::telemetry::preview::Preview;

/// The longest text of one attribute, in bytes.
const LONGEST: usize = 64 * 1024;

/// The value of an attribute.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Text(String),
    Number(i64),
    Switch(bool),
}

impl Value {
    pub fn size(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Number(_) | Self::Switch(_) => size_of::<i64>(),
        }
    }

    fn number_as_text(number: impl ToString) -> Self {
        Self::Text(number.to_string())
    }

    fn number(number: impl TryInto<i64>) -> Self {
        Self::Number(number.try_into().unwrap_or(i64::MAX))
    }
}

type Attribute = (&'static str, Value);

/// A fact.
#[derive(Clone, Debug, PartialEq)]
pub enum TelemetryEvent {
    ConversationStarts(Box<ConversationStarts>),
    /// One attempt to get an answer of a model server.
    ApiRequest {
        /// From 0.
        attempt: u32,
        duration: Duration,
        status: Option<u16>,
        error: Option<String>,
    },
    /// A step of an answer, after this wait for it.
    SseEvent {
        /// None if there was none to be read.
        kind: Option<&'static str>,
        duration: Duration,
        error: Option<String>,
    },
    /// The end of an answer, with what it cost.
    Completed {
        duration: Duration,
        usage: Option<TokenUsage>,
    },
    UserPrompt {
        /// In characters.
        length: usize,
        prompt: String,
    },
    ToolDecision {
        tool: String,
        call_id: String,
        decision: Decision,
        source: DecisionSource,
    },
    ToolResult(Box<ToolResult>),
    SandboxAssessment {
        call_id: String,
        status: &'static str,
        risk_level: Option<&'static str>,
        duration: Duration,
    },
    SandboxAssessmentLatency {
        call_id: String,
        duration: Duration,
    },
}

#[derive(Clone, Debug, PartialEq)]
pub struct ConversationStarts {
    pub provider: String,
    pub reasoning_effort: Option<String>,
    pub reasoning_summary: String,
    pub context_window: Option<u64>,
    pub max_output_tokens: Option<u64>,
    pub auto_compact_token_limit: Option<u64>,
    pub approval_policy: AskForApproval,
    pub sandbox_policy: SandboxPolicy,
    pub mcp_servers: Vec<String>,
    pub active_profile: Option<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct ToolResult {
    pub tool: String,
    pub call_id: String,
    pub arguments: String,
    pub duration: Duration,
    pub success: bool,
    pub output: Preview,
}

/// What was decided about a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    Approved,
    ApprovedForSession,
    ApprovedWithRule,
    Denied,
    Abort,
}

impl From<&ReviewDecision> for Decision {
    fn from(decision: &ReviewDecision) -> Self {
        match decision {
            ReviewDecision::Approved => Self::Approved,
            ReviewDecision::ApprovedForSession => Self::ApprovedForSession,
            ReviewDecision::ApprovedExecpolicyAmendment { .. } => Self::ApprovedWithRule,
            ReviewDecision::Denied => Self::Denied,
            ReviewDecision::Abort => Self::Abort,
        }
    }
}

impl Decision {
    fn name(self) -> &'static str {
        match self {
            Self::Approved => "approved",
            Self::ApprovedForSession => "approved_for_session",
            Self::ApprovedWithRule => "approved_with_amendment",
            Self::Denied => "denied",
            Self::Abort => "abort",
        }
    }
}

/// Who has decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecisionSource {
    /// The settings, without a question.
    Config,
    User,
}

impl TelemetryEvent {
    pub fn name(&self) -> &'static str {
        match self {
            Self::ConversationStarts(_) => "codex.conversation_starts",
            Self::ApiRequest { .. } => "codex.api_request",
            Self::SseEvent { .. } | Self::Completed { .. } => "codex.sse_event",
            Self::UserPrompt { .. } => "codex.user_prompt",
            Self::ToolDecision { .. } => "codex.tool_decision",
            Self::ToolResult(_) => "codex.tool_result",
            Self::SandboxAssessment { .. } => "codex.sandbox_assessment",
            Self::SandboxAssessmentLatency { .. } => "codex.sandbox_assessment_latency",
        }
    }

    /// Whether it is one of very many, which may crowd out others.
    pub fn is_minor(&self) -> bool {
        matches!(self, Self::SseEvent { error: None, .. })
    }

    /// What is known of it, besides what is known of all.
    pub fn attributes(self) -> Vec<Attribute> {
        match self {
            Self::ConversationStarts(starts) => starts.attributes(),
            Self::ApiRequest { attempt, duration, status, error } => list([
                Some(("attempt", Value::number(attempt))),
                Some(milliseconds(duration)),
                status.map(|status| ("http.response.status_code", Value::number(status))),
                error.map(|error| cut("error.message", error)),
            ]),
            Self::SseEvent { kind, duration, error } => list([
                kind.map(|kind| ("event.kind", Value::Text(kind.to_owned()))),
                Some(milliseconds(duration)),
                error.map(|error| cut("error.message", error)),
            ]),
            Self::Completed { duration, usage } => {
                let mut all = vec![
                    ("event.kind", Value::Text("response.completed".to_owned())),
                    milliseconds(duration),
                ];
                all.extend(usage.map(costs).into_iter().flatten());
                all
            }
            Self::UserPrompt { length, prompt } => {
                vec![("prompt_length", Value::number_as_text(length)), cut("prompt", prompt)]
            }
            Self::ToolDecision { tool, call_id, decision, source } => vec![
                cut("tool_name", tool),
                cut("call_id", call_id),
                ("decision", Value::Text(decision.name().to_owned())),
                ("source", Value::Text(format!("{source:?}"))),
            ],
            Self::ToolResult(result) => result.attributes(),
            Self::SandboxAssessment { call_id, status, risk_level, duration } => list([
                Some(cut("call_id", call_id)),
                Some(("status", Value::Text(status.to_owned()))),
                risk_level.map(|level| ("risk_level", Value::Text(level.to_owned()))),
                Some(milliseconds(duration)),
            ]),
            Self::SandboxAssessmentLatency { call_id, duration } => {
                vec![cut("call_id", call_id), milliseconds(duration)]
            }
        }
    }
}

impl ConversationStarts {
    fn attributes(self) -> Vec<Attribute> {
        list([
            Some(cut("provider_name", self.provider)),
            self.reasoning_effort.map(|effort| cut("reasoning_effort", effort)),
            Some(cut("reasoning_summary", self.reasoning_summary)),
            self.context_window.map(|tokens| ("context_window", Value::number(tokens))),
            self.max_output_tokens.map(|tokens| ("max_output_tokens", Value::number(tokens))),
            self.auto_compact_token_limit.map(|tokens| ("auto_compact_token_limit", Value::number(tokens))),
            Some(("approval_policy", Value::Text(approval_name(self.approval_policy).to_owned()))),
            Some(("sandbox_policy", Value::Text(sandbox_name(&self.sandbox_policy).to_owned()))),
            Some(cut("mcp_servers", self.mcp_servers.join(", "))),
            self.active_profile.map(|profile| cut("active_profile", profile)),
        ])
    }
}

impl ToolResult {
    fn attributes(self) -> Vec<Attribute> {
        vec![
            cut("tool_name", self.tool),
            cut("call_id", self.call_id),
            cut("arguments", self.arguments),
            milliseconds(self.duration),
            ("success", Value::Text(self.success.to_string())),
            ("output_truncated", Value::Switch(self.output.is_cut())),
            ("output", Value::Text(self.output.into_text())),
        ]
    }
}

fn costs(usage: TokenUsage) -> [Attribute; 5] {
    [
        ("input_token_count", Value::number_as_text(usage.input_tokens)),
        ("output_token_count", Value::number_as_text(usage.output_tokens)),
        ("cached_token_count", Value::Number(usage.cached_input_tokens)),
        ("reasoning_token_count", Value::Number(usage.reasoning_output_tokens)),
        ("tool_token_count", Value::number_as_text(usage.total_tokens)),
    ]
}

fn list<const COUNT: usize>(attributes: [Option<Attribute>; COUNT]) -> Vec<Attribute> {
    attributes.into_iter().flatten().collect()
}

fn milliseconds(duration: Duration) -> Attribute {
    ("duration_ms", Value::number_as_text(duration.as_millis()))
}

/// Text of others, which may be of any length.
fn cut(name: &'static str, mut text: String) -> Attribute {
    text.truncate(text::head(&text, LONGEST).len());
    (name, Value::Text(text))
}

fn approval_name(policy: AskForApproval) -> &'static str {
    match policy {
        AskForApproval::UnlessTrusted => "untrusted",
        AskForApproval::OnFailure => "on-failure",
        AskForApproval::OnRequest => "on-request",
        AskForApproval::Never => "never",
        AskForApproval::Granular(_) => "granular",
    }
}

fn sandbox_name(policy: &SandboxPolicy) -> &'static str {
    match policy {
        SandboxPolicy::DangerFullAccess => "danger-full-access",
        SandboxPolicy::ReadOnly { .. } => "read-only",
        SandboxPolicy::ExternalSandbox { .. } => "external-sandbox",
        SandboxPolicy::WorkspaceWrite(_) => "workspace-write",
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(events: impl IntoIterator<Item = TelemetryEvent>, expected: Expect) {
        let mut text = String::new();
        for event in events {
            text.push_str(event.name());
            for (name, value) in event.attributes() {
                text.push_str(&match value {
                    Value::Text(value) => format!(" {name}={value:?}"),
                    Value::Number(value) => format!(" {name}={value}"),
                    Value::Switch(value) => format!(" {name}={value}"),
                });
            }
            text.push('\n');
        }
        expected.assert_eq(&text);
    }

    fn starts() -> ConversationStarts {
        ConversationStarts {
            provider: "mock".into(),
            reasoning_effort: None,
            reasoning_summary: "auto".into(),
            context_window: None,
            max_output_tokens: None,
            auto_compact_token_limit: None,
            approval_policy: AskForApproval::UnlessTrusted,
            sandbox_policy: SandboxPolicy::ReadOnly { network_access: false },
            mcp_servers: Vec::new(),
            active_profile: None,
        }
    }

    #[test]
    fn what_is_known_of_each_fact() {
        let duration = Duration::from_millis(12);
        let tool = || "exec_command".to_owned();
        let call_id = || "c".to_owned();
        let usage = TokenUsage {
            input_tokens: 1,
            output_tokens: 2,
            cached_input_tokens: 3,
            reasoning_output_tokens: 4,
            total_tokens: 5,
            ..TokenUsage::default()
        };
        check(
            [
                TelemetryEvent::ConversationStarts(Box::new(starts())),
                TelemetryEvent::ConversationStarts(Box::new(ConversationStarts {
                    reasoning_effort: Some("high".into()),
                    context_window: Some(1),
                    max_output_tokens: Some(2),
                    auto_compact_token_limit: Some(3),
                    mcp_servers: vec!["a".into(), "b".into()],
                    active_profile: Some("p".into()),
                    ..starts()
                })),
                TelemetryEvent::ApiRequest { attempt: 0, duration, status: Some(200), error: None },
                TelemetryEvent::ApiRequest {
                    attempt: 1,
                    duration,
                    status: None,
                    error: Some("no way".into()),
                },
                TelemetryEvent::SseEvent { kind: Some("response.output_text.delta"), duration, error: None },
                TelemetryEvent::SseEvent { kind: None, duration, error: Some("cut".into()) },
                TelemetryEvent::Completed { duration, usage: Some(usage) },
                TelemetryEvent::Completed { duration, usage: None },
                TelemetryEvent::ToolDecision {
                    tool: tool(),
                    call_id: call_id(),
                    decision: Decision::ApprovedForSession,
                    source: DecisionSource::User,
                },
                TelemetryEvent::ToolResult(Box::new(ToolResult {
                    tool: tool(),
                    call_id: call_id(),
                    arguments: "{}".into(),
                    duration,
                    success: true,
                    output: Preview::of("done"),
                })),
                TelemetryEvent::SandboxAssessment {
                    call_id: call_id(),
                    status: "success",
                    risk_level: Some("low"),
                    duration,
                },
                TelemetryEvent::SandboxAssessmentLatency { call_id: call_id(), duration },
            ],
            expect![[r#"
                codex.conversation_starts provider_name="mock" reasoning_summary="auto" approval_policy="untrusted" sandbox_policy="read-only" mcp_servers=""
                codex.conversation_starts provider_name="mock" reasoning_effort="high" reasoning_summary="auto" context_window=1 max_output_tokens=2 auto_compact_token_limit=3 approval_policy="untrusted" sandbox_policy="read-only" mcp_servers="a, b" active_profile="p"
                codex.api_request attempt=0 duration_ms="12" http.response.status_code=200
                codex.api_request attempt=1 duration_ms="12" error.message="no way"
                codex.sse_event event.kind="response.output_text.delta" duration_ms="12"
                codex.sse_event duration_ms="12" error.message="cut"
                codex.sse_event event.kind="response.completed" duration_ms="12" input_token_count="1" output_token_count="2" cached_token_count=3 reasoning_token_count=4 tool_token_count="5"
                codex.sse_event event.kind="response.completed" duration_ms="12"
                codex.tool_decision tool_name="exec_command" call_id="c" decision="approved_for_session" source="User"
                codex.tool_result tool_name="exec_command" call_id="c" arguments="{}" duration_ms="12" success="true" output_truncated=false output="done"
                codex.sandbox_assessment call_id="c" status="success" risk_level="low" duration_ms="12"
                codex.sandbox_assessment_latency call_id="c" duration_ms="12"
            "#]],
        );
    }

    #[test]
    fn no_text_is_longer_than_the_limit() {
        let event = TelemetryEvent::UserPrompt { length: 1, prompt: "ä".repeat(LONGEST) };
        let Some((_, Value::Text(text))) = event.attributes().pop() else { panic!("no text") };
        assert_eq!(text.len(), LONGEST);
    }
}
