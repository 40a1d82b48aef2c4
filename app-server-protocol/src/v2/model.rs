//! Models and the providers that serve them, as a client shows them in a picker.

use serde::{Deserialize, Serialize};

/// Asks for the models of a provider.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ModelListParams {
    /// The provider; absent for the active one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model_provider: Option<String>,
    /// Where to go on: `nextCursor` of the page before. Absent for the first page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// How many entries at most; 0 counts as 1. The server may give fewer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// Also those that a picker does not show.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub include_hidden: Option<bool>,
}

/// A page of models.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ModelListResponse {
    /// The models, best first; exactly one of all is the default.
    pub data: Vec<Model>,
    /// Where the next page begins, or `null` after the last.
    pub next_cursor: Option<String>,
}

/// A model that a thread can use.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Model {
    /// Id of the entry.
    pub id: String,
    /// Name to give for `model` in requests.
    pub model: String,
    /// Name of the model that succeeds it.
    pub upgrade: Option<String>,
    /// What to tell a user about the successor.
    pub upgrade_info: Option<ModelUpgradeInfo>,
    /// What to tell a user who can use it for the first time.
    pub availability_nux: Option<ModelAvailabilityNux>,
    /// Name for people.
    pub display_name: String,
    /// What it is good for, in a sentence.
    pub description: String,
    /// What it is made for, if for one thing.
    #[serde(default)]
    pub model_specialty: Option<String>,
    /// Not for a picker.
    pub hidden: bool,
    /// The efforts it knows, the least first.
    pub supported_reasoning_efforts: Vec<ReasoningEffortOption>,
    /// The effort it uses when none is given.
    pub default_reasoning_effort: String,
    /// Kinds of input it takes.
    #[serde(default = "default_input_modalities")]
    pub input_modalities: Vec<InputModality>,
    /// Whether `personality` makes a difference.
    #[serde(default)]
    pub supports_personality: bool,
    /// How it works with other agents.
    pub multi_agent_version: Option<MultiAgentVersion>,
    /// Further speeds, the older form of `serviceTiers`.
    #[serde(default)]
    pub additional_speed_tiers: Vec<String>,
    /// Service tiers it can be used with.
    #[serde(default)]
    pub service_tiers: Vec<ModelServiceTier>,
    /// The tier it uses when none is given.
    #[serde(default)]
    pub default_service_tier: Option<String>,
    /// Access programs of the vendor that it is part of.
    #[serde(default)]
    pub available_access_programs: Option<ModelAccessPrograms>,
    /// Whether new threads use it.
    pub is_default: bool,
}

fn default_input_modalities() -> Vec<InputModality> {
    vec![InputModality::Text, InputModality::Image]
}

/// An effort that a model knows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ReasoningEffortOption {
    /// Its name in requests.
    pub reasoning_effort: String,
    /// What it means, in a sentence.
    pub description: String,
}

/// A kind of input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum InputModality {
    Text,
    Image,
    Audio,
}

/// A service tier of a model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ModelServiceTier {
    /// Its name in requests.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// What it means, in a sentence.
    pub description: String,
}

/// What to tell a user about a model's successor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ModelUpgradeInfo {
    /// The successor.
    pub model: String,
    /// A sentence about it.
    pub upgrade_copy: Option<String>,
    /// Where to read more.
    pub model_link: Option<String>,
    /// What changes for the user, in Markdown.
    pub migration_markdown: Option<String>,
    /// When the old model goes away, in Unix seconds.
    pub retirement_at: Option<i64>,
}

/// What to tell a user who can use a model for the first time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ModelAvailabilityNux {
    /// The text.
    pub message: String,
}

/// Access programs of the vendor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ModelAccessPrograms {
    /// Programs for security work.
    pub cyber: Vec<CyberAccessProgram>,
}

/// An access program of the vendor for security work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum CyberAccessProgram {
    Standard,
    DaybreakBlue,
    DaybreakRed,
}

/// How a model works with other agents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum MultiAgentVersion {
    Disabled,
    V1,
    V2,
}

/// Asks for the providers. There is nothing to say.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[cfg_attr(feature = "schema", ts(type = "Record<string, never>"))]
pub struct ModelProviderListParams {}

/// The providers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ModelProviderListResponse {
    /// Built-in and configured ones.
    pub data: Vec<ModelProviderSummary>,
    /// The one that new threads use.
    pub default_provider_id: String,
    /// Whether the user may choose another.
    pub can_change_default: bool,
}

/// Asks what the active provider can do by itself. There is nothing to say.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[cfg_attr(feature = "schema", ts(type = "Record<string, never>"))]
pub struct ModelProviderCapabilitiesReadParams {}

/// What the active provider can do by itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ModelProviderCapabilitiesReadResponse {
    /// Make images.
    pub image_generation: bool,
    /// Search the web.
    pub web_search: bool,
}

/// A provider of models.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ModelProviderSummary {
    /// Its id in requests and in the configuration.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Whether its settings can be changed.
    pub can_edit: bool,
    /// Address of its server.
    pub base_url: Option<String>,
    /// Settings by kind of provider.
    pub settings: ProviderSettings,
}

/// Settings by kind of provider.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum ProviderSettings {
    /// The vendor's own servers.
    Openai,
    /// Any other server.
    CustomGateway {
        /// How requests to it are authorized.
        auth: GatewayAuth,
    },
    /// Amazon Bedrock.
    Bedrock {
        /// Profile of the AWS tools.
        profile: Option<String>,
        /// Region.
        region: Option<String>,
    },
    /// Google Cloud.
    Gcp {
        /// Project.
        project_id: Option<String>,
        /// Location.
        location: Option<String>,
        /// File with the credentials.
        credential_file: Option<String>,
    },
}

/// How requests to a model server are authorized.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(tag = "mode", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum GatewayAuth {
    /// Not at all.
    None,
    /// By a key in the environment.
    EnvironmentVariable {
        /// Name of the variable.
        env_key: String,
    },
    /// By something in the configuration that is not shown.
    ExternallyConfigured {
        /// Name of a variable that it reads.
        env_key: Option<String>,
    },
}
