//! Errors as the client sees them, and every mapping of a failure to a code.
//!
//! The message is for a person: it names the field and the remedy. What caused it goes to the log with the
//! request's id and method, never to the client. Codes and the shapes of `data` belong to the protocol crate.

use std::error::Error;
use std::fmt;

use codex_app_server_protocol::error_code::{
    INTERNAL_ERROR, INVALID_PARAMS, INVALID_REQUEST, InputErrorData, NOT_SUPPORTED, OVERLOADED,
    OverloadedErrorData, OverloadedErrorInfo,
};
use codex_app_server_protocol::experimental::ExperimentalUse;
use codex_app_server_protocol::jsonrpc::ErrorObject;
use codex_app_server_protocol::method::DecodeError;
use codex_core::error::CoreError;
use codex_core::{config, rollout};
use serde::Serialize;
use serde_json::Value;

type Source = Box<dyn Error + Send + Sync>;

/// Why a request is not carried out.
#[derive(Debug)]
pub struct RpcError {
    code: i64,
    message: String,
    data: Option<Value>,
    /// For the log only.
    source: Option<Source>,
}

impl RpcError {
    fn new(code: i64, message: impl Into<String>) -> Self {
        RpcError { code, message: message.into(), data: None, source: None }
    }

    /// The request cannot be taken as it is: almost every failed precondition.
    pub fn invalid_request(message: impl Into<String>) -> Self {
        RpcError::new(INVALID_REQUEST, message)
    }

    /// The operation exists, but not for this kind of object.
    pub fn not_supported(message: impl Into<String>) -> Self {
        RpcError::new(NOT_SUPPORTED, message)
    }

    /// A value that decodes but is out of its range.
    pub fn invalid_params(message: impl Into<String>) -> Self {
        RpcError::new(INVALID_PARAMS, message)
    }

    /// Something failed inside: files, processes, network.
    pub fn internal(message: impl Into<String>) -> Self {
        RpcError::new(INTERNAL_ERROR, message)
    }

    /// What caused it, for the log.
    pub fn caused_by(mut self, source: impl Into<Source>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// What a program can branch on: one of the shapes in the protocol crate.
    pub fn with_data(mut self, data: &impl Serialize) -> Self {
        self.data = serde_json::to_value(data).ok();
        self
    }

    pub(crate) fn overloaded() -> Self {
        let data = OverloadedErrorData { codex_error_info: OverloadedErrorInfo::ServerOverloaded };
        RpcError::new(OVERLOADED, "Server overloaded; retry later.").with_data(&data)
    }

    pub(crate) fn not_initialized() -> Self {
        RpcError::invalid_request("Not initialized")
    }

    pub(crate) fn already_initialized() -> Self {
        RpcError::invalid_request("Already initialized")
    }

    pub(crate) fn bad_client_name(name: &str) -> Self {
        let name: String = name.chars().take(80).collect();
        RpcError::invalid_request(format!(
            "Invalid clientInfo.name: {name:?} cannot be sent as an HTTP header value; leave out control characters"
        ))
    }

    pub(crate) fn shutting_down() -> Self {
        RpcError::invalid_request("the server is shutting down; start it again and repeat the request")
    }

    pub(crate) fn panicked(method: &str) -> Self {
        RpcError::internal(format!("{method} failed because of a bug in the server; its log has the details"))
    }

    pub(crate) fn unserialisable(method: &str, problem: serde_json::Error) -> Self {
        RpcError::internal(format!("the result of {method} cannot be written as JSON")).caused_by(problem)
    }

    /// The text of an input is longer than a turn takes.
    pub fn input_too_large(limit: InputErrorData) -> Self {
        RpcError::invalid_params(format!(
            "the text of `input` has {} characters and may have {}; send less, or refer to a file",
            limit.actual_chars, limit.max_chars
        ))
        .with_data(&limit)
    }

    /// A thread id that is no UUID.
    pub fn invalid_thread_id(reason: impl fmt::Display) -> Self {
        RpcError::invalid_request(format!("invalid thread id: {reason}"))
    }

    /// The same where a thread is loaded from its file.
    pub fn invalid_session_id(reason: impl fmt::Display) -> Self {
        RpcError::invalid_request(format!("invalid session id: {reason}"))
    }

    /// A thread that has to be in memory and is not.
    pub fn thread_not_found(id: impl fmt::Display) -> Self {
        RpcError::invalid_request(format!("thread not found: {id}"))
    }

    /// A thread that is neither in memory nor stored.
    pub fn thread_not_loaded(id: impl fmt::Display) -> Self {
        RpcError::invalid_request(format!("thread not loaded: {id}"))
    }

    /// A thread that has to be stored and is not.
    pub fn no_rollout(id: impl fmt::Display) -> Self {
        RpcError::invalid_request(format!("no rollout found for thread id {id}"))
    }

    /// A thread that has to be archived and is not.
    pub fn no_archived_rollout(id: impl fmt::Display) -> Self {
        RpcError::invalid_request(format!("no archived rollout found for thread id {id}"))
    }

    /// A turn that the thread does not have.
    pub fn turn_not_found(id: impl fmt::Display) -> Self {
        RpcError::invalid_request(format!("turn not found: {id}"))
    }

    /// A message that is not in the queue of the thread, or not any more.
    pub fn queued_submission_not_found(id: &str) -> Self {
        RpcError::invalid_request(format!("queued submission not found: {id}"))
    }

    /// A cursor of another list, or none of ours.
    pub fn invalid_cursor(cursor: &str) -> Self {
        RpcError::invalid_request(format!("invalid cursor: {cursor}"))
    }

    pub fn code(&self) -> i64 {
        self.code
    }

    pub fn message(&self) -> &str {
        &self.message
    }

    /// The `error` member of the answer.
    pub(crate) fn object(&self) -> ErrorObject {
        ErrorObject { code: self.code, message: self.message.clone(), data: self.data.clone() }
    }

    /// The chain of causes, outermost first; empty when there is none.
    pub(crate) fn causes(&self) -> String {
        let mut texts = Vec::new();
        let mut cause = self.source();
        while let Some(error) = cause {
            texts.push(error.to_string());
            cause = error.source();
        }
        texts.join(": ")
    }
}

impl fmt::Display for RpcError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.message, self.code)
    }
}

