//! Which models a server of the user's own has, as it says in `GET {base_url}/models`.
//!
//! The list that OpenAI has is what most servers have, and many say more in it than names. A server without one, or one
//! that lists what cannot be asked for, is not an error: then nothing is known. Who signs requests for answers signs
//! this one, except for the login of this program, which is not sent for a list.

use std::collections::HashSet;

use reqwest::StatusCode;
use serde::Deserialize;
use serde_json::{Map, Value};
use tokio::time::timeout;

use crate::base::http::client_for;
use crate::base::secret::without;
use crate::config::provider::{self, ModelProviderInfo, WireApi};
use crate::model::credentials::Credentials;
use crate::model::error::Error;
use crate::model::http::HttpTransport;
use crate::model::local::{self, LocalModel, PATIENCE, Refused};
use crate::model::wire::Server;

/// In bytes; nobody calls a model by a longer name.
const LONGEST_NAME: usize = 256;
/// A longer list is cut.
const MOST: usize = 2000;

/// What a server says that has no list.
const NO_LIST: [StatusCode; 3] =
    [StatusCode::NOT_FOUND, StatusCode::METHOD_NOT_ALLOWED, StatusCode::NOT_IMPLEMENTED];

/// Kinds of models that do not talk.
const SILENT: [&str; 8] =
    ["embedding", "embeddings", "image", "audio", "moderation", "rerank", "transcribe", "video"];

/// Whether the models of a provider are asked for.
pub fn is_asked(id: &str, info: &ModelProviderInfo) -> bool {
    let is_built_in = provider::is_built_in(id);
    // What speaks Responses mostly stands before the models that the catalogue has.
    let speaks = match info.wire_api {
        WireApi::Chat => true,
        WireApi::Responses | WireApi::Anthropic | WireApi::Rehearsal => false,
    };
    // Azure lists what could be deployed, and is asked for what is.
    let base = info.base_url.as_deref().unwrap_or_default();
    let is_azure = Server::of(&info.name, base) == Server::Azure;
    !is_built_in && speaks && !info.requires_openai_auth && !base.is_empty() && !is_azure
}

impl HttpTransport {
    /// The models of the server, in its order; none if it has no list. `Err` says why it cannot be asked, in a sentence.
    pub async fn models(&self) -> Result<Option<Vec<LocalModel>>, String> {
        let asking = timeout(PATIENCE, self.listed()).await;
        let late = |_| Err(Problem::Server(format!("it did not answer within {} s", PATIENCE.as_secs())));
        asking.unwrap_or_else(late).map_err(|problem| match problem {
            Problem::Here(error) => error.to_string(),
            Problem::Server(reason) => format!(
                "The model server at {} cannot be asked for its models: {reason}. Start it, or correct \
                 `model_providers.{}`.",
                self.shown_base(),
                self.provider_id()
            ),
        })
    }

    async fn listed(&self) -> Result<Option<Vec<LocalModel>>, Problem> {
        let request = self.signed_request("models", &Credentials::default()).await?;
        let client = client_for(&request.url, self.environment()).map_err(|error| error.to_string());
        let question = client.map_err(Problem::Server)?.get(&request.url).headers(request.headers);
        match local::read_or_refused::<List>(question).await {
            Ok(list) => Ok(Some(list.models())),
            Err(Refused::Status(status, _)) if NO_LIST.contains(&status) => Ok(None),
            Err(refused) => Err(Problem::Server(without(&refused.to_string(), &request.secrets))),
        }
    }
}

enum Problem {
    /// The request cannot be made.
    Here(Error),
    Server(String),
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        Self::Here(error)
    }
}

/// Some leave the object around the list out.
#[derive(Deserialize)]
#[serde(untagged)]
enum List {
    Object { data: Vec<Value> },
    Bare(Vec<Value>),
}

impl List {
    fn models(self) -> Vec<LocalModel> {
        let (Self::Object { data } | Self::Bare(data)) = self;
        let mut seen = HashSet::new();
        let models = data.iter().filter_map(Value::as_object).filter_map(model);
        models.filter(|model| seen.insert(model.name.clone())).take(MOST).collect()
    }
}

