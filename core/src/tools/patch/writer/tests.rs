//! What is on the disk after a job, and after one that fails.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::PathBuf;

use super::*;
use crate::base::digest::sha256;
use crate::tools::patch::job::{Expected, Then};

struct Scene {
    _folder: tempfile::TempDir,
    base: PathBuf,
}

impl Scene {
    /// With `a`, `b` and `c`, which hold their names.
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let base = folder.path().canonicalize().unwrap();
        for name in ["a", "b", "c"] {
            fs::write(base.join(name), name).unwrap();
        }
        Self { _folder: folder, base }
    }

    fn write(&self, name: &str, expected: Expected, content: &str) -> Step {
        let then = Then::Write { content: content.to_owned(), mode: None };
        Step { path: self.base.join(name), expected, then }
    }

    fn remove(&self, name: &str) -> Step {
        Step { path: self.base.join(name), expected: holds(name), then: Then::Remove }
    }

    /// All files with their contents, and all folders.
    fn all(&self) -> String {
        let mut found = Vec::new();
        let mut waiting = vec![self.base.clone()];
        while let Some(folder) = waiting.pop() {
            for entry in fs::read_dir(folder).unwrap().flatten() {
                let name = entry.path().strip_prefix(&self.base).unwrap().display().to_string();
                if entry.file_type().unwrap().is_dir() {
                    found.push(format!("{name}/"));
                    waiting.push(entry.path());
                } else {
                    found.push(format!("{name}={}", fs::read_to_string(entry.path()).unwrap_or_default()));
                }
            }
        }
        found.sort();
        found.join(" ")
    }

    fn carry_out(&self, steps: Vec<Step>) -> String {
        match carry_out(&Job { steps }) {
            Report::Done => "done".to_owned(),
            Report::Failed(failure) => {
                let name = failure.path.strip_prefix(&self.base).unwrap().display().to_string();
                format!("{name}: {} denied={} left={:?}", failure.why, failure.denied, failure.left)
            }
        }
    }
}

fn holds(content: &str) -> Expected {
    Expected::File { digest: sha256(content.as_bytes()) }
}

const CHANGED: &str = "it is not what it was when the patch was checked denied=false left=[]";

#[test]
fn files_are_made_changed_and_removed() {
    let scene = Scene::new();
    let steps = vec![
        scene.write("a", holds("a"), "A"),
        scene.remove("b"),
        scene.write("deep/er/new", Expected::Absent, "n"),
    ];
    assert_eq!(scene.carry_out(steps), "done");
    assert_eq!(scene.all(), "a=A c=c deep/ deep/er/ deep/er/new=n");
}

#[test]
fn what_is_not_what_was_checked_leaves_everything_as_it_was() {
    let scene = Scene::new();
    let before = scene.all();
    for last in [
        scene.write("c", holds("other"), "C"),
        scene.write("c", Expected::Absent, "C"),
        scene.write("none", holds("x"), "C"),
        Step { expected: holds("x"), ..scene.remove("c") },
    ] {
        let name = last.path.file_name().unwrap().to_str().unwrap().to_owned();
        let first = scene.write("a", holds("a"), "A");
        let new = scene.write("d/new", Expected::Absent, "n");
        assert_eq!(scene.carry_out(vec![first, new, scene.remove("b"), last]), format!("{name}: {CHANGED}"));
        assert_eq!(scene.all(), before);
    }
}

#[test]
fn what_changes_in_the_middle_is_noticed_and_the_rest_is_put_back() {
    let scene = Scene::new();
    let steps = vec![
        scene.write("a", holds("a"), "A"),
        scene.remove("b"),
        scene.write("d/new", Expected::Absent, "n"),
        scene.write("c", holds("c"), "C"),
    ];
    let mut attempt = Attempt::default();
    for Step { path, expected, then } in &steps {
        attempt.places.push(Place::prepare(&mut attempt.folders, path, expected, then).ok().unwrap());
    }
    fs::write(scene.base.join("c"), "somebody else was here").unwrap();
    let changed: Vec<bool> =
        attempt.places.iter_mut().map(|place| place.change(&mut attempt.folders).is_ok()).collect();
    assert_eq!(changed, [true, true, true, false]);
    assert_eq!(attempt.put_back(), []);
    assert_eq!(scene.all(), "a=a b=b c=somebody else was here");
}

