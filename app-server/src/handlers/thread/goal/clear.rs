//! `thread/goal/clear`: takes the goal of a thread away. A turn that it has begun goes on to its end.

use codex_app_server_protocol::method::ThreadGoalClear;
use codex_app_server_protocol::v2::thread_goal::{ThreadGoalClearParams, ThreadGoalClearResponse};

use super::{Place, refused};
use crate::context::Context;
use crate::convert::to_wire;
use crate::error::RpcError;
use crate::handle::{Handle, Lane, Reply};

impl Handle<ThreadGoalClear> for Context {
    fn lane(params: &ThreadGoalClearParams) -> Lane {
        Lane::thread(&params.thread_id)
    }

    async fn handle(
        &self,
        params: ThreadGoalClearParams,
    ) -> Result<Reply<ThreadGoalClearResponse>, RpcError> {
        let (id, path) = match self.place_of_goal(&params.thread_id).await? {
            Place::Stored(id, path) => (id, path),
            Place::Loaded(thread) => {
                let cleared = thread.conversation.clear_goal().await;
                let cleared = cleared.map_err(|error| thread.ended(error))?.map_err(refused)?;
                let response = ThreadGoalClearResponse { cleared: cleared.is_some() };
                return Ok(Reply::then(response, async move {
                    let _session_has_ended = cleared.map(|accepted| accepted.go.send(()));
                }));
            }
        };
        let thread = self.stored_for_goal(id, path).await?;
        let cleared = self.conversations().clear_stored_goal(thread).await?;
        let threads = self.threads().clone();
        Ok(Reply::then(ThreadGoalClearResponse { cleared }, async move {
            if cleared {
                threads.broadcast(&to_wire::goal::cleared(id)).await;
            }
        }))
    }
}
