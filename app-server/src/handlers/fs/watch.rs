//! `fs/watch`: being told of changes until `fs/unwatch` or the end of the connection.

use codex_app_server_protocol::method::{FsUnwatch, FsWatch};
use codex_app_server_protocol::v2::fs_watch::{
    FsUnwatchParams, FsUnwatchResponse, FsWatchParams, FsWatchResponse,
};
use codex_core::watch::Error;

use crate::context::Context;
use crate::error::RpcError;
use crate::handle::{Handle, Lane, Reply};
use crate::handlers::absolute::absolute;

impl Handle<FsWatch> for Context {
    fn lane(_: &FsWatchParams) -> Lane {
        Lane::Files
    }

    async fn handle(&self, params: FsWatchParams) -> Result<Reply<FsWatchResponse>, RpcError> {
        let path = absolute("path", &params.path)?;
        let shown = path.display().to_string();
        let id = params.watch_id;
        self.watches().watch(self.outgoing(), &id, path).await.map_err(not_watched)?;
        let watches = self.watches().clone();
        Ok(Reply::then(FsWatchResponse { path: shown }, async move { watches.tell(id).await }))
    }
}

impl Handle<FsUnwatch> for Context {
    fn lane(_: &FsUnwatchParams) -> Lane {
        Lane::Files
    }

    async fn handle(&self, params: FsUnwatchParams) -> Result<Reply<FsUnwatchResponse>, RpcError> {
        self.watches().unwatch(params.watch_id).await;
        Ok(FsUnwatchResponse {}.into())
    }
}

fn not_watched(error: Error) -> RpcError {
    let message = error.to_string();
    match error {
        Error::Exists(_) | Error::TooMany => RpcError::invalid_request(message),
        Error::SystemLimit { .. } => RpcError::internal(message),
        Error::Io(source) => RpcError::internal(message).caused_by(source),
        #[cfg(not(target_os = "linux"))]
        Error::NotHere => RpcError::not_supported(message),
    }
}
