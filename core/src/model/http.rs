//! The HTTP transport: one POST, an event stream back.
//!
//! The login of this program is sent only to providers that ask for it; other providers get their own key or none.

use std::sync::Arc;

use bytes::Bytes;
use reqwest::header::{
    ACCEPT, AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, USER_AGENT,
};
use reqwest::{Response, StatusCode};

use crate::base::environment::Environment;
use crate::base::http::{self, beginning, client_for, shown};
use crate::base::secret::{self, Secret, without};
use crate::base::text::head;
use crate::config::provider::OPENAI;
use crate::model::ModelSettings;
use crate::model::body::BodyEvents;
use crate::model::catalog::Served;
use crate::model::compression::{self, ZSTD};
use crate::model::credentials::Credentials;
use crate::model::error::Error;
use crate::model::failure::{self, Asked};
use crate::model::local::LocalServer;
use crate::model::prompt::Prompt;
use crate::model::signed::Signed;
use crate::model::token_command::TokenCommand;
use crate::model::transport::{ModelTransport, Opened};
use crate::model::wire::lowered::Known;
use crate::model::wire::{Encoded, Server, Target, Wire};

/// The headers of Anthropic's API.
const VERSION: HeaderName = HeaderName::from_static("anthropic-version");
const BETA: HeaderName = HeaderName::from_static("anthropic-beta");
const API_KEY: HeaderName = HeaderName::from_static("x-api-key");
const ANTHROPIC_VERSION: &str = "2023-06-01";
/// What is quoted of a body that is no answer.
const EXCERPT: usize = 300;

pub struct HttpTransport {
    settings: ModelSettings,
    wire: Wire,
    /// Where tokens come from, if a program hands them out.
    tokens: Option<Arc<TokenCommand>>,
}

pub struct Request {
    asked: Asked,
    url: String,
    headers: HeaderMap,
    /// What a program has handed out for it.
    token: Option<Secret>,
    body: Bytes,
    /// What the answers are read with.
    known: Arc<Known>,
    /// What must not be quoted.
    secrets: Vec<Secret>,
}

/// A request that is not for an answer of the model.
pub struct SignedRequest {
    pub url: String,
    pub headers: HeaderMap,
    /// What must not be quoted.
    pub secrets: Vec<Secret>,
}

impl HttpTransport {
    pub fn new(settings: ModelSettings, wire: Wire) -> Self {
        let auth = settings.provider.auth.as_ref();
        let tokens = auth.map(|auth| settings.tokens.of(&settings.provider_id, auth));
        Self { settings, wire, tokens }
    }

    /// The kind of the server, if it is one on this machine.
    pub fn local(&self) -> Option<LocalServer> {
        LocalServer::of(&self.settings.provider_id)
    }

    /// How the server runs a model.
    pub async fn served(&self, model: &str) -> Option<Served> {
        let ModelSettings { provider, environment, .. } = &self.settings;
        let said = self.local()?.model(model, provider, environment).await?;
        Some(Served { window: said.window, output: said.output })
    }

    pub fn provider_id(&self) -> &str {
        &self.settings.provider_id
    }

    pub fn environment(&self) -> &Environment {
        &self.settings.environment
    }

    /// The address of the provider, as it may be shown.
    pub fn shown_base(&self) -> String {
        shown(self.settings.provider.base_url.as_deref().unwrap_or_default())
    }

    /// What any request to the server needs, below its address.
    pub async fn signed_request(
        &self,
        path: &str,
        credentials: &Credentials,
    ) -> Result<SignedRequest, Error> {
        let mut headers = HeaderMap::new();
        self.sign(&mut headers, credentials)?;
        if let Some(tokens) = &self.tokens {
            headers.insert(AUTHORIZATION, self.bearer_header(tokens.token().await?.reveal())?);
        }
        let secrets = self.secrets(&headers);
        Ok(SignedRequest { url: self.url_of(path, credentials)?, headers, secrets })
    }

    fn url(&self, credentials: &Credentials) -> Result<String, Error> {
        self.url_of(self.wire.path(), credentials)
    }

    fn url_of(&self, path: &str, credentials: &Credentials) -> Result<String, Error> {
        let provider = &self.settings.provider;
        let base = match &provider.base_url {
            Some(base) => base.trim_end_matches('/'),
            None if !provider.requires_openai_auth => {
                return Err(self.setting("base_url", "is not set; it is the address of the model server"));
            }
            None if credentials.account_id.is_some() => "https://chatgpt.com/backend-api/codex",
            None => "https://api.openai.com/v1",
        };
        if !base.starts_with("http://") && !base.starts_with("https://") {
            return Err(self.setting("base_url", "must begin with http:// or https://"));
        }
        if base.contains(['?', '#']) {
            return Err(self.setting(
                "base_url",
                "must end with its path; what stands behind `?` belongs into `query_params`",
            ));
        }
        let mut url = format!("{base}/{path}");
        for (index, (name, value)) in provider.query_params.iter().enumerate() {
            let separator = if index == 0 { '?' } else { '&' };
            url.extend([separator.to_string().as_str(), &in_query(name), "=", &in_query(value)]);
        }
        Ok(url)
    }

