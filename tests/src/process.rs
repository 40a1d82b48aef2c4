//! Processes as the kernel shows them: who belongs to a server, what is left of it, what memory it uses.
//!
//! A server is started with a tag in its environment, which everything that it starts inherits, so a process is
//! found however often it was forked away from its parents. The same word in a command line counts as well, for
//! processes whose environment cannot be read. Linux only.

use std::fs;
use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

use crate::PATIENCE;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, Signal, kill_process, pidfd_open};

/// The environment variable that carries the tag.
pub const TAG: &str = "CODEX_TEST_RUN";

/// A word that no other test and no other run uses.
pub fn new_tag() -> String {
    use std::sync::atomic::{AtomicU32, Ordering};
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    format!("run-{}-{}-{}", std::process::id(), now.as_nanos(), NEXT.fetch_add(1, Ordering::Relaxed))
}

/// Live processes that carry the tag, zombies left out.
pub fn tagged(tag: &str) -> Vec<u32> {
    let variable = format!("{TAG}={tag}");
    let own = std::process::id();
    all()
        .filter(|pid| *pid != own && is_alive(*pid))
        .filter(|pid| {
            let environment = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
            environment.split(|byte| *byte == 0).any(|entry| entry == variable.as_bytes())
                || command_line(*pid).contains(tag)
        })
        .collect()
}

/// Waits until no process carries the tag; the command lines of those that still do after `limit`.
pub fn survivors(tag: &str, limit: Duration) -> Vec<String> {
    let deadline = Instant::now() + limit;
    loop {
        let alive = tagged(tag);
        let Some(first) = alive.first() else { return Vec::new() };
        if !wait_end(*first, deadline.saturating_duration_since(Instant::now())) {
            return alive.iter().map(|pid| format!("{pid}: {}", command_line(*pid))).collect();
        }
    }
}

/// Waits for the end of a process; false when it still runs after `limit`.
pub fn wait_end(pid: u32, limit: Duration) -> bool {
    let Some(handle) = open(pid) else { return true };
    let limit = Timespec::try_from(limit).expect("limits of tests are short");
    let mut wanted = [PollFd::new(&handle, PollFlags::IN)];
    poll(&mut wanted, Some(&limit)).is_ok_and(|ready| ready > 0)
}

/// Waits until so many processes carry the tag. One that is becoming another program cannot be seen for a moment.
pub fn wait_for_tagged(tag: &str, count: usize) {
    wait_until(&format!("{count} processes carry {tag}"), || tagged(tag).len() >= count);
}

/// Waits until a file is there.
pub fn wait_for_file(path: &std::path::Path) {
    wait_until(&format!("{} is there", path.display()), || path.exists());
}

/// For what nobody tells. This is the one place that looks again and again.
fn wait_until(what: &str, done: impl Fn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !done() {
        assert!(Instant::now() < deadline, "not within {PATIENCE:?}: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Whether a process exists and is no zombie.
pub fn is_alive(pid: u32) -> bool {
    stat(pid).is_some_and(|fields| !matches!(fields.first().map(String::as_str), None | Some("Z" | "X")))
}

/// The command line, its words separated by spaces.
pub fn command_line(pid: u32) -> String {
    let bytes = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    String::from_utf8_lossy(&bytes).replace('\0', " ").trim().to_owned()
}

/// Memory of one process in KiB that is its own: heap and stacks, not what is mapped from files.
pub fn memory_kib(pid: u32) -> u64 {
    let path = format!("/proc/{pid}/smaps_rollup");
    let text = fs::read_to_string(&path).unwrap_or_else(|problem| panic!("{path}: {problem}"));
    let value =
        text.lines().find_map(|line| line.strip_prefix("Anonymous:")).expect("every process has some");
    value.split_whitespace().next().and_then(|number| number.parse().ok()).expect("a number of KiB")
}

/// Sends a signal. A process that is gone is no error.
pub fn signal(pid: u32, signal: Signal) {
    if let Some(pid) = as_pid(pid) {
        kill_process(pid, signal).ok();
    }
}

fn open(pid: u32) -> Option<OwnedFd> {
    pidfd_open(as_pid(pid)?, PidfdFlags::empty()).ok()
}

fn as_pid(pid: u32) -> Option<Pid> {
    i32::try_from(pid).ok().and_then(Pid::from_raw)
}

fn all() -> impl Iterator<Item = u32> {
    let entries = fs::read_dir("/proc").expect("Linux has /proc");
    entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
}

/// State, parent and so on: what follows the name, which may hold anything.
fn stat(pid: u32) -> Option<Vec<String>> {
    let text = fs::read(format!("/proc/{pid}/stat")).ok()?;
    let text = String::from_utf8_lossy(&text);
    let (_, fields) = text.rsplit_once(')')?;
    Some(fields.split_whitespace().map(str::to_owned).collect())
}
