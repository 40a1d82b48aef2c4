//! Model servers on the user's own machine that are built in: what helps when one does not answer, and
//! which models it has.
//!
//! A server is asked when somebody wants its list, and about the model of a turn before the turn begins. It has
//! little time, since a client waits for the list at its start; one that does not answer is a list with a remedy,
//! not an error. What one entry of a list says wrongly costs that entry only.

mod lm_studio;
mod ollama;

use std::time::Duration;

use reqwest::{Client, RequestBuilder, StatusCode};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use tokio::time::timeout;

use crate::base::environment::Environment;
use crate::base::http::{AnswerError, beginning, client_for, shown, whole};
use crate::config::provider::{LM_STUDIO, ModelProviderInfo, OLLAMA};

/// How long all questions to a server may take together.
pub(super) const PATIENCE: Duration = Duration::from_secs(3);
/// How long a turn waits for what can be said of its model.
const PATIENCE_OF_TURN: Duration = Duration::from_secs(1);
/// No list of models is longer.
const LONGEST_ANSWER: usize = 4 * 1024 * 1024;

/// A kind of server that is built in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LocalServer {
    Ollama,
    LmStudio,
}

/// A model that a server has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LocalModel {
    pub name: String,
    /// Kind and size, as far as the server says.
    pub about: Vec<String>,
    /// The most that the server lets it read, in tokens.
    pub window: Option<u64>,
    /// How long an answer can be, in tokens.
    pub output: Option<u64>,
    pub images: Option<bool>,
}

impl LocalServer {
    /// The kind of a provider, known by its id.
    pub fn of(provider_id: &str) -> Option<Self> {
        match provider_id {
            OLLAMA => Some(Self::Ollama),
            LM_STUDIO => Some(Self::LmStudio),
            _ => None,
        }
    }

    /// What to do when nobody answers.
    pub fn start_it(self) -> &'static str {
        match self {
            Self::Ollama => "Start the server with `ollama serve`, or set `model_providers.ollama.base_url`",
            Self::LmStudio => {
                "Start the server in LM Studio or with `lms server start`, or set `model_providers.lmstudio.base_url`"
            }
        }
    }

    /// What to do when a model is not there.
    pub fn get_model(self, model: &str) -> String {
        match self {
            Self::Ollama => format!("Get the model with `ollama pull {model}`, or choose one of model/list"),
            Self::LmStudio => format!("Get the model with `lms get {model}`, or choose one of model/list"),
        }
    }

    /// The models that the server has, in its order; or why it cannot be asked, in a sentence.
    pub async fn models(
        self,
        provider: &ModelProviderInfo,
        environment: &Environment,
    ) -> Result<Vec<LocalModel>, String> {
        let base = base_of(provider);
        let asking = async {
            let server = Asked::at(base, environment)?;
            match self {
                Self::Ollama => ollama::models(&server).await,
                Self::LmStudio => lm_studio::models(&server).await,
            }
        };
        let late = || Err(format!("it did not answer within {} s", PATIENCE.as_secs()));
        timeout(PATIENCE, asking).await.unwrap_or_else(|_| late()).map_err(|reason| {
            format!(
                "The model server at {} cannot be asked for its models: {reason}. {}.",
                shown(base),
                self.start_it()
            )
        })
    }

    /// What the server says of one of its models, as it runs it now; none if it says nothing, or not soon.
    pub async fn model(
        self,
        name: &str,
        provider: &ModelProviderInfo,
        environment: &Environment,
    ) -> Option<LocalModel> {
        let asking = async {
            let server = Asked::at(base_of(provider), environment).ok()?;
            match self {
                Self::Ollama => ollama::model(&server, name).await,
                Self::LmStudio => lm_studio::model(&server, name).await,
            }
        };
        timeout(PATIENCE_OF_TURN, asking).await.ok().flatten()
    }
}

fn base_of(provider: &ModelProviderInfo) -> &str {
    provider.base_url.as_deref().unwrap_or_default().trim_end_matches('/')
}

/// A server that is being asked.
struct Asked<'a> {
    client: Client,
    /// The address of the provider, which ends with `/v1`.
    base: &'a str,
}

