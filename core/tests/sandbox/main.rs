//! Commands in and out of the sandbox, end to end: this program is the server, the helper and the attacker.
//!
//! It has no test harness, because the helper must be recognised before any thread starts. It takes words
//! of which a test's name must contain one, as the harness does.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::print_stdout, reason = "this is a test")]
#![cfg(target_os = "linux")]

mod checks;
mod files;
mod home;
mod lifetime;
mod limits;
mod login;
mod login_cases;
mod patches;
mod place;
mod processes;
mod roles;
mod runner;
mod sessions;

fn main() {
    codex_core::sandbox::helper::run_if_helper();
    codex_core::tools::patch::writer::run_if_writer();
    codex_core::selftest::roles::play_if_asked();
    roles::play_if_asked();
    let groups = [
        sessions::TESTS,
        processes::TESTS,
        files::TESTS,
        home::TESTS,
        lifetime::TESTS,
        limits::TESTS,
        login::TESTS,
        patches::TESTS,
    ];
    // What waits for shells most of the time, and is no matter of who the user is, is not run twice.
    let is_wanted = |test: &&runner::Test| !(runner::is_second_run() && login::SLOW.contains(&test.name));
    let tests = groups.into_iter().flatten().filter(is_wanted).map(runner::Case::from);
    runner::run(&tests.chain(checks::cases()).collect::<Vec<_>>());
}
