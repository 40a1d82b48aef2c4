//! Whole searches in small trees.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use super::index::{Index, Progress, Search};
use super::*;

fn tree(names: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in names {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "x").unwrap();
    }
    folder
}

fn root(path: &Path) -> Root {
    Root { path: AbsolutePath::new(path).unwrap(), name: path.display().to_string() }
}

fn shown(hits: &[Hit]) -> Vec<String> {
    let text = |hit: &Hit| {
        let folder = if hit.is_folder { "/" } else { "" };
        let indices: Vec<String> = hit.indices.iter().map(u32::to_string).collect();
        format!("{} {}{folder} {}", hit.score, hit.path, indices.join(","))
    };
    hits.iter().map(text).collect()
}

/// Both ways to search agree.
fn search(folder: &Path, text: &str) -> Vec<String> {
    let roots = [root(folder)];
    let index = Index::default();
    index.fill(&roots, &Stop::default());
    let progress = Search::new(text).go_on(&index, &Stop::default()).unwrap();
    assert!(progress.complete);
    let Some(query) = Query::new(text) else {
        assert_eq!(progress.hits, []);
        return Vec::new();
    };
    let hits = find(&roots, &query, &Stop::default());
    assert_eq!(hits, progress.hits);
    shown(&hits)
}

#[test]
fn names_count_more_than_paths_and_whole_names_most() {
    let folder = tree(&[
        "abc/a_x_b_x_c.txt",
        "foo/main.rs/x",
        "d/Main",
        "main",
        "MAIN.rs",
        "srcmain.txt",
        "x/mai/n.txt",
    ]);
    let search = |text: &str| search(folder.path(), text);
    assert_eq!(search("abc"), ["131156 abc/ 0,1,2", "65608 abc/a_x_b_x_c.txt 4,8,12"]);
    let main = [
        "196717 d/Main 2,3,4,5",
        "196717 main 0,1,2,3",
        "65645 MAIN.rs 0,1,2,3",
        "65612 srcmain.txt 3,4,5,6",
        "109 foo/main.rs/ 4,5,6,7",
        "109 foo/main.rs/x 4,5,6,7",
        "106 x/mai/n.txt 2,3,4,6",
    ];
    assert_eq!(search("Main"), main);
    assert_eq!(search(" main "), main);
    assert_eq!(search("foo/main"), ["209 foo/main.rs/ 0,1,2,3,4,5,6,7", "209 foo/main.rs/x 0,1,2,3,4,5,6,7"]);
    assert_eq!(search("x rs"), search("rs x"));
    assert_eq!(search("txt$ !src ^abc"), ["164 abc/a_x_b_x_c.txt 0,1,2,14,15,16"]);
    assert_eq!(search("zz"), [""; 0]);
    for nothing in ["", " ", "$"] {
        assert_eq!(search(nothing), [""; 0]);
    }
}

#[test]
fn letters_with_accents_are_found_without_them() {
    let folder = tree(&["ünïcode/straße.txt"]);
    assert_eq!(
        search(folder.path(), "unicode"),
        ["131256 ünïcode/ 0,1,2,3,4,5,6", "184 ünïcode/straße.txt 0,1,2,3,4,5,6"]
    );
    assert_eq!(search(folder.path(), "txt"), ["65616 ünïcode/straße.txt 15,16,17"]);
}

fn paths(folder: &Path, text: &str) -> Vec<String> {
    let query = Query::new(text).unwrap();
    let hits = find(&[root(folder)], &query, &Stop::default());
    let mut paths: Vec<String> = hits.into_iter().map(|hit| hit.path).collect();
    paths.sort();
    paths
}

