//! Token counts and rate limits.

use codex_app_server_protocol::v2::account::PlanType;
use codex_app_server_protocol::v2::rate_limits as limits;
use codex_app_server_protocol::v2::usage as wire;
use codex_protocol::usage::{
    CreditsSnapshot, RateLimitSnapshot, RateLimitWindow, TokenUsage, TokenUsageInfo,
};
use serde::Deserialize;
use serde::de::IntoDeserializer;
use serde::de::value::{Error, StrDeserializer};

pub(crate) fn thread_usage(info: &TokenUsageInfo) -> wire::ThreadTokenUsage {
    wire::ThreadTokenUsage {
        total: breakdown(&info.total_token_usage),
        last: breakdown(&info.last_token_usage),
        model_context_window: info.model_context_window,
    }
}

fn breakdown(usage: &TokenUsage) -> wire::TokenUsageBreakdown {
    wire::TokenUsageBreakdown {
        total_tokens: usage.total_tokens,
        input_tokens: usage.input_tokens,
        cached_input_tokens: usage.cached_input_tokens,
        cache_write_input_tokens: usage.cache_write_input_tokens,
        output_tokens: usage.output_tokens,
        reasoning_output_tokens: usage.reasoning_output_tokens,
    }
}

/// The limits, of which most model servers say nothing. The id names the limit that turns count against.
pub(crate) fn rate_limits(snapshot: Option<RateLimitSnapshot>) -> limits::RateLimitSnapshot {
    let RateLimitSnapshot { limit_id, limit_name, primary, secondary, credits, plan_type } =
        snapshot.unwrap_or_default();
    limits::RateLimitSnapshot {
        limit_id: Some(limit_id.unwrap_or_else(|| "codex".to_owned())),
        limit_name,
        primary: primary.map(window),
        secondary: secondary.map(window),
        credits: credits.map(credits_left),
        plan_type: plan_type.as_deref().map(plan),
        ..Default::default()
    }
}

fn window(window: RateLimitWindow) -> limits::RateLimitWindow {
    limits::RateLimitWindow {
        used_percent: window.used_percent.round() as i32,
        window_duration_mins: window.window_minutes,
        resets_at: window.resets_at,
    }
}

fn credits_left(credits: CreditsSnapshot) -> limits::CreditsSnapshot {
    let CreditsSnapshot { has_credits, unlimited, balance } = credits;
    limits::CreditsSnapshot { has_credits, unlimited, balance }
}

/// A plan by its name; one of a later time is unknown.
pub(crate) fn plan(name: &str) -> PlanType {
    let input: StrDeserializer<'_, Error> = name.into_deserializer();
    PlanType::deserialize(input).unwrap_or(PlanType::Unknown)
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    #[test]
    fn unknown_limits_have_all_their_keys() {
        expect![[r#"{"limitId":"codex","limitName":null,"normalModelSlug":null,"primary":null,"secondary":null,"credits":null,"individualLimit":null,"spendControlReached":null,"planType":null,"rateLimitReachedType":null}"#]]
            .assert_eq(&serde_json::to_string(&rate_limits(None)).unwrap());
    }

    #[test]
    fn plans_by_name() {
        assert_eq!(plan("self_serve_business_prolite"), PlanType::SelfServeBusinessProlite);
        assert_eq!(plan("platinum"), PlanType::Unknown);
    }

    #[test]
    fn percentages_are_whole() {
        let primary = RateLimitWindow { used_percent: 12.5, window_minutes: Some(300), resets_at: Some(7) };
        let snapshot = RateLimitSnapshot { primary: Some(primary), ..Default::default() };
        let window = rate_limits(Some(snapshot)).primary.unwrap();
        assert_eq!(
            (window.used_percent, window.window_duration_mins, window.resets_at),
            (13, Some(300), Some(7))
        );
    }
}
