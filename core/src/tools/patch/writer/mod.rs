//! Makes the changes of a patch: this program, started again inside the sandbox.
//!
//! It reads a [`Job`] and answers with a [`Report`]. No link is followed on the way to a file, so what is changed is what
//! was checked. New contents are written to the side first and all changes are then made by renaming, so that a
//! file is never half written; should a later one fail, the earlier ones are put back. It does not survive
//! being killed between two renames, and then old contents lie beside their files.

mod folder;
mod place;

use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use crate::tools::errand;
use crate::tools::patch::job::{Failure, Job, Report, Step};
use folder::{Fault, Folders};
use place::Place;

/// The argument by which the program knows that it is the writer.
pub const ARGUMENT: &str = "--codex-run-as-apply-patch";

/// Must stand at the beginning of `main`, before any thread or runtime exists. Does nothing in the ordinary program;
/// in one that was started as the writer, does its work and never returns.
pub fn run_if_writer() {
    if errand::is_for(ARGUMENT) {
        let written = answer().is_ok();
        std::process::exit(if written { 0 } else { 1 });
    }
}

fn answer() -> std::io::Result<()> {
    let mut input = Vec::new();
    std::io::stdin().read_to_end(&mut input)?;
    let job: Job = serde_json::from_slice(&input)?;
    let report = carry_out(&job);
    std::io::stdout().write_all(&serde_json::to_vec(&report)?)
}

/// Makes all changes, or none.
pub fn carry_out(job: &Job) -> Report {
    let mut attempt = Attempt::default();
    match attempt.make(job) {
        Ok(()) => {
            attempt.clear_away();
            Report::Done
        }
        Err((path, fault)) => {
            let left = attempt.put_back();
            Report::Failed(Failure { path, why: fault.to_string(), denied: fault.is_denied(), left })
        }
    }
}

/// What has been done so far.
#[derive(Default)]
struct Attempt {
    folders: Folders,
    places: Vec<Place>,
}

impl Attempt {
    fn make(&mut self, job: &Job) -> Result<(), (PathBuf, Fault)> {
        // Most of what can go wrong does so here, before any file is changed.
        for Step { path, expected, then } in &job.steps {
            let place = Place::prepare(&mut self.folders, path, expected, then);
            self.places.push(place.map_err(|fault| (path.clone(), fault))?);
        }
        for place in &mut self.places {
            let path = place.path().to_path_buf();
            place.change(&mut self.folders).map_err(|fault| (path, fault))?;
        }
        Ok(())
    }

    fn clear_away(&mut self) {
        for place in &mut self.places {
            place.forget(&mut self.folders);
        }
    }

    fn put_back(&mut self) -> Vec<(PathBuf, String)> {
        let mut left = Vec::new();
        for place in self.places.iter_mut().rev() {
            if let Err(fault) = place.put_back(&mut self.folders) {
                left.push((place.path().to_path_buf(), fault.to_string()));
            }
        }
        self.folders.remove_made();
        left
    }
}

/// The folder and the name of a path.
fn split(path: &Path) -> Result<(&Path, &std::ffi::OsStr), Fault> {
    path.parent().zip(path.file_name()).ok_or(Fault::NotAFile)
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