impl<'a> Asked<'a> {
    fn at(base: &'a str, environment: &Environment) -> Result<Self, String> {
        let client = client_for(base, environment).map_err(|error| error.to_string())?;
        Ok(Self { client, base })
    }

    /// Where the server's own API begins.
    fn root(&self) -> &str {
        self.base.strip_suffix("/v1").unwrap_or(self.base)
    }

    /// The list that every server of this kind of API has: names and nothing else.
    async fn plain_list(&self) -> Result<Vec<LocalModel>, String> {
        #[derive(Deserialize)]
        struct List {
            #[serde(deserialize_with = "readable_ones")]
            data: Vec<Entry>,
        }
        #[derive(Deserialize)]
        struct Entry {
            id: String,
        }
        let list: List = read(self.client.get(format!("{}/models", self.base))).await?;
        let models =
            list.data.into_iter().map(|entry| LocalModel { name: entry.id, ..LocalModel::default() });
        Ok(models.collect())
    }
}

/// Why a question has no answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum Refused {
    #[error("it answered with status {}: {_1}", _0.as_u16())]
    Status(StatusCode, String),
    #[error("{0}")]
    Otherwise(String),
}

/// The answer to a question; `Err` says why there is none.
async fn read<T: DeserializeOwned>(question: RequestBuilder) -> Result<T, String> {
    read_or_refused(question).await.map_err(|refused| refused.to_string())
}

/// The same, with the status that stands in the place of an answer.
pub(super) async fn read_or_refused<T: DeserializeOwned>(question: RequestBuilder) -> Result<T, Refused> {
    let response =
        question.send().await.map_err(|error| Refused::Otherwise(innermost(&error.without_url())))?;
    let status = response.status();
    if !status.is_success() {
        let body = beginning(response).await;
        let said = String::from_utf8_lossy(&body);
        let said = crate::base::text::head(said.trim(), 200);
        return Err(Refused::Status(status, said.to_owned()));
    }
    let body = whole(response, LONGEST_ANSWER).await.map_err(|error| {
        Refused::Otherwise(match error {
            AnswerError::Broken(source) => innermost(&source),
            error => format!("its answer cannot be used: {error}"),
        })
    })?;
    serde_json::from_slice(&body)
        .map_err(|error| Refused::Otherwise(format!("its answer cannot be read ({error})")))
}

/// The entries of a list that can be read.
fn readable_ones<'de, D: Deserializer<'de>, T: DeserializeOwned>(
    deserializer: D,
) -> Result<Vec<T>, D::Error> {
    let entries = Vec::<Value>::deserialize(deserializer)?;
    Ok(entries.into_iter().filter_map(|entry| serde_json::from_value(entry).ok()).collect())
}

