//! Rules about commands that the user has written or allowed: which may run without asking and without the
//! sandbox, which need a question, which never run.
//!
//! They stand in `rules/*.rules` of the home directory and, for a project that the user trusts, in
//! `.codex/rules/*.rules` of its folders. Both are read again for each command, so that what has been allowed
//! or forbidden counts at once, in every thread and every process. A rule that allows counts only where the
//! words of a command are beyond doubt; one that asks or forbids also where they are found inside of something
//! else. A file with an error is left out, and as long as there is one nothing is allowed: what it forbids is
//! not known.

pub mod amend;
pub mod files;
pub mod judge;
pub mod language;
pub mod lexer;
pub mod proposal;
pub mod rule;
