//! What the account may still use, as the model server reported it with its last response. Everything is
//! `null` for servers that report nothing.

use serde::{Deserialize, Serialize};

use super::account::PlanType;

/// Sent after every response of the model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct AccountRateLimitsUpdatedNotification {
    /// The limits as they are now.
    pub rate_limits: RateLimitSnapshot,
}

/// The limits of an account at one moment.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct RateLimitSnapshot {
    /// Which limit this is, if the account has several.
    pub limit_id: Option<String>,
    /// Its name for people.
    pub limit_name: Option<String>,
    /// The model that the limit is about.
    pub normal_model_slug: Option<String>,
    /// The short window.
    pub primary: Option<RateLimitWindow>,
    /// The long window.
    pub secondary: Option<RateLimitWindow>,
    /// What has been bought in advance.
    pub credits: Option<CreditsSnapshot>,
    /// A spending limit of this one user.
    pub individual_limit: Option<SpendControlLimitSnapshot>,
    /// Whether a spending limit stops further use.
    pub spend_control_reached: Option<bool>,
    /// What the account has subscribed to.
    pub plan_type: Option<PlanType>,
    /// Which limit is used up, if one is.
    pub rate_limit_reached_type: Option<RateLimitReachedType>,
}

/// One stretch of time and how much of its allowance is used.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct RateLimitWindow {
    /// Used part of the allowance, in percent.
    pub used_percent: i32,
    /// Length of the window in minutes.
    pub window_duration_mins: Option<i64>,
    /// When the allowance is whole again, in Unix seconds.
    pub resets_at: Option<i64>,
}

/// What has been bought in advance.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct CreditsSnapshot {
    /// Whether there is any left.
    pub has_credits: bool,
    /// Whether there is no end to it.
    pub unlimited: bool,
    /// How much is left, as the vendor writes it.
    pub balance: Option<String>,
}

/// A spending limit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct SpendControlLimitSnapshot {
    /// The limit, as the vendor writes it.
    pub limit: String,
    /// What is spent.
    pub used: String,
    /// What is left, in percent.
    pub remaining_percent: i32,
    /// When it begins anew, in Unix seconds.
    pub resets_at: i64,
}

/// A limit that is used up, and whose it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum RateLimitReachedType {
    RateLimitReached,
    WorkspaceOwnerCreditsDepleted,
    WorkspaceMemberCreditsDepleted,
    WorkspaceOwnerUsageLimitReached,
    WorkspaceMemberUsageLimitReached,
}
