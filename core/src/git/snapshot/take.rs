//! Takes a snapshot: asks git for the names, stores what has changed, and makes a commit of it that has no name.

use std::collections::HashSet;

use codex_protocol::git::GhostCommit;

use super::lists::Lists;
use super::place::Place;
use super::private::Index;
use super::sift::{Candidates, Sifted, Source, sift};
use super::{Failure, Snapshots};
use crate::git::command::Git;

/// So many files are stored before it is kept what was seen.
const BATCH: usize = 4_000;

/// A snapshot, and what it was made of.
#[derive(Debug)]
pub struct Taken {
    pub commit: GhostCommit,
    pub place: Place,
    /// Files that git does not ignore, but that are not stored.
    pub unstored: Vec<Vec<u8>>,
}

/// `stored` are paths of an older snapshot, which are looked at whatever git thinks of them now.
pub async fn take(snapshots: &Snapshots, place: Place, stored: Vec<Vec<u8>>) -> Result<Taken, Failure> {
    let git = place.users_git(&snapshots.environment);
    let mut lists = Lists::default();
    let mut candidates: Candidates = stored.into_iter().map(|path| (path, Source::Stored)).collect();
    for path in list(&git, &place, &["--others", "--exclude-standard"]).await? {
        match path.last() {
            // Another repository.
            Some(b'/') => lists.add(&path),
            _ => drop(candidates.insert(path, Source::New)),
        }
    }
    for line in list(&git, &place, &["--stage"]).await? {
        if let Some(path) = tracked(&line) {
            candidates.insert(path.to_vec(), Source::Tracked);
        }
    }
    let ignored = list(&git, &place, &["--others", "--ignored", "--exclude-standard", "--directory"]).await?;
    for path in only_ignored(&ignored).filter(|path| !candidates.contains_key(*path)) {
        lists.add(path);
    }
    let root = place.root.clone();
    let sifting = move || sift(&root, &candidates, &mut lists).map(|sifted| (sifted, lists.bounded()));
    let (sifted, lists) = snapshots.blocking(sifting).await?;

    let private = snapshots.private(&place).await?;
    let tree = {
        let index = private.begin_index()?;
        store(&index, &sifted).await?;
        let tree = index.git().run(&["write-tree"]).await?;
        index.keep();
        tree
    };
    let parent = git.run(&["rev-parse", "--verify", "--quiet", "HEAD^{commit}"]).await.ok();
    let (id, parent) = commit(&private.git(), &tree, parent).await?;
    let text = |path: &std::path::Path| path.to_str().map(str::to_owned);
    let names = text(&place.root).zip(text(&place.prefix));
    let (root, folder) = names.ok_or_else(|| {
        Failure::Unusable("the path of the folder is no valid text, so that it cannot be stored".into())
    })?;
    let commit = GhostCommit {
        id,
        parent,
        preexisting_untracked_files: lists.files.into_iter().collect(),
        preexisting_untracked_dirs: lists.folders.into_iter().collect(),
        root: Some(root),
        folder: Some(folder),
    };
    Ok(Taken { commit, place, unstored: sifted.unstored })
}

async fn list(git: &Git, place: &Place, what: &[&str]) -> Result<Vec<Vec<u8>>, Failure> {
    let mut arguments = vec!["ls-files".as_ref(), "-z".as_ref()];
    arguments.extend(what.iter().map(std::ffi::OsStr::new));
    if !place.prefix.as_os_str().is_empty() {
        arguments.extend(["--".as_ref(), place.prefix.as_os_str()]);
    }
    let listed = git.tell(&arguments, Vec::new()).await?;
    Ok(listed.split(|byte| *byte == 0).filter(|path| !path.is_empty()).map(<[u8]>::to_vec).collect())
}

/// Of a folder with nothing but ignored files git names the files as well; that one is not ignored itself.
fn only_ignored(listed: &[Vec<u8>]) -> impl Iterator<Item = &Vec<u8>> {
    let next = listed.iter().skip(1).map(Some).chain([None]);
    let is_open = |path: &[u8], next: Option<&Vec<u8>>| {
        path.ends_with(b"/") && next.is_some_and(|next| next.starts_with(path))
    };
    listed.iter().zip(next).filter(move |(path, next)| !is_open(path, *next)).map(|(path, _)| path)
}

/// The path of a line of the index, unless it is that of another repository.
fn tracked(line: &[u8]) -> Option<&[u8]> {
    let tab = line.iter().position(|byte| *byte == b'\t')?;
    let is_module = line.starts_with(b"160000 ");
    line.get(tab + 1..).filter(|_| !is_module)
}

/// Makes the index say what the files are, and stores those that have changed.
async fn store(index: &Index<'_>, sifted: &Sifted) -> Result<(), Failure> {
    let git = index.git();
    let listed = git.tell(&["ls-files", "-z"], Vec::new()).await?;
    let known: HashSet<&[u8]> = listed.split(|byte| *byte == 0).filter(|path| !path.is_empty()).collect();
    let wanted: HashSet<&[u8]> = sifted.files.iter().map(Vec::as_slice).collect();
    let gone: Vec<_> = known.difference(&wanted).map(|path| path.to_vec()).collect();
    if !gone.is_empty() {
        git.tell(&["update-index", "-z", "--force-remove", "--stdin"], joined(&gone)).await?;
    }
    // What is known costs no more than a look at its time.
    let new = wanted.difference(&known).count();
    let batch = if new > BATCH { BATCH } else { sifted.files.len().max(1) };
    for files in sifted.files.chunks(batch) {
        let arguments = ["update-index", "-z", "--add", "--remove", "--replace", "--stdin"];
        git.tell(&arguments, joined(files)).await?;
        if new > BATCH {
            index.keep();
        }
    }
    Ok(())
}

fn joined(paths: &[Vec<u8>]) -> Vec<u8> {
    let mut joined = Vec::new();
    for path in paths {
        joined.extend_from_slice(path);
        joined.push(0);
    }
    joined
}

/// A HEAD that cannot be read is no reason not to have a snapshot.
async fn commit(git: &Git, tree: &str, parent: Option<String>) -> Result<(String, Option<String>), Failure> {
    let (name, address) = ("Codex Snapshot", "snapshot@codex.local");
    let git = git.clone().with("GIT_AUTHOR_NAME", name).with("GIT_AUTHOR_EMAIL", address);
    let git = git.with("GIT_COMMITTER_NAME", name).with("GIT_COMMITTER_EMAIL", address);
    let plain = ["commit-tree", tree, "-m", "codex snapshot"];
    if let Some(parent) = parent {
        let with_parent = [plain.as_slice(), &["-p", &parent]].concat();
        if let Ok(id) = git.run(&with_parent).await {
            return Ok((id, Some(parent)));
        }
    }
    Ok((git.run(&plain).await?, None))
}
