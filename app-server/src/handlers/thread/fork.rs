//! `thread/fork`: a new thread that begins with the history of another one, whole or up to a turn.

use codex_app_server_protocol::ServerNotification;
use codex_app_server_protocol::method::ThreadFork;
use codex_app_server_protocol::v2::thread::{Thread, ThreadStartedNotification};
use codex_app_server_protocol::v2::thread_fork::{ThreadForkParams, ThreadForkResponse};
use codex_app_server_protocol::v2::thread_start::ThreadResumeParams;
use codex_app_server_protocol::v2::turn::Turn;
use codex_core::base::time::now_ms;
use codex_core::config::loader::ConfigLoader;
use codex_core::conversations::fork::Fork;
use codex_core::rollout::names;
use codex_core::session::request::Snapshot;

use super::fork_source::{Cutting, ToFork};
use super::resume::problems_of;
use super::resume_settings::ResumedConfig;
use super::view;
use crate::context::Context;
use crate::convert::to_core::unsupported;
use crate::error::RpcError;
use crate::handle::{Handle, Lane, Reply};
use crate::threads::LoadedThread;

impl Handle<ThreadFork> for Context {
    fn lane(params: &ThreadForkParams) -> Lane {
        Lane::thread(&params.thread_id)
    }

    async fn handle(&self, mut params: ThreadForkParams) -> Result<Reply<ThreadForkResponse>, RpcError> {
        refuse_unsupported(&params)?;
        let right = self.history().await?;
        let (ephemeral, with_turns) = (params.ephemeral, !params.exclude_turns);
        let cutting = Cutting::of(&mut params)?;
        let ToFork { source, settings, shown, turns } = self.fork_source(&mut params, cutting).await?;
        let ResumedConfig { config, warning } = self.config_to_resume(as_resume(params), settings).await?;
        let notices = source.loaded.as_ref().and_then(problems_of).into_iter().chain(warning);
        let notices: Vec<String> = notices.collect();
        let source_id = source.meta.id;
        let name = self.stored_name(source_id).await?;
        let mut fork = Fork::of(source);
        fork.ephemeral = ephemeral;
        let new = self.conversations().fork(config, fork).await?;
        let (loaded, gate) = self.open(new, Some(source_id), turns.last.clone());
        let id = loaded.conversation.id();
        if with_turns {
            let remedy = "Pass `excludeTurns: true` and read the turns page by page.";
            self.outgoing().notify(&view::whole_history_is_deprecated(remedy)).await;
        }
        if let Some(name) = name.clone().filter(|_| !ephemeral) {
            let named = move |configs: &ConfigLoader| names::set(configs.codex_home(), id, &name, now_ms());
            if let Err(error) = self.read_settings(named).await? {
                tracing::warn!(thread = %id, %error, "the fork goes without the name of its source");
            }
        }
        let snapshot = loaded.conversation.snapshot().await.map_err(|error| loaded.ended(error))?;
        let stored = match loaded.facts.path.clone() {
            Some(path) => self.stored_thread(path).await?,
            None => None,
        };
        let thread = view::thread(&loaded, stored, &snapshot);
        // Of one that is not stored only its source knows how it begins.
        let preview = if ephemeral && turns.last.is_some() { shown } else { thread.preview };
        let thread = Thread { preview, name, ..thread };
        let usage = view::token_usage(id, turns.last.map(|turn| turn.to_string()), &snapshot);
        let response = response(&loaded, &thread, turns.all, &snapshot);
        let context = self.clone();
        let reply = Reply::then(response, async move {
            for notice in notices {
                context.outgoing().notify(&view::warning(id, notice)).await;
            }
            if let Some(usage) = usage {
                context.outgoing().notify(&usage).await;
            }
            let started = ThreadStartedNotification { thread };
            context.threads().broadcast(&ServerNotification::ThreadStarted(started)).await;
            gate.open();
            context.warn_of_project_rules(loaded.conversation.config()).await;
            context.tell_of_sandbox(&snapshot.settings.sandbox_policy).await;
        });
        Ok(reply.keeping(Some(right)))
    }
}

/// Whatever a client says a thread is for (`threadSource`) changes nothing here, nor does `deferGoalContinuation`: a
/// fork has no goal. Whoever is named as the reviewer of approvals, a human is asked.
fn refuse_unsupported(params: &ThreadForkParams) -> Result<(), RpcError> {
    let used = [
        ("attachToSource", params.attach_to_source, "leave the field out; the fork then stands by itself"),
        ("experimentalPredictionMode", params.experimental_prediction_mode, "leave the field out"),
        (
            "experimentalDisablePredictionMcp",
            params.experimental_disable_prediction_mcp,
            "leave the field out",
        ),
    ];
    match used.into_iter().find(|(_, used, _)| *used) {
        Some((field, _, remedy)) => Err(unsupported(field, remedy)),
        None => Ok(()),
    }
}

/// The settings of a fork are found as those of a thread that is resumed.
fn as_resume(params: ThreadForkParams) -> ThreadResumeParams {
    ThreadResumeParams {
        thread_id: params.thread_id,
        model: params.model,
        model_provider: params.model_provider,
        service_tier: params.service_tier,
        cwd: params.cwd,
        runtime_workspace_roots: params.runtime_workspace_roots,
        approval_policy: params.approval_policy,
        approvals_reviewer: params.approvals_reviewer,
        sandbox: params.sandbox,
        permissions: params.permissions,
        config: params.config,
        base_instructions: params.base_instructions,
        developer_instructions: params.developer_instructions,
        ..ThreadResumeParams::default()
    }
}

fn response(
    loaded: &LoadedThread,
    thread: &Thread,
    turns: Vec<Turn>,
    snapshot: &Snapshot,
) -> ThreadForkResponse {
    let thread = Thread { turns, ..thread.clone() };
    let start = view::response(loaded, thread, snapshot);
    ThreadForkResponse {
        thread: start.thread,
        model: start.model,
        model_provider: start.model_provider,
        service_tier: start.service_tier,
        disabled_plugin_ids: start.disabled_plugin_ids,
        cwd: start.cwd,
        runtime_workspace_roots: start.runtime_workspace_roots,
        instruction_sources: start.instruction_sources,
        approval_policy: start.approval_policy,
        approvals_reviewer: start.approvals_reviewer,
        sandbox: start.sandbox,
        active_permission_profile: start.active_permission_profile,
        reasoning_effort: start.reasoning_effort,
        multi_agent_mode: start.multi_agent_mode,
    }
}
