//! Attacks by the environment and by other programs.

use std::io;

use super::files::untouched;
use crate::selftest::place::Mode;
use crate::selftest::trial::{Prepared, Verdict, as_told, attacked};

pub fn environment(mode: Mode) -> io::Result<Verdict> {
    attacked(mode, "environment", |place| {
        let mut prepared = Prepared::new(Vec::new(), as_told);
        // What programs write at home they write there.
        prepared.variables = vec![("HOME", place.text("ws"))];
        Ok(prepared)
    })
}

pub fn detours(mode: Mode) -> io::Result<Verdict> {
    attacked(mode, "detours", |place| Ok(untouched(place, "outside", vec![place.text("outside/file")])))
}
