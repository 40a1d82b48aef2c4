//! The rehearsal model: a deterministic model inside the program, for whoever builds or tests a client.
//!
//! It plays the script in the user's message, else the script of its provider, else a short
//! demonstration. What it plays depends only on the prompt: it remembers nothing but how often the same
//! response was asked for, so that retries can be scripted. It stands where an HTTP connection would:
//! retries, timeouts, limits and errors take the same way as with any server.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use codex_protocol::ids::{ConversationId, TurnId};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::json;

use crate::model::ModelSettings;
use crate::model::credentials::Credentials;
use crate::model::error::Error;
use crate::model::failure::{self, Asked};
use crate::model::prompt::{Prompt, Purpose};
use crate::model::rehearsal::directives::{Directive, Line};
use crate::model::rehearsal::player::{Player, Role};
use crate::model::rehearsal::scene::Scene;
use crate::model::rehearsal::script::{Round, Script};
use crate::model::signed::Signed;
use crate::model::transport::{Arrivals, ModelTransport, Opened};

pub mod directives;
mod player;
mod reply;
pub mod scene;
pub mod script;

#[cfg(test)]
mod stories;
#[cfg(test)]
mod story;

/// The model that answers at the pace of one that thinks.
const SLOW: &str = "rehearsal-slow";
const SLOW_PACE: Duration = Duration::from_millis(30);
/// Conversations whose attempts are remembered.
const MOST_REMEMBERED: usize = 4096;
const LARGEST_SCRIPT: u64 = 16 * 1024 * 1024;

pub struct RehearsalTransport {
    settings: ModelSettings,
    remembered: Mutex<HashMap<ConversationId, Remembered>>,
}

/// What a conversation has asked for.
#[derive(Default)]
struct Remembered {
    /// Of the last response.
    number: u64,
    /// The last one of each purpose: the turn, its step, and how often it was asked for.
    last: HashMap<Purpose, (TurnId, usize, u32)>,
}

/// A prompt with what is to be played for it.
pub struct Request {
    conversation: ConversationId,
    turn: TurnId,
    step: usize,
    round: Round,
    scene: Scene,
    pace: Duration,
}

impl RehearsalTransport {
    pub fn new(settings: ModelSettings) -> Self {
        Self { settings, remembered: Mutex::default() }
    }

    /// The script that plays where the message is none.
    async fn script(&self) -> Result<Option<Arc<Script>>, Error> {
        if let Some(script) = &self.settings.script {
            return Ok(Some(script.clone()));
        }
        let Some(path) = &self.settings.provider.script else { return Ok(None) };
        let wrong = |reason: String| Error::Setting {
            field: format!("model_providers.{}.script", self.settings.provider_id),
            reason: format!("({}) {reason}", path.display()),
        };
        if !path.is_absolute() {
            return Err(wrong("must be an absolute path".to_owned()));
        }
        let file =
            tokio::fs::metadata(path).await.map_err(|error| wrong(format!("cannot be read: {error}")))?;
        if !file.is_file() || file.len() > LARGEST_SCRIPT {
            return Err(wrong(format!("must be a file of at most {LARGEST_SCRIPT} bytes")));
        }
        let text = tokio::fs::read_to_string(path).await;
        let text = text.map_err(|error| wrong(format!("cannot be read: {error}")))?;
        let script = Script::parse(&text).map_err(|error| wrong(format!("cannot be played: {error}")))?;
        Ok(Some(Arc::new(script)))
    }

    async fn rounds(&self, scene: &Scene) -> Result<Vec<Round>, Error> {
        let in_message = match scene.purpose {
            Purpose::Answer | Purpose::Review => script::in_message(&scene.user_text),
            // It sums the message up, and does not do again what that says.
            Purpose::Summary => None,
        };
        match in_message {
            Some(Ok(rounds)) => Ok(rounds),
            Some(Err(error)) => Ok(vec![saying(reply::not_playable(&error))]),
            None => {
                let script = self.script().await?;
                let rounds = script.as_ref().and_then(|script| script.rounds(scene)).map(<[Round]>::to_vec);
                Ok(rounds.unwrap_or_else(|| unscripted(scene)))
            }
        }
    }

