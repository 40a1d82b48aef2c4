//! `fuzzyFileSearch` and its sessions: finding files by a few letters. In the order of the requests, so that the newer
//! one replaces the older; what takes long is waited for outside of it.

use codex_app_server_protocol::method::{
    FuzzyFileSearch, FuzzyFileSearchSessionStart, FuzzyFileSearchSessionStop, FuzzyFileSearchSessionUpdate,
};
use codex_app_server_protocol::v2::file_search::{
    FuzzyFileSearchParams, FuzzyFileSearchResponse, FuzzyFileSearchSessionStartParams,
    FuzzyFileSearchSessionStartResponse, FuzzyFileSearchSessionStopParams,
    FuzzyFileSearchSessionStopResponse, FuzzyFileSearchSessionUpdateParams,
    FuzzyFileSearchSessionUpdateResponse,
};
use codex_core::file_search::Root;
use codex_core::file_search::query::Query;

use super::absolute::absolute;
use crate::context::Context;
use crate::convert::to_wire;
use crate::error::RpcError;
use crate::handle::{Handle, Lane, Reply};
use crate::searches::MOST_SESSIONS;

const LONGEST_QUERY: usize = 1000;
const MOST_ROOTS: usize = 1000;

impl Handle<FuzzyFileSearch> for Context {
    fn lane(_: &FuzzyFileSearchParams) -> Lane {
        Lane::Searches
    }

    async fn handle(
        &self,
        params: FuzzyFileSearchParams,
    ) -> Result<Reply<FuzzyFileSearchResponse>, RpcError> {
        check_query(&params.query)?;
        let roots = roots(params.roots)?;
        let single = self.searches().single(params.cancellation_token);
        let Some(query) = Query::new(&params.query) else {
            return Ok(FuzzyFileSearchResponse { files: Vec::new() }.into());
        };
        Ok(Reply::later(async move {
            let hits = single.find(roots.clone(), query).await;
            let files = hits.iter().map(|hit| to_wire::file_search::result(hit, &roots)).collect();
            Ok(FuzzyFileSearchResponse { files }.into())
        }))
    }
}

impl Handle<FuzzyFileSearchSessionStart> for Context {
    fn lane(_: &FuzzyFileSearchSessionStartParams) -> Lane {
        Lane::Searches
    }

    async fn handle(
        &self,
        params: FuzzyFileSearchSessionStartParams,
    ) -> Result<Reply<FuzzyFileSearchSessionStartResponse>, RpcError> {
        let FuzzyFileSearchSessionStartParams { session_id, roots: named } = params;
        if session_id.is_empty() {
            return Err(RpcError::invalid_request("sessionId must not be empty"));
        }
        let roots = roots(named)?;
        if roots.is_empty() {
            return Err(RpcError::internal(
                "failed to start fuzzy file search session: at least one search directory is required in `roots`",
            ));
        }
        let context = self.clone();
        // What is told of it comes after the answer.
        if !context.searches().may_start(&session_id) {
            return Err(RpcError::invalid_request(format!(
                "{MOST_SESSIONS} fuzzy file search sessions are open, which is the most; stop one of them"
            )));
        }
        Ok(Reply::then(FuzzyFileSearchSessionStartResponse {}, async move {
            context.searches().start(session_id, roots, context.outgoing().clone());
        }))
    }
}

impl Handle<FuzzyFileSearchSessionUpdate> for Context {
    fn lane(_: &FuzzyFileSearchSessionUpdateParams) -> Lane {
        Lane::Searches
    }

    async fn handle(
        &self,
        params: FuzzyFileSearchSessionUpdateParams,
    ) -> Result<Reply<FuzzyFileSearchSessionUpdateResponse>, RpcError> {
        let FuzzyFileSearchSessionUpdateParams { session_id, query } = params;
        check_query(&query)?;
        if !self.searches().has(&session_id) {
            return Err(RpcError::invalid_request(format!(
                "fuzzy file search session not found: {session_id}"
            )));
        }
        let searches = self.searches().clone();
        Ok(Reply::then(FuzzyFileSearchSessionUpdateResponse {}, async move {
            searches.update(&session_id, query);
        }))
    }
}

impl Handle<FuzzyFileSearchSessionStop> for Context {
    fn lane(_: &FuzzyFileSearchSessionStopParams) -> Lane {
        Lane::Searches
    }

    async fn handle(
        &self,
        params: FuzzyFileSearchSessionStopParams,
    ) -> Result<Reply<FuzzyFileSearchSessionStopResponse>, RpcError> {
        self.searches().stop(&params.session_id);
        Ok(FuzzyFileSearchSessionStopResponse {}.into())
    }
}

fn check_query(query: &str) -> Result<(), RpcError> {
    let length = query.chars().count();
    if length <= LONGEST_QUERY {
        return Ok(());
    }
    Err(RpcError::invalid_params(format!(
        "`query` has {length} characters and may have {LONGEST_QUERY}; it is matched with paths"
    )))
}

/// Each once.
fn roots(named: Vec<String>) -> Result<Vec<Root>, RpcError> {
    if named.len() > MOST_ROOTS {
        return Err(RpcError::invalid_params(format!("`roots` may have {MOST_ROOTS} entries")));
    }
    let mut roots: Vec<Root> = Vec::new();
    for name in named {
        let path = absolute("roots", &name)?;
        if roots.iter().all(|root| root.path != path) {
            roots.push(Root { path, name });
        }
    }
    Ok(roots)
}
