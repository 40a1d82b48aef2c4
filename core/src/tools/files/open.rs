//! Opening what is to be read, and words for what cannot be.

use std::fs::{File, Metadata};
use std::io;
use std::path::Path;

use crate::base::files;

/// A regular file, opened without waiting.
pub fn open(path: &Path) -> Result<File, String> {
    let meta = look(path)?;
    if meta.is_dir() {
        return Err(format!("`{}` is a directory; name a file in it", path.display()));
    }
    if !meta.is_file() {
        return Err(special(path));
    }
    files::open_regular(path).map_err(|error| failed(path, &error))
}

/// What is at a path.
pub fn look(path: &Path) -> Result<Metadata, String> {
    std::fs::metadata(path).map_err(|error| failed(path, &error))
}

pub fn special(path: &Path) -> String {
    format!("`{}` is a pipe, a socket or a device; only regular files are read", path.display())
}

pub fn failed(path: &Path, error: &io::Error) -> String {
    let path = path.display();
    match error.kind() {
        io::ErrorKind::NotFound => format!("there is nothing at `{path}`; check the path"),
        io::ErrorKind::PermissionDenied => {
            format!("`{path}` may not be read: {error}; perhaps the sandbox keeps it from being read")
        }
        _ => format!("`{path}` cannot be read: {error}"),
    }
}

/// A name or path of somebody else on one line.
pub fn shown(path: &Path) -> String {
    path.to_string_lossy().replace(char::is_control, "?")
}
