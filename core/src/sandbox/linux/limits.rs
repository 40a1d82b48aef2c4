//! Limits that the kernel keeps for a command without a control group: how many processes it may have, that it
//! leaves no core dumps, and that it is the first to go when memory is short.
//!
//! A limit that this kernel does not know is left out: commands run all the same. Limits of processes count in a
//! namespace of the command's own, or not at all: outside of one, all programs of the user would count together.

use std::fs;
use std::num::NonZero;
use std::thread::available_parallelism;

use rustix::process::{Resource, Rlimit, setrlimit};

use crate::sandbox::limit::most_processes;

/// Added to the server's, of at most 1000. A half of the memory counts as used in advance, so that even a small
/// command goes before a large server or editor.
const MORE_LIKELY: i32 = 500;
const MOST_LIKELY: i32 = 1000;
/// Numbers that a process namespace does not give out again.
const RESERVED: usize = 300;
/// The first kernels where each process namespace has its own highest number, and where limits of processes
/// count by user namespace. In older ones both are the affair of the whole machine.
const NUMBERS_OF_A_NAMESPACE: (u32, u32) = (6, 14);
const COUNTS_BY_NAMESPACE: (u32, u32) = (5, 14);

/// Makes the kernel choose this process, and those it starts, before the server when memory is short.
pub fn go_first_for_memory() {
    const PLACE: &str = "/proc/self/oom_score_adj";
    let now = fs::read_to_string(PLACE).ok().and_then(|text| text.trim().parse::<i32>().ok()).unwrap_or(0);
    let _ = fs::write(PLACE, (now + MORE_LIKELY).min(MOST_LIKELY).to_string());
}

/// For the first process of a process and user namespace of its own.
pub fn limit_namespace() {
    let Some(version) = kernel_version() else { return };
    let most = most_processes(available_parallelism().map_or(1, NonZero::get));
    // Holds for root, too.
    if version >= NUMBERS_OF_A_NAMESPACE
        && fs::write("/proc/sys/kernel/pid_max", (most + RESERVED).to_string()).is_ok()
    {
        return;
    }
    if version >= COUNTS_BY_NAMESPACE {
        limit(Resource::Nproc, most as u64);
    }
}

/// Core dumps hold what was in memory, and can be large.
pub fn leave_no_core_dumps() {
    limit(Resource::Core, 0);
}

fn limit(resource: Resource, most: u64) {
    // Nobody may raise what is lower already.
    let now = rustix::process::getrlimit(resource);
    let lower = |now: Option<u64>| Some(now.map_or(most, |now| now.min(most)));
    let _ = setrlimit(resource, Rlimit { current: lower(now.current), maximum: lower(now.maximum) });
}

fn kernel_version() -> Option<(u32, u32)> {
    version_in(rustix::system::uname().release().to_str().ok()?)
}

fn version_in(release: &str) -> Option<(u32, u32)> {
    let mut numbers = release.split(|character: char| !character.is_ascii_digit());
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_from_releases_of_all_kinds() {
        assert_eq!(version_in("6.14.0-rc3"), Some((6, 14)));
        assert_eq!(version_in("5.15.167.4-microsoft-standard-WSL2"), Some((5, 15)));
        assert_eq!(version_in("7.0-arch1"), Some((7, 0)));
        assert_eq!(version_in("linux"), None);
        assert!((6, 2) < NUMBERS_OF_A_NAMESPACE && (10, 0) > NUMBERS_OF_A_NAMESPACE);
    }
}
