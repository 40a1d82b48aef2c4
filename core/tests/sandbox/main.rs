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
mod login_user;
mod patches;
mod place;
mod processes;
mod roles;
mod runner;
mod sessions;
mod tokens;

/// Those that take all processes or memory, and one that ends what helps others.
const ALONE: [&str; 4] = [
    "check 29: a fork bomb",
    "check 29: a fork bomb leaves others alone",
    "check 29: too much of everything",
    "sessions::helpers_come_though_their_nursery_was_killed",
];

fn main() {
    codex_core::sandbox::helper::run_if_helper();
    codex_core::tools::patch::writer::run_if_writer();
    codex_core::selftest::roles::play_if_asked();
    roles::play_if_asked();
    let others = [
        sessions::TESTS,
        processes::TESTS,
        tokens::TESTS,
        files::TESTS,
        home::TESTS,
        limits::TESTS,
        patches::TESTS,
    ];
    // What takes longest begins first.
    let first = [login::TESTS, lifetime::TESTS].into_iter().flatten().map(runner::Case::from);
    let tests = first.chain(checks::cases()).chain(others.into_iter().flatten().map(runner::Case::from));
    runner::run(&tests.collect::<Vec<_>>(), &ALONE);
}
