//! The goal of a conversation that is not loaded. Nothing begins because of it before the conversation is resumed.

use std::path::PathBuf;

use codex_protocol::event::EventMsg;
use codex_protocol::events::goal::{ThreadGoalClearedEvent, ThreadGoalUpdatedEvent};
use codex_protocol::goal::ThreadGoal;
use codex_protocol::rollout::RolloutItem;

use crate::base::time::now_seconds;
use crate::context::goal::{GoalChange, Refused};
use crate::conversations::ConversationManager;
use crate::error::CoreError;
use crate::rollout::lock::WriterLock;
use crate::rollout::reader::Loaded;
use crate::rollout::recorder::RolloutRecorder;
use crate::session::state::SessionState;

/// A file that only a goal is changed in.
#[derive(Debug)]
pub struct StoredThread {
    pub loaded: Loaded,
    pub path: PathBuf,
    /// Taken before the file was read.
    pub lock: WriterLock,
}

/// What its file says.
pub fn read(loaded: &Loaded) -> Option<ThreadGoal> {
    let mut state = SessionState::default();
    loaded.items.iter().for_each(|stored| state.apply(&stored.item));
    state.goal_of(loaded.meta.id).cloned()
}

impl ConversationManager {
    pub async fn set_stored_goal(
        &self,
        thread: StoredThread,
        change: GoalChange,
    ) -> Result<Result<ThreadGoal, Refused>, CoreError> {
        let (id, before) = (thread.loaded.meta.id, read(&thread.loaded));
        let goal = match change.apply(before.as_ref(), id, now_seconds()) {
            Ok(goal) => goal,
            Err(refused) => return Ok(Err(refused)),
        };
        let event =
            ThreadGoalUpdatedEvent { thread_id: id, turn_id: None, goal: goal.clone(), is_kept_here: true };
        self.append(thread, EventMsg::ThreadGoalUpdated(event)).await?;
        Ok(Ok(goal))
    }

    /// Whether there was one.
    pub async fn clear_stored_goal(&self, thread: StoredThread) -> Result<bool, CoreError> {
        if read(&thread.loaded).is_none() {
            return Ok(false);
        }
        let event = ThreadGoalClearedEvent { thread_id: thread.loaded.meta.id };
        self.append(thread, EventMsg::ThreadGoalCleared(event)).await?;
        Ok(true)
    }

    async fn append(&self, thread: StoredThread, event: EventMsg) -> Result<(), CoreError> {
        let StoredThread { loaded, path, lock } = thread;
        let recorder = RolloutRecorder::append_to(path, lock, loaded.found(), &self.shared.group);
        let recorded = recorder.record_durably(&[RolloutItem::EventMsg(event)]);
        let closed = recorder.close().await;
        recorded.and(closed).map_err(|error| CoreError::Internal {
            message: "the goal could not be stored".into(),
            source: Some(Box::new(error)),
        })
    }
}
