//! Brings the names in line with the folders.
//!
//! Whoever waits for a list spends little on it: the newest folders are read first, and the [`Reach`] says what is then
//! known. What others write at the same time is not spoilt, because a folder counts as read only with the mark that it
//! had before: if that is not the last one, the folder is read again.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::Path;

use rusqlite::{Transaction, params};

use super::super::error::Error;
use super::super::location::FileName;
use super::super::query::{ListQuery, SortKey};
use super::failed::Failed;
use super::folders::{self, Inner, Leaf, Look};
use super::mark::Mark;
use super::store::{Store, zone};
use super::times;

/// What may be spent at once.
#[derive(Clone, Copy, Debug)]
pub(super) struct Effort {
    pub folders: usize,
    pub names: usize,
}

/// How much is known.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Reach {
    /// Of what was created up to then (Unix milliseconds), something may be missing.
    pub until: Option<i64>,
    pub lacks_archived: bool,
    /// Folders that have changed just now have to be read once more.
    pub is_settled: bool,
}

impl Reach {
    pub fn is_whole(&self) -> bool {
        self.until.is_none() && !self.lacks_archived
    }
}

/// What is wanted beside the names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Times {
    /// When each file was last written.
    Read {
        archived: bool,
    },
    Ignore,
}

impl Times {
    pub fn of(query: &ListQuery) -> Self {
        match query.sort {
            SortKey::Updated => Self::Read { archived: query.archived },
            SortKey::Created | SortKey::Place => Self::Ignore,
        }
    }
}

pub(super) fn sync(store: &mut Store, home: &Path, effort: Effort, times: Times) -> Result<Reach, Failed> {
    if is_of_another_zone(store)? {
        forget_times_of_zone(store)?;
    }
    let Look { inner, leaves, gone } = folders::look(store, home)?;
    let mut reach = Reach { is_settled: true, ..Reach::default() };
    let (mut diffs, mut names) = (Vec::new(), 0);
    for leaf in leaves {
        if diffs.len() == effort.folders || names >= effort.names {
            reach.lacks(&leaf);
            continue;
        }
        let mut diff = Diff::of(store, home, leaf)?;
        names += diff.added.len();
        if names > effort.names {
            // The rest of the folder the next time.
            diff.added.truncate(diff.added.len() - (names - effort.names));
            diff.leaf.mark = None;
            reach.lacks(&diff.leaf);
        }
        reach.is_settled &= diff.leaf.mark.is_some();
        diffs.push(diff);
    }
    diffs.retain(|diff| !diff.is_empty());
    if inner.iter().any(|inner| inner.is_news) || !gone.is_empty() || !diffs.is_empty() {
        let transaction = store.write()?;
        gone.iter().try_for_each(|path| forget(&transaction, path))?;
        inner.iter().try_for_each(|inner| inner.store(&transaction))?;
        diffs.iter().try_for_each(|diff| diff.store(&transaction))?;
        transaction.commit()?;
    }
    if let Times::Read { archived } = times
        && reach.is_whole()
    {
        times::read(store, home, archived)?;
    }
    Ok(reach)
}

impl Reach {
    fn lacks(&mut self, leaf: &Leaf) {
        if leaf.archived {
            self.lacks_archived = true;
        } else {
            self.until = self.until.max(Some(leaf.last));
        }
    }
}

/// Times that are told by a name alone were taken for those of another zone.
fn is_of_another_zone(store: &Store) -> Result<bool, Failed> {
    let of: String = store.reader().query_row("SELECT zone FROM about", [], |row| row.get(0))?;
    Ok(of != zone())
}

fn forget_times_of_zone(store: &mut Store) -> Result<(), Failed> {
    let transaction = store.write()?;
    transaction.execute_batch(
        "UPDATE folder SET mark = NULL WHERE number IN (SELECT folder FROM file WHERE of_zone);
         DELETE FROM head WHERE number IN (SELECT number FROM file WHERE of_zone);
         DELETE FROM file WHERE of_zone;",
    )?;
    transaction.execute("UPDATE about SET zone = ?1", [zone()])?;
    Ok(transaction.commit()?)
}

fn forget(transaction: &Transaction<'_>, path: &str) -> Result<(), rusqlite::Error> {
    const FILES: &str = "SELECT f.number FROM file f JOIN folder d ON d.number = f.folder WHERE d.path = ?1";
    transaction.execute(&format!("DELETE FROM head WHERE number IN ({FILES})"), [path])?;
    transaction.execute(&format!("DELETE FROM file WHERE number IN ({FILES})"), [path])?;
    transaction.execute("DELETE FROM folder WHERE path = ?1", [path])?;
    if let Some((parent, _)) = path.rsplit_once('/') {
        // It may be there again by now, and somebody else may have seen it.
        transaction.execute("UPDATE folder SET mark = NULL WHERE path = ?1", [parent])?;
    }
    Ok(())
}

