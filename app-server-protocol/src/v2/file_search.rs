//! Finding files and folders by a few letters of their paths, at once or while a user types.

use serde::{Deserialize, Serialize};

/// Finds the paths that fit best.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct FuzzyFileSearchParams {
    /// Letters that a path has in this order. Several words in any order; `'word`, `^word`, `word$` and `!word` want
    /// it whole, at the beginning, at the end, not at all. Nothing fits an empty one.
    pub query: String,
    /// The folders to look in, absolute paths.
    pub roots: Vec<String>,
    /// Ends an earlier request with the same token, which is answered with nothing then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancellation_token: Option<String>,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct FuzzyFileSearchResponse {
    /// At most 50, best first.
    pub files: Vec<FuzzyFileSearchResult>,
}

/// A path that fits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
pub struct FuzzyFileSearchResult {
    /// The root it was found in, as the request wrote it.
    pub root: String,
    /// The path from there.
    pub path: String,
    /// What it is.
    pub match_type: FuzzyFileSearchMatchType,
    /// The last part of the path.
    pub file_name: String,
    /// How well it fits; more is better.
    pub score: u32,
    /// Which characters of the path fit, counted from 0.
    pub indices: Option<Vec<u32>>,
}

/// What a path that was found names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum FuzzyFileSearchMatchType {
    File,
    Directory,
}

/// Starts a search for a user who types: the folders are listed once, and each update looks at that list. A session of
/// the same name ends.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct FuzzyFileSearchSessionStartParams {
    /// Name for later requests about it and for what is told of it.
    pub session_id: String,
    /// The folders to look in, absolute paths.
    pub roots: Vec<String>,
}

/// It has begun.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct FuzzyFileSearchSessionStartResponse {}

/// Looks for something else. Results are told as notifications.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct FuzzyFileSearchSessionUpdateParams {
    /// The session.
    pub session_id: String,
    /// The same as in `fuzzyFileSearch`.
    pub query: String,
}

/// It is looked for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct FuzzyFileSearchSessionUpdateResponse {}

/// Ends a session. One that is not there counts as ended.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct FuzzyFileSearchSessionStopParams {
    /// The session.
    pub session_id: String,
}

/// It has ended.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct FuzzyFileSearchSessionStopResponse {}

/// What fits best so far.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct FuzzyFileSearchSessionUpdatedNotification {
    /// The session.
    pub session_id: String,
    /// What was looked for.
    pub query: String,
    /// At most 50, best first.
    pub files: Vec<FuzzyFileSearchResult>,
}

/// All folders are listed, and the query told last was looked for in all of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct FuzzyFileSearchSessionCompletedNotification {
    /// The session.
    pub session_id: String,
}
