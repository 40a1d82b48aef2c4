//! The checks of the self-test, each in both strengths.

use std::sync::atomic::Ordering;

use codex_core::sandbox::strength::Strength;
use codex_core::selftest::Outcome as Result;
use codex_core::selftest::checks::race::ROUNDS;
use codex_core::selftest::checks::{CHECKS, Check};

use crate::lifetime::rounds_wanted;
use crate::place::{CONFINED, Mode, Place, is_missing, sandbox};
use crate::runner::{Case, Outcome};

pub fn cases() -> Vec<Case> {
    ROUNDS.store(rounds_wanted().unwrap_or(500), Ordering::Relaxed);
    let case = |check: &'static Check| Case {
        name: format!("check {}: {}", check.number, check.name),
        run: Box::new(move || run(check)),
    };
    CHECKS.iter().map(case).collect()
}

fn run(check: &Check) -> Outcome {
    let (mut unsupported, mut tried) = (Vec::new(), 0);
    for mode in CONFINED {
        if let Some(reason) = is_missing(mode) {
            unsupported.push(format!("{}: {reason}", mode.name()));
            continue;
        }
        let missing = match (mode, sandbox(mode, &Place::new().path("home")).strength()) {
            (Mode::Landlock, Strength::LandlockOnly { missing }) => missing.clone(),
            _ => Vec::new(),
        };
        let line = check.run(mode, &missing);
        let reason = line.reason.unwrap_or_default();
        assert_ne!(line.result, Result::Fail, "{}: {reason}", mode.name());
        tried += usize::from(line.result == Result::Pass);
        if !reason.is_empty() {
            unsupported.push(format!("{}: {reason}", mode.name()));
        }
    }
    Outcome::of_modes(tried, unsupported)
}
