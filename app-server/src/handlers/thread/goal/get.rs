//! `thread/goal/get`: what a thread is to reach by itself, and what has been spent on that.

use codex_app_server_protocol::method::ThreadGoalGet;
use codex_app_server_protocol::v2::thread_goal::{ThreadGoalGetParams, ThreadGoalGetResponse};
use codex_core::conversations::stored_goal;

use super::Place;
use crate::context::Context;
use crate::convert::to_wire;
use crate::error::RpcError;
use crate::handle::{Handle, Lane, Reply};

impl Handle<ThreadGoalGet> for Context {
    fn lane(params: &ThreadGoalGetParams) -> Lane {
        Lane::thread(&params.thread_id)
    }

    async fn handle(&self, params: ThreadGoalGetParams) -> Result<Reply<ThreadGoalGetResponse>, RpcError> {
        let goal = match self.place_of_goal(&params.thread_id).await? {
            Place::Loaded(thread) => {
                thread.conversation.snapshot().await.map_err(|error| thread.ended(error))?.goal
            }
            Place::Stored(_, path) => stored_goal::read(&self.read_for_goal(path).await?),
        };
        Ok(ThreadGoalGetResponse { goal: goal.map(to_wire::goal::goal) }.into())
    }
}
