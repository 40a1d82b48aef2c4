//! `fs/writeFile`: a whole file, in the place of what was in it. Links and permissions stay.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use codex_app_server_protocol::method::FsWriteFile;
use codex_app_server_protocol::v2::fs::{FsWriteFileParams, FsWriteFileResponse};

use super::{failed, not_a_file};
use crate::context::Context;
use crate::error::RpcError;
use crate::handle::{Handle, Lane, Reply};
use crate::handlers::absolute::absolute;

impl Handle<FsWriteFile> for Context {
    fn lane(_: &FsWriteFileParams) -> Lane {
        Lane::Files
    }

    async fn handle(&self, params: FsWriteFileParams) -> Result<Reply<FsWriteFileResponse>, RpcError> {
        let path = absolute("path", &params.path)?;
        self.blocking(move || {
            let bytes = BASE64_STANDARD.decode(params.data_base64).map_err(|error| {
                RpcError::invalid_request(format!("fs/writeFile requires valid base64 dataBase64: {error}"))
            })?;
            write(&path, &bytes)
        })
        .await?;
        Ok(FsWriteFileResponse {}.into())
    }
}

/// The type is looked at before opening, since opening a device can have effects, and again after it, before
/// anything of the file is lost.
pub(super) fn open(path: &Path) -> Result<std::fs::File, RpcError> {
    if path.metadata().is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir()) {
        return Err(not_a_file(path));
    }
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        let flags = rustix::fs::OFlags::NONBLOCK | rustix::fs::OFlags::NOCTTY;
        options.custom_flags(i32::try_from(flags.bits()).unwrap_or(0));
    }
    let file = options.open(path).map_err(|error| failed("write", path, error))?;
    let metadata = file.metadata().map_err(|error| failed("write", path, error))?;
    if metadata.is_file() { Ok(file) } else { Err(not_a_file(path)) }
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), RpcError> {
    let mut file = open(path)?;
    let written = file.set_len(0).and_then(|()| file.write_all(bytes));
    written.map_err(|error| failed("write", path, error))
}
