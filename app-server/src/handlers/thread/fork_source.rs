//! What a fork begins with: the file of its source, and how much of that.

use std::path::PathBuf;
use std::sync::Arc;

use codex_app_server_protocol::v2::thread_fork::ThreadForkParams;
use codex_app_server_protocol::v2::turn::Turn;
use codex_core::conversations::branch::{BranchError, ForkSource, Referred};
use codex_core::rollout::cut::Until;
use codex_core::rollout::{self, list, tail};
use codex_protocol::ids::TurnId;

use super::resume_settings::StoredSettings;
use super::resume_source::Turns;
use super::stored_history::{self, StoredHistory};
use crate::context::Context;
use crate::convert::to_core::session_id;
use crate::error::RpcError;
use crate::projection::history;

/// How much of the source is wanted.
pub(super) struct Cutting {
    until: Until,
    /// The field that says so, for errors.
    field: &'static str,
}

impl Cutting {
    pub(super) fn of(params: &mut ThreadForkParams) -> Result<Self, RpcError> {
        match (params.last_turn_id.take(), params.before_turn_id.take()) {
            (Some(_), Some(_)) => {
                Err(RpcError::invalid_request("`beforeTurnId` cannot be combined with `lastTurnId`"))
            }
            (Some(turn), None) => Ok(Self { until: Until::After(turn), field: "lastTurnId" }),
            (None, Some(turn)) => Ok(Self { until: Until::Before(turn), field: "beforeTurnId" }),
            (None, None) => Ok(Self { until: Until::End, field: "threadId" }),
        }
    }

    fn turn(&self) -> Option<&str> {
        match &self.until {
            Until::End => None,
            Until::After(turn) | Until::Before(turn) => Some(turn),
        }
    }

    fn refused(&self, error: BranchError) -> RpcError {
        let turn = self.turn().unwrap_or_default();
        match error {
            BranchError::NoSuchTurn => RpcError::turn_not_found(turn),
            BranchError::NoOrdinals => RpcError::invalid_request(format!(
                "{} '{turn}' was not found in the source thread: a thread in the format of 2025 can only be forked as a \
                 whole",
                self.field
            )),
            BranchError::Elsewhere(_) => RpcError::invalid_request(error.to_string()),
            BranchError::Rollout(error) => error.into(),
        }
    }

    /// A turn that runs has no end yet.
    fn refuse_running(&self, running: Option<&TurnId>) -> Result<(), RpcError> {
        match &self.until {
            Until::After(turn) if running.is_some_and(|running| running.as_str() == turn) => {
                Err(RpcError::invalid_request(format!("lastTurnId '{turn}' identifies an in-progress turn")))
            }
            Until::End | Until::After(_) | Until::Before(_) => Ok(()),
        }
    }
}

/// What is read of the source before a fork is made.
pub(super) struct ToFork {
    pub(super) source: ForkSource,
    pub(super) settings: StoredSettings,
    /// What lists show of the source.
    pub(super) shown: String,
    pub(super) turns: SourceTurns,
}

/// Which turns the fork begins with.
pub(super) struct SourceTurns {
    /// All of them, if they are wanted.
    pub(super) all: Vec<Turn>,
    pub(super) last: Option<TurnId>,
}

impl SourceTurns {
    /// Blocks.
    fn of(source: &ForkSource, wanted: Turns) -> Result<Self, rollout::Error> {
        let Some(Referred { chain, .. }) = &source.referred else {
            let items = source.loaded.iter().flat_map(|loaded| &loaded.items).map(|stored| &stored.item);
            let all = history::turns(items.chain(&source.interrupted).filter_map(history::relevant));
            let last = all.last().map(|turn| TurnId::from(turn.id.as_str()));
            return Ok(Self { all: if wanted == Turns::All { all } else { Vec::new() }, last });
        };
        let ends = StoredHistory::of(Arc::clone(chain)).ends()?;
        let last = ends.last_turn.map(|(turn, _)| turn);
        if wanted == Turns::None {
            return Ok(Self { all: Vec::new(), last });
        }
        let mut folded = stored_history::fold_chain(chain)?;
        if let Some(end) = &source.interrupted {
            folded.add(chain.len(), end.clone());
        }
        Ok(Self { all: folded.finish(None).into_iter().map(|placed| placed.turn).collect(), last })
    }
}

impl Context {
    pub(super) async fn fork_source(
        &self,
        params: &mut ThreadForkParams,
        cutting: Cutting,
    ) -> Result<ToFork, RpcError> {
        let wanted = if params.exclude_turns { Turns::None } else { Turns::All };
        let path = match params.path.take() {
            Some(path) => self.file_to_fork(path).await?,
            None => self.path_to_fork(params, &cutting).await?,
        };
        let until = cutting.until.clone();
        let read = self.read_settings(move |configs| {
            let home = configs.codex_home();
            let source = ForkSource::read(home, &path, &until)?;
            let settings = match &source.loaded {
                Some(loaded) => StoredSettings::of(loaded),
                None => StoredSettings::of(&tail::load_file(&path)?),
            };
            let shown = list::find(home, &path)?.map(|stored| stored.preview).unwrap_or_default();
            let turns = SourceTurns::of(&source, wanted)?;
            Ok::<_, BranchError>(ToFork { source, settings, shown, turns })
        });
        read.await?.map_err(|error| cutting.refused(error))
    }

    /// The file of a thread, with all that has happened so far.
    async fn path_to_fork(&self, params: &ThreadForkParams, cutting: &Cutting) -> Result<PathBuf, RpcError> {
        let id = session_id(&params.thread_id)?;
        let Some(loaded) = self.threads().get(&id) else { return self.path_to_resume(id).await };
        let path = loaded.facts.path.clone().ok_or_else(|| RpcError::no_rollout(id))?;
        let snapshot = loaded.conversation.snapshot().await.map_err(|error| loaded.ended(error))?;
        if !snapshot.is_stored {
            return Err(RpcError::no_rollout(id));
        }
        cutting.refuse_running(snapshot.active_turn.as_ref())?;
        loaded.conversation.flush().await.map_err(|error| loaded.ended(error))?;
        Ok(path)
    }

    async fn file_to_fork(&self, path: String) -> Result<PathBuf, RpcError> {
        let path = self.configs().directory().join(path).into_path_buf();
        let named = path.clone();
        if !self.read_settings(move |_| path.is_file()).await? {
            return Err(RpcError::invalid_request(format!(
                "failed to resolve rollout path `{}`: file does not exist",
                named.display()
            )));
        }
        for id in self.threads().ids() {
            let loaded = self.threads().get(&id).filter(|loaded| loaded.facts.path.as_ref() == Some(&named));
            if let Some(loaded) = loaded {
                loaded.conversation.flush().await.map_err(|error| loaded.ended(error))?;
            }
        }
        Ok(named)
    }
}
