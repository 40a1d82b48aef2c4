//! Brings back the files of a snapshot.
//!
//! The files as they are now are stored first, so that nothing is lost by it, and what is different is changed: what came
//! since is removed, what is gone or changed is written. Everything that is needed is there before the first file changes.
//! A file that cannot be changed does not keep the others from it.

use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use codex_protocol::git::GhostCommit;
use tokio_util::sync::CancellationToken;

use super::lists::Lists;
use super::place::Place;
use super::take::take;
use super::tree::{self, Entry, Tree};
use super::worktree::Worktree;
use super::{Failure, Snapshots};
use crate::base::cancel::or_cancelled;
use crate::git::command::{self, Git};

/// So many bytes are held at a time.
const BATCH: u64 = 16 * 1024 * 1024;

/// What was done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Undone {
    pub written: usize,
    pub removed: usize,
    /// Files that undo does not touch, and why.
    pub left: Vec<(String, String)>,
    /// Files that could not be changed, and why.
    pub failed: Vec<(String, String)>,
    /// The commit with the files as they were before.
    pub before: String,
    pub is_cancelled: bool,
}

struct Step {
    path: Vec<u8>,
    now: Option<Entry>,
    /// None: it is removed.
    then: Option<(Entry, u64)>,
}

impl Snapshots {
    pub async fn undo(&self, snapshot: &GhostCommit, token: &CancellationToken) -> Result<Undone, Failure> {
        let place = self.place_of(snapshot).await?;
        let git = self.private(&place).await?.git();
        let mut then = files_of(&git, &snapshot.id).await?;
        then.retain(|path, _| place.contains(path));
        let taking = take(self, place, then.keys().cloned().collect());
        let taken = or_cancelled(token, taking).await.map_err(|_interrupted| Failure::Cancelled)??;
        let now = files_of(&git, &taken.commit.id).await?;
        let mut undone = Undone { before: taken.commit.id.clone(), ..Undone::default() };
        let lists = lists_of(snapshot);
        let (mut steps, left) = plan(now, &then, &lists);
        let unstored =
            taken.unstored.iter().filter(|path| !then.contains_key(*path) && !lists.contains(path));
        undone.left.extend(unstored.map(|path| (shown(path), NOT_STORED.to_owned())));
        undone.left.extend(left.iter().map(|path| (shown(path), THERE_BEFORE.to_owned())));
        measure(&git, &mut steps).await?;
        // Removals first, because a file may take the place of a folder.
        let (writes, removals): (Vec<_>, Vec<_>) = steps.into_iter().partition(|step| step.then.is_some());
        for steps in [removals].into_iter().chain(batches(writes)) {
            let contents = contents(&git, &steps).await?;
            let part = Part { place: taken.place.clone(), steps, contents, token: token.clone() };
            undone = self.blocking(move || part.carry_out(undone)).await?;
        }
        Ok(undone)
    }

    async fn place_of(&self, snapshot: &GhostCommit) -> Result<Place, Failure> {
        let unusable = |why: &str| Failure::Unusable(why.to_owned());
        let (Some(root), Some(folder)) = (&snapshot.root, &snapshot.folder) else {
            return Err(unusable(
                "the snapshot does not say of which folder it is; another program has made it",
            ));
        };
        let is_hash =
            matches!(snapshot.id.len(), 40 | 64) && snapshot.id.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !is_hash || !(folder.is_empty() || tree::is_plain(folder.as_bytes())) {
            return Err(unusable("what is stored of the snapshot is damaged"));
        }
        Place::at(PathBuf::from(root), PathBuf::from(folder), self).await
    }
}

const NOT_STORED: &str = "it is too large, unreadable or no file, so that undo does not touch it";
const THERE_BEFORE: &str = "it was there before, but was not stored";

fn lists_of(snapshot: &GhostCommit) -> Lists {
    let folders = snapshot.preexisting_untracked_dirs.iter();
    Lists {
        files: snapshot.preexisting_untracked_files.iter().cloned().collect(),
        folders: folders.map(|name| name.trim_end_matches('/').to_owned()).collect(),
    }
}

async fn files_of(git: &Git, commit: &str) -> Result<Tree, Failure> {
    let listed = git.tell(&["ls-tree", "-r", "-z", "--full-tree", commit], Vec::new()).await;
    match listed {
        Ok(listed) => Ok(tree::parse(&listed)),
        Err(command::Error::Failed(said)) => Err(Failure::Unusable(format!(
            "the snapshot {} is not in the repository any more ({said})",
            commit.get(..7).unwrap_or(commit)
        ))),
        Err(other) => Err(other.into()),
    }
}

