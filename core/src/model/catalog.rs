//! What is known of a model: its window, and which knobs it takes.
//!
//! Names are looked up by their longest known beginning, so that dated and tuned variants are found; case
//! does not count, and neither does what routers and repositories put before the last slash. A model that
//! is not known gets what most current servers take, and `known` says so. What the user describes in a file
//! or sets in the configuration is laid over that.

use codex_protocol::policy::{ReasoningSummary, Verbosity};

use crate::config::Config;
use crate::config::models::{DescribedModel, PatchTool, ShellTool};
use crate::model::families::FAMILIES;

/// How much of a tool's output the model is shown unless configured.
const TOOL_OUTPUT_TOKENS: usize = 10_000;

/// The facts about one model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ModelInfo {
    pub context_window: i64,
    /// The part of the window that is used, in percent; the rest is slack for estimates.
    pub effective_percent: i64,
    /// How long one answer can be, in tokens; servers that want to be told are told.
    pub max_output_tokens: i64,
    /// Whether the window is what the server says, and no guess.
    pub is_window_told: bool,
    /// Whether the window has to have room for the answer, too; else it is what can be read.
    pub answer_in_window: bool,
    /// Where history is compacted; none for a tenth before the end of the window, or where an answer would not fit.
    pub auto_compact_token_limit: Option<i64>,
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

/// How a server runs a model, as far as it says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Served {
    /// The most it lets the model read, in tokens.
    pub window: Option<u64>,
    /// How long an answer can be.
    pub output: Option<u64>,
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

    /// The number of tokens at which history is compacted. Few answers take a quarter of the window, and no more
    /// than that is kept free for one.
    pub fn compact_limit(&self) -> i64 {
        let window = self.context_window;
        let answer = if self.answer_in_window { self.max_output_tokens.min(window / 4) } else { 0 };
        let usual = (window.saturating_mul(9) / 10).min(window.saturating_sub(answer));
        self.auto_compact_token_limit.unwrap_or(usual)
    }

    fn served(mut self, Served { window, output }: Served) -> Self {
        // Some say 0 of what is not loaded yet.
        let (window, output) = (window.filter(|window| *window > 0), output.filter(|output| *output > 0));
        if let Some(window) = window {
            self.is_window_told = true;
            self.answer_in_window = true;
            self.context_window = tokens(window);
        }
        let longest = output.map_or(self.max_output_tokens, tokens);
        self.max_output_tokens = longest.min(self.context_window);
        self
    }

    fn described(mut self, model: &DescribedModel) -> Self {
        self.known = true;
        set(&mut self.context_window, model.context_window.map(tokens));
        set(&mut self.effective_percent, model.effective_context_window_percent.map(i64::from));
        set(&mut self.max_output_tokens, model.max_output_tokens.map(tokens));
        self.auto_compact_token_limit = model.auto_compact_token_limit.map(tokens);
        set(&mut self.reasoning, model.supports_reasoning());
        if let Some(effort) = model.default_reasoning_level {
            self.default_effort = Some(effort.name());
        }
        set(&mut self.default_summary, model.default_reasoning_summary);
        set(&mut self.verbosity, model.support_verbosity);
        self.default_verbosity = model.default_verbosity.or(self.default_verbosity);
        set(&mut self.parallel_tool_calls, model.supports_parallel_tool_calls);
        set(&mut self.freeform_patch, model.apply_patch_tool_type.map(|tool| tool == PatchTool::Freeform));
        set(&mut self.images, model.takes_images());
        set(&mut self.shell, model.shell_type.and_then(shell_kind));
        let limit = model.truncation_policy.map(|policy| policy.tokens());
        set(&mut self.tool_output_tokens, limit.map(|limit| usize::try_from(limit).unwrap_or(usize::MAX)));
        self
    }
}

