//! Branch, commit and origin of the repository that a directory belongs to.
//!
//! Git's files are read directly: nothing that a repository configures can run, and a hundred
//! conversations start without a hundred processes. Whatever is missing, too large or not as git
//! writes it counts as unknown; nothing here fails. Includes and URL rewriting of git's
//! configuration are not followed. Blocks, on small files only.

use std::io::{BufRead, BufReader, Read};
use std::path::{Component, Path, PathBuf};

use codex_protocol::git::GitInfo;

use crate::base::files::{open_regular, read_beginning};

/// Larger files of these kinds are not written by git.
const SMALL: usize = 64 * 1024;
const CONFIG: usize = 1024 * 1024;
const PACKED_REFS: u64 = 64 * 1024 * 1024;
/// How many references may refer to each other.
const DEEPEST: usize = 5;

/// The directory at or above this one that holds `.git`.
pub fn root_of(cwd: &Path) -> Option<&Path> {
    cwd.ancestors().find(|folder| folder.join(".git").symlink_metadata().is_ok())
}

/// None outside a repository.
pub fn read(cwd: &Path) -> Option<GitInfo> {
    let folders = Folders::of(root_of(cwd)?)?;
    let head = small(&folders.own.join("HEAD"))?;
    let target = symbolic(&head);
    let branch = target.and_then(|name| name.strip_prefix("refs/heads/"));
    let commit_hash = match target {
        Some(name) => folders.resolve(name),
        None => hash(&head),
    };
    Some(GitInfo {
        commit_hash,
        branch: branch.filter(|name| is_branch(name)).map(str::to_owned),
        repository_url: folders.origin(),
    })
}

/// Where git keeps its files: what belongs to a working tree alone, and what all of them share.
pub struct Folders {
    pub own: PathBuf,
    pub common: PathBuf,
}

impl Folders {
    pub fn of(root: &Path) -> Option<Self> {
        let dot_git = root.join(".git");
        let own = if dot_git.is_dir() {
            dot_git
        } else {
            let text = small(&dot_git)?;
            root.join(text.strip_prefix("gitdir:")?.trim())
        };
        let common = match small(&own.join("commondir")) {
            Some(text) => own.join(text.trim()),
            None => own.clone(),
        };
        Some(Self { own, common })
    }

    /// The commit that a reference stands for.
    fn resolve(&self, name: &str) -> Option<String> {
        let mut name = name.to_owned();
        for _ in 0..DEEPEST {
            if !name.starts_with("refs/") || !is_plain(&name) {
                return None;
            }
            let Some(text) = small(&self.own.join(&name)).or_else(|| small(&self.common.join(&name))) else {
                return self.packed(&name);
            };
            match symbolic(&text) {
                Some(next) => name = next.to_owned(),
                None => return hash(&text),
            }
        }
        None
    }

    /// References that git has gathered in one file.
    fn packed(&self, name: &str) -> Option<String> {
        let file = open_regular(&self.common.join("packed-refs")).ok()?;
        let lines = BufReader::new(file.take(PACKED_REFS)).split(b'\n');
        lines.map_while(Result::ok).find_map(|line| {
            let (commit, found) = std::str::from_utf8(&line).ok()?.trim_end().split_once(' ')?;
            (found == name).then(|| hash(commit))?
        })
    }

    fn origin(&self) -> Option<String> {
        let url = origin_url(&text(&self.common.join("config"), CONFIG)?)?;
        Some(without_password(&url))
    }
}

/// What `ref: …` refers to.
fn symbolic(text: &str) -> Option<&str> {
    Some(text.strip_prefix("ref:")?.trim()).filter(|name| !name.is_empty())
}

/// Repositories that keep their references in another way have `.invalid` in the place of a name.
fn is_branch(name: &str) -> bool {
    let forbidden = |letter: char| letter.is_whitespace() || letter.is_control();
    name != ".invalid" && name.len() <= 1024 && is_plain(name) && !name.contains(forbidden)
}

