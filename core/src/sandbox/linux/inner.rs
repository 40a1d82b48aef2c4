//! The parent of the command: builds its walls, starts it, reaps orphans, and ends what it leaves behind.

use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use rustix::fs::{Mode, OFlags};

use super::broken::Broken;
use super::command::{Input, NotStarted, Prepared, Stage};
use super::confine::Confine;
use super::namespace::{Identity, Network};
use super::outer::Line;
use super::sys::{self, Reaped};
use super::tree;
use super::{helper, mounts};
use crate::sandbox::plan::{Confinement, FailureKind, Plan, Report, StdinKind};

/// Between the polite request to end and the end.
const GRACE: Duration = Duration::from_millis(100);
const NOT_STARTED: i32 = 125;

/// The namespaces that a confinement wants from the start; that of the network comes later.
pub fn namespaces(confinement: &Confinement) -> libc::c_int {
    match confinement {
        Confinement::Open | Confinement::Landlock(_) => 0,
        Confinement::Namespaces(_) => {
            libc::CLONE_NEWUSER | libc::CLONE_NEWNS | libc::CLONE_NEWPID | libc::CLONE_NEWIPC
        }
    }
}

/// Runs the command to its end; returns its exit code when nothing it started runs any more.
pub fn run(
    plan: Plan,
    passed: Option<OwnedFd>,
    control: &UnixStream,
    outer: &Line,
    identity: Identity,
) -> i32 {
    let leaves_nothing_to_outer = match &plan.confinement {
        Confinement::Open | Confinement::Landlock(_) => true,
        Confinement::Namespaces(rules) => rules.writable.is_empty(),
    };
    match start(plan, passed, outer, identity) {
        Ok((command, ending)) => {
            helper::report(control, &Report::Started);
            let (code, nothing_left) = watch(command, ending);
            if nothing_left && leaves_nothing_to_outer {
                // The sooner it is known the better: this process and its namespaces take their time to go.
                outer.say_reported();
                helper::report(control, &Report::Ended(code));
            }
            code
        }
        Err((kind, message)) => {
            helper::report(control, &Report::Failed { kind, message });
            NOT_STARTED
        }
    }
}

type Failure = (FailureKind, String);

/// How everything below this process is ended.
#[derive(Clone, Copy)]
enum Ending {
    /// By hand, one by one.
    Tree,
    /// This is the init of a process namespace: when it exits, so does everything.
    Namespace,
}

fn start(
    plan: Plan,
    passed: Option<OwnedFd>,
    outer: &Line,
    identity: Identity,
) -> Result<(libc::pid_t, Ending), Failure> {
    let setup = |what: &str, error: std::io::Error| (FailureKind::Setup, format!("{what}: {error}"));
    let ending = match plan.confinement {
        Confinement::Namespaces(_) => Ending::Namespace,
        Confinement::Open | Confinement::Landlock(_) => Ending::Tree,
    };
    let signal = match ending {
        Ending::Tree => libc::SIGTERM,
        Ending::Namespace => libc::SIGKILL,
    };
    sys::signal_at_parents_death(signal)
        .map_err(|error| setup("guarding against the death of the helper", error))?;
    if outer.is_cut() {
        return Err((FailureKind::Setup, "the helper was ended".to_owned()));
    }
    match &plan.confinement {
        Confinement::Namespaces(rules) => {
            let build = || {
                identity.keep()?;
                let network = if rules.network { None } else { Some(Network::make()?) };
                mounts::build(rules, outer)?;
                network.map_or(Ok(()), Network::enter)?;
                sys::become_undumpable();
                Ok(())
            };
            build().map_err(broken)?;
        }
        Confinement::Open | Confinement::Landlock(_) => {
            sys::become_subreaper().map_err(|error| setup("becoming the reaper of orphans", error))?;
        }
    }
    let confine = Confine::prepare(&plan.confinement).map_err(broken)?;
    rustix::process::chdir(&plan.cwd)
        .map_err(|errno| (FailureKind::Cwd, std::io::Error::from(errno).to_string()))?;
    let input = match (plan.stdin, passed) {
        (StdinKind::Terminal, _) => Input::Terminal,
        (StdinKind::Passed, Some(fd)) => Input::Fd(fd),
        (StdinKind::Null | StdinKind::Passed, _) => {
            Input::Fd(open_null().map_err(|error| setup("/dev/null", error))?)
        }
    };
    let prepared = Prepared::new(&plan.argv, &plan.env, input)
        .map_err(|_| (FailureKind::Program, "it, an argument or a variable holds a NUL byte".to_owned()))?;
    let command = prepared.start(confine.as_ref()).map_err(not_started)?;
    Ok((command, ending))
}

fn broken(broken: Broken) -> Failure {
    (FailureKind::Setup, broken.to_string())
}

fn open_null() -> std::io::Result<OwnedFd> {
    Ok(rustix::fs::open("/dev/null", OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty())?)
}

fn not_started(NotStarted { stage, source }: NotStarted) -> Failure {
    match stage {
        Stage::Execute => (FailureKind::Program, source.to_string()),
        Stage::Spawn => (FailureKind::Setup, format!("starting a process: {source}")),
        Stage::Terminal => (FailureKind::Setup, format!("preparing input and terminal: {source}")),
        Stage::Confine => (FailureKind::Setup, format!("applying the restrictions: {source}")),
    }
}

/// Waits for the command, then ends the rest; its exit code, and whether nothing is known to be left.
fn watch(command: libc::pid_t, ending: Ending) -> (i32, bool) {
    let mut code = None;
    let mut deadline: Option<Instant> = None;
    let nothing_left = loop {
        let nothing_left = loop {
            match sys::reap(-1, libc::WNOHANG) {
                Reaped::Child { pid, code: ended } if pid == command => code = Some(ended),
                Reaped::Child { .. } => {}
                Reaped::NoneEnded => break false,
                Reaped::NoChildren => break true,
            }
        };
        let limit = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        // Without a request, the end of the command is the end; with one, all may use their time.
        let over = if deadline.is_some() { limit == Some(Duration::ZERO) } else { code.is_some() };
        if nothing_left || over {
            break nothing_left;
        }
        match sys::wait_signal(&[libc::SIGCHLD, libc::SIGTERM], limit) {
            Some(libc::SIGTERM) if deadline.is_none() => {
                signal_all(ending, libc::SIGTERM);
                signal_all(ending, libc::SIGCONT);
                deadline = Some(Instant::now() + GRACE);
            }
            _ => {}
        }
    };
    let nothing_left = match ending {
        _ if nothing_left => true,
        Ending::Tree => tree::end_all(),
        Ending::Namespace => false,
    };
    (code.unwrap_or(128 + libc::SIGKILL), nothing_left)
}

fn signal_all(ending: Ending, signal: libc::c_int) {
    match ending {
        Ending::Tree => tree::signal_all(signal),
        Ending::Namespace => sys::kill(-1, signal),
    }
}
