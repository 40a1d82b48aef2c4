//! Keys that mean nothing in the table in which they stand; they are often misspelt.
//!
//! Which keys a table has is what its type reads; those that mean something to the public codex alone are listed here.
//! Tables whose keys are names of the user's own, and the top level, are not looked at.

use serde::de::value::Error as NoValue;
use serde::de::{DeserializeOwned, Deserializer, Error as _, Visitor};
use toml::{Table, Value};

use super::error::{ConfigWarning, Place, Problem};
use super::file::HistorySettings;
use super::layers::{Layer, LayerStack};
use super::otel::OtelSettings;
use super::permissions::{ProjectSettings, WorkspaceWriteSettings};
use super::provider::{CommandAuth, ModelProviderInfo};
use super::shell_env::ShellEnvironmentPolicy;
use super::skills::SkillSettings;
use super::tools::ToolSettings;
use crate::base::nearest::nearest;

/// More mistakes than these are told when these are corrected.
const MOST: usize = 10;
/// Stands for any name.
const ANY: &str = "*";

/// The keys of a table.
struct Known {
    path: &'static [&'static str],
    fields: fn() -> &'static [&'static str],
    /// Keys of the public codex that mean nothing here.
    foreign: &'static [&'static str],
}

const TABLES: [Known; 9] = [
    Known {
        path: &["model_providers", ANY],
        fields: fields::<ModelProviderInfo>,
        foreign: &["aws", "supports_websockets", "websocket_connect_timeout_ms"],
    },
    Known { path: &["model_providers", ANY, "auth"], fields: fields::<CommandAuth>, foreign: &[] },
    Known { path: &["projects", ANY], fields: fields::<ProjectSettings>, foreign: &[] },
    Known { path: &["sandbox_workspace_write"], fields: fields::<WorkspaceWriteSettings>, foreign: &[] },
    Known { path: &["shell_environment_policy"], fields: fields::<ShellEnvironmentPolicy>, foreign: &[] },
    Known { path: &["history"], fields: fields::<HistorySettings>, foreign: &[] },
    Known {
        path: &["tools"],
        fields: fields::<ToolSettings>,
        foreign: &["web_search_request", "experimental_request_user_input"],
    },
    Known {
        path: &["skills"],
        fields: fields::<SkillSettings>,
        foreign: &["bundled", "include_instructions"],
    },
    Known {
        path: &["otel"],
        fields: fields::<OtelSettings>,
        foreign: &["trace_exporter", "metrics_exporter", "span_attributes", "tracestate"],
    },
];

/// One warning for each such key, with its place.
pub fn warnings(stack: &LayerStack) -> Vec<ConfigWarning> {
    let mut warnings = Vec::new();
    for layer in stack.layers() {
        for known in &TABLES {
            look(layer, &layer.table, known, &mut Vec::new(), &mut warnings);
        }
    }
    warnings.truncate(MOST);
    warnings
}

/// A key with the one that was meant, if one is like it.
pub fn with_meant<'a>(key: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    match nearest(key, known) {
        Some(meant) => format!("`{key}` (did you mean `{meant}`?)"),
        None => format!("`{key}`"),
    }
}

fn look(layer: &Layer, table: &Table, known: &Known, path: &mut Vec<String>, into: &mut Vec<ConfigWarning>) {
    let Some(next) = known.path.get(path.len()) else {
        let mut fields = Vec::from((known.fields)());
        fields.extend(known.foreign);
        let unknown = table.keys().filter(|key| !fields.contains(&key.as_str()));
        into.extend(unknown.map(|key| warning(layer, path, key, &fields)));
        return;
    };
    for (key, value) in table.iter().filter(|(key, _)| *next == ANY || key == next) {
        if let Value::Table(table) = value {
            path.push(key.clone());
            look(layer, table, known, path, into);
            path.pop();
        }
    }
}

