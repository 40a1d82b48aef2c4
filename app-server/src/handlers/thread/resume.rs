//! `thread/resume`: loads a stored thread, or joins one that is loaded. The connection listens to it from then on.

use codex_app_server_protocol::ServerNotification;
use codex_app_server_protocol::method::ThreadResume;
use codex_app_server_protocol::v2::thread::{Thread, ThreadStatus, ThreadStatusChangedNotification};
use codex_app_server_protocol::v2::thread_start::{
    ThreadResumeParams, ThreadResumeResponse, ThreadStartResponse, TurnsPage,
};
use codex_app_server_protocol::v2::turn::Turn;
use codex_core::error::CoreError;
use codex_core::rollout::reader::Loaded;
use codex_core::session::request::Snapshot;
use codex_protocol::ids::TurnId;

use super::resume_settings::{self, ResumedConfig, StoredSettings};
use super::resume_source::{Source, StoredEnd, StoredSource};
use super::start::add_roots;
use super::stored::HistorySource;
use super::stored_history::Ends;
use super::turns_page::TurnsQuery;
use super::{turns_page, view};
use crate::context::Context;
use crate::convert::to_core::thread::resume_overrides;
use crate::convert::to_wire;
use crate::error::RpcError;
use crate::handle::{Handle, Lane, Reply};
use crate::threads::{Gate, LoadedThread};

/// What of the history a client wants in the answer.
#[derive(Clone)]
struct Wanted {
    all_turns: bool,
    page: Option<TurnsQuery>,
}

/// What of the history it gets.
struct Shown {
    turns: Vec<Turn>,
    page: Option<TurnsPage>,
    ends: Ends,
}

/// A thread on its way to the client.
struct Resumed {
    loaded: LoadedThread,
    shown: Shown,
    /// What is told after the answer and before what is new.
    notices: Vec<ServerNotification>,
    /// It was not loaded before.
    is_new: bool,
    gate: Gate,
}

impl Handle<ThreadResume> for Context {
    fn lane(params: &ThreadResumeParams) -> Lane {
        Lane::thread(&params.thread_id)
    }

    async fn handle(&self, mut params: ThreadResumeParams) -> Result<Reply<ThreadResumeResponse>, RpcError> {
        let history = self.history().await?;
        let page = params.initial_turns_page.take().map(TurnsQuery::from);
        let wanted = Wanted { all_turns: !params.exclude_turns, page };
        let resumed = match self.resume_source(&mut params).await? {
            Source::Loaded(loaded) => self.join(*loaded, &wanted).await?,
            Source::Stored(stored) => self.load(*stored, params, &wanted).await?,
        };
        if wanted.all_turns {
            let remedy =
                "Pass `excludeTurns: true`; `initialTurnsPage` (experimental) gives the latest ones.";
            self.outgoing().notify(&view::whole_history_is_deprecated(remedy)).await;
        }
        if resumed.is_new {
            let thread_id = resumed.loaded.conversation.id().to_string();
            let changed = ThreadStatusChangedNotification { thread_id, status: ThreadStatus::Idle };
            self.threads().broadcast(&ServerNotification::ThreadStatusChanged(changed)).await;
        }
        Ok(self.answer_resumed(resumed).await?.keeping(Some(history)))
    }
}

impl Context {
    /// Joins a loaded thread. Settings in the request change nothing.
    async fn join(&self, loaded: LoadedThread, wanted: &Wanted) -> Result<Resumed, RpcError> {
        let id = loaded.conversation.id();
        let path = loaded.facts.path.clone().ok_or_else(|| RpcError::no_rollout(id))?;
        let (told, gate) =
            loaded.join(self.listener().clone()).await.ok_or_else(|| RpcError::thread_not_found(id))?;
        loaded.conversation.flush().await.map_err(|error| loaded.ended(error))?;
        let running = told.running.as_ref().map(|running| TurnId::from(running.turn.id.as_str()));
        let source = HistorySource { path: path.clone(), running };
        let page = wanted.page.clone();
        let (ends, page) = self
            .read_history(source, move |history| {
                let page = page.map(|page| turns_page::page(history, id, &page)).transpose()?;
                Ok((history.ends()?, page))
            })
            .await?;
        let turns = if wanted.all_turns { self.turns_so_far(path, told).await? } else { Vec::new() };
        let shown = Shown { turns, page, ends };
        Ok(Resumed { loaded, shown, notices: Vec::new(), is_new: false, gate })
    }