/// Libraries put the news into the innermost cause.
fn innermost(error: &(dyn std::error::Error + 'static)) -> String {
    let mut error = error;
    while let Some(deeper) = error.source() {
        error = deeper;
    }
    error.to_string()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use expect_test::{Expect, expect};
    use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
    use tokio::net::TcpListener;

    use super::*;
    use crate::base::spawn::TaskGroup;

    /// A server with an answer for each route and body; others get status 404.
    async fn server(answers: &[(&str, &str)]) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/v1", listener.local_addr().unwrap());
        let answers: BTreeMap<String, String> =
            answers.iter().map(|(route, answer)| ((*route).to_owned(), (*answer).to_owned())).collect();
        TaskGroup::new().spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let mut stream = BufReader::new(stream);
                let (mut line, mut length) = (String::new(), 0);
                stream.read_line(&mut line).await.unwrap();
                let route: Vec<String> = line.split(' ').take(2).map(ToOwned::to_owned).collect();
                loop {
                    let mut header = String::new();
                    stream.read_line(&mut header).await.unwrap();
                    if let Some(value) = header.to_lowercase().strip_prefix("content-length:") {
                        length = value.trim().parse().unwrap();
                    }
                    if header.trim().is_empty() {
                        break;
                    }
                }
                let mut body = vec![0; length];
                stream.read_exact(&mut body).await.unwrap();
                let key = format!("{} {}", route.join(" "), String::from_utf8(body).unwrap());
                let (status, answer) = match answers.get(key.trim()) {
                    Some(answer) => ("200 OK", answer.as_str()),
                    None => ("404 Not Found", "no such route"),
                };
                let head = format!(
                    "HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
                    answer.len()
                );
                stream.write_all((head + answer).as_bytes()).await.unwrap();
                stream.shutdown().await.unwrap();
            }
        });
        url
    }

    async fn check_one(kind: LocalServer, name: &str, answers: &[(&str, &str)], expected: Expect) {
        let url = server(answers).await;
        let provider = ModelProviderInfo { base_url: Some(url), ..ModelProviderInfo::default() };
        let found = kind.model(name, &provider, &Environment::default()).await;
        let text = found.map(|model| format!("{} {:?} {:?}", model.name, model.window, model.output));
        expected.assert_eq(&text.unwrap_or_default());
    }

    async fn check(kind: LocalServer, answers: &[(&str, &str)], expected: Expect) {
        let url = server(answers).await;
        let provider = ModelProviderInfo { base_url: Some(url.clone()), ..ModelProviderInfo::default() };
        let text = match kind.models(&provider, &Environment::default()).await {
            Ok(models) => models
                .iter()
                .map(|model| {
                    format!("{} {:?} {:?} {:?}\n", model.name, model.about, model.window, model.images)
                })
                .collect(),
            Err(reason) => reason.replace(&url, "URL"),
        };
        expected.assert_eq(&text);
    }

    #[tokio::test]
    async fn ollama_tells_its_models_and_what_they_can() {
        let tags = r#"{"models": [
            {"name": "qwen3:8b", "details": {"family": "qwen3", "parameter_size": "8.2B"}},
            {"name": "nomic-embed-text:latest", "details": {"family": "nomic-bert"}},
            {"name": "gemma3:4b"}]}"#;
        check(
            LocalServer::Ollama,
            &[
                ("GET /api/tags", tags),
                (
                    r#"POST /api/show {"model":"qwen3:8b"}"#,
                    r#"{"capabilities": ["completion", "tools", "thinking"],
                        "model_info": {"general.architecture": "qwen3", "qwen3.context_length": 40960}}"#,
                ),
                (
                    r#"POST /api/show {"model":"nomic-embed-text:latest"}"#,
                    r#"{"capabilities": ["embedding"]}"#,
                ),
                (r#"POST /api/show {"model":"gemma3:4b"}"#, r#"{"capabilities": ["completion", "vision"]}"#),
            ],
            expect![[r#"
                qwen3:8b ["qwen3", "8.2B"] Some(40960) Some(false)
                gemma3:4b ["calls no tools"] None Some(true)
            "#]],
        )
        .await;
    }

    #[tokio::test]
    async fn lm_studio_tells_its_models_and_what_they_can() {
        let models = r#"{"data": [
            {"id": "qwen/qwen3-coder-30b", "type": "llm", "arch": "qwen3moe", "quantization": "4bit",
             "state": "loaded", "max_context_length": 262144, "loaded_context_length": 8192},
            {"id": "text-embedding-nomic", "type": "embeddings"},
            {"id": "google/gemma-3-12b", "type": "vlm", "max_context_length": 131072, "state": "not-loaded"}]}"#;
        check(
            LocalServer::LmStudio,
            &[("GET /api/v0/models", models)],
            expect![[r#"
                qwen/qwen3-coder-30b ["qwen3moe", "4bit"] Some(8192) Some(false)
                google/gemma-3-12b [] Some(131072) Some(true)
            "#]],
        )
        .await;
    }

    #[tokio::test]
    async fn ollama_says_what_a_model_runs_with_else_what_is_set_else_what_it_can() {
        const ASKED: &str = r#"POST /api/show {"model":"qwen3"}"#;
        let able = r#"{"model_info": {"general.architecture": "qwen3", "qwen3.context_length": 40960}}"#;
        let set = r#"{"parameters": "stop  \"<|end|>\"\nnum_ctx      16384\nnum_predict   2048\ntop_p 0.9",
            "model_info": {"general.architecture": "qwen3", "qwen3.context_length": 40960}}"#;
        let endless = r#"{"parameters": "num_predict -1"}"#;
        let running =
            r#"{"models": [{"name": "other"}, 7, {"name": "qwen3:latest", "context_length": 4096}]}"#;
        let ollama = LocalServer::Ollama;
        check_one(ollama, "qwen3", &[(ASKED, able)], expect!["qwen3 None None"]).await;
        check_one(ollama, "qwen3", &[(ASKED, set)], expect!["qwen3 Some(16384) Some(2048)"]).await;
        check_one(ollama, "qwen3", &[(ASKED, endless)], expect!["qwen3 None None"]).await;
        let answers = [(ASKED, set), ("GET /api/ps", running)];
        check_one(ollama, "qwen3", &answers, expect!["qwen3 Some(4096) Some(2048)"]).await;
        check_one(ollama, "qwen3", &[], expect![""]).await;
    }

    #[tokio::test]
    async fn lm_studio_says_what_a_model_is_loaded_with() {
        let models = r#"{"data": [{"id": "a", "max_context_length": 9}, {"id": 5},
            {"id": "b", "max_context_length": 262144, "loaded_context_length": 8192}]}"#;
        let answers = [("GET /api/v0/models", models)];
        check_one(LocalServer::LmStudio, "b", &answers, expect!["b Some(8192) None"]).await;
        check_one(LocalServer::LmStudio, "c", &answers, expect![""]).await;
    }

    #[tokio::test]
    async fn an_entry_that_cannot_be_read_costs_that_entry_only() {
        let tags = r#"{"models": [{"name": 5}, {"name": "a", "details": {"family": 7}}, null, {"name": "b", "details": null}]}"#;
        let answers = [("GET /api/tags", tags)];
        check(LocalServer::Ollama, &answers, expect![["a [] None None\nb [] None None\n"]]).await;
        let list = r#"{"data": [{"id": null}, {"id": "a"}]}"#;
        check(LocalServer::LmStudio, &[("GET /v1/models", list)], expect![["a [] None None\n"]]).await;
    }

    #[tokio::test]
    async fn a_server_that_only_has_the_common_list_is_enough() {
        for kind in [LocalServer::Ollama, LocalServer::LmStudio] {
            let list = r#"{"object": "list", "data": [{"id": "b"}, {"id": "a"}]}"#;
            check(kind, &[("GET /v1/models", list)], expect![["b [] None None\na [] None None\n"]]).await;
        }
    }

    #[tokio::test]
    async fn an_answer_that_makes_no_sense_is_said() {
        check(
            LocalServer::Ollama,
            &[("GET /api/tags", "<html>"), ("GET /v1/models", "<html>")],
            expect![[
                "The model server at URL cannot be asked for its models: its answer cannot be read (expected value at line 1 column 1). Start the server with `ollama serve`, or set `model_providers.ollama.base_url`."
            ]],
        )
        .await;
    }

    #[tokio::test]
    async fn nobody_there_is_a_remedy() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/v1", listener.local_addr().unwrap());
        drop(listener);
        let provider = ModelProviderInfo { base_url: Some(url.clone()), ..ModelProviderInfo::default() };
        let reason = LocalServer::LmStudio.models(&provider, &Environment::default()).await.unwrap_err();
        assert!(reason.contains("onnection refused") && reason.contains("`lms server start`"), "{reason}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_server_that_says_nothing_is_not_waited_for() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/v1", listener.local_addr().unwrap());
        let provider = ModelProviderInfo { base_url: Some(url), ..ModelProviderInfo::default() };
        let began = tokio::time::Instant::now();
        let reason = LocalServer::Ollama.models(&provider, &Environment::default()).await.unwrap_err();
        assert!(reason.contains("it did not answer within 3 s. Start the server with"), "{reason}");
        assert!(began.elapsed() < PATIENCE * 2);
        let began = tokio::time::Instant::now();
        assert_eq!(LocalServer::Ollama.model("m", &provider, &Environment::default()).await, None);
        assert!(began.elapsed() < PATIENCE_OF_TURN * 2);
    }
}
