//! Permission profiles by name, and the single permissions that a command can ask for beyond them.

use serde::{Deserialize, Serialize};

/// Asks for the permission profiles.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct PermissionProfileListParams {
    /// Where to go on: `nextCursor` of the page before. Absent for the first page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// How many entries at most; 0 counts as 1. The server may give fewer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// Folder whose project configuration counts as well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cwd: Option<String>,
}

/// A page of permission profiles.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct PermissionProfileListResponse {
    /// Built-in ones, whose ids begin with a colon, and configured ones.
    pub data: Vec<PermissionProfileSummary>,
    /// Where the next page begins, or `null` after the last.
    pub next_cursor: Option<String>,
}

/// A permission profile.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct PermissionProfileSummary {
    /// Its id in requests.
    pub id: String,
    /// What it is for.
    pub description: Option<String>,
    /// Whether the administrator allows it.
    pub allowed: bool,
}

/// The permission profile in force.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ActivePermissionProfile {
    /// Its id.
    pub id: String,
    /// The profile it builds on.
    #[serde(default)]
    pub extends: Option<String>,
}

/// Permissions that a command asks for beyond those in force.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct AdditionalPermissionProfile {
    /// In the network.
    pub network: Option<AdditionalNetworkPermissions>,
    /// In the file system.
    pub file_system: Option<AdditionalFileSystemPermissions>,
}

/// Permissions in the file system.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct AdditionalFileSystemPermissions {
    /// Paths to read; the older form of `entries`.
    pub read: Option<Vec<String>>,
    /// Paths to write; the older form of `entries`.
    pub write: Option<Vec<String>>,
    /// How deep patterns are searched for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub glob_scan_max_depth: Option<u64>,
    /// Paths and what to do with each.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entries: Option<Vec<FileSystemSandboxEntry>>,
}

/// Permissions in the network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct AdditionalNetworkPermissions {
    /// Whether to use it.
    pub enabled: Option<bool>,
}

/// A path and what may be done with it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct FileSystemSandboxEntry {
    /// The path.
    pub path: FileSystemPath,
    /// What may be done.
    pub access: FileSystemAccessMode,
}

/// What may be done with a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum FileSystemAccessMode {
    Read,
    Write,
    Deny,
}

/// A path, or several.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(tag = "type", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum FileSystemPath {
    /// One path and everything below it.
    Path {
        /// Absolute path.
        path: String,
    },
    /// All paths that match a pattern.
    GlobPattern {
        /// The pattern.
        pattern: String,
    },
    /// A path that depends on machine or thread.
    Special {
        /// Which one.
        value: FileSystemSpecialPath,
    },
}

/// A path that depends on machine or thread.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(tag = "kind", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum FileSystemSpecialPath {
    /// The whole file system.
    Root,
    /// What programs need to run at all.
    Minimal,
    /// The folders of the workspace.
    ProjectRoots {
        /// A path in each of them.
        subpath: Option<String>,
    },
    /// The folder that `$TMPDIR` names.
    Tmpdir,
    /// The folder `/tmp`.
    SlashTmp,
    /// A word of a later version.
    Unknown {
        /// The word.
        path: String,
        /// A path below it.
        subpath: Option<String>,
    },
}

/// Asks whether the agent may do more than the sandbox allows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct PermissionsRequestApprovalParams {
    /// The thread.
    pub thread_id: String,
    /// The turn.
    pub turn_id: String,
    /// The tool call that asks. There is no item for it.
    pub item_id: String,
    /// For commands of which place; `local` is the machine of the server, the only place there is.
    #[serde(default)]
    pub environment_id: Option<String>,
    /// When the question came up, in Unix milliseconds.
    pub started_at_ms: i64,
    /// Working directory of the turn, absolute.
    pub cwd: String,
    /// What for.
    pub reason: Option<String>,
    /// What is asked for.
    pub permissions: RequestPermissionProfile,
}

/// Permissions that are asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct RequestPermissionProfile {
    /// In the network.
    pub network: Option<AdditionalNetworkPermissions>,
    /// In the file system.
    pub file_system: Option<AdditionalFileSystemPermissions>,
}

/// What is granted. An error for an answer grants nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct PermissionsRequestApprovalResponse {
    /// Which of the permissions that were asked for. All others are denied.
    pub permissions: GrantedPermissionProfile,
    /// For how long.
    #[serde(default)]
    pub scope: PermissionGrantScope,
    /// Let an automatic reviewer look at what is done with them. There is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strict_auto_review: Option<bool>,
}

/// Permissions that are granted.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct GrantedPermissionProfile {
    /// In the network.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub network: Option<AdditionalNetworkPermissions>,
    /// In the file system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file_system: Option<AdditionalFileSystemPermissions>,
}

/// How long permissions are granted for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum PermissionGrantScope {
    /// Until the turn ends.
    #[default]
    Turn,
    /// While the thread is loaded and its sandbox policy stays as it is.
    Session,
}
