//! The database: how it is opened, made, and thrown away.
//!
//! Its name has the version of its schema, so that programs of several versions do not take it from each other. It is
//! in WAL mode, where who reads waits for nobody, or there is none. It can be deleted at any time, by anybody.

use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{fs, io};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};

use super::failed::Failed;

const NAME: &str = "thread-index-2.sqlite";
/// What the database says of itself.
const VERSION: i64 = 2;
/// How long somebody else may be writing.
const PATIENCE: Duration = Duration::from_millis(40);
/// KiB of pages in memory.
const CACHE: i64 = 1024;

const SCHEMA: &str = "
CREATE TABLE about (zone TEXT NOT NULL);
CREATE TABLE folder (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    path TEXT NOT NULL UNIQUE,
    mark BLOB
);
CREATE TABLE file (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    folder INTEGER NOT NULL,
    name TEXT NOT NULL,
    inode INTEGER NOT NULL,
    archived INTEGER NOT NULL,
    id BLOB NOT NULL,
    file_id BLOB NOT NULL,
    created INTEGER NOT NULL,
    created_s INTEGER NOT NULL,
    changed INTEGER,
    changed_s INTEGER,
    of_zone INTEGER NOT NULL,
    UNIQUE (folder, name)
);
CREATE INDEX file_by_creation ON file (archived, created_s, id);
CREATE INDEX file_by_change ON file (archived, changed_s, id);
CREATE INDEX file_by_id ON file (id);
CREATE INDEX file_by_file_id ON file (file_id);
CREATE TABLE head (
    number INTEGER PRIMARY KEY,
    mark BLOB,
    kind INTEGER NOT NULL DEFAULT 0,
    said BLOB,
    base BLOB,
    source TEXT,
    provider TEXT,
    cwd TEXT,
    originator TEXT,
    cut INTEGER,
    model TEXT,
    preview TEXT,
    meta TEXT
);
CREATE INDEX head_by_cwd ON head (cwd);
CREATE INDEX head_by_said ON head (said);
CREATE INDEX head_of_open ON head (kind) WHERE kind <> 1;
";

#[derive(Debug)]
pub(super) struct Store {
    connection: Connection,
    path: PathBuf,
    file: Option<FileId>,
}

impl Store {
    /// One that is there.
    pub fn open(home: &Path) -> Result<Self, Failed> {
        let path = home.join(NAME);
        if !path.exists() {
            return Err(Failed::Behind);
        }
        let store = Self::connect(path)?;
        if store.version()? != VERSION {
            return Err(Failed::Behind);
        }
        Ok(store)
    }