/// Whether a name stays below the folder that it is looked for in.
fn is_plain(name: &str) -> bool {
    Path::new(name).components().all(|part| matches!(part, Component::Normal(_)))
}

fn hash(text: &str) -> Option<String> {
    let text = text.trim();
    let known = matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    known.then(|| text.to_owned())
}

/// `url` of `[remote "origin"]`: the first one, as git takes it for fetching.
fn origin_url(config: &str) -> Option<String> {
    let mut inside = false;
    let mut lines = config.lines();
    while let Some(line) = lines.next() {
        let mut line = line.trim();
        if let Some(rest) = line.strip_prefix('[') {
            let (section, after) = rest.split_once(']')?;
            inside = is_origin(section);
            line = after.trim();
        }
        let Some((key, value)) = line.split_once('=').filter(|_| inside) else { continue };
        if key.trim().eq_ignore_ascii_case("url") {
            return Some(value_of(value, &mut lines)).filter(|url| !url.is_empty());
        }
    }
    None
}

fn is_origin(section: &str) -> bool {
    let mut words = section.split_whitespace();
    words.next().is_some_and(|word| word.eq_ignore_ascii_case("remote"))
        && words.next() == Some("\"origin\"")
        && words.next().is_none()
}

/// A value as git writes it: quotes, escapes, comments, lines that go on.
fn value_of<'a>(first: &'a str, lines: &mut impl Iterator<Item = &'a str>) -> String {
    let mut value = String::new();
    let mut quoted = false;
    let mut blanks = 0;
    let mut characters = first.trim_start().chars();
    while let Some(character) = characters.next() {
        let pushed = match character {
            '"' => {
                quoted = !quoted;
                blanks = 0;
                continue;
            }
            '#' | ';' if !quoted => break,
            '\\' => match characters.next() {
                Some('n') => '\n',
                Some('t') => '\t',
                Some(other) => other,
                None => {
                    characters = lines.next().unwrap_or_default().chars();
                    continue;
                }
            },
            other => other,
        };
        blanks = if pushed.is_whitespace() && !quoted { blanks + pushed.len_utf8() } else { 0 };
        value.push(pushed);
    }
    value.truncate(value.len() - blanks);
    value
}

/// People put tokens into the URLs of web servers; they are not for files and clients.
fn without_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let host_end = rest.find('/').unwrap_or(rest.len());
    match rest.get(..host_end).and_then(|authority| authority.rfind('@')) {
        Some(at) if scheme.to_ascii_lowercase().starts_with("http") => {
            format!("{scheme}://{}", rest.get(at + 1..).unwrap_or_default())
        }
        _ => url.to_owned(),
    }
}

fn small(path: &Path) -> Option<String> {
    text(path, SMALL)
}

