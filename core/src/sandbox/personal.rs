//! What in the home directory of the user makes other programs run code, or lets others in.
//!
//! Matters where the home directory, or a part of it, is a writable folder: a command that writes a startup file there is
//! run outside of the sandbox the next time a terminal is opened. Links are followed as the programs would do it, and
//! are protected themselves; of what is missing, the first missing part is.

use std::fs;
use std::path::{Path, PathBuf};

use super::rules::PROTECTED_NAMES;

/// Files that programs carry out, or that name programs to be run.
const FILES: [&str; 34] = [
    ".bash_aliases",
    ".bash_login",
    ".bash_logout",
    ".bash_profile",
    ".bashrc",
    ".cargo/config.toml",
    ".cargo/env",
    ".cshrc",
    ".curlrc",
    ".direnvrc",
    ".exrc",
    ".forward",
    ".gdbinit",
    ".gitconfig",
    ".inputrc",
    ".kshrc",
    ".lldbinit",
    ".login",
    ".npmrc",
    ".pam_environment",
    ".profile",
    ".screenrc",
    ".tcshrc",
    ".tmux.conf",
    ".vimrc",
    ".xinitrc",
    ".xprofile",
    ".xsession",
    ".xsessionrc",
    ".zlogin",
    ".zlogout",
    ".zprofile",
    ".zshenv",
    ".zshrc",
];
/// Folders of such files, of keys, and of services.
const FOLDERS: [&str; 21] = [
    ".claude",
    ".config/autostart",
    ".config/autostart-scripts",
    ".config/direnv",
    ".config/environment.d",
    ".config/fish",
    ".config/git",
    ".config/nushell",
    ".config/nvim",
    ".config/plasma-workspace",
    ".config/systemd",
    ".config/zsh",
    ".cron",
    ".cursor",
    ".emacs.d",
    ".gnupg",
    ".local/share/applications",
    ".local/share/dbus-1",
    ".local/share/systemd",
    ".ssh",
    ".vim",
];

/// Folders of programs and their code. Where the folder around one of them is there, it is not to be made either.
const PROGRAMS: [&str; 4] = [".cargo/bin", ".gradle/init.d", ".local/bin", "bin"];
/// What matters as far as it is there: an empty one in its place would get in the way.
const EXISTING_FILES: [&str; 3] = [".aws/config", ".docker/config.json", ".kube/config"];
const EXISTING_FOLDERS: [&str; 4] = [".asdf", ".nvm", ".oh-my-zsh", ".pyenv"];
/// Each version of Python has a folder of modules in here, which it loads at every start.
const PYTHON: (&str, &str, &str) = (".local/lib", "python", "site-packages");

/// Places to protect. Where one is missing, something of its kind can stand for it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Personal {
    pub files: Vec<PathBuf>,
    pub folders: Vec<PathBuf>,
}

/// All of them that are known by their names, below the home directory.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    let all = FILES.into_iter().chain(FOLDERS).chain(PROGRAMS).chain(EXISTING_FILES).chain(EXISTING_FOLDERS);
    all.filter(|name| name.starts_with('.'))
}

#[derive(Clone, Copy)]
enum Kind {
    File,
    Folder,
}

