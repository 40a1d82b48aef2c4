//! What can go wrong between a prompt and its answer.
//!
//! The text of an error is meant for the user of a client: it says what to do where something can be
//! done. The class is what a client may branch on; what else is known stands in `details`. Whether
//! and when to try again is decided in `retry`.

use std::sync::Arc;
use std::time::Duration;

use codex_protocol::error_info::CodexErrorInfo;
use codex_protocol::usage::{RateLimitSnapshot, TokenUsage};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::auth::refresh::RefreshError;
use crate::auth::{self, KEY_VARIABLE};
use crate::base::secret::{Secret, without};
use crate::model::signed::Signed;

pub type Source = Box<dyn std::error::Error + Send + Sync>;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No connection, or it broke before the server answered.
    #[error("The model server at {url} cannot be reached: {}{}", root(source), remedy_text(.remedy.as_deref()))]
    Network {
        url: String,
        /// What helps with servers of this kind.
        remedy: Option<String>,
        #[source]
        source: Source,
    },
    /// The server answered with a status that has no better name below.
    #[error("{}", status_text(.0))]
    Status(Box<Refusal>),
    /// The credentials that were sent are not accepted.
    #[error("{}", unauthorized_text(.provider, .signed, .refusal))]
    Unauthorized { provider: String, signed: Signed, refusal: Box<Refusal> },
    /// The login that was sent is not accepted, and there is no other.
    #[error(
        "The model server does not accept the login (status {}){}. Log in again, in your editor or with \
         `codex-app-server login`.",
        .refusal.status,
        renewal_text(.problem.as_ref())
    )]
    LoginEnded {
        /// Why there is no other; absent: there was, and it is not accepted either.
        problem: Option<RefreshError>,
        refusal: Box<Refusal>,
    },
    /// The login that was sent is not accepted, and there may be another one in a moment.
    #[error(
        "The model server does not accept the login (status {}), and a new one is not to be had at the moment: {problem}",
        .refusal.status
    )]
    LoginNotRenewed { problem: RefreshError, refusal: Box<Refusal> },
    /// There is nothing to sign the request with.
    #[error(
        "Not logged in: the model provider `{provider}` needs credentials.{} Log in, in your editor or with \
         `codex-app-server login`, set the key in the variable `{}`, or use the built-in model with `-c model_provider=rehearsal`.",
        problem_text(.problem.as_deref()),
        .env_key.as_deref().unwrap_or(KEY_VARIABLE)
    )]
    NoCredentials { provider: String, env_key: Option<String>, problem: Option<Arc<auth::Error>> },
    #[error(
        "The environment variable `{name}` is not set; it holds the key of the model provider `{provider}`.{} Set it \
         and start the server again, or use the built-in model with `-c model_provider=rehearsal`.",
        spaced(.instructions.as_deref())
    )]
    MissingEnvVar { name: String, provider: String, instructions: Option<String> },
    #[error(
        "The command `{command}` gives no token for the model provider `{provider}`: {reason}. Correct \
         `model_providers.{provider}.auth`, or run the command by hand to see what it needs."
    )]
    TokenCommand { provider: String, command: String, reason: String },
    /// Too many requests for the moment.
    #[error("The model server limits the rate of requests ({}): {message}", limit_text(*.status))]
    RateLimited {
        /// Absent when an answer that had begun said so.
        status: Option<u16>,
        message: String,
        retry_after: Option<Duration>,
    },
    /// The plan is used up.
    #[error("{}", usage_limit_text(.0, &TimeZone::system()))]
    UsageLimit(Box<UsageLimit>),
    #[error("Your plan does not include this model provider. Upgrade the plan, or log in with an API key.")]
    NotIncluded,
    #[error("The quota of this API key is used up. Check plan and billing of the account.")]
    QuotaExceeded,
    #[error("The model is overloaded. Try again later, or choose another model.")]
    Overloaded,
    #[error("The conversation no longer fits into the model's context window. Start a new one.")]
    ContextWindowExceeded,
    /// The server gave up while it answered.
    #[error("The model server reported a failure: {message}")]
    Failed { code: Option<String>, message: String },
    /// The answer stops early on purpose.
    #[error("The model's answer is incomplete, reason: {reason}")]
    Incomplete { reason: String, usage: Option<TokenUsage> },
    /// The answer stopped without an end.
    #[error("The model's answer broke off{}", cause_text(.cause.as_ref()))]
    StreamEnded {
        #[source]
        cause: Option<Source>,
    },
    #[error("The model server was silent for {} s (`stream_idle_timeout_ms`)", .0.as_secs_f32())]
    IdleTimeout(Duration),
    /// The answer is not what the API promises.
    #[error("The model server's answer cannot be read: {reason}")]
    Decode { reason: String },
    /// The request cannot be made as configured.
    #[error("`{field}` {reason}")]
    Setting { field: String, reason: String },
    #[error("interrupted")]
    Cancelled,
}

