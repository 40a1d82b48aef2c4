//! Skills: instructions on disk that the model can be pointed to.

use serde::{Deserialize, Serialize};

/// Asks for the skills of some folders.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct SkillsListParams {
    /// The folders; absent or empty for the server's working directory.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cwds: Vec<String>,
    /// Look at the disk again, whatever is remembered.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub force_reload: bool,
}

/// Sets further folders of skills, in the place of those that were set before.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct SkillsExtraRootsSetParams {
    /// The folders, absolute. One that does not exist has no skills.
    pub extra_roots: Vec<String>,
}

/// The folders are set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct SkillsExtraRootsSetResponse {}

/// Turns a skill on or off. Exactly one of `path` and `name` says which.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct SkillsConfigWriteParams {
    /// The path of its file, absolute.
    pub path: Option<String>,
    /// Its name, wherever it lies.
    pub name: Option<String>,
    /// Whether it is to be on.
    pub enabled: bool,
}

/// What is written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct SkillsConfigWriteResponse {
    /// Whether the skill is on with the whole configuration.
    pub effective_enabled: bool,
}

/// What `skills/list` tells may have changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct SkillsChangedNotification {}

/// The skills, by folder.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct SkillsListResponse {
    /// One entry for each folder.
    pub data: Vec<SkillsListEntry>,
}

/// The skills of one folder.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct SkillsListEntry {
    /// The folder.
    pub cwd: String,
    /// The skills that can be used there.
    pub skills: Vec<SkillMetadata>,
    /// Skills that cannot be read.
    pub errors: Vec<SkillErrorInfo>,
}

/// A skill that cannot be read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct SkillErrorInfo {
    /// Path of its file.
    pub path: String,
    /// What is wrong with it.
    pub message: String,
}

/// A skill.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct SkillMetadata {
    /// Its name.
    pub name: String,
    /// When to use it, for the model.
    pub description: String,
    /// What it does, for people; the older form of the one in `interface`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub short_description: Option<String>,
    /// How to show it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interface: Option<SkillInterface>,
    /// What it needs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dependencies: Option<SkillDependencies>,
    /// Path of its file, absolute.
    pub path: String,
    /// Whose it is.
    pub scope: SkillScope,
    /// Whether it is on.
    pub enabled: bool,
    /// The vendor plugin it came from.
    pub plugin_id: Option<String>,
}

/// Whose a skill is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum SkillScope {
    /// The user's.
    User,
    /// The repository's.
    Repo,
    /// Built in.
    System,
    /// The administrator's.
    Admin,
}

/// How to show a skill.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct SkillInterface {
    /// Name for people.
    pub display_name: Option<String>,
    /// What it does, for people.
    pub short_description: Option<String>,
    /// Path of a small icon.
    pub icon_small: Option<String>,
    /// Path of a large icon.
    pub icon_large: Option<String>,
    /// Address of a small icon.
    pub icon_small_url: Option<String>,
    /// Address of a large icon.
    pub icon_large_url: Option<String>,
    /// Colour to show it with.
    pub brand_color: Option<String>,
    /// A message that uses it.
    pub default_prompt: Option<String>,
}

/// What a skill needs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct SkillDependencies {
    /// Tools.
    pub tools: Vec<SkillToolDependency>,
}

/// A tool that a skill needs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct SkillToolDependency {
    /// Kind of tool.
    #[serde(rename = "type")]
    pub kind: String,
    /// Which one.
    pub value: String,
    /// What it is needed for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// How an MCP server is reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transport: Option<String>,
    /// Command that starts it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// Address of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}
