//! How a model server is reached: one table of `[model_providers]`, and the providers that are built in.
//!
//! A provider may be printed in logs: what may be a key is left out then.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::base::environment::Environment;

pub const OPENAI: &str = "openai";
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
    /// Whether the login of this program is what the server wants.
    pub requires_openai_auth: bool,
    /// A script for the rehearsal model.
    pub script: Option<PathBuf>,
}

const MOST_RETRIES: u32 = 100;

impl ModelProviderInfo {
    /// The variables whose values are sent to the server: its key, and what stands in headers.
    pub fn credential_variables(&self) -> impl Iterator<Item = &str> {
        self.env_key.iter().chain(self.env_http_headers.values()).map(String::as_str)
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

    /// The model to ask when none is configured.
    pub fn default_model(&self) -> &'static str {
        match self.wire_api {
            WireApi::Rehearsal => DEFAULT_REHEARSAL_MODEL,
            WireApi::Responses | WireApi::Chat => DEFAULT_MODEL,
            WireApi::Anthropic => DEFAULT_CLAUDE_MODEL,
        }
    }
}

/// The providers that come with this program. The address of `openai` can be set, or be in the environment.
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
    let rehearsal = ModelProviderInfo {
        name: "Rehearsal".to_owned(),
        wire_api: WireApi::Rehearsal,
        ..ModelProviderInfo::default()
    };
    [(OPENAI.to_owned(), openai), (REHEARSAL.to_owned(), rehearsal)].into()
}

impl fmt::Debug for ModelProviderInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ModelProviderInfo")
            .field("name", &self.name)
            .field("base_url", &self.base_url)
            .field("wire_api", &self.wire_api)
            .field("env_key", &self.env_key)
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
            http_headers: [("Authorization".to_owned(), "Bearer sk-2".to_owned())].into(),
            query_params: [("key".to_owned(), "sk-3".to_owned())].into(),
            ..ModelProviderInfo::default()
        };
        let printed = format!("{provider:?}");
        assert!(printed.contains("Authorization"));
        assert!(!printed.contains("sk-"), "{printed}");
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
}