pub(super) const UNKNOWN: ModelInfo = ModelInfo {
    context_window: 272_000,
    effective_percent: 95,
    max_output_tokens: 16_384,
    is_window_told: false,
    answer_in_window: false,
    auto_compact_token_limit: None,
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

pub(super) const KNOWN: ModelInfo = ModelInfo { known: true, hosted_search: true, ..UNKNOWN };

/// What is known of the model with this name without looking at any configuration.
pub fn find(model: &str) -> ModelInfo {
    let name = model.rsplit('/').next().unwrap_or(model).to_ascii_lowercase();
    // Clouds put a region and a maker before it.
    let name = name.split_once("anthropic.").map_or(name.as_str(), |(_, name)| name);
    FAMILIES
        .iter()
        .filter(|(prefix, _)| name.starts_with(prefix))
        .max_by_key(|(prefix, _)| prefix.len())
        .map_or(UNKNOWN, |(_, info)| *info)
}

/// What a file says of a model, over what is known of its name.
pub fn described(model: &DescribedModel) -> ModelInfo {
    find(&model.slug).described(model)
}

/// What is known of a model, with what the user says of it.
pub fn configured(config: &Config, model: &str) -> ModelInfo {
    configured_at(config, model, Served::default())
}

/// The same for a model that its server has said something of.
pub fn configured_at(config: &Config, model: &str, served: Served) -> ModelInfo {
    let mut info = find(model).served(served);
    if let Some(described) = config.described_models.iter().find(|described| described.slug == model) {
        info = info.described(described);
    }
    info.answer_in_window |= config.model_max_output_tokens.is_some();
    set(&mut info.context_window, config.model_context_window.map(tokens));
    set(&mut info.max_output_tokens, config.model_max_output_tokens.map(tokens));
    set(&mut info.reasoning, config.model_supports_reasoning_summaries.then_some(true));
    if let Some(limit) = config.model_auto_compact_token_limit {
        info.auto_compact_token_limit = Some(tokens(limit));
    }
    set(
        &mut info.tool_output_tokens,
        config.tool_output_token_limit.map(|limit| usize::try_from(limit).unwrap_or(usize::MAX)),
    );
    info
}

fn shell_kind(tool: ShellTool) -> Option<ShellKind> {
    match tool {
        ShellTool::Default => Some(ShellKind::Words),
        ShellTool::ShellCommand => Some(ShellKind::Script),
        ShellTool::Local => Some(ShellKind::Local),
        // Whether commands are sessions is a setting, not a fact about the model.
        ShellTool::UnifiedExec | ShellTool::Disabled => None,
    }
}

fn tokens(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn set<T>(value: &mut T, new: Option<T>) {
    if let Some(new) = new {
        *value = new;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::paths::AbsolutePath;
    use crate::model::families::CODEX;

    #[test]
    fn the_longest_prefix_wins() {
        assert_eq!(find("gpt-5.1-codex-max"), ModelInfo { shell: ShellKind::Script, ..CODEX });
        assert_eq!(find("openai/gpt-oss-20b").context_window, 96_000);
        assert_eq!(find("gpt-5.5").default_verbosity, Some(Verbosity::Low));
        assert!(find("gpt-5-2025-08-07").known);
        assert!(!find("telepath-4").known);
    }

    #[test]
    fn open_models_are_known_under_the_names_that_servers_give_them() {
        for (name, window, images) in [
            ("qwen3-coder:30b", 262_144, false),
            ("Qwen/Qwen3-Coder-30B-A3B-Instruct", 262_144, false),
            ("qwen2.5-coder", 32_768, false),
            ("llama3.2-vision:11b", 131_072, true),
            ("meta-llama/Llama-3.3-70B-Instruct", 131_072, false),
            ("llama3", 8_192, false),
            ("deepseek/deepseek-chat-v3.1", 131_072, false),
            ("mistralai/devstral-small", 131_072, false),
            ("google/gemma-3-27b-it", 131_072, true),
            ("moonshotai/kimi-k2", 131_072, false),
            ("z-ai/glm-4.6", 200_000, false),
            ("hf.co/bartowski/Mistral-7B-Instruct-GGUF:Q4_K_M", 32_768, false),
        ] {
            let info = find(name);
            assert!(info.known && !info.hosted_search && !info.reasoning, "{name}");
            assert_eq!((info.context_window, info.images), (window, images), "{name}");
        }
    }

    #[test]
    fn models_of_anthropic_say_how_long_they_may_speak() {
        for (name, output, reasoning) in [
            ("claude-opus-4-5-20251101", 64_000, true),
            ("anthropic/claude-sonnet-4.5", 64_000, true),
            ("claude-opus-4-1", 32_000, true),
            ("claude-3-5-haiku-latest", 8_192, false),
            ("claude-3-opus-20240229", 4_096, false),
            ("claude-next", 32_000, true),
            ("us.anthropic.claude-sonnet-4-5-20250929-v1:0", 64_000, true),
            ("claude-2.1", 4_096, false),
        ] {
            let info = find(name);
            assert_eq!((info.context_window, info.max_output_tokens), (200_000, output), "{name}");
            assert_eq!(info.reasoning, reasoning, "{name}");
        }
    }

    #[test]
    fn every_answer_fits_into_its_window() {
        for (prefix, info) in FAMILIES {
            assert!(info.max_output_tokens < info.context_window, "{prefix}");
            assert_eq!(*prefix, prefix.to_ascii_lowercase());
            assert!(FAMILIES.iter().filter(|(other, _)| other == prefix).count() == 1, "{prefix} twice");
        }
    }

    #[test]
    fn windows_keep_some_slack() {
        assert!(ModelInfo { context_window: i64::MAX, ..UNKNOWN }.effective_window() > 0);
        assert_eq!(find("gpt-5.5").effective_window(), 258_400);
        assert_eq!(find("other-model").effective_window(), 258_400);
        assert_eq!(find("other-model").compact_limit(), 244_800);
    }

    #[test]
    fn history_is_compacted_while_an_answer_still_fits() {
        let info = |window, output, answer_in_window| ModelInfo {
            context_window: window,
            max_output_tokens: output,
            answer_in_window,
            ..UNKNOWN
        };
        assert_eq!(info(100_000, 5_000, true).compact_limit(), 90_000);
        assert_eq!(info(100_000, 20_000, true).compact_limit(), 80_000);
        assert_eq!(info(100_000, 64_000, true).compact_limit(), 75_000);
        assert_eq!(info(100_000, 64_000, false).compact_limit(), 90_000);
        assert_eq!(find("claude-sonnet-4-6").compact_limit(), 150_000);
        assert_eq!(find("gpt-5.5").compact_limit(), 244_800);
    }

    #[test]
    fn a_server_knows_better_than_the_catalog_and_the_user_better_than_a_server() {
        let home = AbsolutePath::new("/h").unwrap();
        let mut config = Config::defaults(home.clone(), home);
        let numbers = |config: &Config, window, output| {
            let info = configured_at(config, "qwen3:8b", Served { window, output });
            (info.context_window, info.max_output_tokens, info.compact_limit(), info.known)
        };
        assert_eq!(numbers(&config, Some(8_000), None), (8_000, 8_000, 6_000, true));
        assert_eq!(numbers(&config, Some(8_000), Some(500)), (8_000, 500, 7_200, true));
        let unknown = configured_at(&config, "telepath", Served { window: Some(9), output: None });
        assert_eq!((unknown.known, unknown.is_window_told, unknown.max_output_tokens), (false, true, 9));
        config.model_context_window = Some(20_000);
        config.model_max_output_tokens = Some(4_000);
        assert_eq!(numbers(&config, Some(8_000), Some(500)), (20_000, 4_000, 16_000, true));
    }

    #[test]
    fn a_setting_counts_before_a_file_before_what_is_built_in() {
        let home = AbsolutePath::new("/h").unwrap();
        let mut config = Config::defaults(home.clone(), home);
        let described = r#"{"models": [{"slug": "mine", "context_window": 1000, "max_output_tokens": 100,
            "auto_compact_token_limit": 500, "input_modalities": ["text"], "default_reasoning_level": "high",
            "truncation_policy": {"mode": "bytes", "limit": 400}, "shell_type": "shell_command"}]}"#;
        config.described_models = crate::config::models::read(described.as_bytes()).unwrap();
        let info = configured(&config, "mine");
        assert_eq!((info.context_window, info.max_output_tokens, info.compact_limit()), (1000, 100, 500));
        assert_eq!((info.images, info.default_effort, info.shell), (false, Some("high"), ShellKind::Script));
        assert_eq!((info.tool_output_tokens, info.known), (100, true));
        assert_eq!(configured(&config, "other"), UNKNOWN);

        config.model_context_window = Some(2000);
        config.model_max_output_tokens = Some(7);
        config.model_auto_compact_token_limit = Some(9);
        config.tool_output_token_limit = Some(8);
        let info = configured(&config, "mine");
        assert_eq!((info.context_window, info.max_output_tokens, info.compact_limit()), (2000, 7, 9));
        assert_eq!(info.tool_output_tokens, 8);
        config.model_supports_reasoning_summaries = true;
        assert!(configured(&config, "gpt-4o").reasoning);
    }
}
