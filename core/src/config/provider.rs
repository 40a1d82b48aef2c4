//! How a model server is reached: one table of `[model_providers]`, and the providers that are built in.
//!
//! A provider may be printed in logs: what may be a key is left out then.

use std::collections::BTreeMap;
use std::fmt;
use std::num::NonZeroU64;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::base::environment::Environment;
use crate::base::http::shown;

pub const OPENAI: &str = "openai";
pub const ANTHROPIC: &str = "anthropic";
pub const OPENROUTER: &str = "openrouter";
pub const OLLAMA: &str = "ollama";
pub const LM_STUDIO: &str = "lmstudio";
pub const REHEARSAL: &str = "rehearsal";

/// The model of a provider when none is configured.
pub const DEFAULT_MODEL: &str = "gpt-5.5";
/// The model of a provider that speaks Anthropic's API when none is configured.
pub const DEFAULT_CLAUDE_MODEL: &str = "claude-sonnet-4-6";
/// The model of the rehearsal provider when none is configured.
pub const DEFAULT_REHEARSAL_MODEL: &str = "rehearsal";

/// Which API a model server speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WireApi {
    #[default]
    Responses,
    /// Chat Completions, which most other servers speak.
    Chat,
    /// Anthropic Messages.
    Anthropic,
    /// The model that is built into this program; needs no server.
    Rehearsal,
}

impl WireApi {
    pub const ALL: [Self; 4] = [Self::Responses, Self::Chat, Self::Anthropic, Self::Rehearsal];
}

/// A model server, as configured or built in.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ModelProviderInfo {
    pub name: String,
    pub base_url: Option<String>,
    /// The variable that holds the key.
    pub env_key: Option<String>,
    /// What to tell a user whose variable is missing.
    pub env_key_instructions: Option<String>,
    pub experimental_bearer_token: Option<String>,
    pub wire_api: WireApi,
    pub query_params: BTreeMap<String, String>,
    pub http_headers: BTreeMap<String, String>,
    /// Header name to the variable with its value.
    pub env_http_headers: BTreeMap<String, String>,
    pub request_max_retries: Option<u32>,
    pub stream_max_retries: Option<u32>,
    pub stream_idle_timeout_ms: Option<u64>,
    /// A program that hands out tokens, in place of a key.
    pub auth: Option<CommandAuth>,
    /// Whether the login of this program is what the server wants.
    pub requires_openai_auth: bool,
    /// A script for the rehearsal model.
    pub script: Option<PathBuf>,
}

/// A program that prints a token for requests to a server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommandAuth {
    pub command: String,
    #[serde(default)]
    pub args: Vec<String>,
    /// How long the program may take.
    #[serde(default = "five_seconds")]
    pub timeout_ms: NonZeroU64,
    /// After how long another token is fetched; 0 for when the server wants another.
    #[serde(default = "five_minutes")]
    pub refresh_interval_ms: u64,
    /// Where it runs; absent for where this program runs.
    pub cwd: Option<PathBuf>,
}

fn five_seconds() -> NonZeroU64 {
    NonZeroU64::MIN.saturating_add(4_999)
}

fn five_minutes() -> u64 {
    300_000
}

const MOST_RETRIES: u32 = 100;

impl ModelProviderInfo {
    /// The variables whose values are sent to the server: its key, and what stands in headers.
    pub fn credential_variables(&self) -> impl Iterator<Item = &str> {
        self.env_key.iter().chain(self.env_http_headers.values()).map(String::as_str)
    }

    /// Whether a key stands where the name of its variable is to be, which happens.
    pub fn has_key_for_variable(&self) -> bool {
        const BEGINNINGS: [&str; 6] = ["sk-", "sk_", "gsk_", "xai-", "AIza", "hf_"];
        self.env_key.as_deref().map(str::trim).is_some_and(|text| {
            let is_name = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
            let is_long = text.len() >= 20;
            BEGINNINGS.iter().any(|beginning| text.starts_with(beginning)) || (is_long && !is_name)
        })
    }

    pub fn request_max_retries(&self) -> u32 {
        self.request_max_retries.unwrap_or(4).min(MOST_RETRIES)
    }

