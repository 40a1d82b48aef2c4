//! The configuration as it is shown: effective values by the keys of the file, the origin of each, and the
//! layers. Pure and free of wire types; a setting that cannot be used is shown as unset.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::file::{self, WrongValue};
use super::layers::{LayerSource, LayerStack, Merged};
use super::{Config, document};

/// Everything that is shown.
#[derive(Clone, Debug, PartialEq)]
pub struct ReadView {
    /// All known keys, null where unset, and the unknown ones that are set.
    pub config: Value,
    /// The layer of each value that is set; items of lists are named by their number.
    pub origins: BTreeMap<String, LayerMetadata>,
    /// Highest precedence first.
    pub layers: Vec<LayerView>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LayerMetadata {
    pub name: LayerSource,
    pub version: String,
}

#[derive(Clone, Debug, PartialEq)]
pub struct LayerView {
    pub name: LayerSource,
    pub version: String,
    pub config: Value,
    pub disabled_reason: Option<String>,
}

/// Keys that clients of the protocol expect to be there, beside those that mean something here.
const EXPECTED: [&str; 14] = [
    "analytics",
    "approvals_reviewer",
    "apps",
    "browser_use",
    "client_search_provider",
    "computer_use",
    "desktop",
    "forced_chatgpt_workspace_id",
    "forced_login_method",
    "instructions",
    "model_auto_compact_token_limit_scope",
    "tools",
    "web_search",
    "profiles",
];

/// What is shown of a configuration made of these layers.
pub fn view(config: &Config, stack: &LayerStack, merged: &Merged, wrong: &[WrongValue]) -> ReadView {
    let metadata = |index: &usize| {
        let layer = stack.layers().get(*index)?;
        Some(LayerMetadata { name: layer.source.clone(), version: layer.version.clone() })
    };
    let origins = merged.origins();
    ReadView {
        config: effective(config, merged, wrong),
        origins: origins.iter().filter_map(|(path, index)| Some((path.clone(), metadata(index)?))).collect(),
        layers: stack
            .layers()
            .iter()
            .rev()
            .map(|layer| LayerView {
                name: layer.source.clone(),
                version: layer.version.clone(),
                config: document::table_to_json(&layer.table).into(),
                disabled_reason: layer.disabled.clone(),
            })
            .collect(),
    }
}

fn effective(config: &Config, merged: &Merged, wrong: &[WrongValue]) -> Value {
    let mut set = document::table_to_json(&merged.table());
    for wrong in wrong {
        remove(&mut set, &wrong.path);
    }
    let mut all: Map<String, Value> = EXPECTED
        .into_iter()
        .chain(file::KEYS.iter().map(|key| key.name))
        .map(|key| (key.to_owned(), Value::Null))
        .collect();
    all.extend(set);
    complete(&mut all, config);
    Value::Object(all)
}

/// Tables whose members clients take for granted.
fn complete(all: &mut Map<String, Value>, config: &Config) {
    if all.get("sandbox_workspace_write").is_some_and(Value::is_object) {
        let knobs = &config.sandbox_workspace_write;
        all.insert("sandbox_workspace_write".to_owned(), json!(knobs));
    }
    if let Some(Value::Object(tools)) = all.get_mut("tools")
        && tools.get("web_search").is_none_or(|setting| !setting.is_object())
    {
        // Once a switch, which says nothing about how to search.
        tools.insert("web_search".to_owned(), Value::Null);
    }
    all.insert("history".to_owned(), json!(config.history));
    all.insert("features".to_owned(), json!(config.features));
    for key in ["model_providers", "profiles"] {
        if all.get(key).is_none_or(Value::is_null) {
            all.insert(key.to_owned(), json!({}));
        }
    }
}

fn remove(map: &mut Map<String, Value>, path: &[String]) {
    match path {
        [] => {}
        [key] => {
            map.remove(key);
        }
        [key, rest @ ..] => match map.get_mut(key) {
            Some(Value::Object(below)) => remove(below, rest),
            // One wrong item makes the list unusable.
            Some(_) => {
                map.remove(key);
            }
            None => {}
        },
    }
}
