//! A very small test harness: runs tests, tells how they went, and fails if one did.
//!
//! Most tests wait most of the time, so several run side by side, and those that harm others one by one at the end.
//! Started by root, it runs everything a second time as an ordinary user.

use std::any::Any;
use std::os::unix::process::CommandExt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::Command;
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// A named test.
pub struct Test {
    pub name: &'static str,
    pub run: fn() -> Outcome,
}

/// One that was made while the program runs.
pub struct Case {
    pub name: String,
    pub run: Box<dyn Fn() -> Outcome + Send + Sync>,
}

impl From<&Test> for Case {
    fn from(test: &Test) -> Self {
        Self { name: test.name.to_owned(), run: Box::new(test.run) }
    }
}

pub enum Outcome {
    Pass,
    /// It passes where it can be run; which strengths cannot do it, and why.
    Partly(String),
    /// It cannot be run here, for this reason.
    Unsupported(String),
}

impl Outcome {
    /// Of a test that ran in some of these modes and could not in others.
    pub fn of_modes(tried: usize, unsupported: Vec<String>) -> Self {
        match (tried, unsupported.is_empty()) {
            (_, true) => Self::Pass,
            (0, false) => Self::Unsupported(unsupported.join("; ")),
            (_, false) => Self::Partly(unsupported.join("; ")),
        }
    }
}

/// How many run side by side.
const AT_ONCE: usize = 6;
/// Longer than any test takes.
const PATIENCE: Duration = Duration::from_secs(60);
const NOBODY: u32 = 65534;

/// Runs those that are wanted; `alone` are the names of those beside which nothing else may run.
pub fn run(tests: &[Case], alone: &[&str]) {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.iter().any(|argument| argument == "--list") {
        tests.iter().for_each(|test| println!("{}: test", test.name));
        return;
    }
    let filters: Vec<&String> = arguments.iter().filter(|argument| !argument.starts_with('-')).collect();
    let wanted =
        |name: &str| filters.is_empty() || filters.iter().any(|filter| name.contains(filter.as_str()));
    let wanted: Vec<&Case> = tests.iter().filter(|test| wanted(&test.name)).collect();
    let exists = |name: &&str| tests.iter().any(|test| test.name == **name);
    assert!(alone.iter().all(exists), "a test that must run alone has another name");
    let as_root = rustix::process::geteuid().is_root();
    let user = if as_root { "root" } else { "user" };
    let (alone, others): (Vec<_>, Vec<_>) =
        wanted.iter().copied().partition(|test| alone.contains(&test.name.as_str()));
    let mut failed = failed(&others, AT_ONCE, user);
    failed.extend(self::failed(&alone, 1, user));
    if !failed.is_empty() {
        println!("failed as {user}: {}", failed.join(", "));
        std::process::exit(101);
    }
    if as_root && !wanted.is_empty() {
        as_ordinary_user(&arguments);
    }
}

/// Runs so many of the tests at a time; the names of those that failed.
fn failed<'a>(tests: &[&'a Case], at_once: usize, user: &str) -> Vec<&'a str> {
    let queue = Mutex::new(tests.iter());
    let failed = Mutex::new(Vec::new());
    let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).next();
    let work = || {
        while let Some(test) = next() {
            if !passes(test, user) {
                failed.lock().unwrap_or_else(PoisonError::into_inner).push(test.name.as_str());
            }
        }
    };
    thread::scope(|scope| (0..at_once).for_each(|_| drop(scope.spawn(work))));
    failed.into_inner().unwrap_or_else(PoisonError::into_inner)
}

fn passes(test: &Case, user: &str) -> bool {
    let start = Instant::now();
    let outcome = catch_unwind(AssertUnwindSafe(&test.run));
    let took = start.elapsed().as_millis();
    match &outcome {
        Ok(Outcome::Pass) => println!("test {} as {user} ... pass ({took} ms)", test.name),
        Ok(Outcome::Partly(reason)) => {
            println!("test {} as {user} ... pass, unsupported in {reason} ({took} ms)", test.name)
        }
        Ok(Outcome::Unsupported(reason)) => {
            println!("test {} as {user} ... unsupported ({reason})", test.name)
        }
        Err(panic) => println!("test {} as {user} ... FAILED: {}", test.name, message(panic.as_ref())),
    }
    outcome.is_ok()
}

/// What a test died of; beside others it is not clear whose words stand above.
fn message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("it panicked")
}

/// The same program as somebody who owns nothing; from a folder that they may enter.
fn as_ordinary_user(arguments: &[String]) {
    let folder = tempfile::Builder::new().prefix("tests-").tempdir_in("/var/tmp").unwrap();
    std::os::unix::fs::chown(folder.path(), Some(NOBODY), Some(NOBODY)).unwrap();
    let program = folder.path().join("sandbox-tests");
    std::fs::copy(std::env::current_exe().unwrap(), &program).unwrap();
    let mut again = Command::new(program);
    again.args(arguments).env("HOME", folder.path()).current_dir(folder.path());
    let status = again.uid(NOBODY).gid(NOBODY).status().unwrap();
    if !status.success() {
        drop(folder);
        std::process::exit(101);
    }
}

/// Runs a test that waits, with a limit.
pub fn block_on<T>(test: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async { tokio::time::timeout(PATIENCE, test).await.expect("the test takes too long") })
}
