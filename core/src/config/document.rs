//! One TOML document: its values, and where each of them stands.
//!
//! Places are looked up in the text only when there is something to complain about, so that reading a
//! file that is in order costs one parse. Pure; reading files is for `load`.

use std::ops::Range;

use toml::de::{DeTable, DeValue};
use toml::{Spanned, Table, Value};

use super::error::TextRange;

/// Why a text is not TOML.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    pub message: String,
    pub range: Option<TextRange>,
}

/// Parses a document.
pub fn parse(text: &str) -> Result<Table, SyntaxError> {
    toml::from_str(text).map_err(|error| SyntaxError {
        message: error.message().trim().to_owned(),
        range: error.span().map(|span| TextRange::of(text, span)),
    })
}

/// Where a value stands, or the nearest table around it that is there.
pub fn locate(text: &str, path: &[String]) -> Option<TextRange> {
    let table = DeTable::parse(text).ok()?;
    let mut found: Option<Range<usize>> = None;
    let mut here = Some(Here::Table(table.get_ref()));
    for part in path {
        let (key, value) = match here {
            Some(Here::Table(table)) => match table.iter().find(|(key, _)| key.get_ref() == part.as_str()) {
                Some((key, value)) => (Some(key.span()), value),
                None => break,
            },
            Some(Here::Value(DeValue::Array(array))) => {
                match part.parse::<usize>().ok().and_then(|index| array.get(index)) {
                    Some(value) => (None, value),
                    None => break,
                }
            }
            Some(Here::Value(_)) | None => break,
        };
        found = Some(span_of(key, value));
        here = Some(match value.get_ref() {
            DeValue::Table(table) => Here::Table(table),
            other => Here::Value(other),
        });
    }
    found.map(|span| TextRange::of(text, span))
}

enum Here<'a> {
    Table(&'a DeTable<'a>),
    Value(&'a DeValue<'a>),
}

/// Tables are shown by their key, since they may reach over many lines.
fn span_of(key: Option<Range<usize>>, value: &Spanned<DeValue<'_>>) -> Range<usize> {
    match (value.get_ref(), key) {
        (DeValue::Table(_), Some(key)) => key,
        (_, _) => value.span(),
    }
}

/// The JSON form of a value. Dates become text; numbers that JSON does not know become null.
pub fn to_json(value: &Value) -> serde_json::Value {
    match value {
        Value::String(text) => text.clone().into(),
        Value::Integer(number) => (*number).into(),
        Value::Float(number) => (*number).into(),
        Value::Boolean(flag) => (*flag).into(),
        Value::Datetime(time) => time.to_string().into(),
        Value::Array(values) => values.iter().map(to_json).collect(),
        Value::Table(table) => table_to_json(table).into(),
    }
}

/// The JSON form of a table.
pub fn table_to_json(table: &Table) -> serde_json::Map<String, serde_json::Value> {
    table.iter().map(|(key, value)| (key.clone(), to_json(value))).collect()
}

/// The TOML form of a JSON value; null has none.
pub fn from_json(value: &serde_json::Value) -> Option<Value> {
    Some(match value {
        serde_json::Value::Null => return None,
        serde_json::Value::Bool(flag) => Value::Boolean(*flag),
        serde_json::Value::String(text) => Value::String(text.clone()),
        serde_json::Value::Number(number) => match number.as_i64() {
            Some(integer) => Value::Integer(integer),
            None => Value::Float(number.as_f64().unwrap_or(f64::MAX)),
        },
        serde_json::Value::Array(values) => Value::Array(values.iter().filter_map(from_json).collect()),
        serde_json::Value::Object(map) => Value::Table(
            map.iter().filter_map(|(key, value)| Some((key.clone(), from_json(value)?))).collect(),
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "model = 5\n[a.b]\nc = [1, \"two\"]\n[[list]]\nx = 1\n[[list]]\nx = true\n";

    fn at(path: &[&str]) -> String {
        let path: Vec<String> = path.iter().map(|part| (*part).to_owned()).collect();
        match locate(TEXT, &path) {
            Some(range) => format!("{}:{}", range.start.line, range.start.column),
            None => "nowhere".to_owned(),
        }
    }

    #[test]
    fn places_are_those_of_values_and_of_the_keys_of_tables() {
        assert_eq!(at(&["model"]), "1:9");
        assert_eq!(at(&["a", "b"]), "2:4");
        assert_eq!(at(&["a", "b", "c"]), "3:5");
        assert_eq!(at(&["a", "b", "c", "1"]), "3:9");
        assert_eq!(at(&["list", "1", "x"]), "7:5");
    }

    #[test]
    fn what_is_missing_is_placed_at_the_table_around_it() {
        assert_eq!(at(&["a", "b", "zzz", "y"]), "2:4");
        assert_eq!(at(&["model", "x"]), "1:9");
        assert_eq!(at(&["none"]), "nowhere");
    }

    #[test]
    fn a_syntax_error_has_a_place() {
        let error = parse("a = 1\nb = \n").unwrap_err();
        assert_eq!(error.range.unwrap().start.line, 2);
        assert!(!error.message.is_empty());
    }

    #[test]
    fn values_go_to_json_and_back() {
        let table = parse("a = 1\nb = [true, \"x\", 1.5]\n[c]\nd = 2020-01-01\n").unwrap();
        let json = serde_json::Value::from(table_to_json(&table));
        assert_eq!(json, serde_json::json!({"a": 1, "b": [true, "x", 1.5], "c": {"d": "2020-01-01"}}));
        let back = from_json(&serde_json::json!({"a": 1, "n": null, "b": [null, 2]})).unwrap();
        assert_eq!(back, Value::Table(parse("a = 1\nb = [2]").unwrap()));
    }
}
