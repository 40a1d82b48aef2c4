//! The models that a client offers its user.
//!
//! Never empty, with exactly one default. A list has what the user describes in a file, or what a server
//! says it has, or else the rows that are built in for a provider; any other name can still be
//! configured, and is then listed as the default.

use std::borrow::Cow;

use crate::config::models::{DescribedModel, Effort, Level, Visibility};
use crate::config::provider::{ANTHROPIC, OPENROUTER, REHEARSAL};
use crate::model::catalog::{self, ModelInfo};
use crate::model::local::{LocalModel, LocalServer};
use crate::model::preset_rows::{self, Row};

/// One entry of a model picker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelPreset {
    /// Also the name that requests carry.
    pub model: String,
    pub display_name: String,
    pub description: Cow<'static, str>,
    /// Efforts the model takes, least first; never empty.
    pub efforts: Vec<EffortPreset>,
    pub default_effort: &'static str,
    pub images: bool,
    /// Listed only when a client asks for all.
    pub hidden: bool,
    pub is_default: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EffortPreset {
    pub effort: &'static str,
    pub description: Cow<'static, str>,
}

/// Where the models of a list come from.
#[derive(Debug)]
pub enum Source<'a> {
    /// The id of a provider whose models are not asked for.
    Provider(&'a str),
    /// What a server on this machine said, or why it did not.
    Server(LocalServer, Result<Vec<LocalModel>, String>),
    /// The same of the server of a provider of the user's own.
    Own(&'a str, Result<Vec<LocalModel>, String>),
}

/// The models of a provider, the default first. `configured` is the model of the configuration, if it
/// names one; `described` is what the user's file says.
pub fn model_presets(
    source: Source<'_>,
    configured: Option<&str>,
    described: &[DescribedModel],
) -> Vec<ModelPreset> {
    let (mut presets, unlisted_about) = match source {
        Source::Provider(REHEARSAL) => (of_rows(preset_rows::REHEARSAL), CONFIGURED.into()),
        Source::Provider(_) if described.iter().any(is_listed) => {
            (described.iter().filter(|model| is_listed(model)).map(of_file).collect(), CONFIGURED.into())
        }
        Source::Provider(id) => (of_rows(rows(id)), CONFIGURED.into()),
        Source::Server(_, Err(reason)) | Source::Own(_, Err(reason)) => (Vec::new(), Cow::Owned(reason)),
        Source::Own(id, Ok(models)) => {
            let listed = models.into_iter().map(|model| of_own_server(model, id)).collect();
            (listed, UNLISTED.into())
        }
        Source::Server(kind, Ok(models)) => {
            let about =
                configured.map(|model| format!("The server does not have it. {}.", kind.get_model(model)));
            (models.into_iter().map(of_server).collect(), about.map_or(CONFIGURED.into(), Cow::Owned))
        }
    };
    if let Some(model) = configured {
        match presets.iter().position(|preset| preset.model == model) {
            Some(index) => {
                let preset = presets.remove(index);
                presets.insert(0, preset);
            }
            None => presets.insert(0, unlisted(model, unlisted_about)),
        }
    }
    if presets.iter().all(|preset| preset.hidden)
        && let Some(first) = presets.first_mut()
    {
        first.hidden = false;
    }
    let default = if configured.is_some() {
        presets.first_mut()
    } else {
        presets.iter_mut().find(|preset| !preset.hidden)
    };
    if let Some(default) = default {
        default.is_default = true;
        default.hidden = false;
    }
    presets
}

const CONFIGURED: &str = "The configured model";
const UNLISTED: &str = "The configured model, which its server does not list";

fn is_listed(model: &DescribedModel) -> bool {
    model.visibility != Visibility::None
}

fn rows(provider_id: &str) -> &'static [Row] {
    match provider_id {
        ANTHROPIC => preset_rows::ANTHROPIC,
        OPENROUTER => preset_rows::OPENROUTER,
        // Most other servers are gateways to these models; what else one has is configured by name.
        _ => preset_rows::OPENAI,
    }
}

fn of_rows(rows: &[Row]) -> Vec<ModelPreset> {
    rows.iter().map(ModelPreset::from).collect()
}

/// A model of which only the name is known.
fn unlisted(model: &str, about: Cow<'static, str>) -> ModelPreset {
    of_name(model, &catalog::find(model), about)
}

