//! Commands that take more than their share.

use std::io;
use std::num::NonZero;

use crate::sandbox::limit::most_processes;
use crate::selftest::place::{Mode, Place, finish};
use crate::selftest::trial::{Prepared, Verdict, as_told, attacked};

/// So much output, in bytes, and what the server may need while it passes by, in KiB.
const OUTPUT: u64 = 128 * 1024 * 1024;
const ROOM: u64 = 96 * 1024;

/// Somewhat more than a command may have.
pub fn processes(mode: Mode) -> io::Result<Verdict> {
    let processors = std::thread::available_parallelism().map_or(1, NonZero::get);
    let many = most_processes(processors) + 500;
    attacked(mode, "multiply", |_| Ok(Prepared::new(vec![many.to_string()], as_told)))
}

/// The server keeps the ends of the output and its head.
pub fn output(mode: Mode) -> io::Result<Verdict> {
    let place = Place::new()?;
    let script = format!("head -c {OUTPUT} /dev/zero | tr '\\0' x");
    let output = finish(place.server(&place.orders(mode), "drown", &["/bin/sh", "-c", &script])?)?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let peak = text.lines().find_map(|line| line.strip_prefix("peak ")?.parse::<u64>().ok());
    Ok(match peak {
        Some(peak) if peak <= ROOM => Verdict::Pass,
        Some(peak) => Verdict::Fail(format!("the server needed {peak} KiB")),
        None => Verdict::Fail(format!("the output was not taken: {text}")),
    })
}

/// Short of memory, the kernel ends the command and not the server.
pub fn memory(mode: Mode) -> io::Result<Verdict> {
    attacked(mode, "be-killed-first", |_| {
        let own = std::fs::read_to_string("/proc/self/oom_score_adj")?;
        Ok(Prepared::new(vec![own.trim().to_owned()], as_told))
    })
}
