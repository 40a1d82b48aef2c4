//! The parts of the configuration that concern the vendor's own apps: connectors, browser and computer use.
//! They are passed through; this server does nothing with them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::settings::ApprovalsReviewer;

/// Connectors to the vendor's apps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
pub struct AppsConfig {
    /// What holds for those without an entry.
    #[serde(rename = "_default", default)]
    pub default: Option<AppsDefaultConfig>,
    /// Each connector's own settings, by its id.
    #[serde(flatten)]
    pub apps: Map<String, Value>,
}

/// What holds for connectors without an entry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
pub struct AppsDefaultConfig {
    /// Whether they are on.
    #[serde(default)]
    pub enabled: bool,
    /// Who answers their approvals.
    pub approvals_reviewer: Option<ApprovalsReviewer>,
    /// Whether tools that destroy may be called.
    #[serde(default)]
    pub destructive_enabled: bool,
    /// Whether tools that reach out into the world may be called.
    #[serde(default)]
    pub open_world_enabled: bool,
    /// When their tools need an approval.
    pub default_tools_approval_mode: Option<AppToolApproval>,
}

/// When a tool of a connector needs an approval.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum AppToolApproval {
    Auto,
    Prompt,
    Writes,
    Approve,
}

/// What the vendor's browser tool may do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
pub struct BrowserUseConfig {
    /// Whether it may read the history.
    pub allow_history_access: Option<bool>,
    /// What holds for sites without an entry.
    pub default_origin_policy: Option<BrowserUseOriginPolicyConfig>,
    /// What holds for single sites, by origin.
    pub origins: Option<BTreeMap<String, BrowserUseOriginPolicyConfig>>,
}

/// What the browser tool may do on a site.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
pub struct BrowserUseOriginPolicyConfig {
    /// Open it at all.
    pub access: Option<AllowDenyRequirement>,
    /// Download from it.
    pub downloads: Option<AllowDenyRequirement>,
    /// Upload to it.
    pub uploads: Option<AllowDenyRequirement>,
    /// Control it by the browser's debugging interface.
    pub full_cdp_access: Option<AllowDenyRequirement>,
}

/// Yes or no.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum AllowDenyRequirement {
    Allow,
    Deny,
}

/// What the vendor's desktop tool may do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
pub struct ComputerUseConfig {
    /// What holds for programs without an entry.
    pub default_app_access: Option<AllowDenyRequirement>,
    /// Entries for programs of macOS.
    pub macos: Option<ComputerUseMacosConfig>,
    /// Entries for programs of Windows.
    pub windows: Option<ComputerUseWindowsConfig>,
}

/// Which programs of macOS may be used.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
pub struct ComputerUseMacosConfig {
    /// Entries by bundle id.
    pub bundle_ids: Option<BTreeMap<String, AllowDenyRequirement>>,
}

/// Which programs of Windows may be used.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ComputerUseWindowsConfig {
    /// Entries by the id of the app.
    pub aumids: Option<BTreeMap<String, AllowDenyRequirement>>,
    /// Entries by who signed the program.
    pub exes: Option<Vec<ComputerUseWindowsExeConfig>>,
}

/// A program of Windows, known by its signature.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
pub struct ComputerUseWindowsExeConfig {
    /// Who published it.
    pub publisher_name: String,
    /// The product it is part of.
    pub product_name: String,
    /// Its file name; `null` for all of the product.
    pub binary_name: Option<String>,
    /// Whether it may be used.
    pub access: AllowDenyRequirement,
}
