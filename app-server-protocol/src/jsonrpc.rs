//! The envelope: what stands around params and results on one line of the pipe.
//!
//! Reading borrows from the line and leaves params and results as raw JSON, so that a message is taken apart
//! in two steps: which kind it is here, what it says in the method tables. Writing appends one line to a byte
//! buffer. There is no `jsonrpc` member on this wire: it is never sent and ignored when it comes. Limits of
//! length and the splitting into lines are the transport's business.

use std::borrow::Cow;
use std::fmt;

use serde::de::{self, Deserializer, Visitor};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;

/// Names one request among those its sender still waits for: a string or a whole number.
///
/// The answer carries it back with the same JSON type.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[cfg_attr(feature = "schema", schemars(untagged), ts(untagged))]
pub enum RequestId {
    /// A text of the sender's choice.
    String(String),
    /// A whole number of 64 bits, negative ones included.
    Integer(i64),
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RequestId::String(text) => f.write_str(text),
            RequestId::Integer(number) => write!(f, "{number}"),
        }
    }
}

impl Serialize for RequestId {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        match self {
            RequestId::String(text) => out.serialize_str(text),
            RequestId::Integer(number) => out.serialize_i64(*number),
        }
    }
}

impl<'de> Deserialize<'de> for RequestId {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        struct IdVisitor;

        impl Visitor<'_> for IdVisitor {
            type Value = RequestId;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string or a 64-bit integer as request id")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<RequestId, E> {
                Ok(RequestId::String(text.to_owned()))
            }

            fn visit_string<E: de::Error>(self, text: String) -> Result<RequestId, E> {
                Ok(RequestId::String(text))
            }

            fn visit_i64<E: de::Error>(self, number: i64) -> Result<RequestId, E> {
                Ok(RequestId::Integer(number))
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<RequestId, E> {
                i64::try_from(number)
                    .map(RequestId::Integer)
                    .map_err(|_| E::invalid_value(de::Unexpected::Unsigned(number), &self))
            }
        }

        input.deserialize_any(IdVisitor)
    }
}

/// The `error` member of an answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, ts_rs::TS))]
#[cfg_attr(feature = "schema", schemars(rename = "JSONRPCErrorError"), ts(rename = "JSONRPCErrorError"))]
pub struct ErrorObject {
    /// One of the codes in `error_code`.
    pub code: i64,
    /// What went wrong and what to do about it, for a person.
    pub message: String,
    /// What a program can branch on; left out when there is nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<Value>,
}

/// One message as it came in, params and results still raw.
#[derive(Clone, Debug)]
pub enum Incoming<'a> {
    /// Wants exactly one answer with the same id.
    Request {
        /// What the answer has to carry.
        id: RequestId,
        /// Name of the method, as sent.
        method: Cow<'a, str>,
        /// `None` when the member is absent; an explicit `null` is there as `null`.
        params: Option<&'a RawValue>,
    },
    /// Wants no answer.
    Notification {
        /// Name of the method, as sent.
        method: Cow<'a, str>,
        /// As in a request.
        params: Option<&'a RawValue>,
    },
    /// The good answer to a request of ours.
    Response {
        /// Id of our request.
        id: RequestId,
        /// The result, `null` included.
        result: &'a RawValue,
    },
    /// The bad answer to a request of ours.
    Error {
        /// Id of our request.
        id: RequestId,
        /// What the other side says went wrong.
        error: ErrorObject,
    },
}