/// What is to be done; and what is there that was not stored before, and is not removed.
fn plan(now: Tree, then: &Tree, lists: &Lists) -> (Vec<Step>, Vec<Vec<u8>>) {
    let (new, known): (Vec<_>, Vec<_>) = now.into_iter().partition(|(path, _)| !then.contains_key(path));
    let mut known: Tree = known.into_iter().collect();
    let (left, new): (Vec<_>, Vec<_>) = new.into_iter().partition(|(path, _)| lists.contains(path));
    let removals = new.into_iter().map(|(path, now)| Step { path, now: Some(now), then: None });
    let mut steps: Vec<_> = removals.collect();
    for (path, entry) in then {
        let now = known.remove(path);
        if now.as_ref() != Some(entry) {
            steps.push(Step { path: path.clone(), now, then: Some((entry.clone(), 0)) });
        }
    }
    (steps, left.into_iter().map(|(path, _)| path).collect())
}

/// Finds out how large the files are that are written, and that all of them are there.
async fn measure(git: &Git, steps: &mut [Step]) -> Result<(), Failure> {
    let mut written: Vec<_> = steps.iter_mut().filter_map(|step| step.then.as_mut()).collect();
    if written.is_empty() {
        return Ok(());
    }
    let ids: String = written.iter().map(|(entry, _)| format!("{}\n", entry.id)).collect();
    let answer = git.tell(&["cat-file", "--batch-check"], ids.into_bytes()).await?;
    let answer = String::from_utf8_lossy(&answer);
    let mut lines = answer.lines();
    for (entry, size) in &mut written {
        let words: Vec<_> = lines.next().unwrap_or_default().split(' ').collect();
        match words.as_slice() {
            [id, "blob", bytes] if *id == entry.id => *size = bytes.parse().unwrap_or(u64::MAX),
            _ => {
                return Err(Failure::Unusable(
                    "files of the snapshot are not in the repository any more; nothing was changed".into(),
                ));
            }
        }
    }
    Ok(())
}

fn batches(steps: Vec<Step>) -> Vec<Vec<Step>> {
    let mut batches: Vec<Vec<Step>> = Vec::new();
    let mut full = u64::MAX;
    for step in steps {
        let size = step.then.as_ref().map_or(0, |(_, size)| *size);
        full = full.saturating_add(size);
        match batches.last_mut().filter(|_| full <= BATCH) {
            Some(batch) => batch.push(step),
            None => {
                batches.push(vec![step]);
                full = size;
            }
        }
    }
    batches
}

/// What the files that are written hold, one after the other.
async fn contents(git: &Git, steps: &[Step]) -> Result<Vec<Vec<u8>>, Failure> {
    let written: Vec<_> = steps.iter().filter_map(|step| step.then.as_ref()).collect();
    if written.is_empty() {
        return Ok(Vec::new());
    }
    let ids: String = written.iter().map(|(entry, _)| format!("{}\n", entry.id)).collect();
    let answer = git.tell(&["cat-file", "--batch"], ids.into_bytes()).await?;
    let mut rest = answer.as_slice();
    let mut contents = Vec::new();
    for (_, size) in written {
        let content = next_content(&mut rest, *size);
        contents.push(content.ok_or_else(|| Failure::Unusable("git gave back another file".into()))?);
    }
    Ok(contents)
}

/// A line about a file, the file, and a line end.
fn next_content(rest: &mut &[u8], size: u64) -> Option<Vec<u8>> {
    let line = rest.iter().position(|byte| *byte == b'\n')?;
    let size = usize::try_from(size).ok()?;
    rest.get(..line).filter(|line| line.ends_with(format!(" {size}").as_bytes()))?;
    let start = line.checked_add(1)?;
    let end = start.checked_add(size)?;
    let content = rest.get(start..end)?.to_vec();
    *rest = rest.get(end.checked_add(1)?..)?;
    Some(content)
}

/// Some of the steps, with all that they need.
struct Part {
    place: Place,
    steps: Vec<Step>,
    contents: Vec<Vec<u8>>,
    token: CancellationToken,
}

impl Part {
    fn carry_out(self, mut undone: Undone) -> Result<Undone, Failure> {
        let root = &self.place.root;
        let worktree = Worktree::open(root).map_err(|error| Failure::file(root, error))?;
        let mut contents = self.contents.into_iter();
        for Step { path, now, then } in self.steps {
            let content = then.is_some().then(|| contents.next()).flatten().unwrap_or_default();
            if self.token.is_cancelled() {
                undone.is_cancelled = true;
                break;
            }
            let done = match &then {
                Some((entry, _)) => worktree.write(&path, (entry.kind, &content), now.as_ref()),
                None => worktree.remove(&path, self.place.prefix.as_os_str().as_bytes()),
            };
            match done {
                Ok(()) if then.is_some() => undone.written += 1,
                Ok(()) => undone.removed += 1,
                Err(why) => undone.failed.push((shown(&path), why.to_string())),
            }
        }
        Ok(undone)
    }
}

fn shown(path: &[u8]) -> String {
    String::from_utf8_lossy(path).into_owned()
}