    /// The provider's own key.
    fn key(&self) -> Option<String> {
        let provider = &self.settings.provider;
        if let Some(token) = provider.experimental_bearer_token.as_ref().filter(|token| !token.is_empty()) {
            return Some(token.clone());
        }
        let key = provider.env_key.as_deref().and_then(|name| self.settings.environment.get(name));
        key.map(str::trim).filter(|key| !key.is_empty()).map(str::to_owned)
    }

    /// The same, if it can be one. Neither the key nor what stands in its place by mistake is quoted.
    fn usable_key(&self) -> Result<Option<String>, Error> {
        let provider = &self.settings.provider;
        let is_set =
            || provider.env_key.as_deref().is_some_and(|name| self.environment().get(name).is_some());
        if provider.has_key_for_variable() && !is_set() {
            return Err(self.setting(
                "env_key",
                "is to be the name of the variable that holds the key, and looks like the key itself; put the key \
                 into a variable, write `env_key = \"MY_API_KEY\"` with its name, and make a new key if others have \
                 read the file",
            ));
        }
        let key = self.key();
        match (&key, &provider.env_key) {
            (Some(text), Some(name)) if provider.experimental_bearer_token.as_ref() != Some(text) => {
                let id = &self.settings.provider_id;
                let wrong = |problem| format!("holds the key of the model provider `{id}`, which {problem}");
                secret::key(text)
                    .map_err(|problem| Error::Setting { field: name.clone(), reason: wrong(problem) })?;
            }
            (Some(_) | None, Some(_) | None) => {}
        }
        Ok(key)
    }

    fn signed(&self, credentials: &Credentials) -> Signed {
        let provider = &self.settings.provider;
        match &provider.env_key {
            _ if self.tokens.is_some() => Signed::Command,
            _ if provider.experimental_bearer_token.as_ref().is_some_and(|token| !token.is_empty()) => {
                Signed::Token
            }
            Some(name) if self.key().is_some() => Signed::Variable(name.clone()),
            _ if credentials.bearer.is_some() => Signed::Login,
            Some(_) | None => Signed::Nothing,
        }
    }

    /// The key of the provider, else the login where the provider takes it.
    fn bearer(&self, credentials: &Credentials) -> Result<Option<String>, Error> {
        let provider = &self.settings.provider;
        if let Some(key) = self.usable_key()? {
            return Ok(Some(key));
        }
        if provider.requires_openai_auth {
            return match &credentials.bearer {
                Some(token) => Ok(Some(token.clone())),
                None => Err(Error::NoCredentials {
                    provider: self.settings.provider_id.clone(),
                    env_key: provider.env_key.clone(),
                    problem: credentials.problem.clone(),
                }),
            };
        }
        match &provider.env_key {
            Some(name) => Err(Error::MissingEnvVar {
                name: name.clone(),
                provider: self.settings.provider_id.clone(),
                instructions: provider.env_key_instructions.clone(),
            }),
            None => Ok(None),
        }
    }

    /// Whether Anthropic's servers want it as a token: keys have a header of their own.
    fn is_bearer(&self, token: &str) -> bool {
        let configured = self.settings.provider.experimental_bearer_token.as_deref();
        configured == Some(token) || token.starts_with("sk-ant-oat")
    }

    fn headers(&self, prompt: &Prompt, credentials: &Credentials) -> Result<HeaderMap, Error> {
        let mut headers = HeaderMap::new();
        let conversation = HeaderValue::from_str(&prompt.conversation_id.to_string());
        if let Ok(id) = conversation {
            for name in ["session-id", "thread-id", "x-client-request-id"] {
                headers.insert(name, id.clone());
            }
        }
        headers.insert(ACCEPT, HeaderValue::from_static("text/event-stream"));
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        self.sign(&mut headers, credentials)?;
        Ok(headers)
    }

