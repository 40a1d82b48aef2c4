//! The names in one folder, read without an allocation for each.

#[cfg(not(target_os = "linux"))]
mod elsewhere;
#[cfg(target_os = "linux")]
mod linux;

use std::ffi::OsStr;

#[cfg(not(target_os = "linux"))]
pub(super) use elsewhere::{Buffer, open};
#[cfg(target_os = "linux")]
pub(super) use linux::{Buffer, open};

/// A folder, whatever its path.
pub(super) type Id = (u64, u64);

/// What a name in a folder is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Anything that is not one of the others.
    File,
    Folder,
    /// A link, or the file system does not say.
    Other,
}

#[cfg(unix)]
pub(super) fn os(name: &[u8]) -> &OsStr {
    std::os::unix::ffi::OsStrExt::from_bytes(name)
}

#[cfg(not(unix))]
pub(super) fn os(name: &[u8]) -> &OsStr {
    std::str::from_utf8(name).unwrap_or_default().as_ref()
}