    async fn load(
        &self,
        StoredSource { end: StoredEnd { rollout, ends }, path, turns, lock }: StoredSource,
        params: ThreadResumeParams,
        wanted: &Wanted,
    ) -> Result<Resumed, RpcError> {
        let ResumedConfig { config, warning } =
            self.config_to_resume(params, StoredSettings::of(&rollout)).await?;
        let id = rollout.meta.id;
        let forked_from = rollout.meta.forked_from_id;
        let notices: Vec<ServerNotification> = problems_of(&rollout)
            .into_iter()
            .chain(warning)
            .chain(lock.missing().map(unlocked))
            .map(|message| view::warning(id, message))
            .collect();
        let page = match wanted.page.clone() {
            None => None,
            Some(page) => {
                let source = HistorySource { path: path.clone(), running: None };
                Some(self.read_history(source, move |history| turns_page::page(history, id, &page)).await?)
            }
        };
        let last_turn = ends.last_turn.clone().map(|(id, _)| id);
        let shown = Shown { turns, page, ends };
        let new = match self.conversations().resume(config, rollout, path, lock).await {
            Ok(new) => new,
            Err(error @ CoreError::Busy(_)) => {
                // Another connection was faster.
                let loaded = self.threads().get(&id).ok_or_else(|| RpcError::from(error))?;
                return self.join(loaded, wanted).await;
            }
            Err(error) => return Err(error.into()),
        };
        let (loaded, gate) = self.open(new, forked_from, last_turn);
        Ok(Resumed { loaded, shown, notices, is_new: true, gate })
    }

    /// The configuration of the thread to be, from the request and what is stored.
    pub(super) async fn config_to_resume(
        &self,
        mut params: ThreadResumeParams,
        stored: StoredSettings,
    ) -> Result<ResumedConfig, RpcError> {
        let overrides = resume_overrides(&mut params)?;
        let mut resumed = self
            .read_settings(move |configs| resume_settings::config_for(configs, overrides, stored))
            .await??;
        add_roots(&mut resumed.config, params.runtime_workspace_roots.unwrap_or_default())?;
        Ok(resumed)
    }

    async fn answer_resumed(&self, resumed: Resumed) -> Result<Reply<ThreadResumeResponse>, RpcError> {
        let Resumed { loaded, shown: Shown { turns, page, ends }, mut notices, is_new, gate } = resumed;
        let snapshot = loaded.conversation.snapshot().await.map_err(|error| loaded.ended(error))?;
        let stored = match loaded.facts.path.clone() {
            Some(path) => self.stored_thread(path).await?,
            None => None,
        };
        let id = loaded.conversation.id();
        let last_turn = ends.last_turn.as_ref().map(|(turn, _)| turn.to_string());
        notices.extend(view::token_usage(id, last_turn, &snapshot));
        notices.push(match snapshot.goal.clone() {
            Some(goal) => to_wire::goal::updated(None, goal),
            None => to_wire::goal::cleared(id),
        });
        let cursors = ends.cursors(id);
        let thread = Thread { turns, ..view::thread(&loaded, stored, &snapshot) };
        let response = ThreadResumeResponse {
            initial_turns_page: page,
            turns_backwards_cursor: cursors.turns,
            items_backwards_cursor: cursors.items,
            ..resume_response(view::response(&loaded, thread, &snapshot), &snapshot)
        };
        let context = self.clone();
        Ok(Reply::then(response, async move {
            for notice in notices {
                context.outgoing().notify(&notice).await;
            }
            gate.open();
            context.warn_of_project_rules(loaded.conversation.config()).await;
            context.tell_of_sandbox(&snapshot.settings.sandbox_policy).await;
            if is_new {
                // It goes on where it ended.
                context.threads().queues().let_goal_go_on(&loaded.conversation).await;
            }
        }))
    }
}

fn resume_response(start: ThreadStartResponse, snapshot: &Snapshot) -> ThreadResumeResponse {
    ThreadResumeResponse {
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
        collaboration_mode: Some(view::collaboration_mode(&snapshot.settings)),
        multi_agent_mode: start.multi_agent_mode,
        initial_turns_page: None,
        turns_backwards_cursor: None,
        items_backwards_cursor: None,
    }
}

/// What a user should know where nothing keeps other processes away.
fn unlocked(reason: &str) -> String {
    format!(
        "Nothing keeps other processes from writing this thread at the same time: {reason}. Do not open it twice."
    )
}

/// What a user should know of a file that could not be read as a whole.
pub(super) fn problems_of(rollout: &Loaded) -> Option<String> {
    let mut parts = Vec::new();
    if let Some(torn) = rollout.torn {
        parts.push(format!(
            "its last line was cut off after {} bytes, probably by a crash, and is left out",
            torn.bytes
        ));
    }
    if let Some(first) = rollout.problems.first.first() {
        parts.push(format!(
            "{} of its lines cannot be read and are left out ({}{})",
            rollout.problems.count,
            if first.line > 0 { format!("line {}: ", first.line) } else { String::new() },
            first.what
        ));
    }
    if rollout.repeated > 0 {
        parts.push(format!("{} of its lines stand there twice and count once", rollout.repeated));
    }
    if rollout.torn.is_some() || !rollout.broken.is_empty() {
        parts.push("with the next turn, what is broken goes to a file beside it whose name ends in `.torn-` and a number".to_owned());
    }
    (!parts.is_empty()).then(|| format!("The stored thread is damaged: {}.", parts.join("; ")))
}