impl Error for RpcError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn Error + 'static))
    }
}

impl From<DecodeError> for RpcError {
    fn from(error: DecodeError) -> Self {
        RpcError::new(DecodeError::CODE, error.to_string())
    }
}

impl From<ExperimentalUse> for RpcError {
    fn from(used: ExperimentalUse) -> Self {
        RpcError::invalid_request(used.to_string())
    }
}

impl From<config::error::Error> for RpcError {
    fn from(error: config::error::Error) -> Self {
        RpcError::invalid_request(error.to_string())
    }
}

impl From<rollout::Error> for RpcError {
    fn from(error: rollout::Error) -> Self {
        let message = error.to_string();
        match error {
            rollout::Error::InvalidCursor(cursor) => RpcError::invalid_cursor(&cursor),
            rollout::Error::Twofold { .. } | rollout::Error::ActiveWriter { .. } => {
                RpcError::invalid_request(message)
            }
            rollout::Error::Io { source, .. } => RpcError::internal(message).caused_by(source),
            rollout::Error::Encode { source, .. } => RpcError::internal(message).caused_by(source),
            rollout::Error::Empty(_)
            | rollout::Error::NoMeta(_)
            | rollout::Error::Closed
            | rollout::Error::GivenUp => RpcError::internal(message),
        }
    }
}

impl From<CoreError> for RpcError {
    fn from(error: CoreError) -> Self {
        let message = error.to_string();
        match error {
            CoreError::NotFound(_)
            | CoreError::InvalidInput(_)
            | CoreError::Busy(_)
            | CoreError::NotAuthenticated(_)
            | CoreError::Closed => RpcError::invalid_request(message),
            CoreError::Internal { source, .. } => RpcError { source, ..RpcError::internal(message) },
        }
    }
}

#[cfg(test)]
mod tests {
    use codex_app_server_protocol::ClientRequest;
    use codex_app_server_protocol::jsonrpc::{ErrorMessage, RequestId, write_line};
    use expect_test::expect;
    use serde_json::value::RawValue;

    use super::*;

    fn decode(method: &str, params: &str) -> RpcError {
        let params = RawValue::from_string(params.to_owned()).unwrap();
        ClientRequest::decode(method, Some(&params)).unwrap_err().into()
    }

    fn experimental(method: &str, params: &str) -> RpcError {
        let params = RawValue::from_string(params.to_owned()).unwrap();
        ClientRequest::experimental_use(method, Some(&params)).unwrap().into()
    }