    /// One that is there, or a new one.
    pub fn open_or_create(home: &Path) -> Result<Self, Failed> {
        if is_remote(home) {
            return Err(Failed::Refused("the home directory is on a network file system"));
        }
        let path = home.join(NAME);
        create(&path)?;
        let mut store = Self::connect(path)?;
        let mode: String =
            store.connection.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get(0))?;
        if mode != "wal" {
            return Err(Failed::Refused("the file system of the home directory has no shared memory"));
        }
        let transaction = store.write()?;
        let version: i64 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
        if version == 0 {
            transaction.execute_batch(SCHEMA)?;
            transaction.execute("INSERT INTO about (zone) VALUES (?1)", [zone()])?;
            transaction.pragma_update(None, "user_version", VERSION)?;
        }
        transaction.commit()?;
        if store.version()? != VERSION {
            drop(store);
            remove(home);
            return Err(Failed::Refused("it was made by another program"));
        }
        Ok(store)
    }

    fn connect(path: PathBuf) -> Result<Self, Failed> {
        let connection = Connection::open_with_flags(
            &path,
            OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
        )?;
        connection.busy_timeout(PATIENCE)?;
        connection.pragma_update(None, "synchronous", "normal")?;
        connection.pragma_update(None, "cache_size", -CACHE)?;
        // Moving the log into the database waits for the disk: not while somebody waits for a list, nor at the end.
        connection.pragma_update_and_check(None, "wal_autocheckpoint", 0, |_| Ok(()))?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        let file = FileId::of(&path);
        Ok(Self { connection, path, file })
    }

    fn version(&self) -> Result<i64, Failed> {
        Ok(self.connection.pragma_query_value(None, "user_version", |row| row.get(0))?)
    }

    /// Whether it is still the one that others find.
    pub fn is_current(&self) -> bool {
        self.file.is_some() && self.file == FileId::of(&self.path)
    }

    pub fn reader(&self) -> &Connection {
        &self.connection
    }

    pub fn write(&mut self) -> Result<Transaction<'_>, rusqlite::Error> {
        self.connection.transaction_with_behavior(TransactionBehavior::Immediate)
    }

    /// Does something that can as well be left out while somebody else is writing.
    pub fn without_patience<T>(
        &mut self,
        write: impl FnOnce(&mut Self) -> Result<T, rusqlite::Error>,
    ) -> Result<T, rusqlite::Error> {
        self.connection.busy_timeout(Duration::ZERO)?;
        let result = write(self);
        self.connection.busy_timeout(PATIENCE)?;
        result
    }

    /// Moves what was written last to where it belongs.
    pub fn tidy(&self) -> Result<(), Failed> {
        let done = self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
        Ok(done?)
    }

    /// Whether much has been written since then.
    pub fn is_untidy(&self) -> bool {
        const MUCH: u64 = 4 * 1024 * 1024;
        fs::metadata(format!("{}-wal", self.path.display())).is_ok_and(|log| log.len() > MUCH)
    }
}

/// Which the local zone is.
pub(super) fn zone() -> String {
    let zone = TimeZone::system();
    match zone.iana_name() {
        Some(name) => name.to_owned(),
        None => zone.to_offset(Timestamp::UNIX_EPOCH).to_string(),
    }
}

/// Only the user may read what was said. A database that is there must not be opened besides by SQLite: closing it
/// gives up the locks of the whole process.
fn create(path: &Path) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.append(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

/// Another one is made when one is needed.
pub(super) fn remove(home: &Path) {
    for end in ["", "-wal", "-shm"] {
        let path = home.join(format!("{NAME}{end}"));
        if let Err(error) = fs::remove_file(&path)
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::debug!(path = %path.display(), %error, "cannot delete the index of threads");
        }
    }
}

/// Which file has a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct FileId(u64, u64);

impl FileId {
    #[cfg(unix)]
    fn of(path: &Path) -> Option<Self> {
        use std::os::unix::fs::MetadataExt;

        let metadata = fs::metadata(path).ok()?;
        Some(Self(metadata.dev(), metadata.ino()))
    }

    #[cfg(not(unix))]
    fn of(path: &Path) -> Option<Self> {
        fs::metadata(path).ok().map(|_| Self(0, 0))
    }
}

/// Whether other machines may write there, whom nothing keeps from doing it at the same time.
#[cfg(target_os = "linux")]
fn is_remote(home: &Path) -> bool {
    const NFS: u64 = 0x6969;
    const SMB: u64 = 0x517b;
    const SMB2: u64 = 0xfe53_4d42;
    const CIFS: u64 = 0xff53_4d42;
    const PLAN_9: u64 = 0x0102_1997;
    const AFS: u64 = 0x5346_414f;
    const CEPH: u64 = 0x00c3_6400;
    const FUSE: u64 = 0x6573_5546;
    let kinds = [NFS, SMB, SMB2, CIFS, PLAN_9, AFS, CEPH, FUSE];
    rustix::fs::statfs(home).is_ok_and(|found| kinds.contains(&(found.f_type as u64 & 0xffff_ffff)))
}

#[cfg(not(target_os = "linux"))]
fn is_remote(_: &Path) -> bool {
    false
}
