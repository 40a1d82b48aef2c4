//! `thread/list`: the stored threads, page by page.

use std::io::{self, Write};
use std::sync::Arc;

use codex_app_server_protocol::method::ThreadList;
use codex_app_server_protocol::v2::shared::SortDirection;
use codex_app_server_protocol::v2::thread::{Thread, ThreadStatus};
use codex_app_server_protocol::v2::thread_list::{
    ThreadListCwdFilter, ThreadListParams, ThreadListResponse, ThreadSortKey, ThreadSourceKind,
};
use codex_core::base::paths::AbsolutePath;
use codex_core::rollout::index::ThreadIndex;
use codex_core::rollout::list::{Page, StoredThread};
use codex_core::rollout::query::{Direction, ListQuery, SortKey, SourceKind};
use codex_core::rollout::read_states::{ReadState, ReadStates};
use codex_protocol::ids::ConversationId;

use super::read_state;
use crate::context::Context;
use crate::convert::to_wire;
use crate::error::RpcError;
use crate::handle::{Handle, Lane, Reply};

pub(super) const DEFAULT_LIMIT: u32 = 25;
pub(super) const LARGEST_LIMIT: u32 = 100;
/// In bytes of JSON; some clients read no lines above 64 KiB.
const LONGEST_PAGE: usize = 60 * 1024;
/// The read state of a thread, in bytes of JSON.
const READ_STATE: usize = 180;

impl Handle<ThreadList> for Context {
    fn lane(_: &ThreadListParams) -> Lane {
        Lane::Concurrent
    }

    async fn handle(&self, params: ThreadListParams) -> Result<Reply<ThreadListResponse>, RpcError> {
        if asks_for_nothing_there(&params) {
            return Ok(empty().into());
        }
        let query = query(&params, self.configs().directory())?;
        let index = self.conversations().shared().index.clone();
        let states = self.threads().read_states().clone();
        // All at once, because each way to another thread takes as long as a good part of it.
        let listed = self.read_settings(move |_| listed(&index, &states, query));
        let Listed { page, ids, mut threads, states } = listed.await??;
        for (thread, id) in threads.iter_mut().zip(&ids) {
            thread.status = self.threads().status(id);
            // Reading a thread tells what it began with; a list of the public codex does not.
            thread.forked_from_id = None;
        }
        let response = ThreadListResponse {
            data: threads,
            read_states: Some(read_state::shown(ids, states)),
            next_cursor: page.next_cursor,
            backwards_cursor: page.backwards_cursor,
        };
        Ok(self.naming_unreadable(response, page.unreadable))
    }
}

/// A page that every client can read.
struct Listed {
    /// Without its threads.
    page: Page,
    ids: Vec<ConversationId>,
    threads: Vec<Thread>,
    states: Vec<ReadState>,
}

fn listed(index: &Arc<ThreadIndex>, states: &ReadStates, mut query: ListQuery) -> Result<Listed, RpcError> {
    loop {
        let mut page = index.list(&query)?;
        let ids: Vec<_> = page.threads.iter().map(|thread| thread.id).collect();
        let (threads, fitting) = shown(std::mem::take(&mut page.threads));
        if fitting >= threads.len() {
            let states = states.of(&ids)?;
            return Ok(Listed { page, ids, threads, states });
        }
        query.limit = fitting;
    }
}

/// The threads as if none were loaded, and how many of them, at least one, make an answer that every client can read.
pub(super) fn shown(threads: Vec<StoredThread>) -> (Vec<Thread>, usize) {
    let shown = |thread| to_wire::thread::stored(thread, ThreadStatus::NotLoaded);
    let threads: Vec<Thread> = threads.into_iter().map(shown).collect();
    let mut bytes = 0;
    let fitting = threads.iter().take_while(|thread| {
        let mut length = Length(0);
        // Nothing is written, so that nothing can fail.
        let _ = serde_json::to_writer(&mut length, thread);
        bytes += length.0 + READ_STATE;
        bytes <= LONGEST_PAGE
    });
    let fitting = fitting.count().max(1);
    (threads, fitting)
}

/// Counts what is written.
struct Length(usize);

impl Write for Length {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Projects and threads that belong to others: there are none, so that nothing is in them.
fn asks_for_nothing_there(params: &ThreadListParams) -> bool {
    params.project_id.is_some()
        || params.parent_thread_id.is_some()
        || params.ancestor_thread_id.is_some()
        || params.attached_to_thread_id.is_some()
}

fn empty() -> ThreadListResponse {
    ThreadListResponse { data: Vec::new(), read_states: None, next_cursor: None, backwards_cursor: None }
}

fn query(params: &ThreadListParams, directory: &AbsolutePath) -> Result<ListQuery, RpcError> {
    let folders = match &params.cwd {
        None => Vec::new(),
        Some(ThreadListCwdFilter::One(folder)) => vec![folder.clone()],
        Some(ThreadListCwdFilter::Many(folders)) => folders.clone(),
    };
    Ok(ListQuery {
        limit: params.limit.unwrap_or(DEFAULT_LIMIT).min(LARGEST_LIMIT) as usize,
        cursor: params.cursor.clone(),
        sort: match params.sort_key {
            None | Some(ThreadSortKey::CreatedAt) => SortKey::Created,
            Some(ThreadSortKey::UpdatedAt | ThreadSortKey::RecencyAt) => SortKey::Updated,
            Some(ThreadSortKey::SectionPosition) if params.section_id.is_some() => SortKey::Place,
            Some(ThreadSortKey::SectionPosition) => {
                return Err(RpcError::invalid_request(
                    "section-position sorting requires a section filter; set `sectionId`",
                ));
            }
        },
        direction: match params.sort_direction {
            None if params.sort_key == Some(ThreadSortKey::SectionPosition) => Direction::Ascending,
            None | Some(SortDirection::Desc) => Direction::Descending,
            Some(SortDirection::Asc) => Direction::Ascending,
        },
        section: params.section_id.clone(),
        archived: params.archived.unwrap_or_default(),
        sources: params.source_kinds.iter().flatten().copied().map(source_kind).collect(),
        model_providers: params.model_providers.clone().unwrap_or_default(),
        cwds: folders.iter().map(|folder| directory.join(folder).into_path_buf()).collect(),
        originators: params.originators.clone().unwrap_or_default(),
        // What is no id excludes nothing.
        excluded: params.excluded_thread_ids.iter().flatten().filter_map(|id| id.parse().ok()).collect(),
        search_term: params.search_term.clone().filter(|term| !term.is_empty()),
    })
}

pub(super) fn source_kind(kind: ThreadSourceKind) -> SourceKind {
    match kind {
        ThreadSourceKind::Cli => SourceKind::Cli,
        ThreadSourceKind::Vscode => SourceKind::VsCode,
        ThreadSourceKind::Exec => SourceKind::Exec,
        ThreadSourceKind::AppServer => SourceKind::AppServer,
        ThreadSourceKind::SubAgent => SourceKind::SubAgent,
        ThreadSourceKind::SubAgentReview => SourceKind::SubAgentReview,
        ThreadSourceKind::SubAgentCompact => SourceKind::SubAgentCompact,
        ThreadSourceKind::SubAgentThreadSpawn => SourceKind::SubAgentThreadSpawn,
        ThreadSourceKind::SubAgentOther => SourceKind::SubAgentOther,
        ThreadSourceKind::Unknown => SourceKind::Unknown,
    }
}
