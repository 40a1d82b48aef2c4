//! Who is logged in.

use codex_app_server_protocol::v2::account as wire;
use codex_app_server_protocol::v2::login::AuthMode;
use codex_core::auth::Credentials;

use super::usage::plan;

/// The account as clients show it. Keys and tokens are never part of it.
pub(crate) fn account(credentials: &Credentials) -> Option<wire::Account> {
    match credentials {
        Credentials::None => None,
        Credentials::ApiKey(_) => Some(wire::Account::ApiKey),
        Credentials::ChatGpt(login) => Some(wire::Account::Chatgpt {
            email: login.claims.email.clone(),
            plan_type: login.claims.plan.as_deref().map_or(wire::PlanType::Unknown, plan),
            workspace_name: None,
        }),
    }
}

pub(crate) fn user_id(credentials: &Credentials) -> Option<String> {
    match credentials {
        Credentials::None | Credentials::ApiKey(_) => None,
        Credentials::ChatGpt(login) => login.claims.user_id.clone(),
    }
}

pub(crate) fn auth_mode(credentials: &Credentials) -> Option<AuthMode> {
    match credentials {
        Credentials::None => None,
        Credentials::ApiKey(_) => Some(AuthMode::ApiKey),
        Credentials::ChatGpt(login) if login.handed_in => Some(AuthMode::ChatgptAuthTokens),
        Credentials::ChatGpt(_) => Some(AuthMode::Chatgpt),
    }
}

pub(crate) fn plan_type(credentials: &Credentials) -> Option<wire::PlanType> {
    match credentials {
        Credentials::None | Credentials::ApiKey(_) => None,
        Credentials::ChatGpt(login) => login.claims.plan.as_deref().map(plan),
    }
}
