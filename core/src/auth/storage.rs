//! `auth.json` of the home directory: a key, or the tokens of an account.
//!
//! A file is replaced whole (a linked one is overwritten, while a whole one stands by), is only this user's from the
//! beginning, and is on the disk before anybody uses what it says. Who writes holds a lock that other processes respect.
//! Blocking.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

use super::document::{self, Document};
use super::keyring::{self, Keyring};
use super::{Credentials, Error};
use crate::base::files;
use crate::base::paths::AbsolutePath;
use crate::base::secret::Secret;
use crate::config::login::CredentialsStore;

const LARGEST_FILE: usize = 1024 * 1024;
const FILE: &str = "auth.json";
/// What is about to become the file. The sandbox hides it like the file itself.
const NEW_FILE: &str = "auth.json.new";
const LOCK: &str = "auth.json.lock";
/// How long others may hold the lock: longer than renewing takes.
const PATIENCE: Duration = Duration::from_secs(75);
/// How long, when what is held can just as well be stored later.
const NO_PATIENCE: Duration = Duration::ZERO;

/// Where the login is kept.
#[derive(Clone, Debug)]
pub struct Store {
    home: AbsolutePath,
    kind: CredentialsStore,
    keyring: Arc<dyn Keyring>,
    /// What is kept nowhere else.
    memory: Arc<Mutex<Option<Held>>>,
}

/// A login in memory.
#[derive(Clone)]
struct Held {
    document: Document,
    /// The refresh token of the login that it is to replace, once that is possible. Another login counts as soon as it is
    /// stored, and none as soon as none is. Absent: it is not to be stored.
    instead_of: Option<Secret>,
}

/// Where a login was found.
enum Found {
    Nothing,
    /// Its text, and what it is called.
    Stored(Vec<u8>, PathBuf),
    InMemory(Document),
}

/// Secrets stay out of logs.
impl std::fmt::Debug for Held {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.document.fmt(f)
    }
}

/// The right to change what is stored. It ends when this is dropped, or the process.
#[derive(Debug)]
pub struct Lock {
    _file: Option<File>,
}

impl Store {
    pub fn new(home: AbsolutePath, kind: CredentialsStore) -> Self {
        Self { home, kind, keyring: Arc::new(keyring::System), memory: Arc::default() }
    }

    pub fn kind(&self) -> CredentialsStore {
        self.kind
    }

    /// Waits until nobody else changes what is stored, or until the wait is given up.
    pub fn lock(&self, given_up: &CancellationToken) -> Result<Lock, Error> {
        self.lock_within(PATIENCE, given_up)
    }

    fn lock_within(&self, patience: Duration, given_up: &CancellationToken) -> Result<Lock, Error> {
        if self.kind == CredentialsStore::Ephemeral {
            return Ok(Lock { _file: None });
        }
        let path = self.home.join(LOCK);
        let failed = |source: io::Error| match source.kind() {
            io::ErrorKind::Interrupted => Error::GivenUp,
            _ => Error::Unwritable { path: path.to_path_buf(), source },
        };
        fs::create_dir_all(&self.home).map_err(failed)?;
        #[cfg(unix)]
        let file = {
            let deadline = Instant::now() + patience;
            Some(files::lock_unless(&path, deadline, || given_up.is_cancelled()).map_err(failed)?)
        };
        #[cfg(not(unix))]
        let file = None;
        Ok(Lock { _file: file })
    }

    /// The stored login.
    pub fn read(&self) -> Result<Credentials, Error> {
        let (bytes, path) = match self.find()? {
            Found::Nothing => return Ok(Credentials::None),
            Found::Stored(bytes, path) => (bytes, path),
            Found::InMemory(document) => (document.text().into_bytes(), PathBuf::from("the login in memory")),
        };
        document::parse(&bytes).map_err(|reason| Error::Malformed { path, reason })
    }

