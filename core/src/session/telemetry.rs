//! What collectors are told of what the user says.

use codex_protocol::input::UserInput;

use crate::session::Session;
use crate::telemetry::event::TelemetryEvent;

impl Session {
    /// A message has joined the conversation.
    pub(super) fn tell_of_prompt(&self, items: &[UserInput]) {
        self.services.telemetry.tell(&self.settings.model, || {
            let texts = items.iter().filter_map(|item| match item {
                UserInput::Text { text, .. } => Some(text.as_str()),
                UserInput::Image { .. }
                | UserInput::LocalImage { .. }
                | UserInput::Audio { .. }
                | UserInput::LocalAudio { .. }
                | UserInput::Skill { .. }
                | UserInput::Mention { .. } => None,
            });
            let prompt = texts.collect::<String>();
            TelemetryEvent::UserPrompt { length: prompt.chars().count(), prompt }
        });
    }
}
