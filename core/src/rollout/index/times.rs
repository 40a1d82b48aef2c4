//! When the files were last written.
//!
//! No folder tells that. So each file is asked, which takes a microsecond: it is the price of an order by the last
//! change that is true.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::super::walk::changed_ms;
use super::failed::Failed;
use super::store::Store;

pub(super) fn read(store: &mut Store, home: &Path, archived: bool) -> Result<(), Failed> {
    let changed = changed(store, home, archived)?;
    if changed.is_empty() {
        return Ok(());
    }
    let transaction = store.write()?;
    {
        let mut update = transaction
            .prepare("UPDATE file SET changed = ?2, changed_s = ?3 WHERE number = ?1 AND name = ?4")?;
        for (number, name, at_ms) in changed {
            update.execute((number, at_ms, at_ms.div_euclid(1000), name))?;
        }
    }
    Ok(transaction.commit()?)
}

/// Those of which something else is known.
fn changed(store: &Store, home: &Path, archived: bool) -> Result<Vec<(i64, String, i64)>, Failed> {
    let mut folders = store.reader().prepare("SELECT number, path FROM folder")?;
    let folders = folders.query_map([], |row| Ok((row.get(0)?, home.join(row.get::<_, String>(1)?))))?;
    let folders: HashMap<i64, PathBuf> = folders.collect::<Result<_, _>>()?;
    let mut files = store
        .reader()
        .prepare("SELECT number, folder, name, changed, created FROM file WHERE archived = ?1")?;
    let mut rows = files.query([archived])?;
    let mut changed = Vec::new();
    while let Some(row) = rows.next()? {
        let (number, folder): (i64, i64) = (row.get(0)?, row.get(1)?);
        let name = row.get_ref(2)?.as_str().map_err(rusqlite::Error::from)?;
        let (known, created): (Option<i64>, i64) = (row.get(3)?, row.get(4)?);
        let Some(folder) = folders.get(&folder) else { continue };
        let now = changed_ms(&folder.join(name)).unwrap_or(created);
        if known != Some(now) {
            changed.push((number, name.to_owned(), now));
        }
    }
    Ok(changed)
}
