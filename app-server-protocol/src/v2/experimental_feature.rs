//! Switches of the configuration and how far each is.

use serde::{Deserialize, Serialize};

/// Asks for the switches.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ExperimentalFeatureListParams {
    /// Where to go on: `nextCursor` of the page before. Absent for the first page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// How many entries at most; 0 counts as 1. The server may give fewer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// A loaded thread, whose configuration counts instead of the user's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread_id: Option<String>,
}

/// A page of switches.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ExperimentalFeatureListResponse {
    /// Those that do something in this server.
    pub data: Vec<ExperimentalFeature>,
    /// Where the next page begins, or `null` after the last.
    pub next_cursor: Option<String>,
}

/// A switch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ExperimentalFeature {
    /// Its key in the table `features` of the configuration.
    pub name: String,
    /// How far it is.
    pub stage: ExperimentalFeatureStage,
    /// What to call it where users choose; only of those in `beta`.
    pub display_name: Option<String>,
    /// What it is for; only of those in `beta`.
    pub description: Option<String>,
    /// What to tell users of it; only of those in `beta`.
    pub announcement: Option<String>,
    /// Whether it is on.
    pub enabled: bool,
    /// Whether it is on where nobody has set it.
    pub default_enabled: bool,
}

/// How far a switch is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum ExperimentalFeatureStage {
    /// For users to try.
    Beta,
    /// For developers; it may change or go.
    UnderDevelopment,
    /// It stays.
    Stable,
    /// It still works and will go.
    Deprecated,
    /// It does nothing any more.
    Removed,
}
