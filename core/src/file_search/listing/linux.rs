//! The names as the kernel gives them.

use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::path::Path;

use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags, RawDir, fstat, openat, statat};

use super::{Id, Kind};

const BUFFER_BYTES: usize = 64 * 1024;

/// Memory for names on their way from the kernel.
pub(in crate::file_search) struct Buffer(Vec<MaybeUninit<u8>>);

impl Default for Buffer {
    fn default() -> Self {
        Self(vec![MaybeUninit::uninit(); BUFFER_BYTES])
    }
}

/// A folder that can be read.
pub(in crate::file_search) struct Opened {
    folder: OwnedFd,
    pub(in crate::file_search) id: Id,
}

/// Links are followed. What cannot be opened is nothing.
pub(in crate::file_search) fn open(path: &Path) -> Option<Opened> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC | OFlags::NONBLOCK;
    let folder = openat(CWD, path, flags, Mode::empty()).ok()?;
    let stat = fstat(&folder).ok()?;
    Some(Opened { folder, id: (stat.st_dev, stat.st_ino) })
}

impl Opened {
    /// Calls `take` with each name until it says `false`.
    pub(in crate::file_search) fn read(
        &self,
        buffer: &mut Buffer,
        take: &mut dyn FnMut(&[u8], Kind) -> bool,
    ) {
        let mut entries = RawDir::new(&self.folder, &mut buffer.0);
        while let Some(Ok(entry)) = entries.next() {
            let name = entry.file_name().to_bytes();
            if name == b"." || name == b".." {
                continue;
            }
            let kind = match entry.file_type() {
                FileType::Directory => Kind::Folder,
                FileType::Symlink | FileType::Unknown => Kind::Other,
                _ => Kind::File,
            };
            if !take(name, kind) {
                return;
            }
        }
    }

    /// To which folder a name leads, if to one; `None` if it leads nowhere.
    pub(in crate::file_search) fn follow(&self, name: &[u8]) -> Option<Option<Id>> {
        let stat = statat(&self.folder, name, AtFlags::empty()).ok()?;
        let is_folder = FileType::from_raw_mode(stat.st_mode) == FileType::Directory;
        Some(is_folder.then_some((stat.st_dev, stat.st_ino)))
    }
}
