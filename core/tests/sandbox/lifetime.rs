//! Check 28: whatever a command starts is gone soon after its owner, however the owner goes.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::place::{Mode, Place, is_missing, this_program};
use crate::runner::{Outcome, Test};

pub const TESTS: &[Test] = &[
    Test {
        name: "lifetime::nothing_survives_the_end_of_input",
        run: || all_modes(10, |server| server.close()),
    },
    Test {
        name: "lifetime::nothing_survives_sigkill_of_the_server",
        run: || all_modes(30, |server| server.kill()),
    },
    Test {
        name: "lifetime::nothing_survives_sigkill_of_the_helper",
        run: || all_modes(10, |server| kill(server.helper)),
    },
    Test {
        name: "lifetime::nothing_survives_sigkill_of_the_inner_helper",
        run: || all_modes(10, |server| kill(server.inner())),
    },
];

/// How long anything may survive.
const LIMIT: Duration = Duration::from_secs(2);

fn all_modes(rounds: usize, end: fn(&mut Server)) -> Outcome {
    let mut unsupported = Vec::new();
    for mode in [Mode::Open, Mode::Full, Mode::Landlock] {
        if let Some(reason) = is_missing(mode).filter(|_| mode != Mode::Open) {
            unsupported.push(format!("{}: {reason}", mode.name()));
            continue;
        }
        for round in 0..rounds {
            let place = Place::new();
            let word = format!("survivor-{}-{}-{round}", std::process::id(), mode.name());
            let mut server = Server::start(&place, mode, &word);
            end(&mut server);
            let start = Instant::now();
            while !survivors(&word).is_empty() {
                let left = survivors(&word);
                assert!(start.elapsed() < LIMIT, "{} {round}: {left:?} survived", mode.name());
                std::thread::sleep(Duration::from_millis(1));
            }
        }
    }
    Outcome::of_modes(3 - unsupported.len(), unsupported)
}

struct Server {
    child: Child,
    helper: u32,
}

impl Server {
    fn start(place: &Place, mode: Mode, word: &str) -> Self {
        let program = this_program();
        let mut server = Command::new(&program);
        server.args(["role", "serve", mode.name(), &place.text("ws"), &place.text("home")]);
        server.arg(&program).args(["role", "attack", "hide-and-stay", word]);
        let mut child = server.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let helper = lines
            .map_while(Result::ok)
            .find_map(|line| line.strip_prefix("helper ")?.parse().ok())
            .expect("the server runs");
        let start = Instant::now();
        while (0..3).any(|generation| survivors(&format!("{word}.{generation}")).is_empty()) {
            assert!(start.elapsed() < LIMIT, "the attackers do not run");
            std::thread::sleep(Duration::from_millis(1));
        }
        Self { child, helper }
    }

    fn close(&mut self) {
        drop(self.child.stdin.take());
        self.child.wait().unwrap();
    }

    fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    fn inner(&self) -> u32 {
        let children = std::fs::read_to_string(format!("/proc/{0}/task/{0}/children", self.helper)).unwrap();
        children.split_whitespace().next().expect("the helper has a child").parse().unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn kill(pid: u32) {
    let pid = rustix::process::Pid::from_raw(pid.try_into().unwrap()).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
}

/// The processes with an argument that begins with the word. The attackers' own processes, and not the helpers
/// and servers that have it among theirs, begin with `sh`.
fn survivors(word: &str) -> Vec<u32> {
    let entries = std::fs::read_dir("/proc").unwrap().flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let is_survivor = |pid: &u32| {
        let arguments = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        let mut arguments = arguments.split(|byte| *byte == 0);
        arguments.next() == Some(b"sh") && arguments.any(|argument| argument.starts_with(word.as_bytes()))
    };
    pids.filter(is_survivor).collect()
}
