//! Files as they are: where a path really leads, and what is there.
//!
//! Only regular files are read, up to a limit; opening never waits. What cannot be patched is an error whose text tells
//! the model why.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::fs::{self, Metadata};
use std::io;
use std::path::{Component, Path, PathBuf};

use crate::base::files;
use crate::tools::patch::changes::{Look, Node};

/// Larger files are not patched.
pub const LARGEST_FILE: usize = 64 * 1024 * 1024;
/// A chain of links longer than this is a loop.
const MOST_LINKS: usize = 40;

/// Looks at many paths, of which those in one folder go the same way. What is seen of the way is not looked at
/// again, so this belongs to one moment.
#[derive(Default)]
pub struct Disk {
    folders: HashMap<PathBuf, Result<PathBuf, String>>,
}

impl Disk {
    /// What is at a path.
    pub fn look(&mut self, path: &Path) -> Result<Look, String> {
        let Some(name) = path.file_name() else { return Err("it is a directory".to_owned()) };
        let parent = path.parent().unwrap_or(Path::new("/"));
        if let Some(known) = self.folders.get(parent) {
            return look_in(known.clone()?, name);
        }
        let real = folder(parent);
        self.folders.insert(parent.to_path_buf(), real.clone());
        look_in(real?, name)
    }
}

/// Where a folder really is, or would be.
fn folder(path: &Path) -> Result<PathBuf, String> {
    let real = resolve(path)?;
    if real.is_file() {
        return Err(format!("`{}` is not a directory", real.display()));
    }
    Ok(real)
}

fn look_in(parent: PathBuf, name: &OsStr) -> Result<Look, String> {
    let own = parent.join(name);
    if own.to_str().is_none() {
        return Err("its real path is not UTF-8 text".to_owned());
    }
    let node = match fs::symlink_metadata(&own) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Node::Absent,
        Err(error) => return Err(said(&error)),
        Ok(meta) if meta.is_symlink() => {
            Node::Link { target: fs::read_link(&own).map_err(|error| said(&error))?, real: resolve(&own)? }
        }
        Ok(meta) => file(&own, &meta)?,
    };
    Ok(Look { own, node })
}

fn file(path: &Path, meta: &Metadata) -> Result<Node, String> {
    if meta.is_dir() {
        return Err("it is a directory".to_owned());
    }
    if !meta.is_file() {
        return Err(format!("it is {}, and only regular files are patched", special(meta)));
    }
    let content = files::read_whole(path, LARGEST_FILE).map_err(|error| said(&error))?;
    Ok(Node::File { content: content.into(), mode: mode(meta) })
}

fn said(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        _ => error.to_string(),
    }
}

#[cfg(unix)]
fn special(meta: &Metadata) -> &'static str {
    use std::os::unix::fs::FileTypeExt;
    let kind = meta.file_type();
    if kind.is_fifo() {
        "a pipe"
    } else if kind.is_socket() {
        "a socket"
    } else {
        "a device"
    }
}

#[cfg(not(unix))]
fn special(_: &Metadata) -> &'static str {
    "no file"
}

#[cfg(unix)]
fn mode(meta: &Metadata) -> Option<u32> {
    Some(std::os::unix::fs::PermissionsExt::mode(&meta.permissions()) & 0o7777)
}

#[cfg(not(unix))]
fn mode(_: &Metadata) -> Option<u32> {
    None
}

/// The path with all links followed; parts that do not exist stay as they are.
fn resolve(path: &Path) -> Result<PathBuf, String> {
    let mut real = PathBuf::from("/");
    let mut ahead: Vec<OsString> = parts(path);
    let mut links = 0;
    while let Some(part) = ahead.pop() {
        if part == ".." {
            real.pop();
            continue;
        }
        let next = real.join(&part);
        let meta = match fs::symlink_metadata(&next) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                real = next;
                continue;
            }
            Err(error) => return Err(said(&error)),
            Ok(meta) => meta,
        };
        if meta.is_symlink() {
            links += 1;
            if links > MOST_LINKS {
                return Err("its links lead in a circle".to_owned());
            }
            let target = fs::read_link(&next).map_err(|error| said(&error))?;
            if target.is_absolute() {
                real = PathBuf::from("/");
            }
            ahead.extend(parts(&target));
        } else if !meta.is_dir() && !ahead.is_empty() {
            return Err(format!("`{}` is not a directory", next.display()));
        } else {
            real = next;
        }
    }
    Ok(real)
}

/// The parts of a path that lead somewhere, the last one first.
fn parts(path: &Path) -> Vec<OsString> {
    let telling = |part: &Component<'_>| matches!(part, Component::Normal(_) | Component::ParentDir);
    path.components().filter(telling).map(|part| part.as_os_str().to_owned()).rev().collect()
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    fn shown(path: &Path) -> String {
        match Disk::default().look(path) {
            Ok(Look { own, node: Node::Absent }) => format!("nothing at {}", own.display()),
            Ok(Look { node: Node::File { content, mode }, .. }) => {
                format!("{} bytes, mode {:o}", content.len(), mode.unwrap_or_default())
            }
            Ok(Look { node: Node::Link { real, .. }, .. }) => format!("link to {}", real.display()),
            Err(why) => why,
        }
    }

    #[test]
    fn what_is_there_is_told_and_what_cannot_be_patched_says_why() {
        let folder = tempfile::tempdir().unwrap();
        let base = folder.path().canonicalize().unwrap();
        fs::create_dir(base.join("real")).unwrap();
        fs::write(base.join("real/file"), "abc").unwrap();
        fs::set_permissions(base.join("real/file"), std::os::unix::fs::PermissionsExt::from_mode(0o751))
            .unwrap();
        fs::File::create(base.join("large")).unwrap().set_len(LARGEST_FILE as u64 + 1).unwrap();
        symlink("real", base.join("folder-link")).unwrap();
        symlink("real/new", base.join("dangling")).unwrap();
        symlink("loop", base.join("loop")).unwrap();
        let pipe = rustix::fs::FileType::Fifo;
        rustix::fs::mknodat(rustix::fs::CWD, base.join("pipe"), pipe, rustix::fs::Mode::RUSR, 0).unwrap();
        let look = |name: &str| shown(&base.join(name)).replace(&base.display().to_string(), "~");
        assert_eq!(look("folder-link/file"), "3 bytes, mode 751");
        assert_eq!(look("folder-link/a/b"), "nothing at ~/real/a/b");
        assert_eq!(look("dangling"), "link to ~/real/new");
        assert_eq!(look("real"), "it is a directory");
        assert_eq!(look("real/file/x"), "`~/real/file` is not a directory");
        assert_eq!(look("loop"), "its links lead in a circle");
        assert_eq!(look("pipe"), "it is a pipe, and only regular files are patched");
        assert_eq!(look("large"), format!("the file is larger than {LARGEST_FILE} bytes"));
        assert_eq!(shown(Path::new("/dev/zero")), "it is a device, and only regular files are patched");
        assert_eq!(shown(Path::new("/")), "it is a directory");
    }
}
