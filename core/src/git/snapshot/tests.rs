//! Snapshots of small repositories of every kind, with the real git.

use std::os::unix::fs::symlink;

use codex_protocol::git::GhostCommit;
use tokio_util::sync::CancellationToken;

use super::testkit::{Bed, git_in};
use super::{Failure, LARGEST, Snapshots, Undone};
use crate::base::spawn::TaskGroup;

async fn undo(bed: &Bed, commit: &GhostCommit) -> Undone {
    bed.snapshots.undo(commit, &CancellationToken::new()).await.unwrap()
}

#[tokio::test]
async fn what_was_changed_added_and_removed_comes_back() {
    let bed =
        Bed::new(&[("a", "a\n"), ("d/b", "b\n"), ("run", "#!/bin/sh\n"), ("gone", "gone"), ("file", "1")]);
    bed.write("untracked", "mine");
    symlink("a", bed.path("link")).unwrap();
    let (before, own) = (bed.files(), bed.own_files());
    let commit = bed.snapshots.take(&bed.work()).await.unwrap();
    assert_eq!(commit.parent.as_deref(), Some(bed.git(&["rev-parse", "HEAD"]).trim()));
    bed.write("a", "b\n");
    bed.write("untracked", "other");
    bed.write("new/deep/file", "new");
    bed.mode("run", 0o755);
    std::fs::remove_file(bed.path("gone")).unwrap();
    std::fs::remove_dir_all(bed.path("d")).unwrap();
    std::fs::remove_file(bed.path("link")).unwrap();
    symlink("elsewhere", bed.path("link")).unwrap();
    bed.write("d", "a file in the place of a folder");
    std::fs::remove_file(bed.path("file")).unwrap();
    std::fs::create_dir_all(bed.path("file/only/empty/folders")).unwrap();
    let changed = bed.files();
    let undone = undo(&bed, &commit).await;
    assert_eq!(bed.files(), before);
    assert!(!bed.path("new").exists());
    assert_eq!((undone.written, undone.removed), (7, 2));
    assert_eq!((undone.left, undone.failed), (vec![], vec![]));
    assert_eq!(bed.own_files(), own);
    bed.git(&["fsck", "--strict"]);
    // The state before the undo can be had back as well.
    bed.git(&["-c", "core.autocrlf=false", "restore", "--source", &undone.before, "--worktree", "."]);
    assert_eq!(bed.read("a"), "b\n");
    assert_eq!(bed.read("new/deep/file"), "new");
    assert_eq!(changed.len(), 6);
}

#[tokio::test]
async fn ignored_large_and_other_repositories_are_left_alone() {
    let bed = Bed::new(&[(".gitignore", "*.log\nbuild/\n"), ("a", "a")]);
    bed.write("old.log", "1");
    bed.write("forced.log", "tracked all the same");
    bed.git(&["add", "-f", "forced.log"]);
    bed.write("build/x", "1");
    bed.write("logs/old.log", "1");
    let large = vec![b'x'; usize::try_from(LARGEST).unwrap() + 1];
    bed.write("large", &large);
    bed.write("nested/inner", "1");
    git_in(&bed.path("nested"), &["init", "-q"]);
    let commit = bed.snapshots.take(&bed.work()).await.unwrap();
    bed.write("old.log", "2");
    bed.write("forced.log", "2");
    bed.write("new.log", "2");
    bed.write("logs/new", "2");
    bed.write("build/x", "2");
    bed.write("large", "small by now");
    bed.write("large too", &large);
    bed.write("nested/inner", "2");
    bed.write(".gitignore", "");
    let undone = undo(&bed, &commit).await;
    assert_eq!(bed.read(".gitignore"), "*.log\nbuild/\n");
    assert_eq!(bed.read("forced.log"), "tracked all the same");
    for kept in ["old.log", "build/x", "nested/inner"] {
        assert_eq!(bed.read(kept), "2", "{kept}");
    }
    assert_eq!(bed.read("large"), "small by now");
    let mut left: Vec<_> = undone.left.iter().map(|(name, _)| name.as_str()).collect();
    left.sort_unstable();
    assert_eq!(left, ["build/x", "large", "large too", "logs/old.log", "old.log"]);
    // Git ignored nothing at the time, so that it counted as new.
    assert_eq!(bed.read("new.log"), "(none)");
    assert_eq!((bed.read("logs/new"), bed.read("logs/old.log")), ("(none)".to_owned(), "1".to_owned()));
}

