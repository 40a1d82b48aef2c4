//! The rules of the house, as tests that read the sources. They run nothing and take less than a second.
//!
//! A rule whose subject is missing passes; the words of a failure say what to do. Exceptions are lists in the files
//! of the rules, each with its reason.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod crates;
mod layers;
mod readme;
mod sources;
mod style;
mod tables;

/// Fails with all findings, one per line.
fn report(rule: &str, findings: &[String]) {
    assert!(findings.is_empty(), "{rule}:\n  {}\n", findings.join("\n  "));
}
