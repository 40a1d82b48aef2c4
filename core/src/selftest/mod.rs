//! Thirty attacks on the sandbox of this machine, made by this program on itself.
//!
//! What can be is made without a sandbox first, where it must succeed, and then inside of it. The judge stands outside and
//! looks at what was attacked. The parts of server and attacker are played by this program, started again.

mod attacks;
pub mod bystander;
pub mod checks;
mod obstacles;
pub mod picture;
pub mod place;
pub mod roles;
pub mod trial;

use std::path::Path;

use serde::Serialize;

use crate::sandbox::strength::{Gap, Strength};
use checks::{CHECKS, Check, Trial};
use place::Mode;
use trial::Verdict;

/// What came of all checks.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    pub strength: &'static str,
    pub checks: Vec<Line>,
}

/// What came of one.
#[derive(Clone, Debug, Serialize)]
pub struct Line {
    pub number: u8,
    pub name: &'static str,
    pub result: Outcome,
    /// Why it is no pass, or what of it could not be tried.
    pub reason: Option<String>,
    pub remedy: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    Pass,
    Fail,
    Unsupported,
}

impl Report {
    pub fn has_failed(&self) -> bool {
        self.checks.iter().any(|line| line.result == Outcome::Fail)
    }
}

/// Makes all checks in a strength of the sandbox, or in that which it has here; tells of each as it is done. Blocks
/// for some seconds.
pub fn run(wanted: Option<Mode>, home: &Path, mut tell: impl FnMut(&Line)) -> std::io::Result<Report> {
    let detected = Mode::Full.sandbox(home)?;
    let strength = match (wanted, detected.strength()) {
        (Some(Mode::Landlock), Strength::Full) => Mode::Landlock.sandbox(home)?.strength().clone(),
        (_, strength) => strength.clone(),
    };
    let (name, mode) = match (wanted, &strength) {
        (Some(Mode::Full), Strength::Full) | (None, Strength::Full) => ("full", Mode::Full),
        (Some(Mode::Full), _) => ("full", Mode::Full),
        (_, Strength::None { .. }) => ("none", Mode::Full),
        _ => ("landlock", Mode::Landlock),
    };
    let missing = match (&strength, mode) {
        (Strength::LandlockOnly { missing }, Mode::Landlock) => missing.as_slice(),
        _ => &[],
    };
    let absent = match (&strength, mode) {
        (Strength::None { reason, remedy }, _) => Some((reason.clone(), remedy.clone())),
        (Strength::LandlockOnly { missing }, Mode::Full) => Some(reason_of(missing)),
        _ => None,
    };
    let checks = CHECKS.iter().map(|check| {
        let line = match &absent {
            Some((reason, remedy)) => check.line(Outcome::Fail, Some(reason.clone()), Some(remedy.clone())),
            None => check.run(mode, missing),
        };
        tell(&line);
        line
    });
    Ok(Report { strength: name, checks: checks.collect() })
}

/// Why there are no namespaces, and what to do about it.
fn reason_of(missing: &[Gap]) -> (String, String) {
    let found = missing.iter().find_map(|gap| match gap {
        Gap::NotFull { reason, remedy } => Some((reason.clone(), remedy.clone())),
        _ => None,
    });
    found.unwrap_or_default()
}

impl Check {
    fn line(&self, result: Outcome, reason: Option<String>, remedy: Option<String>) -> Line {
        Line { number: self.number, name: self.name, result, reason, remedy }
    }

    /// Makes it. `missing` is what this strength is known to leave open.
    pub fn run(&self, mode: Mode, missing: &[Gap]) -> Line {
        let verdicts: Vec<(Verdict, &Trial)> =
            self.trials.iter().map(|trial| (trial.verdict(mode, missing), trial)).collect();
        let told = |wanted: fn(&Verdict) -> Option<&String>| {
            let texts = verdicts.iter().filter_map(|(verdict, trial)| Some((trial.what, wanted(verdict)?)));
            let texts: Vec<String> = texts
                .map(|(what, text)| if what.is_empty() { text.clone() } else { format!("{what}: {text}") })
                .collect();
            (!texts.is_empty()).then(|| texts.join("; "))
        };
        let failures = told(|verdict| match verdict {
            Verdict::Fail(text) => Some(text),
            _ => None,
        });
        let unsupported = told(|verdict| match verdict {
            Verdict::Unsupported(text) | Verdict::Partly(text) => Some(text),
            _ => None,
        });
        let is_open = verdicts.iter().any(|(_, trial)| trial.is_open(missing));
        let remedy = is_open.then(|| reason_of(missing).1);
        let passed =
            verdicts.iter().any(|(verdict, _)| matches!(verdict, Verdict::Pass | Verdict::Partly(_)));
        match failures {
            Some(_) => self.line(
                Outcome::Fail,
                failures,
                Some("do not run untrusted commands here, and report this with the output".to_owned()),
            ),
            // What is open is told of, even if other parts hold.
            None if passed && !is_open => self.line(Outcome::Pass, unsupported, None),
            None => self.line(Outcome::Unsupported, unsupported, remedy),
        }
    }
}

impl Trial {
    fn is_open(&self, missing: &[Gap]) -> bool {
        self.gap.as_ref().is_some_and(|gap| missing.contains(gap))
    }

    fn verdict(&self, mode: Mode, missing: &[Gap]) -> Verdict {
        if let Some(gap) = self.gap.as_ref().filter(|gap| missing.contains(gap)) {
            return Verdict::Unsupported(gap.to_string());
        }
        (self.run)(mode)
            .unwrap_or_else(|error| Verdict::Fail(format!("the check could not be made: {error}")))
    }
}
