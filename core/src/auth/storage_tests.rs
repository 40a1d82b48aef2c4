//! Where a login is kept: the file, a link, a keyring, memory.

use super::super::document::Tokens;
use super::super::issuer::Provenance;
use super::super::testkit::id_token;
use super::*;

#[test]
fn a_missing_file_is_no_login() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(store(folder.path()).read().unwrap(), Credentials::None);
}

fn store(folder: &Path) -> Store {
    Store::new(AbsolutePath::new(folder).unwrap(), CredentialsStore::File)
}

#[cfg(unix)]
#[test]
fn a_file_is_replaced_whole_and_is_only_its_users() {
    use std::os::unix::fs::PermissionsExt;

    let folder = tempfile::tempdir().unwrap();
    let store = store(&folder.path().join("made"));
    let lock = store.lock(&CancellationToken::new()).unwrap();
    fs::write(folder.path().join("made/auth.json.new"), "left by a crash").unwrap();
    store.write(&Document::of_key(&Secret::new("sk")), &lock).unwrap();
    let path = folder.path().join("made/auth.json");
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(
        fs::read_to_string(&path).unwrap(),
        "{\n  \"auth_mode\": \"apikey\",\n  \"OPENAI_API_KEY\": \"sk\"\n}"
    );
    assert_eq!(store.read().unwrap(), Credentials::ApiKey(Secret::new("sk")));
    assert!(!folder.path().join("made/auth.json.new").exists());
    assert!(store.remove(&lock).unwrap());
    assert!(!store.remove(&lock).unwrap());
}

#[cfg(unix)]
#[test]
fn a_link_stays_one() {
    use std::os::unix::fs::PermissionsExt;

    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("elsewhere");
    fs::write(&target, "a text that is longer than what is written over it").unwrap();
    std::os::unix::fs::symlink(&target, folder.path().join("auth.json")).unwrap();
    let store = store(folder.path());
    store
        .write(&Document::of_key(&Secret::new("sk")), &store.lock(&CancellationToken::new()).unwrap())
        .unwrap();
    assert!(folder.path().join("auth.json").is_symlink());
    assert_eq!(store.read().unwrap(), Credentials::ApiKey(Secret::new("sk")));
    assert_eq!(fs::metadata(&target).unwrap().permissions().mode() & 0o777, 0o600);
    // Not come to the end when the power failed: nothing is lost.
    assert!(!folder.path().join("auth.json.new").exists());
    fs::rename(&target, folder.path().join("auth.json.new")).unwrap();
    fs::write(&target, "{\n  \"auth_mode\": \"apik").unwrap();
    assert_eq!(store.read().unwrap(), Credentials::ApiKey(Secret::new("sk")));
}

#[test]
fn a_login_in_memory_leaves_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::new(AbsolutePath::new(folder.path()).unwrap(), CredentialsStore::Ephemeral);
    store
        .write(&Document::of_key(&Secret::new("sk")), &store.lock(&CancellationToken::new()).unwrap())
        .unwrap();
    assert_eq!(store.clone().read().unwrap(), Credentials::ApiKey(Secret::new("sk")));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

/// A keyring of this process. `None`: it is locked.
#[derive(Debug)]
struct Fake(Mutex<Option<Option<String>>>);

impl Fake {
    fn content(&self) -> Result<Option<String>, Error> {
        self.0.lock().unwrap().clone().ok_or_else(|| Error::Keyring("it is locked".into()))
    }
}

impl Keyring for Fake {
    fn read(&self, _: &Path) -> Result<Option<String>, Error> {
        self.content()
    }

    fn write(&self, _: &Path, text: &str) -> Result<(), Error> {
        self.content()?;
        *self.0.lock().unwrap() = Some(Some(text.to_owned()));
        Ok(())
    }

    fn remove(&self, _: &Path) -> Result<bool, Error> {
        let was_there = self.content()?.is_some();
        *self.0.lock().unwrap() = Some(None);
        Ok(was_there)
    }
}

fn with_keyring(folder: &Path) -> (Store, Arc<Fake>) {
    let fake = Arc::new(Fake(Mutex::new(Some(None))));
    let store = Store::new(AbsolutePath::new(folder).unwrap(), CredentialsStore::Auto);
    (Store { keyring: Arc::<Fake>::clone(&fake), ..store }, fake)
}

