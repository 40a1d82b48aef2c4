//! `fs/readDirectory`: what is in a folder, by name.

use std::path::Path;

use codex_app_server_protocol::method::FsReadDirectory;
use codex_app_server_protocol::v2::fs::{
    FsReadDirectoryEntry, FsReadDirectoryParams, FsReadDirectoryResponse,
};

use super::failed;
use crate::context::Context;
use crate::error::RpcError;
use crate::handle::{Handle, Lane, Reply};
use crate::handlers::absolute::absolute;

/// Folders with more in them are not listed: the list is one message.
const MOST_ENTRIES: usize = 200_000;
/// Of memory, for each of them.
const ENTRY_BYTES: usize = 128;

impl Handle<FsReadDirectory> for Context {
    fn lane(_: &FsReadDirectoryParams) -> Lane {
        Lane::Files
    }

    async fn handle(
        &self,
        params: FsReadDirectoryParams,
    ) -> Result<Reply<FsReadDirectoryResponse>, RpcError> {
        let path = absolute("path", &params.path)?;
        let entries = self.blocking(move || list(&path)).await?;
        let right = self.file_memory(entries.len() * ENTRY_BYTES).await?;
        Ok(Reply::new(FsReadDirectoryResponse { entries }).keeping(Some(right)))
    }
}

fn list(path: &Path) -> Result<Vec<FsReadDirectoryEntry>, RpcError> {
    let mut entries = Vec::new();
    for entry in path.read_dir().map_err(|error| failed("list", path, error))? {
        let entry = entry.map_err(|error| failed("list", path, error))?;
        if entries.len() == MOST_ENTRIES {
            return Err(RpcError::invalid_request(format!(
                "`path`: more than {MOST_ENTRIES} entries are in `{}`, which is the most that is listed; list it with a command",
                path.display()
            )));
        }
        let Ok(kind) = entry.file_type() else { continue };
        let (is_directory, is_file) = if kind.is_symlink() {
            // One that leads nowhere, or in a circle, is nothing that can be used.
            let Ok(target) = entry.path().metadata() else { continue };
            (target.is_dir(), target.is_file())
        } else {
            (kind.is_dir(), kind.is_file())
        };
        let file_name = entry.file_name().to_string_lossy().into_owned();
        entries.push(FsReadDirectoryEntry { file_name, is_directory, is_file });
    }
    entries.sort_by(|one, other| one.file_name.cmp(&other.file_name));
    Ok(entries)
}
