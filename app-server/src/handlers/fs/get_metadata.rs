//! `fs/getMetadata`: what a path names, and since when.

use std::io;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use codex_app_server_protocol::method::FsGetMetadata;
use codex_app_server_protocol::v2::fs::{FsGetMetadataParams, FsGetMetadataResponse};

use super::failed;
use crate::context::Context;
use crate::error::RpcError;
use crate::handle::{Handle, Lane, Reply};
use crate::handlers::absolute::absolute;

impl Handle<FsGetMetadata> for Context {
    fn lane(_: &FsGetMetadataParams) -> Lane {
        Lane::Files
    }

    async fn handle(&self, params: FsGetMetadataParams) -> Result<Reply<FsGetMetadataResponse>, RpcError> {
        let path = absolute("path", &params.path)?;
        let response =
            self.blocking(move || metadata(&path).map_err(|error| failed("look at", &path, error))).await?;
        Ok(response.into())
    }
}

fn metadata(path: &Path) -> io::Result<FsGetMetadataResponse> {
    let itself = path.symlink_metadata()?;
    let target = path.metadata()?;
    Ok(FsGetMetadataResponse {
        is_directory: target.is_dir(),
        is_file: target.is_file(),
        is_symlink: itself.is_symlink(),
        created_at_ms: milliseconds(target.created()),
        modified_at_ms: milliseconds(target.modified()),
    })
}

/// Times that are not known, and those before 1970, are 0.
fn milliseconds(time: io::Result<SystemTime>) -> i64 {
    let since = time.ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    since.and_then(|since| i64::try_from(since.as_millis()).ok()).unwrap_or(0)
}