    /// Adds who asks, in whose name, and what the provider wants besides.
    fn sign(&self, headers: &mut HeaderMap, credentials: &Credentials) -> Result<(), Error> {
        let settings = &self.settings;
        headers.insert("originator", plain(&settings.originator));
        headers.insert(USER_AGENT, plain(&settings.user_agent));
        for (name, value) in &settings.provider.http_headers {
            headers.insert(self.header_name("http_headers", name)?, self.secret_value(name, value)?);
        }
        for (name, variable) in &settings.provider.env_http_headers {
            let header = self.header_name("env_http_headers", name)?;
            if let Some(value) = settings.environment.get(variable).filter(|value| !value.trim().is_empty()) {
                headers.insert(header, self.secret_value(name, value)?);
            }
        }
        if self.wire == Wire::Anthropic && !headers.contains_key(VERSION) {
            headers.insert(VERSION, HeaderValue::from_static(ANTHROPIC_VERSION));
        }
        if let Some(token) = self.bearer(credentials)? {
            let (name, value) = match self.wire {
                Wire::Anthropic if !self.is_bearer(&token) => (API_KEY, token),
                Wire::Anthropic | Wire::Responses | Wire::Chat => (AUTHORIZATION, format!("Bearer {token}")),
            };
            let value = self.secret_value(name.as_str(), &value)?;
            headers.insert(name, value);
        }
        if let (true, Some(id)) = (settings.provider.requires_openai_auth, &credentials.account_id) {
            headers.insert("chatgpt-account-id", self.header_value("chatgpt-account-id", id)?);
        }
        Ok(())
    }

    fn bearer_header(&self, token: &str) -> Result<HeaderValue, Error> {
        let mut value = self.header_value("authorization", &format!("Bearer {token}"))?;
        value.set_sensitive(true);
        Ok(value)
    }

    async fn send(&self, request: &Request, headers: HeaderMap) -> Result<Response, Error> {
        let network = |error: reqwest::Error| Error::Network {
            url: request.asked.url.clone(),
            remedy: request.asked.local.map(|local| local.start_it().to_owned()),
            source: error.without_url().into(),
        };
        let client = client_for(&request.url, &self.settings.environment).map_err(|error| match error {
            http::Error::Variable { name, reason } => Error::Setting { field: name.to_owned(), reason },
            http::Error::Client(error) => network(error),
        })?;
        let sending = client.post(&request.url).headers(headers).body(request.body.clone());
        sending.send().await.map_err(network)
    }

    fn header_name(&self, field: &str, name: &str) -> Result<HeaderName, Error> {
        name.parse().map_err(|_| self.setting(field, &format!("has `{name}`, which is no name of a header")))
    }

    /// The value is not quoted, because it may be a secret.
    fn header_value(&self, name: &str, value: &str) -> Result<HeaderValue, Error> {
        HeaderValue::from_str(value).map_err(|_| Error::Setting {
            field: format!("model_providers.{}", self.settings.provider_id),
            reason: format!("gives the header `{name}` a value with characters that headers cannot have"),
        })
    }

    /// One that no log of a library shows.
    fn secret_value(&self, name: &str, value: &str) -> Result<HeaderValue, Error> {
        let mut value = self.header_value(name, value)?;
        value.set_sensitive(true);
        Ok(value)
    }

    /// What a server knows of us and must not be shown when it says it again.
    fn secrets(&self, headers: &HeaderMap) -> Vec<Secret> {
        let values =
            headers.values().filter(|value| value.is_sensitive()).filter_map(|value| value.to_str().ok());
        let values = values.map(|value| value.strip_prefix("Bearer ").unwrap_or(value));
        values
            .chain(self.settings.provider.query_params.values().map(String::as_str))
            .map(Secret::new)
            .collect()
    }

    fn setting(&self, field: &str, reason: &str) -> Error {
        let field = format!("model_providers.{}.{field}", self.settings.provider_id);
        Error::Setting { field, reason: reason.to_owned() }
    }
}

/// A part of a query, with what would end it in other words. What is escaped already stays as it is.
fn in_query(part: &str) -> String {
    let escaped = |letter: char| match letter {
        ' ' | '&' | '#' | '+' | '=' => format!("%{:02X}", u32::from(letter)),
        other => other.to_string(),
    };
    part.chars().map(escaped).collect()
}

/// Names a feature besides those that the user's own header names.
fn ask_for(feature: &'static str, headers: &mut HeaderMap) {
    let Some(named) = headers.get(BETA) else {
        headers.insert(BETA, HeaderValue::from_static(feature));
        return;
    };
    let others = named.to_str().unwrap_or_default();
    if others.split(',').all(|other| other.trim() != feature)
        && let Ok(mut all) = HeaderValue::from_str(&format!("{others},{feature}"))
    {
        all.set_sensitive(named.is_sensitive());
        headers.insert(BETA, all);
    }
}

