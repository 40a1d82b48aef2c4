//! A sandbox policy as rules about paths: what may be written, what never, what is never read.
//!
//! Looks at the file system only to find out where paths really lead. A root that is reached through a link
//! which an earlier command could have made is refused: following it would open whatever it points to.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use codex_protocol::policy::{SandboxPolicy, WorkspaceWrite};

use super::Error;
use super::command::CommandSpec;
use super::personal;
use super::plan::Rules;
use crate::base::paths::AbsolutePath;

/// In every writable root, whether they exist or not: what makes other programs run code or trust a folder.
pub(super) const PROTECTED_NAMES: [&str; 7] =
    [".git", ".codex", ".agents", ".mcp.json", ".envrc", ".vscode", ".idea"];
/// In the server's home directory: credentials, and what login shells have told.
const SECRETS: [&str; 4] = ["auth.json", "auth.json.new", ".credentials.json", LOGIN_SHELLS];
/// What login shells have told, of which a confined command sees what it begins with and nothing else.
pub(super) const LOGIN_SHELLS: &str = "login_shells";
/// Doors to programs that do what a command must not do itself.
const FOREIGN_DOORS: [&str; 15] = [
    "/run/docker.sock",
    "/run/docker",
    "/run/podman",
    "/run/containerd",
    "/run/crio",
    "/run/libvirt",
    "/run/snapd.socket",
    "/run/dbus",
    "/run/systemd/private",
    "/run/screen",
    "/run/tmux",
    "/run/user",
    "/var/lib/lxd/unix.socket",
    "/var/snap/lxd/common/lxd/unix.socket",
    "/tmp/.X11-unix",
];
/// Variables that name sockets, or the folder of sockets, of programs of this user.
const DOOR_VARIABLES: [&str; 8] = [
    "SSH_AUTH_SOCK",
    "XDG_RUNTIME_DIR",
    "DOCKER_HOST",
    "CONTAINER_HOST",
    "DBUS_SESSION_BUS_ADDRESS",
    "VSCODE_IPC_HOOK",
    "VSCODE_IPC_HOOK_CLI",
    "VSCODE_GIT_IPC_HANDLE",
];
/// A chain of links longer than this is a loop.
const MOST_LINKS: usize = 40;

/// What does not depend on the policy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Surroundings {
    pub helper: PathBuf,
    pub home: PathBuf,
    /// Sockets and their folders that variables of the server name: of agents, buses, displays.
    pub doors: Vec<PathBuf>,
    /// The home directory of the user, if it is known.
    pub user_home: Option<PathBuf>,
    /// Where the user's programs are looked for.
    pub programs: Vec<PathBuf>,
    /// What the configuration declares unreadable.
    pub unreadable: Vec<PathBuf>,
    /// The folder of the trusted project at hand. What it says counts, so that its protected names are guarded also
    /// where a root only contains it.
    pub project: Option<PathBuf>,
    /// Folders of other trusted projects, whose settings and rules count elsewhere.
    pub trusted: Vec<PathBuf>,
    /// The folder with what the login shell of the command has told, if it begins with that.
    pub snapshot: Option<PathBuf>,
}

/// The rules of a policy that restricts.
pub(super) fn rules(
    policy: &SandboxPolicy,
    cwd: &AbsolutePath,
    command: &CommandSpec,
    surroundings: &Surroundings,
) -> Result<Rules, Error> {
    let home = fs::canonicalize(&surroundings.home).unwrap_or_else(|_| surroundings.home.clone());
    let helper = fs::canonicalize(&surroundings.helper).unwrap_or_else(|_| surroundings.helper.clone());
    let nothing = WorkspaceWrite::default();
    let (writable, exceptions) = match policy {
        SandboxPolicy::WorkspaceWrite(write) => (writable_roots(write, cwd, command)?, write),
        SandboxPolicy::ReadOnly { .. }
        | SandboxPolicy::DangerFullAccess
        | SandboxPolicy::ExternalSandbox { .. } => (Vec::new(), &nothing),
    };
    let writable: Vec<PathBuf> = writable.into_iter().filter(|root| !root.starts_with(&home)).collect();

    let names = writable.iter().flat_map(|root| PROTECTED_NAMES.iter().map(|name| root.join(name)));
    let protected: Vec<PathBuf> = names.chain(names_of_projects(surroundings, &writable)).collect();
    let personal = surroundings
        .user_home
        .as_deref()
        .map(|home| personal::places(home, &surroundings.programs, &writable));
    let mut personal = personal.unwrap_or_default();
    for list in [&mut personal.files, &mut personal.folders] {
        // There it is read-only anyway, and nothing need stand for what is missing.
        list.retain(|path| !path.starts_with(&home));
    }
    let mut vital = targets(&protected);
    vital.extend([first_missing(&home), helper]);
    vital.extend(exceptions.read_only.iter().flat_map(|path| kept(cwd.join(path).as_path())));
    let of_policy = exceptions.unreadable.iter().map(|path| cwd.join(path).into_path_buf());
    let configured: Vec<PathBuf> = surroundings.unreadable.iter().cloned().chain(of_policy).collect();
    vital.extend(configured.iter().flat_map(|path| turnings(path)));
    vital.retain(|path| writable.iter().any(|root| path.starts_with(root)));
    let doors = FOREIGN_DOORS.iter().map(PathBuf::from);
    let doors =
        doors.chain(surroundings.doors.iter().cloned()).chain(doors_in(|name| variable(command, name)));
    let secrets = SECRETS.iter().map(|name| home.join(name));
    // It may be a link; then what it leads to is hidden, and the link itself does no harm.
    let linked = secrets.clone().filter(|path| path.is_symlink());
    let existing = |path: PathBuf| fs::canonicalize(path).ok();
    Ok(Rules {
        network: policy.has_network(),
        hidden: sorted(configured.into_iter().chain(linked).filter_map(existing)),
        doors: sorted(doors.filter_map(existing)),
        snapshot: surroundings
            .snapshot
            .as_ref()
            .and_then(|path| fs::canonicalize(path).ok())
            .filter(|path| path.parent().is_some_and(|folder| folder.starts_with(home.join(LOGIN_SHELLS)))),
        veiled: secrets.filter(|path| path.parent().is_some_and(Path::is_dir)).collect(),
        protected: sorted(protected),
        personal_files: personal.files,
        personal_folders: personal.folders,
        vital: sorted(vital),
        writable: sorted(writable),
    })
}

