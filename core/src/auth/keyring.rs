//! The keyring of the system as a place for the login, under the names that the public codex gives it.
//!
//! Only with the feature `keyring`; without it, whoever asks for the keyring is told so.

use super::Error;
use super::storage::Store;

#[cfg(feature = "keyring")]
const SERVICE: &str = "Codex Auth";

#[cfg(feature = "keyring")]
impl Store {
    pub(super) fn read_keyring(&self) -> Result<Option<String>, Error> {
        match self.entry()?.get_password() {
            Ok(text) => Ok(Some(text)),
            Err(keyring::Error::NoEntry) => Ok(None),
            Err(source) => Err(Error::Keyring(Box::new(source))),
        }
    }

    /// A file that stands beside it is removed, so that there is one login only.
    pub(super) fn write_keyring(&self, text: &str) -> Result<(), Error> {
        self.entry()?.set_password(text).map_err(|source| Error::Keyring(Box::new(source)))?;
        self.remove_file().map(|_| ())
    }

    pub(super) fn remove_keyring(&self) -> Result<bool, Error> {
        match self.entry()?.delete_credential() {
            Ok(()) => Ok(true),
            Err(keyring::Error::NoEntry) => Ok(false),
            Err(source) => Err(Error::Keyring(Box::new(source))),
        }
    }

    /// As the public codex names it: by the home directory.
    fn entry(&self) -> Result<keyring::Entry, Error> {
        let home = self.home().to_string_lossy().into_owned();
        let hash = ring::digest::digest(&ring::digest::SHA256, home.as_bytes());
        let hex: String = hash.as_ref().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        keyring::Entry::new(SERVICE, &format!("cli|{hex}")).map_err(|source| Error::Keyring(Box::new(source)))
    }
}

#[cfg(not(feature = "keyring"))]
impl Store {
    pub(super) fn read_keyring(&self) -> Result<Option<String>, Error> {
        Err(Error::NoKeyring)
    }

    pub(super) fn write_keyring(&self, _: &str) -> Result<(), Error> {
        Err(Error::NoKeyring)
    }

    pub(super) fn remove_keyring(&self) -> Result<bool, Error> {
        Err(Error::NoKeyring)
    }
}
