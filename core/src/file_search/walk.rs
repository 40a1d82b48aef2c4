//! Lists folders in several threads.
//!
//! Links to folders are followed, each folder once by a link and never into a folder that it lies in, so that no tree
//! of links has no end. What cannot be read is passed over.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::folder::{Folder, LARGEST};
use super::listing::{self, Kind};
use super::rules::{Lists, Rules};
use super::{Root, Stop, threads};

/// More entries are not looked at.
const MOST_ENTRIES: usize = 2_000_000;

/// A folder that is to be listed.
struct Job {
    root: usize,
    path: PathBuf,
    /// The path from the root, as it is shown.
    shown: Arc<str>,
    rules: Rules,
    above: Option<Arc<Place>>,
    by_link: bool,
}

/// A folder that is being listed, with those around it.
struct Place {
    id: listing::Id,
    above: Option<Arc<Place>>,
}

/// What a thread uses again for every folder.
#[derive(Default)]
struct Scratch {
    buffer: listing::Buffer,
    /// One behind the other.
    names: Vec<u8>,
    /// Where each ends.
    listed: Vec<(usize, Kind)>,
}

struct Shared<'a> {
    stop: &'a Stop,
    queue: Mutex<Queue>,
    more: Condvar,
    entries: AtomicUsize,
    linked: Mutex<HashSet<listing::Id>>,
}

#[derive(Default)]
struct Queue {
    jobs: Vec<Job>,
    /// Threads that may still add some.
    busy: usize,
}

/// Gives every folder below the roots, in pieces, to one of the workers that are made, one for each thread. A worker that
/// is given none is asked nothing.
pub(super) fn walk<W, T>(roots: &[Root], stop: &Stop, make: impl Fn() -> W + Sync) -> Vec<W>
where
    W: FnMut(Option<Folder>) -> T + Send,
{
    let jobs = roots.iter().enumerate().rev().map(|(root, Root { path, .. })| Job {
        root,
        path: path.as_path().to_owned(),
        shown: "".into(),
        rules: Rules::above(path),
        above: None,
        by_link: false,
    });
    let queue = Queue { jobs: jobs.collect(), busy: 0 };
    let shared = Shared {
        stop,
        queue: Mutex::new(queue),
        more: Condvar::new(),
        entries: AtomicUsize::new(0),
        linked: Mutex::default(),
    };
    let work = || {
        let mut worker = make();
        shared.work(&mut |folder| {
            worker(Some(folder));
        });
        worker
    };
    std::thread::scope(|scope| {
        // Without threads there is one less.
        let start = |_| std::thread::Builder::new().name("file search".into()).spawn_scoped(scope, work).ok();
        let others: Vec<_> = (1..threads()).filter_map(start).collect();
        let mut workers = vec![work()];
        workers.extend(others.into_iter().filter_map(|thread| thread.join().ok()));
        workers
    })
}

impl Scratch {
    fn clear(&mut self) {
        self.names.clear();
        self.listed.clear();
    }

    fn entries(&self) -> impl Iterator<Item = (&[u8], Kind)> {
        let mut begin = 0;
        self.listed.iter().map(move |(end, kind)| {
            let name = self.names.get(begin..*end).unwrap_or_default();
            begin = *end;
            (name, *kind)
        })
    }
}

impl Place {
    /// Whether it is this folder or lies in it.
    fn is_in(&self, id: listing::Id) -> bool {
        let mut around = std::iter::successors(Some(self), |place| place.above.as_deref());
        around.any(|place| place.id == id)
    }
}

/// Held by a thread that lists a folder, so that the others do not wait for it when it breaks off.
struct Busy<'a>(&'a Shared<'a>);

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        self.0.queue().busy -= 1;
        // Either there is more to do for the others, or they can go.
        self.0.more.notify_all();
    }
}

impl Shared<'_> {
    fn work(&self, take: &mut dyn FnMut(Folder)) {
        let mut scratch = Scratch::default();
        while let Some(job) = self.next() {
            let busy = Busy(self);
            let below = self.list(job, &mut scratch, take);
            self.queue().jobs.extend(below);
            drop(busy);
        }
    }

    fn next(&self) -> Option<Job> {
        let mut queue = self.queue();
        loop {
            if self.stop.is_stopped() || self.entries.load(Ordering::Relaxed) >= MOST_ENTRIES {
                return None;
            }
            if let Some(job) = queue.jobs.pop() {
                queue.busy += 1;
                return Some(job);
            }
            if queue.busy == 0 {
                return None;
            }
            queue = self.more.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lists one folder; what is below it is to be listed then.
    fn list(&self, job: Job, scratch: &mut Scratch, take: &mut dyn FnMut(Folder)) -> Vec<Job> {
        let Job { root, path, shown, rules, above, by_link } = job;
        let Some(opened) = listing::open(&path) else { return Vec::new() };
        if by_link && !self.is_new(opened.id) {
            return Vec::new();
        }
        let mut lists = Lists::default();
        scratch.clear();
        opened.read(&mut scratch.buffer, &mut |name, kind| {
            lists.note(name);
            scratch.names.extend_from_slice(name);
            scratch.listed.push((scratch.names.len(), kind));
            !self.stop.is_stopped()
        });
        let place = Arc::new(Place { id: opened.id, above });
        let rules = rules.inside(&path, lists);
        let is_open = rules.are_empty();
        let mut below = Vec::new();
        let mut folder = Folder::new(root, Arc::clone(&shown));
        for (name, kind) in scratch.entries() {
            let (is_folder, by_link) = match kind {
                Kind::File => (false, false),
                Kind::Folder => (true, false),
                Kind::Other => match opened.follow(name) {
                    None => continue,
                    // A circle.
                    Some(Some(id)) if place.is_in(id) => continue,
                    Some(folder) => (folder.is_some(), true),
                },
            };
            let os_name = listing::os(name);
            if !is_open && rules.cover(&path.join(os_name), is_folder) {
                continue;
            }
            let name = String::from_utf8_lossy(name);
            folder.push(&name, is_folder);
            if is_folder {
                let shown = if shown.is_empty() { name.into() } else { format!("{shown}/{name}").into() };
                let (path, rules) = (path.join(os_name), rules.clone());
                let above = Some(Arc::clone(&place));
                below.push(Job { root, path, shown, rules, above, by_link });
            }
            if folder.len() == LARGEST {
                self.give(std::mem::replace(&mut folder, Folder::new(root, Arc::clone(&shown))), take);
            }
        }
        self.give(folder, take);
        below
    }

    fn give(&self, folder: Folder, take: &mut dyn FnMut(Folder)) {
        if !folder.is_empty() {
            self.entries.fetch_add(folder.len(), Ordering::Relaxed);
            take(folder);
        }
    }

    /// Whether no link has led there before.
    fn is_new(&self, id: listing::Id) -> bool {
        self.linked.lock().unwrap_or_else(PoisonError::into_inner).insert(id)
    }
}
