//! `thread/metadata/update`: what a client knows of a thread's repository. It changes nothing else.

use codex_app_server_protocol::method::ThreadMetadataUpdate;
use codex_app_server_protocol::v2::thread_update::{
    ThreadMetadataGitInfoUpdateParams, ThreadMetadataUpdateParams, ThreadMetadataUpdateResponse,
};
use codex_core::rollout::{list, repositories};
use codex_protocol::git::GitInfo;
use codex_protocol::ids::ConversationId;

use crate::context::Context;
use crate::convert::to_core::{thread_id, unsupported};
use crate::error::RpcError;
use crate::handle::{Handle, Lane, Reply};

impl Handle<ThreadMetadataUpdate> for Context {
    fn lane(params: &ThreadMetadataUpdateParams) -> Lane {
        Lane::thread(&params.thread_id)
    }

    async fn handle(
        &self,
        params: ThreadMetadataUpdateParams,
    ) -> Result<Reply<ThreadMetadataUpdateResponse>, RpcError> {
        let id = thread_id(&params.thread_id)?;
        if params.daybreak_enabled.is_some() {
            return Err(unsupported("daybreakEnabled", "leave the field out"));
        }
        if let Some(project) = params.project_id {
            return Err(RpcError::invalid_request(format!("project not found: {project}")));
        }
        let change = params.git_info.ok_or_else(|| {
            RpcError::invalid_request("thread metadata update must include at least one field")
        })?;
        let change = Change::of(change)?;
        let before = self.git_before(id).await?;
        let git = change.apply(before.unwrap_or_default());
        let set = self.read_settings(move |configs| repositories::set(configs.codex_home(), id, git));
        set.await??;
        let thread = match self.threads().get(&id) {
            Some(loaded) => self.read_loaded(&loaded, false).await?,
            None => self.read_stored_thread(id, false).await?,
        };
        Ok(ThreadMetadataUpdateResponse { thread }.into())
    }
}

impl Context {
    async fn git_before(&self, id: ConversationId) -> Result<Option<GitInfo>, RpcError> {
        let loaded = self.threads().get(&id);
        if loaded.as_ref().is_some_and(|loaded| loaded.facts.path.is_none()) {
            return Err(RpcError::invalid_request(format!(
                "ephemeral thread does not support metadata updates: {id}"
            )));
        }
        let path = match self.stored_path(id).await? {
            Some(path) => Some(path),
            None => self.archived_path(id).await?,
        };
        match (path, loaded) {
            (Some(path), _) => {
                let stored = self.read_settings(move |configs| list::show(configs.codex_home(), &path));
                Ok(stored.await??.git)
            }
            // Of one without a turn nothing else is stored yet.
            (None, Some(loaded)) => {
                let said = self.read_settings(move |configs| repositories::of(configs.codex_home(), id));
                Ok(said.await??.or_else(|| loaded.facts.git.clone()))
            }
            (None, None) => Err(RpcError::no_rollout(id)),
        }
    }
}

/// Absent keeps, nothing clears.
struct Change {
    sha: Option<Option<String>>,
    branch: Option<Option<String>>,
    origin_url: Option<Option<String>>,
}

impl Change {
    fn of(params: ThreadMetadataGitInfoUpdateParams) -> Result<Self, RpcError> {
        let ThreadMetadataGitInfoUpdateParams { sha, branch, origin_url } = params;
        if sha.is_none() && branch.is_none() && origin_url.is_none() {
            return Err(RpcError::invalid_request("gitInfo must include at least one field"));
        }
        Ok(Self {
            sha: filled("gitInfo.sha", sha)?,
            branch: filled("gitInfo.branch", branch)?,
            origin_url: filled("gitInfo.originUrl", origin_url)?,
        })
    }

    fn apply(self, before: GitInfo) -> GitInfo {
        GitInfo {
            commit_hash: self.sha.unwrap_or(before.commit_hash),
            branch: self.branch.unwrap_or(before.branch),
            repository_url: self.origin_url.unwrap_or(before.repository_url),
        }
    }
}

fn filled(field: &str, value: Option<Option<String>>) -> Result<Option<Option<String>>, RpcError> {
    let Some(Some(text)) = value else { return Ok(value) };
    match text.trim() {
        "" => Err(RpcError::invalid_request(format!("{field} must not be empty"))),
        text => Ok(Some(Some(text.to_owned()))),
    }
}
