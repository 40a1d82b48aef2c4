//! Processes that a client runs without a sandbox, outside of any thread. They belong to the connection that started
//! them and end with it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::shared::three_state;

/// Starts a process. Answered when it runs; its end is told as a notification.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ProcessSpawnParams {
    /// Program and arguments.
    pub command: Vec<String>,
    /// Name for later requests about it and for what is told of it.
    pub process_handle: String,
    /// Where it runs, an absolute path.
    pub cwd: String,
    /// Whether it gets a terminal. Then both streams are on, and all output is `stdout`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub tty: bool,
    /// Whether `process/writeStdin` may write to it; without that it reads nothing.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub stream_stdin: bool,
    /// Whether output is told as it comes. Its end is told without output then.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub stream_stdout_stderr: bool,
    /// How many bytes of each stream are told at most: absent for 1 MiB, `null` for all. What is told with the end is
    /// bounded all the same.
    #[serde(default, deserialize_with = "three_state", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<u64>"), ts(as = "Option<u64>"))]
    pub output_bytes_cap: Option<Option<u64>>,
    /// When it is ended, in milliseconds: absent for 10 seconds, `null` for never. The exit code is 124 then.
    #[serde(default, deserialize_with = "three_state", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<i64>"), ts(as = "Option<i64>"))]
    pub timeout_ms: Option<Option<i64>>,
    /// Variables that are different from those it would get; `null` for one that it does not get.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub env: Option<BTreeMap<String, Option<String>>>,
    /// Size of the terminal; 24 rows of 80 columns if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<ProcessTerminalSize>,
}

/// It runs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ProcessSpawnResponse {}

/// The size of a terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ProcessTerminalSize {
    /// Lines.
    pub rows: u16,
    /// Characters of a line.
    pub cols: u16,
}

/// Writes to a running process, or closes what it reads.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ProcessWriteStdinParams {
    /// Its name.
    pub process_handle: String,
    /// The bytes, in base64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delta_base64: Option<String>,
    /// Whether they are the last ones.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub close_stdin: bool,
}

/// It was written.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ProcessWriteStdinResponse {}

/// Changes the size of the terminal of a running process.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ProcessResizePtyParams {
    /// Its name.
    pub process_handle: String,
    /// The new size.
    pub size: ProcessTerminalSize,
}

/// It was changed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ProcessResizePtyResponse {}

/// Ends a running process with all it has started.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ProcessKillParams {
    /// Its name.
    pub process_handle: String,
}

/// It is being ended; its end is told when it has.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ProcessKillResponse {}

/// More output of a process.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ProcessOutputDeltaNotification {
    /// The process.
    pub process_handle: String,
    /// Where it wrote.
    pub stream: ProcessOutputStream,
    /// The bytes, in base64.
    pub delta_base64: String,
    /// Whether the limit is reached, so that no more of this stream is told.
    pub cap_reached: bool,
}

/// A stream that a process writes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum ProcessOutputStream {
    Stdout,
    Stderr,
}

/// A process has ended. Nothing more is told of it, and its name is free again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ProcessExitedNotification {
    /// The process.
    pub process_handle: String,
    /// Its exit code; 128 and the number for a signal; 124 if its time ran out.
    pub exit_code: i32,
    /// Whether something kept its output open, so that the end of it was not waited for.
    #[serde(default)]
    pub output_drain_timed_out: Option<bool>,
    /// What it wrote to stdout, as text, unless that was told as it came.
    pub stdout: String,
    /// Whether that is not all because of the limit.
    pub stdout_cap_reached: bool,
    /// What it wrote to stderr, as text, unless that was told as it came.
    pub stderr: String,
    /// Whether that is not all because of the limit.
    pub stderr_cap_reached: bool,
}
