//! What collectors are told of a conversation, if there are any: by whom, and that it starts.

use codex_protocol::ids::ConversationId;
use codex_protocol::policy::ReasoningSummary;

use crate::auth::{AuthManager, Credentials};
use crate::config::Config;
use crate::conversations::{Identity, Shared};
use crate::session::settings::SessionSettings;
use crate::telemetry::event::{ConversationStarts, TelemetryEvent};
use crate::telemetry::{Scope, Service, Telemetry, Who};

/// Who is told of this conversation.
pub fn of_conversation(
    id: ConversationId,
    config: &Config,
    identity: &Identity,
    shared: &Shared,
) -> Telemetry {
    if config.otel.is_off() {
        return Telemetry::off();
    }
    let service = Service { name: identity.originator.clone(), version: identity.version.clone() };
    let Some(sink) = shared.outlet.as_ref().and_then(|outlet| outlet.sink(&config.otel, &service)) else {
        return Telemetry::off();
    };
    let auth = shared.auth.clone();
    Telemetry::new(Scope {
        sink,
        service,
        conversation_id: id.to_string(),
        terminal: identity.terminal.clone(),
        tells_prompts: config.otel.log_user_prompt,
        who: Box::new(move || who(&auth)),
    })
}

/// Tells that a conversation has been loaded.
pub fn tell_of_start(telemetry: &Telemetry, config: &Config, settings: &SessionSettings) {
    telemetry.tell(&settings.model, || {
        let name = &config.model_provider.name;
        TelemetryEvent::ConversationStarts(Box::new(ConversationStarts {
            provider: if name.is_empty() { config.model_provider_id.clone() } else { name.clone() },
            reasoning_effort: settings.effort.clone(),
            reasoning_summary: summary_name(settings.summary),
            context_window: config.model_context_window,
            max_output_tokens: config.model_max_output_tokens,
            auto_compact_token_limit: config.model_auto_compact_token_limit,
            approval_policy: settings.approval_policy,
            sandbox_policy: settings.sandbox_policy.clone(),
            mcp_servers: Vec::new(),
            active_profile: config.active_profile.clone(),
        }))
    });
}

fn who(auth: &AuthManager) -> Who {
    match auth.current().credentials {
        Credentials::None => Who::default(),
        Credentials::ApiKey(_) => Who { auth_mode: Some("ApiKey"), ..Who::default() },
        Credentials::ChatGpt(login) => {
            Who { auth_mode: Some("Chatgpt"), account_id: login.account_id, email: login.claims.email }
        }
    }
}

fn summary_name(summary: ReasoningSummary) -> String {
    let name = match summary {
        ReasoningSummary::Auto => "auto",
        ReasoningSummary::Concise => "concise",
        ReasoningSummary::Detailed => "detailed",
        ReasoningSummary::None => "none",
    };
    name.to_owned()
}
