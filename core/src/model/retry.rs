//! Which failure is worth another attempt, and after what delay. Pure.
//!
//! There are two levels. A request that got no answer is repeated silently by the client, within
//! `request_max_retries`. What is left, and an answer that broke off, is repeated by the task that
//! asked, within `stream_max_retries`, and announced to the user. A delay that the server asks for
//! wins over our own; one too long to be waited out in silence is left to the second level, and one
//! longer than a user would wait ends the turn.

use std::time::Duration;

use jiff::Timestamp;
use reqwest::header::HeaderMap;

use crate::base::backoff::backoff;
use crate::model::error::Error;

const LONGEST_SILENCE: Duration = Duration::from_secs(10);
const LONGEST_WAIT: Duration = Duration::from_secs(600);

impl Error {
    /// Whether the whole request may succeed when it is repeated.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Network { .. }
            | Self::StreamEnded { .. }
            | Self::IdleTimeout(_)
            | Self::LoginNotRenewed { .. } => true,
            Self::Status(refusal) => {
                is_passing(refusal.status) && refusal.retry_after.is_none_or(|delay| delay <= LONGEST_WAIT)
            }
            // Answered by a status, the silent retries have had their chance, unless the server said when.
            Self::RateLimited { status, retry_after, .. } => {
                retry_after.map_or(status.is_none(), |delay| delay <= LONGEST_WAIT)
            }
            Self::Failed { code, .. } => !code.as_deref().is_some_and(is_final_code),
            Self::Incomplete { reason, .. } => !matches!(reason.as_str(), "max_output_tokens" | "refusal"),
            Self::Unauthorized { .. }
            | Self::LoginEnded { .. }
            | Self::NoCredentials { .. }
            | Self::MissingEnvVar { .. }
            | Self::TokenCommand { .. }
            | Self::UsageLimit(_)
            | Self::NotIncluded
            | Self::QuotaExceeded
            | Self::Overloaded
            | Self::ContextWindowExceeded
            | Self::Decode { .. }
            | Self::Setting { .. }
            | Self::Cancelled => false,
        }
    }

    /// How long the server asks to be left alone.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::RateLimited { retry_after, .. } => *retry_after,
            Self::Status(refusal) => refusal.retry_after,
            _ => None,
        }
    }
}

/// The silent delay before retry number `retry` (from 1) of a request that was not answered, if there
/// is to be one.
pub fn request_delay(error: &Error, retry: u32, most: u32) -> Option<Duration> {
    let worth_it = match error {
        Error::Network { .. } | Error::Overloaded => true,
        Error::Status(refusal) => is_passing(refusal.status),
        Error::RateLimited { status, .. } => status.is_some(),
        _ => false,
    };
    let delay = error.retry_after().unwrap_or_else(|| backoff(retry));
    (worth_it && retry <= most && delay <= LONGEST_SILENCE).then_some(delay)
}

/// What an announcement says of its delay: nothing of our own short ones.
pub fn waiting(error: &Error, delay: Duration) -> Option<String> {
    let is_worth_a_word = error.retry_after().is_some() || delay > Duration::from_secs(1);
    let seconds = delay.as_secs_f64().ceil().max(1.0);
    is_worth_a_word.then(|| format!("in {seconds} s"))
}

/// The delay before retry number `retry` (from 1) of a whole response, if there is to be one.
pub fn stream_delay(error: &Error, retry: u32, most: u32) -> Option<Duration> {
    (error.is_retryable() && retry <= most).then(|| error.retry_after().unwrap_or_else(|| backoff(retry)))
}

fn is_passing(status: u16) -> bool {
    matches!(status, 408 | 409 | 425 | 429) || status >= 500
}

/// Failures that belong to what was asked.
fn is_final_code(code: &str) -> bool {
    code.starts_with("invalid_") || code.ends_with("_policy")
}

/// The delay that headers ask for: milliseconds, seconds, or a date.
pub fn delay_in_headers(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = |name: &str| headers.get(name)?.to_str().ok().map(str::trim);
    if let Some(milliseconds) = text("retry-after-ms").and_then(|text| text.parse::<f64>().ok()) {
        return duration(milliseconds / 1000.0);
    }
    let value = text("retry-after")?;
    if let Ok(seconds) = value.parse::<f64>() {
        return duration(seconds);
    }
    until(jiff::fmt::rfc2822::parse(value).ok()?.timestamp(), now)
}

