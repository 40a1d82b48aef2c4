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
    let metadata: Vec<LayerMetadata> = stack
        .layers()
        .iter()
        .map(|layer| LayerMetadata { name: layer.source.clone(), version: layer.version() })
        .collect();
    let origins = merged.origins();
    ReadView {
        config: effective(config, merged, wrong),
        origins: origins
            .iter()
            .filter_map(|(path, index)| Some((path.clone(), metadata.get(*index)?.clone())))
            .collect(),
        layers: stack
            .layers()
            .iter()
            .zip(&metadata)
            .rev()
            .map(|(layer, metadata)| LayerView {
                name: metadata.name.clone(),
                version: metadata.version.clone(),
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

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::base::environment::Environment;
    use crate::base::paths::AbsolutePath;
    use crate::config::home::Surroundings;
    use crate::config::loader::ConfigLoader;
    use crate::config::overrides::Flags;

    fn view_of(config: &str, flags: &[&str]) -> ReadView {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("config.toml"), config).unwrap();
        let home = AbsolutePath::new(folder.path()).unwrap();
        let surroundings =
            Surroundings { environment: Environment::default(), directory: home.clone(), home: home.clone() };
        let flags =
            Flags { config: flags.iter().map(|flag| (*flag).to_owned()).collect(), ..Flags::default() };
        let loader = ConfigLoader::new(surroundings, &flags).unwrap();
        loader.with_system_folder(home.join("etc").into_path_buf()).read_view()
    }

    /// What is set.
    fn set(view: &ReadView) -> String {
        let Value::Object(map) = &view.config else { panic!("not an object") };
        let set = map.iter().filter(|(_, value)| !value.is_null());
        set.map(|(key, value)| format!("{key}: {value}\n")).collect()
    }

    #[test]
    fn nothing_is_set() {
        let view = view_of("", &[]);
        expect![[r#"
            profiles: {}
            history: {"persistence":"save-all","max_bytes":null}
            model_providers: {}
            features: {"default_mode_request_user_input":false,"enable_request_compression":true,"experimental_sandbox_command_assessment":false,"ghost_commit":false,"goals":true,"request_permissions_tool":false,"shell_command_tool":false,"shell_snapshot":true,"shell_tool":true,"undo":false,"unified_exec":true,"view_image_tool":true,"web_search_cached":false,"web_search_request":false}
        "#]]
        .assert_eq(&set(&view));
        assert!(view.config.get("sandbox_mode").unwrap().is_null());
        assert!(view.config.get("approvals_reviewer").unwrap().is_null());
        assert_eq!(view.origins.len(), 0);
        assert_eq!(view.layers.len(), 2);
        assert_eq!(view.layers[0].version, view.layers[1].version);
    }

    #[test]
    fn values_unknown_keys_and_whole_tables_are_shown() {
        let view = view_of(
            "model = \"a\"\nfoo = [1]\n[tools]\nweb_search = true\n[sandbox_workspace_write]\nnetwork_access = true\n\
             [features]\nmemories = true\n[model_providers.x]\nname = \"X\"\n",
            &["model=b"],
        );
        expect![[r#"
            tools: {"web_search":null}
            profiles: {}
            model: "b"
            sandbox_workspace_write: {"writable_roots":[],"network_access":true,"exclude_tmpdir_env_var":false,"exclude_slash_tmp":false}
            history: {"persistence":"save-all","max_bytes":null}
            model_providers: {"x":{"name":"X"}}
            features: {"default_mode_request_user_input":false,"enable_request_compression":true,"experimental_sandbox_command_assessment":false,"ghost_commit":false,"goals":true,"memories":true,"request_permissions_tool":false,"shell_command_tool":false,"shell_snapshot":true,"shell_tool":true,"undo":false,"unified_exec":true,"view_image_tool":true,"web_search_cached":false,"web_search_request":false}
            foo: [1]
        "#]].assert_eq(&set(&view));
        let origin = |key: &str| format!("{:?}", view.origins[key].name);
        assert_eq!(origin("model"), "SessionFlags");
        assert!(origin("foo.0").starts_with("User"));
        assert!(origin("model_providers.x.name").starts_with("User"));
        let names: Vec<_> = view.layers.iter().map(|layer| layer.config["model"].as_str()).collect();
        assert_eq!(names, [Some("b"), Some("a"), None]);
    }

    #[test]
    fn what_cannot_be_used_is_shown_as_unset() {
        let view = view_of(
            "model = 5\nmodel_provider = \"nope\"\nnotify = [\"a\", 1]\n[model_providers.x]\nname = \"X\"\nwire_api = \"y\"\n\
             [sandbox_workspace_write]\nwritable_roots = 5\n",
            &[],
        );
        expect![[r#"
            profiles: {}
            sandbox_workspace_write: {"writable_roots":[],"network_access":false,"exclude_tmpdir_env_var":false,"exclude_slash_tmp":false}
            history: {"persistence":"save-all","max_bytes":null}
            model_providers: {"x":{"name":"X"}}
            features: {"default_mode_request_user_input":false,"enable_request_compression":true,"experimental_sandbox_command_assessment":false,"ghost_commit":false,"goals":true,"request_permissions_tool":false,"shell_command_tool":false,"shell_snapshot":true,"shell_tool":true,"undo":false,"unified_exec":true,"view_image_tool":true,"web_search_cached":false,"web_search_request":false}
        "#]].assert_eq(&set(&view));
    }

    #[test]
    fn a_file_that_cannot_be_read_is_a_disabled_layer() {
        let view = view_of("model = ", &["model=b"]);
        assert_eq!(view.config["model"], "b");
        let reasons: Vec<_> = view.layers.iter().map(|layer| layer.disabled_reason.is_some()).collect();
        assert_eq!(reasons, [false, true, false]);
    }
}
