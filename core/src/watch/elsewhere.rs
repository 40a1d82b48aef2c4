//! Systems on which nothing is watched.

use std::convert::Infallible;
use std::io;

use super::{Change, Error};
use crate::base::paths::AbsolutePath;

/// There is none.
#[derive(Debug)]
pub struct Watcher(Infallible);

impl Watcher {
    pub fn new() -> Result<Self, Error> {
        Err(Error::NotHere)
    }

    pub fn watch(&mut self, _: &str, _: AbsolutePath) -> Result<(), Error> {
        match self.0 {}
    }

    pub fn unwatch(&mut self, _: &str) {
        match self.0 {}
    }

    pub async fn changed(&mut self) -> io::Result<()> {
        match self.0 {}
    }

    pub fn take(&mut self, _: impl Fn(&str) -> bool) -> Vec<Change> {
        match self.0 {}
    }
}
