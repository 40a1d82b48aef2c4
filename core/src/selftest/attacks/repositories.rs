//! What other programs read and then run: repositories, settings of projects, startup files.

use std::fs;
use std::io;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;

use super::tell;

/// Every way to make, change or replace a protected name.
pub fn make_protected(name: &str) -> io::Result<()> {
    tell(&format!("remove {name}"), fs::remove_dir_all(name).or_else(|_| fs::remove_file(name)));
    tell(&format!("folder {name}"), fs::create_dir_all(format!("{name}/sub")));
    for file in ["file", "config", "hooks/pre-commit", "info/attributes", "tasks.json"] {
        if let Some(folder) = Path::new(name).join(file).parent() {
            let _ = fs::create_dir_all(folder);
        }
        tell(&format!("{file} in {name}"), fs::write(format!("{name}/{file}"), "x"));
    }
    tell(&format!("file {name}"), fs::write(name, "x"));
    fs::create_dir_all("prepared/hooks")?;
    tell(&format!("exchange {name}"), fs::rename("prepared", name));
    let _ = fs::remove_dir_all("aside");
    tell(&format!("move {name} away"), fs::rename(name, "aside"));
    tell(&format!("link {name}"), symlink("prepared", name));
    Ok(())
}

/// Something that the user's shell or session would run.
pub fn write_startup_file(name: &str) {
    if let Some(folder) = Path::new(name).parent() {
        let _ = fs::create_dir_all(folder);
    }
    tell(name, fs::write(name, "evil"));
    let _ = fs::write("draft", "evil");
    tell(&format!("{name} by renaming"), fs::rename("draft", name));
}

/// A repository inside of the workspace, and one whose folder is elsewhere, that run a program when git looks at them.
pub fn plant() -> io::Result<()> {
    let marker = std::env::current_dir()?.join("ran");
    fs::write("evil", format!("#!/bin/sh\necho x > '{}'\n", marker.display()))?;
    fs::set_permissions("evil", fs::Permissions::from_mode(0o755))?;
    let evil = std::env::current_dir()?.join("evil");
    let config = format!(
        "[core]\n\trepositoryformatversion = 0\n\tfsmonitor = {0}\n\thooksPath = hooks\n[diff]\n\texternal = {0}\n\
         [filter \"evil\"]\n\tclean = {0}\n\tsmudge = {0}\n",
        evil.display()
    );
    for repository in ["nested/.git", "store"] {
        fs::create_dir_all(format!("{repository}/objects"))?;
        fs::create_dir_all(format!("{repository}/refs"))?;
        fs::write(format!("{repository}/HEAD"), "ref: refs/heads/main\n")?;
        fs::write(format!("{repository}/config"), &config)?;
    }
    fs::write("nested/.gitattributes", "* filter=evil\n")?;
    fs::write("nested/file", "x")?;
    fs::create_dir_all("worktree")?;
    fs::write("worktree/.git", "gitdir: ../store\n")
}
