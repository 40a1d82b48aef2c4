//! A trial: an attack that must succeed without a sandbox and fail inside of it.
//!
//! Whether it succeeded is judged from outside wherever that is possible, by looking at what was attacked, and
//! not by what the attacker says.

use std::io;
use std::path::PathBuf;
use std::process::Stdio;

use super::place::{Mode, Place, finish, this_program};
use super::roles::{self, DONE};

/// What came of a trial.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    Pass,
    /// It passes as far as it could be tried; what could not.
    Partly(String),
    /// The attack succeeded.
    Fail(String),
    /// There is nothing to attack here.
    Unsupported(String),
}

/// Looks at what was attacked and at what the attacker printed; says what harm was done.
pub type Judge = Box<dyn FnOnce(&str) -> Option<String>>;

/// Something to attack.
pub struct Prepared {
    /// What the attacker is told.
    pub arguments: Vec<String>,
    pub stdin: Stdio,
    /// What the server has in its environment.
    pub variables: Vec<(&'static str, String)>,
    pub unreadable: Vec<PathBuf>,
    /// The workspace, if it is not the usual one.
    pub cwd: Option<PathBuf>,
    pub harm: Judge,
}

impl Prepared {
    pub fn new(arguments: Vec<String>, harm: impl FnOnce(&str) -> Option<String> + 'static) -> Self {
        Self {
            arguments,
            stdin: Stdio::null(),
            variables: Vec::new(),
            unreadable: Vec::new(),
            cwd: None,
            harm: Box::new(harm),
        }
    }
}

/// Harm as the attacker tells it, for attacks that change nothing outside.
pub fn as_told(output: &str) -> Option<String> {
    let told: Vec<&str> = output.lines().filter(|line| line.starts_with("SUCCEEDED")).collect();
    (!told.is_empty()).then(|| told.join(", "))
}

/// Attacks without a sandbox, then inside of it, each time in a place of its own.
pub fn attacked(
    mode: Mode,
    attack: &str,
    prepare: impl Fn(&Place) -> io::Result<Prepared>,
) -> io::Result<Verdict> {
    let (harm, output) = attempt(Mode::Bare, attack, &prepare)?;
    let denied: Vec<&str> = output.lines().filter(|line| line.starts_with("denied")).collect();
    let denied = denied.join(", ");
    if harm.is_none() {
        return Ok(Verdict::Unsupported(format!("the attack fails without a sandbox, too: {denied}")));
    }
    match confined(mode, attack, prepare)? {
        // What cannot be done without a sandbox proves nothing.
        Verdict::Pass if !denied.is_empty() => {
            Ok(Verdict::Partly(format!("without a sandbox, too, is {denied}")))
        }
        verdict => Ok(verdict),
    }
}

/// Attacks inside of the sandbox only, where the attack without one is known to succeed.
pub fn confined(
    mode: Mode,
    attack: &str,
    prepare: impl Fn(&Place) -> io::Result<Prepared>,
) -> io::Result<Verdict> {
    let (harm, output) = attempt(mode, attack, &prepare)?;
    Ok(match harm {
        Some(harm) => Verdict::Fail(format!("the attack succeeded: {harm}")),
        None if output.lines().any(|line| line == DONE) => Verdict::Pass,
        None => Verdict::Fail(format!("the attacker did not come to its end: {output}")),
    })
}

fn attempt(
    mode: Mode,
    attack: &str,
    prepare: &impl Fn(&Place) -> io::Result<Prepared>,
) -> io::Result<(Option<String>, String)> {
    let place = Place::new()?;
    let prepared = prepare(&place)?;
    let program = this_program()?.to_string_lossy().into_owned();
    let mut argv = vec![program.as_str(), roles::ARGUMENT, "attack", attack];
    argv.extend(prepared.arguments.iter().map(String::as_str));
    let mut orders = place.orders(mode);
    orders.unreadable = prepared.unreadable;
    orders.cwd = prepared.cwd.unwrap_or(orders.cwd);
    let mut server = place.server(&orders, "run", &argv)?;
    server.stdin(prepared.stdin).envs(prepared.variables);
    let output = finish(server)?;
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text).into_owned();
    Ok(((prepared.harm)(&text), text))
}
