//! This program, started again inside the sandbox to read something.

use std::io::{Read, Write};

use crate::tools::errand;
use crate::tools::files::job::{Answer, Job};
use crate::tools::files::{grep, image, list, text};

/// The argument by which the program knows that it is the reader.
pub const ARGUMENT: &str = "--codex-run-as-reader";

/// Must stand at the beginning of `main`, before any thread or runtime exists. Does nothing in the ordinary program;
/// in one that was started as the reader, does its work and never returns.
pub fn run_if_reader() {
    if errand::is_for(ARGUMENT) {
        let answered = answer().is_ok();
        std::process::exit(if answered { 0 } else { 1 });
    }
}

fn answer() -> std::io::Result<()> {
    let mut input = Vec::new();
    std::io::stdin().read_to_end(&mut input)?;
    let answer = carry_out(&serde_json::from_slice(&input)?);
    std::io::stdout().write_all(&serde_json::to_vec(&answer)?)
}

fn carry_out(job: &Job) -> Answer {
    let read = match job {
        Job::Image { path } => image::read(path).map(Answer::Image),
        Job::Text(job) => text::read(job).map(Answer::Text),
        Job::List { path, offset, limit, depth } => {
            list::list(path, *offset, *limit, *depth).map(Answer::Text)
        }
        Job::Grep { path, pattern, include, limit } => {
            grep::grep(path, pattern, include.as_deref(), *limit).map(Answer::Text)
        }
    };
    read.unwrap_or_else(Answer::Failed)
}
