//! Makes what differs from run to run equal: ids become `#1`, times `T`, folders `~`.
//!
//! Ids are numbered by first appearance and keep their number for the life of one normalizer, so that a story
//! still shows which message is about which thread, turn or item.

use std::path::Path;

use serde_json::Value;

/// Remembers which id got which number.
pub struct Normalizer {
    folders: Vec<String>,
    ids: Vec<String>,
}

impl Normalizer {
    /// Folders are written `~`, `~2`, … in the order given; name the inner ones first.
    pub fn new(folders: &[&Path]) -> Normalizer {
        Normalizer {
            folders: folders.iter().map(|folder| folder.display().to_string()).collect(),
            ids: Vec::new(),
        }
    }

    /// Any text: folders and UUIDs.
    pub fn text(&mut self, text: &str) -> String {
        let mut text = text.to_owned();
        for (index, folder) in self.folders.iter().enumerate() {
            let name = if index == 0 { "~".to_owned() } else { format!("~{}", index + 1) };
            text = text.replace(folder.as_str(), &name);
        }
        let mut result = String::new();
        let mut rest = text.as_str();
        while let Some(start) = find_uuid(rest) {
            let (before, after) = rest.split_at(start);
            let (id, after) = after.split_at(UUID_LENGTH);
            result.push_str(before);
            result.push_str(&self.number(id));
            rest = after;
        }
        result.push_str(rest);
        result
    }

    /// A JSON value: texts as above, times by the names of their members.
    pub fn value(&mut self, value: &Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.text(text)),
            Value::Array(items) => items.iter().map(|item| self.value(item)).collect(),
            Value::Object(members) => {
                let of = |(name, member): (&String, &Value)| {
                    let is_time = name.ends_with("At") || name.ends_with("Ms");
                    let member = if is_time && member.is_number() { "T".into() } else { self.value(member) };
                    (name.clone(), member)
                };
                Value::Object(members.iter().map(of).collect())
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
        }
    }

    fn number(&mut self, id: &str) -> String {
        let known = self.ids.iter().position(|known| known == id);
        let index = known.unwrap_or_else(|| {
            self.ids.push(id.to_owned());
            self.ids.len() - 1
        });
        format!("#{}", index + 1)
    }
}

const UUID_LENGTH: usize = 36;

/// Where the first UUID begins, if there is one.
fn find_uuid(text: &str) -> Option<usize> {
    text.char_indices().map(|(index, _)| index).find(|start| {
        let candidate = text.as_bytes().get(*start..start + UUID_LENGTH).unwrap_or_default();
        candidate.len() == UUID_LENGTH
            && candidate.iter().enumerate().all(|(index, byte)| match index {
                8 | 13 | 18 | 23 => *byte == b'-',
                _ => byte.is_ascii_hexdigit(),
            })
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn ids_times_and_folders() {
        let mut normalizer = Normalizer::new(&[Path::new("/tmp/x/work"), Path::new("/tmp/x")]);
        let one = "01a204c2-4887-7bf2-88cb-1e909b637fb4";
        let two = "01a204c2-4887-7bf2-88cb-1e909b637fb5";
        let value = json!({"id": one, "path": format!("/tmp/x/work/{two}-{one}.jsonl"), "startedAt": 5, "home": "/tmp/x",
            "durationMs": null, "count": 3, "é": "é"});
        assert_eq!(
            normalizer.value(&value),
            json!({"id": "#1", "path": "~/#2-#1.jsonl", "startedAt": "T", "home": "~2", "durationMs": null, "count": 3,
                "é": "é"})
        );
    }
}
