//! A check: an attack that must succeed without a sandbox and fail in each of its strengths.
//!
//! Whether it succeeded is judged from outside wherever that is possible, by looking at what was attacked, and
//! not by what the attacker says.

use std::process::Stdio;

use crate::place::{CONFINED, Mode, Place, is_missing, this_program};
use crate::runner::Outcome;

/// An attack and the way to tell whether it worked.
pub struct Check {
    /// The name of the attack in `attacks`.
    pub attack: &'static str,
    pub prepare: fn(&Place) -> Prepared,
    /// Why a strength cannot stop it.
    pub open_in: fn(Mode) -> Option<&'static str>,
}

/// Looks at what was attacked and at what the attacker printed; says what harm was done.
pub type Judge = Box<dyn FnOnce(&str) -> Option<String>>;

/// Something to attack.
pub struct Prepared {
    /// What the attacker is told.
    pub arguments: Vec<String>,
    pub stdin: Stdio,
    pub harm: Judge,
}

impl Prepared {
    pub fn new(arguments: Vec<String>, harm: impl FnOnce(&str) -> Option<String> + 'static) -> Self {
        Self { arguments, stdin: Stdio::null(), harm: Box::new(harm) }
    }
}

/// Harm as the attacker tells it, for attacks that change nothing outside.
pub fn as_told(output: &str) -> Option<String> {
    let told: Vec<&str> = output.lines().filter(|line| line.starts_with("SUCCEEDED")).collect();
    (!told.is_empty()).then(|| told.join(", "))
}

pub fn nothing_open(_: Mode) -> Option<&'static str> {
    None
}

impl Check {
    pub fn run(&self) -> Outcome {
        let (harm, output) = self.attack(Mode::Bare);
        if harm.is_none() {
            return Outcome::Unsupported(format!(
                "the attack fails without a sandbox, too: {}",
                last_line(&output)
            ));
        }
        let mut unsupported = Vec::new();
        for mode in CONFINED {
            if let Some(reason) = is_missing(mode).or((self.open_in)(mode).map(String::from)) {
                unsupported.push(format!("{}: {reason}", mode.name()));
                continue;
            }
            let (harm, output) = self.attack(mode);
            assert_eq!(harm, None, "in mode {} the attack succeeded; it said:\n{output}", mode.name());
            assert!(
                output.contains("attacker:"),
                "the attacker did not run in mode {}:\n{output}",
                mode.name()
            );
        }
        Outcome::of_modes(CONFINED.len() - unsupported.len(), unsupported)
    }

    fn attack(&self, mode: Mode) -> (Option<String>, String) {
        let place = Place::new();
        let prepared = (self.prepare)(&place);
        let program = this_program();
        let mut argv = vec![program.to_str().unwrap(), "role", "attack", self.attack];
        argv.extend(prepared.arguments.iter().map(String::as_str));
        let output = place.run_with(mode, &argv, prepared.stdin);
        let text = [output.stdout, output.stderr].concat();
        let text = String::from_utf8_lossy(&text).into_owned();
        ((prepared.harm)(&text), text)
    }
}

fn last_line(text: &str) -> &str {
    text.lines().last().unwrap_or_default()
}
