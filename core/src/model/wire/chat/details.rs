//! `reasoning_details`: reasoning as routers pass it on, in parts that are signed, encrypted or plain. Pure.
//!
//! A stream brings texts in pieces, which are put together; whatever else a part has stays as it is, because the
//! model's own server wants to see it again.

use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

type Part = Map<String, Value>;

/// The fields that come in pieces.
const TEXTS: [&str; 2] = ["text", "summary"];

/// Parts of reasoning, in order.
#[derive(Debug, Default)]
pub struct Details(Vec<Part>);

/// What is no list of parts is none.
impl<'de> Deserialize<'de> for Details {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Value::Array(parts) = Value::deserialize(deserializer)? else { return Ok(Self::default()) };
        let parts = parts.into_iter().filter_map(|part| match part {
            Value::Object(part) => Some(part),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => None,
        });
        Ok(Self(parts.collect()))
    }
}

impl Details {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What a person can read of it.
    pub fn text(&self) -> String {
        self.0.iter().flat_map(|part| TEXTS.iter().filter_map(|name| part.get(*name)?.as_str())).collect()
    }

    /// About how many bytes it takes.
    pub fn size(&self) -> usize {
        self.0.iter().map(size).sum()
    }

    /// More of it.
    pub fn add(&mut self, pieces: Self) {
        for piece in pieces.0 {
            match self.0.last_mut().filter(|last| goes_on(last, &piece)) {
                Some(last) => append(last, piece),
                None => self.0.push(piece),
            }
        }
    }

    /// All of it as JSON, if there is any.
    pub fn take(&mut self) -> Option<String> {
        let parts = std::mem::take(&mut self.0);
        (!parts.is_empty()).then(|| serde_json::to_string(&parts).ok()).flatten()
    }
}

fn size(part: &Part) -> usize {
    let values = part.iter().map(|(name, value)| name.len() + value.as_str().map_or(8, str::len));
    values.sum::<usize>() + 8
}

/// Whether a piece belongs to the part before it. Encrypted parts come whole.
fn goes_on(last: &Part, piece: &Part) -> bool {
    let is_text = TEXTS.iter().any(|name| piece.contains_key(*name) || piece.contains_key("signature"));
    let agrees = |name: &str| match (given(last, name), given(piece, name)) {
        (Some(one), Some(other)) => one == other,
        (None, _) | (_, None) => true,
    };
    is_text && last.get("type") == piece.get("type") && agrees("index") && agrees("id")
}

fn given<'a>(part: &'a Part, name: &str) -> Option<&'a Value> {
    part.get(name).filter(|value| !value.is_null())
}

fn append(last: &mut Part, piece: Part) {
    for (name, value) in piece {
        match (last.get_mut(&name), value) {
            (Some(Value::String(text)), Value::String(more)) if TEXTS.contains(&name.as_str()) => {
                text.push_str(&more);
            }
            (Some(_), Value::Null) => {}
            (_, value) => {
                last.insert(name, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    fn gathered(pieces: &[&str]) -> Option<String> {
        let mut details = Details::default();
        for piece in pieces {
            details.add(serde_json::from_str(piece).unwrap());
        }
        details.take()
    }

    #[test]
    fn texts_are_put_together_and_the_rest_stays() {
        let all = gathered(&[
            r#"[{"type":"reasoning.text","text":"Let ","format":"anthropic-claude-v1","index":0,"signature":null}]"#,
            r#"[{"type":"reasoning.text","text":"me.","index":0}]"#,
            r#"[{"type":"reasoning.text","signature":"SIG","index":0,"text":null}]"#,
            r#"[{"type":"reasoning.text","text":"Then","index":1}]"#,
            r#"[{"type":"reasoning.encrypted","data":"a","id":"1","index":0},
                {"type":"reasoning.encrypted","data":"b","id":"2","index":0},
                {"type":"reasoning.encrypted","data":"c","index":0}]"#,
            r#"[{"type":"reasoning.summary","summary":"x","id":"1","index":0}]"#,
            r#"[{"type":"reasoning.summary","summary":"y","id":"2","index":0}]"#,
        ]);
        expect![[r#"[{"type":"reasoning.text","text":"Let me.","format":"anthropic-claude-v1","index":0,"signature":"SIG"},{"type":"reasoning.text","text":"Then","index":1},{"type":"reasoning.encrypted","data":"a","id":"1","index":0},{"type":"reasoning.encrypted","data":"b","id":"2","index":0},{"type":"reasoning.encrypted","data":"c","index":0},{"type":"reasoning.summary","summary":"x","id":"1","index":0},{"type":"reasoning.summary","summary":"y","id":"2","index":0}]"#]]
            .assert_eq(&all.unwrap());
    }

    #[test]
    fn what_is_no_list_is_nothing() {
        for odd in ["null", "\"text\"", "{}", "[]", "[1, \"a\", null]"] {
            assert_eq!(gathered(&[odd]), None, "{odd}");
        }
        let details: Details =
            serde_json::from_str(r#"[{"text":"a"},{"summary":"b"},{"data":"c"}]"#).unwrap();
        assert_eq!((details.text().as_str(), details.size()), ("ab", 42));
    }
}
