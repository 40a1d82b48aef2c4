//! A very small test harness: runs tests one after the other, tells how they went, and fails if one did.
//!
//! Started by root, it runs everything a second time as an ordinary user.

use std::os::unix::process::CommandExt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::Command;
use std::time::{Duration, Instant};

/// A named test.
pub struct Test {
    pub name: &'static str,
    pub run: fn() -> Outcome,
}

/// One that was made while the program runs.
pub struct Case {
    pub name: String,
    pub run: Box<dyn Fn() -> Outcome>,
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

/// Longer than any test takes.
const PATIENCE: Duration = Duration::from_secs(60);
/// An argument of the second run.
const AS_USER: &str = "--as-user";
const NOBODY: u32 = 65534;

/// Whether root runs everything a second time as somebody else.
pub fn is_second_run() -> bool {
    std::env::args().any(|argument| argument == AS_USER)
}

pub fn run(tests: &[Case]) {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.iter().any(|argument| argument == "--list") {
        tests.iter().for_each(|test| println!("{}: test", test.name));
        return;
    }
    let filters: Vec<&String> = arguments.iter().filter(|argument| !argument.starts_with('-')).collect();
    let wanted =
        |name: &str| filters.is_empty() || filters.iter().any(|filter| name.contains(filter.as_str()));
    let wanted: Vec<&Case> = tests.iter().filter(|test| wanted(&test.name)).collect();
    let as_root = rustix::process::geteuid().is_root();
    let user = if as_root { "root" } else { "user" };
    let failed: Vec<&str> =
        wanted.iter().filter(|test| !passes(test, user)).map(|test| test.name.as_str()).collect();
    if !failed.is_empty() {
        println!("failed as {user}: {}", failed.join(", "));
        std::process::exit(101);
    }
    if as_root && !wanted.is_empty() {
        as_ordinary_user(&arguments);
    }
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
        Err(_) => println!("test {} as {user} ... FAILED", test.name),
    }
    outcome.is_ok()
}

/// The same program as somebody who owns nothing; from a folder that they may enter.
fn as_ordinary_user(arguments: &[String]) {
    let folder = tempfile::Builder::new().prefix("tests-").tempdir_in("/var/tmp").unwrap();
    std::os::unix::fs::chown(folder.path(), Some(NOBODY), Some(NOBODY)).unwrap();
    let program = folder.path().join("sandbox-tests");
    std::fs::copy(std::env::current_exe().unwrap(), &program).unwrap();
    let mut again = Command::new(program);
    again.args(arguments).arg(AS_USER).env("HOME", folder.path()).current_dir(folder.path());
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
