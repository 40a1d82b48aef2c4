//! `thread/start`: a new thread, of which nothing is stored before its first turn.

use codex_app_server_protocol::ServerNotification;
use codex_app_server_protocol::method::ThreadStart;
use codex_app_server_protocol::v2::thread::ThreadStartedNotification;
use codex_app_server_protocol::v2::thread_start::{ThreadStartParams, ThreadStartResponse};
use codex_core::base::paths::AbsolutePath;
use codex_core::config::Config;
use codex_core::conversations::{NewConversation, StartOptions};
use codex_protocol::ids::{ConversationId, TurnId};
use codex_protocol::rollout::SessionSource;

use super::view;
use crate::context::Context;
use crate::convert::to_core::policy;
use crate::convert::to_core::thread::{dynamic_tools, start_overrides};
use crate::error::RpcError;
use crate::handle::{Handle, Lane, Reply};
use crate::threads::audience::Listener;
use crate::threads::{Gate, LoadedThread, Opening, ThreadFacts};

impl Handle<ThreadStart> for Context {
    /// Nobody knows the thread before the answer, so nothing needs to wait for it.
    fn lane(_: &ThreadStartParams) -> Lane {
        Lane::Concurrent
    }

    async fn handle(&self, mut params: ThreadStartParams) -> Result<Reply<ThreadStartResponse>, RpcError> {
        let overrides = start_overrides(&mut params)?;
        let dynamic_tools = dynamic_tools(params.dynamic_tools.take().unwrap_or_default())?;
        let mut config = self.read_settings(move |configs| configs.for_thread(&overrides)).await??;
        add_roots(&mut config, params.runtime_workspace_roots.unwrap_or_default())?;
        let ephemeral = params.ephemeral.unwrap_or_default();
        let options = StartOptions { ephemeral, source: SessionSource::VSCode, dynamic_tools };
        let new = self.conversations().start(config, options).await?;
        let (loaded, gate) = self.open(new, None, None);
        let snapshot = loaded.conversation.snapshot().await?;
        let thread = view::thread(&loaded, None, &snapshot);
        let response = view::response(&loaded, thread.clone(), &snapshot);
        let outgoing = self.outgoing().clone();
        let threads = self.threads().clone();
        let context = self.clone();
        Ok(Reply::then(response, async move {
            threads.broadcast(&ServerNotification::ThreadStarted(ThreadStartedNotification { thread })).await;
            let cwd = &snapshot.settings.cwd;
            if !cwd.is_dir() {
                let message =
                    format!("The working directory {cwd} does not exist. Commands will fail until it does.");
                outgoing.notify(&view::warning(loaded.conversation.id(), message)).await;
            }
            gate.open();
            context.warn_of_project_rules(loaded.conversation.config()).await;
            context.tell_of_sandbox(&snapshot.settings.sandbox_policy).await;
        }))
    }
}

impl Context {
    /// Takes in a thread that has just been loaded; this connection listens to it.
    pub(super) fn open(
        &self,
        new: NewConversation,
        forked_from: Option<ConversationId>,
        last_turn: Option<TurnId>,
    ) -> (LoadedThread, Gate) {
        self.open_for(vec![self.listener().clone()], new, forked_from, last_turn)
    }

    /// The same for others who listen.
    pub(super) fn open_for(
        &self,
        listeners: Vec<Listener>,
        new: NewConversation,
        forked_from: Option<ConversationId>,
        last_turn: Option<TurnId>,
    ) -> (LoadedThread, Gate) {
        let NewConversation { conversation, events, configured, instruction_sources, git, created_at_ms } =
            new;
        let facts = ThreadFacts {
            path: configured.rollout_path,
            forked_from,
            created_at_ms,
            instruction_sources: instruction_sources.into_iter().map(AbsolutePath::into_path_buf).collect(),
            git,
            originator: self.identity().originator().to_owned(),
            cli_version: codex_app_server_protocol::WIRE_VERSION.to_owned(),
        };
        self.threads().open(Opening { conversation, events, facts, last_turn, listeners })
    }
}

/// Further folders that may be written, if any may.
pub(super) fn add_roots(config: &mut Config, roots: Vec<String>) -> Result<(), RpcError> {
    let roots = policy::workspace_roots(roots)?;
    policy::add_roots(&mut config.sandbox_policy, config.cwd.as_path(), roots);
    Ok(())
}
