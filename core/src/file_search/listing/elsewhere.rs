//! The names as the standard library gives them.

use std::path::{Path, PathBuf};

use super::{Id, Kind, os};

/// Nothing is set aside here.
#[derive(Default)]
pub(in crate::file_search) struct Buffer;

/// A folder that can be read.
pub(in crate::file_search) struct Opened {
    folder: PathBuf,
    pub(in crate::file_search) id: Id,
}

/// Links are followed. What cannot be opened is nothing.
pub(in crate::file_search) fn open(path: &Path) -> Option<Opened> {
    let metadata = path.metadata().ok().filter(std::fs::Metadata::is_dir)?;
    #[cfg(unix)]
    let id = {
        use std::os::unix::fs::MetadataExt;
        (metadata.dev(), metadata.ino())
    };
    // Folders have no numbers here: links to them are followed only once.
    #[cfg(not(unix))]
    let id = (0, metadata.len());
    Some(Opened { folder: path.to_owned(), id })
}

impl Opened {
    /// Calls `take` with each name until it says `false`.
    pub(in crate::file_search) fn read(&self, _: &mut Buffer, take: &mut dyn FnMut(&[u8], Kind) -> bool) {
        for entry in self.folder.read_dir().into_iter().flatten().flatten() {
            let kind = match entry.file_type() {
                Ok(kind) if kind.is_dir() => Kind::Folder,
                Ok(kind) if !kind.is_symlink() => Kind::File,
                Ok(_) | Err(_) => Kind::Other,
            };
            if !take(entry.file_name().as_encoded_bytes(), kind) {
                return;
            }
        }
    }

    /// To which folder a name leads, if to one; `None` if it leads nowhere.
    pub(in crate::file_search) fn follow(&self, name: &[u8]) -> Option<Option<Id>> {
        let path = self.folder.join(os(name));
        if path.metadata().ok()?.is_dir() { open(&path).map(|opened| Some(opened.id)) } else { Some(None) }
    }
}
