//! Builds and repairs in the background: first the names, then the beginnings of the files, the newest first.
//!
//! It goes in small steps and rests as long as it works. Two processes may do it at the same time; the later one finds
//! most of it done.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rusqlite::params;

use super::super::walk::changed_of;
use super::ThreadIndex;
use super::failed::Failed;
use super::heads::Read;
use super::mark::{COARSE, Mark};
use super::store::Store;
use super::sync::{self, Effort, Reach, Times};
use super::times::{self, Changed};

/// What is done in one step.
const NAMES: Effort = Effort { folders: 64, names: 400 };
const FILES: i64 = 64;
/// What a client asks for first is not disturbed.
const QUIET: Duration = Duration::from_millis(300);
/// The shortest rest.
const REST: Duration = Duration::from_millis(2);
/// How often folders are read again that have changed just now.
const ROUNDS: usize = 3;

pub(super) async fn run(index: Arc<ThreadIndex>) {
    let result = build(&index).await;
    index.has_checked(result);
}

async fn build(index: &Arc<ThreadIndex>) -> Result<(), Failed> {
    let mut builder = Builder::default();
    rest(index, QUIET).await?;
    for _ in 0..ROUNDS {
        let reach = loop {
            let (back, reach) = step(index, builder, Builder::names).await?;
            builder = back;
            if reach.is_whole() {
                break reach;
            }
        };
        loop {
            let (back, is_done) = step(index, builder, Builder::heads).await?;
            builder = back;
            if is_done {
                break;
            }
        }
        if reach.is_settled {
            break;
        }
        rest(index, COARSE).await?;
    }
    let (_, ()) = step(index, builder, Builder::tidy).await?;
    Ok(())
}

/// One step, and a rest. At the end of the process the step is the last one.
async fn step<T: Send + 'static>(
    index: &Arc<ThreadIndex>,
    mut builder: Builder,
    step: fn(&mut Builder, &ThreadIndex) -> Result<T, Failed>,
) -> Result<(Builder, T), Failed> {
    let began = Instant::now();
    let own = index.clone();
    let task = index.group.spawn_blocking(move || step(&mut builder, &own).map(|done| (builder, done)));
    let done = task.await.map_err(|_| Failed::Behind)??;
    rest(index, began.elapsed().max(REST)).await?;
    Ok(done)
}

async fn rest(index: &ThreadIndex, time: Duration) -> Result<(), Failed> {
    tokio::select! {
        () = index.token.cancelled() => Err(Failed::Behind),
        () = tokio::time::sleep(time) => Ok(()),
    }
}

#[derive(Debug, Default)]
pub(super) struct Builder {
    store: Option<Store>,
    /// The number of the last file that was looked at.
    after: i64,
}

impl Builder {
    fn store(&mut self, index: &ThreadIndex) -> Result<&mut Store, Failed> {
        if self.store.as_ref().is_none_or(|store| !store.is_current()) {
            self.store = Some(Store::open_or_create(&index.home)?);
        }
        self.store.as_mut().ok_or(Failed::Behind)
    }

    pub fn names(&mut self, index: &ThreadIndex) -> Result<Reach, Failed> {
        let store = self.store(index)?;
        sync::sync(store, &index.home, NAMES, Times::Ignore)
    }

    /// Reads the beginnings of the next files that are not as they are known; true if there are no more.
    pub fn heads(&mut self, index: &ThreadIndex) -> Result<bool, Failed> {
        let after = self.after;
        let store = self.store(index)?;
        let (mut read, mut changed, mut last) = (Vec::new(), Vec::new(), None);
        {
            let mut statement = store.reader().prepare(
                "SELECT f.number, d.path, f.name, f.changed, h.mark FROM file f
                CROSS JOIN folder d ON d.number = f.folder CROSS JOIN head h ON h.number = f.number
                WHERE f.number > ?1 ORDER BY f.number LIMIT ?2",
            )?;
            let mut rows = statement.query(params![after, FILES])?;
            while let Some(row) = rows.next()? {
                if index.token.is_cancelled() {
                    return Err(Failed::Behind);
                }
                let number: i64 = row.get(0)?;
                last = Some(number);
                let (folder, name): (String, String) = (row.get(1)?, row.get(2)?);
                let path = index.home.join(folder).join(&name);
                let Ok(metadata) = path.metadata() else { continue };
                let (known, mark): (Option<i64>, Option<Mark>) = (row.get(3)?, row.get(4)?);
                if mark != Some(Mark::of(&metadata)) {
                    read.extend(Read::of(number, &name, &path));
                }
                if let Some(at_ms) = changed_of(&metadata).filter(|at_ms| known != Some(*at_ms)) {
                    changed.push(Changed { number, name, at_ms });
                }
            }
        }
        keep(store, &read, &changed)?;
        if store.is_untidy() {
            tidy(store)?;
        }
        self.after = last.unwrap_or(after);
        Ok(last.is_none())
    }

    pub fn tidy(&mut self, index: &ThreadIndex) -> Result<(), Failed> {
        tidy(self.store(index)?)
    }
}

/// Others may be reading; then it is done later.
fn tidy(store: &Store) -> Result<(), Failed> {
    match store.tidy() {
        Err(failed) if failed.is_contention() => Ok(()),
        result => result,
    }
}

/// Keeps what was read for the next time.
pub(super) fn keep(store: &mut Store, read: &[Read], changed: &[Changed]) -> Result<(), rusqlite::Error> {
    if read.is_empty() && changed.is_empty() {
        return Ok(());
    }
    let transaction = store.write()?;
    read.iter().try_for_each(|read| read.store(&transaction))?;
    times::keep(&transaction, changed)?;
    transaction.commit()
}
