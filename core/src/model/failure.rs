//! An error status, or an error in mid-answer ▶ [`Error`]. Pure.
//!
//! Servers agree on little: some put `{"error": {"message", "type", "code"}}` into the body, some
//! `{"error": "text"}` or `{"message": "text"}`, some a web page. What is not understood is quoted.

use jiff::Timestamp;
use reqwest::header::HeaderMap;
use serde::Deserialize;
use serde_json::Value;

use crate::base::text::head;
use crate::model::error::{Error, Refusal, UsageLimit};
use crate::model::local::LocalServer;
use crate::model::signed::Signed;
use crate::model::wire::lenient::Number;
use crate::model::{rate_limits, retry};

/// How much of a body is quoted.
const EXCERPT: usize = 2048;
/// The same for one in which nothing is understood.
const SHORT: usize = 300;

/// Who was asked, for the texts.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    pub provider: String,
    pub url: String,
    pub signed: Signed,
    pub model: String,
    /// The kind of server, if it is one that is built in.
    pub local: Option<LocalServer>,
}

/// What a server says went wrong. Every field is optional somewhere.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ErrorBody {
    pub message: Option<String>,
    #[serde(rename = "type")]
    pub kind: Option<String>,
    #[serde(deserialize_with = "text_or_number")]
    pub code: Option<String>,
    pub plan_type: Option<String>,
    pub resets_at: Number,
}

impl ErrorBody {
    /// One that has only words.
    pub fn of(message: &str) -> Self {
        Self { message: Some(message.to_owned()), ..Self::default() }
    }
}

/// An answer whose status is not a success.
pub fn refused(asked: &Asked, status: u16, headers: &HeaderMap, body: &[u8]) -> Error {
    let text = String::from_utf8_lossy(body);
    let error = parse(&text);
    let kind = error.kind.as_deref().unwrap_or("");
    let code = error.code.as_deref().unwrap_or(kind);
    let now = Timestamp::now();
    let retry_after = retry::delay_in_headers(headers, now)
        .or_else(|| error.message.as_deref().and_then(retry::delay_in_text))
        .or_else(|| retry::delay_until_reset(headers, now).filter(|_| status == 429));
    match (status, kind, code) {
        (429, "usage_limit_reached", _) => {
            return Error::UsageLimit(Box::new(UsageLimit {
                plan: error.plan_type,
                resets_at: error.resets_at.0,
                message: error.message,
                rate_limits: rate_limits::snapshot(headers),
            }));
        }
        (429, "usage_not_included", _) => return Error::NotIncluded,
        (_, _, "insufficient_quota") => return Error::QuotaExceeded,
        (_, _, "context_length_exceeded") => return Error::ContextWindowExceeded,
        (400 | 413 | 422, ..) if is_overflow(error.message.as_deref().unwrap_or(&text)) => {
            return Error::ContextWindowExceeded;
        }
        (503 | 529, _, "server_is_overloaded") => return Error::Overloaded,
        (429, ..) => {
            let message = error.message.unwrap_or_else(|| "too many requests".to_owned());
            return Error::RateLimited { status: Some(status), message, retry_after };
        }
        _ => {}
    }
    let mut message = error.message.unwrap_or_else(|| words(&text));
    if let (404, Some(local)) = (status, asked.local) {
        message = format!("{}. {}", message.trim_end_matches('.'), local.get_model(&asked.model));
    }
    let refusal = Box::new(Refusal {
        status,
        url: asked.url.clone(),
        message,
        body: head(text.trim(), EXCERPT).to_owned(),
        request_id: request_id(headers),
        retry_after,
    });
    match status {
        401 => {
            Error::Unauthorized { provider: asked.provider.clone(), signed: asked.signed.clone(), refusal }
        }
        _ => Error::Status(refusal),
    }
}

/// A failure that is reported in place of the rest of an answer.
pub fn failed(error: ErrorBody) -> Error {
    let message =
        error.message.filter(|text| !text.is_empty()).unwrap_or_else(|| "no reason given".to_owned());
    let message = head(&message, EXCERPT).to_owned();
    match error.code.as_deref().or(error.kind.as_deref()) {
        Some("context_length_exceeded") => Error::ContextWindowExceeded,
        Some("insufficient_quota") => Error::QuotaExceeded,
        Some("usage_not_included") => Error::NotIncluded,
        Some("server_is_overloaded") => Error::Overloaded,
        Some("rate_limit_exceeded" | "slow_down" | "rate_limit_error" | "429") => {
            let retry_after = retry::delay_in_text(&message);
            Error::RateLimited { status: None, message, retry_after }
        }
        Some(_) | None if is_overflow(&message) => Error::ContextWindowExceeded,
        Some(_) | None => Error::Failed { code: error.code.or(error.kind), message },
    }
}

