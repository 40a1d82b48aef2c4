//! What went wrong while walls were built: which step, and what the system said.

use std::fmt;
use std::io;
use std::path::Path;

/// A step that failed.
#[derive(Debug)]
pub struct Broken {
    step: String,
    source: io::Error,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.step, self.source)
    }
}

/// Names the step that a result belongs to.
pub trait Step<T> {
    fn step(self, step: &str) -> Result<T, Broken>;

    fn step_at(self, step: &str, path: &Path) -> Result<T, Broken>;
}

impl<T, E: Into<io::Error>> Step<T> for Result<T, E> {
    fn step(self, step: &str) -> Result<T, Broken> {
        self.map_err(|source| Broken { step: step.to_owned(), source: source.into() })
    }

    fn step_at(self, step: &str, path: &Path) -> Result<T, Broken> {
        self.map_err(|source| Broken { step: format!("{step} `{}`", path.display()), source: source.into() })
    }
}
