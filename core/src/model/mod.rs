//! The model client: streams one response to one prompt.
//!
//! A request that was not answered is repeated here, silently; an answer that breaks off is the
//! caller's to repeat, because the user is told of it (`retry` says when). The idle timeout covers
//! waiting for the answer as well as gaps in it. Which server, or the built-in model, is settled when
//! the client is made.

use std::sync::Arc;

use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;

use crate::base::cancel::or_cancelled;
use crate::base::environment::Environment;
use crate::base::spawn::TaskGroup;
use crate::config::provider::ModelProviderInfo;
use crate::model::catalog::Served;
use crate::model::credentials::Credentials;
use crate::model::error::Error;
use crate::model::http::HttpTransport;
use crate::model::local::LocalModel;
use crate::model::prompt::Prompt;
use crate::model::rehearsal::RehearsalTransport;
use crate::model::rehearsal::script::Script;
use crate::model::stream::ResponseStream;
use crate::model::token_command::TokenCommands;
use crate::model::transport::ModelTransport;
use crate::model::wire::Wire;
use crate::telemetry::Telemetry;

pub mod account_limits;
pub mod body;
pub mod catalog;
mod compression;
pub mod credentials;
pub mod error;
pub mod event;
pub mod failure;
pub mod families;
pub mod http;
pub mod listing;
pub mod local;
mod preset_rows;
pub mod presets;
pub mod prompt;
pub mod rate_limits;
pub mod rehearsal;
pub mod retry;
pub mod signed;
pub mod sse;
pub mod stream;
mod telling;
pub mod token_command;
pub mod token_program;
pub mod tool_spec;
pub mod transport;
pub mod wire;

#[cfg(test)]
mod client_tests;

/// How a client is set up.
#[derive(Clone, Debug)]
pub struct ModelSettings {
    pub provider_id: String,
    pub provider: ModelProviderInfo,
    pub user_agent: String,
    pub originator: String,
    /// For keys and headers that stand in variables.
    pub environment: Environment,
    /// Where that runs which an answer leaves to be done, and what ends it.
    pub group: TaskGroup,
    pub token: CancellationToken,
    /// What programs hand out, shared by all clients.
    pub tokens: Arc<TokenCommands>,
    /// Whether requests signed with an account are compressed.
    pub compresses: bool,
    /// Takes facts for whoever runs a collector.
    pub telemetry: Telemetry,
    /// Plays this with the rehearsal model, instead of the provider's file.
    pub script: Option<Arc<Script>>,
}

/// A handle to one model provider. Cheap to clone.
#[derive(Clone)]
pub struct ModelClient {
    inner: Arc<Inner>,
}

struct Inner {
    provider: ModelProviderInfo,
    telemetry: Telemetry,
    transport: Transport,
}

enum Transport {
    Http(HttpTransport),
    Rehearsal(RehearsalTransport),
}

/// Whether a login that is not accepted can be renewed.
enum Renewal {
    Possible,
    Done,
    Impossible,
}

impl ModelClient {
    pub fn new(settings: ModelSettings) -> Self {
        let (provider, telemetry) = (settings.provider.clone(), settings.telemetry.clone());
        let transport = match Wire::of(provider.wire_api) {
            Some(wire) => Transport::Http(HttpTransport::new(settings, wire)),
            None => Transport::Rehearsal(RehearsalTransport::new(settings)),
        };
        Self { inner: Arc::new(Inner { provider, telemetry, transport }) }
    }

    pub fn provider(&self) -> &ModelProviderInfo {
        &self.inner.provider
    }

    /// Whether the server can say how it runs its models.
    pub fn says_what_it_serves(&self) -> bool {
        match &self.inner.transport {
            Transport::Http(transport) => transport.local().is_some(),
            Transport::Rehearsal(_) => false,
        }
    }

    /// The models that the server says it has; none if it has no list.
    pub async fn models(&self) -> Result<Option<Vec<LocalModel>>, String> {
        match &self.inner.transport {
            Transport::Http(transport) => transport.models().await,
            Transport::Rehearsal(_) => Ok(None),
        }
    }

    /// How the server runs a model; none if it does not say so, or not soon.
    pub async fn served(&self, model: &str) -> Option<Served> {
        match &self.inner.transport {
            Transport::Http(transport) => transport.served(model).await,
            Transport::Rehearsal(_) => None,
        }
    }

    /// Asks the model. Ends with the first bytes of an answer, or when no attempt is left.
    pub async fn stream(
        &self,
        prompt: &Prompt,
        credentials: &Credentials,
        cancelled: &CancellationToken,
    ) -> Result<ResponseStream, Error> {
        let opening = async {
            match &self.inner.transport {
                Transport::Http(transport) => self.open(transport, prompt, credentials, cancelled).await,
                Transport::Rehearsal(transport) => self.open(transport, prompt, credentials, cancelled).await,
            }
        };
        or_cancelled(cancelled, opening).await.unwrap_or(Err(Error::Cancelled))
    }

    async fn open<T: ModelTransport>(
        &self,
        transport: &T,
        prompt: &Prompt,
        credentials: &Credentials,
        cancelled: &CancellationToken,
    ) -> Result<ResponseStream, Error> {
        let Inner { provider, telemetry, .. } = &*self.inner;
        let idle_timeout = provider.stream_idle_timeout();
        let signs_with_login = transport.signs_with_login();
        let credentials = if signs_with_login { credentials.fresh().await } else { credentials.clone() };
        let mut request = transport.prepare(prompt, &credentials).await?;
        let mut renewal = if signs_with_login { Renewal::Possible } else { Renewal::Impossible };
        let mut retry = 0;
        loop {
            let began = Instant::now();
            let attempt = timeout(idle_timeout, transport.open(&request)).await;
            let attempt = attempt.unwrap_or(Err(Error::IdleTimeout(idle_timeout)));
            telemetry.tell(&prompt.model, || telling::attempt(retry, began.elapsed(), &attempt));
            let error = match attempt {
                Ok(opened) => {
                    let limits = rate_limits::snapshot(&opened.headers);
                    let stream = ResponseStream::new(limits, opened, idle_timeout, cancelled.clone());
                    return Ok(stream.told_to(telemetry.clone(), &prompt.model));
                }
                Err(error) => error,
            };
            if let Error::Unauthorized { refusal, .. } = &error {
                let problem = match std::mem::replace(&mut renewal, Renewal::Impossible) {
                    Renewal::Impossible => return Err(error),
                    Renewal::Done => None,
                    Renewal::Possible => match credentials.renewed().await {
                        Ok(None) => return Err(error),
                        Ok(Some(credentials)) => {
                            request = transport.prepare(prompt, &credentials).await?;
                            renewal = Renewal::Done;
                            continue;
                        }
                        Err(problem) if problem.is_end() => Some(problem),
                        Err(problem) => {
                            return Err(Error::LoginNotRenewed { problem, refusal: refusal.clone() });
                        }
                    },
                };
                return Err(Error::LoginEnded { problem, refusal: refusal.clone() });
            }
            retry += 1;
            let Some(delay) = retry::request_delay(&error, retry, provider.request_max_retries()) else {
                return Err(error);
            };
            tracing::info!(%error, retry, ?delay, "the model request is repeated");
            sleep(delay).await;
        }
    }
}

impl std::fmt::Debug for ModelClient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ModelClient").field("provider", &self.inner.provider).finish_non_exhaustive()
    }
}
