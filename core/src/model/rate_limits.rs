//! Response headers ▶ what is left of the user's limits.
//!
//! A window that the headers say nothing of is `None`; whether the last known value is kept is the
//! session's business.

use codex_protocol::usage::{CreditsSnapshot, RateLimitSnapshot, RateLimitWindow};
use reqwest::header::HeaderMap;

/// The one limit that today's headers describe.
const LIMIT_ID: &str = "codex";

pub fn snapshot(headers: &HeaderMap) -> RateLimitSnapshot {
    RateLimitSnapshot {
        limit_id: Some(LIMIT_ID.to_owned()),
        limit_name: None,
        primary: window(headers, "primary"),
        secondary: window(headers, "secondary"),
        credits: credits(headers),
        plan_type: None,
    }
}

fn window(headers: &HeaderMap, name: &str) -> Option<RateLimitWindow> {
    let value = |what: &str| text(headers, &format!("x-codex-{name}-{what}"));
    let used_percent: f64 = value("used-percent")?.parse().ok()?;
    let window_minutes: Option<i64> = value("window-minutes").and_then(|text| text.parse().ok());
    let resets_at: Option<i64> = value("reset-at").and_then(|text| text.parse().ok());
    let says_something = used_percent != 0.0 || window_minutes.is_some_and(|m| m != 0) || resets_at.is_some();
    (used_percent.is_finite() && says_something).then_some(RateLimitWindow {
        used_percent,
        window_minutes,
        resets_at,
    })
}

fn credits(headers: &HeaderMap) -> Option<CreditsSnapshot> {
    Some(CreditsSnapshot {
        has_credits: flag(headers, "x-codex-credits-has-credits")?,
        unlimited: flag(headers, "x-codex-credits-unlimited")?,
        balance: text(headers, "x-codex-credits-balance").filter(|text| !text.is_empty()).map(str::to_owned),
    })
}

fn flag(headers: &HeaderMap, name: &str) -> Option<bool> {
    match text(headers, name)?.to_ascii_lowercase().as_str() {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok().map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn windows_are_read_where_they_say_something() {
        let snapshot = snapshot(&headers(&[
            ("x-codex-primary-used-percent", "12.5"),
            ("x-codex-primary-window-minutes", "300"),
            ("x-codex-primary-reset-at", "1893456000"),
            ("x-codex-secondary-used-percent", "0"),
            ("x-codex-credits-has-credits", "True"),
            ("x-codex-credits-unlimited", "0"),
            ("x-codex-credits-balance", ""),
        ]));
        let primary =
            RateLimitWindow { used_percent: 12.5, window_minutes: Some(300), resets_at: Some(1_893_456_000) };
        assert_eq!(snapshot.limit_id.as_deref(), Some("codex"));
        assert_eq!(snapshot.primary, Some(primary));
        assert_eq!(snapshot.secondary, None);
        let credits = CreditsSnapshot { has_credits: true, unlimited: false, balance: None };
        assert_eq!(snapshot.credits, Some(credits));
    }

    #[test]
    fn nonsense_is_no_window() {
        for value in ["NaN", "inf", "much", ""] {
            let value = [("x-codex-primary-used-percent", value), ("x-codex-primary-window-minutes", "1")];
            assert_eq!(snapshot(&headers(&value)).primary, None, "{value:?}");
        }
        assert_eq!(snapshot(&HeaderMap::new()).primary, None);
    }
}