/// None for what is no model to talk to.
fn model(entry: &Map<String, Value>) -> Option<LocalModel> {
    let is_name = |name: &&str| {
        !name.trim().is_empty() && name.len() <= LONGEST_NAME && !name.chars().any(char::is_control)
    };
    let name = entry.get("id")?.as_str().filter(is_name)?;
    let is_silent = entry.get("type").and_then(Value::as_str).is_some_and(|kind| SILENT.contains(&kind));
    if is_silent || entry.get("active") == Some(&Value::Bool(false)) {
        return None;
    }
    let number = |names: &[&str]| names.iter().find_map(|name| entry.get(*name)?.as_u64());
    let inner = |table: &str, name: &str| entry.get(table)?.get(name)?.as_u64();
    let window = number(&["max_model_len", "context_length", "context_window", "max_context_length"]);
    let output = number(&["max_output_tokens", "max_completion_tokens"]);
    let sees = entry.get("architecture").and_then(|about| about.get("input_modalities")?.as_array());
    Some(LocalModel {
        name: name.to_owned(),
        about: Vec::new(),
        window: window.or_else(|| inner("meta", "n_ctx")).or_else(|| inner("meta", "n_ctx_train")),
        output: output.or_else(|| inner("top_provider", "max_completion_tokens")),
        images: sees.map(|kinds| kinds.iter().any(|kind| kind == "image")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(json: &str) -> String {
        let list: List = serde_json::from_str(json).unwrap();
        let shown = |model: &LocalModel| {
            format!("{} {:?} {:?} {:?}\n", model.name, model.window, model.output, model.images)
        };
        list.models().iter().map(shown).collect()
    }

    #[test]
    fn lists_of_all_servers_are_read_and_odd_entries_left_out() {
        let json = r#"{"object": "list", "data": [
            {"id": "vllm", "max_model_len": 32768}, {"id": 5}, null, {"id": " "},
            {"id": "llama.cpp", "meta": {"n_ctx_train": 131072}},
            {"id": "router", "context_length": 200000, "top_provider": {"max_completion_tokens": 64000},
             "architecture": {"input_modalities": ["text", "image"]}},
            {"id": "groq", "active": true, "context_window": "big", "max_completion_tokens": 8192},
            {"id": "old", "active": false}, {"id": "e", "type": "embedding"}]}"#;
        let expected = "vllm Some(32768) None None\nllama.cpp Some(131072) None None\n\
                        router Some(200000) Some(64000) Some(true)\ngroq None Some(8192) None\n";
        assert_eq!(listed(json), expected);
        assert_eq!(listed(r#"[{"id": "together", "type": "chat"}]"#), "together None None None\n");
        assert_eq!(listed(r#"[{"id": "a"}, {"id": "a"}, {"id": "b\nc"}]"#), "a None None None\n");
        let long = format!(r#"[{{"id": "{}"}}]"#, "x".repeat(LONGEST_NAME + 1));
        assert_eq!(listed(&long), "");
        assert!(serde_json::from_str::<List>(r#"{"models": []}"#).is_err());
    }

    #[test]
    fn only_servers_of_the_users_own_are_asked() {
        let provider = |settings: &str| toml::from_str::<ModelProviderInfo>(settings).unwrap();
        let own = "base_url = \"http://h/v1\"";
        let chat = provider(&format!("{own}\nwire_api = \"chat\""));
        assert!(is_asked("mine", &chat) && !is_asked("mine", &provider(own)));
        assert!(!is_asked(provider::OPENAI, &chat) && !is_asked(provider::OLLAMA, &chat));
        for settings in [
            "",
            "base_url = \"http://h/v1\"\nrequires_openai_auth = true",
            "base_url = \"https://x.openai.azure.com/openai/v1\"",
        ] {
            let settings = format!("{settings}\nwire_api = \"chat\"");
            assert!(!is_asked("mine", &provider(&settings)), "{settings}");
        }
    }
}
