//! A private folder of one server in its home: what no confined command may write, and nobody else read.
//!
//! It goes with the server. A lock says that its server lives: what a killed one has left is removed by the next. All
//! folders of one kind lie in a folder with the name of that kind.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::base::files;

const LOCK: &str = "lock";
/// How often, and how long apart, the folder of all servers is tried to be locked.
const ATTEMPTS: usize = 50;
const PAUSE: Duration = Duration::from_millis(2);

#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    _lock: File,
}

impl Folder {
    /// Makes the folder, and removes those whose servers are gone.
    pub fn create(home: &Path, kind: &str) -> io::Result<Self> {
        let all = All::lock(&home.join(kind))?;
        all.remove_abandoned();
        let path = all.path.join(uuid::Uuid::new_v4().simple().to_string());
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
        if let Some(all) = self.path.parent()
            && let Ok(all) = All::lock(all)
        {
            all.remove_if_empty();
        }
    }
}

/// Removes what servers have left that are gone.
pub fn clean(home: &Path, kind: &str) {
    let all = home.join(kind);
    if !all.is_dir() {
        return;
    }
    match All::lock(&all) {
        Ok(all) => {
            all.remove_abandoned();
            all.remove_if_empty();
        }
        Err(error) => tracing::debug!(%error, "a folder of the home is not cleaned up"),
    }
}

/// The folder of all servers, in which only one of them makes or removes anything at a time.
struct All {
    path: PathBuf,
    _lock: File,
}

impl All {
    /// Fails if another has it for longer than that takes.
    fn lock(path: &Path) -> io::Result<Self> {
        for _ in 0..ATTEMPTS {
            let lock = match make_private(path).and_then(|()| File::open(path)) {
                Ok(lock) => lock,
                // Removed by the last one meanwhile; unless there is no home at all.
                Err(error)
                    if error.kind() == io::ErrorKind::NotFound && path.parent().is_some_and(Path::exists) =>
                {
                    continue;
                }
                Err(error) => return Err(error),
            };
            if lock.try_lock().is_err() {
                std::thread::sleep(PAUSE);
                continue;
            }
            // The last one may have removed it before it was locked.
            let locked = lock.metadata()?;
            if fs::symlink_metadata(path).is_ok_and(|named| files::is_one(&named, &locked)) {
                return Ok(Self { path: path.to_path_buf(), _lock: lock });
            }
        }
        Err(io::Error::new(io::ErrorKind::WouldBlock, "another server has it locked"))
    }

    fn remove_abandoned(&self) {
        for entry in fs::read_dir(&self.path).into_iter().flatten().flatten() {
            let is_abandoned = match files::open_regular(&entry.path().join(LOCK)) {
                Ok(lock) => lock.try_lock().is_ok(),
                // It was to get one before anybody else could see it.
                Err(error) => error.kind() == io::ErrorKind::NotFound,
            };
            if is_abandoned {
                let _ = fs::remove_dir_all(entry.path());
            }
        }
    }

    fn remove_if_empty(&self) {
        // Fails while others are in it.
        let _ = fs::remove_dir(&self.path);
    }
}

/// A new file that only this user opens.
pub fn private_file(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

/// A folder that only this user enters; what stood there before must be one.
pub fn make_private(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
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

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    const ALL: &str = "things";

    #[test]
    fn it_is_private_and_goes_with_its_server_and_what_was_left_goes_with_the_next() {
        let home = tempfile::tempdir().unwrap();
        let all = home.path().join(ALL);
        let first = Folder::create(home.path(), ALL).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&all), mode(first.path())), (0o700, 0o700));
        // The lock of a killed server is gone, its folder is not.
        let left = all.join("left");
        fs::create_dir(&left).unwrap();
        fs::write(left.join(LOCK), "").unwrap();
        fs::write(left.join("x"), "").unwrap();
        let second = Folder::create(home.path(), ALL).unwrap();
        assert!(!left.exists() && first.path().exists());
        drop(first);
        assert!(second.path().exists());
        drop(second);
        assert!(!all.exists());
    }

    #[test]
    fn servers_come_and_go_at_the_same_time() {
        let home = tempfile::tempdir().unwrap();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..25 {
                        // Others may have it locked for too long, and that is all that may happen.
                        match Folder::create(home.path(), ALL) {
                            Ok(folder) => assert!(folder.path().join(LOCK).exists()),
                            Err(error) => assert_eq!(error.kind(), io::ErrorKind::WouldBlock, "{error}"),
                        }
                    }
                });
            }
        });
        clean(home.path(), ALL);
        assert!(!home.path().join(ALL).exists());
    }

    #[test]
    fn what_is_left_is_cleaned_up_but_for_that_of_others() {
        let home = tempfile::tempdir().unwrap();
        clean(home.path(), ALL);
        assert!(!home.path().join(ALL).exists());
        let folder = Folder::create(home.path(), ALL).unwrap();
        let left = home.path().join(ALL).join("left");
        fs::create_dir(&left).unwrap();
        clean(home.path(), ALL);
        assert!(!left.exists() && folder.path().join(LOCK).exists());
    }

    #[test]
    fn what_is_no_folder_of_ours_is_refused() {
        let home = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink("/tmp", home.path().join(ALL)).unwrap();
        assert!(Folder::create(home.path(), ALL).is_err());
    }
}
