//! Which of the paths that git names are files to store: real ones, in real folders, and not too large.

use std::collections::{BTreeMap, HashMap};
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::lists::Lists;
use super::tree::is_plain;
use super::{Failure, LARGEST, MOST_FILES, MOST_NEW_BYTES};

/// Where git knows a path from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    Tracked,
    New,
    /// From an older snapshot.
    Stored,
}

pub type Candidates = BTreeMap<Vec<u8>, Source>;

#[derive(Debug, Default)]
pub struct Sifted {
    pub files: Vec<Vec<u8>>,
    /// Candidates that are there, and are not stored.
    pub unstored: Vec<Vec<u8>>,
    new_bytes: u64,
}

/// Looks at every candidate. What is there and is not stored is added to the lists.
pub fn sift(root: &Path, candidates: &Candidates, lists: &mut Lists) -> Result<Sifted, Failure> {
    if candidates.len() > MOST_FILES {
        return Err(Failure::TooManyFiles);
    }
    let mut sifted = Sifted::default();
    let mut folders = RealFolders { root: root.to_path_buf(), known: HashMap::new() };
    for (path, source) in candidates {
        let name = Path::new(OsStr::from_bytes(path));
        if !is_plain(path) || !name.parent().is_none_or(|parent| folders.are_real(parent)) {
            continue;
        }
        // A folder in the place of a file is what is in it.
        let Some(meta) = fs::symlink_metadata(root.join(name)).ok().filter(|meta| !meta.is_dir()) else {
            continue;
        };
        let is_kept =
            meta.is_symlink() || meta.is_file() && meta.len() <= LARGEST && is_readable(root, name, &meta);
        if !is_kept {
            lists.add(path);
            sifted.unstored.push(path.clone());
            continue;
        }
        if *source == Source::New {
            sifted.new_bytes += meta.len();
            if sifted.new_bytes > MOST_NEW_BYTES {
                return Err(Failure::TooLarge);
            }
        }
        sifted.files.push(path.clone());
    }
    Ok(sifted)
}

/// Most are, as their modes say.
fn is_readable(root: &Path, name: &Path, meta: &fs::Metadata) -> bool {
    let everybody = 0o444;
    meta.permissions().mode() & everybody == everybody
        || rustix::fs::access(root.join(name), rustix::fs::Access::READ_OK).is_ok()
}

/// Folders on whose path there is no link.
struct RealFolders {
    root: PathBuf,
    known: HashMap<PathBuf, bool>,
}

impl RealFolders {
    fn are_real(&mut self, folder: &Path) -> bool {
        if folder.as_os_str().is_empty() {
            return true;
        }
        if let Some(known) = self.known.get(folder) {
            return *known;
        }
        let above = folder.parent().is_none_or(|parent| self.are_real(parent));
        let own = || fs::symlink_metadata(self.root.join(folder)).is_ok_and(|meta| meta.is_dir());
        let is_real = above && own();
        self.known.insert(folder.to_path_buf(), is_real);
        is_real
    }
}
