//! `fs/createDirectory`: a folder, with those around it unless it says otherwise.

use codex_app_server_protocol::method::FsCreateDirectory;
use codex_app_server_protocol::v2::fs::{FsCreateDirectoryParams, FsCreateDirectoryResponse};

use super::failed;
use crate::context::Context;
use crate::error::RpcError;
use crate::handle::{Handle, Lane, Reply};
use crate::handlers::absolute::absolute;

impl Handle<FsCreateDirectory> for Context {
    fn lane(_: &FsCreateDirectoryParams) -> Lane {
        Lane::Files
    }

    async fn handle(
        &self,
        params: FsCreateDirectoryParams,
    ) -> Result<Reply<FsCreateDirectoryResponse>, RpcError> {
        let path = absolute("path", &params.path)?;
        let with_parents = params.recursive.unwrap_or(true);
        self.blocking(move || {
            let made = if with_parents { std::fs::create_dir_all(&path) } else { std::fs::create_dir(&path) };
            made.map_err(|error| failed("make the folder", &path, error))
        })
        .await?;
        Ok(FsCreateDirectoryResponse {}.into())
    }
}