#[test]
fn what_cannot_be_put_back_is_said() {
    let scene = Scene::new();
    let steps = [scene.remove("a"), scene.write("b", holds("b"), "B")];
    let mut attempt = Attempt::default();
    for Step { path, expected, then } in &steps {
        attempt.places.push(Place::prepare(&mut attempt.folders, path, expected, then).ok().unwrap());
    }
    attempt.places.iter_mut().for_each(|place| place.change(&mut attempt.folders).unwrap());
    fs::write(scene.base.join("a"), "in the way").unwrap();
    let left = attempt.put_back();
    assert_eq!(left.len(), 1, "{left:?}");
    assert_eq!(left[0].0, scene.base.join("a"));
    assert_eq!(fs::read_to_string(scene.base.join("b")).unwrap(), "b");
}

#[test]
fn modes_are_kept_and_new_files_get_the_usual_one() {
    let scene = Scene::new();
    let mode = |name: &str| fs::metadata(scene.base.join(name)).unwrap().permissions().mode() & 0o7777;
    fs::set_permissions(scene.base.join("a"), fs::Permissions::from_mode(0o750)).unwrap();
    let kept = Then::Write { content: "A".into(), mode: Some(0o750) };
    let steps = vec![
        Step { path: scene.base.join("a"), expected: holds("a"), then: kept },
        scene.write("new", Expected::Absent, "n"),
    ];
    assert_eq!(scene.carry_out(steps), "done");
    fs::write(scene.base.join("usual"), "").unwrap();
    assert_eq!((mode("a"), mode("new")), (0o750, mode("usual")));
}

#[test]
fn links_are_replaced_and_removed_as_what_they_are_and_never_followed() {
    let scene = Scene::new();
    symlink("a", scene.base.join("link")).unwrap();
    symlink(".", scene.base.join("here")).unwrap();
    let link = Expected::Link { digest: sha256(b"a") };
    assert_eq!(scene.carry_out(vec![scene.write("link", holds("a"), "x")]), format!("link: {CHANGED}"));
    let behind = scene.carry_out(vec![scene.write("here/a", holds("a"), "x")]);
    assert!(behind.contains("is a link or no directory"), "{behind}");
    assert_eq!(scene.carry_out(vec![scene.write("link", link.clone(), "x")]), "done");
    assert!(!scene.base.join("link").is_symlink());
    fs::remove_file(scene.base.join("link")).unwrap();
    symlink("a", scene.base.join("link")).unwrap();
    let remove = Step { path: scene.base.join("link"), expected: link, then: Then::Remove };
    assert_eq!(scene.carry_out(vec![remove]), "done");
    assert!(!scene.base.join("link").is_symlink());
    assert_eq!(fs::read_to_string(scene.base.join("a")).unwrap(), "a");
}

#[test]
fn the_slow_ways_do_the_same() {
    let scene = Scene::new();
    let folder = Folders::default().open(&scene.base).ok().unwrap();
    place::exchange_by_hand(&folder, "a".as_ref(), "b".as_ref()).unwrap();
    place::move_by_hand(&folder, "c".as_ref(), "d".as_ref()).unwrap();
    assert!(matches!(place::move_by_hand(&folder, "a".as_ref(), "b".as_ref()), Err(Fault::Changed)));
    assert_eq!(scene.all(), "a=b b=a d=c");
}

/// Somebody exchanges a folder and a link that leads outside, as fast as can be.
#[cfg(target_os = "linux")]
#[test]
fn a_folder_that_becomes_a_link_leads_nowhere() {
    use std::sync::atomic::{AtomicBool, Ordering};

    use rustix::fs::{CWD, RenameFlags, renameat_with};

    const ROUNDS: usize = 10_000;
    let (scene, outside) = (Scene::new(), tempfile::tempdir().unwrap());
    let (folder, link) = (scene.base.join("d"), scene.base.join("l"));
    // Links are dangerous at the end of a way and in its middle.
    for real in [&folder, outside.path()] {
        fs::create_dir_all(real.join("in")).unwrap();
    }
    symlink(outside.path(), &link).unwrap();
    let stop = AtomicBool::new(false);
    let (mut made, mut refused) = (0, 0);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(Ordering::Relaxed) {
                renameat_with(CWD, &folder, CWD, &link, RenameFlags::EXCHANGE).unwrap();
            }
        });
        for round in 0..ROUNDS {
            let name = if round % 2 == 0 { format!("d/{round}") } else { format!("d/in/{round}") };
            let step = scene.write(&name, Expected::Absent, "x");
            match carry_out(&Job { steps: vec![step] }) {
                Report::Done => made += 1,
                Report::Failed(_) => refused += 1,
            }
        }
        stop.store(true, Ordering::Relaxed);
    });
    let found = |folder: PathBuf| fs::read_dir(folder).unwrap().count();
    assert_eq!((found(outside.path().into()), found(outside.path().join("in"))), (1, 0));
    assert!(made > 0 && refused > 0, "{made} made, {refused} refused");
}
