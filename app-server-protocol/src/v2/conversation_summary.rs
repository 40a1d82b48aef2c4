//! A stored thread in a few words. Kept from the older API.

use serde::{Deserialize, Serialize};

use super::thread::SessionSource;

/// Which thread. One of the two names it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(untagged, expecting = "expected either `conversationId` or `rolloutPath`")]
pub enum GetConversationSummaryParams {
    /// By the file that it is stored in.
    #[serde(rename_all = "camelCase")]
    Path {
        /// The file; a path that is not absolute counts from the server's home directory.
        rollout_path: String,
    },
    /// By its id.
    #[serde(rename_all = "camelCase")]
    Id {
        /// The id of the thread.
        conversation_id: String,
    },
}

/// The thread.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct GetConversationSummaryResponse {
    /// In a few words.
    pub summary: ConversationSummary,
}

/// A stored thread.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ConversationSummary {
    /// Its id.
    pub conversation_id: String,
    /// The file it is stored in.
    pub path: String,
    /// The beginning of the first user message.
    pub preview: String,
    /// When it began, in RFC 3339.
    pub timestamp: Option<String>,
    /// When it last changed, in RFC 3339.
    pub updated_at: Option<String>,
    /// Id of the provider that serves its model.
    pub model_provider: String,
    /// Its working directory.
    pub cwd: String,
    /// Version of the server that made it.
    pub cli_version: String,
    /// Kind of program that made it.
    pub source: SessionSource,
    /// State of the repository when it began.
    pub git_info: Option<ConversationGitInfo>,
}

/// State of a repository.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
pub struct ConversationGitInfo {
    /// The commit.
    pub sha: Option<String>,
    /// The branch.
    pub branch: Option<String>,
    /// Where it came from.
    pub origin_url: Option<String>,
}
