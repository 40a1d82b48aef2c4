//! The modes in which user and model can work together.

use serde::{Deserialize, Serialize};

use super::settings::ModeKind;

/// Asks for the modes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct CollaborationModeListParams {}

/// The modes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct CollaborationModeListResponse {
    /// All of them.
    pub data: Vec<CollaborationModeMask>,
}

/// A mode and what it suggests. What is `null` stays as it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
pub struct CollaborationModeMask {
    /// For people.
    pub name: String,
    /// For `collaborationMode` in `turn/start`.
    pub mode: Option<ModeKind>,
    /// The model.
    pub model: Option<String>,
    /// How much it thinks.
    pub reasoning_effort: Option<String>,
}
