//! The files of a stored tree, as git lists them, and which of their names are obeyed.

use std::collections::BTreeMap;

/// What a file is, besides its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub kind: Kind,
    pub id: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    File,
    Program,
    Link,
}

impl Kind {
    fn of(mode: &[u8]) -> Option<Self> {
        match mode {
            b"100644" => Some(Self::File),
            b"100755" => Some(Self::Program),
            b"120000" => Some(Self::Link),
            // Other repositories are nobody's to change.
            _ => None,
        }
    }
}

pub type Tree = BTreeMap<Vec<u8>, Entry>;

/// What `ls-tree -r -z` prints. A name that leads out of the working tree, or into git's own files, is passed over.
pub fn parse(listed: &[u8]) -> Tree {
    let lines = listed.split(|byte| *byte == 0).filter(|line| !line.is_empty());
    lines.filter_map(entry).filter(|(path, _)| is_plain(path)).collect()
}

fn entry(line: &[u8]) -> Option<(Vec<u8>, Entry)> {
    let tab = line.iter().position(|byte| *byte == b'\t')?;
    let (facts, path) = (line.get(..tab)?, line.get(tab + 1..)?);
    let mut words = facts.split(|byte| *byte == b' ');
    let kind = Kind::of(words.next()?)?;
    let id = std::str::from_utf8(words.nth(1)?).ok()?.to_owned();
    Some((path.to_vec(), Entry { kind, id }))
}

/// Whether a path stays in the working tree, and out of git's folder.
pub fn is_plain(path: &[u8]) -> bool {
    path.split(|byte| *byte == b'/')
        .all(|part| !part.is_empty() && part != b"." && part != b".." && !part.eq_ignore_ascii_case(b".git"))
        && !path.contains(&0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_lead_elsewhere_are_passed_over() {
        let id = "0".repeat(40);
        let line = |mode: &str, path: &str| format!("{mode} blob {id}\t{path}\0");
        let listed = [
            line("100644", "a b"),
            line("100755", "x/run"),
            line("120000", "link"),
            line("160000", "module"),
            line("100644", ".git/config"),
            line("100644", "x/.GIT/config"),
            line("100644", "../out"),
            line("100644", "/etc/passwd"),
            line("100644", "a//b"),
        ];
        let tree = parse(listed.concat().as_bytes());
        let names: Vec<_> = tree.keys().map(|path| String::from_utf8_lossy(path).into_owned()).collect();
        assert_eq!(names, ["a b", "link", "x/run"]);
        assert_eq!(tree[b"x/run".as_slice()], Entry { kind: Kind::Program, id });
    }
}
