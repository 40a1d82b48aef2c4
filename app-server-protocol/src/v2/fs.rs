//! Files of the machine that the server runs on, for clients that run elsewhere. All paths are absolute, nothing of
//! it is sandboxed: it is the client that asks, not the model.

use serde::{Deserialize, Serialize};

/// Reads a whole file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct FsReadFileParams {
    /// The file. Links are followed.
    pub path: String,
}

/// What is in it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct FsReadFileResponse {
    /// Its bytes, in base64.
    pub data_base64: String,
}

/// Writes a file, made if need be. Its folder must exist.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct FsWriteFileParams {
    /// The file. Links are followed.
    pub path: String,
    /// All its bytes, in base64.
    pub data_base64: String,
}

/// It was written.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct FsWriteFileResponse {}

/// Makes a folder.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct FsCreateDirectoryParams {
    /// The folder.
    pub path: String,
    /// Whether the folders around it are made too, and it may exist already. So it is if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recursive: Option<bool>,
}

/// It is there.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct FsCreateDirectoryResponse {}

/// Asks what a path names.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct FsGetMetadataParams {
    /// The path.
    pub path: String,
}

/// What it names. All but `isSymlink` is of what a link leads to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct FsGetMetadataResponse {
    /// A folder.
    pub is_directory: bool,
    /// A regular file.
    pub is_file: bool,
    /// The path itself is a link.
    pub is_symlink: bool,
    /// When it was made, in Unix milliseconds; 0 if that is not known.
    pub created_at_ms: i64,
    /// When it was last changed, in Unix milliseconds; 0 if that is not known.
    pub modified_at_ms: i64,
}

/// Lists what is in a folder.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct FsReadDirectoryParams {
    /// The folder.
    pub path: String,
}

/// What is in it, by name. Links that lead nowhere are left out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct FsReadDirectoryResponse {
    /// One for each name.
    pub entries: Vec<FsReadDirectoryEntry>,
}

/// Something in a folder. It is what a link leads to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct FsReadDirectoryEntry {
    /// Its name, without the folder.
    pub file_name: String,
    /// A folder.
    pub is_directory: bool,
    /// A regular file.
    pub is_file: bool,
}

/// Removes a file, a link or a folder.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct FsRemoveParams {
    /// What to remove. Links are not followed.
    pub path: String,
    /// Whether a folder goes with all that is in it. So it is if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recursive: Option<bool>,
    /// Whether it may be gone already. So it is if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub force: Option<bool>,
}

/// It is gone.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct FsRemoveResponse {}

/// Copies a file, a link or a folder. Into a folder that exists its files are put beside and in place of what is there.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct FsCopyParams {
    /// What to copy. A link is copied as a link.
    pub source_path: String,
    /// Path of the copy.
    pub destination_path: String,
    /// Must be set for a folder.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub recursive: bool,
}

/// It was copied.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct FsCopyResponse {}
