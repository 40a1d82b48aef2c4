//! Attachments: what clients keep with threads, found again by what it stands for.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Attaches something to a thread, unless that is attached already.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ThreadAttachmentAddParams {
    /// The thread.
    pub thread_id: String,
    /// The client's name for this kind of attachment, 256 bytes at most.
    pub attachment_type: String,
    /// What it stands for, 256 bytes at most. Together with the type it is there once per thread.
    pub identity_key: String,
    /// The client's own data, 64 KiB of JSON at most.
    pub payload: Value,
}

/// What is attached now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ThreadAttachmentAddResponse {
    /// Whether it is new.
    pub outcome: ThreadAttachmentAddOutcome,
    /// The attachment: of one that was there already, as it was.
    pub attachment: ThreadAttachment,
}

/// Whether an attachment is new.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum ThreadAttachmentAddOutcome {
    /// It is.
    Created,
    /// It was attached already, and stays as it was.
    Existing,
}

/// Something attached to a thread.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ThreadAttachment {
    /// Its id.
    pub id: String,
    /// The client's name for this kind of attachment, 256 bytes at most.
    pub attachment_type: String,
    /// What it stands for, 256 bytes at most. Together with the type it is there once per thread.
    pub identity_key: String,
    /// The client's own data, 64 KiB of JSON at most.
    pub payload: Value,
    /// When it was attached, in Unix seconds.
    pub created_at: i64,
}

/// Asks for a page of what is attached to a thread.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ThreadAttachmentListParams {
    /// The thread.
    pub thread_id: String,
    /// Where to go on: `nextCursor` of the page before. Absent for the first page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// How many entries at most; 0 counts as 1. The server may give fewer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// A page of attachments, in the order in which they came.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ThreadAttachmentListResponse {
    /// The attachments.
    pub data: Vec<ThreadAttachment>,
    /// Where the next page begins, or `null` after the last.
    pub next_cursor: Option<String>,
}

/// An attachment is to go.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ThreadAttachmentRemoveParams {
    /// The thread.
    pub thread_id: String,
    /// The client's name for this kind of attachment, 256 bytes at most.
    pub attachment_type: String,
    /// What it stands for, 256 bytes at most. Together with the type it is there once per thread.
    pub identity_key: String,
}

/// It is not attached any more, or never was.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ThreadAttachmentRemoveResponse {}

/// Asks for a page of the threads that have an attachment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ThreadAttachmentOwnerListParams {
    /// The client's name for this kind of attachment, 256 bytes at most.
    pub attachment_type: String,
    /// What it stands for, 256 bytes at most. Together with the type it is there once per thread.
    pub identity_key: String,
    /// Only archived threads, or only others; absent: all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub archived: Option<bool>,
    /// Where to go on: `nextCursor` of the page before. Absent for the first page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// How many entries at most; 0 counts as 1. The server may give fewer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// A page of threads.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ThreadAttachmentOwnerListResponse {
    /// The threads.
    pub data: Vec<ThreadAttachmentOwner>,
    /// Where the next page begins, or `null` after the last.
    pub next_cursor: Option<String>,
}

/// A thread that has an attachment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ThreadAttachmentOwner {
    /// The thread.
    pub thread_id: String,
    /// Whether it is archived.
    pub archived: bool,
}

/// Something was attached to a thread, or taken from it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ThreadAttachmentUpdatedNotification {
    /// The thread.
    pub thread_id: String,
    /// The client's name for this kind of attachment, 256 bytes at most.
    pub attachment_type: String,
    /// What it stands for, 256 bytes at most. Together with the type it is there once per thread.
    pub identity_key: String,
    /// The attachment.
    pub attachment_id: String,
    /// What happened to it.
    pub operation: ThreadAttachmentOperation,
}

/// What happened to an attachment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum ThreadAttachmentOperation {
    /// It was attached.
    Created,
    /// It was removed.
    Deleted,
}
