//! Where a repository is, as the names in it show.

use std::path::Path;

/// The repository around a folder.
pub fn repository_around(folder: &Path) -> Option<&Path> {
    folder.ancestors().find(|folder| is_repository(folder))
}

/// Whether a folder is the root of one. While a command runs an empty folder may stand where there is none.
pub fn is_repository(folder: &Path) -> bool {
    let git = folder.join(".git");
    git.join("HEAD").symlink_metadata().is_ok()
        || git.symlink_metadata().is_ok_and(|meta| meta.is_file() && meta.len() > 0)
}
