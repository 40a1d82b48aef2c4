//! The models that are listed without asking anybody, for each provider.
//!
//! Best first: the first that is not hidden is the default. What is known of a model besides stands in
//! `families`.

use crate::config::models::Effort::{self, High, Low, Medium, Minimal, XHigh};

pub(super) struct Row {
    pub model: &'static str,
    pub display_name: &'static str,
    pub description: &'static str,
    pub efforts: &'static [Effort],
    pub hidden: bool,
}

pub(super) const OPENAI: &[Row] = &[
    Row {
        model: "gpt-5.5",
        display_name: "GPT-5.5",
        description: "The most capable of the family, for coding and everyday work",
        efforts: &[Low, Medium, High, XHigh],
        hidden: false,
    },
    Row {
        model: "gpt-5.1-codex-max",
        display_name: "GPT-5.1-Codex-Max",
        description: "Tuned for long coding tasks",
        efforts: &[Low, Medium, High, XHigh],
        hidden: false,
    },
    Row {
        model: "gpt-5.1-codex-mini",
        display_name: "GPT-5.1-Codex-Mini",
        description: "Tuned for coding; smaller, faster and cheaper",
        efforts: &[Medium, High],
        hidden: false,
    },
    Row {
        model: "gpt-5.1",
        display_name: "GPT-5.1",
        description: "Broad knowledge, general reasoning",
        efforts: &[Low, Medium, High],
        hidden: false,
    },
    Row {
        model: "gpt-5.1-codex",
        display_name: "GPT-5.1-Codex",
        description: "Tuned for coding",
        efforts: &[Low, Medium, High],
        hidden: true,
    },
    Row {
        model: "gpt-5-codex",
        display_name: "GPT-5-Codex",
        description: "Tuned for coding; an older generation",
        efforts: &[Low, Medium, High],
        hidden: true,
    },
    Row {
        model: "gpt-5",
        display_name: "GPT-5",
        description: "General reasoning; an older generation",
        efforts: &[Minimal, Low, Medium, High],
        hidden: true,
    },
];

pub(super) const ANTHROPIC: &[Row] = &[
    Row {
        model: "claude-sonnet-4-6",
        display_name: "Claude Sonnet 4.6",
        description: "For coding and everyday work",
        efforts: &[Low, Medium, High],
        hidden: false,
    },
    Row {
        model: "claude-opus-4-6",
        display_name: "Claude Opus 4.6",
        description: "The most capable of its generation, for hard problems",
        efforts: &[Low, Medium, High],
        hidden: false,
    },
    Row {
        model: "claude-haiku-4-5",
        display_name: "Claude Haiku 4.5",
        description: "Smaller, faster and cheaper",
        efforts: &[Low, Medium, High],
        hidden: false,
    },
    Row {
        model: "claude-sonnet-4-5",
        display_name: "Claude Sonnet 4.5",
        description: "For coding; an older generation",
        efforts: &[Low, Medium, High],
        hidden: true,
    },
    Row {
        model: "claude-opus-4-5",
        display_name: "Claude Opus 4.5",
        description: "For hard problems; an older generation",
        efforts: &[Low, Medium, High],
        hidden: true,
    },
];

/// A few of hundreds; any other is configured by its name.
pub(super) const OPENROUTER: &[Row] = &[
    Row {
        model: "openrouter/auto",
        display_name: "Auto",
        description: "The router chooses a model for each request",
        efforts: &[Low, Medium, High],
        hidden: false,
    },
    Row {
        model: "anthropic/claude-sonnet-4.5",
        display_name: "Claude Sonnet 4.5",
        description: "For coding and everyday work",
        efforts: &[Low, Medium, High],
        hidden: false,
    },
    Row {
        model: "openai/gpt-5.1",
        display_name: "GPT-5.1",
        description: "Broad knowledge, general reasoning",
        efforts: &[Low, Medium, High],
        hidden: false,
    },
    Row {
        model: "qwen/qwen3-coder",
        display_name: "Qwen3 Coder",
        description: "Open weights, tuned for coding, with a large window",
        efforts: &[Effort::None],
        hidden: false,
    },
    Row {
        model: "deepseek/deepseek-chat-v3.1",
        display_name: "DeepSeek V3.1",
        description: "Open weights, for coding and everyday work",
        efforts: &[Effort::None],
        hidden: false,
    },
    Row {
        model: "moonshotai/kimi-k2",
        display_name: "Kimi K2",
        description: "Open weights, tuned for tools",
        efforts: &[Effort::None],
        hidden: false,
    },
    Row {
        model: "z-ai/glm-4.6",
        display_name: "GLM 4.6",
        description: "Open weights, tuned for coding",
        efforts: &[Effort::None],
        hidden: false,
    },
    Row {
        model: "mistralai/devstral-medium",
        display_name: "Devstral Medium",
        description: "Tuned for agents that write code",
        efforts: &[Effort::None],
        hidden: false,
    },
];

pub(super) const REHEARSAL: &[Row] = &[
    Row {
        model: "rehearsal",
        display_name: "Rehearsal",
        description: "Built in: plays the script in your message, without account or network. Try `demo` or `help`",
        efforts: &[Low, Medium, High],
        hidden: false,
    },
    Row {
        model: "rehearsal-slow",
        display_name: "Rehearsal, slow",
        description: "The same, at the pace of a model that thinks",
        efforts: &[Low, Medium, High],
        hidden: false,
    },
];
