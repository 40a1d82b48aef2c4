//! JSON as model servers write it: numbers as strings, texts in parts, halves of characters. Pure.
//!
//! What has a sensible reading is read; what has none is an error of the whole event.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeOwned, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// Reads an event. One with broken characters is read with these replaced.
pub fn read<T: DeserializeOwned>(data: &[u8]) -> serde_json::Result<T> {
    serde_json::from_slice(data).or_else(|error| match repaired(data) {
        Some(data) => serde_json::from_str(&data),
        None => Err(error),
    })
}

/// The text with whatever is no character replaced; none if there is no such thing.
pub fn repaired(data: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(data);
    let whole = without_halves(&text);
    match (&text, &whole) {
        (Cow::Borrowed(_), Cow::Borrowed(_)) => None,
        (Cow::Owned(_), _) | (_, Cow::Owned(_)) => Some(whole.into_owned()),
    }
}

/// Escapes of half a character are replaced.
fn without_halves(text: &str) -> Cow<'_, str> {
    let mut whole = String::new();
    let mut done = 0;
    let mut at = 0;
    while let Some(found) = text.get(at..).and_then(|rest| rest.find('\\')) {
        at += found;
        match (escape(text, at), escape(text, at + 6)) {
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => at += 12,
            (Some(0xd800..=0xdfff), _) => {
                whole += text.get(done..at).unwrap_or_default();
                whole += "\\ufffd";
                at += 6;
                done = at;
            }
            (Some(_), _) => at += 6,
            // The character after a backslash is not looked at: it may be one, too.
            (None, _) => {
                at += 1;
                at += text.get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
            }
        }
    }
    if done == 0 {
        return Cow::Borrowed(text);
    }
    whole += text.get(done..).unwrap_or_default();
    Cow::Owned(whole)
}

/// The number of the `\uXXXX` that stands here.
fn escape(text: &str, at: usize) -> Option<u32> {
    let digits = text.get(at..at + 6)?.strip_prefix("\\u")?;
    let is_number = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    u32::from_str_radix(digits, 16).ok().filter(|_| is_number)
}

/// A text in whatever form: a string, nothing, a number, parts, or an object with a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text(pub String);

/// Where objects have their text.
const TEXT_KEYS: [&str; 5] = ["text", "content", "thinking", "summary", "refusal"];

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextVisitor)
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Text;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_str<E>(self, text: &str) -> Result<Text, E> {
        Ok(Text(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Text, E> {
        Ok(Text(text))
    }

    fn visit_unit<E>(self) -> Result<Text, E> {
        Ok(Text::default())
    }

    fn visit_bool<E>(self, _: bool) -> Result<Text, E> {
        Ok(Text::default())
    }

    fn visit_i64<E>(self, number: i64) -> Result<Text, E> {
        Ok(Text(number.to_string()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Text, E> {
        Ok(Text(number.to_string()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Text, E> {
        Ok(Text(number.to_string()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut parts: A) -> Result<Text, A::Error> {
        let mut whole = String::new();
        while let Some(Text(part)) = parts.next_element()? {
            whole += &part;
        }
        Ok(Text(whole))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Text, A::Error> {
        let mut whole = String::new();
        while let Some(key) = fields.next_key::<Cow<'_, str>>()? {
            if TEXT_KEYS.contains(&&*key) && whole.is_empty() {
                whole = fields.next_value::<Text>()?.0;
            } else {
                fields.next_value::<IgnoredAny>()?;
            }
        }
        Ok(Text(whole))
    }
}

/// A number, also one in a string or with a fraction. Anything else is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Number(pub Option<i64>);

impl Number {
    pub fn or_zero(self) -> i64 {
        self.0.unwrap_or_default().max(0)
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = match Value::deserialize(deserializer)? {
            Value::Number(number) => number.as_i64().or_else(|| number.as_f64().map(whole)),
            Value::String(text) => {
                let text = text.trim();
                text.parse().ok().or_else(|| text.parse().ok().map(whole))
            }
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
        };
        Ok(Self(number))
    }
}

/// Ends at the largest number.
fn whole(number: f64) -> i64 {
    number as i64
}

/// JSON that may be written as a string that holds it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Json(pub String);

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(match Value::deserialize(deserializer)? {
            Value::String(text) => text,
            Value::Null => String::new(),
            value @ (Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => {
                value.to_string()
            }
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_all_forms() {
        for (json, expected) in [
            (r#""a""#, "a"),
            ("null", ""),
            ("17", "17"),
            (r#"[{"type":"text","text":"a"},{"type":"image"},"b"]"#, "ab"),
            (r#"{"content":"a","x":{"y":1}}"#, "a"),
            (r#"{"type":"thinking","thinking":[{"type":"text","text":"a"}]}"#, "a"),
        ] {
            assert_eq!(read::<Text>(json.as_bytes()).unwrap().0, expected, "{json}");
        }
    }

    #[test]
    fn numbers_of_all_forms() {
        for (json, expected) in [
            ("3", Some(3)),
            (r#"" 4 ""#, Some(4)),
            ("5.0", Some(5)),
            (r#""6.5""#, Some(6)),
            ("null", None),
            ("{}", None),
        ] {
            assert_eq!(read::<Number>(json.as_bytes()).unwrap().0, expected, "{json}");
        }
    }

    #[test]
    fn halves_of_characters_are_replaced_and_whole_ones_kept() {
        for (json, expected) in [
            (r#""\ud83d\ude00 a""#, "😀 a"),
            (r#""\ud83d""#, "\u{fffd}"),
            (r#""\ude00\ud83d x""#, "\u{fffd}\u{fffd} x"),
            (r#""\\ud83d""#, r"\ud83d"),
            (r#""\\\ud83d\n""#, "\\\u{fffd}\n"),
        ] {
            assert_eq!(read::<Text>(json.as_bytes()).unwrap().0, expected, "{json}");
        }
        assert_eq!(read::<Text>(b"\"a\xe4\"").unwrap().0, "a\u{fffd}");
        assert!(read::<Text>(br#""\ud83"#).is_err());
    }

    #[test]
    fn json_in_a_string_or_as_it_is() {
        assert_eq!(read::<Json>(br#""{\"a\":1}""#).unwrap().0, r#"{"a":1}"#);
        assert_eq!(read::<Json>(br#"{"a":1}"#).unwrap().0, r#"{"a":1}"#);
    }
}