/// The type of a body that is certainly no event stream. Servers that name none are believed.
fn no_stream(headers: &HeaderMap) -> Option<&str> {
    let kind = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    (kind.starts_with("application/json") || kind.starts_with("text/html")).then_some(kind)
}

/// How a body is compressed. None is asked for, so that nothing has to be unpacked whose size is not known.
fn compressed(headers: &HeaderMap) -> Option<&str> {
    headers.get(CONTENT_ENCODING)?.to_str().ok().filter(|coding| !coding.eq_ignore_ascii_case("identity"))
}

/// What ids of calls are made with, if a server gives none.
fn seed() -> String {
    let id = uuid::Uuid::now_v7().simple().to_string();
    id.get(16..).unwrap_or(&id).to_owned()
}

/// A header value with everything that cannot be in one replaced.
fn plain(text: &str) -> HeaderValue {
    let text: String = text.chars().map(|c| if matches!(c, ' '..='~') { c } else { '_' }).collect();
    HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static("unknown"))
}

impl ModelTransport for HttpTransport {
    type Request = Request;

    fn signs_with_login(&self) -> bool {
        self.settings.provider.requires_openai_auth && self.tokens.is_none() && self.key().is_none()
    }

    async fn prepare(&self, prompt: &Prompt, credentials: &Credentials) -> Result<Request, Error> {
        let provider = &self.settings.provider;
        // Who signs decides also where it goes and whose account it is.
        let none = Credentials::default();
        let credentials = if self.signs_with_login() { credentials } else { &none };
        let mut headers = self.headers(prompt, credentials)?;
        let mut token = None;
        if let Some(tokens) = &self.tokens {
            let token = token.insert(tokens.token().await?);
            headers.insert(AUTHORIZATION, self.bearer_header(token.reveal())?);
        }
        let url = self.url(credentials)?;
        let provider_id = self.settings.provider_id.as_str();
        let target = Target { server: Server::of(&provider.name, &url), provider: provider_id };
        let Encoded { mut body, feature } = self.wire.encode(prompt, &target)?;
        if let Some(feature) = feature {
            ask_for(feature, &mut headers);
        }
        let is_vendor = provider_id == OPENAI && credentials.account_id.is_some();
        if self.settings.compresses && is_vendor {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static(ZSTD));
            body = compression::zstd(&body);
        }
        let known = Arc::new(self.wire.known(prompt, provider_id));
        let asked = Asked {
            provider: self.settings.provider_id.clone(),
            url: shown(&url),
            signed: self.signed(credentials),
            model: prompt.model.clone(),
            local: self.local(),
        };
        let secrets = self.secrets(&headers);
        Ok(Request { asked, url, headers, token, body, known, secrets })
    }

    async fn open(&self, request: &Request) -> Result<Opened, Error> {
        let asked = &request.asked;
        let mut secrets = request.secrets.clone();
        let mut response = self.send(request, request.headers.clone()).await?;
        if let (StatusCode::UNAUTHORIZED, Some(tokens), Some(refused)) =
            (response.status(), &self.tokens, &request.token)
        {
            let mut headers = request.headers.clone();
            let token = tokens.renewed(refused).await?;
            headers.insert(AUTHORIZATION, self.bearer_header(token.reveal())?);
            secrets.push(token);
            response = self.send(request, headers).await?;
        }
        let status = response.status();
        if !status.is_success() {
            let headers = response.headers().clone();
            let body = readable(response, &secrets).await;
            let error = failure::refused(asked, status.as_u16(), &headers, body.as_bytes());
            return Err(error.without(&secrets));
        }
        let (status, headers) = (Some(status.as_u16()), response.headers().clone());
        if let Some(coding) = compressed(&headers) {
            let reason = format!("it is compressed (`{coding}`), which was not asked for");
            return Err(Error::Decode { reason });
        }
        if let Some(kind) = no_stream(&headers) {
            let text = readable(response, &secrets).await;
            let reason = format!("it is `{kind}`, not an event stream: {}", head(text.trim(), EXCERPT));
            return Err(Error::Decode { reason });
        }
        let ModelSettings { group, token, .. } = &self.settings;
        let decoder = self.wire.decoder(Arc::clone(&request.known), seed);
        let body = response.bytes_stream();
        let events = BodyEvents::new(body, decoder, group.clone(), token.clone()).with_secrets(secrets);
        Ok(Opened { status, headers, arrivals: events.arrivals(), events: Box::pin(events) })
    }
}

/// The beginning of a body that is no answer, without secrets that it quotes.
async fn readable(response: Response, secrets: &[Secret]) -> String {
    without(&String::from_utf8_lossy(&beginning(response).await), secrets)
}

#[cfg(test)]
#[path = "http_tests.rs"]
mod tests;
