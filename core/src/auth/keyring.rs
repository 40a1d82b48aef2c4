//! The keyring of the system as a place for the login, under the names that the public codex gives it.
//!
//! Only with the feature `keyring`; without it, whoever asks for the keyring is told that there is none. One that is
//! locked is another matter: what it holds still counts.

use std::fmt::Debug;
use std::path::Path;

use super::Error;

/// A keyring: that of the system, or none.
pub trait Keyring: Debug + Send + Sync {
    /// The login of a home directory.
    fn read(&self, home: &Path) -> Result<Option<String>, Error>;

    fn write(&self, home: &Path, text: &str) -> Result<(), Error>;

    /// Whether there was something.
    fn remove(&self, home: &Path) -> Result<bool, Error>;
}

/// The keyring of the system.
#[cfg(feature = "keyring")]
#[derive(Debug)]
pub struct System;

/// There is no keyring in this program.
#[cfg(not(feature = "keyring"))]
#[derive(Debug)]
pub struct System;

#[cfg(feature = "keyring")]
impl Keyring for System {
    fn read(&self, home: &Path) -> Result<Option<String>, Error> {
        match entry(home)?.get_password() {
            Ok(text) => Ok(Some(text)),
            Err(keyring::Error::NoEntry) => Ok(None),
            Err(source) => Err(unusable(source)),
        }
    }

    fn write(&self, home: &Path, text: &str) -> Result<(), Error> {
        entry(home)?.set_password(text).map_err(unusable)
    }

    fn remove(&self, home: &Path) -> Result<bool, Error> {
        match entry(home)?.delete_credential() {
            Ok(()) => Ok(true),
            Err(keyring::Error::NoEntry) => Ok(false),
            Err(source) => Err(unusable(source)),
        }
    }
}

/// As the public codex names it: by the home directory.
#[cfg(feature = "keyring")]
fn entry(home: &Path) -> Result<keyring::Entry, Error> {
    let home = home.canonicalize().unwrap_or_else(|_| home.to_owned());
    let hash = crate::base::digest::sha256(home.to_string_lossy().as_bytes());
    keyring::Entry::new("Codex Auth", &format!("cli|{}", crate::base::text::head(&hash, 16)))
        .map_err(unusable)
}

#[cfg(feature = "keyring")]
fn unusable(error: keyring::Error) -> Error {
    match error {
        // Nothing on this system keeps secrets.
        keyring::Error::NoDefaultStore => Error::NoKeyring("this system has no keyring"),
        source => Error::Keyring(Box::new(source)),
    }
}

#[cfg(not(feature = "keyring"))]
const ABSENT: Error =
    Error::NoKeyring("this program was built without the keyring of the system (feature `keyring`)");

#[cfg(not(feature = "keyring"))]
impl Keyring for System {
    fn read(&self, _: &Path) -> Result<Option<String>, Error> {
        Err(ABSENT)
    }

    fn write(&self, _: &Path, _: &str) -> Result<(), Error> {
        Err(ABSENT)
    }

    fn remove(&self, _: &Path) -> Result<bool, Error> {
        Err(ABSENT)
    }
}