    pub fn stream_max_retries(&self) -> u32 {
        self.stream_max_retries.unwrap_or(5).min(MOST_RETRIES)
    }

    /// How long a stream may be silent.
    pub fn stream_idle_timeout(&self) -> Duration {
        Duration::from_millis(self.stream_idle_timeout_ms.unwrap_or(300_000))
    }

    /// The model to ask of the provider with this id when none is configured.
    pub fn default_model(&self, id: &str) -> &'static str {
        match (self.wire_api, id) {
            (WireApi::Rehearsal, _) => DEFAULT_REHEARSAL_MODEL,
            (WireApi::Anthropic, _) => DEFAULT_CLAUDE_MODEL,
            (_, OPENROUTER) => "openrouter/auto",
            (_, OLLAMA) => "gpt-oss:20b",
            (_, LM_STUDIO) => "openai/gpt-oss-20b",
            (_, _) => DEFAULT_MODEL,
        }
    }
}

/// The providers that come with this program. The address of `openai` can be set, or be in the environment,
/// which also says where the servers on this machine are.
pub fn built_in(
    openai_base_url: Option<&str>,
    environment: &Environment,
) -> BTreeMap<String, ModelProviderInfo> {
    let openai = ModelProviderInfo {
        name: "OpenAI".to_owned(),
        base_url: openai_base_url.or_else(|| environment.get("OPENAI_BASE_URL")).map(str::to_owned),
        requires_openai_auth: true,
        ..ModelProviderInfo::default()
    };
    let anthropic = ModelProviderInfo {
        name: "Anthropic".to_owned(),
        base_url: Some("https://api.anthropic.com/v1".to_owned()),
        wire_api: WireApi::Anthropic,
        ..with_key("ANTHROPIC_API_KEY", "https://platform.claude.com/settings/keys")
    };
    let openrouter = ModelProviderInfo {
        name: "OpenRouter".to_owned(),
        base_url: Some("https://openrouter.ai/api/v1".to_owned()),
        wire_api: WireApi::Chat,
        ..with_key("OPENROUTER_API_KEY", "https://openrouter.ai/settings/keys")
    };
    let ollama = ModelProviderInfo {
        name: "Ollama".to_owned(),
        base_url: Some(local_address(environment, "11434")),
        wire_api: WireApi::Chat,
        ..ModelProviderInfo::default()
    };
    let lm_studio = ModelProviderInfo {
        name: "LM Studio".to_owned(),
        base_url: Some(local_address(environment, "1234")),
        ..ModelProviderInfo::default()
    };
    let rehearsal = ModelProviderInfo {
        name: "Rehearsal".to_owned(),
        wire_api: WireApi::Rehearsal,
        ..ModelProviderInfo::default()
    };
    let all = [
        (OPENAI, openai),
        (ANTHROPIC, anthropic),
        (OPENROUTER, openrouter),
        (OLLAMA, ollama),
        (LM_STUDIO, lm_studio),
        (REHEARSAL, rehearsal),
    ];
    all.into_iter().map(|(id, provider)| (id.to_owned(), provider)).collect()
}

/// Whether a provider comes with this program.
pub fn is_built_in(id: &str) -> bool {
    [OPENAI, ANTHROPIC, OPENROUTER, OLLAMA, LM_STUDIO, REHEARSAL].contains(&id)
}

fn with_key(variable: &str, page: &str) -> ModelProviderInfo {
    ModelProviderInfo {
        env_key: Some(variable.to_owned()),
        env_key_instructions: Some(format!("Keys are made at {page}.")),
        ..ModelProviderInfo::default()
    }
}

/// The variables are those of the public codex.
fn local_address(environment: &Environment, port: &str) -> String {
    match environment.get("CODEX_OSS_BASE_URL") {
        Some(address) => address.to_owned(),
        None => format!("http://localhost:{}/v1", environment.get("CODEX_OSS_PORT").unwrap_or(port)),
    }
}