/// Protected names of trusted projects that lie in writable roots.
fn names_of_projects(surroundings: &Surroundings, writable: &[PathBuf]) -> Vec<PathBuf> {
    let own = surroundings.project.iter().map(|folder| (folder, &PROTECTED_NAMES[..]));
    let others = surroundings.trusted.iter().map(|folder| (folder, &[".codex"][..]));
    let within = |folder: &PathBuf| {
        let real = fs::canonicalize(folder).ok()?;
        (real.is_dir() && writable.iter().any(|root| real.starts_with(root))).then_some(real)
    };
    let names = own.chain(others).filter_map(|(folder, names)| Some((within(folder)?, names)));
    names.flat_map(|(folder, names)| names.iter().map(move |name| folder.join(name))).collect()
}

/// What is never read: secrets in the server's home, and what the configuration names.
pub(super) fn hidden(surroundings: &Surroundings) -> impl Iterator<Item = PathBuf> {
    let secrets = SECRETS.iter().map(|name| surroundings.home.join(name));
    secrets.chain(surroundings.unreadable.iter().cloned())
}

/// Sockets of agents and terminals of this user, as variables name them.
pub(super) fn doors_in<'v>(variable: impl Fn(&str) -> Option<&'v str>) -> Vec<PathBuf> {
    let path = |value: &str| {
        // As a path, as Docker writes it, or as D-Bus does.
        let value = value.strip_prefix("unix://").or(value.strip_prefix("unix:path=")).unwrap_or(value);
        PathBuf::from(value.split([',', ';']).next().unwrap_or_default())
    };
    let named = DOOR_VARIABLES.iter().filter_map(|name| variable(name)).map(path);
    let tmux = PathBuf::from(format!("/tmp/tmux-{}", rustix::process::getuid().as_raw()));
    named.filter(|path| path.is_absolute()).chain([tmux]).collect()
}

fn variable<'c>(command: &'c CommandSpec, name: &str) -> Option<&'c str> {
    command.env.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
}

/// The path, or of one that does not exist the first part that is missing.
fn first_missing(path: &Path) -> PathBuf {
    let missing = path.ancestors().take_while(|part| fs::symlink_metadata(part).is_err());
    missing.last().unwrap_or(path).to_path_buf()
}

/// What is not to be written at a path: what is there, with the last link on the way, or what is missing.
fn kept(path: &Path) -> Vec<PathBuf> {
    let within = path.parent().and_then(|parent| fs::canonicalize(parent).ok());
    let real = match (within, path.file_name()) {
        (Some(within), Some(name)) => within.join(name),
        _ => {
            let missing = first_missing(path);
            missing
                .parent()
                .and_then(|parent| fs::canonicalize(parent).ok())
                .map_or(missing.clone(), |parent| parent.join(missing.file_name().unwrap_or_default()))
        }
    };
    let target = fs::canonicalize(&real).ok().filter(|target| *target != real);
    [real].into_iter().chain(target).collect()
}

