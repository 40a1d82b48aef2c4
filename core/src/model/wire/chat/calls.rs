//! Pieces of tool calls ▶ whole calls, whatever a server does with index, id and name. Pure.
//!
//! A piece belongs to the call with its index, unless it has another id than that call, or begins a call anew while
//! the other one is whole. Without an index, the id decides; without either, a name begins a call, and arguments go on
//! with the last one.

use serde_json::Value;

use crate::model::error::Error;
use crate::model::wire::chat::chunk::{CallDelta, FunctionDelta};
use crate::model::wire::lowered;

/// More than any answer makes.
const MOST: usize = 1024;
const LONGEST_CHECKED: usize = 64 * 1024;

#[derive(Debug, Default)]
pub struct Gathered {
    calls: Vec<Call>,
}

#[derive(Debug)]
pub struct Call {
    index: Option<i64>,
    pub id: String,
    pub name: String,
    pub arguments: String,
    /// Null if there is nothing.
    pub extra: Value,
}

impl Gathered {
    pub fn is_empty(&self) -> bool {
        self.calls.is_empty()
    }

    /// Takes one piece.
    pub fn add(&mut self, delta: CallDelta) -> Result<(), Error> {
        let FunctionDelta { name, arguments } = delta.function.unwrap_or_default();
        let piece = Call {
            index: delta.index.0,
            id: delta.id.0,
            name: name.0.trim().to_owned(),
            arguments: arguments.0,
            extra: delta.extra_content,
        };
        match self.calls.iter().rposition(|call| call.goes_on_with(&piece)) {
            Some(at) if piece.index.is_some() || !piece.id.is_empty() || at + 1 == self.calls.len() => {
                if let Some(call) = self.calls.get_mut(at) {
                    call.append(piece);
                }
            }
            Some(_) | None if piece.is_empty() => {}
            Some(_) | None => {
                if self.calls.len() == MOST {
                    return Err(Error::Decode { reason: format!("it has more than {MOST} tool calls") });
                }
                self.calls.push(piece);
            }
        }
        Ok(())
    }

    /// All calls, in order.
    pub fn take(&mut self) -> Vec<Call> {
        std::mem::take(&mut self.calls)
    }
}

impl Call {
    fn is_empty(&self) -> bool {
        self.id.is_empty() && self.name.is_empty() && self.arguments.is_empty()
    }

    fn goes_on_with(&self, piece: &Self) -> bool {
        let ids_agree = piece.id.is_empty() || self.id.is_empty() || piece.id == self.id;
        let begins_anew = !piece.name.is_empty()
            && !self.name.is_empty()
            && (piece.name != self.name || self.is_whole_before(&piece.arguments));
        let same_place = match (piece.index, self.index) {
            (Some(piece), Some(index)) => piece == index,
            (None, _) if !piece.id.is_empty() => piece.id == self.id,
            (None, _) => true,
            (Some(_), None) => !piece.id.is_empty() && piece.id == self.id,
        };
        same_place && ids_agree && !begins_anew
    }

    /// Whether these arguments are those of another call. Long ones are not looked through again and again.
    fn is_whole_before(&self, arguments: &str) -> bool {
        arguments.trim_start().starts_with('{')
            && self.arguments.len() <= LONGEST_CHECKED
            && self.arguments.trim_end().ends_with('}')
            && lowered::is_object(&self.arguments)
    }

    fn append(&mut self, piece: Self) {
        if self.id.is_empty() {
            self.id = piece.id;
        }
        if self.name.is_empty() {
            self.name = piece.name;
        }
        if !piece.extra.is_null() {
            self.extra = piece.extra;
        }
        self.arguments.push_str(&piece.arguments);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pieces: &[&str], expected: &[(&str, &str, &str)]) {
        let mut gathered = Gathered::default();
        for piece in pieces {
            gathered.add(serde_json::from_str(piece).unwrap()).unwrap();
        }
        let calls = gathered.take();
        let calls: Vec<_> = calls
            .iter()
            .map(|call| (call.id.as_str(), call.name.as_str(), call.arguments.as_str()))
            .collect();
        assert_eq!(calls, expected, "{pieces:#?}");
    }

    #[test]
    fn pieces_find_their_call_by_index() {
        check(
            &[
                r#"{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":""}}"#,
                r#"{"index":1,"id":"b","function":{"name":"g","arguments":"{\"y\""}}"#,
                r#"{"index":0,"function":{"arguments":"{\"x\":"}}"#,
                r#"{"index":1,"function":{"arguments":":2}"}}"#,
                r#"{"index":0,"function":{"arguments":"1}"}}"#,
            ],
            &[("a", "f", r#"{"x":1}"#), ("b", "g", r#"{"y":2}"#)],
        );
    }

    #[test]
    fn servers_that_count_wrong() {
        // The same index for every call, whole.
        check(
            &[
                r#"{"index":0,"id":"a","function":{"name":"f","arguments":"{}"}}"#,
                r#"{"index":0,"id":"b","function":{"name":"f","arguments":"{}"}}"#,
            ],
            &[("a", "f", "{}"), ("b", "f", "{}")],
        );
        // The same, without ids.
        check(
            &[
                r#"{"index":0,"function":{"name":"f","arguments":{"x":1}}}"#,
                r#"{"index":0,"function":{"name":"f","arguments":{"x":2}}}"#,
            ],
            &[("", "f", r#"{"x":1}"#), ("", "f", r#"{"x":2}"#)],
        );
        // No index at all.
        check(
            &[
                r#"{"id":"a","function":{"name":"f","arguments":"{"}}"#,
                r#"{"function":{"arguments":"}"}}"#,
                r#"{"id":"b","function":{"name":"g"}}"#,
                r#"{"id":"b","function":{"arguments":"{}"}}"#,
            ],
            &[("a", "f", "{}"), ("b", "g", "{}")],
        );
        check(
            &[
                r#"{"function":{"name":"f","arguments":"{}"}}"#,
                r#"{"function":{"name":"f","arguments":"{}"}}"#,
            ],
            &[("", "f", "{}"), ("", "f", "{}")],
        );
        check(
            &[r#"{"function":{"name":"f","arguments":"{}"}}"#, r#"{"id":"b","function":{"arguments":"{}"}}"#],
            &[("", "f", "{}"), ("b", "", "{}")],
        );
        // The name again with each piece, and an index as text.
        check(
            &[
                r#"{"index":"0","id":"a","function":{"name":"f","arguments":"{\"x\""}}"#,
                r#"{"index":"0","id":"a","function":{"name":"f","arguments":":1}"}}"#,
                r#"{"index":"0","id":"a","function":{"name":"f","arguments":""}}"#,
                r#"{"index":"0","id":"a","function":{"name":null,"arguments":null}}"#,
            ],
            &[("a", "f", r#"{"x":1}"#)],
        );
        // The same id for two calls.
        check(
            &[
                r#"{"index":0,"id":"a","function":{"name":"f","arguments":"{}"}}"#,
                r#"{"index":1,"id":"a","function":{"name":"f","arguments":"{}"}}"#,
            ],
            &[("a", "f", "{}"), ("a", "f", "{}")],
        );
        check(&["{}", r#"{"index":0,"function":{}}"#], &[]);
    }

    #[test]
    fn the_number_of_calls_is_bounded() {
        let mut gathered = Gathered::default();
        let piece = || serde_json::from_str(r#"{"function":{"name":"f","arguments":"{}"}}"#).unwrap();
        for _ in 0..MOST {
            gathered.add(piece()).unwrap();
        }
        assert!(gathered.add(piece()).is_err());
    }
}
