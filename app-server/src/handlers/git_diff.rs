//! `gitDiffToRemote`: what is different from what the remote repository has, as far as that is known here.

use codex_app_server_protocol::method::GitDiffToRemote;
use codex_app_server_protocol::v2::git::{GitDiffToRemoteParams, GitDiffToRemoteResponse};
use codex_core::git::remote_diff::{self, RemoteDiff};

use super::absolute::absolute;
use crate::context::Context;
use crate::error::RpcError;
use crate::handle::{Handle, Lane, Reply};

impl Handle<GitDiffToRemote> for Context {
    fn lane(_: &GitDiffToRemoteParams) -> Lane {
        Lane::Concurrent
    }

    async fn handle(
        &self,
        params: GitDiffToRemoteParams,
    ) -> Result<Reply<GitDiffToRemoteResponse>, RpcError> {
        let cwd = absolute("cwd", &params.cwd)?;
        let right = self.history().await?;
        let environment = &self.conversations().shared().environment;
        let found = remote_diff::read(&cwd, environment).await.map_err(|error| {
            RpcError::invalid_request(format!(
                "failed to compute git diff to remote for cwd: {:?}: {error}",
                params.cwd
            ))
        });
        let RemoteDiff { commit, diff } = found?;
        Ok(Reply::new(GitDiffToRemoteResponse { sha: commit, diff }).keeping(Some(right)))
    }
}
