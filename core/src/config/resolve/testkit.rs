//! Configurations made of texts, for the tests of this folder.

use expect_test::Expect;

use super::*;
use crate::config::document;
use crate::config::layers::{Layer, LayerSource, LayerStack};

pub fn facts() -> Facts {
    Facts {
        codex_home: AbsolutePath::new("/home").unwrap(),
        cwd: AbsolutePath::new("/work").unwrap(),
        environment: Environment::default(),
        trust: None,
        trusted_folder: None,
        trusted_folders: Vec::new(),
        active_profile: None,
        base_instructions: None,
        described_models: Vec::new(),
    }
}

/// Layers, lowest first.
pub fn resolved(
    texts: &[&str],
    overrides: &ThreadOverrides,
    trust: Option<TrustLevel>,
) -> (Config, Vec<String>) {
    let layer = |text: &&str| Layer::new(LayerSource::SessionFlags, document::parse(text).unwrap());
    let merged = LayerStack::new(texts.iter().map(layer).collect()).merged();
    let (settings, read) = ConfigToml::read(merged.table());
    assert_eq!(read, []);
    let (config, wrong, fields) = resolve(settings, &merged, overrides, Facts { trust, ..facts() });
    let line = |name: &str, wrong: &WrongValue| {
        format!("{name}: {}. {}", wrong.message, wrong.remedy.clone().unwrap_or_default())
    };
    let wrong = wrong.iter().map(|wrong| line(&wrong.path.join("."), wrong));
    let fields = fields.iter().map(|field| line(field.field, &field.wrong));
    (config, wrong.chain(fields).collect())
}

pub fn config(text: &str) -> Config {
    let (config, wrong) = resolved(&[text], &ThreadOverrides::default(), None);
    assert_eq!(wrong, Vec::<String>::new());
    config
}

pub fn check_wrong(text: &str, expected: Expect) {
    expected.assert_eq(&resolved(&[text], &ThreadOverrides::default(), None).1.join("\n"));
}

/// How many settings are wrong by themselves, and how many among others.
pub fn read_and_resolve(text: &str) -> (usize, usize) {
    let layer = Layer::new(LayerSource::SessionFlags, document::parse(text).unwrap());
    let merged = LayerStack::new(vec![layer]).merged();
    let (settings, read) = ConfigToml::read(merged.table());
    let (_, wrong, _) = resolve(settings, &merged, &ThreadOverrides::default(), facts());
    (read.len(), wrong.len())
}
