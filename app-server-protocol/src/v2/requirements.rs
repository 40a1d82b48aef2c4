//! What an administrator requires of the configuration. Everything is optional; `null` requires nothing. The
//! groups for apps and for the system stand in `requirements_apps` and `requirements_system`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::config::{ForcedLoginMethod, WebSearchMode};
use super::requirements_apps::{
    ApplicationRequirements, BrowserUseRequirements, ComputerUseRequirements, InAppBrowserRequirements,
};
use super::requirements_system::{ManagedHooksRequirements, NetworkRequirements, OtelRequirements};
use super::settings::{ApprovalsReviewer, AskForApproval, SandboxMode};

/// What an administrator requires.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ConfigRequirementsReadResponse {
    /// Whether speed can be chosen apart from the model.
    #[serde(default)]
    pub supports_independent_speed_modes: Option<bool>,
    /// The requirements, or `null` when there are none.
    pub requirements: Option<ConfigRequirements>,
}

/// What an administrator requires of the configuration.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ConfigRequirements {
    /// The provider to use.
    pub model_provider: Option<String>,
    /// Definitions of providers, by id.
    pub model_providers: Option<Map<String, Value>>,
    /// Kinds of login that are allowed.
    pub allowed_login_methods: Option<Vec<ForcedLoginMethod>>,
    /// Where credentials are kept.
    pub cli_auth_credentials_store: Option<CliAuthCredentialsStoreMode>,
    /// Address of the vendor's services.
    pub chatgpt_base_url: Option<String>,
    /// Instructions that every thread gets in addition.
    pub additional_developer_instructions: Option<String>,
    /// Approval policies that are allowed.
    pub allowed_approval_policies: Option<Vec<AskForApproval>>,
    /// Who may answer approvals.
    pub allowed_approvals_reviewers: Option<Vec<ApprovalsReviewer>>,
    /// Sandbox modes that are allowed.
    pub allowed_sandbox_modes: Option<Vec<SandboxMode>>,
    /// Sandboxes of Windows that are allowed.
    pub allowed_windows_sandbox_implementations: Option<Vec<WindowsSandboxImplementation>>,
    /// Permission profiles by id, and whether each is allowed.
    pub allowed_permission_profiles: Option<BTreeMap<String, bool>>,
    /// The permission profile to begin with.
    pub default_permissions: Option<String>,
    /// Ways to search the web that are allowed.
    pub allowed_web_search_modes: Option<Vec<WebSearchMode>>,
    /// Whether only the administrator's hooks run.
    pub allow_managed_hooks_only: Option<bool>,
    /// Whether the vendor's browser and desktop tools may be used.
    pub allow_browser_and_computer_use: Option<bool>,
    /// Whether the vendor's app may take pictures of windows.
    pub allow_appshots: Option<bool>,
    /// Whether the vendor's remote control may be used.
    pub allow_remote_control: Option<bool>,
    /// What the vendor's desktop tool may do.
    pub computer_use: Option<ComputerUseRequirements>,
    /// What the vendor's browser tool may do.
    pub browser_use: Option<BrowserUseRequirements>,
    /// What the browser in the vendor's app may do.
    pub in_app_browser: Option<InAppBrowserRequirements>,
    /// Features that must be on or off, by name.
    pub feature_requirements: Option<BTreeMap<String, bool>>,
    /// Hooks that the administrator adds.
    pub hooks: Option<ManagedHooksRequirements>,
    /// Where data must stay.
    pub enforce_residency: Option<ResidencyRequirement>,
    /// What commands may reach in the network.
    pub network: Option<NetworkRequirements>,
    /// Rules for the vendor's app.
    pub application: Option<ApplicationRequirements>,
    /// Rules for automatic review of approvals.
    pub auto_review: Option<AutoReviewRequirements>,
    /// Rules for the choice of models.
    pub models: Option<ModelsRequirements>,
    /// Folder of the databases.
    pub sqlite_home: Option<String>,
    /// Folder of the logs.
    pub log_dir: Option<String>,
    /// File with the catalog of models.
    pub model_catalog_json: Option<String>,
    /// Whether to look for updates.
    pub check_for_update_on_startup: Option<bool>,
    /// Whether commands may run in a login shell.
    pub allow_login_shell: Option<bool>,
    /// Whether feedback can be sent to the vendor.
    pub feedback: Option<FeedbackRequirements>,
    /// Export of telemetry.
    pub otel: Option<OtelRequirements>,
}

/// A sandbox of Windows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum WindowsSandboxImplementation {
    Elevated,
    Unelevated,
    Mxc,
}

/// Rules for automatic review of approvals.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct AutoReviewRequirements {
    /// Models with which it must be on.
    pub required_on_models: Option<Vec<String>>,
    /// Allow rules that it does not take for an answer.
    pub ignore_rules: Option<Vec<String>>,
}

/// Where credentials are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum CliAuthCredentialsStoreMode {
    File,
    Keyring,
    Auto,
    Ephemeral,
}

/// Where data must stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum ResidencyRequirement {
    Us,
}

/// Whether feedback can be sent to the vendor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct FeedbackRequirements {
    /// Whether it can.
    pub enabled: Option<bool>,
}

/// Rules for the choice of models.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ModelsRequirements {
    /// What new threads begin with.
    pub new_thread: Option<NewThreadModelDefaults>,
}

/// What new threads begin with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct NewThreadModelDefaults {
    /// The model.
    pub model: Option<String>,
    /// How much it thinks.
    pub model_reasoning_effort: Option<String>,
    /// Service tier of the model server.
    pub service_tier: Option<String>,
}
