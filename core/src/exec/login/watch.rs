//! The files on which the state of a login shell depends, as far as that can be told: its start files, and whatever
//! paths these speak of.
//!
//! Whoever finds one of them changed asks the shell again. A file that the start files themselves write to says
//! nothing and is left out.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::base::files;
use crate::sandbox::stands_for_missing;

/// How many files are looked at before a command.
const MOST: usize = 256;
/// Larger files are not searched for further paths.
const LONGEST_READ: usize = 64 * 1024;
/// How far paths are followed from file to file.
const DEEPEST: usize = 4;
/// A longer value of a variable is no part of a path.
const LONGEST_VALUE: usize = 4 * 1024;

/// What is remembered of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stamp {
    Absent,
    /// As good as absent, but a shell finds an empty file there.
    StandIn,
    File {
        modified: (i64, i64),
        size: u64,
        inode: u64,
    },
    /// One in which files come and go all the time, or something that is no file.
    Other,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Watch {
    /// The files that the shell always reads, and the folders whose files it reads.
    start: BTreeMap<PathBuf, Stamp>,
    mentioned: BTreeMap<PathBuf, Stamp>,
}

impl Watch {
    /// Looks at the start files, and at what they speak of when variables have these values. Blocks.
    pub fn of(start: &[PathBuf], value: impl Fn(&str) -> Option<String>) -> Self {
        let mut watch = Self::default();
        let mut to_read: Vec<(PathBuf, usize)> = Vec::new();
        for path in start {
            watch.start.insert(path.clone(), stamp_of_start(path));
            to_read.push((path.clone(), 0));
            for entry in fs::read_dir(path).into_iter().flatten().flatten() {
                watch.start.insert(entry.path(), stamp(&entry.path()));
                to_read.push((entry.path(), 0));
            }
        }
        let mut seen: BTreeSet<PathBuf> = watch.start.keys().cloned().collect();
        while let Some((path, depth)) = to_read.pop() {
            for found in paths_in(&read(&path), &value) {
                if seen.len() < MOST && seen.insert(found.clone()) {
                    let stamp = stamp(&found);
                    if matches!(stamp, Stamp::File { .. }) && depth < DEEPEST {
                        to_read.push((found.clone(), depth + 1));
                    }
                    watch.mentioned.insert(found, stamp);
                }
            }
        }
        watch
    }

    /// Whether all is as it was. Blocks.
    pub fn holds(&self) -> bool {
        self.start.iter().all(|(path, was)| stamp_of_start(path).is_like(*was))
            && self.mentioned.iter().all(|(path, was)| stamp(path).is_like(*was))
    }

    fn has_stand_in(&self) -> bool {
        self.start.values().chain(self.mentioned.values()).any(|stamp| *stamp == Stamp::StandIn)
    }

    /// The third of three looks, between which the shell has run once and once more. What has changed both times is
    /// what the start files write themselves, and left out. None if something has changed once: who knows whether the
    /// shell had read it before or after.
    pub fn settled(&self, between: &Self, before: &Self) -> Option<Self> {
        let mut looks = [self, between, before].into_iter();
        // Whether the shell has seen what stands for a missing file, nobody knows.
        if looks.any(Self::has_stand_in) || self.start != between.start || between.start != before.start {
            return None;
        }
        let mut is_settled = true;
        let mut settled = self.clone();
        settled.mentioned.retain(|path, now| {
            // It is known from a variable that was not set before.
            let Some(then) = between.mentioned.get(path) else { return true };
            let was = before.mentioned.get(path).unwrap_or(then);
            let (first, second) = (was != then, then != now);
            is_settled &= first == second;
            !first
        });
        is_settled.then_some(settled)
    }
}

impl Stamp {
    fn is_like(self, was: Self) -> bool {
        let plain = |stamp| if stamp == Self::StandIn { Self::Absent } else { stamp };
        plain(self) == plain(was)
    }
}

fn stamp(path: &Path) -> Stamp {
    match fs::metadata(path) {
        // Gone with the command for which it is there.
        Ok(meta) if stands_for_missing(&meta) => Stamp::StandIn,
        Ok(meta) if meta.is_file() => {
            Stamp::File { modified: (meta.mtime(), meta.mtime_nsec()), size: meta.len(), inode: meta.ino() }
        }
        Ok(_) => Stamp::Other,
        Err(_) => Stamp::Absent,
    }
}

/// The same, where a file more or less in a folder counts.
fn stamp_of_start(path: &Path) -> Stamp {
    match fs::metadata(path) {
        Ok(meta) if meta.is_dir() => {
            Stamp::File { modified: (meta.mtime(), meta.mtime_nsec()), size: 0, inode: meta.ino() }
        }
        _ => stamp(path),
    }
}

fn read(path: &Path) -> String {
    // Whoever can write there may put a pipe in its place at any moment.
    let bytes = files::read_whole(path, LONGEST_READ).unwrap_or_default();
    String::from_utf8(bytes).unwrap_or_default()
}