    /// All that is stored.
    pub fn document(&self) -> Result<Option<Document>, Error> {
        match self.find()? {
            Found::Nothing => Ok(None),
            Found::Stored(bytes, path) => {
                Document::read(&bytes).map(Some).map_err(|reason| Error::Malformed { path, reason })
            }
            Found::InMemory(document) => Ok(Some(document)),
        }
    }

    pub fn write(&self, document: &Document, _lock: &Lock) -> Result<(), Error> {
        let text = document.text();
        match self.kind {
            CredentialsStore::Ephemeral => {
                *self.memory() = Some(Held { document: document.clone(), instead_of: None });
                return Ok(());
            }
            CredentialsStore::File => self.write_file(&text),
            CredentialsStore::Keyring => self.write_keyring(&text),
            CredentialsStore::Auto => match self.write_keyring(&text) {
                Err(error @ Error::NoKeyring(_)) => {
                    tracing::info!("the login is kept in a file: {error}");
                    self.write_file(&text)
                }
                written => written,
            },
        }?;
        *self.memory() = None;
        Ok(())
    }

    /// Keeps a login in memory that cannot be stored at the moment, in place of the one with a refresh token that is worth
    /// nothing any more.
    pub fn hold(&self, document: Document, used: &Secret) {
        let mut memory = self.memory();
        let before = memory.take().filter(|held| held.document.refresh_token() == Some(used.reveal()));
        let instead_of = before.map_or_else(|| Some(used.clone()), |held| held.instead_of);
        *memory = Some(Held { document, instead_of });
    }

    /// Stores what is only in memory, if that is possible by now and nobody else is at it.
    pub fn settle(&self) -> Result<(), Error> {
        if !self.is_behind() {
            return Ok(());
        }
        let lock = self.lock_within(NO_PATIENCE, &CancellationToken::new())?;
        match self.find()? {
            Found::InMemory(document) => self.write(&document, &lock),
            Found::Nothing | Found::Stored(..) => {
                *self.memory() = None;
                Ok(())
            }
        }
    }

    /// Whether there is something to settle.
    pub fn is_behind(&self) -> bool {
        self.memory().as_ref().is_some_and(|held| held.instead_of.is_some())
    }

    /// Whether there was something.
    pub fn remove(&self, _lock: &Lock) -> Result<bool, Error> {
        let kept = self.memory().take().is_some();
        let in_file = self.kind != CredentialsStore::Ephemeral && self.remove_file()?;
        let in_keyring = match self.kind {
            CredentialsStore::File | CredentialsStore::Ephemeral => false,
            CredentialsStore::Keyring => self.keyring.remove(&self.home)?,
            CredentialsStore::Auto => match self.keyring.remove(&self.home) {
                Err(Error::NoKeyring(_)) => false,
                removed => removed?,
            },
        };
        Ok(kept || in_keyring || in_file)
    }

    /// A file that stands beside it is removed, so that there is one login only.
    fn write_keyring(&self, text: &str) -> Result<(), Error> {
        self.keyring.write(&self.home, text)?;
        self.remove_file().map(|_| ())
    }

    fn path(&self) -> PathBuf {
        self.home.join(FILE).into_path_buf()
    }

