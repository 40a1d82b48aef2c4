//! Servers that are started where something is missing or prepared against them.

use std::fs;
use std::io;
use std::os::unix::fs::{PermissionsExt as _, symlink};

use crate::selftest::obstacles::Obstacle;
use crate::selftest::picture::picture;
use crate::selftest::place::{Mode, Place, finish, this_program};
use crate::selftest::roles;
use crate::selftest::trial::Verdict;

/// What the server says of its sandbox, what its command said, and whether something outside has changed.
struct Seen {
    report: String,
    output: String,
    changed: bool,
}

fn see(place: &Place, mode: Mode, without: &[Obstacle], variables: &[(&str, String)]) -> io::Result<Seen> {
    let before = picture(&place.path("outside"));
    let mut orders = place.orders(mode);
    orders.without = without.to_vec();
    let run = |role: &str, argv: &[&str]| {
        let mut server = place.server(&orders, role, argv)?;
        server.envs(variables.iter().map(|(name, value)| (*name, value)));
        let output = finish(server)?;
        io::Result::Ok(String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
    };
    let program = this_program()?.to_string_lossy().into_owned();
    let report = run("report", &[])?;
    let output = run("run", &[&program, roles::ARGUMENT, "attack", "write", &place.text("outside")])?;
    Ok(Seen { report, output, changed: before != picture(&place.path("outside")) })
}

/// A verdict on what must hold, with all that was seen if it does not.
fn holds(seen: &Seen, claims: &[(&str, bool)]) -> Verdict {
    match claims.iter().find(|(_, holds)| !holds) {
        None => Verdict::Pass,
        Some((claim, _)) => Verdict::Fail(format!("not true: {claim}; {} {}", seen.report, seen.output)),
    }
}

pub fn without_namespaces(_: Mode) -> io::Result<Verdict> {
    let seen = see(&Place::new()?, Mode::Full, &[Obstacle::Namespaces], &[])?;
    if seen.report.starts_with("missing") {
        return Ok(Verdict::Unsupported("this kernel has no Landlock to fall back to".to_owned()));
    }
    Ok(holds(
        &seen,
        &[
            (
                "it is said why",
                seen.report.starts_with("limited") && seen.report.contains("full sandbox cannot be used"),
            ),
            ("the command runs", seen.output.contains("attacker:")),
            ("nothing outside has changed", !seen.changed),
        ],
    ))
}

pub fn without_both(_: Mode) -> io::Result<Verdict> {
    let seen = see(&Place::new()?, Mode::Full, &[Obstacle::Namespaces, Obstacle::Landlock], &[])?;
    Ok(holds(
        &seen,
        &[
            (
                "it is said what to do",
                seen.report.starts_with("missing") && seen.report.contains("user namespaces"),
            ),
            ("the command is refused", !seen.output.contains("attacker:")),
            ("nothing outside has changed", !seen.changed),
        ],
    ))
}

/// Programs in the way of those that a server might call, and folders that are links.
pub fn hostile_variables(mode: Mode) -> io::Result<Verdict> {
    let place = Place::new()?;
    let marker = place.path("ran");
    fs::create_dir(place.path("bin"))?;
    for name in ["true", "sh", "bash", "id", "mount", "unshare", "bwrap", "git", "uname", "newuidmap"] {
        let program = place.path("bin").join(name);
        fs::write(&program, format!("#!/bin/sh\necho {name} >> '{}'\n", marker.display()))?;
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755))?;
    }
    symlink("outside", place.path("temporary"))?;
    let variables = [
        ("PATH", place.text("bin")),
        ("TMPDIR", place.text("temporary")),
        ("LD_PRELOAD", place.text("outside/file")),
        ("LD_LIBRARY_PATH", place.text("bin")),
        ("SHELL", place.text("bin/sh")),
    ];
    let seen = see(&place, mode, &[], &variables)?;
    let ran = fs::read_to_string(&marker).unwrap_or_default();
    // The attacker itself calls nothing.
    Ok(holds(
        &seen,
        &[
            ("the command runs", seen.output.contains("attacker:")),
            ("nothing of the prepared programs ran", ran.is_empty()),
            ("nothing outside has changed", !seen.changed),
        ],
    ))
}

/// Protected names that are links, or lie behind one, to a place outside.
pub fn linked_parent(mode: Mode) -> io::Result<Verdict> {
    let place = Place::new()?;
    fs::create_dir(place.path("outside/git"))?;
    symlink("../outside/git", place.path("ws/.git"))?;
    symlink("../outside/missing", place.path("ws/.codex"))?;
    symlink("../outside", place.path("ws/.vscode"))?;
    let seen = see(&place, mode, &[], &[])?;
    let link = fs::read_link(place.path("ws/.git"))?;
    Ok(holds(
        &seen,
        &[
            ("the command runs or is refused", !seen.output.is_empty()),
            ("the link is as it was", link.ends_with("outside/git")),
            ("nothing outside has changed", !seen.changed),
        ],
    ))
}
