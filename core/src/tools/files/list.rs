//! What is in a folder and the folders in it.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::fs::{self, FileType};
use std::path::{Path, PathBuf};

use crate::base::text::head;
use crate::tools::files::open::{failed, look, shown};

/// Of longer names the rest is not shown.
const LONGEST_NAME: usize = 500;
/// More entries are not shown at a time.
const MOST_SHOWN: usize = 5_000;
/// More entries are not looked at.
const MOST_ENTRIES: usize = 200_000;

struct Entry {
    /// As seen from the folder that is listed.
    path: PathBuf,
    depth: usize,
    suffix: &'static str,
}

/// Entries level by level, each folder's by name; what is shown of them is sorted by path.
pub fn list(folder: &Path, offset: usize, limit: usize, depth: usize) -> Result<String, String> {
    if !look(folder)?.is_dir() {
        return Err(format!("`{}` is not a directory; name the folder that it is in", folder.display()));
    }
    let limit = limit.min(MOST_SHOWN);
    let skipped = offset.saturating_sub(1);
    let after = skipped.saturating_add(limit);
    let mut entries: Vec<Entry> = Vec::new();
    let mut ahead = VecDeque::from([(PathBuf::new(), 0)]);
    let mut passed = 0;
    while let Some((inside, level)) = ahead.pop_front() {
        if entries.len() > after {
            break;
        }
        let mut names = match names(&folder.join(&inside), &mut passed) {
            Ok(names) => names,
            // A folder further down that is gone or closed has nothing to show.
            Err(_) if level > 0 && passed <= MOST_ENTRIES => continue,
            Err(why) => return Err(why),
        };
        names.sort_by(|one, other| one.0.cmp(&other.0));
        for (name, kind) in names {
            let path = inside.join(name);
            if kind.is_dir() && level + 1 < depth {
                ahead.push_back((path.clone(), level + 1));
            }
            entries.push(Entry { path, depth: level, suffix: suffix(kind) });
        }
    }
    let mut out = format!("Absolute path: {}", shown(folder));
    if entries.is_empty() {
        out.push_str("\nThe folder is empty.");
        return Ok(out);
    }
    if skipped >= entries.len() {
        return Err(format!("there are only {} entries; choose a smaller offset", entries.len()));
    }
    let mut page: Vec<&Entry> = entries.iter().skip(skipped).take(limit).collect();
    page.sort_by(|one, other| one.path.cmp(&other.path));
    for Entry { path, depth, suffix } in page {
        let name = shown(Path::new(path.file_name().unwrap_or_default()));
        out.push_str(&format!("\n{:indent$}{}{suffix}", "", head(&name, LONGEST_NAME), indent = depth * 2));
    }
    if entries.len() > after {
        out.push_str(&format!("\nMore than {limit} entries found"));
    }
    Ok(out)
}

fn names(folder: &Path, passed: &mut usize) -> Result<Vec<(OsString, FileType)>, String> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(|error| failed(folder, &error))? {
        let entry = entry.map_err(|error| failed(folder, &error))?;
        let Ok(kind) = entry.file_type() else { continue };
        *passed += 1;
        if *passed > MOST_ENTRIES {
            return Err(format!("there are more than {MOST_ENTRIES} entries; list a folder further down"));
        }
        names.push((entry.file_name(), kind));
    }
    Ok(names)
}

fn suffix(kind: FileType) -> &'static str {
    if kind.is_dir() {
        "/"
    } else if kind.is_symlink() {
        "@"
    } else if kind.is_file() {
        ""
    } else {
        "?"
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use expect_test::expect;

    use super::*;

    #[test]
    fn folders_are_shown_as_a_tree() {
        let folder = tempfile::tempdir().unwrap();
        let base = folder.path();
        fs::create_dir_all(base.join("b/deep/deeper")).unwrap();
        for name in ["z.txt", "a.txt", "b/in.txt", "b/deep/x", "b/deep/deeper/y", "new\nline"] {
            fs::write(base.join(name), "").unwrap();
        }
        std::os::unix::fs::symlink("b", base.join("c")).unwrap();
        let pipe = rustix::fs::FileType::Fifo;
        rustix::fs::mknodat(rustix::fs::CWD, base.join("pipe"), pipe, rustix::fs::Mode::RUSR, 0).unwrap();
        let shown = |offset, limit, depth| {
            let text = list(base, offset, limit, depth).unwrap_or_else(|why| format!("error: {why}"));
            text.replace(&base.display().to_string(), "~") + "\n"
        };
        expect![[r#"
            Absolute path: ~
            a.txt
            b/
              deep/
              in.txt
            c@
            new?line
            pipe?
            z.txt
        "#]]
        .assert_eq(&shown(1, 25, 2));
        expect![[r#"
            Absolute path: ~
            b/
            c@
            More than 2 entries found
        "#]]
        .assert_eq(&shown(2, 2, 2));
        expect![[r#"
            error: there are only 6 entries; choose a smaller offset
        "#]]
        .assert_eq(&shown(7, 2, 1));
        assert!(shown(1, 25, 9).contains("      y\n"));
    }

    #[test]
    fn what_is_no_folder_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        assert!(list(folder.path(), 1, 1, 1).unwrap().contains("The folder is empty."));
        fs::write(folder.path().join("f"), "").unwrap();
        assert!(list(&folder.path().join("f"), 1, 1, 1).unwrap_err().contains("is not a directory"));
        assert!(list(&folder.path().join("x"), 1, 1, 1).unwrap_err().contains("there is nothing at"));
    }
}
