//! What a row of the method tables means to the compiler, and how params are decoded.
//!
//! For every row there is a marker type: of client requests in this module, of the other tables in submodules.
//! A handler is written for a marker and thereby for its params and result. Decoding accepts what real clients
//! send (params absent or `null` where nothing is required) and says which field is wrong otherwise.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::jsonrpc::ErrorObject;
use crate::tables::define::{define_methods, define_notification_markers, define_server_methods};
use crate::v2::*;
use crate::{
    decode, error_code, for_each_client_request, for_each_server_notification, for_each_server_request,
};

/// A request that a client may send.
pub trait Method {
    /// Name on the wire.
    const NAME: &'static str;
    /// Only for connections that asked for experimental methods.
    const EXPERIMENTAL: bool;
    /// What the client sends.
    type Params: Serialize + DeserializeOwned + Send + 'static;
    /// What it gets back.
    type Response: Serialize + DeserializeOwned + Send + 'static;
}

/// A request that the server may send.
pub trait ServerMethod {
    /// Name on the wire.
    const NAME: &'static str;
    /// What the server sends.
    type Params: Serialize + DeserializeOwned + Send + 'static;
    /// What the client answers.
    type Response: Serialize + DeserializeOwned + Send + 'static;
}

/// A notification that the server may send.
pub trait Notification {
    /// Name on the wire.
    const NAME: &'static str;
    /// What it says.
    type Params: Serialize + DeserializeOwned + Send + 'static;
}

for_each_client_request!(define_methods);

/// Markers of the requests that the server may send.
pub mod server_request {
    use super::*;

    for_each_server_request!(define_server_methods);
}

/// Markers of the notifications that the server may send.
pub mod server_notification {
    use super::*;

    for_each_server_notification!(define_notification_markers);
}

/// One row of a table as data: for lists, schemas and documentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MethodInfo {
    /// Name on the wire.
    pub name: &'static str,
    /// Name of the enum variant and of the marker type.
    pub variant: &'static str,
    /// Name of the type of the params.
    pub params: &'static str,
    /// Name of the type of the result; empty for notifications.
    pub response: &'static str,
    /// Only for connections that asked for it.
    pub experimental: bool,
    /// What the method is for.
    pub doc: &'static str,
}

/// Why a method name and params make no request. All of them are answered with the same code.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Invalid request: {0}")]
pub struct DecodeError(String);

impl DecodeError {
    /// The code of the answer.
    pub const CODE: i64 = error_code::INVALID_REQUEST;

    /// A name that is in no row.
    pub(crate) fn unknown_method(method: &str, rows: &[MethodInfo]) -> Self {
        let names: Vec<String> = rows.iter().map(|row| format!("`{}`", row.name)).collect();
        DecodeError(format!("unknown variant `{method}`, expected one of {}", names.join(", ")))
    }
}

impl From<DecodeError> for ErrorObject {
    fn from(problem: DecodeError) -> Self {
        ErrorObject { code: DecodeError::CODE, message: problem.to_string(), data: None }
    }
}

/// Decodes params. An error says which field is wrong.
///
/// Absent and `null` params are `{}`, and only an error if something in them is required.
pub(crate) fn decode_params<T: DeserializeOwned>(params: Option<&RawValue>) -> Result<T, DecodeError> {
    match named_fields(params)? {
        Some(text) => decode::from_text(text).map_err(|problem| DecodeError(problem.to_string())),
        None => decode::from_value(Value::Object(Map::new()))
            .map_err(|_| DecodeError("missing field `params`".to_owned())),
    }
}

/// The text of params; `None` if they are absent.
fn named_fields(params: Option<&RawValue>) -> Result<Option<&str>, DecodeError> {
    match params.map(RawValue::get) {
        None | Some("null") => Ok(None),
        Some(text) if text.starts_with('{') => Ok(Some(text)),
        Some(text) => {
            let kind = kind_of(text);
            Err(DecodeError(format!("`params` must be an object with named fields, not {kind}")))
        }
    }
}

