//! `getConversationSummary`: a stored thread in a few words, by its id or its file. Kept from the older API.

use std::path::PathBuf;

use codex_app_server_protocol::method::GetConversationSummary;
use codex_app_server_protocol::v2::conversation_summary::{
    ConversationGitInfo, ConversationSummary, GetConversationSummaryParams, GetConversationSummaryResponse,
};
use codex_core::rollout::list::{self, StoredThread};
use codex_core::rollout::{location, stamp};

use crate::context::Context;
use crate::convert::to_core::thread_id;
use crate::convert::to_wire;
use crate::error::RpcError;
use crate::handle::{Handle, Lane, Reply};

impl Handle<GetConversationSummary> for Context {
    fn lane(_: &GetConversationSummaryParams) -> Lane {
        Lane::Concurrent
    }

    async fn handle(
        &self,
        params: GetConversationSummaryParams,
    ) -> Result<Reply<GetConversationSummaryResponse>, RpcError> {
        let path = match params {
            GetConversationSummaryParams::Path { rollout_path } => self.named_file(&rollout_path).await?,
            GetConversationSummaryParams::Id { conversation_id } => {
                let id = thread_id(&conversation_id)?;
                if let Some(loaded) = self.threads().get(&id) {
                    // What is in memory is written first; what cannot be is not there.
                    let _ = loaded.conversation.flush().await;
                }
                let found = self
                    .read_settings(move |configs| location::find_anywhere(configs.codex_home(), id))
                    .await??;
                found.ok_or_else(|| {
                    RpcError::invalid_request(format!("no rollout found for conversation id {id}"))
                })?
            }
        };
        let thread = self.read_settings(move |configs| list::show(configs.codex_home(), &path)).await??;
        Ok(GetConversationSummaryResponse { summary: summary(thread) }.into())
    }
}

impl Context {
    /// A path that is not absolute counts from the server's home directory.
    async fn named_file(&self, named: &str) -> Result<PathBuf, RpcError> {
        let path = self.configs().codex_home().join(named).into_path_buf();
        self.blocking(move || {
            let is_file = path.metadata().is_ok_and(|metadata| metadata.is_file());
            is_file.then(|| path.clone()).ok_or_else(|| {
                RpcError::invalid_request(format!(
                    "failed to resolve rollout path `{}`: file does not exist",
                    path.display()
                ))
            })
        })
        .await
    }
}

fn summary(thread: StoredThread) -> ConversationSummary {
    let time = |seconds: i64| Some(stamp::timestamp(seconds.saturating_mul(1000)));
    let (timestamp, updated_at) = (time(thread.created_at), time(thread.updated_at));
    let thread =
        to_wire::thread::stored(thread, codex_app_server_protocol::v2::thread::ThreadStatus::NotLoaded);
    ConversationSummary {
        conversation_id: thread.id,
        path: thread.path.unwrap_or_default(),
        preview: thread.preview,
        timestamp,
        updated_at,
        model_provider: thread.model_provider,
        cwd: thread.cwd,
        cli_version: thread.cli_version,
        source: thread.source,
        git_info: thread.git_info.map(|git| ConversationGitInfo {
            sha: git.sha,
            branch: git.branch,
            origin_url: git.origin_url,
        }),
    }
}