/// The places of a home directory that lie in one of these folders and are not such a folder themselves: who makes one
/// of them writable by its own name means it. `programs` are folders in which the user's programs are looked for; they count
/// where all of the home directory is writable, since a workspace may well have such a folder for its own tools.
pub(super) fn places(home: &Path, programs: &[PathBuf], writable: &[PathBuf]) -> Personal {
    let mut places = Personal::default();
    let Ok(home) = fs::canonicalize(home) else { return places };
    if !writable.iter().any(|root| root.starts_with(&home) || home.starts_with(root)) {
        return places;
    }
    let files = FILES.iter().map(|name| (name, Kind::File));
    for (name, kind) in files.chain(FOLDERS.iter().chain(&PROTECTED_NAMES).map(|name| (name, Kind::Folder))) {
        follow(&home, Path::new(name), kind, &mut places);
    }
    let files = EXISTING_FILES.into_iter().map(|name| (name, Kind::File));
    let existing = files.chain(EXISTING_FOLDERS.into_iter().map(|name| (name, Kind::Folder)));
    let existing = existing.filter(|(name, _)| fs::symlink_metadata(home.join(name)).is_ok());
    let around = |name: &&str| home.join(name).parent().is_some_and(Path::is_dir);
    let programs_here = PROGRAMS.into_iter().filter(around).map(|name| (name, Kind::Folder));
    for (name, kind) in existing.chain(programs_here) {
        follow(&home, Path::new(name), kind, &mut places);
    }
    for name in python_folders(&home) {
        follow(&home, &name, Kind::Folder, &mut places);
    }
    if writable.iter().any(|root| home.starts_with(root)) {
        for folder in programs {
            add_programs(&home, folder, writable, &mut places);
        }
    }
    for list in [&mut places.files, &mut places.folders] {
        list.retain(|path| writable.iter().any(|root| path.starts_with(root)) && !writable.contains(path));
        list.sort();
        list.dedup();
    }
    places
}

/// Below the home directory.
fn python_folders(home: &Path) -> Vec<PathBuf> {
    let (around, version, folder) = PYTHON;
    let versions = fs::read_dir(home.join(around)).into_iter().flatten().flatten();
    let versions = versions.map(|entry| Path::new(around).join(entry.file_name()).join(folder));
    let is_python = |path: &PathBuf| {
        let name = path.parent().and_then(Path::file_name).unwrap_or_default();
        name.to_string_lossy().starts_with(version) && home.join(path).exists()
    };
    versions.filter(is_python).collect()
}

/// Adds a folder of programs below the home directory, unless that would protect what is meant to be written.
fn add_programs(home: &Path, folder: &Path, writable: &[PathBuf], places: &mut Personal) {
    let Ok(real) = fs::canonicalize(folder) else { return };
    let holds_more =
        |path: &Path| home.starts_with(path) || writable.iter().any(|root| root.starts_with(path));
    if !real.is_dir() || holds_more(&real) {
        return;
    }
    // A link is protected as well as where it leads.
    let around = folder.parent().and_then(|parent| fs::canonicalize(parent).ok());
    let named = around.zip(folder.file_name()).map(|(around, name)| around.join(name));
    match named.as_deref().map(|named| named.strip_prefix(home)) {
        Some(Ok(name)) => follow(home, name, Kind::Folder, places),
        _ => places.add(real, Kind::Folder),
    }
}

/// Adds where a name leads, with every link on the way.
fn follow(home: &Path, name: &Path, kind: Kind, places: &mut Personal) {
    let mut place = home.to_path_buf();
    let mut parts = name.components().peekable();
    while let Some(part) = parts.next() {
        let next = place.join(part);
        let kind = if parts.peek().is_some() { Kind::Folder } else { kind };
        match fs::symlink_metadata(&next) {
            Err(_) => return places.add(next, kind),
            Ok(found) if found.is_symlink() => {
                let target = target(&next);
                places.add(next, kind);
                match target {
                    Some(target) if target.exists() => place = target,
                    Some(target) => return places.add(target, kind),
                    None => return,
                }
            }
            Ok(_) => place = next,
        }
    }
    places.add(place, kind);
}

/// Where a link leads, even if there is nothing yet.
fn target(link: &Path) -> Option<PathBuf> {
    if let Ok(target) = fs::canonicalize(link) {
        return Some(target);
    }
    let target = link.parent()?.join(fs::read_link(link).ok()?);
    Some(fs::canonicalize(target.parent()?).ok()?.join(target.file_name()?))
}