/// What decides where a path leads: the links on the way and the first part that is missing. Whoever could change them
/// could choose what is hidden next time.
fn turnings(path: &Path) -> Vec<PathBuf> {
    let (mut real, mut turnings) = (PathBuf::from("/"), Vec::new());
    let mut ahead = parts(path);
    while let Some(part) = ahead.pop() {
        if part == ".." {
            real.pop();
            continue;
        }
        let next = real.join(&part);
        match fs::symlink_metadata(&next) {
            Ok(found) if found.is_symlink() && turnings.len() < MOST_LINKS => {
                let Ok(target) = fs::read_link(&next) else { break };
                if target.is_absolute() {
                    real = PathBuf::from("/");
                }
                ahead.extend(parts(&target));
                turnings.push(next);
            }
            Ok(found) if found.is_symlink() => break,
            Ok(_) => real = next,
            Err(error) => {
                turnings.extend(match error.kind() {
                    io::ErrorKind::NotFound => Some(next),
                    // A file where a folder could be.
                    io::ErrorKind::NotADirectory => Some(real),
                    _ => None,
                });
                break;
            }
        }
    }
    turnings
}

fn sorted(paths: impl IntoIterator<Item = PathBuf>) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = paths.into_iter().collect();
    paths.sort();
    paths.dedup();
    paths
}

/// Where protected names lead if they are links, or files that name the true repository.
fn targets(protected: &[PathBuf]) -> Vec<PathBuf> {
    let mut targets = Vec::new();
    for path in protected {
        let Ok(meta) = fs::symlink_metadata(path) else { continue };
        if meta.is_symlink() {
            targets.extend(fs::canonicalize(path));
        } else if meta.is_file() && path.ends_with(".git") {
            targets.extend(git_folder(path));
        }
    }
    targets
}

/// The folder that a `.git` file points to.
fn git_folder(file: &Path) -> Option<PathBuf> {
    use std::io::Read;
    let mut text = String::new();
    fs::File::open(file).ok()?.take(4096).read_to_string(&mut text).ok()?;
    let folder = text.lines().next()?.strip_prefix("gitdir:")?.trim();
    fs::canonicalize(file.parent()?.join(folder)).ok()
}

/// The folders that may be written, as real paths.
fn writable_roots(
    write: &WorkspaceWrite,
    cwd: &AbsolutePath,
    command: &CommandSpec,
) -> Result<Vec<PathBuf>, Error> {
    let own = (!write.keep_cwd).then(|| Root::resolve(cwd.as_path()));
    let mut roots: Vec<Option<Root>> = own.into_iter().collect();
    roots.extend(write.writable_roots.iter().map(|root| Root::resolve(cwd.join(root).as_path())));
    if !write.exclude_slash_tmp {
        roots.push(Root::resolve(Path::new("/tmp")));
    }
    if !write.exclude_tmpdir_env_var {
        let tmpdir = command.env.iter().find(|(name, value)| name == "TMPDIR" && value.starts_with('/'));
        roots.extend(tmpdir.map(|(_, value)| Root::resolve(Path::new(value))));
    }
    // A root that does not exist cannot be written, which is no error; so it is left out.
    let roots: Vec<Root> = roots.into_iter().flatten().collect();
    for (index, root) in roots.iter().enumerate() {
        let others = || roots.iter().enumerate().filter(|(other, _)| *other != index).map(|(_, other)| other);
        let forged = root.links.iter().find(|link| others().any(|other| link.starts_with(&other.real)));
        let gains = !others().any(|other| root.real.starts_with(&other.real) && other.links.is_empty());
        if let Some(link) = forged.filter(|_| gains) {
            return Err(Error::Root {
                root: root.given.clone(),
                message: format!(
                    "it is reached through a link in `{}`, where commands may write, so the link may have been \
                     made to open something else; name the real path `{}` instead",
                    link.display(),
                    root.real.display()
                ),
            });
        }
    }
    Ok(roots.into_iter().map(|root| root.real).collect())
}

/// A writable root and how it is reached.
struct Root {
    given: PathBuf,
    real: PathBuf,
    /// The real folders in which links were followed on the way.
    links: Vec<PathBuf>,
}

impl Root {
    /// `None` if the path leads nowhere.
    fn resolve(given: &Path) -> Option<Self> {
        let mut root = Self { given: given.to_path_buf(), real: PathBuf::from("/"), links: Vec::new() };
        let mut ahead: Vec<OsString> = parts(given);
        while let Some(part) = ahead.pop() {
            if part == ".." {
                root.real.pop();
                continue;
            }
            let next = root.real.join(&part);
            if !fs::symlink_metadata(&next).ok()?.is_symlink() {
                root.real = next;
                continue;
            }
            root.links.push(root.real.clone());
            if root.links.len() > MOST_LINKS {
                return None;
            }
            let target = fs::read_link(&next).ok()?;
            if target.is_absolute() {
                root.real = PathBuf::from("/");
            }
            ahead.extend(parts(&target));
        }
        Some(root)
    }
}

/// The parts of a path that lead somewhere, the last one first.
fn parts(path: &Path) -> Vec<OsString> {
    let telling = |part: &Component<'_>| matches!(part, Component::Normal(_) | Component::ParentDir);
    path.components().filter(telling).map(|part| part.as_os_str().to_owned()).rev().collect()
}

#[cfg(test)]
#[path = "rules_tests.rs"]
mod tests;
