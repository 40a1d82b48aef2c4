//! Why a turn failed, for people (the message) and for programs (the class).

use codex_app_server_protocol::v2::error as wire;
use codex_protocol::error_info::{CodexErrorInfo, NonSteerableTurn};
use codex_protocol::events::notice::{ErrorEvent, StreamErrorEvent};

use crate::error::RpcError;

pub(crate) fn turn_error(event: ErrorEvent) -> wire::TurnError {
    let ErrorEvent { message, codex_error_info, additional_details } = event;
    wire::TurnError {
        message,
        codex_error_info: codex_error_info.map(error_info),
        additional_details,
        misalignment: None,
    }
}

/// The input of a turn while one runs that takes none. The public codex calls this an internal error.
pub(crate) fn not_submitted(kind: NonSteerableTurn) -> RpcError {
    let reason = not_steerable(kind);
    let remedy = "wait for its `turn/completed`, end it by `turn/interrupt`, or let the message wait by `thread/queue/add`";
    let message = format!("failed to submit turn input: {}; {remedy}", reason.message);
    RpcError::invalid_request(message).with_data(&reason)
}

/// Why the running turn is not given an input.
pub(crate) fn not_steerable(kind: NonSteerableTurn) -> wire::TurnError {
    let name = match kind {
        NonSteerableTurn::Review => "review",
        NonSteerableTurn::Compact => "compact",
    };
    turn_error(ErrorEvent {
        message: format!("cannot steer a {name} turn"),
        codex_error_info: Some(CodexErrorInfo::ActiveTurnNotSteerable { turn_kind: kind }),
        additional_details: None,
    })
}

pub(crate) fn stream_error(event: StreamErrorEvent) -> wire::TurnError {
    let StreamErrorEvent { message, codex_error_info, additional_details } = event;
    turn_error(ErrorEvent { message, codex_error_info, additional_details })
}

pub(crate) fn error_info(info: CodexErrorInfo) -> wire::CodexErrorInfo {
    use wire::CodexErrorInfo as Wire;
    match info {
        CodexErrorInfo::ContextWindowExceeded => Wire::ContextWindowExceeded,
        CodexErrorInfo::UsageLimitExceeded => Wire::UsageLimitExceeded,
        CodexErrorInfo::ServerOverloaded => Wire::ServerOverloaded,
        CodexErrorInfo::InternalServerError => Wire::InternalServerError,
        CodexErrorInfo::Unauthorized => Wire::Unauthorized,
        CodexErrorInfo::BadRequest => Wire::BadRequest,
        CodexErrorInfo::SandboxError => Wire::SandboxError,
        CodexErrorInfo::HttpConnectionFailed { http_status_code } => {
            Wire::HttpConnectionFailed { http_status_code }
        }
        CodexErrorInfo::ResponseStreamConnectionFailed { http_status_code } => {
            Wire::ResponseStreamConnectionFailed { http_status_code }
        }
        CodexErrorInfo::ResponseStreamDisconnected { http_status_code } => {
            Wire::ResponseStreamDisconnected { http_status_code }
        }
        CodexErrorInfo::ResponseTooManyFailedAttempts { http_status_code } => {
            Wire::ResponseTooManyFailedAttempts { http_status_code }
        }
        CodexErrorInfo::ActiveTurnNotSteerable { turn_kind } => {
            Wire::ActiveTurnNotSteerable { turn_kind: turn_kind_of(turn_kind) }
        }
        CodexErrorInfo::Other => Wire::Other,
    }
}

fn turn_kind_of(kind: NonSteerableTurn) -> wire::NonSteerableTurnKind {
    match kind {
        NonSteerableTurn::Review => wire::NonSteerableTurnKind::Review,
        NonSteerableTurn::Compact => wire::NonSteerableTurnKind::Compact,
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(info: CodexErrorInfo, expected: Expect) {
        expected.assert_eq(&serde_json::to_string(&error_info(info)).unwrap());
    }

    #[test]
    fn classes() {
        check(CodexErrorInfo::ContextWindowExceeded, expect![[r#""contextWindowExceeded""#]]);
        check(CodexErrorInfo::UsageLimitExceeded, expect![[r#""usageLimitExceeded""#]]);
        check(CodexErrorInfo::InternalServerError, expect![[r#""internalServerError""#]]);
        check(CodexErrorInfo::Other, expect![[r#""other""#]]);
        check(
            CodexErrorInfo::HttpConnectionFailed { http_status_code: Some(401) },
            expect![[r#"{"httpConnectionFailed":{"httpStatusCode":401}}"#]],
        );
        check(
            CodexErrorInfo::ResponseStreamDisconnected { http_status_code: None },
            expect![[r#"{"responseStreamDisconnected":{"httpStatusCode":null}}"#]],
        );
        check(
            CodexErrorInfo::ActiveTurnNotSteerable { turn_kind: NonSteerableTurn::Review },
            expect![[r#"{"activeTurnNotSteerable":{"turnKind":"review"}}"#]],
        );
    }

    #[test]
    fn a_turn_error_has_all_its_keys() {
        let event = ErrorEvent { message: "m".into(), codex_error_info: None, additional_details: None };
        expect![[r#"{"message":"m","codexErrorInfo":null,"additionalDetails":null,"misalignment":null}"#]]
            .assert_eq(&serde_json::to_string(&turn_error(event)).unwrap());
    }
}
