//! The goal of a thread: what it is to reach by itself. Loaded or not, it can be asked for and changed.

mod clear;
mod get;
mod set;

use std::path::PathBuf;

use codex_core::config::features;
use codex_core::context::goal::Refused;
use codex_core::conversations::stored_goal::StoredThread;
use codex_core::rollout::reader::Loaded;
use codex_core::rollout::{self, tail};
use codex_protocol::ids::ConversationId;

use crate::context::Context;
use crate::convert::to_core::thread_id;
use crate::error::RpcError;
use crate::threads::LoadedThread;

/// Where the goal is.
enum Place {
    Loaded(Box<LoadedThread>),
    Stored(ConversationId, PathBuf),
}

impl Context {
    async fn place_of_goal(&self, id: &str) -> Result<Place, RpcError> {
        let id = thread_id(id)?;
        let loaded = self.threads().get(&id);
        let is_on = match &loaded {
            Some(thread) => thread.conversation.config().is_enabled(&features::GOALS),
            None => {
                self.read_settings(|configs| configs.load_base().config.is_enabled(&features::GOALS)).await?
            }
        };
        if !is_on {
            return Err(refused(Refused::Off));
        }
        match loaded {
            Some(thread) if thread.facts.path.is_none() => Err(refused(Refused::Ephemeral(id))),
            Some(thread) => Ok(Place::Loaded(Box::new(thread))),
            None => match self.stored_path(id).await? {
                Some(path) => Ok(Place::Stored(id, path)),
                None => Err(RpcError::thread_not_found(id)),
            },
        }
    }

    /// A thread that is not loaded, for whoever wants to change its goal.
    async fn stored_for_goal(&self, id: ConversationId, path: PathBuf) -> Result<StoredThread, RpcError> {
        let lock = self.writer_lock(id).await?;
        let loaded = self.read_for_goal(path.clone()).await?;
        Ok(StoredThread { loaded, path, lock })
    }

    async fn read_for_goal(&self, path: PathBuf) -> Result<Loaded, RpcError> {
        let read = self.read_settings(move |_| tail::load_file(&path));
        Ok(read.await?.map_err(|error: rollout::Error| error)?)
    }
}

fn refused(reason: Refused) -> RpcError {
    match reason {
        Refused::NotStored(_) => RpcError::internal(reason.to_string()),
        Refused::Empty
        | Refused::TooLong(_)
        | Refused::Budget
        | Refused::None(_)
        | Refused::Ephemeral(_)
        | Refused::Off => RpcError::invalid_request(reason.to_string()),
    }
}