#[tokio::test]
async fn nothing_that_the_repository_names_is_run_and_no_byte_is_converted() {
    let bed = Bed::new(&[("a.txt", "one\r\ntwo\n"), ("b.bin", "x"), ("$Id", "$Id$\n")]);
    let mark = bed.outside("ran");
    let script = bed.outside("evil.sh");
    std::fs::write(&script, format!("#!/bin/sh\ntouch '{}'\ncat\n", mark.display())).unwrap();
    std::fs::set_permissions(&script, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let run = script.to_str().unwrap();
    for (key, value) in [
        ("core.fsmonitor", run),
        ("core.hooksPath", run),
        ("core.sshCommand", run),
        ("core.pager", run),
        ("core.editor", run),
        ("core.autocrlf", "true"),
        ("core.eol", "crlf"),
        ("diff.external", run),
        ("filter.evil.clean", run),
        ("filter.evil.smudge", run),
        ("filter.evil.process", run),
        ("filter.evil.required", "true"),
        ("gpg.program", run),
        ("commit.gpgSign", "true"),
        ("core.alternateRefsCommand", run),
        ("credential.helper", run),
    ] {
        std::fs::write(
            bed.path(".git/config"),
            format!(
                "{}\n[{}]\n\t{} = {value}\n",
                std::fs::read_to_string(bed.path(".git/config")).unwrap(),
                match key.rsplit_once('.').unwrap().0.split_once('.') {
                    Some((section, name)) => format!("{section} \"{name}\""),
                    None => key.split_once('.').unwrap().0.to_owned(),
                },
                key.rsplit_once('.').unwrap().1
            ),
        )
        .unwrap();
    }
    for hook in ["post-index-change", "pre-commit", "reference-transaction", "post-checkout", "post-commit"] {
        std::fs::copy(&script, bed.path(".git/hooks").join(hook)).unwrap();
    }
    bed.write(".gitattributes", "* filter=evil text eol=crlf ident working-tree-encoding=UTF-16\n");
    std::fs::create_dir_all(bed.path(".git/info")).unwrap();
    std::fs::write(bed.path(".git/info/attributes"), "* filter=evil diff=evil\n").unwrap();
    let before = bed.files();
    let commit = bed.snapshots.take(&bed.work()).await.unwrap();
    for name in ["a.txt", "b.bin", "$Id"] {
        bed.write(name, "changed\r\n\n");
    }
    undo(&bed, &commit).await;
    assert_eq!(bed.files(), before);
    assert!(!mark.exists(), "a program of the repository was run");
}

#[tokio::test]
async fn links_do_not_lead_out_of_the_repository() {
    let bed = Bed::new(&[("d/a", "a"), ("e/b", "b")]);
    std::fs::create_dir(bed.outside("secret")).unwrap();
    std::fs::write(bed.outside("secret/a"), "theirs").unwrap();
    let commit = bed.snapshots.take(&bed.work()).await.unwrap();
    std::fs::remove_dir_all(bed.path("d")).unwrap();
    symlink(bed.outside("secret"), bed.path("d")).unwrap();
    undo(&bed, &commit).await;
    assert_eq!(std::fs::read_to_string(bed.outside("secret/a")).unwrap(), "theirs");
    assert_eq!(bed.read("d/a"), "a");
    assert!(!bed.path("d").is_symlink());
    // A link that is ignored is nobody's to remove, so that nothing is written through it either.
    let commit = bed.snapshots.take(&bed.work()).await.unwrap();
    std::fs::remove_dir_all(bed.path("d")).unwrap();
    symlink(bed.outside("secret"), bed.path("d")).unwrap();
    std::fs::write(bed.path(".git/info/exclude"), "/d\n").unwrap();
    let undone = undo(&bed, &commit).await;
    assert_eq!(std::fs::read_to_string(bed.outside("secret/a")).unwrap(), "theirs");
    assert_eq!(undone.failed, [("d/a".to_owned(), "a folder on its path is a link".to_owned())]);
}

#[tokio::test]
async fn repositories_of_every_kind() {
    let unborn = Bed::unborn(&[("a", "1")]);
    let commit = unborn.snapshots.take(&unborn.work()).await.unwrap();
    unborn.write("a", "2");
    assert_eq!(undo(&unborn, &commit).await.written, 1);
    assert_eq!((unborn.read("a"), commit.parent), ("1".to_owned(), None));

    let broken = Bed::new(&[("a", "1")]);
    std::fs::write(broken.path(".git/refs/heads/main"), "rubbish\n").unwrap();
    let commit = broken.snapshots.take(&broken.work()).await.unwrap();
    broken.write("a", "2");
    undo(&broken, &commit).await;
    assert_eq!((broken.read("a"), commit.parent), ("1".to_owned(), None));

    let sha256 = Bed::plain(&[("a", "1")]);
    sha256.git(&["init", "-q", "--object-format=sha256"]);
    let commit = sha256.snapshots.take(&sha256.work()).await.unwrap();
    sha256.write("a", "2");
    undo(&sha256, &commit).await;
    assert_eq!((sha256.read("a"), commit.id.len()), ("1".to_owned(), 64));

    let main = Bed::new(&[("a", "1")]);
    main.git(&["worktree", "add", "-q", "../side"]);
    let commit = main.snapshots.take(&main.outside("side")).await.unwrap();
    std::fs::write(main.outside("side/a"), "2").unwrap();
    main.write("a", "2");
    undo(&main, &commit).await;
    assert_eq!(std::fs::read_to_string(main.outside("side/a")).unwrap(), "1");
    assert_eq!(main.read("a"), "2");

    let sparse = Bed::new(&[("in/a", "1"), ("out/b", "1")]);
    sparse.git(&["sparse-checkout", "set", "in"]);
    assert!(!sparse.path("out").exists());
    let commit = sparse.snapshots.take(&sparse.work()).await.unwrap();
    sparse.write("in/a", "2");
    sparse.write("out/b", "made again");
    undo(&sparse, &commit).await;
    assert_eq!((sparse.read("in/a"), sparse.read("out/b")), ("1".to_owned(), "(none)".to_owned()));
}

#[tokio::test]
async fn only_the_folder_itself_is_brought_back() {
    let bed = Bed::new(&[("sub/a", "1"), ("subway", "1"), ("other/b", "1")]);
    let commit = bed.snapshots.take(&bed.path("sub")).await.unwrap();
    for name in ["subway", "other/b", "sub/new"] {
        bed.write(name, "2");
    }
    std::fs::remove_dir_all(bed.path("sub")).unwrap();
    let undone = undo(&bed, &commit).await;
    assert_eq!((bed.read("sub/a"), bed.read("sub/new")), ("1".to_owned(), "(none)".to_owned()));
    assert_eq!((bed.read("subway"), bed.read("other/b")), ("2".to_owned(), "2".to_owned()));
    assert_eq!((undone.written, undone.removed), (1, 0));
}

#[tokio::test]
async fn what_cannot_be_done_is_said_and_changes_nothing() {
    let said = |failure: Failure| failure.to_string();
    let plain = Bed::plain(&[("a", "1")]);
    let failure = plain.snapshots.take(&plain.work()).await.unwrap_err();
    assert!(failure.is_usual() && said(failure).ends_with("is in no git repository with a working tree"));
    plain.git(&["init", "-q", "--bare", "."]);
    assert!(plain.snapshots.take(&plain.work()).await.unwrap_err().is_usual());

    let bed = Bed::new(&[("a", "1")]);
    let nowhere = [("PATH", "/nonexistent")].into_iter().collect();
    let without_git = Snapshots::new(&bed.outside("home"), &nowhere, &TaskGroup::new());
    let failure = without_git.take(&bed.work()).await.unwrap_err();
    assert!(failure.is_usual() && said(failure).starts_with("git cannot be run"));
    let commit = bed.snapshots.take(&bed.work()).await.unwrap();
    bed.write("a", "2");
    let with = |change: &dyn Fn(&mut GhostCommit)| {
        let mut commit = commit.clone();
        change(&mut commit);
        commit
    };
    for (commit, expected) in [
        (with(&|commit| commit.id = "0".repeat(40)), "is not in the repository any more"),
        (with(&|commit| commit.id = "--output=x".into()), "is damaged"),
        (with(&|commit| commit.folder = Some("../home".into())), "is damaged"),
        (with(&|commit| commit.root = None), "another program"),
        (with(&|commit| commit.root = Some("/nonexistent".into())), "No such file"),
    ] {
        let failure = bed.snapshots.undo(&commit, &CancellationToken::new()).await.unwrap_err();
        assert!(said(failure).contains(expected), "{expected}");
    }
    let blob = bed.git(&["rev-parse", "HEAD:a"]);
    let (first, rest) = blob.trim().split_at(2);
    std::fs::remove_file(bed.path(&format!(".git/objects/{first}/{rest}"))).unwrap();
    let failure = bed.snapshots.undo(&commit, &CancellationToken::new()).await.unwrap_err();
    assert!(said(failure).contains("nothing was changed"));
    assert_eq!(bed.read("a"), "2");

    let cancelled = CancellationToken::new();
    cancelled.cancel();
    let bed = Bed::new(&[("a", "1")]);
    let commit = bed.snapshots.take(&bed.work()).await.unwrap();
    bed.write("a", "2");
    assert!(matches!(bed.snapshots.undo(&commit, &cancelled).await, Err(Failure::Cancelled)));
    assert_eq!(bed.read("a"), "2");
}

#[tokio::test]
async fn objects_that_are_kept_elsewhere_are_not_added_to() {
    let bed = Bed::new(&[("a", "1")]);
    std::fs::rename(bed.path(".git/objects"), bed.outside("objects")).unwrap();
    symlink(bed.outside("objects"), bed.path(".git/objects")).unwrap();
    let failure = bed.snapshots.take(&bed.work()).await.unwrap_err();
    assert!(failure.to_string().contains("another place"), "{failure}");
}

#[tokio::test(start_paused = true)]
async fn it_takes_no_longer_than_it_may() {
    let bed = Bed::new(&[("a", "1")]);
    std::fs::remove_file(bed.path(".git/info/exclude")).unwrap();
    // Git waits here for somebody who writes.
    let mode = rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR;
    let kind = rustix::fs::FileType::Fifo;
    rustix::fs::mknodat(rustix::fs::CWD, bed.path(".git/info/exclude"), kind, mode, 0).unwrap();
    let failure = bed.snapshots.take(&bed.work()).await.unwrap_err();
    assert!(matches!(failure, Failure::Late), "{failure}");
}

#[tokio::test]
async fn a_folder_in_the_place_of_a_tracked_file_is_what_is_in_it() {
    let bed = Bed::new(&[("a", "tracked as a file")]);
    std::fs::remove_file(bed.path("a")).unwrap();
    bed.write("a/b", "1");
    let before = bed.files();
    let commit = bed.snapshots.take(&bed.work()).await.unwrap();
    std::fs::remove_dir_all(bed.path("a")).unwrap();
    bed.write("a", "a file again");
    let undone = undo(&bed, &commit).await;
    assert_eq!((bed.files(), undone.left, undone.failed), (before, vec![], vec![]));
}

#[tokio::test]
async fn a_repository_behind_a_link_is_one() {
    let bed = Bed::new(&[("a", "1")]);
    std::fs::rename(bed.path(".git"), bed.outside("elsewhere.git")).unwrap();
    symlink(bed.outside("elsewhere.git"), bed.path(".git")).unwrap();
    let commit = bed.snapshots.take(&bed.work()).await.unwrap();
    bed.write("a", "2");
    undo(&bed, &commit).await;
    assert_eq!(bed.read("a"), "1");
}

#[tokio::test]
async fn a_repository_of_somebody_else_is_left_alone() {
    let bed = Bed::new(&[("a", "1")]);
    let somebody = Some(rustix::fs::Uid::from_raw(12345));
    if rustix::fs::chown(bed.path(".git"), somebody, None).is_err() {
        // Only root can give files away.
        return;
    }
    rustix::fs::chown(bed.work(), somebody, None).unwrap();
    let failure = bed.snapshots.take(&bed.work()).await.unwrap_err();
    assert!(failure.to_string().contains("dubious ownership"), "{failure}");
}
