//! A sink that keeps what it is told, for tests.

use std::sync::{Mutex, PoisonError};

use super::{Record, Sink};

/// Everything that was told.
#[derive(Debug, Default)]
pub struct Kept {
    records: Mutex<Vec<Record>>,
}

impl Kept {
    /// What was told since the last time.
    pub fn take_all(&self) -> Vec<Record> {
        std::mem::take(&mut self.records.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Sink for Kept {
    fn take(&self, record: Record) {
        self.records.lock().unwrap_or_else(PoisonError::into_inner).push(record);
    }
}
