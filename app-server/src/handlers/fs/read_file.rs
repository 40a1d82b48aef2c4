//! `fs/readFile`: a whole file, up to a size that fits into one message.

use std::path::Path;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use codex_app_server_protocol::method::FsReadFile;
use codex_app_server_protocol::v2::fs::{FsReadFileParams, FsReadFileResponse};
use codex_core::base::files::{Beginning, read_beginning};

use super::{failed, not_a_file};
use crate::context::Context;
use crate::error::RpcError;
use crate::handle::{Handle, Lane, Reply};
use crate::handlers::absolute::absolute;

/// Larger files are not read.
const LONGEST: usize = 32 * 1024 * 1024;
/// So much is asked for at least: files grow, and some have no size before they are read.
const STEP: usize = 64 * 1024;

impl Handle<FsReadFile> for Context {
    fn lane(_: &FsReadFileParams) -> Lane {
        Lane::Files
    }

    async fn handle(&self, params: FsReadFileParams) -> Result<Reply<FsReadFileResponse>, RpcError> {
        let path = absolute("path", &params.path)?.into_path_buf();
        let size = {
            let path = path.clone();
            self.blocking(move || size(&path)).await?
        };
        let mut room = size.saturating_add(STEP).min(LONGEST);
        loop {
            let right = self.file_memory(room).await?;
            let path = path.clone();
            let Beginning { bytes, cut } = self.blocking(move || read(&path, room)).await?;
            if !cut {
                let response = FsReadFileResponse { data_base64: BASE64_STANDARD.encode(bytes) };
                return Ok(Reply::new(response).keeping(Some(right)));
            }
            if room == LONGEST {
                return Err(too_large(&params.path));
            }
            // It has grown, or did not say how long it is.
            room = LONGEST;
        }
    }
}

fn size(path: &Path) -> Result<usize, RpcError> {
    let metadata = path.metadata().map_err(|error| failed("read", path, error))?;
    if !metadata.is_file() {
        return Err(not_a_file(path));
    }
    let size = usize::try_from(metadata.len()).unwrap_or(usize::MAX);
    if size > LONGEST { Err(too_large(&path.to_string_lossy())) } else { Ok(size) }
}

fn read(path: &Path, limit: usize) -> Result<Beginning, RpcError> {
    read_beginning(path, limit).map_err(|error| match error.kind() {
        std::io::ErrorKind::InvalidInput => not_a_file(path),
        _ => failed("read", path, error),
    })
}

fn too_large(path: &str) -> RpcError {
    RpcError::invalid_request(format!(
        "`path`: the file `{path}` is larger than {} MiB, which is the most that is read; read parts of it with a command",
        LONGEST / 1024 / 1024
    ))
}