fn kind_of(json: &str) -> &'static str {
    match json.as_bytes().first() {
        Some(b'[') => "an array",
        Some(b'"') => "a string",
        Some(b't' | b'f') => "a boolean",
        _ => "a number",
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::ClientRequest;

    fn check(method: &str, params: Option<&str>, expected: Expect) {
        let raw = params.map(|text| RawValue::from_string(text.to_owned()).unwrap());
        let text = match ClientRequest::decode(method, raw.as_deref()) {
            Ok(request) => {
                assert_eq!(request.method(), method);
                format!("{request:?}")
            }
            Err(problem) => problem.to_string(),
        };
        expected.assert_eq(&text);
    }

    #[test]
    fn params_that_may_be_absent() {
        check("configRequirements/read", None, expect!["ConfigRequirementsRead(NoParams)"]);
        check("configRequirements/read", Some("null"), expect!["ConfigRequirementsRead(NoParams)"]);
        check("configRequirements/read", Some("{}"), expect!["ConfigRequirementsRead(NoParams)"]);
        check("account/read", None, expect!["GetAccount(GetAccountParams { refresh_token: false })"]);
        check(
            "thread/loaded/list",
            Some("null"),
            expect!["ThreadLoadedList(ThreadLoadedListParams { cursor: None, limit: None })"],
        );
    }

    #[test]
    fn params_that_must_be_there() {
        check("turn/interrupt", None, expect!["Invalid request: missing field `params`"]);
        check("turn/interrupt", Some("null"), expect!["Invalid request: missing field `params`"]);
        check("turn/interrupt", Some("{}"), expect!["Invalid request: missing field `threadId`"]);
    }

    #[test]
    fn the_reason_names_the_field() {
        check(
            "turn/interrupt",
            Some(r#"{"threadId":5,"turnId":"t"}"#),
            expect!["Invalid request: threadId: invalid type: integer `5`, expected a string"],
        );
        check(
            "thread/list",
            Some(r#"{"limit":-1}"#),
            expect!["Invalid request: limit: invalid value: integer `-1`, expected u32"],
        );
        check(
            "thread/start",
            Some(r#"{"sandbox":"none"}"#),
            expect![
                "Invalid request: sandbox: unknown variant `none`, expected one of `read-only`, `workspace-write`, `danger-full-access`"
            ],
        );
        check(
            "turn/start",
            Some(r#"{"threadId":"x","input":[{"type":"text","text":"a"},{"type":"image"}]}"#),
            expect!["Invalid request: input[1]: expected either `url` or `fileId`"],
        );
        check(
            "thread/list",
            Some(r#"{"cwd":5}"#),
            expect!["Invalid request: cwd: expected a path or a list of paths"],
        );
    }

    #[test]
    fn params_are_named() {
        check(
            "thread/read",
            Some(r#"["x"]"#),
            expect!["Invalid request: `params` must be an object with named fields, not an array"],
        );
        check(
            "thread/read",
            Some("7"),
            expect!["Invalid request: `params` must be an object with named fields, not a number"],
        );
    }

    #[test]
    fn unknown_fields_are_ignored() {
        check(
            "turn/interrupt",
            Some(r#"{"threadId":"a","turnId":"b","later":[1]}"#),
            expect![[r#"TurnInterrupt(TurnInterruptParams { thread_id: "a", turn_id: "b" })"#]],
        );
    }

    #[test]
    fn unknown_methods() {
        let problem = ClientRequest::decode("thread/launch", None).unwrap_err().to_string();
        assert!(
            problem.starts_with(
                "Invalid request: unknown variant `thread/launch`, expected one of `initialize`, "
            )
        );
        assert!(problem.ends_with("`account/rateLimits/read`"), "{problem}");
    }

    #[test]
    fn absent_null_and_value() {
        let tier = |params: &str| {
            let raw = RawValue::from_string(params.to_owned()).unwrap();
            match ClientRequest::decode("thread/start", Some(&raw)).unwrap() {
                ClientRequest::ThreadStart(params) => params.service_tier,
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(tier("{}"), None);
        assert_eq!(tier(r#"{"serviceTier":null}"#), Some(None));
        assert_eq!(tier(r#"{"serviceTier":"fast"}"#), Some(Some("fast".into())));
    }

    #[test]
    fn rows_as_data() {
        let row =
            ClientRequest::METHODS.iter().find(|row| row.name == "thread/backgroundTerminals/list").unwrap();
        assert_eq!(row.params, "ThreadBackgroundTerminalsListParams");
        assert_eq!(row.response, "ThreadBackgroundTerminalsListResponse");
        assert!(row.experimental);
        assert_eq!(TurnStart::NAME, "turn/start");
    }
}
