//! What a watcher tells of real folders.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use super::*;
use crate::base::paths::AbsolutePath;

fn path(folder: &Path, name: &str) -> AbsolutePath {
    AbsolutePath::new(folder.join(name)).unwrap()
}

/// Waits for something; what is told, one line for each watch.
async fn told(watcher: &mut Watcher, folder: &Path) -> Vec<String> {
    watcher.changed().await.unwrap();
    let shown = |change: Change| {
        let name = |path: &PathBuf| path.strip_prefix(folder).unwrap().display().to_string();
        format!("{}: {}", change.id, change.paths.iter().map(name).collect::<Vec<_>>().join(" "))
    };
    watcher.take(|_| true).into_iter().map(shown).collect()
}

#[tokio::test]
async fn files_and_what_is_in_folders_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::create_dir_all(at("d/sub")).unwrap();
    fs::write(at("d/a"), "1").unwrap();
    symlink("d/a", at("link")).unwrap();
    let mut watcher = Watcher::new().unwrap();
    for (id, name) in [("folder", "d"), ("file", "d/a"), ("link", "link"), ("later", "x/y/z")] {
        watcher.watch(id, path(folder.path(), name)).unwrap();
    }
    fs::write(at("d/a"), "2").unwrap();
    let all = ["file: d/a", "folder: d/a", "link: link"];
    assert_eq!(told(&mut watcher, folder.path()).await, all);
    // Written anew beside it, and put in its place; and then it is still watched.
    fs::write(at("new"), "3").unwrap();
    fs::rename(at("new"), at("d/a")).unwrap();
    assert_eq!(told(&mut watcher, folder.path()).await, all);
    fs::write(at("d/a"), "4").unwrap();
    assert_eq!(told(&mut watcher, folder.path()).await, all);
    // What a link leads to comes back.
    fs::remove_file(at("d/a")).unwrap();
    assert_eq!(told(&mut watcher, folder.path()).await, all);
    fs::write(at("d/a"), "5").unwrap();
    assert_eq!(told(&mut watcher, folder.path()).await, all);
    // What is deeper is not told.
    fs::write(at("d/sub/b"), "").unwrap();
    fs::write(at("d/c"), "").unwrap();
    fs::rename(at("d/c"), at("d/e")).unwrap();
    assert_eq!(told(&mut watcher, folder.path()).await, ["folder: d/c d/e"]);
    // Folders that were not there.
    fs::create_dir_all(at("x/y")).unwrap();
    fs::write(at("x/y/z"), "").unwrap();
    assert_eq!(told(&mut watcher, folder.path()).await, ["later: x/y/z"]);
    fs::write(at("x/y/z"), "1").unwrap();
    assert_eq!(told(&mut watcher, folder.path()).await, ["later: x/y/z"]);
}

#[tokio::test]
async fn a_folder_that_is_removed_is_watched_when_it_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::create_dir_all(at("p/d")).unwrap();
    let mut watcher = Watcher::new().unwrap();
    watcher.watch("w", path(folder.path(), "p/d")).unwrap();
    fs::remove_dir_all(at("p")).unwrap();
    assert_eq!(told(&mut watcher, folder.path()).await, ["w: p/d"]);
    fs::create_dir_all(at("p/d")).unwrap();
    assert_eq!(told(&mut watcher, folder.path()).await, ["w: p/d"]);
    fs::write(at("p/d/a"), "").unwrap();
    assert_eq!(told(&mut watcher, folder.path()).await, ["w: p/d/a"]);
    // The folder around it gets another name.
    fs::rename(at("p"), at("q")).unwrap();
    assert_eq!(told(&mut watcher, folder.path()).await, ["w: p/d"]);
    fs::write(at("q/d/b"), "").unwrap();
    fs::create_dir_all(at("p/d")).unwrap();
    assert_eq!(told(&mut watcher, folder.path()).await, ["w: p/d"]);
}

#[tokio::test]
async fn a_watch_that_has_ended_tells_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut watcher = Watcher::new().unwrap();
    for id in ["one", "other"] {
        watcher.watch(id, path(folder.path(), "")).unwrap();
    }
    let again = watcher.watch("one", path(folder.path(), "x")).unwrap_err();
    assert_eq!(again.to_string(), "watchId already exists: one");
    fs::write(folder.path().join("a"), "").unwrap();
    watcher.unwatch("one");
    watcher.unwatch("one");
    assert_eq!(told(&mut watcher, folder.path()).await, ["other: a"]);
    watcher.unwatch("other");
    fs::write(folder.path().join("b"), "").unwrap();
    watcher.watch("third", path(folder.path(), "")).unwrap();
    fs::write(folder.path().join("c"), "").unwrap();
    assert_eq!(told(&mut watcher, folder.path()).await, ["third: c"]);
}

#[tokio::test]
async fn there_are_not_any_number_of_watches() {
    let folder = tempfile::tempdir().unwrap();
    let mut watcher = Watcher::new().unwrap();
    for number in 0..MOST_WATCHES {
        watcher.watch(&number.to_string(), path(folder.path(), &number.to_string())).unwrap();
    }
    assert!(matches!(watcher.watch("more", path(folder.path(), "more")), Err(Error::TooMany)));
    watcher.unwatch("0");
    watcher.watch("more", path(folder.path(), "more")).unwrap();
}
