//! Absolute paths as a type, because the directory of the process means nothing in the engine.

use std::ffi::OsStr;
use std::fmt;
use std::ops::Deref;
use std::path::{Component, Path, PathBuf};

use serde::Serialize;

/// A path that is absolute and free of `.` and `..`. It need not exist; links are not followed.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct AbsolutePath(PathBuf);

/// The path given is not absolute.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the path `{}` is not absolute", .0.display())]
pub struct NotAbsolute(pub PathBuf);

impl AbsolutePath {
    pub fn new(path: impl AsRef<Path>) -> Result<Self, NotAbsolute> {
        let path = path.as_ref();
        if !path.is_absolute() {
            return Err(NotAbsolute(path.to_path_buf()));
        }
        Ok(Self(normalised(path)))
    }

    /// The given path seen from here; an absolute one stays what it is.
    pub fn join(&self, path: impl AsRef<Path>) -> Self {
        Self(normalised(&self.0.join(path)))
    }

    pub fn as_path(&self) -> &Path {
        &self.0
    }

    pub fn into_path_buf(self) -> PathBuf {
        self.0
    }
}

fn normalised(path: &Path) -> PathBuf {
    let mut result = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                result.pop();
            }
            Component::Prefix(_) | Component::RootDir | Component::Normal(_) => result.push(part),
        }
    }
    result
}

impl Deref for AbsolutePath {
    type Target = Path;

    fn deref(&self) -> &Path {
        &self.0
    }
}

impl AsRef<Path> for AbsolutePath {
    fn as_ref(&self) -> &Path {
        &self.0
    }
}

impl AsRef<OsStr> for AbsolutePath {
    fn as_ref(&self) -> &OsStr {
        self.0.as_os_str()
    }
}

impl fmt::Display for AbsolutePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.display().fmt(f)
    }
}

impl fmt::Debug for AbsolutePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_are_resolved_and_relative_paths_refused() {
        assert_eq!(AbsolutePath::new("/a/./b/../c").unwrap().as_path(), Path::new("/a/c"));
        assert_eq!(AbsolutePath::new("/..").unwrap().as_path(), Path::new("/"));
        assert!(AbsolutePath::new("a").is_err());
        assert_eq!(AbsolutePath::new("/a").unwrap().join("../b").as_path(), Path::new("/b"));
    }
}