/// The delay until a limit that is used up begins anew; the longest where several are.
pub fn delay_until_reset(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = |name: String| headers.get(name)?.to_str().ok().map(str::trim);
    // OpenAI and its like count requests and tokens, and say `1m2.5s`; routers have one limit and say when.
    let openai = ["-requests", "-tokens", ""].into_iter().filter_map(|what| {
        let is_used_up = text(format!("x-ratelimit-remaining{what}"))? == "0";
        let reset = text(format!("x-ratelimit-reset{what}")).filter(|_| is_used_up)?;
        let in_seconds = || reset.parse().ok().or_else(|| seconds_in_words(reset)).and_then(duration);
        moment(reset).map_or_else(in_seconds, |at| until(at, now))
    });
    let anthropic = ["requests", "tokens", "input-tokens", "output-tokens"].into_iter().filter_map(|what| {
        let is_used_up = text(format!("anthropic-ratelimit-{what}-remaining"))? == "0";
        let reset = text(format!("anthropic-ratelimit-{what}-reset")).filter(|_| is_used_up)?;
        until(reset.parse().ok()?, now)
    });
    openai.chain(anthropic).max()
}

/// A moment in seconds or milliseconds since 1970. Small numbers are no moments.
fn moment(text: &str) -> Option<Timestamp> {
    match text.parse::<i64>().ok()? {
        ..1_000_000_000 => None,
        seconds @ 1_000_000_000..100_000_000_000 => Timestamp::from_second(seconds).ok(),
        milliseconds @ 100_000_000_000.. => Timestamp::from_millisecond(milliseconds).ok(),
    }
}

fn until(at: Timestamp, now: Timestamp) -> Option<Duration> {
    duration(at.duration_since(now).as_secs_f64().max(0.0))
}

/// The delay that a message asks for in words: "try again in 1m30.5s".
pub fn delay_in_text(text: &str) -> Option<Duration> {
    const PHRASE: &str = "try again in";
    let text = text.to_ascii_lowercase();
    duration(seconds_in_words(text.get(text.find(PHRASE)? + PHRASE.len()..)?)?)
}

/// The length of time that a text begins with: "1m30.5s".
fn seconds_in_words(text: &str) -> Option<f64> {
    let mut rest = text.trim_start();
    let mut seconds = None;
    loop {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.').len();
        let (number, after) = rest.split_at_checked(digits)?;
        // A full stop that ends the sentence is not part of a number.
        let Ok(number) = number.trim_end_matches('.').parse::<f64>() else { break };
        let after = after.trim_start();
        let letters = after.len() - after.trim_start_matches(|c: char| c.is_ascii_alphabetic()).len();
        let (unit, after) = after.split_at_checked(letters)?;
        let factor = match unit {
            "ms" | "millisecond" | "milliseconds" => 0.001,
            "s" | "sec" | "second" | "seconds" => 1.0,
            "m" | "min" | "minute" | "minutes" => 60.0,
            "h" | "hour" | "hours" => 3600.0,
            _ => break,
        };
        seconds = Some(seconds.unwrap_or(0.0) + number * factor);
        rest = after;
    }
    seconds
}

