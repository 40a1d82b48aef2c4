//! A journal that is asked so often that the process keeps in mind what it says.
//!
//! Only what was added since is read, by whomever. Lines are added as in every [`journal`], but nobody waits for the
//! disk: the end of the process loses nothing, that of the machine may lose the last ones. All functions block.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::error::Error;
use super::journal::{self, FEW_LINES, PATIENCE, Sum, TIMES_AS_MANY};
use super::line;
use super::lines::Lines;
use crate::base::files;

#[derive(Debug)]
pub(super) struct Followed<S> {
    path: PathBuf,
    known: Mutex<Known<S>>,
}

#[derive(Debug, Default)]
struct Known<S> {
    sum: S,
    /// Kept open, so that no other file looks like it.
    file: Option<File>,
    /// The end of the last whole line that was added up.
    read_to: u64,
    lines: usize,
    /// With so many lines it is looked whether fewer would do.
    many: usize,
}

impl<S: Sum> Followed<S> {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path, known: Mutex::default() }
    }

    /// What the file says now; nothing if there is none.
    pub(super) fn read<T>(&self, read: impl FnOnce(&S) -> T) -> Result<T, Error> {
        let mut known = self.lock();
        known.catch_up(&self.path).map_err(|source| Error::io("read", &self.path, source))?;
        Ok(read(&known.sum))
    }

    /// Adds one entry, if the decision is to add one.
    pub(super) fn decide<T>(&self, decide: impl FnOnce(&S) -> (Option<S::Entry>, T)) -> Result<T, Error> {
        let fail = |source| Error::io("write", &self.path, source);
        // Waiting for others keeps nobody from reading.
        let mut file = files::lock_to_append(&self.path, Instant::now() + PATIENCE).map_err(fail)?;
        let mut known = self.lock();
        known.catch_up(&self.path).map_err(fail)?;
        let (entry, result) = decide(&known.sum);
        let Some(entry) = entry else { return Ok(result) };
        // What somebody could not finish gets its end.
        let torn = file.metadata().map_err(fail)?.len() > known.read_to;
        let mut text = if torn { b"\n".to_vec() } else { Vec::new() };
        journal::push(&mut text, &entry)?;
        file.write_all(&text).map_err(fail)?;
        if known.lines >= known.many.max(FEW_LINES) {
            known.catch_up(&self.path).map_err(fail)?;
            let fewest = known.sum.entries();
            known.many = TIMES_AS_MANY * fewest.len();
            if known.lines >= known.many {
                // It says the same as before, so that a failure costs nothing but room.
                let _ = journal::replace(&self.path, &fewest);
            }
        }
        Ok(result)
    }

    fn lock(&self) -> MutexGuard<'_, Known<S>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S: Sum> Known<S> {
    fn catch_up(&mut self, path: &Path) -> io::Result<()> {
        let named = match std::fs::metadata(path) {
            Ok(named) => named,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                *self = Self::default();
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        let is_known = match &self.file {
            Some(file) => files::is_one(&file.metadata()?, &named) && named.len() >= self.read_to,
            None => false,
        };
        if !is_known {
            *self = Self { file: Some(files::open_regular(path)?), ..Self::default() };
        }
        let Some(file) = &self.file else { return Ok(()) };
        if named.len() == self.read_to {
            return Ok(());
        }
        let mut lines = Lines::from(file.try_clone()?, self.read_to)?;
        while let Some(line) = lines.next()?.filter(|line| line.ended) {
            self.lines += 1;
            self.read_to = line.end;
            match serde_json::from_slice(line::trimmed(line.bytes)) {
                Ok(entry) => self.sum.add(entry),
                Err(error) => tracing::debug!(file = %path.display(), %error, "a line cannot be read"),
            }
        }
        Ok(())
    }
}
