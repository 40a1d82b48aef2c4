//! Attacks by the environment and by other programs.

use std::io;

use super::files::untouched;
use super::kernel::simple;
use crate::selftest::place::Mode;
use crate::selftest::trial::{Verdict, attacked};

pub fn environment(mode: Mode) -> io::Result<Verdict> {
    simple(mode, "environment")
}

pub fn detours(mode: Mode) -> io::Result<Verdict> {
    attacked(mode, "detours", |place| Ok(untouched(place, "outside", vec![place.text("outside/file")])))
}
