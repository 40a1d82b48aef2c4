//! `review/start`: another agent looks at changes, in a turn of the thread.

use std::path::Path;

use codex_app_server_protocol::method::ReviewStart;
use codex_app_server_protocol::v2::review::{
    ReviewDelivery, ReviewStartParams, ReviewStartResponse, ReviewTarget,
};
use codex_core::git::command::Error as GitError;
use codex_core::git::revision::{Error, Repository};
use codex_protocol::ids::TurnId;
use codex_protocol::review::ReviewRequest;

use crate::context::Context;
use crate::convert::to_core::review::{Found, named, request};
use crate::error::RpcError;
use crate::handle::{Handle, Lane, Reply};
use crate::projection;

impl Handle<ReviewStart> for Context {
    fn lane(params: &ReviewStartParams) -> Lane {
        Lane::thread(&params.thread_id)
    }

    async fn handle(&self, params: ReviewStartParams) -> Result<Reply<ReviewStartResponse>, RpcError> {
        let ReviewStartParams { thread_id, target, delivery } = params;
        match delivery {
            None | Some(ReviewDelivery::Inline) => {}
        }
        let thread = self.loaded_thread(&thread_id)?;
        let target = named(target)?;
        let settings = thread.conversation.snapshot().await.map_err(|error| thread.ended(error))?.settings;
        let request = self.review_request(target, settings.cwd.as_path()).await?;
        let label = request.user_facing_hint.clone();
        let reviewing = thread.conversation.review(TurnId::fresh(), request).await;
        let accepted = reviewing.map_err(|error| thread.ended(error))?;
        let turn = projection::accepted_review(&accepted.turn_id, label);
        let response = ReviewStartResponse { turn, review_thread_id: thread.conversation.id().to_string() };
        // Nothing of the turn is told before its answer.
        let context = self.clone();
        Ok(Reply::then(response, async move {
            let _session_has_ended = accepted.go.send(());
            context.tell_of_sandbox(&settings.sandbox_policy).await;
        }))
    }
}

impl Context {
    /// What the reviewer is asked, once it is known that there is something to review.
    async fn review_request(&self, target: ReviewTarget, folder: &Path) -> Result<ReviewRequest, RpcError> {
        if let ReviewTarget::Custom { .. } = target {
            return Ok(request(target, Found::default()));
        }
        let environment = &self.conversations().shared().environment;
        let repository = Repository::around(folder, environment).await.map_err(refusal)?;
        let found = match &target {
            ReviewTarget::UncommittedChanges | ReviewTarget::Custom { .. } => Found::default(),
            ReviewTarget::BaseBranch { branch } => {
                Found { commit: repository.parted_from(branch).await.map_err(refusal)? }
            }
            ReviewTarget::Commit { sha, .. } => {
                Found { commit: repository.commit(sha).await.map_err(refusal)? }
            }
        };
        Ok(request(target, found))
    }
}

fn refusal(error: Error) -> RpcError {
    let remedy = match &error {
        Error::NoFolder(_) | Error::NoRepository(_) | Error::NoWorkingTree(_) => {
            "start the thread in a checkout, or use the target `custom`"
        }
        Error::NoCommit(_) => "use the target `uncommittedChanges`",
        Error::Unknown { .. } => "name a branch or a commit that `git log` finds there",
        Error::Unrelated { .. } => "name a branch that this one comes from, or use the target `commit`",
        Error::Git(GitError::NotRun(_)) => "install git, or use the target `custom`",
        Error::Git(GitError::Late | GitError::TooMuch) => "try again, or use the target `custom`",
        Error::Git(GitError::Failed(_)) => "make `git status` work there, or use the target `custom`",
    };
    RpcError::invalid_request(format!("cannot review: {error}; {remedy}")).caused_by(error)
}