    fn memory(&self) -> MutexGuard<'_, Option<Held>> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn find(&self) -> Result<Found, Error> {
        let held = self.memory().clone();
        let Some(Held { document, instead_of }) = held else {
            return Ok(self
                .stored_bytes()?
                .map_or(Found::Nothing, |(bytes, path)| Found::Stored(bytes, path)));
        };
        let Some(replaced) = instead_of else { return Ok(Found::InMemory(document)) };
        let is_other = |bytes: &[u8]| {
            Document::read(bytes).is_ok_and(|stored| stored.refresh_token() != Some(replaced.reveal()))
        };
        Ok(match self.stored_bytes() {
            Ok(None) => Found::Nothing,
            Ok(Some((bytes, path))) if is_other(&bytes) => Found::Stored(bytes, path),
            // Half of a file is no other login yet.
            Ok(Some(_)) | Err(_) => Found::InMemory(document),
        })
    }

    fn stored_bytes(&self) -> Result<Option<(Vec<u8>, PathBuf)>, Error> {
        match self.kind {
            CredentialsStore::Ephemeral => Ok(None),
            CredentialsStore::File => self.file_bytes(),
            CredentialsStore::Keyring => self.keyring_bytes(),
            CredentialsStore::Auto => match self.keyring_bytes() {
                Ok(Some(in_keyring)) => Ok(Some(match self.file_bytes() {
                    Ok(Some(in_file)) if is_newer(&in_file.0, &in_keyring.0) => in_file,
                    Ok(_) | Err(_) => in_keyring,
                })),
                Ok(None) | Err(Error::NoKeyring(_)) => self.file_bytes(),
                Err(error) => Err(error),
            },
        }
    }

    fn keyring_bytes(&self) -> Result<Option<(Vec<u8>, PathBuf)>, Error> {
        let text = self.keyring.read(&self.home)?;
        Ok(text.map(|text| (text.into_bytes(), PathBuf::from("the login in the system's keyring"))))
    }

    fn file_bytes(&self) -> Result<Option<(Vec<u8>, PathBuf)>, Error> {
        let path = self.path();
        match files::read_whole(&path, LARGEST_FILE) {
            Ok(bytes) if path.is_symlink() && Document::read(&bytes).is_err() => {
                // Somebody who replaced it has not come to the end.
                let whole = files::read_whole(&self.home.join(NEW_FILE), LARGEST_FILE);
                let whole = whole.ok().filter(|bytes| Document::read(bytes).is_ok());
                Ok(Some((whole.unwrap_or(bytes), path)))
            }
            Ok(bytes) => Ok(Some((bytes, path))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(Error::Unreadable { path, source }),
        }
    }

    fn write_file(&self, text: &str) -> Result<(), Error> {
        let path = self.path();
        self.replace(&path, text).map_err(|source| Error::Unwritable { path, source })
    }

    fn replace(&self, path: &Path, text: &str) -> io::Result<()> {
        let new = self.home.join(NEW_FILE);
        remove_if_there(&new)?;
        let mut file = private(fs::OpenOptions::new().write(true).create_new(true)).open(&new)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        if path.is_symlink() {
            // Should this break off, the new file is there and counts.
            overwrite(path, text)?;
            return fs::remove_file(&new);
        }
        fs::rename(&new, path)?;
        // The new name, too, has to be on the disk.
        #[cfg(unix)]
        File::open(&self.home)?.sync_all()?;
        Ok(())
    }

    fn remove_file(&self) -> Result<bool, Error> {
        let path = self.path();
        remove_if_there(&path).map_err(|source| Error::Unwritable { path, source })
    }
}

/// For a link: the file behind it stays the same one, because what hides a file from a command that runs would not hide
/// another one in its place.
fn overwrite(path: &Path, text: &str) -> io::Result<()> {
    let mut file = private(fs::OpenOptions::new().write(true).create(true).truncate(false)).open(path)?;
    #[cfg(unix)]
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    file.write_all(text.as_bytes())?;
    file.set_len(text.len().try_into().unwrap_or(u64::MAX))?;
    file.sync_all()
}

/// Whether a login was fetched after another one.
fn is_newer(one: &[u8], other: &[u8]) -> bool {
    let fetched = |bytes: &[u8]| Document::read(bytes).ok()?.last_refresh();
    matches!((fetched(one), fetched(other)), (Some(one), Some(other)) if one > other)
}

fn private(options: &mut fs::OpenOptions) -> &mut fs::OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

fn remove_if_there(path: &Path) -> io::Result<bool> {
    match fs::remove_file(path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
#[path = "storage_tests.rs"]
mod tests;
