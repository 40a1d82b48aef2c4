//! How a model server is reached: one table of `[model_providers]`.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Which API a model server speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WireApi {
    #[default]
    Responses,
    /// The model that is built into this program; needs no server.
    Rehearsal,
}

/// A model server, as configured or built in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
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
}
