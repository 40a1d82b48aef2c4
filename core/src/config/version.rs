//! The version of a layer: a hash of its content, whatever the file looks like.
//!
//! The hash is SHA-256 over the JSON form with sorted keys and without spaces, so comments, order and
//! spacing do not change it, and clients that keep versions across servers find the same ones.

use toml::Table;

use super::document;
use crate::base::digest::sha256;

/// `sha256:` and the hash in hexadecimal.
pub fn of(table: &Table) -> String {
    let mut text = String::new();
    write_sorted(&document::table_to_json(table).into(), &mut text);
    format!("sha256:{}", sha256(text.as_bytes()))
}

/// JSON with sorted keys.
fn write_sorted(value: &serde_json::Value, text: &mut String) {
    match value {
        serde_json::Value::Object(map) => {
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_by_key(|(key, _)| *key);
            text.push('{');
            for (index, (key, value)) in entries.into_iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                text.push_str(&serde_json::Value::from(key.as_str()).to_string());
                text.push(':');
                write_sorted(value, text);
            }
            text.push('}');
        }
        serde_json::Value::Array(values) => {
            text.push('[');
            for (index, value) in values.iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                write_sorted(value, text);
            }
            text.push(']');
        }
        other => text.push_str(&other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> String {
        of(&document::parse(text).unwrap())
    }

    #[test]
    fn versions_are_those_of_the_public_codex() {
        assert_eq!(version(""), "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a");
        assert_eq!(
            version("model = \"a\""),
            "sha256:31f7a0fc545a9a5dc5fb3e087d3843c4fcb1e6047567b021c866fc5141ba6a61"
        );
        assert_eq!(
            version(
                "model = \"b\"\nmodel_provider = \"x\"\nfoo.bar = [1, 2]\n\
                 features = { mentions_v2 = false, memories = true }\n\
                 model_providers.x = { name = \"X\", base_url = \"http://127.0.0.1:9/\" }\n"
            ),
            "sha256:f2d72629a2f10b85f62171efc6fd3153ead4f1cde6d10c2a1ed10a93dc6d4d93"
        );
    }

    #[test]
    fn comments_and_order_do_not_matter() {
        assert_eq!(version("# x\nb = 2\na = 1"), version("a=1\nb=2\n"));
        assert_ne!(version("a = 1"), version("a = \"1\""));
    }
}
