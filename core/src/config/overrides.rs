//! Settings given on the command line or in a request: `key=value` texts and maps with dotted keys.
//!
//! A value is TOML if it can be read as such, else plain text. Keys may be quoted to hold dots:
//! `projects."/a.b".trust_level`. The result is a table like that of a file; whether its keys mean
//! anything is decided where all layers are read.

use std::path::PathBuf;

use codex_protocol::policy::AskForApproval;
use toml::{Table, Value};

use super::document;
use super::error::{Error, Place, Problem};
use super::permissions::SandboxMode;

/// What a request asks for a thread.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ThreadOverrides {
    /// Relative paths count from the directory of the server.
    pub cwd: Option<PathBuf>,
    pub model: Option<String>,
    pub model_provider: Option<String>,
    pub approval_policy: Option<AskForApproval>,
    pub sandbox: Option<SandboxMode>,
    /// The id of a permission profile; excludes `sandbox`.
    pub permissions: Option<String>,
    pub base_instructions: Option<String>,
    pub developer_instructions: Option<String>,
    /// `Some(None)` asks for none, whatever is configured.
    pub service_tier: Option<Option<String>>,
    /// Settings by the keys of the file; dotted keys are paths.
    pub config: serde_json::Map<String, serde_json::Value>,
}

/// What the command line says about settings, as given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flags {
    /// `-c`/`--config`, in order.
    pub config: Vec<String>,
    /// `--enable`, in order.
    pub enable: Vec<String>,
    /// `--disable`, in order; beats `--enable`.
    pub disable: Vec<String>,
    /// `--profile`.
    pub profile: Option<String>,
}

impl Flags {
    /// The settings as a table.
    pub fn table(&self) -> Result<Table, Error> {
        let mut table = Table::new();
        for text in &self.config {
            let (path, value) = parse_assignment(text)?;
            set(&mut table, &path, value);
        }
        for (names, enabled) in [(&self.enable, true), (&self.disable, false)] {
            for name in names {
                set(&mut table, &["features".to_owned(), name.clone()], Value::Boolean(enabled));
            }
        }
        Ok(table)
    }
}

/// The `config` map of a request as a table. A null takes nothing away: it is as if the key were absent.
pub fn from_request(map: &serde_json::Map<String, serde_json::Value>) -> Result<Table, Error> {
    let mut table = Table::new();
    for (key, value) in map {
        let path = parse_path(key).map_err(|reason| {
            Error::Setting(Problem {
                place: Place::Request,
                key: Some(key.clone()),
                message: format!("the key is not a path of settings: {reason}"),
                remedy: None,
            })
        })?;
        if let Some(value) = document::from_json(value) {
            set(&mut table, &path, value);
        }
    }
    Ok(table)
}

/// Reads `a.b.c=value`.
pub fn parse_assignment(text: &str) -> Result<(Vec<String>, Value), Error> {
    let Some((key, value)) = text.split_once('=') else {
        return Err(Error::Option(format!(
            "`-c {text}` has no `=`; write a setting as `key=value`, for example `-c model=\"gpt-5.5\"`"
        )));
    };
    let path = parse_path(key.trim()).map_err(|reason| {
        Error::Option(format!("`-c {text}`: the key is not a path of settings: {reason}"))
    })?;
    Ok((path, parse_value(value.trim())))
}

fn parse_value(text: &str) -> Value {
    text.parse().unwrap_or_else(|_| {
        let quotes = |mark: char| text.strip_prefix(mark)?.strip_suffix(mark);
        Value::String(quotes('"').or_else(|| quotes('\'')).unwrap_or(text).to_owned())
    })
}

/// Splits a dotted key; parts may stand in double or single quotes.
pub fn parse_path(text: &str) -> Result<Vec<String>, &'static str> {
    let mut parts = Vec::new();
    let mut rest = text;
    loop {
        let quote = rest.chars().next().filter(|first| matches!(first, '"' | '\''));
        let (part, after) = match quote {
            Some(mark) => {
                let inner = rest.strip_prefix(mark).unwrap_or(rest);
                inner.split_once(mark).ok_or("a quote is not closed")?
            }
            None => rest.split_at(rest.find('.').unwrap_or(rest.len())),
        };
        if part.is_empty() {
            return Err("a part of it is empty");
        }
        parts.push(part.to_owned());
        if after.is_empty() {
            return Ok(parts);
        }
        rest = after.strip_prefix('.').ok_or("there is text after a closing quote")?;
    }
}