    /// Which attempt at this response it is, from 1, and the number that makes its items' ids.
    fn attempt(&self, request: &Request) -> (u32, u64) {
        let mut remembered = self.remembered.lock().unwrap_or_else(PoisonError::into_inner);
        if remembered.len() >= MOST_REMEMBERED && !remembered.contains_key(&request.conversation) {
            remembered.clear();
        }
        let known = remembered.entry(request.conversation).or_default();
        let last = known.last.get(&request.scene.purpose);
        let same = last.filter(|(turn, step, _)| *turn == request.turn && *step == request.step);
        let attempts = same.map_or(1, |(_, _, attempts)| attempts.saturating_add(1));
        let number = request.scene.number.max(known.number + 1);
        known.number = number;
        known.last.insert(request.scene.purpose, (request.turn.clone(), request.step, attempts));
        (attempts, number)
    }

    /// The error status that stands in place of an answer, if there is one.
    fn refusal(&self, headers: &HeaderMap, directives: &[&Directive]) -> Option<Error> {
        let asked = Asked {
            provider: self.settings.provider_id.clone(),
            url: "rehearsal".into(),
            signed: Signed::Login,
            ..Asked::default()
        };
        directives.iter().find_map(|directive| match directive {
            Directive::Http { status, body } => {
                Some(failure::refused(&asked, *status, headers, body.as_bytes()))
            }
            Directive::UsageLimit { plan, resets_at } => {
                let body = json!({"error": {
                    "type": "usage_limit_reached", "message": "The usage limit has been reached",
                    "plan_type": plan, "resets_at": resets_at,
                }});
                Some(failure::refused(&asked, 429, headers, body.to_string().as_bytes()))
            }
            _ => None,
        })
    }
}

impl ModelTransport for RehearsalTransport {
    type Request = Request;

    fn signs_with_login(&self) -> bool {
        false
    }

    async fn prepare(&self, prompt: &Prompt, _: &Credentials) -> Result<Request, Error> {
        let scene = Scene::of(prompt);
        let rounds = self.rounds(&scene).await?;
        let step = step(&rounds, scene.outputs.len());
        let round = match rounds.into_iter().nth(step) {
            Some(round) => round,
            None => saying(reply::after_the_last_call(&scene)),
        };
        let pace = if prompt.model == SLOW { SLOW_PACE } else { Duration::ZERO };
        let (conversation, turn) = (prompt.conversation_id, prompt.turn_id.clone());
        Ok(Request { conversation, turn, step, round, scene, pace })
    }

    async fn open(&self, request: &Request) -> Result<Opened, Error> {
        let (attempt, number) = self.attempt(request);
        let now = |line: &&Line| line.attempts.as_ref().is_none_or(|attempts| attempts.contains(&attempt));
        let directives: Vec<_> =
            request.round.lines.iter().filter(now).flat_map(|line| &line.directives).collect();
        let headers = headers(&directives);
        if let Some(error) = self.refusal(&headers, &directives) {
            return Err(error);
        }
        let role = Role { number, pace: request.pace };
        let player = Player::new(&role, &request.scene, directives.into_iter());
        Ok(Opened { status: None, headers, events: Box::pin(player), arrivals: Arrivals::default() })
    }
}

/// The round that is due after so many outputs.
fn step(rounds: &[Round], outputs: usize) -> usize {
    let mut answered = 0;
    let due = rounds.iter().position(|round| {
        answered += round.calls();
        answered > outputs || round.calls() == 0
    });
    due.unwrap_or(rounds.len())
}

/// What is played where no script says it.
fn unscripted(scene: &Scene) -> Vec<Round> {
    match scene.purpose {
        // One of its goals is reached at once.
        Purpose::Answer if scene.is_goal => vec![calling("update_goal", &json!({ "status": "complete" }))],
        Purpose::Answer => vec![saying(reply::plain(scene))],
        Purpose::Summary => vec![saying(reply::summary(scene))],
        Purpose::Review => vec![
            calling("exec_command", &json!({ "cmd": "git status --short" })),
            saying(reply::review(scene)),
        ],
    }
}

fn calling(name: &str, arguments: &serde_json::Value) -> Round {
    let call = Directive::Call { namespace: None, name: name.to_owned(), arguments: arguments.to_string() };
    Round { lines: vec![Line { attempts: None, directives: vec![call] }] }
}

fn saying(text: String) -> Round {
    Round { lines: vec![Line { attempts: None, directives: vec![Directive::Say { text, phase: None }] }] }
}

fn headers(directives: &[&Directive]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for directive in directives {
        if let Directive::Header { name, value } = directive
            && let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), HeaderValue::from_str(value))
        {
            headers.insert(name, value);
        }
    }
    headers
}
