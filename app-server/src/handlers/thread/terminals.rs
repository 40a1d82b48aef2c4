//! `thread/backgroundTerminals/list`: processes that outlived the tool calls which started them.

use codex_app_server_protocol::method::ThreadBackgroundTerminalsList;
use codex_app_server_protocol::v2::thread_list::{
    ThreadBackgroundTerminal, ThreadBackgroundTerminalsListParams, ThreadBackgroundTerminalsListResponse,
};
use codex_core::exec::parse::shells::script_of;
use codex_core::exec::unified::session::ExecSession;

use crate::context::Context;
use crate::convert::to_wire::{command, path};
use crate::error::RpcError;
use crate::handle::{Handle, Lane, Reply};
use crate::handlers::paging::{Page, page};

impl Handle<ThreadBackgroundTerminalsList> for Context {
    fn lane(params: &ThreadBackgroundTerminalsListParams) -> Lane {
        Lane::thread(&params.thread_id)
    }

    async fn handle(
        &self,
        params: ThreadBackgroundTerminalsListParams,
    ) -> Result<Reply<ThreadBackgroundTerminalsListResponse>, RpcError> {
        let thread = self.loaded_thread(&params.thread_id)?;
        let sessions = thread.conversation.background_terminals();
        let all = sessions.iter().filter_map(|session| terminal(session)).collect();
        let wanted = Page { cursor: params.cursor.as_deref(), limit: params.limit, of: "terminals" };
        let (data, next_cursor) = page(all, wanted)?;
        Ok(ThreadBackgroundTerminalsListResponse { data, next_cursor }.into())
    }
}

/// Shown as the script that the model wrote, where a shell was given one. How busy a process is and what it holds is
/// not looked up.
fn terminal(session: &ExecSession) -> Option<ThreadBackgroundTerminal> {
    let argv = session.command();
    Some(ThreadBackgroundTerminal {
        item_id: session.item()?.to_string(),
        process_id: session.id().to_string(),
        command: script_of(argv).map_or_else(|| command::line(argv), str::to_owned),
        cwd: path(session.cwd()),
        os_pid: session.os_pid(),
        cpu_percent: None,
        rss_kb: None,
    })
}
