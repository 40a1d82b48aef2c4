//! `fs/remove`: a file, a link or a folder with all that is in it.

use std::io;
use std::path::Path;

use codex_app_server_protocol::method::FsRemove;
use codex_app_server_protocol::v2::fs::{FsRemoveParams, FsRemoveResponse};

use super::failed;
use crate::context::Context;
use crate::error::RpcError;
use crate::handle::{Handle, Lane, Reply};
use crate::handlers::absolute::absolute;

impl Handle<FsRemove> for Context {
    fn lane(_: &FsRemoveParams) -> Lane {
        Lane::Files
    }

    async fn handle(&self, params: FsRemoveParams) -> Result<Reply<FsRemoveResponse>, RpcError> {
        let path = absolute("path", &params.path)?;
        if path.parent().is_none() {
            return Err(RpcError::invalid_request("`path`: the root of the file system is not removed"));
        }
        let whole = params.recursive.unwrap_or(true);
        let may_be_gone = params.force.unwrap_or(true);
        self.blocking(move || match remove(&path, whole) {
            Err(error) if error.kind() == io::ErrorKind::NotFound && may_be_gone => Ok(()),
            removed => removed.map_err(|error| failed("remove", &path, error)),
        })
        .await?;
        Ok(FsRemoveResponse {}.into())
    }
}

fn remove(path: &Path, whole: bool) -> io::Result<()> {
    // Links that are put in the place of a folder meanwhile are not followed.
    match (path.symlink_metadata()?.is_dir(), whole) {
        (false, _) => std::fs::remove_file(path),
        (true, false) => std::fs::remove_dir(path),
        (true, true) => std::fs::remove_dir_all(path),
    }
}