impl fmt::Debug for ModelProviderInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ModelProviderInfo")
            .field("name", &self.name)
            .field("base_url", &self.base_url.as_deref().map(shown))
            .field("wire_api", &self.wire_api)
            .field("env_key", &self.env_key.as_ref().filter(|_| !self.has_key_for_variable()))
            .field("auth", &self.auth.as_ref().map(|auth| &auth.command))
            .field("http_headers", &self.http_headers.keys())
            .field("env_http_headers", &self.env_http_headers)
            .field("requires_openai_auth", &self.requires_openai_auth)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_a_key_is_not_printed() {
        let provider = ModelProviderInfo {
            experimental_bearer_token: Some("sk-1".into()),
            base_url: Some("http://me:sk-4@host/v1".to_owned()),
            http_headers: [("Authorization".to_owned(), "Bearer sk-2".to_owned())].into(),
            query_params: [("key".to_owned(), "sk-3".to_owned())].into(),
            ..ModelProviderInfo::default()
        };
        let printed = format!("{provider:?}");
        assert!(printed.contains("Authorization"));
        assert!(!printed.contains("sk-"), "{printed}");
    }

    #[test]
    fn a_key_is_told_from_the_name_of_its_variable() {
        let check = |text: &str| {
            let provider =
                ModelProviderInfo { env_key: Some(text.to_owned()), ..ModelProviderInfo::default() };
            (provider.has_key_for_variable(), format!("{provider:?}").contains(text))
        };
        for key in ["sk-1", " sk-proj-12345", "gsk_ab12", "AIzaSyA-b", "0123456789abcdef-0123456789"] {
            assert_eq!(check(key), (true, false), "{key}");
        }
        for name in ["OPENAI_API_KEY", "my_key", "MY-KEY", "A_VERY_LONG_NAME_OF_A_VARIABLE_FOR_KEYS"] {
            assert_eq!(check(name), (false, true), "{name}");
        }
    }

    #[test]
    fn retries_have_defaults_and_a_limit() {
        let many = ModelProviderInfo { request_max_retries: Some(1000), ..ModelProviderInfo::default() };
        assert_eq!((many.request_max_retries(), many.stream_max_retries()), (100, 5));
    }

    #[test]
    fn the_address_of_openai_comes_from_the_setting_then_the_environment() {
        let environment: Environment = [("OPENAI_BASE_URL", "http://env")].into_iter().collect();
        let address = |setting| built_in(setting, &environment)[OPENAI].base_url.clone();
        assert_eq!(address(Some("http://setting")).as_deref(), Some("http://setting"));
        assert_eq!(address(None).as_deref(), Some("http://env"));
        assert_eq!(built_in(None, &Environment::default())[OPENAI].base_url, None);
    }

    #[test]
    fn servers_on_this_machine_are_where_the_environment_says() {
        let addresses = |variables: &[(&str, &str)]| {
            let providers = built_in(None, &variables.iter().copied().collect());
            [OLLAMA, LM_STUDIO].map(|id| providers[id].base_url.clone().unwrap())
        };
        assert_eq!(addresses(&[]), ["http://localhost:11434/v1", "http://localhost:1234/v1"]);
        assert_eq!(addresses(&[("CODEX_OSS_PORT", "9")]), ["http://localhost:9/v1"; 2]);
        let base = ("CODEX_OSS_BASE_URL", "http://box/v1");
        assert_eq!(addresses(&[("CODEX_OSS_PORT", "9"), base]), ["http://box/v1"; 2]);
    }

    #[test]
    fn every_provider_has_a_model_to_begin_with() {
        let providers = built_in(None, &Environment::default());
        assert!(providers.keys().all(|id| is_built_in(id)) && !is_built_in("mine"));
        let models: Vec<_> = providers.iter().map(|(id, provider)| provider.default_model(id)).collect();
        assert_eq!(
            models,
            [
                DEFAULT_CLAUDE_MODEL,
                "openai/gpt-oss-20b",
                "gpt-oss:20b",
                DEFAULT_MODEL,
                "openrouter/auto",
                "rehearsal"
            ]
        );
    }

    #[test]
    fn a_command_for_tokens_has_limits_of_its_own() {
        let auth: CommandAuth = toml::from_str("command = \"x\"").unwrap();
        assert_eq!((auth.timeout_ms.get(), auth.refresh_interval_ms), (5_000, 300_000));
        assert!(toml::from_str::<CommandAuth>("command = \"x\"\ntimeout_ms = 0").is_err());
    }
}
