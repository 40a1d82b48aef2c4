//! Models that the user describes in a file, named by `model_catalog_json`.
//!
//! The file is JSON, `{"models": [...]}`, with the keys of the public codex. Only `slug`, the name that
//! requests carry, has to be there: what is left out is as it is for a model of that name anyway. Keys that
//! mean nothing here are left alone, wrong values are refused.

use codex_protocol::policy::{ReasoningSummary, Verbosity};
use serde::Deserialize;

/// What a file says of a model.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct DescribedModel {
    /// The name that requests carry.
    pub slug: String,
    pub display_name: Option<String>,
    pub description: Option<String>,
    #[serde(default)]
    pub visibility: Visibility,
    /// Where it stands in lists: small numbers first.
    #[serde(default)]
    pub priority: i64,
    pub context_window: Option<u64>,
    pub effective_context_window_percent: Option<u8>,
    pub max_output_tokens: Option<u64>,
    pub auto_compact_token_limit: Option<u64>,
    pub supports_reasoning_summaries: Option<bool>,
    pub supported_reasoning_levels: Option<Vec<Level>>,
    pub default_reasoning_level: Option<Effort>,
    pub default_reasoning_summary: Option<ReasoningSummary>,
    pub support_verbosity: Option<bool>,
    pub default_verbosity: Option<Verbosity>,
    pub supports_parallel_tool_calls: Option<bool>,
    pub apply_patch_tool_type: Option<PatchTool>,
    pub shell_type: Option<ShellTool>,
    pub input_modalities: Option<Vec<Modality>>,
    pub truncation_policy: Option<Truncation>,
}

/// An effort that a model knows, with a word about it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Level {
    pub effort: Effort,
    #[serde(default)]
    pub description: String,
}

/// How much a model thinks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Effort {
    None,
    Minimal,
    Low,
    Medium,
    High,
    XHigh,
    Max,
    Ultra,
}

impl Effort {
    /// The name that requests carry.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Minimal => "minimal",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::XHigh => "xhigh",
            Self::Max => "max",
            Self::Ultra => "ultra",
        }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Visibility {
    #[default]
    List,
    /// Only where all are asked for.
    Hide,
    None,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PatchTool {
    Freeform,
    Function,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ShellTool {
    Default,
    Local,
    UnifiedExec,
    Disabled,
    ShellCommand,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Modality {
    Text,
    Image,
    Audio,
}

/// How much of one tool output the model is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct Truncation {
    pub mode: TruncationMode,
    pub limit: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TruncationMode {
    Bytes,
    Tokens,
}

impl Truncation {
    /// A token is about four bytes.
    pub fn tokens(self) -> u64 {
        match self.mode {
            TruncationMode::Bytes => self.limit / 4,
            TruncationMode::Tokens => self.limit,
        }
    }
}

impl DescribedModel {
    /// Whether it takes requests about its reasoning, if something is said of that.
    pub fn supports_reasoning(&self) -> Option<bool> {
        let has_levels = |levels: &Vec<Level>| levels.iter().any(|level| level.effort != Effort::None);
        self.supports_reasoning_summaries.or_else(|| self.supported_reasoning_levels.as_ref().map(has_levels))
    }

    pub fn takes_images(&self) -> Option<bool> {
        self.input_modalities.as_ref().map(|kinds| kinds.contains(&Modality::Image))
    }
}

/// The models of a file, or what is wrong with it.
pub fn read(bytes: &[u8]) -> Result<Vec<DescribedModel>, String> {
    #[derive(Deserialize)]
    struct File {
        models: Vec<DescribedModel>,
    }
    let mut decoder = serde_json::Deserializer::from_slice(bytes);
    let file: File = serde_path_to_error::deserialize(&mut decoder).map_err(|error| {
        let path = error.path().to_string();
        format!("`{path}`: {}", error.inner())
    })?;
    let mut models = file.models;
    if let Some(index) = models.iter().position(|model| model.slug.trim().is_empty()) {
        return Err(format!("`models[{index}].slug`: it is empty"));
    }
    models.sort_by_key(|model| model.priority);
    match models
        .iter()
        .enumerate()
        .find(|(index, model)| models.iter().take(*index).any(|earlier| earlier.slug == model.slug))
    {
        Some((_, twice)) => Err(format!("the model `{}` is described twice", twice.slug)),
        None => Ok(models),
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    #[test]
    fn a_name_is_enough_and_what_means_nothing_is_left_alone() {
        let text = r#"{"version": 1, "models": [{"slug": "b", "priority": 2},
            {"slug": "a", "base_instructions": "be kind", "visibility": "hide",
             "supported_reasoning_levels": [{"effort": "xhigh", "description": "Most"}]}]}"#;
        let models = read(text.as_bytes()).unwrap();
        assert_eq!(models.iter().map(|model| model.slug.as_str()).collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!((models[0].visibility, models[0].supports_reasoning()), (Visibility::Hide, Some(true)));
        assert_eq!((models[1].supports_reasoning(), models[1].takes_images()), (None, None));
    }

    #[test]
    fn what_cannot_be_used_is_named() {
        let check = |text: &str, expected: Expect| expected.assert_eq(&read(text.as_bytes()).unwrap_err());
        check("", expect!["`.`: EOF while parsing a value at line 1 column 0"]);
        check("{}", expect!["`.`: missing field `models` at line 1 column 2"]);
        check(
            r#"{"models": [{"slug": "a", "context_window": "big"}]}"#,
            expect![[
                r#"`models[0].context_window`: invalid type: string "big", expected u64 at line 1 column 49"#
            ]],
        );
        check(r#"{"models": [{"slug": " "}]}"#, expect!["`models[0].slug`: it is empty"]);
        check(r#"{"models": [{"slug": "a"}, {"slug": "a"}]}"#, expect!["the model `a` is described twice"]);
    }
}
