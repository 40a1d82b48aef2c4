//! Random turns in a repository that has everything: what undo brings back is what was there, byte for byte, and git's own
//! files are what they were. `CODEX_TEST_ROUNDS` says how many turns.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use tokio_util::sync::CancellationToken;

use super::LARGEST;
use super::testkit::{Bed, Files, git_in};

const ROUNDS: u64 = 20;
/// Names that are hard to read, and some of which are in the way of others.
const NAMES: [&str; 16] = [
    "a.txt",
    "b.bin",
    "dir/a",
    "dir/deep/er/b",
    "dir/deep",
    "with space",
    "tab\tand\nline",
    "\"quoted\" \\ name",
    "-dash",
    ":(top)magic",
    "*.glob",
    "Ümläut",
    "run.sh",
    "link",
    "dir2/x/y/z",
    "dir2",
];

/// Folders and files that are nobody's to bring back.
const APART: &str = "keep";

struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 16).unwrap() % limit
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }

    fn content(&mut self) -> Vec<u8> {
        let parts: [&[u8]; 6] = [b"line\n", b"line\r\n", b"$Id$\n", b"\0\xff\xfe", b"\xef\xbb\xbf", b"\t \r"];
        let count = self.below(8);
        (0..count).flat_map(|_| parts[self.below(parts.len())].to_vec()).collect()
    }
}

#[allow(clippy::disallowed_methods)] // tests have no configuration
fn rounds() -> u64 {
    std::env::var("CODEX_TEST_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(ROUNDS)
}

fn bed() -> Bed {
    let bed = Bed::unborn(&[
        (".gitignore", "*.log\n/keep/build/\n"),
        (".gitattributes", "*.txt text eol=crlf ident\n*.bin filter=none -text\n"),
        ("a.txt", "one\r\ntwo\n"),
        ("dir/a", "a"),
        ("run.sh", "#!/bin/sh\n"),
        ("keep/ignored.log", "1"),
        ("keep/build/out", "1"),
    ]);
    bed.git(&["config", "core.autocrlf", "true"]);
    let module = bed.outside("module");
    std::fs::create_dir(&module).unwrap();
    std::fs::write(module.join("inner"), "1").unwrap();
    git_in(&module, &["init", "-q", "-b", "main"]);
    git_in(&module, &["add", "-A"]);
    git_in(&module, &["commit", "-q", "-m", "module"]);
    bed.git(&["submodule", "--quiet", "add", module.to_str().unwrap(), "keep/module"]);
    bed.write("keep/nested/inner", "1");
    git_in(&bed.path("keep/nested"), &["init", "-q"]);
    bed.write("keep/large", vec![b'x'; usize::try_from(LARGEST).unwrap() + 1]);
    bed.git(&["add", ".gitignore", "a.txt", "dir", "run.sh"]);
    bed.git(&["commit", "-q", "-m", "first"]);
    bed
}

fn clear(path: &Path) {
    if path.symlink_metadata().is_ok_and(|meta| meta.is_dir()) {
        std::fs::remove_dir_all(path).unwrap();
    } else if path.symlink_metadata().is_ok() {
        std::fs::remove_file(path).unwrap();
    }
}

/// Makes room for a file of this name.
fn place(bed: &Bed, name: &str) -> PathBuf {
    let path = bed.path(name);
    for above in path.ancestors().skip(1).take_while(|above| above.starts_with(bed.work())) {
        if above.symlink_metadata().is_ok_and(|meta| !meta.is_dir()) {
            clear(above);
        }
    }
    clear(&path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    path
}

fn edit(bed: &Bed, random: &mut Random) {
    let name = random.pick(&NAMES);
    match random.below(10) {
        0..=3 => std::fs::write(place(bed, name), random.content()).unwrap(),
        4 => clear(&bed.path(name)),
        5 => symlink(random.pick(&["a.txt", "/etc/passwd", "keep", "..", "dangling"]), place(bed, name))
            .unwrap(),
        6 if bed.path(name).symlink_metadata().is_ok_and(|meta| meta.is_file()) => {
            let mode = [0o755, 0o644][random.below(2)];
            bed.mode(name, mode);
        }
        7 if bed.path(name).symlink_metadata().is_ok_and(|meta| meta.is_file()) => {
            let content = std::fs::read(bed.path(name)).unwrap();
            std::fs::write(bed.path(name), [content, random.content()].concat()).unwrap();
        }
        8 if bed.path(name).symlink_metadata().is_ok() => {
            let from = bed.outside("moved");
            std::fs::rename(bed.path(name), &from).unwrap();
            std::fs::rename(from, place(bed, random.pick(&NAMES))).unwrap();
        }
        _ => {
            let apart = ["keep/ignored.log", "keep/build/new", "keep/module/inner", "keep/nested/inner"];
            bed.write(random.pick(&apart), random.content());
            if random.below(8) == 0 {
                let size = usize::try_from(LARGEST).unwrap() + 2 + random.below(9);
                bed.write("keep/large", vec![b'y'; size]);
            }
        }
    }
}

/// What the user does between two turns.
fn users_work(bed: &Bed, random: &mut Random) {
    match random.below(4) {
        0 => edit(bed, random),
        1 => drop(bed.git(&["add", "-A", "--", ".", ":!keep"])),
        2 => drop(bed.git(&["commit", "-q", "--allow-empty", "-m", "more"])),
        _ => {}
    }
}

fn parted(bed: &Bed) -> (Files, Files) {
    bed.files().into_iter().partition(|(path, _)| path.starts_with(bed.path(APART)))
}

#[tokio::test]
async fn undo_brings_back_what_was_there() {
    let bed = bed();
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let mut taken = Vec::new();
    for round in 0..rounds() {
        users_work(&bed, &mut random);
        let (_, before) = parted(&bed);
        let own = bed.own_files();
        let commit = bed.snapshots.take(&bed.work()).await.unwrap();
        assert!(bed.own_files() == own, "git's own files after the snapshot of round {round}");
        for _ in 0..=random.below(8) {
            edit(&bed, &mut random);
        }
        let (apart, edited) = parted(&bed);
        if random.below(3) == 0 {
            // A turn that stays for now.
            taken.push((commit, before));
            continue;
        }
        let own = bed.own_files();
        let undone = bed.snapshots.undo(&commit, &CancellationToken::new()).await.unwrap();
        let (apart_after, after) = parted(&bed);
        assert_eq!(after, before, "round {round}: {undone:?}; edited: {:?}", edited.keys());
        assert!(apart_after == apart, "round {round}");
        assert!(bed.own_files() == own, "git's own files after round {round}");
        assert_eq!(undone.failed, []);
        if round % 20 == 19 {
            bed.git(&["fsck", "--strict", "--no-dangling"]);
        }
    }
    // And back through those that stayed, the last one first.
    while let Some((commit, before)) = taken.pop() {
        bed.snapshots.undo(&commit, &CancellationToken::new()).await.unwrap();
        assert_eq!(parted(&bed).1, before);
    }
    bed.git(&["fsck", "--strict", "--no-dangling"]);
}