/// A line that is no message. It gets no answer: whom to answer is not known.
#[derive(Debug, thiserror::Error)]
pub enum EnvelopeError {
    /// Not JSON, not an object, or a member of the envelope has the wrong type.
    #[error("not a message: {0}")]
    Malformed(#[from] serde_json::Error),
    /// An object that is none of the four kinds.
    #[error("not a message: {0}")]
    Unclassified(&'static str),
}

#[derive(Deserialize)]
struct RawMessage<'a> {
    #[serde(default, deserialize_with = "present")]
    id: Option<RequestId>,
    #[serde(default, borrow)]
    method: Option<Cow<'a, str>>,
    #[serde(default, borrow, deserialize_with = "present")]
    params: Option<&'a RawValue>,
    #[serde(default, borrow, deserialize_with = "present")]
    result: Option<&'a RawValue>,
    #[serde(default, borrow, deserialize_with = "present")]
    error: Option<&'a RawValue>,
}

/// A member that is there, be it `null`. Only called for members that are there.
fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(input: D) -> Result<Option<T>, D::Error> {
    T::deserialize(input).map(Some)
}

impl<'a> Incoming<'a> {
    /// Takes one line apart. Members that are not part of the envelope are ignored.
    pub fn decode(line: &'a str) -> Result<Self, EnvelopeError> {
        // A derived struct would also read a JSON array, member by member.
        if !line.trim_start().starts_with('{') {
            return Err(EnvelopeError::Unclassified("a message is a JSON object"));
        }
        let RawMessage { id, method, params, result, error } = serde_json::from_str(line)?;
        match (method, id) {
            (Some(method), Some(id)) => Ok(Incoming::Request { id, method, params }),
            (Some(method), None) => Ok(Incoming::Notification { method, params }),
            (None, None) => Err(EnvelopeError::Unclassified("neither `method` nor `id`")),
            (None, Some(id)) => match (error, result) {
                // An answer with both is a refusal: the careful reading of an approval.
                (Some(error), _) => Ok(Incoming::Error { id, error: lenient_error(error) }),
                (None, Some(result)) => Ok(Incoming::Response { id, result }),
                (None, None) => Err(EnvelopeError::Unclassified("neither `result` nor `error`")),
            },
        }
    }
}

/// An error of any shape is a refusal; one that cannot be read must not leave its request waiting.
fn lenient_error(raw: &RawValue) -> ErrorObject {
    serde_json::from_str(raw.get()).unwrap_or_else(|_| ErrorObject {
        code: crate::error_code::INTERNAL_ERROR,
        message: "the answer's `error` is not {code, message}".to_owned(),
        data: None,
    })
}

/// A good answer; members in the order of the wire.
#[derive(Serialize)]
pub struct ResultMessage<'a, R: ?Sized> {
    /// Id of the request that is answered.
    pub id: &'a RequestId,
    /// What the method's table row says.
    pub result: &'a R,
}

/// A bad answer; members in the order of the wire.
#[derive(Serialize)]
pub struct ErrorMessage<'a> {
    /// What went wrong.
    pub error: &'a ErrorObject,
    /// Id of the request that is answered.
    pub id: &'a RequestId,
}

/// A message that wants no answer; members in the order of the wire.
#[derive(Serialize)]
pub struct NotificationMessage<'a, P: ?Sized> {
    /// Name of the notification.
    pub method: &'a str,
    /// Left out when there is nothing to say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub params: Option<&'a P>,
    /// When the server made it, in Unix milliseconds; only the server sends it.
    #[serde(rename = "emittedAtMs", skip_serializing_if = "Option::is_none")]
    pub emitted_at_ms: Option<i64>,
}

/// A request in either direction; members in the order of the wire.
#[derive(Serialize)]
pub struct RequestMessage<'a, P: ?Sized> {
    /// Name of the method.
    pub method: &'a str,
    /// Id that the answer will carry.
    pub id: &'a RequestId,
    /// Params of the method.
    pub params: &'a P,
}

