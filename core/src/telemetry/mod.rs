//! Facts about the work, for whoever runs a collector: what was asked, called, decided, and how long it took.
//!
//! Most conversations have no collector; then a [`Telemetry`] is empty, and what would be told is not even made up. Where
//! facts go is a [`Sink`], which must never make its caller wait; how they leave the process is none of the engine's
//! business. What the user says is left out unless the configuration lets it through.

pub mod event;
pub mod preview;

#[cfg(any(test, feature = "testing"))]
pub mod testkit;

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;

use crate::config::otel::OtelSettings;
use event::{TelemetryEvent, Value};

/// What is told instead of what the user said.
const REDACTED: &str = "[REDACTED]";

/// Where facts go.
pub trait Sink: Send + Sync {
    /// Takes a fact, or drops it; returns at once.
    fn take(&self, record: Record);
}

/// Ways out of the process.
pub trait Outlet: Send + Sync + fmt::Debug {
    /// The way that is configured, if there is one. It is the same for the same settings.
    fn sink(&self, settings: &OtelSettings, service: &Service) -> Option<Arc<dyn Sink>>;
}

/// Who sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    pub name: String,
    pub version: String,
}

/// Who is logged in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Who {
    pub auth_mode: Option<&'static str>,
    pub account_id: Option<String>,
    pub email: Option<String>,
}

/// A fact, complete.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// Unix nanoseconds.
    pub nanoseconds: u64,
    pub name: &'static str,
    pub attributes: Vec<(&'static str, Value)>,
    /// One of very many, the first to be dropped.
    pub is_minor: bool,
}

impl Record {
    /// About how much memory and wire it takes.
    pub fn size(&self) -> usize {
        const EACH: usize = 24;
        self.attributes.iter().map(|(name, value)| EACH + name.len() + value.size()).sum()
    }
}

/// What is the same for all facts of a conversation.
pub struct Scope {
    pub sink: Arc<dyn Sink>,
    pub service: Service,
    pub conversation_id: String,
    pub terminal: String,
    pub tells_prompts: bool,
    /// The login as it is when something happens.
    pub who: Box<dyn Fn() -> Who + Send + Sync>,
}

/// Takes the facts of one conversation. Clones are handles to the same.
#[derive(Clone, Default)]
pub struct Telemetry {
    scope: Option<Arc<Scope>>,
}

impl Telemetry {
    /// Nobody is told.
    pub fn off() -> Self {
        Self::default()
    }

    pub fn new(scope: Scope) -> Self {
        Self { scope: Some(Arc::new(scope)) }
    }

    /// Whether anybody is told.
    pub fn is_on(&self) -> bool {
        self.scope.is_some()
    }

    /// Tells a fact about work with a model. It is made up only if somebody is told.
    pub fn tell(&self, model: &str, event: impl FnOnce() -> TelemetryEvent) {
        if let Some(scope) = &self.scope {
            scope.sink.take(scope.record(model, event(), Timestamp::now()));
        }
    }
}

impl Scope {
    fn record(&self, model: &str, mut event: TelemetryEvent, now: Timestamp) -> Record {
        if let TelemetryEvent::UserPrompt { prompt, .. } = &mut event
            && !self.tells_prompts
        {
            REDACTED.clone_into(prompt);
        }
        let (name, is_minor) = (event.name(), event.is_minor());
        let text = |text: &str| Value::Text(text.to_owned());
        let mut attributes = vec![("event.name", text(name))];
        attributes.extend(event.attributes());
        let who = (self.who)();
        attributes.extend([
            ("event.timestamp", Value::Text(format!("{now:.3}"))),
            ("conversation.id", text(&self.conversation_id)),
            ("app.version", text(&self.service.version)),
            ("originator", text(&self.service.name)),
            ("terminal.type", text(&self.terminal)),
            ("model", text(model)),
            ("slug", text(model)),
        ]);
        attributes.extend(who.auth_mode.map(|mode| ("auth_mode", text(mode))));
        attributes.extend(who.account_id.map(|id| ("user.account_id", Value::Text(id))));
        attributes.extend(who.email.map(|email| ("user.email", Value::Text(email))));
        let nanoseconds = u64::try_from(now.as_nanosecond()).unwrap_or(0);
        Record { nanoseconds, name, attributes, is_minor }
    }
}

impl fmt::Debug for Telemetry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_on() { "Telemetry(on)" } else { "Telemetry(off)" })
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::testkit::Kept;
    use super::*;

    fn scope(tells_prompts: bool) -> Scope {
        Scope {
            sink: Arc::new(Kept::default()),
            service: Service { name: "editor".into(), version: "0.1".into() },
            conversation_id: "id".into(),
            terminal: "xterm".into(),
            tells_prompts,
            who: Box::new(|| Who {
                auth_mode: Some("Chatgpt"),
                account_id: Some("a".into()),
                email: Some("e@x".into()),
            }),
        }
    }

    fn prompt() -> TelemetryEvent {
        TelemetryEvent::UserPrompt { length: 3, prompt: "äöü".into() }
    }

    #[test]
    fn a_record_says_who_when_and_what() {
        let now: Timestamp = "2026-01-02T03:04:05.678912Z".parse().unwrap();
        let record = scope(true).record("m", prompt(), now);
        assert_eq!(record.nanoseconds, 1_767_323_045_678_912_000);
        let lines: String =
            record.attributes.iter().map(|(name, value)| format!("{name} = {value:?}\n")).collect();
        expect![[r#"
            event.name = Text("codex.user_prompt")
            prompt_length = Text("3")
            prompt = Text("äöü")
            event.timestamp = Text("2026-01-02T03:04:05.678Z")
            conversation.id = Text("id")
            app.version = Text("0.1")
            originator = Text("editor")
            terminal.type = Text("xterm")
            model = Text("m")
            slug = Text("m")
            auth_mode = Text("Chatgpt")
            user.account_id = Text("a")
            user.email = Text("e@x")
        "#]]
        .assert_eq(&lines);
    }

    #[test]
    fn prompts_are_left_out_unless_they_are_let_through() {
        let record = scope(false).record("m", prompt(), Timestamp::UNIX_EPOCH);
        assert!(record.attributes.contains(&("prompt", Value::Text("[REDACTED]".into()))));
        assert!(record.attributes.contains(&("prompt_length", Value::Text("3".into()))));
        assert!(!format!("{record:?}").contains("äöü"));
    }

    #[test]
    fn without_a_sink_nothing_is_made_up() {
        Telemetry::off().tell("m", || panic!("nobody is told"));
    }
}