/// Sets a value. A table is merged into one that is there; what stands in the way of the path is replaced.
pub fn set(table: &mut Table, path: &[String], value: Value) {
    let Some((first, rest)) = path.split_first() else { return };
    if rest.is_empty() {
        match (table.get_mut(first), value) {
            (Some(Value::Table(old)), Value::Table(new)) => {
                for (key, value) in new {
                    set(old, &[key], value);
                }
            }
            (_, value) => {
                table.insert(first.clone(), value);
            }
        }
        return;
    }
    let below = table.entry(first.clone()).or_insert_with(|| Value::Table(Table::new()));
    if !below.is_table() {
        *below = Value::Table(Table::new());
    }
    if let Value::Table(below) = below {
        set(below, rest, value);
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(config: &[&str], expected: Expect) {
        let flags =
            Flags { config: config.iter().map(|text| (*text).to_owned()).collect(), ..Flags::default() };
        expected.assert_eq(&match flags.table() {
            Ok(table) => toml::to_string(&table).unwrap(),
            Err(error) => error.to_string(),
        });
    }

    #[test]
    fn values_are_toml_or_plain_text() {
        check(
            &[
                "model=gpt-5",
                "a=5",
                "b=[1, 2]",
                "c=\"quoted = text\"",
                "d=2.5",
                "e=",
                "f='x'",
                "g=1\nh=2",
                "i=\"open",
                "j = spaced ",
            ],
            expect![[r#"
                a = 5
                b = [1, 2]
                c = "quoted = text"
                d = 2.5
                e = ""
                f = "x"
                g = """
                1
                h=2"""
                i = '"open'
                j = "spaced"
                model = "gpt-5"
            "#]],
        );
    }

    #[test]
    fn keys_are_paths() {
        check(
            &[
                "model_providers.x={name=\"X\", base_url=\"http://127.0.0.1/?a=b\"}",
                "model_providers.x.wire_api=\"responses\"",
                "projects.\"/a.b\".trust_level=\"trusted\"",
                "projects.'/c'.trust_level=trusted",
            ],
            expect![[r#"
                [model_providers.x]
                base_url = "http://127.0.0.1/?a=b"
                name = "X"
                wire_api = "responses"

                [projects."/a.b"]
                trust_level = "trusted"

                [projects."/c"]
                trust_level = "trusted"
            "#]],
        );
    }

    #[test]
    fn later_options_win() {
        check(
            &["a=1", "a=2", "b=1", "b.c=2", "d.e=1", "d=2"],
            expect![[r#"
                a = 2
                d = 2

                [b]
                c = 2
            "#]],
        );
    }

    #[test]
    fn malformed_options_are_explained() {
        check(
            &["model"],
            expect![[
                r#"`-c model` has no `=`; write a setting as `key=value`, for example `-c model="gpt-5.5"`"#
            ]],
        );
        check(&["a..b=1"], expect!["`-c a..b=1`: the key is not a path of settings: a part of it is empty"]);
        check(&["=1"], expect!["`-c =1`: the key is not a path of settings: a part of it is empty"]);
        check(
            &["\"a=1"],
            expect![[r#"`-c "a=1`: the key is not a path of settings: a quote is not closed"#]],
        );
        check(
            &["\"a\"b=1"],
            expect![[
                r#"`-c "a"b=1`: the key is not a path of settings: there is text after a closing quote"#
            ]],
        );
    }

    #[test]
    fn features_are_switched() {
        let flags =
            Flags { enable: vec!["a".into(), "b".into()], disable: vec!["b".into()], ..Flags::default() };
        assert_eq!(toml::to_string(&flags.table().unwrap()).unwrap(), "[features]\na = true\nb = false\n");
    }

    #[test]
    fn requests_have_json_values() {
        let map = serde_json::json!({
            "model": "m",
            "sandbox_workspace_write.network_access": true,
            "sandbox_workspace_write": {"writable_roots": ["/a"]},
            "gone": null,
        });
        let table = from_request(map.as_object().unwrap()).unwrap();
        assert_eq!(
            toml::to_string(&table).unwrap(),
            "model = \"m\"\n\n[sandbox_workspace_write]\nnetwork_access = true\nwritable_roots = [\"/a\"]\n"
        );
        assert!(from_request(serde_json::json!({"": 1}).as_object().unwrap()).is_err());
    }
}