#[test]
fn lists_of_ignored_files_are_heeded() {
    let folder =
        tree(&["a.txt", "b.txt", "docs/c.txt", "sub/d.txt", "sub/a.txt", ".hidden/e.txt", "sub/f.txt"]);
    fs::write(folder.path().join(".gitignore"), "a.txt\n/sub/d.txt\n").unwrap();
    fs::write(folder.path().join("sub/.gitignore"), "!a.txt\n").unwrap();
    fs::write(folder.path().join(".ignore"), "docs\n").unwrap();
    // Without a repository git's lists say nothing.
    assert_eq!(
        paths(folder.path(), "'txt"),
        [".hidden/e.txt", "a.txt", "b.txt", "sub/a.txt", "sub/d.txt", "sub/f.txt"]
    );
    fs::create_dir_all(folder.path().join(".git/info")).unwrap();
    fs::write(folder.path().join(".git/HEAD"), "ref: refs/heads/main").unwrap();
    fs::write(folder.path().join(".git/info/exclude"), "b.txt").unwrap();
    assert_eq!(paths(folder.path(), "'txt"), [".hidden/e.txt", "sub/a.txt", "sub/f.txt"]);
    // The same from below.
    assert_eq!(paths(&folder.path().join("sub"), "'txt"), ["a.txt", "f.txt"]);
    // A repository inside of it has only its own.
    fs::create_dir_all(folder.path().join("sub/.git")).unwrap();
    fs::write(folder.path().join("sub/.git/HEAD"), "ref: refs/heads/main").unwrap();
    assert_eq!(paths(&folder.path().join("sub"), "'txt"), ["a.txt", "d.txt", "f.txt"]);
}

#[test]
fn links_are_followed_and_circles_end() {
    let folder = tree(&["a/b/file", "other/file"]);
    let elsewhere = tree(&["far"]);
    let link = |target: &Path, name: &str| symlink(target, folder.path().join(name)).unwrap();
    link("..".as_ref(), "a/up");
    link(".".as_ref(), "a/b/here");
    link("nowhere".as_ref(), "broken-file");
    link("loop-file".as_ref(), "loop-file");
    link("a/b/file".as_ref(), "to-file");
    link(elsewhere.path(), "away");
    link(elsewhere.path(), "again");
    assert_eq!(paths(folder.path(), "'file"), ["a/b/file", "other/file", "to-file"]);
    assert_eq!(paths(folder.path(), "'far").len(), 1);
    // Many links into each other.
    for from in 0..12 {
        fs::create_dir(folder.path().join(format!("n{from}"))).unwrap();
        for to in 0..12 {
            link(&folder.path().join(format!("n{to}")), &format!("n{from}/to{to}"));
        }
    }
    assert_eq!(paths(folder.path(), "'other/file"), ["other/file"]);
}

#[test]
fn several_roots_are_told_apart_and_absent_ones_are_empty() {
    let (one, other) = (tree(&["file1"]), tree(&["file2"]));
    let roots =
        [root(one.path()), root(&one.path().join("file1")), root(other.path()), root("/none".as_ref())];
    let hits = find(&roots, &Query::new("file").unwrap(), &Stop::default());
    let hits: Vec<_> = hits.iter().map(|hit| (hit.root, hit.path.as_str())).collect();
    assert_eq!(hits, [(0, "file1"), (2, "file2")]);
}

#[test]
fn what_is_stopped_finds_nothing() {
    let folder = tree(&["file"]);
    let stop = Stop::default();
    stop.stop();
    assert_eq!(find(&[root(folder.path())], &Query::new("file").unwrap(), &stop), []);
    assert_eq!(Search::new("file").go_on(&Index::default(), &stop), None);
}

#[test]
fn an_index_is_searched_while_it_grows() {
    let (one, other) = (tree(&["file1"]), tree(&["file2"]));
    let (index, stop) = (Index::default(), Stop::default());
    let mut search = Search::new("file");
    assert_eq!(search.go_on(&index, &stop), Some(Progress { hits: Vec::new(), complete: false }));
    index.fill(&[root(one.path())], &stop);
    assert_eq!(search.go_on(&index, &stop).unwrap().hits.len(), 1);
    index.fill(&[root(other.path())], &stop);
    assert_eq!(
        shown(&search.go_on(&index, &stop).unwrap().hits),
        ["65645 file1 0,1,2,3", "65645 file2 0,1,2,3"]
    );
}

/// Names that are no texts, and more of them than fit into one piece.
#[test]
fn a_large_folder_is_found_whole() {
    use std::os::unix::ffi::OsStrExt;

    let folder = tempfile::tempdir().unwrap();
    for number in 0..folder::LARGEST + 10 {
        fs::File::create(folder.path().join(format!("{number}"))).unwrap();
    }
    fs::write(folder.path().join(std::ffi::OsStr::from_bytes(b"bad\xff")), "").unwrap();
    let last = format!("{}", folder::LARGEST + 9);
    assert!(paths(folder.path(), &last).contains(&last));
    assert_eq!(paths(folder.path(), "bad"), ["bad\u{fffd}"]);
}
