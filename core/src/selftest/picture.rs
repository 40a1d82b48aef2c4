//! A folder as text, to be compared with itself later.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

/// Everything under a folder: names, contents, identities and times.
pub fn picture(folder: &Path) -> String {
    let mut lines = Vec::new();
    let mut waiting = vec![folder.to_path_buf()];
    while let Some(path) = waiting.pop() {
        let Ok(meta) = fs::symlink_metadata(&path) else { continue };
        let contents = if meta.is_file() { fs::read(&path).unwrap_or_default() } else { Vec::new() };
        let times = (meta.mtime(), meta.mtime_nsec(), meta.ctime(), meta.ctime_nsec());
        let owner = (meta.uid(), meta.gid());
        let text = String::from_utf8_lossy(&contents).into_owned();
        lines.push(format!("{} {} {:o} {owner:?} {times:?} {text}", path.display(), meta.ino(), meta.mode()));
        if meta.is_dir() {
            waiting.extend(fs::read_dir(&path).into_iter().flatten().flatten().map(|entry| entry.path()));
        }
    }
    lines.sort();
    lines.join("\n")
}