/// Appends a message and its line feed. A line that could not be written whole is taken back.
pub fn write_line<T: Serialize + ?Sized>(message: &T, out: &mut Vec<u8>) -> Result<(), serde_json::Error> {
    let start = out.len();
    match serde_json::to_writer(&mut *out, message) {
        Ok(()) => {
            out.push(b'\n');
            Ok(())
        }
        Err(problem) => {
            out.truncate(start);
            Err(problem)
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use serde_json::json;

    use super::*;

    fn check(line: &str, expected: Expect) {
        let text = match Incoming::decode(line) {
            Ok(Incoming::Request { id, method, params }) => format!("request {id:?} {method} {params:?}"),
            Ok(Incoming::Notification { method, params }) => format!("notification {method} {params:?}"),
            Ok(Incoming::Response { id, result }) => format!("response {id:?} {result}"),
            Ok(Incoming::Error { id, error }) => format!("error {id:?} {} {}", error.code, error.message),
            Err(problem) => problem.to_string(),
        };
        expected.assert_eq(&text);
    }

    #[test]
    fn kinds() {
        check(r#"{"id":1,"method":"a/b","params":{}}"#, expect!["request Integer(1) a/b Some(RawValue({}))"]);
        check(
            r#"{"jsonrpc":"2.0","trace":{},"id":"x","method":"m"}"#,
            expect![[r#"request String("x") m None"#]],
        );
        check(r#"{"method":"m","params":null}"#, expect!["notification m Some(RawValue(null))"]);
        check(r#"{"method":"\u006d"}"#, expect!["notification m None"]);
        check(
            r#"{"id":-9223372036854775808,"result":null}"#,
            expect!["response Integer(-9223372036854775808) null"],
        );
        check(r#"{"id":1,"error":{"code":-1,"message":"no"}}"#, expect!["error Integer(1) -1 no"]);
        check("  {\"id\":1,\"result\":{}}\r", expect!["response Integer(1) {}"]);
    }

    #[test]
    fn a_strange_error_is_still_an_error() {
        check(
            r#"{"id":1,"error":"no"}"#,
            expect!["error Integer(1) -32603 the answer's `error` is not {code, message}"],
        );
        check(
            r#"{"id":1,"error":{"code":-1,"message":"no"},"result":{}}"#,
            expect!["error Integer(1) -1 no"],
        );
    }

    #[test]
    fn undecodable() {
        check("", expect!["not a message: a message is a JSON object"]);
        check("[]", expect!["not a message: a message is a JSON object"]);
        check(r#"[1,"m"]"#, expect!["not a message: a message is a JSON object"]);
        check("{}", expect!["not a message: neither `method` nor `id`"]);
        check(r#"{"id":1}"#, expect!["not a message: neither `result` nor `error`"]);
        check(
            r#"{"id":1,"method":"#,
            expect!["not a message: EOF while parsing a value at line 1 column 17"],
        );
        check(
            r#"{"id":null,"method":"m"}"#,
            expect![
                "not a message: invalid type: null, expected a string or a 64-bit integer as request id at line 1 column 10"
            ],
        );
        check(
            r#"{"id":1.0,"method":"m"}"#,
            expect![
                "not a message: invalid type: floating point `1.0`, expected a string or a 64-bit integer as request id at line 1 column 9"
            ],
        );
        check(
            r#"{"id":9223372036854775808,"method":"m"}"#,
            expect![
                "not a message: invalid value: integer `9223372036854775808`, expected a string or a 64-bit integer as request id at line 1 column 25"
            ],
        );
    }

    #[test]
    fn order_of_members() {
        let id = RequestId::Integer(7);
        let error = ErrorObject { code: -32600, message: "no".into(), data: None };
        let mut out = Vec::new();
        write_line(&ResultMessage { id: &id, result: &json!({}) }, &mut out).unwrap();
        write_line(&ErrorMessage { error: &error, id: &id }, &mut out).unwrap();
        write_line(
            &NotificationMessage { method: "m", params: Some(&json!({"a": "b\nc"})), emitted_at_ms: Some(5) },
            &mut out,
        )
        .unwrap();
        write_line(&RequestMessage { method: "m", id: &id, params: &json!({}) }, &mut out).unwrap();
        expect![[r#"
            {"id":7,"result":{}}
            {"error":{"code":-32600,"message":"no"},"id":7}
            {"method":"m","params":{"a":"b\nc"},"emittedAtMs":5}
            {"method":"m","id":7,"params":{}}
        "#]]
        .assert_eq(std::str::from_utf8(&out).unwrap());
    }
}