/// The absolute paths that a script speaks of, by far not exactly.
fn paths_in(script: &str, value: impl Fn(&str) -> Option<String>) -> Vec<PathBuf> {
    let script: String = script
        .lines()
        .filter(|line| !line.trim_start().starts_with('#'))
        .flat_map(|line| [expanded(line, &value), "\n".to_owned()])
        .collect();
    let home = value("HOME").unwrap_or_default();
    let is_end = |letter: char| letter.is_whitespace() || "\"'`;&|()<>=:,{}".contains(letter);
    script
        .split(is_end)
        .filter_map(|word| match word.strip_prefix("~/") {
            Some(rest) if !home.is_empty() => Some(Path::new(&home).join(rest)),
            _ => word.starts_with('/').then(|| PathBuf::from(word)),
        })
        .filter(|path| !["/dev", "/proc", "/sys"].iter().any(|folder| path.starts_with(folder)))
        .filter(|path| path.components().count() > 1 && !path.to_string_lossy().contains(['*', '?', '[']))
        .collect()
}

/// A line with the values of its variables in their places, where they are known.
fn expanded(line: &str, value: impl Fn(&str) -> Option<String>) -> String {
    let mut text = String::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once('$') {
        text += before;
        let inner = after.strip_prefix('{').unwrap_or(after);
        let end = inner.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
        let (name, behind) = inner.split_at(end.unwrap_or(inner.len()));
        match value(name).filter(|value| !name.is_empty() && value.len() <= LONGEST_VALUE) {
            Some(value) => {
                text += &value;
                rest = if inner.len() < after.len() {
                    behind.strip_prefix('}').unwrap_or(behind)
                } else {
                    behind
                };
            }
            None => {
                text.push('$');
                rest = after;
            }
        }
    }
    text + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_found_in_scripts() {
        let value = |name: &str| match name {
            "HOME" => Some("/h".to_owned()),
            "NVM_DIR" => Some("/h/.nvm".to_owned()),
            _ => None,
        };
        let script = "# see /not/this\n[ -s \"$NVM_DIR/nvm.sh\" ] && \\. \"${NVM_DIR}/nvm.sh\"\nX=$(cat ~/x.txt) . $HOME/a\n\
                      ls /tmp/* $UNKNOWN/y > /dev/null; source '/opt/b c'";
        let paths: Vec<_> = paths_in(script, value).iter().map(|path| path.display().to_string()).collect();
        assert_eq!(paths, ["/h/.nvm/nvm.sh", "/h/.nvm/nvm.sh", "/h/x.txt", "/h/a", "/opt/b"]);
    }

    #[test]
    fn what_is_no_file_is_not_waited_for() {
        use rustix::fs::{CWD, FileType, Mode, mknodat};
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        mknodat(CWD, &pipe, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
        assert_eq!(read(&pipe), "");
        assert!(Watch::of(&[pipe], |_| None).holds());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn what_stands_for_a_missing_file_is_no_file() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(".bash_profile");
        let watch = Watch::of(std::slice::from_ref(&file), |_| None);
        fs::write(&file, "").unwrap();
        assert!(!watch.holds());
        assert!(watch.settled(&watch, &watch).is_some());
        fs::set_permissions(&file, fs::Permissions::from_mode(0o1644)).unwrap();
        assert!(watch.holds());
        let during = Watch::of(std::slice::from_ref(&file), |_| None);
        assert!(during.settled(&during, &during).is_none(), "a shell may have read it");
    }

    #[test]
    fn changes_are_noticed_wherever_they_are() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let write = |name: &str, text: &str| fs::write(path(name), text).unwrap();
        fs::create_dir(path("d")).unwrap();
        write("profile", ". $HOME/a");
        write("a", "cat ~/b; ls ~/none ~/d >> ~/log");
        let home = folder.path().display().to_string();
        let look = || Watch::of(&[path("profile"), path("d")], |name| (name == "HOME").then(|| home.clone()));
        let check = |change: &dyn Fn()| {
            let watch = look();
            assert!(watch.holds());
            change();
            !watch.holds()
        };
        assert!(check(&|| write("profile", ". $HOME/a; true")));
        assert!(check(&|| write("a", "cat ~/b; ls ~/none ~/d ~/log # x")));
        assert!(check(&|| write("b", "new")));
        assert!(check(&|| write("d/one.sh", "new")), "in a folder of start files");
        assert!(check(&|| write("d/one.sh", "other text")));
        assert!(check(&|| fs::create_dir(path("none")).unwrap()));
        assert!(!check(&|| write("none/x", "new")), "not what is in other folders");
        let looks = |changes: [&dyn Fn(); 2]| {
            let before = look();
            changes[0]();
            let between = look();
            changes[1]();
            look().settled(&between, &before)
        };
        let settled = looks([&|| write("log", "x"), &|| write("log", "xy")]).unwrap();
        write("log", "xyz");
        assert!(settled.holds(), "what is written at each start says nothing");
        write("b", "newer");
        assert!(!settled.holds());
        let nothing: &dyn Fn() = &|| {};
        for (name, text) in [("b", "edited"), ("profile", ". $HOME/a; false")] {
            assert_eq!(looks([&|| write(name, text), nothing]), None);
            assert_eq!(looks([nothing, &|| write(name, &format!("{text} # again"))]), None);
        }
        assert!(looks([nothing, nothing]).unwrap().holds());
    }
}