/// Whether a server that has no code for it says that a request does not fit into the window.
fn is_overflow(message: &str) -> bool {
    const WORDS: [&str; 7] = [
        "maximum context length",
        "prompt is too long",
        "exceed context limit",
        "exceeds the available context size",
        "exceeds the context window",
        "exceed_context_size",
        "context length exceeded",
    ];
    let message = head(message, EXCERPT).to_ascii_lowercase();
    WORDS.iter().any(|words| message.contains(words))
}

fn parse(text: &str) -> ErrorBody {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Inner {
        Text(String),
        Object(ErrorBody),
    }
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Outer {
        error: Option<Inner>,
        message: Option<String>,
        detail: Option<Value>,
    }
    let outer: Outer = serde_json::from_str(text).unwrap_or_default();
    let mut error = match outer.error {
        Some(Inner::Object(error)) => error,
        Some(Inner::Text(message)) => ErrorBody::of(&message),
        None => {
            let message = outer.message.or_else(|| outer.detail.as_ref().and_then(detail));
            ErrorBody { message, ..ErrorBody::default() }
        }
    };
    // The end of a long one is of no use, but may be large.
    error.message = error.message.map(|message| head(message.trim(), EXCERPT).to_owned());
    error.message.take_if(|message| message.is_empty());
    error
}

/// A text, or the first of a list of complaints.
fn detail(detail: &Value) -> Option<String> {
    let message = detail.as_str().or_else(|| detail.get(0)?.get("msg")?.as_str())?;
    Some(message.to_owned())
}

/// The body as a message: one short line, and nothing of a web page.
fn words(body: &str) -> String {
    let body = head(body.trim(), EXCERPT);
    if body.starts_with('<') {
        return "the answer is a web page, not a model's".to_owned();
    }
    let line = body.split_whitespace().collect::<Vec<_>>().join(" ");
    match head(&line, SHORT) {
        short if short.len() < line.len() => format!("{short}..."),
        whole => whole.to_owned(),
    }
}

fn request_id(headers: &HeaderMap) -> Option<String> {
    ["x-request-id", "x-oai-request-id", "cf-ray"]
        .iter()
        .find_map(|name| headers.get(*name)?.to_str().ok())
        .map(str::to_owned)
}