/// The code of a server that may have room again in a moment.
const OVERLOADED: &str = "overloaded_error";

/// An answer with an error status.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refusal {
    pub status: u16,
    pub url: String,
    /// The server's own words, as short as it has them.
    pub message: String,
    /// The beginning of the body.
    pub body: String,
    pub request_id: Option<String>,
    pub retry_after: Option<Duration>,
}

impl Refusal {
    fn without(self, secrets: &[Secret]) -> Self {
        let clean = |text: String| without(&text, secrets);
        let (message, body) = (clean(self.message), clean(self.body));
        Self { message, body, request_id: self.request_id.map(clean), ..self }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct UsageLimit {
    pub plan: Option<String>,
    /// Unix seconds.
    pub resets_at: Option<i64>,
    pub message: Option<String>,
    /// To be announced before the error.
    pub rate_limits: RateLimitSnapshot,
}

impl Error {
    /// What a client may branch on, once nothing is tried any more.
    pub fn class(&self) -> CodexErrorInfo {
        match self {
            Self::Network { .. } => CodexErrorInfo::HttpConnectionFailed { http_status_code: None },
            Self::Status(refusal) => match refusal.status {
                400 => CodexErrorInfo::Other,
                500 => CodexErrorInfo::InternalServerError,
                status => CodexErrorInfo::HttpConnectionFailed { http_status_code: Some(status) },
            },
            Self::Unauthorized { refusal, .. } | Self::LoginNotRenewed { refusal, .. } => {
                CodexErrorInfo::HttpConnectionFailed { http_status_code: Some(refusal.status) }
            }
            Self::NoCredentials { .. } | Self::TokenCommand { .. } | Self::LoginEnded { .. } => {
                CodexErrorInfo::Unauthorized
            }
            Self::RateLimited { status, .. } => {
                CodexErrorInfo::ResponseTooManyFailedAttempts { http_status_code: *status }
            }
            Self::UsageLimit(_) | Self::NotIncluded | Self::QuotaExceeded => {
                CodexErrorInfo::UsageLimitExceeded
            }
            Self::Overloaded => CodexErrorInfo::ServerOverloaded,
            Self::Failed { code: Some(code), .. } if code == OVERLOADED => CodexErrorInfo::ServerOverloaded,
            Self::ContextWindowExceeded => CodexErrorInfo::ContextWindowExceeded,
            Self::Setting { .. } => CodexErrorInfo::BadRequest,
            Self::MissingEnvVar { .. }
            | Self::Failed { .. }
            | Self::Incomplete { .. }
            | Self::StreamEnded { .. }
            | Self::IdleTimeout(_)
            | Self::Decode { .. }
            | Self::Cancelled => CodexErrorInfo::Other,
        }
    }

    /// The class of a notice that the request is being repeated.
    pub fn retry_class(&self) -> CodexErrorInfo {
        CodexErrorInfo::ResponseStreamDisconnected { http_status_code: self.status() }
    }

    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Status(refusal)
            | Self::Unauthorized { refusal, .. }
            | Self::LoginEnded { refusal, .. }
            | Self::LoginNotRenewed { refusal, .. } => Some(refusal.status),
            Self::RateLimited { status, .. } => *status,
            _ => None,
        }
    }

    /// What the server said of the user's limits, where it said so with the error.
    pub fn rate_limits(&self) -> Option<&RateLimitSnapshot> {
        match self {
            Self::UsageLimit(limit) => Some(&limit.rate_limits),
            _ => None,
        }
    }

    /// Tokens that were used in spite of the failure.
    pub fn usage(&self) -> Option<TokenUsage> {
        match self {
            Self::Incomplete { usage, .. } => *usage,
            _ => None,
        }
    }

    /// The same without these secrets, which a server may quote.
    pub fn without(self, secrets: &[Secret]) -> Self {
        let clean = |text: String| without(&text, secrets);
        match self {
            Self::RateLimited { status, message, retry_after } => {
                Self::RateLimited { status, message: clean(message), retry_after }
            }
            Self::Failed { code, message } => Self::Failed { code: code.map(clean), message: clean(message) },
            Self::Incomplete { reason, usage } => Self::Incomplete { reason: clean(reason), usage },
            Self::Decode { reason } => Self::Decode { reason: clean(reason) },
            Self::Status(refusal) => Self::Status(Box::new(refusal.without(secrets))),
            Self::Unauthorized { provider, signed, refusal } => {
                Self::Unauthorized { provider, signed, refusal: Box::new(refusal.without(secrets)) }
            }
            other => other,
        }
    }

