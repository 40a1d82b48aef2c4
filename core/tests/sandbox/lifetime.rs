//! Check 28 with more ends, and more often: whatever a command starts is gone soon after its owner.

use std::io;

use codex_core::selftest::checks::lifetime::{Server, rounds};
use codex_core::selftest::trial::Verdict;

use crate::place::{SERVED, in_modes};
use crate::runner::{Outcome, Test};

pub const TESTS: &[Test] = &[
    Test { name: "lifetime::nothing_survives_the_end_of_input", run: || all_modes(3, Server::close) },
    Test { name: "lifetime::nothing_survives_sigkill_of_the_server", run: || all_modes(10, Server::kill) },
    Test {
        name: "lifetime::nothing_survives_sigkill_of_the_helper",
        run: || all_modes(4, |server| kill(server.helper)),
    },
    Test {
        name: "lifetime::nothing_survives_sigkill_of_the_inner_helper",
        run: || all_modes(4, |server| kill(inner(server)?)),
    },
];

/// So often in each mode, or as often as `CODEX_TEST_ROUNDS` says.
fn all_modes(times: usize, end: fn(&mut Server) -> io::Result<()>) -> Outcome {
    let times = rounds_wanted().unwrap_or(times);
    in_modes(&SERVED, |mode| {
        assert_eq!(rounds(mode, times, end).unwrap(), Verdict::Pass, "{}", mode.name());
    })
}

#[expect(clippy::disallowed_methods, reason = "a setting of the test run")]
pub fn rounds_wanted() -> Option<usize> {
    std::env::var("CODEX_TEST_ROUNDS").ok()?.parse().ok()
}

fn inner(server: &Server) -> io::Result<u32> {
    let children = std::fs::read_to_string(format!("/proc/{0}/task/{0}/children", server.helper))?;
    Ok(children.split_whitespace().next().expect("the helper has a child").parse().unwrap())
}

fn kill(pid: u32) -> io::Result<()> {
    let pid = rustix::process::Pid::from_raw(pid.try_into().unwrap()).unwrap();
    Ok(rustix::process::kill_process(pid, rustix::process::Signal::KILL)?)
}