fn of_name(model: &str, info: &ModelInfo, description: Cow<'static, str>) -> ModelPreset {
    let efforts = default_efforts(info);
    ModelPreset {
        model: model.to_owned(),
        display_name: model.to_owned(),
        description,
        default_effort: usual_effort(efforts, info),
        efforts: efforts.iter().copied().map(effort).collect(),
        images: info.images,
        hidden: false,
        is_default: false,
    }
}

fn of_own_server(model: LocalModel, id: &str) -> ModelPreset {
    let from = format!("From `{id}`");
    let mut info = catalog::find(&model.name);
    info.images = model.images.unwrap_or(info.images);
    of_name(&model.name, &info, described_as(vec![from], model.window).into())
}

fn described_as(mut about: Vec<String>, window: Option<u64>) -> String {
    about.extend(window.map(|tokens| format!("reads up to {tokens} tokens")));
    about.join(", ")
}

fn of_server(model: LocalModel) -> ModelPreset {
    let about = described_as(model.about, model.window);
    let description = if about.is_empty() { "On this machine".to_owned() } else { about };
    let mut info = catalog::find(&model.name);
    info.images = model.images.unwrap_or(info.images);
    // What is not known of a model on this machine is not asked of it.
    info.reasoning = info.reasoning && info.known;
    of_name(&model.name, &info, description.into())
}

fn of_file(model: &DescribedModel) -> ModelPreset {
    let info = catalog::described(model);
    let about = model.description.clone().unwrap_or_else(|| "Described in `model_catalog_json`".to_owned());
    let mut preset = of_name(&model.slug, &info, about.into());
    if let Some(name) = &model.display_name {
        preset.display_name.clone_from(name);
    }
    if let Some(levels) = model.supported_reasoning_levels.as_ref().filter(|levels| !levels.is_empty()) {
        preset.efforts = levels.iter().map(level).collect();
        let all: Vec<Effort> = levels.iter().map(|level| level.effort).collect();
        preset.default_effort = usual_effort(&all, &info);
    }
    preset.hidden = model.visibility == Visibility::Hide;
    preset
}

impl From<&Row> for ModelPreset {
    fn from(row: &Row) -> Self {
        let info = catalog::find(row.model);
        Self {
            model: row.model.to_owned(),
            display_name: row.display_name.to_owned(),
            description: row.description.into(),
            default_effort: usual_effort(row.efforts, &info),
            efforts: row.efforts.iter().copied().map(effort).collect(),
            images: info.images,
            hidden: row.hidden,
            is_default: false,
        }
    }
}

fn default_efforts(info: &ModelInfo) -> &'static [Effort] {
    if info.reasoning { &[Effort::Low, Effort::Medium, Effort::High] } else { &[Effort::None] }
}

/// The model's own default where it is one of the list, else the middle of it.
fn usual_effort(efforts: &[Effort], info: &ModelInfo) -> &'static str {
    let own = efforts.iter().find(|effort| info.default_effort == Some(effort.name()));
    let medium = efforts.iter().find(|effort| **effort == Effort::Medium);
    own.or(medium).or(efforts.get(efforts.len() / 2)).map_or(Effort::Medium.name(), |effort| effort.name())
}

fn level(level: &Level) -> EffortPreset {
    match level.description.trim() {
        "" => effort(level.effort),
        said => EffortPreset { effort: level.effort.name(), description: said.to_owned().into() },
    }
}