fn duration(seconds: f64) -> Option<Duration> {
    Duration::try_from_secs_f64(seconds).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::error::Refusal;

    fn status(status: u16, retry_after: Option<u64>) -> Error {
        let retry_after = retry_after.map(Duration::from_secs);
        Error::Status(Box::new(Refusal { status, retry_after, ..Refusal::default() }))
    }

    fn limited(status: Option<u16>, seconds: Option<u64>) -> Error {
        Error::RateLimited { status, message: String::new(), retry_after: seconds.map(Duration::from_secs) }
    }

    #[test]
    fn delays_in_words() {
        for (text, milliseconds) in [
            ("Rate limit reached. Please try again in 1.5s.", Some(1500)),
            ("Try Again In 20 seconds", Some(20_000)),
            ("try again in 250ms", Some(250)),
            ("try again in 1m30.5s. Visit", Some(90_500)),
            ("try again in 2 minutes.", Some(120_000)),
            ("try again in a while", None),
            ("try again in 3 parsecs", None),
            ("try again in ", None),
            ("nothing", None),
        ] {
            assert_eq!(delay_in_text(text), milliseconds.map(Duration::from_millis), "{text}");
        }
    }

    #[test]
    fn delays_in_headers() {
        let now = Timestamp::from_second(1_893_456_000).unwrap();
        for (name, value, milliseconds) in [
            ("retry-after", "3", Some(3000)),
            ("retry-after-ms", "12.5", Some(12)),
            ("retry-after", "Tue, 01 Jan 2030 00:00:07 GMT", Some(7000)),
            ("retry-after", "Mon, 31 Dec 2029 00:00:07 GMT", Some(0)),
            ("retry-after", "-3", None),
            ("retry-after", "soon", None),
        ] {
            let headers =
                [(name.parse().unwrap(), value.parse().unwrap())].into_iter().collect::<HeaderMap>();
            let delay = delay_in_headers(&headers, now).map(|delay| delay.as_millis());
            assert_eq!(delay, milliseconds, "{name}: {value}");
        }
    }

    #[test]
    fn delays_until_a_limit_begins_anew() {
        let now = Timestamp::from_second(1_893_456_000).unwrap();
        let delay = |pairs: &[(&'static str, &'static str)]| {
            let headers: HeaderMap =
                pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
            delay_until_reset(&headers, now).map(|delay| delay.as_millis())
        };
        let requests = [("x-ratelimit-remaining-requests", "0"), ("x-ratelimit-reset-requests", "1m2.5s")];
        let tokens = [("x-ratelimit-remaining-tokens", "0"), ("x-ratelimit-reset-tokens", "90s")];
        assert_eq!(delay(&requests), Some(62_500));
        assert_eq!(delay(&[requests, tokens].concat()), Some(90_000));
        assert_eq!(delay(&[("x-ratelimit-remaining-requests", "5"), requests[1]]), None);
        assert_eq!(delay(&[requests[1]]), None);
        let router = |reset| [("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", reset)];
        assert_eq!(delay(&router("1893456003000")), Some(3_000));
        assert_eq!(delay(&router("1893456004")), Some(4_000));
        assert_eq!(delay(&router("2.5")), Some(2_500));
        assert_eq!(delay(&router("soon")), None);
        let anthropic = [
            ("anthropic-ratelimit-tokens-remaining", "0"),
            ("anthropic-ratelimit-tokens-reset", "2030-01-01T00:00:05Z"),
        ];
        assert_eq!(delay(&anthropic), Some(5_000));
    }

    #[test]
    fn silent_retries_are_short_and_counted() {
        assert!(request_delay(&status(503, None), 1, 4).is_some());
        assert!(request_delay(&status(503, None), 5, 4).is_none());
        assert!(request_delay(&status(404, None), 1, 4).is_none());
        assert_eq!(request_delay(&limited(Some(429), Some(3)), 1, 4), Some(Duration::from_secs(3)));
        assert_eq!(request_delay(&limited(Some(429), Some(60)), 1, 4), None);
        assert_eq!(request_delay(&Error::StreamEnded { cause: None }, 1, 4), None);
    }

    #[test]
    fn waits_that_are_asked_for_or_long_are_told() {
        let ended = Error::StreamEnded { cause: None };
        assert_eq!(waiting(&ended, Duration::from_millis(900)), None);
        assert_eq!(waiting(&ended, Duration::from_millis(1600)).as_deref(), Some("in 2 s"));
        let asked = limited(None, Some(3));
        assert_eq!(waiting(&asked, Duration::from_secs(3)).as_deref(), Some("in 3 s"));
        assert_eq!(waiting(&asked, Duration::from_millis(20)).as_deref(), Some("in 1 s"));
    }

    #[test]
    fn announced_retries_wait_as_long_as_the_server_asks() {
        assert_eq!(stream_delay(&limited(Some(429), Some(60)), 1, 5), Some(Duration::from_secs(60)));
        assert_eq!(stream_delay(&limited(Some(429), Some(7200)), 1, 5), None);
        assert_eq!(stream_delay(&limited(Some(429), None), 1, 5), None);
        assert!(stream_delay(&limited(None, None), 1, 5).is_some());
        assert!(stream_delay(&Error::StreamEnded { cause: None }, 5, 5).is_some());
        assert!(stream_delay(&Error::StreamEnded { cause: None }, 6, 5).is_none());
        assert!(stream_delay(&status(400, None), 1, 5).is_none());
        let policy = Error::Failed { code: Some("invalid_prompt".into()), message: String::new() };
        assert!(stream_delay(&policy, 1, 5).is_none());
    }
}