    /// All of them, as they stand on the wire.
    #[test]
    fn table() {
        let io = || std::io::Error::other("disk on fire");
        let mut errors = vec![
            decode("thread/read", "{}"),
            decode("thread/start", r#"{"cwd":5}"#),
            experimental("thread/backgroundTerminals/list", "{}"),
            experimental("thread/start", r#"{"dynamicTools":[]}"#),
            RpcError::not_initialized(),
            RpcError::already_initialized(),
            RpcError::bad_client_name("a\nb"),
            RpcError::overloaded(),
            RpcError::shutting_down(),
            RpcError::panicked("model/list"),
            RpcError::unserialisable("model/list", serde::de::Error::custom("NaN")),
            RpcError::invalid_thread_id("expected 36 characters, found 1"),
            RpcError::invalid_session_id("expected 36 characters, found 1"),
            RpcError::thread_not_found("1"),
            RpcError::thread_not_loaded("1"),
            RpcError::no_rollout("1"),
            RpcError::no_archived_rollout("1"),
            RpcError::turn_not_found("1"),
            RpcError::queued_submission_not_found("1"),
            RpcError::invalid_cursor("x"),
            RpcError::not_supported("no"),
            RpcError::invalid_params("out of range"),
            RpcError::internal("cannot write the file").caused_by(io()),
        ];
        errors.extend(
            [
                CoreError::NotFound("no such model provider".into()),
                CoreError::InvalidInput("bad cwd".into()),
                CoreError::Busy("a turn runs".into()),
                CoreError::NotAuthenticated("log in".into()),
                CoreError::Closed,
                CoreError::Internal { message: "cannot write".into(), source: Some(io().into()) },
            ]
            .map(RpcError::from),
        );
        let mut out = Vec::new();
        for error in &errors {
            write_line(&ErrorMessage { error: &error.object(), id: &RequestId::Integer(1) }, &mut out)
                .unwrap();
        }
        expect![[r#"
            {"error":{"code":-32600,"message":"Invalid request: missing field `threadId`"},"id":1}
            {"error":{"code":-32600,"message":"Invalid request: cwd: invalid type: integer `5`, expected a string"},"id":1}
            {"error":{"code":-32600,"message":"thread/backgroundTerminals/list requires experimentalApi capability"},"id":1}
            {"error":{"code":-32600,"message":"thread/start.dynamicTools requires experimentalApi capability"},"id":1}
            {"error":{"code":-32600,"message":"Not initialized"},"id":1}
            {"error":{"code":-32600,"message":"Already initialized"},"id":1}
            {"error":{"code":-32600,"message":"Invalid clientInfo.name: \"a\\nb\" cannot be sent as an HTTP header value; leave out control characters"},"id":1}
            {"error":{"code":-32001,"message":"Server overloaded; retry later.","data":{"codexErrorInfo":"server_overloaded"}},"id":1}
            {"error":{"code":-32600,"message":"the server is shutting down; start it again and repeat the request"},"id":1}
            {"error":{"code":-32603,"message":"model/list failed because of a bug in the server; its log has the details"},"id":1}
            {"error":{"code":-32603,"message":"the result of model/list cannot be written as JSON"},"id":1}
            {"error":{"code":-32600,"message":"invalid thread id: expected 36 characters, found 1"},"id":1}
            {"error":{"code":-32600,"message":"invalid session id: expected 36 characters, found 1"},"id":1}
            {"error":{"code":-32600,"message":"thread not found: 1"},"id":1}
            {"error":{"code":-32600,"message":"thread not loaded: 1"},"id":1}
            {"error":{"code":-32600,"message":"no rollout found for thread id 1"},"id":1}
            {"error":{"code":-32600,"message":"no archived rollout found for thread id 1"},"id":1}
            {"error":{"code":-32600,"message":"turn not found: 1"},"id":1}
            {"error":{"code":-32600,"message":"queued submission not found: 1"},"id":1}
            {"error":{"code":-32600,"message":"invalid cursor: x"},"id":1}
            {"error":{"code":-32601,"message":"no"},"id":1}
            {"error":{"code":-32602,"message":"out of range"},"id":1}
            {"error":{"code":-32603,"message":"cannot write the file"},"id":1}
            {"error":{"code":-32600,"message":"no such model provider"},"id":1}
            {"error":{"code":-32600,"message":"bad cwd"},"id":1}
            {"error":{"code":-32600,"message":"a turn runs"},"id":1}
            {"error":{"code":-32600,"message":"log in"},"id":1}
            {"error":{"code":-32600,"message":"the conversation has ended"},"id":1}
            {"error":{"code":-32603,"message":"cannot write"},"id":1}
        "#]].assert_eq(std::str::from_utf8(&out).unwrap());
    }

    #[test]
    fn causes_are_for_the_log() {
        let error = RpcError::from(CoreError::Internal {
            message: "cannot write".into(),
            source: Some(std::io::Error::other("disk on fire").into()),
        });
        assert_eq!(error.causes(), "disk on fire");
        assert_eq!(error.object().message, "cannot write");
    }
}