fn warning(layer: &Layer, table: &[String], key: &str, fields: &[&str]) -> ConfigWarning {
    let path: Vec<String> = table.iter().map(String::as_str).chain([key]).map(ToOwned::to_owned).collect();
    let name = path.join(".");
    let remedy = match nearest(key, fields.iter().copied()) {
        Some(meant) => format!("Did you mean `{meant}`?"),
        None => format!("`{}` has these keys: {}", table.join("."), fields.join(", ")),
    };
    let place = layer.place(&path);
    let (file, range) = match &place {
        Place::File { path, range } => (Some(path.clone()), *range),
        Place::CommandLine | Place::Request | Place::Nowhere => (None, None),
    };
    let summary = format!("The setting `{name}` means nothing and is ignored. {remedy}");
    let message = "it means nothing and is ignored".to_owned();
    let problem = Problem { place, key: Some(name), message, remedy: Some(remedy) };
    ConfigWarning { summary, details: Some(problem.to_string()), path: file, range }
}

/// The names that the fields of a type have in a file.
fn fields<T: DeserializeOwned>() -> &'static [&'static str] {
    let mut fields: &[&str] = &[];
    // It is never read to its end.
    let _no_value = T::deserialize(FieldNames(&mut fields));
    fields
}

/// Lets a type say which fields it has, and gives it none.
struct FieldNames<'a>(&'a mut &'static [&'static str]);

impl<'de> Deserializer<'de> for FieldNames<'_> {
    type Error = NoValue;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, NoValue> {
        Err(NoValue::custom("no value"))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, NoValue> {
        *self.0 = fields;
        self.deserialize_any(visitor)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
        unit_struct newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::config::document;
    use crate::config::layers::LayerSource;
    use crate::config::tools::WebSearchSettings;

    fn check(text: &str, expected: Expect) {
        let source = LayerSource::User { file: "/h/config.toml".into(), profile: None };
        let layer = Layer::from_text(source, document::parse(text).unwrap(), text.to_owned(), Vec::new());
        let warnings = warnings(&LayerStack::new(vec![layer]));
        let lines = warnings.iter().map(|warning| format!("{}\n", warning.details.as_deref().unwrap()));
        expected.assert_eq(&lines.collect::<String>());
    }

    #[test]
    fn keys_that_mean_nothing_are_placed_with_what_was_meant() {
        check(
            "[model_providers.x]\nname = \"X\"\nbase_ulr = \"http://h\"\n\
             [model_providers.x.auth]\ncommand = \"c\"\ntimeout = 5\n\
             [sandbox_workspace_write]\nnetworkaccess = true\n[projects.\"/p\"]\ntrust = \"trusted\"\n",
            expect![[r#"
                /h/config.toml:3:12: `model_providers.x.base_ulr`: it means nothing and is ignored. Did you mean `base_url`?
                /h/config.toml:6:11: `model_providers.x.auth.timeout`: it means nothing and is ignored. Did you mean `timeout_ms`?
                /h/config.toml:10:9: `projects./p.trust`: it means nothing and is ignored. `projects./p` has these keys: trust_level
                /h/config.toml:8:17: `sandbox_workspace_write.networkaccess`: it means nothing and is ignored. Did you mean `network_access`?
            "#]],
        );
    }

    #[test]
    fn every_table_knows_its_keys_and_those_of_the_public_codex() {
        for known in TABLES {
            assert!(!(known.fields)().is_empty(), "{:?}", known.path);
        }
        assert_eq!(fields::<WebSearchSettings>(), ["context_size", "allowed_domains", "location"]);
        check(
            "[model_providers.x]\nsupports_websockets = true\nquery_params = { mine = \"1\" }\n\
             http_headers = { X-One = \"1\" }\n[shell_environment_policy.set]\nMINE = \"1\"\n\
             [otel]\ntrace_exporter = \"none\"\n[tools]\nweb_search = true\n[skills]\nbundled = { enabled = true }\n",
            expect![""],
        );
    }

    #[test]
    fn what_is_told_is_bounded() {
        let keys: String = (0..100).map(|number| format!("k{number} = 1\n")).collect();
        let text = format!("[history]\n{keys}");
        let table = document::parse(&text).unwrap();
        let stack = LayerStack::new(vec![Layer::new(LayerSource::SessionFlags, table)]);
        assert_eq!(warnings(&stack).len(), MOST);
    }
}
