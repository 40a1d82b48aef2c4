//! The parent of the command: builds its walls, starts it, reaps orphans, and ends what it leaves behind.

use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use super::broken::{Broken, Step};
use super::cgroup::Leaf;
use super::command::{Input, NotStarted, Prepared, Stage};
use super::confine::Confine;
use super::helper::NOT_STARTED;
use super::namespace::Identity;
use super::outer::Line;
use super::sys::{self, Reaped};
use super::tree;
use super::{helper, limits, mounts};
use crate::sandbox::plan::{Confinement, FailureKind, Plan, Readiness, Report, StdinKind};

/// Between the polite request to end and the end.
const GRACE: Duration = Duration::from_millis(100);

/// The namespaces to be born in. That of mounts is made later, here.
pub fn namespaces(readiness: Readiness) -> libc::c_int {
    match readiness {
        Readiness::Plain => 0,
        Readiness::Namespaces | Readiness::Isolated => {
            libc::CLONE_NEWUSER | libc::CLONE_NEWPID | libc::CLONE_NEWIPC
        }
    }
}

/// Gets ready, waits for the plan, and runs the command to its end; returns its exit code.
pub fn run(
    readiness: Readiness,
    control: &UnixStream,
    outer: &Line,
    identity: Identity,
    leaf: Option<&Leaf>,
) -> i32 {
    let ready = get_ready(readiness, outer, identity);
    // Without a plan there is nobody to tell anything.
    let Ok((bytes, descriptors)) = outer.plan() else { return NOT_STARTED };
    let ending = match readiness {
        Readiness::Plain => Ending::Tree,
        Readiness::Namespaces | Readiness::Isolated => Ending::Namespace,
    };
    let plan = Plan::decode(&bytes).ok_or(io::ErrorKind::InvalidData).step("reading the plan");
    let started = ready.and(plan).map_err(broken).and_then(|plan| start(&plan, descriptors, outer));
    let command = match started {
        Ok(started) => started,
        Err((kind, message)) => {
            helper::report(control, &Report::Failed { kind, message });
            return NOT_STARTED;
        }
    };
    // Whoever reads the command's output must see its end as soon as the command has closed it.
    sys::close_output();
    helper::report(control, &Report::Started { helper: identity.process });
    let (code, nothing_left) = watch(command, ending);
    if nothing_left {
        // The sooner it is known the better: this process and its namespaces take their time to go.
        outer.say_reported();
        helper::report(control, &Report::Ended { code, limit: leaf.and_then(Leaf::reached) });
    }
    code
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

/// What can be done without knowing the command.
fn get_ready(readiness: Readiness, outer: &Line, identity: Identity) -> Result<(), Broken> {
    let signal = match readiness {
        Readiness::Plain => libc::SIGTERM,
        Readiness::Namespaces | Readiness::Isolated => libc::SIGKILL,
    };
    sys::signal_at_parents_death(signal).step("guarding against the death of the helper")?;
    if outer.is_cut() {
        return Err(io::ErrorKind::BrokenPipe).step("looking for the outer helper");
    }
    match readiness {
        Readiness::Plain => sys::become_subreaper().step("becoming the reaper of orphans")?,
        // The network, if it is another one, is that of outer.
        Readiness::Namespaces | Readiness::Isolated => {
            identity.keep()?;
            limits::limit_namespace();
        }
    }
    limits::go_first_for_memory();
    // Commands run as the same user and must not reach into this process.
    sys::become_undumpable();
    Ok(())
}

fn start(plan: &Plan, descriptors: Vec<OwnedFd>, outer: &Line) -> Result<libc::pid_t, Failure> {
    let mut descriptors = descriptors.into_iter();
    for place in [libc::STDOUT_FILENO, libc::STDERR_FILENO] {
        let stream = descriptors.next().ok_or(io::ErrorKind::InvalidData).step("taking the streams");
        stream.and_then(|stream| sys::put(stream, place).step("taking the streams")).map_err(broken)?;
    }
    if plan.confinement != Confinement::Open {
        limits::leave_no_core_dumps();
    }
    if let Confinement::Namespaces(rules) = &plan.confinement {
        sys::new_mount_namespace().step("making a view of the file system").map_err(broken)?;
        mounts::build(rules, outer).map_err(broken)?;
    }
    let confine = Confine::prepare(&plan.confinement).map_err(broken)?;
    rustix::process::chdir(&plan.cwd)
        .map_err(|errno| (FailureKind::Cwd, io::Error::from(errno).to_string()))?;
    let input = match (plan.stdin, descriptors.next()) {
        (StdinKind::Terminal, _) => Input::Terminal,
        (StdinKind::Passed, Some(fd)) => Input::Fd(fd),
        (StdinKind::Null | StdinKind::Passed, _) => {
            Input::Fd(helper::open_null().step("opening /dev/null").map_err(broken)?)
        }
    };
    let prepared = Prepared::new(&plan.argv, &plan.env, input)
        .map_err(|_| (FailureKind::Program, "it, an argument or a variable holds a NUL byte".to_owned()))?;
    let command = prepared.start(confine.as_ref()).map_err(not_started)?;
    confine.as_ref().map_or(Ok(()), Confine::watch).map_err(broken)?;
    Ok(command)
}

fn broken(broken: Broken) -> Failure {
    (FailureKind::Setup, broken.to_string())
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
