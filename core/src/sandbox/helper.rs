//! The door through which the program becomes its own sandbox helper.

/// Must be the first line of `main`, before any thread or runtime exists. Does nothing in the ordinary
/// program; if it was started as the helper (by its `argv[0]`), does the helper's work and never returns.
#[cfg(target_os = "linux")]
pub fn run_if_helper() {
    if std::env::args_os().next().is_some_and(|name| name == super::helpers::HELPER_NAME) {
        super::linux::helper::run();
    }
}

#[cfg(not(target_os = "linux"))]
pub fn run_if_helper() {}