fn effort(effort: Effort) -> EffortPreset {
    let description = match effort {
        Effort::None => "Without thinking first",
        Effort::Minimal => "Hardly any thought, fastest",
        Effort::Low => "Little thought, fast answers",
        Effort::Medium => "For everyday work",
        Effort::High => "More thought for hard problems",
        Effort::XHigh => "Most thought, slowest",
        Effort::Max => "More thought than is reasonable, very slow",
        Effort::Ultra => "All the thought there is, at any price",
    };
    EffortPreset { effort: effort.name(), description: description.into() }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::config::models;

    fn checked(presets: Vec<ModelPreset>) -> Vec<ModelPreset> {
        assert_eq!(presets.iter().filter(|preset| preset.is_default).count(), 1);
        for preset in &presets {
            assert!(preset.efforts.iter().any(|effort| effort.effort == preset.default_effort), "{preset:?}");
            assert!(!(preset.is_default && preset.hidden));
            assert!(!preset.description.is_empty());
        }
        presets
    }

    fn check(provider: &str, configured: Option<&str>, default: &str, count: usize) {
        let presets = checked(model_presets(Source::Provider(provider), configured, &[]));
        let first = presets.iter().find(|preset| preset.is_default).unwrap();
        assert_eq!((first.model.as_str(), presets.len()), (default, count));
    }

    #[test]
    fn there_is_always_one_default() {
        check("openai", None, "gpt-5.5", 7);
        check("openai", Some("gpt-5-codex"), "gpt-5-codex", 7);
        check("openai", Some("gpt-9"), "gpt-9", 8);
        check("rehearsal", None, "rehearsal", 2);
        check("rehearsal", Some("rehearsal-slow"), "rehearsal-slow", 2);
        check("mock", Some("qwen"), "qwen", 8);
        check("mock", Some("gpt-5.1"), "gpt-5.1", 7);
        check("mock", None, "gpt-5.5", 7);
        check("anthropic", None, "claude-sonnet-4-6", 5);
        check("openrouter", None, "openrouter/auto", 8);
    }

    fn check_list(presets: Vec<ModelPreset>, expected: Expect) {
        let line = |preset: &ModelPreset| {
            let efforts: Vec<_> = preset.efforts.iter().map(|effort| effort.effort).collect();
            let marks =
                [(preset.is_default, " default"), (preset.hidden, " hidden"), (preset.images, " images")];
            let marks: String = marks.iter().filter(|(on, _)| *on).map(|(_, mark)| *mark).collect();
            format!(
                "{} ({}) {}/{}{marks}: {}\n",
                preset.model,
                preset.display_name,
                efforts.join(","),
                preset.default_effort,
                preset.description
            )
        };
        expected.assert_eq(&checked(presets).iter().map(line).collect::<String>());
    }

    #[test]
    fn a_file_takes_the_place_of_what_is_built_in() {
        let described = models::read(
            br#"{"models": [
            {"slug": "b", "priority": 2, "visibility": "hide", "input_modalities": ["text"],
             "supported_reasoning_levels": [{"effort": "low"}, {"effort": "max", "description": "All"}],
             "default_reasoning_level": "max"},
            {"slug": "a", "display_name": "A", "description": "First.", "supports_reasoning_summaries": false},
            {"slug": "c", "visibility": "none", "priority": 1}]}"#,
        )
        .unwrap();
        check_list(
            model_presets(Source::Provider("openai"), None, &described),
            expect![[r#"
                a (A) none/none default images: First.
                b (b) low,max/max hidden: Described in `model_catalog_json`
            "#]],
        );
        check_list(
            model_presets(Source::Provider("openai"), Some("b"), &described),
            expect![[r#"
                b (b) low,max/max default: Described in `model_catalog_json`
                a (A) none/none images: First.
            "#]],
        );
        check("rehearsal", None, "rehearsal", 2);
        let unlisted = models::read(br#"{"models": [{"slug": "a", "visibility": "none"}]}"#).unwrap();
        assert_eq!(checked(model_presets(Source::Provider("openai"), None, &unlisted)).len(), 7);
    }

    #[test]
    fn a_server_on_this_machine_has_what_it_says() {
        let found = || {
            let about = vec!["qwen3".to_owned(), "8.2B".to_owned()];
            let model = LocalModel {
                name: "qwen3:8b".into(),
                about,
                window: Some(40_960),
                images: Some(false),
                output: None,
            };
            let unknown = LocalModel { name: "mine".into(), images: Some(true), ..LocalModel::default() };
            Source::Server(LocalServer::Ollama, Ok(vec![model, unknown]))
        };
        check_list(
            model_presets(found(), Some("mine"), &[]),
            expect![[r#"
                mine (mine) none/none default images: On this machine
                qwen3:8b (qwen3:8b) none/none: qwen3, 8.2B, reads up to 40960 tokens
            "#]],
        );
        check_list(
            model_presets(found(), Some("gpt-oss:20b"), &[]),
            expect![[r#"
                gpt-oss:20b (gpt-oss:20b) none/none default: The server does not have it. Get the model with `ollama pull gpt-oss:20b`, or choose one of model/list.
                qwen3:8b (qwen3:8b) none/none: qwen3, 8.2B, reads up to 40960 tokens
                mine (mine) none/none images: On this machine
            "#]],
        );
        let nobody = Source::Server(LocalServer::Ollama, Err("Start it.".to_owned()));
        check_list(
            model_presets(nobody, Some("gpt-oss:20b"), &[]),
            expect![[r#"
                gpt-oss:20b (gpt-oss:20b) none/none default: Start it.
            "#]],
        );
    }
}