impl Inner {
    fn store(&self, transaction: &Transaction<'_>) -> Result<(), rusqlite::Error> {
        for child in &self.children {
            transaction.execute("INSERT OR IGNORE INTO folder (path) VALUES (?1)", [child])?;
        }
        mark(transaction, &self.path, self.mark)
    }
}

fn mark(transaction: &Transaction<'_>, path: &str, mark: Option<Mark>) -> Result<(), rusqlite::Error> {
    const SQL: &str = "INSERT INTO folder (path, mark) VALUES (?1, ?2)
        ON CONFLICT (path) DO UPDATE SET mark = excluded.mark";
    transaction.execute(SQL, params![path, mark]).map(drop)
}

/// In what a folder differs from what is known of it.
#[derive(Debug)]
struct Diff {
    leaf: Leaf,
    added: Vec<(String, FileName, i64)>,
    /// Names of which another file has taken hold.
    exchanged: Vec<(i64, String, i64)>,
    gone: Vec<(i64, String)>,
}

impl Diff {
    fn of(store: &Store, home: &Path, leaf: Leaf) -> Result<Self, Failed> {
        const SQL: &str = "SELECT f.name, f.number, f.inode FROM file f JOIN folder d ON d.number = f.folder
            WHERE d.path = ?1";
        let mut statement = store.reader().prepare(SQL)?;
        let rows = statement.query_map([&leaf.path], |row| Ok((row.get(0)?, (row.get(1)?, row.get(2)?))))?;
        let mut known: HashMap<String, (i64, i64)> = rows.collect::<Result<_, _>>()?;
        let (mut added, mut exchanged) = (Vec::new(), Vec::new());
        let folder = home.join(&leaf.path);
        for (name, inode) in names(&folder).map_err(|source| Error::io("read", &folder, source))? {
            match known.remove(&name) {
                Some((_, old)) if old == inode => {}
                Some((number, _)) => exchanged.push((number, name, inode)),
                None => {
                    if let Some(parsed) = FileName::parse(name.as_ref()) {
                        added.push((name, parsed, inode));
                    }
                }
            }
        }
        // Newest first, also within a folder that is read in parts.
        added.sort_by(|a, b| b.0.cmp(&a.0));
        let gone = known.into_iter().map(|(name, (number, _))| (number, name)).collect();
        Ok(Self { leaf, added, exchanged, gone })
    }

    fn is_empty(&self) -> bool {
        self.leaf.mark.is_none() && self.added.is_empty() && self.exchanged.is_empty() && self.gone.is_empty()
    }

    fn store(&self, transaction: &Transaction<'_>) -> Result<(), rusqlite::Error> {
        const ADD: &str = "INSERT OR IGNORE INTO file
            (folder, name, inode, archived, id, file_id, created, created_s, of_zone)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
        let leaf = &self.leaf;
        mark(transaction, &leaf.path, leaf.mark)?;
        let folder: i64 =
            transaction
                .query_row("SELECT number FROM folder WHERE path = ?1", [&leaf.path], |row| row.get(0))?;
        for (number, name) in &self.gone {
            let gone = transaction
                .execute("DELETE FROM file WHERE number = ?1 AND name = ?2", params![number, name])?;
            if gone > 0 {
                transaction.execute("DELETE FROM head WHERE number = ?1", [number])?;
            }
        }
        for (number, name, inode) in &self.exchanged {
            transaction.execute(
                "UPDATE file SET inode = ?3 WHERE number = ?1 AND name = ?2",
                params![number, name, inode],
            )?;
            transaction.execute("UPDATE head SET mark = NULL, kind = 0 WHERE number = ?1", [number])?;
        }
        let mut add = transaction.prepare(ADD)?;
        let mut unread = transaction.prepare("INSERT INTO head (number) VALUES (?1)")?;
        for (text, name, inode) in &self.added {
            let created = name.began_ms((leaf.first, leaf.last));
            let second = created.div_euclid(1000);
            let (id, file_id) = (name.id.bytes(), name.file_id().bytes());
            let of_zone = !name.is_known_everywhere();
            let row = params![folder, text, inode, leaf.archived, id, file_id, created, second, of_zone];
            // Somebody else may have found it, too.
            if add.execute(row)? > 0 {
                unread.execute([transaction.last_insert_rowid()])?;
            }
        }
        Ok(())
    }
}

/// The names in a folder, with the numbers of their files where the system has such; none if it is gone.
fn names(folder: &Path) -> io::Result<Vec<(String, i64)>> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Ok(Vec::new());
        }
        Err(error) => return Err(error),
    };
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry?;
        #[cfg(unix)]
        let inode = std::os::unix::fs::DirEntryExt::ino(&entry) as i64;
        #[cfg(not(unix))]
        let inode = 0;
        if let Ok(name) = entry.file_name().into_string()
            && name.starts_with("rollout-")
        {
            names.push((name, inode));
        }
    }
    Ok(names)
}