fn text(path: &Path, limit: usize) -> Option<String> {
    String::from_utf8(read_beginning(path, limit).ok()?.bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMIT: &str = "747d35b121e2c76a3df349a0d826e1a7277822c2";

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        folder
    }

    /// Branch, first letters of the commit, origin.
    fn shown(folder: &tempfile::TempDir, cwd: &str) -> String {
        let Some(info) = read(&folder.path().join(cwd)) else { return "none".into() };
        let commit = info.commit_hash.as_deref().map_or("-", |commit| &commit[..4]);
        format!(
            "{} {commit} {}",
            info.branch.as_deref().unwrap_or("-"),
            info.repository_url.as_deref().unwrap_or("-")
        )
    }

    #[test]
    fn a_branch_a_commit_and_an_origin_are_found_from_below() {
        let config = "[core]\n\tbare = false\n[remote \"origin\"]\n\turl = https://example.com/a.git\n";
        let repository = folder(&[
            (".git/HEAD", "ref: refs/heads/feature/x\n"),
            (".git/refs/heads/feature/x", COMMIT),
            (".git/config", config),
            ("a/b/file", ""),
        ]);
        assert_eq!(shown(&repository, "a/b"), "feature/x 747d https://example.com/a.git");
        assert_eq!(root_of(&repository.path().join("a/b")), Some(repository.path()));
        assert_eq!(root_of(&repository.path().join("gone/deep")), Some(repository.path()));
    }

    #[test]
    fn unborn_detached_and_packed() {
        let unborn = folder(&[(".git/HEAD", "ref: refs/heads/main\n")]);
        assert_eq!(shown(&unborn, ""), "main - -");
        let detached = folder(&[(".git/HEAD", COMMIT)]);
        assert_eq!(shown(&detached, ""), "- 747d -");
        let packed = format!(
            "# pack-refs with: peeled\n{} refs/heads/other\n{COMMIT} refs/heads/main\n^{COMMIT}\n",
            "0".repeat(40)
        );
        let packed = folder(&[(".git/HEAD", "ref: refs/heads/main"), (".git/packed-refs", &packed)]);
        assert_eq!(shown(&packed, ""), "main 747d -");
        let reftable = folder(&[(".git/HEAD", "ref: refs/heads/.invalid\n")]);
        assert_eq!(shown(&reftable, ""), "- - -");
        assert_eq!(shown(&folder(&[(".git/other", "")]), ""), "none");
    }

    #[test]
    fn a_linked_working_tree_has_its_own_head_and_common_references() {
        let repository = folder(&[
            ("main/.git/HEAD", "ref: refs/heads/main"),
            ("main/.git/refs/heads/side", COMMIT),
            ("main/.git/config", "[remote \"origin\"]\nurl = git@example.com:a.git\n"),
            ("main/.git/worktrees/side/HEAD", "ref: refs/heads/side"),
            ("main/.git/worktrees/side/commondir", "../..\n"),
            ("side/.git", "gitdir: ../main/.git/worktrees/side\n"),
        ]);
        assert_eq!(shown(&repository, "side"), "side 747d git@example.com:a.git");
    }

    #[test]
    fn hostile_files_are_unknown() {
        let secret = folder(&[(".git/HEAD", "ref: refs/heads/../../../secret"), ("secret", COMMIT)]);
        assert_eq!(shown(&secret, ""), "- - -");
        let circle =
            folder(&[(".git/HEAD", "ref: refs/heads/a"), (".git/refs/heads/a", "ref: refs/heads/a")]);
        assert_eq!(shown(&circle, ""), "a - -");
        let words = folder(&[(".git/HEAD", "ref: refs/heads/a"), (".git/refs/heads/a", "password = 1")]);
        assert_eq!(shown(&words, ""), "a - -");
        let pipe = folder(&[(".git/x", "")]);
        let status = std::process::Command::new("mkfifo").arg(pipe.path().join(".git/HEAD")).status();
        assert!(status.is_ok_and(|status| status.success()));
        assert_eq!(shown(&pipe, ""), "none");
    }

    #[test]
    fn urls_are_read_as_git_writes_them() {
        let url = |config: &str| origin_url(config).unwrap_or_default();
        assert_eq!(url("[remote \"origin\"] url = \"a b\" # x"), "a b");
        assert_eq!(url("[remote \"origin\"]\n fetch = x\n URL=a;b"), "a");
        assert_eq!(url("[remote \"origin\"]\nurl = a\\\nb \\\"c\\\"  "), "ab \"c\"");
        assert_eq!(url("[remote \"fork\"]\nurl = a\n[Remote \"origin\"]\nurl = b\nurl = c"), "b");
        assert_eq!(url("[remote \"fork\"]\nurl = a\n[remote"), "");
        assert_eq!(url("[remote \"origin\"]\n[branch \"x\"]\nurl = a"), "");
    }

    #[test]
    fn passwords_stay_out() {
        for (url, kept) in [
            ("https://user:token@example.com/a@b", "https://example.com/a@b"),
            ("HTTP://token@example.com", "HTTP://example.com"),
            ("https://example.com/a@b", "https://example.com/a@b"),
            ("ssh://git@example.com/a", "ssh://git@example.com/a"),
            ("git@example.com:a.git", "git@example.com:a.git"),
            ("/local/path", "/local/path"),
        ] {
            assert_eq!(without_password(url), kept);
        }
    }
}
