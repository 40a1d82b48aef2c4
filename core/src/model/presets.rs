//! The models that a client offers its user.
//!
//! Never empty, with exactly one default. Only models that this program can drive as they want to be
//! driven are listed; any other name can still be configured, and is then listed as the default.

use std::borrow::Cow;

use crate::model::catalog;

/// One entry of a model picker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelPreset {
    /// Also the name that requests carry.
    pub model: String,
    pub display_name: String,
    pub description: Cow<'static, str>,
    /// Efforts the model takes, least first; never empty.
    pub efforts: &'static [EffortPreset],
    pub default_effort: &'static str,
    pub images: bool,
    /// Listed only when a client asks for all.
    pub hidden: bool,
    pub is_default: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EffortPreset {
    pub effort: &'static str,
    pub description: &'static str,
}

const MINIMAL: EffortPreset = EffortPreset { effort: "minimal", description: "Hardly any thought, fastest" };
const LOW: EffortPreset = EffortPreset { effort: "low", description: "Little thought, fast answers" };
const MEDIUM: EffortPreset = EffortPreset { effort: "medium", description: "For everyday work" };
const HIGH: EffortPreset = EffortPreset { effort: "high", description: "More thought for hard problems" };
const XHIGH: EffortPreset = EffortPreset { effort: "xhigh", description: "Most thought, slowest" };

struct Row {
    model: &'static str,
    display_name: &'static str,
    description: &'static str,
    efforts: &'static [EffortPreset],
    hidden: bool,
}

const OPENAI: &[Row] = &[
    Row {
        model: "gpt-5.5",
        display_name: "GPT-5.5",
        description: "The most capable of the family, for coding and everyday work",
        efforts: &[LOW, MEDIUM, HIGH, XHIGH],
        hidden: false,
    },
    Row {
        model: "gpt-5.1-codex-max",
        display_name: "GPT-5.1-Codex-Max",
        description: "Tuned for long coding tasks",
        efforts: &[LOW, MEDIUM, HIGH, XHIGH],
        hidden: false,
    },
    Row {
        model: "gpt-5.1-codex-mini",
        display_name: "GPT-5.1-Codex-Mini",
        description: "Tuned for coding; smaller, faster and cheaper",
        efforts: &[MEDIUM, HIGH],
        hidden: false,
    },
    Row {
        model: "gpt-5.1",
        display_name: "GPT-5.1",
        description: "Broad knowledge, general reasoning",
        efforts: &[LOW, MEDIUM, HIGH],
        hidden: false,
    },
    Row {
        model: "gpt-5.1-codex",
        display_name: "GPT-5.1-Codex",
        description: "Tuned for coding",
        efforts: &[LOW, MEDIUM, HIGH],
        hidden: true,
    },
    Row {
        model: "gpt-5-codex",
        display_name: "GPT-5-Codex",
        description: "Tuned for coding; an older generation",
        efforts: &[LOW, MEDIUM, HIGH],
        hidden: true,
    },
    Row {
        model: "gpt-5",
        display_name: "GPT-5",
        description: "General reasoning; an older generation",
        efforts: &[MINIMAL, LOW, MEDIUM, HIGH],
        hidden: true,
    },
];

const REHEARSAL: &[Row] = &[
    Row {
        model: "rehearsal",
        display_name: "Rehearsal",
        description: "Built in: plays the script in your message, without account or network. Try `demo` or `help`",
        efforts: &[LOW, MEDIUM, HIGH],
        hidden: false,
    },
    Row {
        model: "rehearsal-slow",
        display_name: "Rehearsal, slow",
        description: "The same, at the pace of a model that thinks",
        efforts: &[LOW, MEDIUM, HIGH],
        hidden: false,
    },
];

/// The models of a provider, the default first. `configured` is the model of the configuration, if it
/// names one.
pub fn model_presets(provider_id: &str, configured: Option<&str>) -> Vec<ModelPreset> {
    let rows = match provider_id {
        "rehearsal" => REHEARSAL,
        // Most other servers are gateways to these models; what else one has is configured by name.
        _ => OPENAI,
    };
    let mut presets: Vec<ModelPreset> = rows.iter().map(ModelPreset::from).collect();
    if let Some(model) = configured {
        match presets.iter().position(|preset| preset.model == model) {
            Some(index) => {
                let preset = presets.remove(index);
                presets.insert(0, preset);
            }
            None => presets.insert(0, unlisted(model)),
        }
    }
    if let Some(first) = presets.first_mut() {
        first.is_default = true;
        first.hidden = false;
    }
    presets
}

/// A model of which only the name is known.
fn unlisted(model: &str) -> ModelPreset {
    ModelPreset {
        model: model.to_owned(),
        display_name: model.to_owned(),
        description: "The configured model".into(),
        efforts: &[LOW, MEDIUM, HIGH],
        default_effort: MEDIUM.effort,
        images: catalog::find(model).images,
        hidden: false,
        is_default: false,
    }
}

impl From<&Row> for ModelPreset {
    fn from(row: &Row) -> Self {
        Self {
            model: row.model.to_owned(),
            display_name: row.display_name.to_owned(),
            description: row.description.into(),
            efforts: row.efforts,
            default_effort: MEDIUM.effort,
            images: catalog::find(row.model).images,
            hidden: row.hidden,
            is_default: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(provider: &str, configured: Option<&str>, default: &str, count: usize) {
        let presets = model_presets(provider, configured);
        let defaults: Vec<_> =
            presets.iter().filter(|preset| preset.is_default).map(|preset| preset.model.as_str()).collect();
        assert_eq!((defaults, presets.len()), (vec![default], count));
        for preset in presets {
            assert!(preset.efforts.iter().any(|effort| effort.effort == preset.default_effort));
            assert!(!(preset.is_default && preset.hidden));
        }
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
    }
}
