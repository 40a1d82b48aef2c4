//! The private folder of one server for what its shells read.
//!
//! It lies in the server's home, which no confined command can write, is open to nobody else, and goes with the
//! server. Confined commands see of it only the snapshot that they begin with. A lock says that its server lives: what a killed one has left is removed by the next.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::sandbox::LOGIN_SHELLS as ALL;

const LOCK: &str = "lock";
/// A folder without a lock is about to get one, unless it is old.
const NEW: Duration = Duration::from_secs(60);

#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    _lock: File,
}

impl Folder {
    /// Makes the folder, and removes those whose servers are gone.
    pub fn create(home: &Path) -> io::Result<Self> {
        let all = home.join(ALL);
        make_private(&all)?;
        remove_abandoned(&all);
        let path = all.join(uuid::Uuid::new_v4().simple().to_string());
        make_private(&path)?;
        let lock = private_file(&path.join(LOCK))?;
        lock.try_lock().map_err(io::Error::from)?;
        Ok(Self { path, _lock: lock })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What stays is removed by the next server.
        let _ = fs::remove_dir_all(&self.path);
        if let Some(all) = self.path.parent() {
            // Fails while others are in it.
            let _ = fs::remove_dir(all);
        }
    }
}

/// A new file that only this user opens.
pub fn private_file(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

/// A folder that only this user enters; what stood there before must be one.
pub fn make_private(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
    match fs::DirBuilder::new().mode(0o700).create(path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        Ok(()) | Err(_) => {}
    }
    let meta = fs::symlink_metadata(path)?;
    if !meta.is_dir() || meta.uid() != rustix::process::geteuid().as_raw() {
        return Err(io::Error::new(io::ErrorKind::AlreadyExists, "it is not a folder of this user"));
    }
    if meta.mode() & 0o077 != 0 {
        fs::set_permissions(path, fs::Permissions::from_mode(0o700))?;
    }
    Ok(())
}

fn remove_abandoned(all: &Path) {
    for entry in fs::read_dir(all).into_iter().flatten().flatten() {
        let is_abandoned = match File::open(entry.path().join(LOCK)) {
            Ok(lock) => lock.try_lock().is_ok(),
            Err(_) => entry
                .metadata()
                .and_then(|meta| meta.modified())
                .is_ok_and(|modified| modified.elapsed().is_ok_and(|age| age > NEW)),
        };
        if is_abandoned {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn it_is_private_and_goes_with_its_server_and_what_was_left_goes_with_the_next() {
        let home = tempfile::tempdir().unwrap();
        let all = home.path().join(ALL);
        let first = Folder::create(home.path()).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&all), mode(first.path())), (0o700, 0o700));
        // The lock of a killed server is gone, its folder is not.
        let left = all.join("left");
        fs::create_dir(&left).unwrap();
        fs::write(left.join(LOCK), "").unwrap();
        fs::write(left.join("x"), "").unwrap();
        let second = Folder::create(home.path()).unwrap();
        assert!(!left.exists() && first.path().exists());
        drop(first);
        assert!(second.path().exists());
        drop(second);
        assert!(!all.exists());
    }

    #[test]
    fn what_is_no_folder_of_ours_is_refused() {
        let home = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink("/tmp", home.path().join(ALL)).unwrap();
        assert!(Folder::create(home.path()).is_err());
    }
}
