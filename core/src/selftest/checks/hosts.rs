//! Attacks that wait: what the user, the server or another program would run later.

use std::fs;
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::git::info;
use crate::selftest::picture::picture;
use crate::selftest::place::{Mode, Place, this_program};
use crate::selftest::roles;
use crate::selftest::trial::{Prepared, Verdict, attacked};

const SETTINGS: [&str; 6] = [".codex", ".agents", ".mcp.json", ".envrc", ".vscode", ".idea"];
const STARTUP_FILES: [&str; 9] = [
    ".bashrc",
    ".profile",
    ".zshenv",
    ".zshrc",
    ".ssh/authorized_keys",
    ".config/autostart/evil.desktop",
    ".config/systemd/user/evil.service",
    ".config/fish/config.fish",
    ".gitconfig",
];

/// What becomes of these names of the workspace if some of them are there already.
fn protected(place: &Place, names: &[&str], existing: &[&str]) -> io::Result<Prepared> {
    for name in existing {
        let path = place.path("ws").join(name);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(path, "mine")?;
    }
    let ws = place.path("ws");
    let seen =
        move |names: &[String]| -> Vec<String> { names.iter().map(|name| picture(&ws.join(name))).collect() };
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let before = seen(&names);
    Ok(Prepared::new(names.clone(), move |_| {
        let after = seen(&names);
        let changed =
            names.iter().zip(before.iter().zip(&after)).find(|(_, (before, after))| before != after);
        changed.map(|(name, (before, after))| format!("{name} was {before:?} and is {after:?}"))
    }))
}

/// One's own repository, that of a worktree, and one that does not exist yet.
pub fn repository(mode: Mode) -> io::Result<Verdict> {
    let existing: [&[&str]; 3] =
        [&[".git/config", ".git/hooks/pre-commit", ".git/info/attributes"], &[".git"], &[]];
    for existing in existing {
        let verdict = attacked(mode, "protected", |place| protected(place, &[".git"], existing))?;
        if !matches!(verdict, Verdict::Pass | Verdict::Partly(_)) {
            return Ok(verdict);
        }
    }
    Ok(Verdict::Pass)
}

/// The server reads repositories itself and starts no git in them.
pub fn servers_git(mode: Mode) -> io::Result<Verdict> {
    let place = Place::new()?;
    let program = this_program()?.to_string_lossy().into_owned();
    place.run(mode, &[&program, roles::ARGUMENT, "attack", "plant"])?;
    let ran = |place: &Place| place.path("ws/ran").exists();
    for folder in ["ws", "ws/nested", "ws/worktree"] {
        info::read(&place.path(folder));
    }
    if ran(&place) {
        return Ok(Verdict::Fail("the server ran a program of a repository".to_owned()));
    }
    match git_status(&place.path("ws/nested")) {
        Ok(()) if ran(&place) => Ok(Verdict::Pass),
        Ok(()) => Ok(Verdict::Unsupported("git does not run what was planted".to_owned())),
        Err(error) => Ok(Verdict::Unsupported(format!("there is no git to be misled: {error}"))),
    }
}

fn git_status(folder: &Path) -> io::Result<()> {
    let mut git = Command::new("git");
    git.args(["-c", "safe.directory=*", "status"]).current_dir(folder);
    git.stdout(Stdio::null()).stderr(Stdio::null()).status().map(drop)
}

pub fn project_settings(mode: Mode) -> io::Result<Verdict> {
    for existing in [&[".vscode/tasks.json", ".envrc", ".codex/config.toml"][..], &[]] {
        let verdict = attacked(mode, "protected", |place| protected(place, &SETTINGS, existing))?;
        if !matches!(verdict, Verdict::Pass | Verdict::Partly(_)) {
            return Ok(verdict);
        }
    }
    Ok(Verdict::Pass)
}

/// The user's home directory is the workspace.
pub fn startup_files(mode: Mode) -> io::Result<Verdict> {
    for existing in [&STARTUP_FILES[..], &[]] {
        let verdict = attacked(mode, "startup-files", |place| {
            let mut prepared = protected(place, &STARTUP_FILES, existing)?;
            prepared.variables = vec![("HOME", place.text("ws"))];
            Ok(prepared)
        })?;
        if !matches!(verdict, Verdict::Pass | Verdict::Partly(_)) {
            return Ok(verdict);
        }
    }
    Ok(Verdict::Pass)
}