    /// What is known beyond the message: causes, the server's words, the id of the request.
    pub fn details(&self) -> Option<String> {
        let parts = match self {
            Self::Status(refusal)
            | Self::Unauthorized { refusal, .. }
            | Self::LoginEnded { refusal, .. }
            | Self::LoginNotRenewed { refusal, .. } => {
                let id = refusal.request_id.as_ref().map(|id| format!("request id: {id}"));
                [Some(refusal.body.clone()), id].into_iter().flatten().collect()
            }
            Self::UsageLimit(limit) => limit.message.clone().into_iter().collect(),
            Self::Failed { code, .. } => code.iter().map(|code| format!("code: {code}")).collect(),
            _ => chain(std::error::Error::source(self)),
        };
        let text = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n");
        (!text.is_empty()).then_some(text)
    }
}

fn chain(mut error: Option<&(dyn std::error::Error + 'static)>) -> Vec<String> {
    let mut parts = Vec::new();
    while let Some(cause) = error {
        parts.push(cause.to_string());
        error = cause.source();
    }
    parts
}

/// The innermost cause: libraries put the news there.
fn root(source: &Source) -> String {
    let mut innermost: &dyn std::error::Error = source.as_ref();
    while let Some(deeper) = innermost.source() {
        innermost = deeper;
    }
    innermost.to_string()
}

fn remedy_text(remedy: Option<&str>) -> String {
    remedy.map(|remedy| format!(". {remedy}")).unwrap_or_default()
}

fn cause_text(cause: Option<&Source>) -> String {
    cause.map(|cause| format!(": {}", root(cause))).unwrap_or_default()
}

fn renewal_text(problem: Option<&RefreshError>) -> String {
    problem.map_or_else(|| ", though it has just been renewed".to_owned(), |problem| format!(": {problem}"))
}

fn problem_text(problem: Option<&auth::Error>) -> String {
    problem.map(|problem| format!(" {problem}.")).unwrap_or_default()
}

fn spaced(text: Option<&str>) -> String {
    text.map(|text| format!(" {text}")).unwrap_or_default()
}

fn limit_text(status: Option<u16>) -> String {
    status.map_or_else(|| "in the answer".to_owned(), |status| format!("status {status}"))
}

fn status_text(refusal: &Refusal) -> String {
    match refusal.status {
        400 if !refusal.message.is_empty() => refusal.message.clone(),
        300..400 => format!(
            "The model server at {} points elsewhere (status {}): set `base_url` to the final address.",
            refusal.url, refusal.status
        ),
        status if refusal.message.is_empty() => {
            format!("The model server at {} answered with status {status}", refusal.url)
        }
        status => {
            format!("The model server at {} answered with status {status}: {}", refusal.url, refusal.message)
        }
    }
}

fn unauthorized_text(provider: &str, signed: &Signed, refusal: &Refusal) -> String {
    let said = if refusal.message.is_empty() { String::new() } else { format!(": {}", refusal.message) };
    let [problem, advice] = signed.refused(provider);
    let status = refusal.status;
    format!(
        "{problem} (status {status}{said}). {advice}, or use the built-in model with \
         `-c model_provider=rehearsal`."
    )
}

fn usage_limit_text(limit: &UsageLimit, zone: &TimeZone) -> String {
    let plan = limit.plan.as_deref().map(|plan| format!(" of your plan ({plan})")).unwrap_or_default();
    let sooner = match limit.plan.as_deref() {
        Some("free" | "go") => " A larger plan has more: https://chatgpt.com/explore/plus.",
        Some("plus" | "pro") => " More can be bought at https://chatgpt.com/settings/usage.",
        Some("team" | "business") => " An administrator of your workspace can grant more.",
        Some(_) | None => "",
    };
    let when = limit
        .resets_at
        .and_then(|seconds| Timestamp::from_second(seconds).ok())
        .map(|at| format!("on {}", at.to_zoned(zone.clone()).strftime("%b %-d, %Y at %-I:%M %p")));
    let when = when.unwrap_or_else(|| "later".to_owned());
    format!("The usage limit{plan} is reached; it resets {when}.{sooner}")
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::auth::refresh::Reason;

    fn refusal(status: u16) -> Box<Refusal> {
        Box::new(Refusal {
            status,
            url: "http://model/v1/responses".into(),
            message: "boom".into(),
            body: r#"{"error":{"message":"boom"}}"#.into(),
            request_id: Some("req_1".into()),
            retry_after: None,
        })
    }

    #[test]
    fn every_failure_has_a_text_and_a_class() {
        let network = std::io::Error::other("connection refused");
        let errors = [
            Error::Network { url: "http://model".into(), remedy: None, source: network.into() },
            Error::Status(refusal(400)),
            Error::Status(refusal(500)),
            Error::Status(refusal(503)),
            Error::Unauthorized { provider: "openai".into(), signed: Signed::Login, refusal: refusal(401) },
            Error::NoCredentials { provider: "openai".into(), env_key: None, problem: None },
            Error::LoginEnded { problem: Some(RefreshError::Ended(Reason::Revoked)), refusal: refusal(401) },
            Error::LoginNotRenewed { problem: RefreshError::Interrupted, refusal: refusal(401) },
            Error::MissingEnvVar {
                name: "KEY".into(),
                provider: "p".into(),
                instructions: Some("Get one.".into()),
            },
            Error::RateLimited { status: Some(429), message: "slow".into(), retry_after: None },
            Error::QuotaExceeded,
            Error::Overloaded,
            Error::ContextWindowExceeded,
            Error::Failed { code: Some("server_error".into()), message: "sorry".into() },
            Error::Incomplete { reason: "max_output_tokens".into(), usage: None },
            Error::StreamEnded { cause: None },
            Error::IdleTimeout(Duration::from_millis(1500)),
        ];
        let text: Vec<String> =
            errors.iter().map(|e| format!("{e}\n  {:?} {:?}\n", e.class(), e.details())).collect();
        expect![[r#"
            The model server at http://model cannot be reached: connection refused
              HttpConnectionFailed { http_status_code: None } Some("connection refused")
            boom
              Other Some("{\"error\":{\"message\":\"boom\"}}\nrequest id: req_1")
            The model server at http://model/v1/responses answered with status 500: boom
              InternalServerError Some("{\"error\":{\"message\":\"boom\"}}\nrequest id: req_1")
            The model server at http://model/v1/responses answered with status 503: boom
              HttpConnectionFailed { http_status_code: Some(503) } Some("{\"error\":{\"message\":\"boom\"}}\nrequest id: req_1")
            The model provider `openai` does not accept the credentials (status 401: boom). Check the API key that is logged in, or use the built-in model with `-c model_provider=rehearsal`.
              HttpConnectionFailed { http_status_code: Some(401) } Some("{\"error\":{\"message\":\"boom\"}}\nrequest id: req_1")
            Not logged in: the model provider `openai` needs credentials. Log in, in your editor or with `codex-app-server login`, set the key in the variable `CODEX_API_KEY`, or use the built-in model with `-c model_provider=rehearsal`.
              Unauthorized None
            The model server does not accept the login (status 401): the login has ended, because its refresh token was revoked. Log in again, in your editor or with `codex-app-server login`.
              Unauthorized Some("{\"error\":{\"message\":\"boom\"}}\nrequest id: req_1")
            The model server does not accept the login (status 401), and a new one is not to be had at the moment: renewing the login was interrupted
              HttpConnectionFailed { http_status_code: Some(401) } Some("{\"error\":{\"message\":\"boom\"}}\nrequest id: req_1")
            The environment variable `KEY` is not set; it holds the key of the model provider `p`. Get one. Set it and start the server again, or use the built-in model with `-c model_provider=rehearsal`.
              Other None
            The model server limits the rate of requests (status 429): slow
              ResponseTooManyFailedAttempts { http_status_code: Some(429) } None
            The quota of this API key is used up. Check plan and billing of the account.
              UsageLimitExceeded None
            The model is overloaded. Try again later, or choose another model.
              ServerOverloaded None
            The conversation no longer fits into the model's context window. Start a new one.
              ContextWindowExceeded None
            The model server reported a failure: sorry
              Other Some("code: server_error")
            The model's answer is incomplete, reason: max_output_tokens
              Other None
            The model's answer broke off
              Other None
            The model server was silent for 1.5 s (`stream_idle_timeout_ms`)
              Other None
        "#]]
        .assert_eq(&text.concat());
    }

    #[test]
    fn a_usage_limit_names_plan_and_reset() {
        let mut limit =
            UsageLimit { plan: Some("plus".into()), resets_at: Some(1_893_456_000), ..Default::default() };
        let plus = usage_limit_text(&limit, &TimeZone::UTC);
        assert_eq!(
            plus,
            "The usage limit of your plan (plus) is reached; it resets on Jan 1, 2030 at 12:00 AM. \
             More can be bought at https://chatgpt.com/settings/usage."
        );
        limit.plan = None;
        limit.resets_at = None;
        assert_eq!(usage_limit_text(&limit, &TimeZone::UTC), "The usage limit is reached; it resets later.");
    }
}
