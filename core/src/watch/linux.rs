//! Watching with inotify.
//!
//! Each watch costs at most three of the system's: of the path itself, through links, and of the nearest folder around
//! it that exists, and around what it links to, which tells when it is made, replaced or removed. When one of those goes
//! they are set again.

use std::collections::{HashMap, HashSet};
use std::ffi::{OsStr, OsString};
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rustix::fs::inotify::{self, CreateFlags, ReadFlags, WatchFlags};
use rustix::io::Errno;
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

use super::gathered::Gathered;
use super::{Change, Error, MOST_WATCHES};
use crate::base::paths::AbsolutePath;

const BUFFER_BYTES: usize = 16 * 1024;
/// As often something is looked for that changes meanwhile.
const ATTEMPTS: usize = 16;

type Descriptor = i32;

/// Dropping it ends all its watches.
#[derive(Debug)]
pub struct Watcher {
    queue: AsyncFd<OwnedFd>,
    watches: HashMap<String, Watch>,
    users: HashMap<Descriptor, HashSet<String>>,
    gathered: Gathered,
}

#[derive(Debug)]
struct Watch {
    path: AbsolutePath,
    armed: Armed,
}

/// What the system watches for a watch.
#[derive(Debug, Default, PartialEq)]
struct Armed {
    itself: Option<Descriptor>,
    around: Vec<Around>,
}

#[derive(Debug, PartialEq)]
struct Around {
    descriptor: Descriptor,
    /// The next part of the path.
    name: OsString,
    is_parent: bool,
}

/// Something that happened.
struct Event {
    descriptor: Descriptor,
    flags: ReadFlags,
    name: Option<OsString>,
}

impl Watcher {
    /// Needs the runtime.
    pub fn new() -> Result<Self, Error> {
        let queue =
            inotify::init(CreateFlags::NONBLOCK | CreateFlags::CLOEXEC).map_err(|error| match error {
                Errno::MFILE => Error::SystemLimit { limit: "fs.inotify.max_user_instances" },
                other => Error::Io(other.into()),
            })?;
        Ok(Self {
            queue: registered(queue)?,
            watches: HashMap::new(),
            users: HashMap::new(),
            gathered: Gathered::default(),
        })
    }

    pub fn watch(&mut self, id: &str, path: AbsolutePath) -> Result<(), Error> {
        if self.watches.contains_key(id) {
            return Err(Error::Exists(id.to_owned()));
        }
        if self.watches.len() >= MOST_WATCHES {
            return Err(Error::TooMany);
        }
        self.watches.insert(id.to_owned(), Watch { path, armed: Armed::default() });
        let armed = self.arm(id);
        if armed.is_err() {
            self.unwatch(id);
        }
        armed
    }

    pub fn unwatch(&mut self, id: &str) {
        if let Some(watch) = self.watches.remove(id) {
            watch.armed.descriptors().for_each(|descriptor| self.leave(id, descriptor));
        }
        self.gathered.forget(id);
    }

    /// Waits until there is something to take. May be dropped at any time.
    pub async fn changed(&mut self) -> io::Result<()> {
        while self.gathered.is_empty() {
            let events = {
                let mut ready = self.queue.readable().await?;
                match read(self.queue.get_ref()) {
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                        ready.clear_ready();
                        continue;
                    }
                    events => events?,
                }
            };
            self.hear(events);
        }
        Ok(())
    }

    /// What changed since the last time, of the watches that may be told of.
    pub fn take(&mut self, may_be_told: impl Fn(&str) -> bool) -> Vec<Change> {
        // What has happened meanwhile belongs to it, unless there is no end to it.
        for _ in 0..ATTEMPTS {
            let Ok(events) = read(self.queue.get_ref()) else { break };
            self.hear(events);
        }
        self.gathered.take(may_be_told)
    }

    fn hear(&mut self, events: Vec<Event>) {
        let mut again = HashSet::new();
        for event in events {
            if event.flags.contains(ReadFlags::QUEUE_OVERFLOW) {
                // What was lost may be anything.
                for (id, watch) in &self.watches {
                    self.gathered.note(id, &watch.path, watch.path.as_path().to_owned());
                    again.insert(id.clone());
                }
                continue;
            }
            let users = self.users.get(&event.descriptor).into_iter().flatten();
            for (id, watch) in users.filter_map(|id| Some((id, self.watches.get(id)?))) {
                if watch.hear(&event, |changed| self.gathered.note(id, &watch.path, changed)) {
                    again.insert(id.clone());
                }
            }
            if event.flags.contains(ReadFlags::IGNORED) {
                self.users.remove(&event.descriptor);
            }
        }
        for id in again {
            if let Err(error) = self.arm(&id) {
                tracing::warn!(%id, "a path is not watched any more: {error}");
            }
        }
    }

    /// Lets the system watch what has to be watched now.
    fn arm(&mut self, id: &str) -> Result<(), Error> {
        let Some(path) = self.watches.get(id).map(|watch| watch.path.clone()) else { return Ok(()) };
        let armed = self.look(&path)?;
        let descriptors: Vec<Descriptor> = armed.descriptors().collect();
        for descriptor in &descriptors {
            self.users.entry(*descriptor).or_default().insert(id.to_owned());
        }
        let Some(watch) = self.watches.get_mut(id) else { return Ok(()) };
        let old = std::mem::replace(&mut watch.armed, armed);
        let was_armed = old != Armed::default();
        if was_armed && old.itself != watch.armed.itself {
            self.gathered.note(id, &path, path.as_path().to_owned());
        }
        let gone = old.descriptors().filter(|descriptor| !descriptors.contains(descriptor));
        gone.collect::<Vec<_>>().into_iter().for_each(|descriptor| self.leave(id, descriptor));
        Ok(())
    }

    /// The folder around it first, so that nothing happens between the two. What is made between looking for a folder
    /// and watching it is looked for again.
    fn look(&self, path: &Path) -> Result<Armed, Error> {
        let mut armed = Armed::default();
        for _ in 0..ATTEMPTS {
            let (mut around, mut is_settled) = self.nearest(path)?;
            if let Some(target) = target(path) {
                let (more, is_settled_too) = self.nearest(&target)?;
                is_settled |= is_settled_too;
                around.extend(more);
            }
            armed = Armed { itself: self.add(path)?, around };
            if is_settled || armed.itself.is_some() && armed.around.iter().all(|around| around.is_parent) {
                break;
            }
        }
        Ok(armed)
    }

    /// The nearest folder that is there, and whether the next part of the path is still missing in it.
    fn nearest(&self, path: &Path) -> Result<(Vec<Around>, bool), Error> {
        let mut below = path;
        while let (Some(folder), Some(name)) = (below.parent(), below.file_name()) {
            if let Some(descriptor) = self.add(folder)? {
                let around = Around { descriptor, name: name.to_owned(), is_parent: below == path };
                return Ok((vec![around], below.symlink_metadata().is_err()));
            }
            below = folder;
        }
        Ok((Vec::new(), true))
    }

    /// `None` if there is nothing that can be watched.
    fn add(&self, path: &Path) -> Result<Option<Descriptor>, Error> {
        let flags = WatchFlags::MODIFY
            | WatchFlags::ATTRIB
            | WatchFlags::CREATE
            | WatchFlags::DELETE
            | WatchFlags::DELETE_SELF
            | WatchFlags::MOVED_FROM
            | WatchFlags::MOVED_TO
            | WatchFlags::MOVE_SELF;
        match inotify::add_watch(self.queue.get_ref(), path, flags) {
            Ok(descriptor) => Ok(Some(descriptor)),
            Err(Errno::NOSPC) => Err(Error::SystemLimit { limit: "fs.inotify.max_user_watches" }),
            Err(Errno::NOMEM) => Err(Error::Io(Errno::NOMEM.into())),
            Err(_) => Ok(None),
        }
    }

    fn leave(&mut self, id: &str, descriptor: Descriptor) {
        let Some(users) = self.users.get_mut(&descriptor) else { return };
        users.remove(id);
        if users.is_empty() {
            self.users.remove(&descriptor);
            // It is gone already if what it watched is gone.
            let _ = inotify::remove_watch(self.queue.get_ref(), descriptor);
        }
    }
}

