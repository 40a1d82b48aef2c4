//! Classes of failure that a client may branch on.

use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CodexErrorInfo {
    ContextWindowExceeded,
    UsageLimitExceeded,
    ServerOverloaded,
    InternalServerError,
    Unauthorized,
    BadRequest,
    SandboxError,
    /// The request did not get through, after all retries.
    HttpConnectionFailed {
        http_status_code: Option<u16>,
    },
    /// The answer did not begin to arrive.
    ResponseStreamConnectionFailed {
        http_status_code: Option<u16>,
    },
    /// The answer broke off.
    ResponseStreamDisconnected {
        http_status_code: Option<u16>,
    },
    /// The server refused too often.
    ResponseTooManyFailedAttempts {
        http_status_code: Option<u16>,
    },
    /// The running turn takes no further input.
    ActiveTurnNotSteerable {
        turn_kind: NonSteerableTurn,
    },
    Other,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NonSteerableTurn {
    Review,
    Compact,
}
