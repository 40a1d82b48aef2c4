//! What a turn has changed in files so far, as `git diff` would print it. Pure: it is told what files were and are.
//!
//! Known are the files that patches touched, with what they were before the first of them, and from then on whatever
//! became of them. A file that a patch moved is a rename as long as it is more alike than different. What was printed for
//! a file is kept until the file changes, so that a patch costs what it changes and not what the turn has changed.

pub mod blob;
mod print;

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};

use blob::{Blob, similarity};
use print::Change;

/// Below, git calls it two files.
const LEAST_SIMILARITY: usize = 50;
/// More text of earlier contents is not held.
const MOST_TEXT: usize = 64 * 1024 * 1024;

#[derive(Debug, Default)]
pub struct TurnDiffTracker {
    /// What names are relative to.
    root: PathBuf,
    files: BTreeMap<PathBuf, Tracked>,
    held: usize,
    /// What was given out last.
    shown: String,
}

#[derive(Debug)]
struct Tracked {
    before: Option<Blob>,
    after: Option<Blob>,
    /// Where its content was before the turn, if it was moved here.
    from: Option<PathBuf>,
    /// Its part of the diff, if that is still true.
    printed: Option<String>,
}

/// What a patch did to a place.
#[derive(Clone, Debug, PartialEq)]
pub struct FileStep {
    pub path: PathBuf,
    pub before: Option<Blob>,
    pub after: Option<Blob>,
    pub moved_from: Option<PathBuf>,
}

impl TurnDiffTracker {
    /// Names are shown as seen from this folder.
    pub fn set_root(&mut self, root: &Path) {
        if self.files.is_empty() {
            self.root = root.to_path_buf();
        }
    }

    pub fn paths(&self) -> impl Iterator<Item = &Path> {
        self.files.keys().map(PathBuf::as_path)
    }

    pub fn record(&mut self, steps: Vec<FileStep>) {
        // Seen from before the patch, since places may be exchanged.
        let made = self.files.iter().filter(|(_, file)| file.before.is_none());
        let origins: BTreeMap<PathBuf, Option<PathBuf>> =
            made.map(|(path, file)| (path.clone(), file.from.clone())).collect();
        for FileStep { path, before, after, moved_from } in steps {
            let from = moved_from.and_then(|from| origins.get(&from).cloned().unwrap_or(Some(from)));
            let held = &mut self.held;
            let file = self.files.entry(path).or_insert_with(|| Tracked {
                before: before.map(|before| bounded(before, held)),
                after: None,
                from: None,
                printed: None,
            });
            file.set_after(after, held);
            file.from = from.or(file.from.take());
        }
    }

    /// A file that is known may have changed by other means.
    pub fn update(&mut self, path: &Path, after: Option<Blob>) {
        if let Some(file) = self.files.get_mut(path).filter(|file| file.after != after) {
            file.set_after(after, &mut self.held);
        }
    }

    /// The whole diff, if it is another than the last time.
    pub fn changed(&mut self) -> Option<String> {
        let diff = self.print();
        if diff == self.shown {
            return None;
        }
        self.shown.clone_from(&diff);
        Some(diff)
    }

    fn print(&mut self) -> String {
        let renames = self.renames();
        // The places that renamed files have left are shown with them.
        let left: HashSet<&PathBuf> = renames.values().collect();
        let mut parts = Vec::new();
        for (path, file) in &self.files {
            if left.contains(path) {
                continue;
            }
            let name = self.name(path);
            let part = match (renames.get(path), &file.printed) {
                (None, Some(printed)) => printed.clone(),
                (from, _) => {
                    let old = from.and_then(|from| self.files.get(from).map(|old| (from, &old.before)));
                    let (old_name, before) =
                        old.map_or((name.clone(), &file.before), |(from, before)| (self.name(from), before));
                    let (before, after) = (before.as_ref(), file.after.as_ref());
                    print::change(&Change { old_name: &old_name, new_name: &name, before, after })
                }
            };
            parts.push((name, path.clone(), part));
        }
        parts.sort_by(|one, other| one.0.cmp(&other.0));
        let mut diff = String::with_capacity(parts.iter().map(|(_, _, part)| part.len()).sum());
        for (_, path, part) in parts {
            diff.push_str(&part);
            if let Some(file) = self.files.get_mut(&path).filter(|_| !renames.contains_key(&path)) {
                file.printed = Some(part);
            }
        }
        diff
    }

    /// Files that came from elsewhere, each with where from: those that patches moved, and those that hold what another
    /// one held that is gone.
    fn renames(&self) -> BTreeMap<PathBuf, PathBuf> {
        let gone = |file: &Tracked| file.before.is_some() && file.after.is_none();
        let came = |file: &&Tracked| file.before.is_none() && file.after.is_some();
        let mut renames = BTreeMap::new();
        let mut taken = HashSet::new();
        for (path, file) in self.files.iter().filter(|(_, file)| came(file)) {
            let Some(from) = &file.from else { continue };
            // A place that was or is taken is a file of its own.
            let Some(old) = self.files.get(from).filter(|old| gone(old)) else { continue };
            let (Some(before), Some(after)) = (&old.before, &file.after) else { continue };
            if !taken.contains(from) && similarity(before, after) >= LEAST_SIMILARITY {
                taken.insert(from);
                renames.insert(path.clone(), from.clone());
            }
        }
        let left = self.files.iter().filter(|(path, file)| gone(file) && !taken.contains(path));
        let mut left: BTreeMap<_, &PathBuf> =
            left.filter_map(|(path, file)| Some((file.before.as_ref()?.name()?, path))).collect();
        for (path, file) in self.files.iter().filter(|(_, file)| came(file)) {
            let name = file.after.as_ref().and_then(Blob::name);
            if !renames.contains_key(path)
                && let Some(from) = name.and_then(|name| left.remove(&name))
            {
                renames.insert(path.clone(), from.clone());
            }
        }
        renames
    }

    /// With `/` between its parts, also if it is not below the root.
    fn name(&self, path: &Path) -> String {
        let inside = path.strip_prefix(&self.root).or_else(|_| path.strip_prefix("/")).unwrap_or(path);
        inside.to_string_lossy().into_owned()
    }
}

impl Tracked {
    fn set_after(&mut self, after: Option<Blob>, held: &mut usize) {
        *held -= self.after.as_ref().map_or(0, size);
        self.after = after.map(|after| bounded(after, held));
        self.printed = None;
    }
}

fn size(blob: &Blob) -> usize {
    blob.text.as_ref().map_or(0, |text| text.len())
}

/// Without its text where there is too much already; it then counts as binary.
fn bounded(blob: Blob, held: &mut usize) -> Blob {
    let size = size(&blob);
    if held.saturating_add(size) > MOST_TEXT {
        return Blob { text: None, ..blob };
    }
    *held += size;
    blob
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
