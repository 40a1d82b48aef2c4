//! By which it is known again that a file or a folder has not changed.
//!
//! It is taken before something is read. The clock of file systems is coarse, so that a folder that has changed just
//! now may change again without another mark: it counts only when some time has passed.

use std::fs::Metadata;
use std::time::{Duration, SystemTime};

use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};

/// Number, size, and when content and state were changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mark([u8; LENGTH]);

const LENGTH: usize = 32;
/// The clocks of most file systems are finer than this,
const FINE: Duration = Duration::from_millis(200);
/// and those of the others than this.
pub(super) const COARSE: Duration = Duration::from_millis(2100);

impl Mark {
    pub fn of(metadata: &Metadata) -> Self {
        let mut mark = [0; LENGTH];
        let parts = mark.chunks_exact_mut(size_of::<u64>());
        parts.zip(numbers(metadata)).for_each(|(part, number)| part.copy_from_slice(&number.to_le_bytes()));
        Self(mark)
    }

    /// Of a folder whose content is read now; none if it may change again unnoticed.
    pub fn settled(metadata: &Metadata, now: SystemTime) -> Option<Self> {
        let changed = metadata.modified().ok()?;
        let is_fine = changed.duration_since(SystemTime::UNIX_EPOCH).ok()?.subsec_nanos() != 0;
        let age = now.duration_since(changed).ok()?;
        (age > if is_fine { FINE } else { COARSE }).then(|| Self::of(metadata))
    }
}

#[cfg(unix)]
fn numbers(metadata: &Metadata) -> [u64; 4] {
    use std::os::unix::fs::MetadataExt;

    let nanos = |seconds: i64, nanos: i64| seconds.wrapping_mul(1_000_000_000).wrapping_add(nanos) as u64;
    let changed = nanos(metadata.mtime(), metadata.mtime_nsec());
    [metadata.ino(), metadata.size(), changed, nanos(metadata.ctime(), metadata.ctime_nsec())]
}

#[cfg(not(unix))]
fn numbers(metadata: &Metadata) -> [u64; 4] {
    let since = metadata.modified().ok().and_then(|time| time.duration_since(SystemTime::UNIX_EPOCH).ok());
    [0, metadata.len(), since.map_or(0, |since| since.as_nanos() as u64), 0]
}

impl ToSql for Mark {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(ValueRef::Blob(&self.0)))
    }
}

impl FromSql for Mark {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        value.as_blob()?.try_into().map(Self).map_err(|_| FromSqlError::InvalidType)
    }
}
