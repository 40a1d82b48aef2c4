//! What a client asks of a repository.

use serde::{Deserialize, Serialize};

/// Asks what is different from what the remote repository has. Kept from the older API.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct GitDiffToRemoteParams {
    /// A folder of the repository, an absolute path.
    pub cwd: String,
}

/// What is different.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct GitDiffToRemoteResponse {
    /// The nearest commit that a remote repository is known to have.
    pub sha: String,
    /// Everything since then, committed or not, new files too, as git prints it.
    pub diff: String,
}
