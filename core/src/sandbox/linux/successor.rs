//! What programs read where a startup file is missing: another one.
//!
//! An empty file in the place of the missing one would end their search. So the next one that is there is shown in that
//! place, and what it says is done as without a sandbox.

use std::io;
use std::os::fd::OwnedFd;
use std::path::Path;

use rustix::fs::{FileType, fstat};

use super::exact::open_exact;
use super::stubs::is_stub_file;
use crate::sandbox::plan::Rules;

/// Which files are looked for in the same folder, in this order, until one is there.
const CHAINS: [&[&str]; 2] = [&[".bash_profile", ".bash_login", ".profile"], &[".tcshrc", ".cshrc"]];

/// The file to be shown at a path that was opened, if another one than the stub that is there.
pub fn of(path: &Path, place: &OwnedFd, rules: &Rules) -> io::Result<Option<OwnedFd>> {
    let Some(name) = path.file_name().and_then(|name| name.to_str()) else { return Ok(None) };
    let next = CHAINS.iter().find_map(|chain| {
        let at = chain.iter().position(|link| *link == name)?;
        chain.get(at + 1..)
    });
    if next.is_none_or(<[_]>::is_empty) || !is_stub(place)? {
        return Ok(None);
    }
    for next in next.into_iter().flatten() {
        let Ok(target) = path.with_file_name(next).canonicalize() else { continue };
        let mut hidden = rules.hidden.iter().chain(&rules.doors).chain(&rules.veiled);
        if hidden.any(|hidden| target.starts_with(hidden)) {
            continue;
        }
        let Ok(found) = open_exact(&target) else { continue };
        let is_file = FileType::from_raw_mode(fstat(&found)?.st_mode).is_file();
        if is_file && !is_stub(&found)? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

fn is_stub(file: &OwnedFd) -> io::Result<bool> {
    let found = fstat(file)?;
    Ok(is_stub_file(found.st_size.unsigned_abs(), found.st_mode))
}
