//! The state in which login shells begin, found out once instead of with each command.
//!
//! A user's profile may take a second, and a command of the model is a login shell unless it says otherwise. So login
//! shells are asked in the background for all that their start files have set ([`capture`]), and the next commands of the
//! same kind run in a shell that takes this as a snapshot. Two real shells must say the same, and one on the snapshot, too
//! (but for the places of functions, which messages name, and how often a program was called). It is given up when one of the files it came from changes
//! ([`watch`]), and after some minutes. In all doubt the command is the real login shell. What is not noticed: what
//! profiles do without setting anything in the shell, and values that change without a file and seldom.
//!
//! A snapshot serves commands of one shell, folder, environment and sandbox. It is taken in that sandbox, so that
//! what a confined profile says reaches confined commands only. It lies where no confined command can write, and none
//! can read it but those that begin with it: a profile that runs freely may tell what they must not know.

mod bash;
mod capture;
mod dump;
mod heard;
mod kind;
mod render;
mod watch;
mod zsh;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use codex_protocol::policy::SandboxPolicy;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::base::cancel::or_cancelled;
use crate::base::paths::AbsolutePath;
use crate::base::private_folder::{self, Folder};
use crate::base::spawn::TaskGroup;
use crate::config::shell_env::ShellEnvironmentPolicy;
use crate::exec::shell::Shell;
use crate::sandbox::command::CommandSpec;
use crate::sandbox::{LOGIN_SHELLS, Sandbox};
use capture::{Capture, Failure, Place};
use kind::Kind;
use watch::Watch;

/// How many snapshots there are.
const MOST: usize = 32;
/// How many are taken at a time.
const AT_ONCE: usize = 2;
/// An older one still serves, but another is taken: not all that a profile depends on is a file.
const FRESH: Duration = Duration::from_secs(60);
/// One that is older does not serve.
const OLDEST: Duration = Duration::from_secs(10 * 60);
/// When a shell that could not be captured is tried again, if its files do not change before.
const AGAIN: Duration = Duration::from_secs(10 * 60);
/// How long a snapshot stays that was replaced, for commands that are about to read it.
const LEAVING: Duration = Duration::from_secs(5 * 60);

/// The snapshots of one server.
#[derive(Debug)]
pub struct LoginShells {
    home: PathBuf,
    group: TaskGroup,
    /// Ends what is being taken.
    token: CancellationToken,
    places: Semaphore,
    store: Mutex<Store>,
}

#[derive(Debug, Default)]
struct Store {
    folder: Option<Arc<Folder>>,
    entries: Vec<Entry>,
    leaving: Vec<(Instant, Arc<Taken>)>,
}

#[derive(Debug)]
struct Entry {
    key: Arc<Key>,
    used: Instant,
    is_being_taken: bool,
    state: State,
}

#[derive(Clone, Debug)]
enum State {
    Unknown,
    Ready(Arc<Taken>),
    Failed { at: Instant, watch: Arc<Watch> },
}

/// What a snapshot depends on.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Key {
    shell: String,
    cwd: AbsolutePath,
    env: Vec<(String, String)>,
    /// What it keeps from being read does not get into what is read elsewhere.
    sandbox: Sandbox,
    policy: SandboxPolicy,
    root: AbsolutePath,
    secrets: ShellEnvironmentPolicy,
}

impl Key {
    fn of(wanted: &Wanted<'_>, login: &CommandSpec) -> Self {
        Self {
            shell: wanted.shell.path().to_string_lossy().into_owned(),
            cwd: login.cwd.clone(),
            env: login.env.clone(),
            sandbox: wanted.sandbox.clone(),
            policy: wanted.policy.clone(),
            root: wanted.root.clone(),
            secrets: wanted.secrets.clone(),
        }
    }
}

/// A command that wants to begin as a login shell does.
#[derive(Debug)]
pub struct Wanted<'a> {
    pub shell: &'a Shell,
    pub script: &'a str,
    pub sandbox: &'a Sandbox,
    pub policy: &'a SandboxPolicy,
    /// The directory that the policy speaks of.
    pub root: &'a AbsolutePath,
    /// Says which variables are secrets.
    pub secrets: &'a ShellEnvironmentPolicy,
}

/// How a command is started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Start {
    pub command: CommandSpec,
    /// The folder that it must be able to read, if it runs on a snapshot.
    pub snapshot: Option<PathBuf>,
}

impl From<CommandSpec> for Start {
    fn from(command: CommandSpec) -> Self {
        Self { command, snapshot: None }
    }
}

/// A snapshot that is there.
#[derive(Debug)]
struct Taken {
    kind: Kind,
    place: Place,
    environment: Vec<(String, String)>,
    watch: Watch,
    at: Instant,
}

impl Taken {
    fn new(kind: Kind, place: Place, environment: Vec<(String, String)>, watch: Watch) -> Self {
        Self { kind, place, environment, watch, at: Instant::now() }
    }

    fn command(&self, login: CommandSpec, script: &str) -> Start {
        let command = self.kind.command(login, script, &self.environment, self.place.path());
        Start { command, snapshot: Some(self.place.path().to_path_buf()) }
    }
}

impl LoginShells {
    /// Snapshots lie in the server's home. Nothing is made before it is needed.
    pub fn new(home: PathBuf, group: TaskGroup, token: CancellationToken) -> Self {
        let places = Semaphore::new(AT_ONCE);
        Self { home, group, token, places, store: Mutex::default() }
    }

