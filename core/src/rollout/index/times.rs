//! When the files were last written.
//!
//! No folder tells that. So each file is asked, which takes less than a microsecond: it is the price of an order by the
//! last change that is true.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use rusqlite::Transaction;

use super::failed::Failed;
use super::store::Store;

/// More news than these are not written while somebody waits.
const MOST: usize = 2000;

/// A file of which another time is known.
pub(super) struct Changed {
    pub number: i64,
    pub name: String,
    pub at_ms: i64,
}

pub(super) fn read(store: &mut Store, home: &Path, archived: bool) -> Result<(), Failed> {
    let changed = changed(store, home, archived)?;
    if changed.is_empty() {
        return Ok(());
    }
    let transaction = store.write()?;
    keep(&transaction, &changed)?;
    Ok(transaction.commit()?)
}

pub(super) fn keep(transaction: &Transaction<'_>, changed: &[Changed]) -> Result<(), rusqlite::Error> {
    const SQL: &str = "UPDATE file SET changed = ?2, changed_s = ?3 WHERE number = ?1 AND name = ?4";
    let mut update = transaction.prepare(SQL)?;
    for Changed { number, name, at_ms } in changed {
        update.execute((number, at_ms, at_ms.div_euclid(1000), name))?;
    }
    Ok(())
}

fn changed(store: &Store, home: &Path, archived: bool) -> Result<Vec<Changed>, Failed> {
    let mut folders = store.reader().prepare("SELECT number, path FROM folder")?;
    let folders = folders.query_map([], |row| Ok((row.get(0)?, home.join(row.get::<_, String>(1)?))))?;
    let folders: HashMap<i64, PathBuf> = folders.collect::<Result<_, _>>()?;
    let mut files = store
        .reader()
        .prepare("SELECT number, folder, name, changed, created FROM file WHERE archived = ?1")?;
    let mut rows = files.query([archived])?;
    let mut changed = Vec::new();
    let mut open: Option<(i64, Folder)> = None;
    while let Some(row) = rows.next()? {
        let (number, folder): (i64, i64) = (row.get(0)?, row.get(1)?);
        let name = row.get_ref(2)?.as_str().map_err(rusqlite::Error::from)?;
        let (known, created): (Option<i64>, i64) = (row.get(3)?, row.get(4)?);
        if open.as_ref().is_none_or(|(number, _)| *number != folder) {
            open = folders.get(&folder).map(|path| (folder, Folder::open(path)));
        }
        let now = open.as_ref().and_then(|(_, folder)| folder.changed_ms(name));
        let at_ms = now.unwrap_or(created);
        if known != Some(at_ms) {
            if changed.len() == MOST {
                return Err(Failed::Behind);
            }
            changed.push(Changed { number, name: name.to_owned(), at_ms });
        }
    }
    Ok(changed)
}

/// A folder whose files are asked; its own path is followed only once.
#[cfg(unix)]
struct Folder(Option<std::os::fd::OwnedFd>);

#[cfg(unix)]
impl Folder {
    fn open(path: &Path) -> Self {
        use rustix::fs::{Mode, OFlags};

        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        Self(rustix::fs::open(path, flags, Mode::empty()).ok())
    }

    fn changed_ms(&self, name: &str) -> Option<i64> {
        let stat = rustix::fs::statat(self.0.as_ref()?, name, rustix::fs::AtFlags::empty()).ok()?;
        let seconds = Some(stat.st_mtime).filter(|seconds| *seconds >= 0)?;
        seconds.checked_mul(1000)?.checked_add(i64::try_from(stat.st_mtime_nsec).ok()? / 1_000_000)
    }
}

#[cfg(not(unix))]
struct Folder(PathBuf);

#[cfg(not(unix))]
impl Folder {
    fn open(path: &Path) -> Self {
        Self(path.to_path_buf())
    }

    fn changed_ms(&self, name: &str) -> Option<i64> {
        super::super::walk::changed_ms(&self.0.join(name))
    }
}
