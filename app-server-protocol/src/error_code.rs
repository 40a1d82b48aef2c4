//! Every numeric code and every `data` shape of an error answer: both are contract.
//!
//! The message beside them is for people and may change; what a program needs to know is here. Which failure
//! gets which code is decided by the server.

use serde::{Deserialize, Serialize};

use crate::v2::thread_read_state::ThreadReadState;

/// The request cannot be taken: not initialized, unknown method, params that do not decode, failed precondition.
pub const INVALID_REQUEST: i64 = -32600;
/// The operation exists but not for this kind of object.
pub const NOT_SUPPORTED: i64 = -32601;
/// A value that decodes but is out of its range.
pub const INVALID_PARAMS: i64 = -32602;
/// Something failed inside: files, processes, network.
pub const INTERNAL_ERROR: i64 = -32603;
/// Too many requests are waiting; worth a retry after a pause.
pub const OVERLOADED: i64 = -32001;

/// All codes, with the word that logs and documentation use for them.
pub const ALL: &[(i64, &str)] = &[
    (INVALID_REQUEST, "invalid request"),
    (NOT_SUPPORTED, "not supported"),
    (INVALID_PARAMS, "invalid params"),
    (INTERNAL_ERROR, "internal error"),
    (OVERLOADED, "overloaded"),
];

/// `data` of [`OVERLOADED`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct OverloadedErrorData {
    /// The class of the failure. Written otherwise than in a failed turn (`serverOverloaded`): official clients look for
    /// exactly this word before they try again.
    pub codex_error_info: OverloadedErrorInfo,
}

/// The one value of [`OverloadedErrorData`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum OverloadedErrorInfo {
    /// Too many requests are waiting.
    ServerOverloaded,
}

/// `data` of [`INVALID_REQUEST`] when a read state is not the one that the client knows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ReadStateErrorData {
    /// Why it was not changed.
    pub reason: ReadStateErrorReason,
    /// What holds.
    pub read_state: ThreadReadState,
}

/// The one value of [`ReadStateErrorData`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum ReadStateErrorReason {
    /// Somebody has changed it since, or a turn was added.
    ReadStateConflict,
}

/// `data` of [`INVALID_PARAMS`] when the text of a turn's input is too long.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
pub struct InputErrorData {
    /// Which limit was hit.
    pub input_error_code: InputErrorCode,
    /// The limit, in characters.
    pub max_chars: u64,
    /// What came, in characters.
    pub actual_chars: u64,
}

/// The limits of a turn's input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum InputErrorCode {
    /// The text of all parts together is too long.
    InputTooLarge,
}

/// `data` of [`INVALID_REQUEST`] when the configuration file is not written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
pub struct ConfigWriteErrorData {
    /// Why it is not written.
    pub config_write_error_code: ConfigWriteErrorCode,
}

/// Why the configuration file is not written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum ConfigWriteErrorCode {
    /// The file named in the request is not the user's own configuration.
    ConfigLayerReadonly,
    /// The file has changed since the version named in the request.
    ConfigVersionConflict,
    /// The key or the value does not fit the configuration.
    ConfigValidationError,
    /// There is nothing at the key.
    ConfigPathNotFound,
    /// No such key is known.
    ConfigSchemaUnknownKey,
    /// There is no file of the user's own.
    UserLayerNotFound,
}
