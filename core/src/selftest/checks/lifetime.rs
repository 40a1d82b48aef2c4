//! Whatever a command starts is gone soon after its owner, however the owner goes.

use std::io::{self, BufRead as _, BufReader, Write as _};
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::selftest::attacks::WORD;
use crate::selftest::place::{Mode, Place, this_program};
use crate::selftest::roles;
use crate::selftest::trial::Verdict;

/// How long anything may survive.
const LIMIT: Duration = Duration::from_secs(2);
const ROUNDS: usize = 5;

pub fn after_interrupt(mode: Mode) -> io::Result<Verdict> {
    rounds(mode, ROUNDS, |server| server.say(b"i"))
}

pub fn after_close(mode: Mode) -> io::Result<Verdict> {
    rounds(mode, ROUNDS, |server| server.say(b"c"))
}

pub fn after_end_of_input(mode: Mode) -> io::Result<Verdict> {
    rounds(mode, ROUNDS, Server::close)
}

pub fn after_kill(mode: Mode) -> io::Result<Verdict> {
    rounds(mode, ROUNDS, Server::kill)
}

/// Ends a server with an attacker that wants to stay, so many times.
pub fn rounds(mode: Mode, rounds: usize, end: fn(&mut Server) -> io::Result<()>) -> io::Result<Verdict> {
    if !stay_without()? {
        return Ok(Verdict::Unsupported("nothing stays without a sandbox either".to_owned()));
    }
    for round in 0..rounds {
        let place = Place::new()?;
        let word = fresh_word("survivor");
        let mut server = Server::start(&place, mode, &word)?;
        end(&mut server)?;
        let start = Instant::now();
        loop {
            let left = survivors(&word);
            if left.is_empty() {
                break;
            }
            if start.elapsed() > LIMIT {
                return Ok(Verdict::Fail(format!("round {round}: {left:?} survived")));
            }
            thread::sleep(Duration::from_millis(1));
        }
    }
    Ok(Verdict::Pass)
}

/// Nobody else's.
fn fresh_word(kind: &str) -> String {
    format!("{kind}-{}", uuid::Uuid::new_v4().simple())
}

/// Without a sandbox they stay, so that to be gone means something.
fn stay_without() -> io::Result<bool> {
    let place = Place::new()?;
    let word = fresh_word("control");
    let program = this_program()?.to_string_lossy().into_owned();
    let argv = [program.as_str(), roles::ARGUMENT, "attack", "hide-and-stay", &word];
    let child = place.server(&place.orders(Mode::Bare), "run", &argv)?.spawn()?;
    let mut server = Server { child, helper: 0 };
    // The attacker itself goes, and its server with it.
    server.child.wait()?;
    server.wait_for(&word)?;
    let left = survivors(&word);
    for pid in left.iter().filter_map(|pid| rustix::process::Pid::from_raw(*pid)) {
        rustix::process::kill_process(pid, rustix::process::Signal::KILL)?;
    }
    Ok(!left.is_empty())
}

/// A server whose command wants to stay.
pub struct Server {
    child: Child,
    /// The process that stands between.
    pub helper: u32,
}

impl Server {
    fn start(place: &Place, mode: Mode, word: &str) -> io::Result<Self> {
        let program = this_program()?.to_string_lossy().into_owned();
        let argv = [program.as_str(), roles::ARGUMENT, "attack", "hide-and-stay", word];
        let mut server = place.server(&place.orders(mode), "serve", &argv)?;
        let mut child = server.stdin(Stdio::piped()).stderr(Stdio::inherit()).spawn()?;
        let stdout = child.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?;
        let lines = BufReader::new(stdout).lines().map_while(Result::ok);
        let helper = lines.filter_map(|line| line.strip_prefix("helper ")?.parse().ok()).next();
        let server = Self { child, helper: helper.ok_or(io::ErrorKind::UnexpectedEof)? };
        server.wait_for(word)?;
        Ok(server)
    }

    fn wait_for(&self, word: &str) -> io::Result<()> {
        let start = Instant::now();
        // Three shells, and what each has started.
        while survivors(word).len() < 6 {
            if start.elapsed() > LIMIT {
                return Err(io::Error::other("the attackers do not run"));
            }
            thread::sleep(Duration::from_millis(1));
        }
        Ok(())
    }

    fn say(&mut self, word: &[u8]) -> io::Result<()> {
        self.child.stdin.as_mut().ok_or(io::ErrorKind::BrokenPipe)?.write_all(word)
    }

    pub fn close(&mut self) -> io::Result<()> {
        drop(self.child.stdin.take());
        self.child.wait().map(drop)
    }

    pub fn kill(&mut self) -> io::Result<()> {
        self.child.kill()?;
        self.child.wait().map(drop)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The attackers' processes and what they have started, by the word in their environment.
fn survivors(word: &str) -> Vec<i32> {
    let variable = format!("{WORD}={word}");
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let is_survivor = |pid: &i32| {
        let variables = std::fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
        variables.split(|byte| *byte == 0).any(|other| other == variable.as_bytes())
    };
    pids.filter(is_survivor).collect()
}