/// Some servers number their errors.
fn text_or_number<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Code {
        Text(String),
        Number(serde_json::Number),
    }
    Ok(Option::<Code>::deserialize(deserializer)?.map(|code| match code {
        Code::Text(text) => text,
        Code::Number(number) => number.to_string(),
    }))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use expect_test::{Expect, expect};

    use super::*;

    fn check(status: u16, body: &str, expected: Expect) {
        let asked = Asked {
            provider: "p".into(),
            url: "http://m".into(),
            signed: Signed::Variable("KEY".into()),
            ..Asked::default()
        };
        let error = refused(&asked, status, &HeaderMap::new(), body.as_bytes());
        expected.assert_eq(&format!("{error}\n{:?}", error.class()));
    }

    #[test]
    fn a_request_that_is_refused_says_why_in_the_words_of_the_server_or_in_one_line() {
        let said = |body: &str| {
            let error = refused(&Asked::default(), 400, &HeaderMap::new(), body.as_bytes());
            error.to_string()
        };
        assert_eq!(
            said(r#"{"error":{"message":"No such tool.","type":"invalid_request_error"}}"#),
            "No such tool."
        );
        assert_eq!(said(r#"{"detail":[{"loc":["body"],"msg":"Field required"}]}"#), "Field required");
        assert_eq!(said("{\n  \"oops\": [\n    1\n  ]\n}"), r#"{ "oops": [ 1 ] }"#);
        assert_eq!(said("<html>\n"), "the answer is a web page, not a model's");
        assert!(said("").ends_with("answered with status 400"));
        for body in ["x".repeat(100_000), format!(r#"{{"error":{{"message":"{}"}}}}"#, "y".repeat(100_000))] {
            assert!(said(&body).len() <= EXCERPT);
        }
    }

    #[test]
    fn bodies_of_all_shapes_are_understood() {
        check(
            500,
            r#"{"error":{"message":"boom","code":17}}"#,
            expect![[r#"
            The model server at http://m answered with status 500: boom
            InternalServerError"#]],
        );
        check(
            404,
            r#"{"error":"no such model"}"#,
            expect![[r#"
            The model server at http://m answered with status 404: no such model
            HttpConnectionFailed { http_status_code: Some(404) }"#]],
        );
        check(
            422,
            r#"{"detail":"bad"}"#,
            expect![[r#"
            The model server at http://m answered with status 422: bad
            HttpConnectionFailed { http_status_code: Some(422) }"#]],
        );
        check(
            502,
            "<html>gateway</html>",
            expect![[r#"
            The model server at http://m answered with status 502: the answer is a web page, not a model's
            HttpConnectionFailed { http_status_code: Some(502) }"#]],
        );
        check(
            400,
            r#"{"error":{"message":"bad"}}"#,
            expect![[r#"
            bad
            Other"#]],
        );
        check(
            308,
            "",
            expect![[r#"
            The model server at http://m points elsewhere (status 308): set `base_url` to the final address.
            HttpConnectionFailed { http_status_code: Some(308) }"#]],
        );
        check(
            401,
            r#"{"error":{"message":"bad key"}}"#,
            expect![[r#"
                The model provider `p` does not accept the credentials (status 401: bad key). Check the key in the variable `KEY`, or use the built-in model with `-c model_provider=rehearsal`.
                HttpConnectionFailed { http_status_code: Some(401) }"#]],
        );
    }

    #[test]
    fn named_conditions_win_over_the_status() {
        check(
            429,
            r#"{"error":{"type":"usage_limit_reached","plan_type":"team"}}"#,
            expect![[r#"
            The usage limit of your plan (team) is reached; it resets later. An administrator of your workspace can grant more.
            UsageLimitExceeded"#]],
        );
        check(
            429,
            r#"{"error":{"type":"usage_not_included"}}"#,
            expect![[r#"
            Your plan does not include this model provider. Upgrade the plan, or log in with an API key.
            UsageLimitExceeded"#]],
        );
        check(
            429,
            r#"{"error":{"code":"insufficient_quota"}}"#,
            expect![[r#"
            The quota of this API key is used up. Check plan and billing of the account.
            UsageLimitExceeded"#]],
        );
        check(
            400,
            r#"{"error":{"code":"context_length_exceeded"}}"#,
            expect![[r#"
            The conversation no longer fits into the model's context window. Start a new one.
            ContextWindowExceeded"#]],
        );
        check(
            503,
            r#"{"error":{"code":"server_is_overloaded"}}"#,
            expect![[r#"
            The model is overloaded. Try again later, or choose another model.
            ServerOverloaded"#]],
        );
        check(
            429,
            "",
            expect![[r#"
            The model server limits the rate of requests (status 429): too many requests
            ResponseTooManyFailedAttempts { http_status_code: Some(429) }"#]],
        );
    }

    #[test]
    fn a_window_that_is_full_is_known_by_words() {
        for body in [
            r#"{"error":{"message":"This model's maximum context length is 4096 tokens."}}"#,
            r#"{"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 3 > 2"}}"#,
            r#"{"error":{"code":400,"message":"the request exceeds the available context size","type":"exceed_context_size_error"}}"#,
        ] {
            let error = refused(&Asked::default(), 400, &HeaderMap::new(), body.as_bytes());
            assert!(matches!(error, Error::ContextWindowExceeded), "{body}: {error:?}");
        }
    }

    #[test]
    fn failures_in_mid_answer_carry_their_delay() {
        let body = r#"{"code":"rate_limit_exceeded","message":"Please try again in 1.5s."}"#;
        let Error::RateLimited { status: None, retry_after, .. } =
            failed(serde_json::from_str(body).unwrap())
        else {
            panic!("not a rate limit");
        };
        assert_eq!(retry_after, Some(Duration::from_millis(1500)));
    }

    #[test]
    fn a_model_that_a_local_server_does_not_have_can_be_had() {
        let local = Some(LocalServer::Ollama);
        let asked = Asked { model: "qwen3:8b".into(), local, url: "U".into(), ..Asked::default() };
        let body = br#"{"error":{"message":"model \"qwen3:8b\" not found"}}"#;
        assert_eq!(
            refused(&asked, 404, &HeaderMap::new(), body).to_string(),
            "The model server at U answered with status 404: model \"qwen3:8b\" not found. Get the model with \
             `ollama pull qwen3:8b`, or choose one of model/list"
        );
    }

    #[test]
    fn long_bodies_are_cut_between_characters() {
        let Error::Status(refusal) =
            refused(&Asked::default(), 400, &HeaderMap::new(), "ä".repeat(5000).as_bytes())
        else {
            panic!("not a status");
        };
        assert_eq!(refusal.body.len(), EXCERPT);
    }
}
