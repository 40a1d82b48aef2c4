//! A folder that is exchanged for a link to the outside, again and again, while something is written into it.

use std::fs;
use std::io;
use std::os::unix::fs::symlink;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};

use rustix::fs::{CWD, RenameFlags, renameat_with};

use crate::selftest::place::{Mode, Place};
use crate::selftest::trial::{Prepared, Verdict, attacked, confined};

/// How often each writes. Fewer where time is short.
pub static ROUNDS: AtomicUsize = AtomicUsize::new(10_000);

/// Exchanges the folder and the link until it is dropped.
struct Exchange {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Exchange {
    fn start(place: &Place) -> io::Result<Self> {
        fs::create_dir_all(place.path("ws/d/in"))?;
        fs::create_dir(place.path("outside/in"))?;
        symlink("../outside", place.path("ws/link"))?;
        let (one, other) = (place.path("ws/d"), place.path("ws/link"));
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = stop.clone();
        let thread = thread::spawn(move || {
            while !stopped.load(Ordering::Relaxed) {
                let _ = renameat_with(CWD, &one, CWD, &other, RenameFlags::EXCHANGE);
            }
        });
        Ok(Self { stop, thread: Some(thread) })
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

fn prepare(place: &Place) -> io::Result<Prepared> {
    let exchange = Exchange::start(place)?;
    let outside = place.path("outside/in");
    Ok(Prepared::new(vec![ROUNDS.load(Ordering::Relaxed).to_string()], move |_| {
        drop(exchange);
        let arrived = fs::read_dir(outside).map_or(0, Iterator::count);
        (arrived > 0).then(|| format!("{arrived} files arrived outside"))
    }))
}

pub fn command(mode: Mode) -> io::Result<Verdict> {
    attacked(mode, "race", prepare)
}

/// The writer of patches wins the race even without a sandbox.
pub fn patch(mode: Mode) -> io::Result<Verdict> {
    match confined(Mode::Bare, "race-patch", prepare)? {
        Verdict::Pass => confined(mode, "race-patch", prepare),
        lost => Ok(lost),
    }
}
