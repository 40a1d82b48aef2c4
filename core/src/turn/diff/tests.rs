//! What the tracker prints, and that git prints the same.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::Command;

use expect_test::{Expect, expect};

use super::blob::Mode;
use super::*;

fn file(content: &str) -> Option<Blob> {
    Some(Blob::new(Mode::File, content.as_bytes()))
}

fn step(path: &str, before: Option<Blob>, after: Option<Blob>) -> FileStep {
    FileStep { path: Path::new("/r").join(path), before, after, moved_from: None }
}

fn moved(from: &str, to: &str, before: &str, after: &str) -> Vec<FileStep> {
    let to = FileStep { moved_from: Some(Path::new("/r").join(from)), ..step(to, None, file(after)) };
    vec![step(from, file(before), None), to]
}

fn tracker() -> TurnDiffTracker {
    let mut tracker = TurnDiffTracker::default();
    tracker.set_root(Path::new("/r"));
    tracker
}

fn check(steps: Vec<FileStep>, expected: Expect) {
    let mut tracker = tracker();
    tracker.record(steps);
    expected.assert_eq(&tracker.changed().unwrap_or_default());
}

#[test]
fn files_come_change_and_go() {
    check(
        vec![
            step("new", None, file("x\n")),
            step("a b", file("1\n2\n"), file("1\n3\n")),
            step("gone", file("y\n"), None),
            step("same", file("x\n"), file("x\n")),
        ],
        expect![[r#"
            diff --git a/a b b/a b
            index 1191247b6d9a206f6ba3d8ac79e26d041dd86941..2b2f2e1b9261c50c3816610eb3eb140fabf1745a 100644
            --- a/a b	
            +++ b/a b	
            @@ -1,2 +1,2 @@
             1
            -2
            +3
            diff --git a/gone b/gone
            deleted file mode 100644
            index 975fbec8256d3e8a3797e7a3611380f27c49f4ac..0000000000000000000000000000000000000000
            --- a/gone
            +++ /dev/null
            @@ -1 +0,0 @@
            -y
            diff --git a/new b/new
            new file mode 100644
            index 0000000000000000000000000000000000000000..587be6b4c3f93f93c489c0111bba5596147a26cb
            --- /dev/null
            +++ b/new
            @@ -0,0 +1 @@
            +x
        "#]],
    );
}

#[test]
fn a_moved_file_is_a_rename_while_it_is_alike() {
    check(
        moved("a", "b", "1\n2\n3\n4\n", "1\n2\n3\nx\n"),
        expect![[r#"
            diff --git a/a b/b
            similarity index 75%
            rename from a
            rename to b
            index 94ebaf900161394059478fd88aec30e59092a1d7..3098bcb6a1b76d4e24d6f391df6ea6852f0024a6 100644
            --- a/a
            +++ b/b
            @@ -1,4 +1,4 @@
             1
             2
             3
            -4
            +x
        "#]],
    );
    let mut tracker = tracker();
    tracker.record(moved("a", "b", "1\n2\n", "x\ny\n"));
    assert!(!tracker.changed().unwrap().contains("rename"));
}

#[test]
fn a_file_that_moves_on_comes_from_where_it_was_and_one_that_comes_back_has_not_moved() {
    let mut tracker = tracker();
    tracker.record(moved("a", "b", "1\n", "1\n"));
    tracker.record(moved("b", "c", "1\n", "1\n"));
    let diff = tracker.changed().unwrap();
    assert_eq!(diff, "diff --git a/a b/c\nsimilarity index 100%\nrename from a\nrename to c\n");
    tracker.record(moved("c", "a", "1\n", "1\n"));
    assert_eq!(tracker.changed().as_deref(), Some(""));
}

#[test]
fn it_is_told_only_when_it_is_another() {
    let mut tracker = tracker();
    assert_eq!(tracker.changed(), None);
    tracker.record(vec![step("a", file("1\n"), file("2\n"))]);
    assert!(tracker.changed().is_some());
    assert_eq!(tracker.changed(), None);
    tracker.update(Path::new("/r/a"), file("3\n"));
    assert!(tracker.changed().unwrap().contains("-1\n+3\n"));
    tracker.update(Path::new("/r/a"), file("1\n"));
    assert_eq!(tracker.changed().as_deref(), Some(""));
    tracker.update(Path::new("/r/unknown"), file("1\n"));
    assert_eq!(tracker.changed(), None);
}

#[test]
fn names_that_a_line_cannot_hold_are_quoted() {
    let mut tracker = tracker();
    tracker.record(vec![step("a\"\n\u{1}", None, file(""))]);
    assert!(tracker.changed().unwrap().starts_with("diff --git \"a/a\\\"\\n\\001\" \"b/a\\\"\\n\\001\"\n"));
}

fn git(folder: &Path, arguments: &[&str]) -> String {
    let mut command = Command::new("git");
    command.args(["-c", "user.name=t", "-c", "user.email=t@t", "-c", "core.quotePath=false"]).args(arguments);
    let output = command.current_dir(folder).env("HOME", folder).env("GIT_CONFIG_NOSYSTEM", "1").output();
    let output = output.expect("git is installed");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn blob(path: &Path) -> Option<Blob> {
    let meta = fs::symlink_metadata(path).ok()?;
    if meta.is_symlink() {
        return Some(Blob::new(Mode::Link, fs::read_link(path).unwrap().as_os_str().as_encoded_bytes()));
    }
    let mode = if meta.permissions().mode() & 0o100 != 0 { Mode::Executable } else { Mode::File };
    Some(Blob::new(mode, &fs::read(path).unwrap()))
}

/// Every kind of change at once, compared with what the real git says.
#[test]
fn it_is_what_git_prints() {
    let folder = tempfile::tempdir().unwrap();
    let base = folder.path().canonicalize().unwrap();
    let numbers =
        |from: u32, to: u32| (from..to).map(|line| format!("    line {line}\n")).collect::<String>();
    let write = |name: &str, content: &[u8]| fs::write(base.join(name), content).unwrap();
    git(&base, &["init", "-q"]);
    write("changed", numbers(0, 60).as_bytes());
    write("mode", b"x\n");
    write("mode and more", b"x\ny\n");
    write("gone", b"x\n");
    write("gone-empty", b"");
    write("binary", b"a\0b");
    write("no-end", b"a\nb");
    write("old name", numbers(0, 20).as_bytes());
    write("other", b"completely\ndifferent\n");
    write("becomes-link", b"x\n");
    write("a-b", b"1\n");
    fs::create_dir(base.join("a")).unwrap();
    write("a/b", b"1\n");
    git(&base, &["add", "-A"]);
    git(&base, &["commit", "-qm", "c"]);
    let names = [
        "changed",
        "mode",
        "mode and more",
        "gone",
        "gone-empty",
        "binary",
        "no-end",
        "old name",
        "other",
        "becomes-link",
        "a-b",
        "a/b",
        "new",
        "new-empty",
        "new name",
        "another",
        "new-binary",
        "ünïcode",
    ];
    let before: Vec<_> = names.iter().map(|name| blob(&base.join(name))).collect();
    write("changed", numbers(0, 60).replace("line 7\n", "line seven\n").replace("line 50\n", "").as_bytes());
    for name in ["mode", "mode and more"] {
        fs::set_permissions(base.join(name), fs::Permissions::from_mode(0o755)).unwrap();
    }
    write("mode and more", b"x\nz\n");
    for name in ["gone", "gone-empty", "old name", "other", "becomes-link"] {
        fs::remove_file(base.join(name)).unwrap();
    }
    write("binary", b"a\0c");
    write("no-end", b"a\nb\nc");
    write("new", b"1\n2\n");
    write("new-empty", b"");
    write("new name", numbers(0, 20).replace("line 3\n", "line three\n").as_bytes());
    write("another", b"nothing\nin\ncommon\n");
    write("new-binary", b"\0");
    write("ünïcode", b"1\n");
    write("a-b", b"2\n");
    write("a/b", b"2\n");
    symlink("changed", base.join("becomes-link")).unwrap();

    let mut tracker = TurnDiffTracker::default();
    tracker.set_root(&base);
    let from = |name: &str| match name {
        "new name" => Some(base.join("old name")),
        "another" => Some(base.join("other")),
        _ => None,
    };
    let steps = names.iter().zip(before).map(|(name, before)| FileStep {
        path: base.join(name),
        before,
        after: blob(&base.join(name)),
        moved_from: from(name),
    });
    tracker.record(steps.collect());
    git(&base, &["add", "-A"]);
    let expected = git(&base, &["diff", "--cached", "--full-index", "--no-color", "-M", "--no-ext-diff"]);
    // Git names the function around a hunk; clients need no such thing.
    let plain = |diff: &str| -> String {
        let line = |line: &str| match line.strip_prefix("@@ ").and_then(|rest| rest.split_once(" @@")) {
            Some((range, _)) => format!("@@ {range} @@\n"),
            None => format!("{line}\n"),
        };
        diff.lines().map(line).collect()
    };
    assert_eq!(plain(&tracker.changed().unwrap()), plain(&expected));
}