impl Personal {
    fn add(&mut self, path: PathBuf, kind: Kind) {
        match kind {
            Kind::File => self.files.push(path),
            Kind::Folder => self.folders.push(path),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    fn home() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let base = folder.path().canonicalize().unwrap();
        for name in ["home/.config/fish", "home/.local/share", "elsewhere", "home/dotfiles/zsh"] {
            fs::create_dir_all(base.join(name)).unwrap();
        }
        (folder, base)
    }

    fn has(list: &[PathBuf], path: PathBuf) -> bool {
        list.contains(&path)
    }

    #[test]
    fn a_home_in_a_root_is_protected_and_one_elsewhere_does_not_matter() {
        let (_folder, base) = home();
        for root in [base.clone(), base.join("home")] {
            let places = places(&base.join("home"), &[], &[root]);
            assert!(has(&places.files, base.join("home/.bashrc")));
            assert!(has(&places.folders, base.join("home/.config/fish")));
            assert!(has(&places.folders, base.join("home/.config/systemd")));
            assert!(has(&places.folders, base.join("home/.cargo")), "the first missing part is a folder");
            assert!(!has(&places.files, base.join("home/.cargo/env")));
        }
        for root in ["elsewhere", "home/dotfiles", "home/.config/fish"] {
            assert_eq!(places(&base.join("home"), &[], &[base.join(root)]), Personal::default(), "{root}");
        }
        let places = places(&base.join("home"), &[], &[base.join("home/.config")]);
        assert!(places.files.is_empty() && has(&places.folders, base.join("home/.config/autostart")));
    }

    #[test]
    fn folders_of_programs_are_protected() {
        let (_folder, base) = home();
        let home = base.join("home");
        for name in [
            ".local/lib/python3.12/site-packages",
            ".local/lib/other",
            ".nvm",
            ".kube",
            "go/bin",
            "work/bin",
            "work/ws",
        ] {
            fs::create_dir_all(home.join(name)).unwrap();
        }
        fs::write(home.join(".kube/config"), "").unwrap();
        symlink("go/bin", home.join("linked")).unwrap();
        let programs =
            ["linked", "", "work", "missing", "../elsewhere", "work/bin"].map(|name| home.join(name));
        let found = places(&home, &programs, &[home.clone(), home.join("work/ws")]);
        for name in [
            ".local/lib/python3.12/site-packages",
            ".nvm",
            ".local/bin",
            "bin",
            "linked",
            "go/bin",
            "work/bin",
        ] {
            assert!(has(&found.folders, home.join(name)), "{name}");
        }
        for name in
            ["", "work", "missing", ".pyenv", ".gradle", ".gradle/init.d", ".local/lib", "../elsewhere"]
        {
            assert!(!has(&found.folders, home.join(name)), "{name}");
        }
        assert!(
            has(&found.files, home.join(".kube/config")) && has(&found.files, home.join(".bash_aliases"))
        );
        assert!(!has(&found.files, home.join(".docker/config.json")), "one that is missing");
        let found = places(&home, &programs, &[home.join("work")]);
        assert_eq!(found, Personal::default(), "a workspace has tools of its own");
    }

    #[test]
    fn links_are_followed_and_protected() {
        let (_folder, base) = home();
        let home = base.join("home");
        fs::write(home.join("dotfiles/bashrc"), "").unwrap();
        symlink("dotfiles/bashrc", home.join(".bashrc")).unwrap();
        symlink("dotfiles/missing", home.join(".zshrc")).unwrap();
        symlink("dotfiles/zsh", home.join(".config/zsh")).unwrap();
        symlink(base.join("elsewhere"), home.join(".ssh")).unwrap();
        symlink("loop", home.join("loop")).unwrap();
        symlink("loop", home.join(".vimrc")).unwrap();
        let places = places(&home, &[], std::slice::from_ref(&home));
        for name in [".bashrc", "dotfiles/bashrc", ".zshrc", "dotfiles/missing", ".vimrc"] {
            assert!(has(&places.files, home.join(name)), "{name}");
        }
        assert!(has(&places.folders, home.join(".ssh")), "the link itself");
        assert!(!has(&places.folders, base.join("elsewhere")), "what cannot be written anyway");
    }
}
