//! A repository in a temporary folder, for tests.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::Snapshots;
use crate::base::environment::Environment;
use crate::base::spawn::TaskGroup;

pub struct Bed {
    folder: tempfile::TempDir,
    pub snapshots: Snapshots,
}

/// Every file, link and mode below a folder, but for git's own.
pub type Files = BTreeMap<PathBuf, (u32, Vec<u8>)>;

impl Bed {
    /// A repository with one commit of these files.
    pub fn new(files: &[(&str, &str)]) -> Self {
        let bed = Self::unborn(files);
        bed.git(&["add", "-A"]);
        bed.git(&["commit", "-q", "-m", "first"]);
        bed
    }

    /// A repository without a commit.
    pub fn unborn(files: &[(&str, &str)]) -> Self {
        let bed = Self::plain(files);
        bed.git(&["init", "-q", "-b", "main"]);
        bed
    }

    /// No repository.
    pub fn plain(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("home")).unwrap();
        std::fs::create_dir_all(folder.path().join("work")).unwrap();
        let snapshots = Snapshots::new(&folder.path().join("home"), &environment(), &TaskGroup::new());
        let bed = Self { folder, snapshots };
        files.iter().for_each(|(name, text)| bed.write(name, text));
        bed
    }

    pub fn work(&self) -> PathBuf {
        self.path("")
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().canonicalize().unwrap().join("work").join(name)
    }

    /// Beside the working tree.
    pub fn outside(&self, name: &str) -> PathBuf {
        self.folder.path().canonicalize().unwrap().join(name)
    }

    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    pub fn mode(&self, name: &str, mode: u32) {
        std::fs::set_permissions(self.path(name), std::fs::Permissions::from_mode(mode)).unwrap();
    }

    pub fn read(&self, name: &str) -> String {
        String::from_utf8_lossy(&std::fs::read(self.path(name)).unwrap_or_else(|_| b"(none)".to_vec())).into()
    }

    /// Git as its user runs it.
    pub fn git(&self, arguments: &[&str]) -> String {
        git_in(&self.work(), arguments)
    }

    pub fn files(&self) -> Files {
        let mut files = Files::new();
        collect(&self.work(), &mut files);
        files
    }

    /// All that git itself keeps, but for objects.
    pub fn own_files(&self) -> Files {
        let mut files = Files::new();
        collect_all(&self.path(".git"), &mut files);
        files.retain(|path, _| !path.starts_with(self.path(".git/objects")));
        files
    }
}

pub fn environment() -> Environment {
    #[allow(clippy::disallowed_methods)] // tests have no configuration
    let path = std::env::var("PATH").unwrap_or_default();
    [("PATH", path), ("HOME", "/nonexistent".into())].into_iter().collect()
}

pub fn git_in(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .args(["-c", "protocol.file.allow=always", "-c", "user.name=t", "-c", "user.email=t@t"])
        .args(arguments)
        .current_dir(folder)
        .env("HOME", "/nonexistent")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .output()
        .unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn collect(folder: &Path, files: &mut Files) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        if entry.file_name() != ".git" {
            add(&entry.path(), files, collect);
        }
    }
}

fn collect_all(folder: &Path, files: &mut Files) {
    std::fs::read_dir(folder).unwrap().flatten().for_each(|entry| add(&entry.path(), files, collect_all));
}

fn add(path: &Path, files: &mut Files, below: fn(&Path, &mut Files)) {
    let meta = path.symlink_metadata().unwrap();
    if meta.is_dir() {
        return below(path, files);
    }
    let content = match meta.is_symlink() {
        true => std::fs::read_link(path).unwrap().into_os_string().into_encoded_bytes(),
        false if meta.is_file() => std::fs::read(path).unwrap(),
        false => Vec::new(),
    };
    // What others may do depends on the mask of whoever runs the tests.
    files.insert(path.to_path_buf(), (meta.permissions().mode() & 0o170_700, content));
}
