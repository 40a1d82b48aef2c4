//! What an account may still use, asked of the vendor's service for accounts.
//!
//! The service tells more than is known here, and may tell less; what is missing is absent. A login that is not accepted is
//! renewed once.

use std::collections::BTreeMap;
use std::time::Duration;

use codex_protocol::usage::{CreditsSnapshot, RateLimitSnapshot, RateLimitWindow};
use reqwest::RequestBuilder;
use serde::Deserialize;

use crate::auth::AuthManager;
use crate::auth::refresh::RefreshError;
use crate::base::http::{self, AnswerError, client_for};
use crate::model::credentials::Credentials;

/// How long the service may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// The limit that turns count against.
const MAIN: &str = "codex";

/// All limits of an account.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AccountLimits {
    /// The one that turns count against.
    pub main: RateLimitSnapshot,
    /// All of them by their ids, the main one too.
    pub all: BTreeMap<String, RateLimitSnapshot>,
    pub account_id: Option<String>,
    /// Whether the account may be used apart from what is bought in advance.
    pub allowed: Option<bool>,
    /// Whether a spending limit stops further use.
    pub spending_stopped: Option<bool>,
    /// Credits with which a limit can be reset.
    pub reset_credits: Option<i64>,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum LimitsError {
    #[error("{url} cannot be reached")]
    Unreachable {
        url: String,
        #[source]
        source: reqwest::Error,
    },
    #[error("the service cannot be reached: {0}")]
    NoWay(#[from] http::Error),
    #[error("{url} answered with status {status}")]
    Status { url: String, status: u16 },
    #[error("the answer of {url} cannot be read: {reason}")]
    Unreadable { url: String, reason: String },
    #[error("{0}. Log in again")]
    LoginEnded(RefreshError),
    #[error("{0}")]
    LoginNotRenewed(RefreshError),
    #[error("`chatgpt_base_url` must begin with http:// or https://")]
    Address,
}

/// Asks the service in the name of the current login.
pub async fn read(auth: &AuthManager, user_agent: &str) -> Result<AccountLimits, LimitsError> {
    let url = format!("{}/wham/usage", auth.settings().chatgpt_base_url());
    if !url.starts_with("https://") && !url.starts_with("http://") {
        return Err(LimitsError::Address);
    }
    let mut credentials = Credentials::of(auth).fresh().await;
    let mut is_renewed = false;
    loop {
        let client = client_for(&url, auth.environment())?;
        let outcome = ask(client.get(&url), (&url, &credentials), user_agent).await;
        let is_refused = matches!(outcome, Err(LimitsError::Status { status: 401, .. }));
        if !is_refused || std::mem::replace(&mut is_renewed, true) {
            return outcome.map(AccountLimits::from);
        }
        match credentials.renewed().await {
            Ok(Some(renewed)) => credentials = renewed,
            Ok(None) => return outcome.map(AccountLimits::from),
            Err(problem) if problem.is_end() => return Err(LimitsError::LoginEnded(problem)),
            Err(problem) => return Err(LimitsError::LoginNotRenewed(problem)),
        }
    }
}

async fn ask(
    request: RequestBuilder,
    (url, credentials): (&str, &Credentials),
    user_agent: &str,
) -> Result<Usage, LimitsError> {
    let unreachable =
        |error: reqwest::Error| LimitsError::Unreachable { url: url.to_owned(), source: error.without_url() };
    let request = request.timeout(PATIENCE);
    let agent: String = user_agent.chars().map(|c| if matches!(c, ' '..='~') { c } else { '_' }).collect();
    let request = request.header("user-agent", agent);
    let request = match &credentials.bearer {
        Some(bearer) => request.bearer_auth(bearer),
        None => request,
    };
    let request = match &credentials.account_id {
        Some(id) => request.header("chatgpt-account-id", id),
        None => request,
    };
    let response = request.send().await.map_err(unreachable)?;
    let status = response.status();
    if !status.is_success() {
        return Err(LimitsError::Status { url: url.to_owned(), status: status.as_u16() });
    }
    http::answer(response).await.map_err(|error| match error {
        AnswerError::Broken(source) => unreachable(source),
        error => LimitsError::Unreadable { url: url.to_owned(), reason: error.to_string() },
    })
}

#[derive(Deserialize)]
struct Usage {
    plan_type: Option<String>,
    account_id: Option<String>,
    rate_limit: Option<Limit>,
    credits: Option<Credits>,
    additional_rate_limits: Option<Vec<Additional>>,
    rate_limit_reset_credits: Option<ResetCredits>,
    ordinary_usage_allowed: Option<bool>,
    spend_control: Option<SpendControl>,
}

#[derive(Deserialize)]
struct SpendControl {
    reached: Option<bool>,
}

#[derive(Deserialize)]
struct Limit {
    primary_window: Option<Window>,
    secondary_window: Option<Window>,
}

#[derive(Deserialize)]
struct Window {
    used_percent: Option<f64>,
    limit_window_seconds: Option<i64>,
    reset_at: Option<i64>,
}

#[derive(Deserialize)]
struct Credits {
    has_credits: Option<bool>,
    unlimited: Option<bool>,
    balance: Option<String>,
}

#[derive(Deserialize)]
struct Additional {
    limit_name: Option<String>,
    metered_feature: Option<String>,
    rate_limit: Option<Limit>,
}

#[derive(Deserialize)]
struct ResetCredits {
    available_count: Option<i64>,
}

impl From<Usage> for AccountLimits {
    fn from(usage: Usage) -> Self {
        let credits = usage.credits.and_then(|credits| {
            let Credits { has_credits, unlimited, balance } = credits;
            let (has_credits, unlimited) = (has_credits?, unlimited.unwrap_or_default());
            Some(CreditsSnapshot { has_credits, unlimited, balance })
        });
        let plan_type = usage.plan_type;
        let main = RateLimitSnapshot {
            limit_id: Some(MAIN.to_owned()),
            credits,
            ..snapshot(usage.rate_limit, plan_type.clone())
        };
        let others = usage.additional_rate_limits.unwrap_or_default().into_iter().filter_map(|other| {
            let id = other.metered_feature?;
            let limit = RateLimitSnapshot {
                limit_id: Some(id.clone()),
                limit_name: other.limit_name,
                ..snapshot(other.rate_limit, plan_type.clone())
            };
            Some((id, limit))
        });
        Self {
            all: others.chain([(MAIN.to_owned(), main.clone())]).collect(),
            main,
            account_id: usage.account_id,
            allowed: usage.ordinary_usage_allowed,
            spending_stopped: usage.spend_control.and_then(|control| control.reached),
            reset_credits: usage.rate_limit_reset_credits.and_then(|credits| credits.available_count),
        }
    }
}

fn snapshot(limit: Option<Limit>, plan_type: Option<String>) -> RateLimitSnapshot {
    let (primary, secondary) =
        limit.map_or((None, None), |limit| (limit.primary_window, limit.secondary_window));
    RateLimitSnapshot {
        primary: primary.and_then(window),
        secondary: secondary.and_then(window),
        plan_type,
        ..Default::default()
    }
}

/// Minutes are rounded up, as a window is never shorter than it is said to be. One of which it is not said how much is used is none.
fn window(window: Window) -> Option<RateLimitWindow> {
    Some(RateLimitWindow {
        used_percent: window.used_percent?,
        window_minutes: window.limit_window_seconds.map(|seconds| seconds.saturating_add(59).div_euclid(60)),
        resets_at: window.reset_at,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_service_leaves_out_is_absent() {
        let limits = AccountLimits::from(serde_json::from_str::<Usage>("{}").unwrap());
        assert_eq!(limits.main, RateLimitSnapshot { limit_id: Some(MAIN.into()), ..Default::default() });
        assert_eq!((limits.account_id, limits.allowed, limits.reset_credits), (None, None, None));
        assert_eq!(limits.all.len(), 1);
        let parts = r#"{"rate_limit": {"primary_window": {}, "secondary_window": {"used_percent": 5}},
            "credits": {}, "rate_limit_reset_credits": {}}"#;
        let limits = AccountLimits::from(serde_json::from_str::<Usage>(parts).unwrap());
        assert_eq!((limits.main.primary, limits.main.credits, limits.reset_credits), (None, None, None));
        assert_eq!(limits.main.secondary.map(|window| window.used_percent), Some(5.0));
    }
}
