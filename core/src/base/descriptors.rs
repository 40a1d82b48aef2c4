//! How many files this process may have open.
//!
//! As many as the system lets it, since every loaded conversation keeps one open. Programs that it starts
//! get the limit back with which it was itself started, because some cannot deal with a higher one.

use std::sync::OnceLock;

static BEFORE: OnceLock<u64> = OnceLock::new();

/// Raises the limit as far as it goes. Called once, when the server starts.
#[cfg(target_os = "linux")]
pub fn raise() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let now = getrlimit(Resource::Nofile);
    let Some(before) = now.current else { return };
    let raised = Rlimit { current: now.maximum, maximum: now.maximum };
    if now.maximum != Some(before) && setrlimit(Resource::Nofile, raised).is_ok() {
        let _ = BEFORE.set(before);
    }
}

#[cfg(not(target_os = "linux"))]
pub fn raise() {}

/// What programs get: the limit from before, if it was raised.
pub fn before() -> Option<u64> {
    BEFORE.get().copied()
}

/// Gives this process such a limit, for itself and what it starts.
#[cfg(target_os = "linux")]
pub fn lower(to: u64) {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let maximum = getrlimit(Resource::Nofile).maximum;
    // It was in force before, so it can be again; should it not, the program starts all the same.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: Some(to), maximum });
}

#[cfg(not(target_os = "linux"))]
pub fn lower(_: u64) {}
