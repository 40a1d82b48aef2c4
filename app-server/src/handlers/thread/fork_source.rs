//! What a fork begins with: the file of its source, and how much of that.

use std::path::PathBuf;

use codex_app_server_protocol::v2::thread_fork::ThreadForkParams;
use codex_core::rollout::cut::{self, Cut, Until};
use codex_core::rollout::reader::{self, Loaded};
use codex_core::rollout::{self, list};
use codex_protocol::ids::TurnId;
use codex_protocol::rollout::{HistoryBase, SessionMeta};

use super::resume_settings::StoredSettings;
use crate::context::Context;
use crate::convert::to_core::session_id;
use crate::error::RpcError;

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

pub(super) struct ForkSource {
    /// What the source says of itself.
    pub(super) meta: SessionMeta,
    /// The wanted part; absent if nothing is wanted.
    pub(super) loaded: Option<Loaded>,
    pub(super) base: Option<HistoryBase>,
    pub(super) settings: StoredSettings,
    /// What lists show of the source.
    pub(super) shown: String,
}

impl Context {
    pub(super) async fn fork_source(
        &self,
        params: &mut ThreadForkParams,
        cutting: Cutting,
    ) -> Result<ForkSource, RpcError> {
        let path = match params.path.take() {
            Some(path) => self.file_to_fork(path).await?,
            None => self.path_to_fork(params, &cutting).await?,
        };
        let turn = cutting.turn().unwrap_or_default().to_owned();
        let field = cutting.field;
        let read = self.read_settings(move |configs| {
            let home = configs.codex_home();
            let cut = cut::find(home, &path, &cutting.until)?;
            let whole = |path| reader::load(path);
            let (meta, loaded, base) = match cut {
                Cut::NoSuchTurn => return Ok(Err(RpcError::turn_not_found(turn))),
                Cut::NoOrdinals if cutting.until != Until::End => {
                    return Ok(Err(RpcError::invalid_request(format!(
                        "{field} '{turn}' was not found in the source thread: a thread in the format of 2025 can only be \
                         forked as a whole"
                    ))));
                }
                Cut::NoOrdinals => {
                    let loaded = whole(&path)?;
                    (loaded.meta.clone(), Some(loaded), None)
                }
                Cut::Nothing => (whole(&path)?.meta, None, None),
                Cut::Elsewhere(file, base) => {
                    let loaded = reader::load_before(&file, base.end_ordinal_exclusive)?;
                    let meta = if file == path { loaded.meta.clone() } else { whole(&path)?.meta };
                    (meta, Some(loaded), None)
                }
                Cut::At(file, base) => {
                    let loaded = reader::load_before(&file, base.end_ordinal_exclusive)?;
                    let meta = if file == path { loaded.meta.clone() } else { whole(&path)?.meta };
                    (meta, Some(loaded), Some(base))
                }
            };
            let settings = match &loaded {
                Some(loaded) => StoredSettings::of(loaded),
                None => StoredSettings::of(&whole(&path)?),
            };
            let shown = list::find(home, &path)?.map(|stored| stored.preview).unwrap_or_default();
            Ok::<_, rollout::Error>(Ok(ForkSource { meta, loaded, base, settings, shown }))
        });
        read.await??
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