impl Watch {
    /// Notes what changed. Whether other things are to be watched now.
    fn hear(&self, event: &Event, mut changed: impl FnMut(PathBuf)) -> bool {
        let Event { descriptor, flags, name } = event;
        let gone = ReadFlags::DELETE_SELF | ReadFlags::MOVE_SELF | ReadFlags::IGNORED | ReadFlags::UNMOUNT;
        let mut again = false;
        if self.armed.itself == Some(*descriptor) {
            match name {
                Some(name) => changed(self.path.join(name).into_path_buf()),
                None if !flags.contains(ReadFlags::IGNORED) => changed(self.path.as_path().to_owned()),
                None => {}
            }
            again |= name.is_none() && flags.intersects(gone);
        }
        for around in self.armed.around.iter().filter(|around| around.descriptor == *descriptor) {
            let come_or_gone =
                ReadFlags::CREATE | ReadFlags::DELETE | ReadFlags::MOVED_FROM | ReadFlags::MOVED_TO;
            match name {
                Some(name) if *name == around.name => {
                    if around.is_parent {
                        changed(self.path.as_path().to_owned());
                    }
                    again |= flags.intersects(come_or_gone);
                }
                Some(_) => {}
                None => again |= flags.intersects(gone),
            }
        }
        again
    }
}

impl Armed {
    fn descriptors(&self) -> impl Iterator<Item = Descriptor> {
        self.itself.into_iter().chain(self.around.iter().map(|around| around.descriptor))
    }
}

/// Where a link leads, whether anything is there or not.
fn target(path: &Path) -> Option<PathBuf> {
    let mut target: Option<PathBuf> = None;
    for _ in 0..ATTEMPTS {
        let at = target.as_deref().unwrap_or(path);
        let Ok(next) = at.read_link() else { break };
        target = Some(at.parent()?.join(next));
    }
    target
}

#[expect(unsafe_code, reason = "the runtime asks for a promise about what it waits for")]
fn registered(queue: OwnedFd) -> io::Result<AsyncFd<OwnedFd>> {
    // SAFETY: an owned descriptor stays open, and the same, for as long as it is there.
    let registered = unsafe { AsyncFd::register_with_interest(queue, Interest::READABLE) };
    registered.map_err(io::Error::from)
}

/// Those that are there now.
fn read(queue: &OwnedFd) -> io::Result<Vec<Event>> {
    let mut buffer = [MaybeUninit::uninit(); BUFFER_BYTES];
    let mut reader = inotify::Reader::new(queue, &mut buffer);
    let mut events = Vec::new();
    loop {
        let event = match reader.next() {
            Ok(event) => event,
            Err(Errno::INTR) => continue,
            Err(error) if events.is_empty() => return Err(error.into()),
            Err(_) => return Ok(events),
        };
        let name = event.file_name().map(|name| OsStr::from_bytes(name.to_bytes()).to_owned());
        events.push(Event { descriptor: event.wd(), flags: event.events(), name });
        if reader.is_buffer_empty() {
            return Ok(events);
        }
    }
}
