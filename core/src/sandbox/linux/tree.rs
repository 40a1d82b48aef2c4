//! Ending everything below this process, where no namespace does it for us.
//!
//! Works because this process is a subreaper: whoever loses their parent becomes its child, however
//! often they fork or change their session. A process that gained other rights (`sudo`) cannot be
//! ended and is left after a time.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use super::sys::{self, Reaped};

/// How long a tree that keeps growing, or cannot be ended, is worked on.
const LIMIT: Duration = Duration::from_millis(1500);

/// Sends a signal to everything below this process.
pub fn signal_all(signal: libc::c_int) {
    for pid in descendants() {
        sys::kill(pid, signal);
    }
}

/// Ends everything below this process by force and waits until it is gone; whether it is.
pub fn end_all() -> bool {
    let start = Instant::now();
    while start.elapsed() < LIMIT {
        loop {
            match sys::reap(-1, libc::WNOHANG) {
                Reaped::Child { .. } => {}
                Reaped::NoneEnded => break,
                Reaped::NoChildren => return true,
            }
        }
        signal_all(libc::SIGKILL);
        sys::wait_signal(&[libc::SIGCHLD], Some(Duration::from_millis(2)));
    }
    false
}

/// All processes below this one.
fn descendants() -> Vec<libc::pid_t> {
    let own = std::process::id() as libc::pid_t;
    let mut found = Vec::new();
    match children_of(own) {
        Some(children) => {
            found.extend(children);
            let mut next = 0;
            while let Some(pid) = found.get(next).copied() {
                found.extend(children_of(pid).unwrap_or_default());
                next += 1;
            }
        }
        None => found = below(own, &parents()),
    }
    found
}

/// The children of all threads of a process; `None` if the kernel does not tell.
fn children_of(pid: libc::pid_t) -> Option<Vec<libc::pid_t>> {
    let mut children = Vec::new();
    for thread in fs::read_dir(format!("/proc/{pid}/task")).ok()?.flatten() {
        let list = fs::read_to_string(thread.path().join("children")).ok()?;
        children.extend(list.split_ascii_whitespace().filter_map(|word| word.parse::<libc::pid_t>().ok()));
    }
    Some(children)
}

/// Every process with its parent, by the slower way that every kernel has.
fn parents() -> Vec<(libc::pid_t, libc::pid_t)> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries
        .filter_map(|entry| {
            let pid = entry.file_name().to_str()?.parse().ok()?;
            Some((pid, parent_of(&entry.path())?))
        })
        .collect()
}

fn parent_of(folder: &Path) -> Option<libc::pid_t> {
    let stat = fs::read_to_string(folder.join("stat")).ok()?;
    parent_in_stat(&stat)
}

/// The fourth field. The second is a name in parentheses that may hold anything.
fn parent_in_stat(stat: &str) -> Option<libc::pid_t> {
    let (_, after_name) = stat.rsplit_once(')')?;
    after_name.split_ascii_whitespace().nth(1)?.parse().ok()
}

/// Everything below one process in a list of parents.
fn below(root: libc::pid_t, parents: &[(libc::pid_t, libc::pid_t)]) -> Vec<libc::pid_t> {
    let mut found: Vec<libc::pid_t> = Vec::new();
    let mut next = Some(root);
    let mut at = 0;
    while let Some(parent) = next {
        let children = parents.iter().filter(|(_, of)| *of == parent).map(|(pid, _)| *pid);
        let new: Vec<_> = children.filter(|pid| *pid != root && !found.contains(pid)).collect();
        found.extend(new);
        next = found.get(at).copied();
        at += 1;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_disguise_the_parent() {
        assert_eq!(parent_in_stat("12 (a) S 1 2) R 7 8 9"), Some(7));
        assert_eq!(parent_in_stat("12 (cat) S 5 1 1"), Some(5));
        assert_eq!(parent_in_stat("nonsense"), None);
    }

    #[test]
    fn descendants_are_found_through_all_generations() {
        let parents = [(2, 1), (3, 2), (4, 3), (5, 1), (9, 8), (8, 8)];
        assert_eq!(below(1, &parents), [2, 5, 3, 4]);
        assert_eq!(below(8, &parents), [9]);
        assert_eq!(below(7, &parents), [] as [i32; 0]);
    }
}
