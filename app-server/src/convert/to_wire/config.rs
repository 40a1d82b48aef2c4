//! The configuration as clients read it: values, where they come from, and the layers.

use codex_app_server_protocol::decode;
use codex_app_server_protocol::v2::config as wire;
use codex_app_server_protocol::v2::notice::ConfigWarningNotification;
use codex_app_server_protocol::v2::shared::{TextPosition, TextRange};
use codex_core::config::error::{self, ConfigWarning};
use codex_core::config::layers::LayerSource;
use codex_core::config::read_view::{LayerMetadata, LayerView, ReadView};
use serde_json::{Map, Value};

use super::path;

/// Everything that `config/read` shows.
pub(crate) fn read_response(view: ReadView, with_layers: bool) -> wire::ConfigReadResponse {
    let ReadView { config, origins, layers } = view;
    wire::ConfigReadResponse {
        config: effective(config),
        origins: origins.into_iter().map(|(key, origin)| (key, metadata(origin))).collect(),
        layers: with_layers.then(|| layers.into_iter().map(layer).collect()),
    }
}

/// The effective values. Keys that only the vendor's own program reads may hold anything; what typed clients could not
/// read is shown as unset.
fn effective(config: Value) -> wire::Config {
    let mut values = match config {
        Value::Object(values) => values,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => Map::new(),
    };
    if values.get("approval_policy").and_then(Value::as_str) == Some("on-failure") {
        values.insert("approval_policy".to_owned(), Value::from("on-request"));
    }
    decode::from_value(Value::Object(values.clone())).unwrap_or_else(|_| {
        for (key, value) in &mut values {
            let alone = Map::from_iter([(key.clone(), value.clone())]);
            if decode::from_value::<wire::Config>(Value::Object(alone)).is_err() {
                *value = Value::Null;
            }
        }
        decode::from_value(Value::Object(values)).unwrap_or_default()
    })
}

fn metadata(origin: LayerMetadata) -> wire::ConfigLayerMetadata {
    wire::ConfigLayerMetadata { name: source(origin.name), version: origin.version }
}

fn layer(layer: LayerView) -> wire::ConfigLayer {
    let LayerView { name, version, config, disabled_reason } = layer;
    wire::ConfigLayer { name: source(name), version, config, disabled_reason }
}

fn source(source: LayerSource) -> wire::ConfigLayerSource {
    match source {
        LayerSource::System { file } => wire::ConfigLayerSource::System { file: path(&file) },
        LayerSource::User { file, profile } => wire::ConfigLayerSource::User { file: path(&file), profile },
        // The wire has no place for a request's own settings, which no request reads.
        LayerSource::SessionFlags | LayerSource::Request => wire::ConfigLayerSource::SessionFlags,
        LayerSource::Managed { file } => {
            wire::ConfigLayerSource::LegacyManagedConfigTomlFromFile { file: path(&file) }
        }
    }
}

/// Something that is wrong with the settings. Positions count from 1 and include the last character.
pub(crate) fn warning(warning: ConfigWarning) -> ConfigWarningNotification {
    let ConfigWarning { summary, details, path: file, range } = warning;
    ConfigWarningNotification {
        summary,
        details,
        path: file.as_deref().map(path),
        range: range.map(|range| TextRange { start: position(range.start), end: position(range.end) }),
    }
}

fn position(position: error::TextPosition) -> TextPosition {
    TextPosition { line: position.line.into(), column: position.column.into() }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;

    #[test]
    fn what_no_client_could_read_is_unset_and_the_rest_stays() {
        let shown = effective(json!({
            "model": "m", "approval_policy": "on-failure", "analytics": 5, "sandbox_mode": "workspace-write",
            "my_own_key": {"a": [1]},
        }));
        let shown = serde_json::to_value(shown).unwrap();
        assert_eq!(shown["model"], "m");
        assert_eq!(shown["approval_policy"], "on-request");
        assert_eq!(shown["analytics"], Value::Null);
        assert_eq!(shown["sandbox_mode"], "workspace-write");
        assert_eq!(shown["my_own_key"], json!({"a": [1]}));
    }

    #[test]
    fn layers_come_only_when_asked_for() {
        let name = LayerSource::User { file: "/h/config.toml".into(), profile: None };
        let origin = LayerMetadata { name: name.clone(), version: "sha256:1".into() };
        let view = ReadView {
            config: json!({"model": "m"}),
            origins: BTreeMap::from([("model".to_owned(), origin)]),
            layers: vec![LayerView {
                name,
                version: "sha256:1".into(),
                config: json!({"model": "m"}),
                disabled_reason: None,
            }],
        };
        let shown = serde_json::to_value(read_response(view.clone(), true)).unwrap();
        assert_eq!(
            shown["origins"],
            json!({"model": {"name": {"type": "user", "file": "/h/config.toml", "profile": null}, "version": "sha256:1"}})
        );
        assert_eq!(shown["layers"][0]["config"], json!({"model": "m"}));
        assert_eq!(serde_json::to_value(read_response(view, false)).unwrap()["layers"], Value::Null);
    }
}
