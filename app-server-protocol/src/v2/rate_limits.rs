//! What the account may still use, as the model server reported it with its last response, or as the vendor's service says. Everything is
//! `null` for servers that report nothing.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

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

/// Asks for the limits of the account.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct GetAccountRateLimitsParams {
    /// Only the number of the credits with which a limit can be reset, not each of them.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub exclude_reset_credit_details: bool,
    /// The client knows the vendor's reserve.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub supports_luna_reserve: bool,
}

/// The limits of the account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct GetAccountRateLimitsResponse {
    /// The limit that turns count against.
    pub rate_limits: RateLimitSnapshot,
    /// All limits, by their ids.
    pub rate_limits_by_limit_id: Option<BTreeMap<String, RateLimitSnapshot>>,
    /// Credits with which a limit can be reset.
    pub rate_limit_reset_credits: Option<RateLimitResetCreditsSummary>,
    /// What the vendor offers beyond the limits.
    pub rate_limit_upsell: Option<Value>,
    /// Whether the account may be used apart from what is bought in advance.
    pub ordinary_usage_allowed: Option<bool>,
    /// The account.
    pub account_id: Option<String>,
}

/// Credits with which a limit can be reset.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct RateLimitResetCreditsSummary {
    /// How many there are.
    pub available_count: i64,
    /// Each of them.
    pub credits: Option<Vec<RateLimitResetCredit>>,
}

/// A credit with which a limit can be reset.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct RateLimitResetCredit {
    /// Names it.
    pub id: String,
    /// What it resets.
    pub reset_type: RateLimitResetType,
    /// Whether it can be used.
    pub status: RateLimitResetCreditStatus,
    /// When it was given, in Unix seconds.
    pub granted_at: i64,
    /// When it is lost, in Unix seconds.
    pub expires_at: Option<i64>,
    /// Its name for people.
    pub title: Option<String>,
    /// What people are told of it.
    pub description: Option<String>,
}

/// What a credit resets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum RateLimitResetType {
    CodexRateLimits,
    Unknown,
}

/// Whether a credit can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum RateLimitResetCreditStatus {
    Available,
    Redeeming,
    Redeemed,
    Unknown,
}