    /// Removes in the background what servers have left that are gone. Must be called within a runtime.
    pub fn clean(&self) {
        let home = self.home.clone();
        self.group.spawn_blocking(move || private_folder::clean(&home, LOGIN_SHELLS));
    }

    /// The command of a login shell as it is to be started: on a snapshot, or as it is while there is none. Blocks, and
    /// must be called within a runtime.
    pub fn command(self: &Arc<Self>, wanted: &Wanted<'_>, login: CommandSpec) -> Start {
        let Some(kind) = Kind::of(wanted.shell.path()) else { return login.into() };
        if login.env.iter().any(|(name, _)| kind.is_own(name)) {
            return login.into();
        }
        let (key, state) = self.lock().state_of(Key::of(wanted, &login));
        match state {
            State::Ready(taken) if taken.at.elapsed() < OLDEST && taken.watch.holds() => {
                if taken.at.elapsed() > FRESH {
                    self.take(kind, key);
                }
                return taken.command(login, wanted.script);
            }
            State::Failed { at, watch } if at.elapsed() < AGAIN && watch.holds() => {}
            State::Ready(_) | State::Failed { .. } | State::Unknown => self.take(kind, key),
        }
        login.into()
    }

    /// Has a shell asked for whose commands nothing is known yet, before there is one. Blocks, and must be called within a
    /// runtime.
    pub fn prepare(self: &Arc<Self>, wanted: &Wanted<'_>, login: &CommandSpec) {
        let Some(kind) = Kind::of(wanted.shell.path()) else { return };
        if login.env.iter().any(|(name, _)| kind.is_own(name)) {
            return;
        }
        let (key, state) = self.lock().state_of(Key::of(wanted, login));
        if matches!(state, State::Unknown) {
            self.take(kind, key);
        }
    }

    /// Removes everything; to be called when nothing runs any more.
    pub fn close(&self) {
        *self.lock() = Store::default();
    }

    fn take(self: &Arc<Self>, kind: Kind, key: Arc<Key>) {
        if self.token.is_cancelled() {
            return;
        }
        let mut store = self.lock();
        let Some(folder) = store.folder(&self.home) else { return };
        let Some(entry) = store.entry(&key).filter(|entry| !entry.is_being_taken) else { return };
        entry.is_being_taken = true;
        let last = match &entry.state {
            State::Ready(taken) => Some(taken.environment.clone()),
            State::Unknown | State::Failed { .. } => None,
        };
        drop(store);
        let capture = Capture {
            key: Arc::clone(&key),
            kind,
            last,
            folder,
            group: self.group.clone(),
            token: self.token.clone(),
        };
        let shells = Arc::clone(self);
        self.group.spawn(async move {
            let place = or_cancelled(&shells.token, shells.places.acquire()).await;
            let Ok(Ok(_place)) = place else { return };
            let result = capture.run().await;
            shells.lock().taken(&key, result);
        });
    }

    fn lock(&self) -> MutexGuard<'_, Store> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store {
    fn folder(&mut self, home: &std::path::Path) -> Option<Arc<Folder>> {
        if self.folder.is_none() {
            match Folder::create(home, LOGIN_SHELLS) {
                Ok(folder) => self.folder = Some(Arc::new(folder)),
                Err(error) => tracing::debug!(%error, "no folder for the state of login shells"),
            }
        }
        self.folder.clone()
    }

    fn entry(&mut self, key: &Arc<Key>) -> Option<&mut Entry> {
        self.entries.iter_mut().find(|entry| Arc::ptr_eq(&entry.key, key) || entry.key == *key)
    }

    /// What is known, and the key by which it is.
    fn state_of(&mut self, key: Key) -> (Arc<Key>, State) {
        self.leaving.retain(|(since, _)| since.elapsed() < LEAVING);
        if let Some(entry) = self.entries.iter_mut().find(|entry| *entry.key == key) {
            entry.used = Instant::now();
            return (Arc::clone(&entry.key), entry.state.clone());
        }
        if self.entries.len() >= MOST {
            let idlest = self.entries.iter().enumerate().min_by_key(|(_, entry)| entry.used);
            if let Some((index, _)) = idlest {
                let entry = self.entries.swap_remove(index);
                self.leave(entry.state);
            }
        }
        let key = Arc::new(key);
        let (used, state) = (Instant::now(), State::Unknown);
        self.entries.push(Entry { key: Arc::clone(&key), used, is_being_taken: false, state });
        (key, State::Unknown)
    }

    fn taken(&mut self, key: &Arc<Key>, result: Result<Taken, Failure>) {
        // By now there may be others in its place.
        let Some(entry) = self.entry(key) else { return };
        entry.is_being_taken = false;
        let state = match result {
            Ok(taken) => State::Ready(Arc::new(taken)),
            Err(Failure { why, watch }) => {
                tracing::debug!(why, shell = key.shell, "the state of the login shell is not known");
                State::Failed { at: Instant::now(), watch: Arc::new(watch) }
            }
        };
        let old = std::mem::replace(&mut entry.state, state);
        self.leave(old);
    }

    fn leave(&mut self, state: State) {
        if let State::Ready(taken) = state {
            self.leaving.push((Instant::now(), taken));
        }
    }
}
