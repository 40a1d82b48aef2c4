//! Why a turn failed or is being retried. The class is for programs, the message for people.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Something went wrong in a turn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ErrorNotification {
    /// What.
    pub error: TurnError,
    /// Whether the server tries again by itself. If not, the turn has failed.
    pub will_retry: bool,
    /// The thread.
    pub thread_id: String,
    /// The turn.
    pub turn_id: String,
}

/// Why a turn failed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct TurnError {
    /// For the user.
    pub message: String,
    /// The class of the failure, for programs.
    pub codex_error_info: Option<CodexErrorInfo>,
    /// The cause, as far as it is known.
    #[serde(default)]
    pub additional_details: Option<String>,
    /// Details, if the vendor's moderation stopped the turn.
    #[serde(default)]
    pub misalignment: Option<MisalignmentErrorDetails>,
}

/// The class of a failure. Values of later versions are read as they are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum CodexErrorInfo {
    /// The history is longer than the model can read.
    ContextWindowExceeded,
    /// The session has used up its budget.
    SessionBudgetExceeded,
    /// The account has used up its allowance.
    UsageLimitExceeded,
    /// Too many requests in a short time.
    RateLimitExceeded,
    /// The cheap service tier has no room.
    FlexUnavailable,
    /// The model server is overloaded.
    ServerOverloaded,
    /// The model server does not know the model.
    ModelNotFound,
    /// The model server has no room that policy allows to use.
    PolicyCapacityUnavailable,
    /// A hook has refused the request to the model.
    InferenceHookDenied,
    /// The vendor's rules on security work stopped it.
    CyberPolicy,
    /// The vendor's moderation stopped it.
    MisalignmentPolicyViolation,
    /// Too many approvals were refused.
    TooManyDenials,
    /// The request to the model server failed.
    HttpConnectionFailed {
        /// Status of the HTTP answer, if there was one.
        http_status_code: Option<u16>,
    },
    /// The model server's answer did not begin.
    ResponseStreamConnectionFailed {
        /// Status of the HTTP answer, if there was one.
        http_status_code: Option<u16>,
    },
    /// The model server's answer broke off.
    ResponseStreamDisconnected {
        /// Status of the HTTP answer, if there was one.
        http_status_code: Option<u16>,
    },
    /// Every attempt failed.
    ResponseTooManyFailedAttempts {
        /// Status of the HTTP answer, if there was one.
        http_status_code: Option<u16>,
    },
    /// The running turn takes no input.
    ActiveTurnNotSteerable {
        /// What kind of turn it is.
        turn_kind: NonSteerableTurnKind,
    },
    /// The model server failed.
    InternalServerError,
    /// Credentials are missing or not accepted.
    Unauthorized,
    /// The model server does not understand the request.
    BadRequest,
    /// The history could not be cut back.
    ThreadRollbackFailed,
    /// The sandbox failed.
    SandboxError,
    /// Anything else; the message says more.
    Other,
    /// A class of a later version.
    #[serde(untagged)]
    #[cfg_attr(
        feature = "schema",
        schemars(with = "super::shared::TextOrObject"),
        ts(type = "string | { [key: string]: unknown }")
    )]
    Unknown(Value),
}

/// A kind of turn that takes no input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum NonSteerableTurnKind {
    Review,
    Compact,
}

/// Why the vendor's moderation stopped a turn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct MisalignmentErrorDetails {
    /// What it objected to.
    pub error_type: Option<String>,
    /// Its reasons.
    pub detailed_explanation: Option<String>,
    /// What to tell the model.
    pub steer: Option<MisalignmentSteer>,
    /// What it looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review_target: Option<String>,
}

/// What to tell a model that was stopped.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct MisalignmentSteer {
    /// The text.
    pub message: String,
}