#[test]
fn a_keyring_that_is_locked_is_not_taken_for_none() {
    let folder = tempfile::tempdir().unwrap();
    let (store, keyring) = with_keyring(folder.path());
    let lock = store.lock(&CancellationToken::new()).unwrap();
    let file = folder.path().join("auth.json");
    fs::write(&file, "{}").unwrap();
    store.write(&Document::of_key(&Secret::new("sk")), &lock).unwrap();
    assert!(!file.exists());
    assert_eq!(store.read().unwrap(), Credentials::ApiKey(Secret::new("sk")));

    let content = keyring.0.lock().unwrap().take();
    fs::write(&file, r#"{"OPENAI_API_KEY": "old"}"#).unwrap();
    assert!(matches!(store.read(), Err(Error::Keyring(_))));
    assert!(matches!(store.write(&Document::of_key(&Secret::new("sk2")), &lock), Err(Error::Keyring(_))));
    // The login in the keyring is still there, so nobody is told otherwise.
    assert!(matches!(store.remove(&lock), Err(Error::Keyring(_))));
    assert!(!file.exists());
    *keyring.0.lock().unwrap() = content;
    assert!(store.remove(&lock).unwrap());
    assert!(!store.remove(&lock).unwrap());
}

#[test]
fn of_two_logins_in_two_places_the_newer_one_counts() {
    let folder = tempfile::tempdir().unwrap();
    let (store, keyring) = with_keyring(folder.path());
    let login = |key: &str, at: &str| format!(r#"{{"OPENAI_API_KEY": "{key}", "last_refresh": "{at}"}}"#);
    let file = folder.path().join("auth.json");
    for (at, counts) in
        [("2026-01-02T00:00:00Z", "file"), ("2025-01-02T00:00:00Z", "keyring"), ("", "keyring")]
    {
        *keyring.0.lock().unwrap() = Some(Some(login("keyring", "2026-01-01T00:00:00Z")));
        fs::write(&file, login("file", at)).unwrap();
        assert_eq!(store.read().unwrap(), Credentials::ApiKey(Secret::new(counts)), "{at}");
    }
}

#[test]
fn where_there_is_no_keyring_the_file_counts() {
    if cfg!(feature = "keyring") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let store = Store::new(AbsolutePath::new(folder.path()).unwrap(), CredentialsStore::Auto);
    let lock = store.lock(&CancellationToken::new()).unwrap();
    store.write(&Document::of_key(&Secret::new("sk")), &lock).unwrap();
    assert_eq!(store.read().unwrap(), Credentials::ApiKey(Secret::new("sk")));
    assert!(store.remove(&lock).unwrap());
}

#[test]
fn what_is_held_counts_until_another_login_is_stored_or_none() {
    let folder = tempfile::tempdir().unwrap();
    let (held, other) = (store(folder.path()), store(folder.path()));
    let login = |name: &str| {
        let token = |kind: &str| Secret::new(format!("{kind}-{name}"));
        let id_token = Secret::new(id_token("one"));
        let tokens = Tokens { id_token, access_token: token("at"), refresh_token: token("rt") };
        Document::of_tokens(&tokens, &Provenance { issuer: "i".into(), client_id: "c".into() }, "now")
    };
    let write = |document: &Document| {
        other.write(document, &other.lock(&CancellationToken::new()).unwrap()).unwrap();
    };
    let counts = |store: &Store| store.read().unwrap().bearer().map(|token| token.reveal().to_owned());
    let hold_two = || {
        write(&login("first"));
        held.hold(login("second"), &Secret::new("rt-first"));
        held.hold(login("third"), &Secret::new("rt-second"));
        assert_eq!(counts(&held).as_deref(), Some("at-third"));
        assert_eq!(counts(&other).as_deref(), Some("at-first"));
    };
    hold_two();
    write(&login("other"));
    assert_eq!(counts(&held).as_deref(), Some("at-other"));
    hold_two();
    fs::remove_file(folder.path().join("auth.json")).unwrap();
    assert_eq!(counts(&held), None);
    hold_two();
    held.settle().unwrap();
    assert_eq!(counts(&other).as_deref(), Some("at-third"));
    assert!(!held.is_behind());
}
