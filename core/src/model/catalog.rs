//! What is known of models: windows, and which knobs they take.
//!
//! Names are looked up by their longest known prefix, so that dated and tuned variants are found; a
//! prefix like `openai/` that routers put in front is ignored. A model that is not known gets what
//! most current servers take, and `known` says so.

use codex_protocol::policy::{ReasoningSummary, Verbosity};

/// How much of a tool's output the model is shown unless configured.
const TOOL_OUTPUT_TOKENS: usize = 10_000;

/// The facts about one model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ModelInfo {
    pub context_window: i64,
    /// The part of the window that is used, in percent; the rest is slack for estimates.
    pub effective_percent: i64,
    /// Whether it takes `reasoning` at all.
    pub reasoning: bool,
    pub default_effort: Option<&'static str>,
    pub default_summary: ReasoningSummary,
    /// Whether it takes a verbosity.
    pub verbosity: bool,
    pub default_verbosity: Option<Verbosity>,
    pub parallel_tool_calls: bool,
    /// Whether it writes patches as free text; else as an argument of a function.
    pub freeform_patch: bool,
    pub images: bool,
    /// The command tool it knows best, for settings without sessions.
    pub shell: ShellKind,
    /// Whether it is offered tools that read files without a command.
    pub file_tools: bool,
    /// Whether servers of it are known to search the web by themselves.
    pub hosted_search: bool,
    /// How much of one tool output it is shown, in tokens.
    pub tool_output_tokens: usize,
    /// False for models that are not in this catalog.
    pub known: bool,
}

/// What a command is given as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShellKind {
    /// A program and its arguments.
    Words,
    /// A script for the user's shell.
    Script,
    /// The tool that the model brings along.
    Local,
}

impl ModelInfo {
    /// The window that clients are told of.
    pub fn effective_window(&self) -> i64 {
        self.context_window.saturating_mul(self.effective_percent) / 100
    }
}

const UNKNOWN: ModelInfo = ModelInfo {
    context_window: 272_000,
    effective_percent: 95,
    reasoning: true,
    default_effort: None,
    default_summary: ReasoningSummary::Auto,
    verbosity: false,
    default_verbosity: None,
    parallel_tool_calls: true,
    freeform_patch: false,
    images: true,
    shell: ShellKind::Words,
    file_tools: false,
    hosted_search: false,
    tool_output_tokens: TOOL_OUTPUT_TOKENS,
    known: false,
};

const KNOWN: ModelInfo = ModelInfo { known: true, hosted_search: true, ..UNKNOWN };

const GPT_5: ModelInfo = ModelInfo { default_effort: Some("medium"), verbosity: true, ..KNOWN };

const GPT_5_1: ModelInfo = ModelInfo { freeform_patch: true, shell: ShellKind::Script, ..GPT_5 };

const CODEX: ModelInfo = ModelInfo { verbosity: false, freeform_patch: true, ..GPT_5 };

const OLDER_REASONING: ModelInfo = ModelInfo { context_window: 200_000, parallel_tool_calls: false, ..KNOWN };

const WITHOUT_REASONING: ModelInfo = ModelInfo {
    context_window: 128_000,
    reasoning: false,
    default_summary: ReasoningSummary::None,
    parallel_tool_calls: false,
    ..KNOWN
};

/// Models by the beginning of their names.
const MODELS: &[(&str, ModelInfo)] = &[
    (
        "gpt-5.5",
        ModelInfo {
            default_summary: ReasoningSummary::None,
            default_verbosity: Some(Verbosity::Low),
            ..GPT_5_1
        },
    ),
    ("gpt-5.1-codex", ModelInfo { shell: ShellKind::Script, ..CODEX }),
    ("gpt-5.1", ModelInfo { default_verbosity: Some(Verbosity::Low), ..GPT_5_1 }),
    ("gpt-5-codex", CODEX),
    ("gpt-5", ModelInfo { parallel_tool_calls: false, ..GPT_5 }),
    ("codex-mini-latest", ModelInfo { shell: ShellKind::Local, ..OLDER_REASONING }),
    ("codex-", CODEX),
    ("codex-exp-", ModelInfo { verbosity: true, file_tools: true, ..CODEX }),
    ("test-gpt-5-codex", ModelInfo { verbosity: true, file_tools: true, ..CODEX }),
    ("o3", OLDER_REASONING),
    ("o4-mini", OLDER_REASONING),
    (
        "gpt-oss",
        ModelInfo { context_window: 96_000, images: false, hosted_search: false, ..WITHOUT_REASONING },
    ),
    ("gpt-4.1", ModelInfo { context_window: 1_047_576, ..WITHOUT_REASONING }),
    ("gpt-4o", WITHOUT_REASONING),
    (
        "gpt-3.5",
        ModelInfo { context_window: 16_385, images: false, hosted_search: false, ..WITHOUT_REASONING },
    ),
    (
        "rehearsal",
        ModelInfo {
            default_effort: Some("medium"),
            freeform_patch: true,
            file_tools: true,
            hosted_search: false,
            ..KNOWN
        },
    ),
];

/// What is known of the model with this name.
pub fn find(model: &str) -> ModelInfo {
    let name = model.strip_prefix("openai/").unwrap_or(model);
    MODELS
        .iter()
        .filter(|(prefix, _)| name.starts_with(prefix))
        .max_by_key(|(prefix, _)| prefix.len())
        .map_or(UNKNOWN, |(_, info)| *info)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_prefix_wins() {
        assert_eq!(find("gpt-5.1-codex-max"), ModelInfo { shell: ShellKind::Script, ..CODEX });
        assert_eq!(find("openai/gpt-oss-20b").context_window, 96_000);
        assert_eq!(find("gpt-5.5").default_verbosity, Some(Verbosity::Low));
        assert!(find("gpt-5-2025-08-07").known);
        assert!(!find("llama-4").known);
    }

    #[test]
    fn windows_keep_some_slack() {
        assert!(ModelInfo { context_window: i64::MAX, ..UNKNOWN }.effective_window() > 0);
        assert_eq!(find("gpt-5.5").effective_window(), 258_400);
        assert_eq!(find("other-model").effective_window(), 258_400);
    }
}
