//! Requirements that concern the vendor's own apps: connectors, browser and computer use. They are passed
//! through; this server does nothing with them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::config_apps::AllowDenyRequirement;
use super::requirements_system::NetworkDomainPermission;

/// Rules for the vendor's app.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ApplicationRequirements {
    /// What the app may reach.
    pub network: Option<ApplicationNetworkRequirements>,
    /// Where the app keeps projects.
    pub storage: Option<ApplicationStorageRequirements>,
}

/// What the vendor's app may reach.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ApplicationNetworkRequirements {
    /// Whether the rules hold.
    pub enabled: bool,
    /// Rules by domain.
    pub domains: BTreeMap<String, NetworkDomainPermission>,
}

/// Where the vendor's app keeps projects.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ApplicationStorageRequirements {
    /// Folder for new projects.
    pub default_project_parent: Option<String>,
    /// Folder for work without a project.
    pub projectless_workspace_root: Option<String>,
}

/// What the browser in the vendor's app may do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct InAppBrowserRequirements {
    /// Take over settings of other browsers.
    pub allow_external_browser_settings_import: Option<bool>,
}

/// What the vendor's browser tool may do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct BrowserUseRequirements {
    /// Rules for its browser extension.
    pub extension: Option<BrowserUseExtensionRequirements>,
    /// Use tools that web pages offer.
    pub allow_webmcp: Option<bool>,
    /// Read the history.
    pub allow_history_access: Option<bool>,
    /// Do not let approvals be reviewed automatically.
    pub disable_auto_review: Option<bool>,
    /// Let one approval stand for all sites and times.
    pub allow_global_persistent_approval: Option<bool>,
    /// What holds for sites without an entry.
    pub default_origin_policy: Option<BrowserUseOriginPolicy>,
    /// What holds for single sites, by origin.
    pub origins: Option<BTreeMap<String, BrowserUseOriginPolicy>>,
}

/// What the browser tool may do on a site.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct BrowserUseOriginPolicy {
    /// Open it at all.
    pub access: Option<AllowDenyRequirement>,
    /// Download from it.
    pub downloads: Option<AllowDenyRequirement>,
    /// Upload to it.
    pub uploads: Option<AllowDenyRequirement>,
    /// Control it by the browser's debugging interface.
    pub full_cdp_access: Option<AllowDenyRequirement>,
    /// Let approvals be reviewed automatically.
    pub auto_review: Option<AllowDenyRequirement>,
    /// Whether an approval may be remembered.
    pub persistent_approval: Option<bool>,
    /// How long an approval to open it holds.
    pub access_approval_lifetime: Option<BrowserUseAccessApprovalLifetime>,
}

/// How long an approval holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum BrowserUseAccessApprovalLifetime {
    Turn,
    Thread,
}

/// Rules for the browser extension.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct BrowserUseExtensionRequirements {
    /// Headers that it adds to requests.
    pub request_headers: Option<Vec<RequestHeader>>,
}

/// A header of an HTTP request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct RequestHeader {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// What the vendor's desktop tool may do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ComputerUseRequirements {
    /// Work while the screen is locked.
    pub allow_locked_computer_use: Option<bool>,
    /// Remember an approval.
    pub allow_persistent_approval: Option<bool>,
    /// What holds for programs without an entry.
    pub default_app_access: Option<AllowDenyRequirement>,
    /// Entries for programs of macOS.
    pub macos: Option<ComputerUseMacosRequirements>,
    /// Entries for programs of Windows.
    pub windows: Option<ComputerUseWindowsRequirements>,
}

/// Which programs of macOS may be used.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ComputerUseMacosRequirements {
    /// Entries by bundle id.
    pub bundle_ids: Option<BTreeMap<String, AllowDenyRequirement>>,
}

/// Which programs of Windows may be used.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ComputerUseWindowsRequirements {
    /// Entries by the id of the app.
    pub aumids: Option<BTreeMap<String, AllowDenyRequirement>>,
    /// Entries by who signed the program.
    pub exes: Option<Vec<ComputerUseWindowsExeRequirement>>,
}

/// A program of Windows, known by its signature.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ComputerUseWindowsExeRequirement {
    /// Who published it.
    pub publisher_name: String,
    /// The product it is part of.
    pub product_name: String,
    /// Its file name; `null` for all of the product.
    pub binary_name: Option<String>,
    /// Whether it may be used.
    pub access: AllowDenyRequirement,
}
