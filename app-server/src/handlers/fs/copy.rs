//! `fs/copy`: a file, a link or a folder. Links stay links; what is neither is left out of the copy of a folder.

use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};

use codex_app_server_protocol::method::FsCopy;
use codex_app_server_protocol::v2::fs::{FsCopyParams, FsCopyResponse};
use codex_core::base::files::{is_one, open_regular};

use super::stop::{Stop, Waiting};
use super::{failed, write_file};
use crate::context::Context;
use crate::error::RpcError;
use crate::handle::{Handle, Lane, Reply};
use crate::handlers::absolute::absolute;

/// Bytes between two looks at whether anybody waits.
const STEP: u64 = 16 * 1024 * 1024;

impl Handle<FsCopy> for Context {
    fn lane(_: &FsCopyParams) -> Lane {
        Lane::Files
    }

    async fn handle(&self, params: FsCopyParams) -> Result<Reply<FsCopyResponse>, RpcError> {
        let from = absolute("sourcePath", &params.source_path)?;
        let to = absolute("destinationPath", &params.destination_path)?;
        let waiting = Waiting::default();
        let stop = waiting.stop();
        self.blocking(move || copy(&from, &to, params.recursive, &stop)).await?;
        drop(waiting);
        Ok(FsCopyResponse {}.into())
    }
}

fn copy(from: &Path, to: &Path, recursive: bool, stop: &Stop) -> Result<(), RpcError> {
    let source = from.symlink_metadata().map_err(|error| failed("copy", from, error))?;
    if source.is_symlink() {
        return copy_link(from, to);
    }
    if source.is_file() {
        return copy_file(from, to, &source, stop);
    }
    if !source.is_dir() {
        return Err(RpcError::invalid_request(
            "fs/copy only supports regular files, directories, and symlinks",
        ));
    }
    if !recursive {
        return Err(RpcError::invalid_request(
            "fs/copy requires recursive: true when sourcePath is a directory",
        ));
    }
    let real = from.canonicalize().map_err(|error| failed("copy", from, error))?;
    if place_of(to).starts_with(&real) {
        return Err(RpcError::invalid_request(
            "fs/copy cannot copy a directory to itself or one of its descendants",
        ));
    }
    copy_folder(from, to, stop)
}

/// Where a path leads that need not exist: its folders may be links.
fn place_of(path: &Path) -> PathBuf {
    for above in path.ancestors() {
        let (Ok(real), Ok(rest)) = (above.canonicalize(), path.strip_prefix(above)) else { continue };
        return real.join(rest);
    }
    path.to_owned()
}

/// Folder by folder, so that the depth of a tree costs no stack.
fn copy_folder(from: &Path, to: &Path, stop: &Stop) -> Result<(), RpcError> {
    let mut folders = vec![(from.to_owned(), to.to_owned())];
    let mut is_first = true;
    while let Some((from, to)) = folders.pop() {
        make_folder(&from, &to, is_first)?;
        is_first = false;
        for entry in from.read_dir().map_err(|error| failed("copy", &from, error))? {
            stop.check()?;
            let entry = entry.map_err(|error| failed("copy", &from, error))?;
            let (from, to) = (entry.path(), to.join(entry.file_name()));
            let metadata = match entry.metadata() {
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                metadata => metadata.map_err(|error| failed("copy", &from, error))?,
            };
            if metadata.is_symlink() {
                copy_link(&from, &to)?;
            } else if metadata.is_dir() {
                folders.push((from, to));
            } else if metadata.is_file() {
                copy_file(&from, &to, &metadata, stop)?;
            }
        }
    }
    Ok(())
}

/// A copy can be entered by whom the original can be entered by, and by its owner while it is made.
fn make_folder(from: &Path, to: &Path, with_parents: bool) -> Result<(), RpcError> {
    if with_parents && let Some(parent) = to.parent() {
        fs::create_dir_all(parent).map_err(|error| failed("make the folder", parent, error))?;
    }
    match fs::create_dir(to) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && to.is_dir() => return Ok(()),
        made => made.map_err(|error| failed("make the folder", to, error))?,
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let original = from.metadata().map_err(|error| failed("copy", from, error))?;
        let mode = fs::Permissions::from_mode((original.permissions().mode() & 0o777) | 0o700);
        fs::set_permissions(to, mode).map_err(|error| failed("copy to", to, error))?;
    }
    Ok(())
}

fn copy_file(from: &Path, to: &Path, source: &Metadata, stop: &Stop) -> Result<(), RpcError> {
    if to.metadata().is_ok_and(|target| is_one(source, &target)) {
        return Err(RpcError::invalid_request(format!(
            "fs/copy cannot copy a file to itself: `{}` and `{}` are one file",
            from.display(),
            to.display()
        )));
    }
    let mut source = open_regular(from).map_err(|error| failed("copy", from, error))?;
    let mut target = write_file::open(to)?;
    let into = |error| failed("copy to", to, error);
    target.set_len(0).map_err(into)?;
    loop {
        stop.check()?;
        if io::copy(&mut io::Read::take(&mut source, STEP), &mut target).map_err(into)? == 0 {
            break;
        }
    }
    let permissions = source.metadata().map_err(into)?.permissions();
    target.set_permissions(permissions).map_err(into)
}

#[cfg(unix)]
fn copy_link(from: &Path, to: &Path) -> Result<(), RpcError> {
    let target = fs::read_link(from).map_err(|error| failed("copy", from, error))?;
    std::os::unix::fs::symlink(target, to).map_err(|error| failed("copy to", to, error))
}

#[cfg(not(unix))]
fn copy_link(_: &Path, _: &Path) -> Result<(), RpcError> {
    Err(RpcError::not_supported("fs/copy copies no links on this system"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_leads_where_its_folders_lead() {
        let folder = tempfile::tempdir().unwrap();
        let real = folder.path().canonicalize().unwrap();
        fs::create_dir(real.join("a")).unwrap();
        std::os::unix::fs::symlink("a", real.join("link")).unwrap();
        assert_eq!(place_of(&real.join("link/b/c")), real.join("a/b/c"));
        assert_eq!(place_of(&real.join("none/b")), real.join("none/b"));
    }

    #[test]
    fn a_copy_that_nobody_waits_for_ends() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("a")).unwrap();
        fs::write(folder.path().join("a/b"), "1").unwrap();
        let waiting = Waiting::default();
        let stop = waiting.stop();
        let copied = |name: &str| copy(&folder.path().join("a"), &folder.path().join(name), true, &stop);
        copied("c").unwrap();
        assert!(folder.path().join("c/b").exists());
        drop(waiting);
        assert_eq!(copied("d").unwrap_err().code(), -32600);
        assert!(!folder.path().join("d/b").exists());
    }
}
