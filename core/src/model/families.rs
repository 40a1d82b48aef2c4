//! What is known of models: one row for each beginning of a name, most of them for a whole family.
//!
//! A row says what the makers of a model say of it. Where a family is offered with windows of several
//! sizes the row has one that all of them have, since a window that is too large ends in answers cut off
//! at the front; `model_context_window` and the file of `model_catalog_json` correct it.

use codex_protocol::policy::{ReasoningSummary, Verbosity};

use crate::model::catalog::{KNOWN, ModelInfo, ShellKind};

const GPT_5: ModelInfo =
    ModelInfo { default_effort: Some("medium"), verbosity: true, max_output_tokens: 128_000, ..KNOWN };

const GPT_5_1: ModelInfo = ModelInfo { freeform_patch: true, shell: ShellKind::Script, ..GPT_5 };

pub(super) const CODEX: ModelInfo = ModelInfo { verbosity: false, freeform_patch: true, ..GPT_5 };

const OLDER_REASONING: ModelInfo =
    ModelInfo { context_window: 200_000, max_output_tokens: 100_000, parallel_tool_calls: false, ..KNOWN };

const WITHOUT_REASONING: ModelInfo = ModelInfo {
    context_window: 128_000,
    max_output_tokens: 16_384,
    reasoning: false,
    default_summary: ReasoningSummary::None,
    parallel_tool_calls: false,
    ..KNOWN
};

/// Models of Anthropic. How much one thinks is said in tokens there, which the wire does.
const CLAUDE: ModelInfo = ModelInfo {
    context_window: 200_000,
    max_output_tokens: 32_000,
    answer_in_window: true,
    default_summary: ReasoningSummary::None,
    hosted_search: false,
    ..KNOWN
};

const CLAUDE_64: ModelInfo = ModelInfo { max_output_tokens: 64_000, ..CLAUDE };

const CLAUDE_3: ModelInfo = ModelInfo { max_output_tokens: 4_096, reasoning: false, ..CLAUDE };

/// Models whose weights anybody can serve. What a server of one takes besides text and tools is not
/// known, so that it is asked for nothing else.
const OPEN: ModelInfo = ModelInfo {
    context_window: 131_072,
    max_output_tokens: 8_192,
    answer_in_window: true,
    reasoning: false,
    default_summary: ReasoningSummary::None,
    images: false,
    hosted_search: false,
    ..KNOWN
};

const OPEN_SMALL: ModelInfo =
    ModelInfo { context_window: 32_768, max_output_tokens: 4_096, parallel_tool_calls: false, ..OPEN };

const OPEN_TINY: ModelInfo = ModelInfo { context_window: 8_192, max_output_tokens: 2_048, ..OPEN_SMALL };

const OPEN_SEEING: ModelInfo = ModelInfo { images: true, ..OPEN };

const OPEN_LARGE: ModelInfo = ModelInfo { context_window: 262_144, max_output_tokens: 32_768, ..OPEN };

/// Models by the beginning of their names, in lower case and without what stands before the last slash.
/// The longest beginning that fits counts.
pub(super) const FAMILIES: &[(&str, ModelInfo)] = &[
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
        ModelInfo {
            context_window: 96_000,
            max_output_tokens: 32_000,
            images: false,
            hosted_search: false,
            ..WITHOUT_REASONING
        },
    ),
    ("gpt-4.1", ModelInfo { context_window: 1_047_576, max_output_tokens: 32_768, ..WITHOUT_REASONING }),
    ("gpt-4o", WITHOUT_REASONING),
    (
        "gpt-3.5",
        ModelInfo {
            context_window: 16_385,
            max_output_tokens: 4_096,
            images: false,
            hosted_search: false,
            ..WITHOUT_REASONING
        },
    ),
    // Anthropic; routers write versions with a full stop.
    ("claude-", CLAUDE),
    ("claude-opus-4-5", CLAUDE_64),
    ("claude-opus-4.5", CLAUDE_64),
    ("claude-opus-4-6", ModelInfo { max_output_tokens: 128_000, ..CLAUDE }),
    ("claude-opus-4.6", ModelInfo { max_output_tokens: 128_000, ..CLAUDE }),
    ("claude-sonnet-4", CLAUDE_64),
    ("claude-haiku-4", CLAUDE_64),
    ("claude-3-7", CLAUDE_64),
    ("claude-3.7", CLAUDE_64),
    ("claude-3-5", ModelInfo { max_output_tokens: 8_192, ..CLAUDE_3 }),
    ("claude-3.5", ModelInfo { max_output_tokens: 8_192, ..CLAUDE_3 }),
    ("claude-3", CLAUDE_3),
    ("claude-2", ModelInfo { images: false, ..CLAUDE_3 }),
    // Open weights.
    ("qwen", OPEN_SMALL),
    ("qwen3", ModelInfo { context_window: 40_960, max_output_tokens: 8_192, ..OPEN }),
    ("qwen3-coder", OPEN_LARGE),
    ("qwen3-next", OPEN_LARGE),
    ("qwen3-max", OPEN_LARGE),
    ("qwen3-vl", ModelInfo { images: true, ..OPEN_LARGE }),
    ("qwen3.5", ModelInfo { images: true, ..OPEN_LARGE }),
    ("qwq", OPEN),
    ("llama", OPEN_TINY),
    ("llama3.1", OPEN),
    ("llama-3.1", OPEN),
    ("llama3.2", OPEN),
    ("llama-3.2", OPEN),
    ("llama3.2-vision", OPEN_SEEING),
    ("llama3.3", OPEN),
    ("llama-3.3", OPEN),
    ("llama4", OPEN_SEEING),
    ("llama-4", OPEN_SEEING),
    ("deepseek", OPEN),
    ("deepseek-coder", OPEN_SMALL),
    ("deepseek-r1", ModelInfo { max_output_tokens: 32_768, ..OPEN }),
    ("deepseek-reasoner", ModelInfo { max_output_tokens: 32_768, ..OPEN }),
    ("mistral", OPEN_SMALL),
    ("mistral-large", OPEN),
    ("mistral-medium", OPEN_SEEING),
    ("mistral-small", OPEN_SEEING),
    ("mistral-nemo", OPEN),
    ("mixtral", OPEN_SMALL),
    ("ministral", OPEN),
    ("magistral", ModelInfo { context_window: 40_960, ..OPEN }),
    ("pixtral", OPEN_SEEING),
    ("devstral", OPEN),
    ("codestral", OPEN),
    ("gemma", OPEN_TINY),
    ("gemma3", OPEN_SEEING),
    ("gemma-3", OPEN_SEEING),
    ("gemma4", OPEN_SEEING),
    ("gemma-4", OPEN_SEEING),
    ("kimi", OPEN),
    ("kimi-k2", ModelInfo { max_output_tokens: 16_384, ..OPEN }),
    ("kimi-k2.5", ModelInfo { images: true, ..OPEN_LARGE }),
    ("moonshot", OPEN),
    ("glm", OPEN),
    ("glm-4.6", ModelInfo { context_window: 200_000, max_output_tokens: 32_768, ..OPEN }),
    ("glm-4.7", ModelInfo { context_window: 200_000, max_output_tokens: 32_768, ..OPEN }),
    ("glm-5", ModelInfo { context_window: 200_000, max_output_tokens: 32_768, ..OPEN }),
    ("minimax-m2", ModelInfo { context_window: 196_608, max_output_tokens: 32_768, ..OPEN }),
    ("granite", OPEN),
    ("phi", OPEN_SMALL),
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
