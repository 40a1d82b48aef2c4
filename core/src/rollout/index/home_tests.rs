//! What may happen to a home and to its index.

use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::super::list;
use super::super::query::SortKey;
use super::sync::{Effort, Reach};
use super::testkit::*;
use super::*;

const INDEX: &str = "thread-index-2.sqlite";

fn stored(hours_ago: i64, said: &str) -> Stored {
    let at_ms = NOON - hours_ago * HOUR;
    Stored { at_ms, number: 1, cwd: "/w", said: Some(said.to_owned()), ..Stored::default() }
}

fn all() -> ListQuery {
    ListQuery { limit: 1000, ..ListQuery::default() }
}

fn said(page: &Page) -> Vec<&str> {
    page.threads.iter().map(|thread| thread.preview.as_str()).collect()
}

fn home(hours: std::ops::Range<i64>) -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    for hour in hours {
        stored(hour, &hour.to_string()).store(home.path());
    }
    age(home.path());
    home
}

fn is_whole(home: &Path) -> bool {
    let Ok(store) = Store::open(home) else { return false };
    let look = folders::look(&store, home).unwrap();
    look.leaves.is_empty() && look.inner.is_empty() && look.gone.is_empty()
}

#[tokio::test(start_paused = true)]
async fn it_is_built_after_the_first_list_and_again_when_it_is_gone() {
    let home = home(0..100);
    let home = home.path();
    let index = index(home);
    for _ in 0..2 {
        assert_eq!(index.list(&all()).unwrap().threads.len(), 100);
        index.group.finished().await;
        assert!(is_whole(home));
        assert_eq!(index.list(&all()).unwrap().threads.len(), 100);
        assert!(index.state().idle.is_some());
        for end in ["", "-wal", "-shm"] {
            fs::remove_file(home.join(format!("{INDEX}{end}"))).unwrap();
        }
    }
    stored(-1, "new").store(home);
    assert_eq!(index.list(&all()).unwrap().threads.len(), 101);
}

#[tokio::test(start_paused = true)]
async fn what_is_broken_is_thrown_away_and_built_again() {
    let home = home(0..10);
    let home = home.path();
    for text in ["garbage", "SQLite format 3\0garbage garbage garbage"] {
        drop(build(home));
        let broken = text.repeat(1000);
        fs::write(home.join(INDEX), broken).unwrap();
        let index = index(home);
        assert_eq!(index.list(&all()).unwrap().threads.len(), 10);
        index.group.finished().await;
        assert!(is_whole(home), "{text}");
    }
    drop(build(home));
    let other = Connection::open(home.join(INDEX)).unwrap();
    other.execute_batch("DROP TABLE head; CREATE TABLE head (number); PRAGMA user_version = 2").unwrap();
    drop(other);
    let index = index(home);
    assert_eq!(index.list(&all()).unwrap().threads.len(), 10);
    index.group.finished().await;
    assert!(is_whole(home));
}

#[tokio::test(start_paused = true)]
async fn where_it_cannot_be_lists_are_made_from_the_files() {
    let home = home(0..10);
    let home = home.path();
    fs::create_dir(home.join(INDEX)).unwrap();
    let index = index(home);
    for _ in 0..2 {
        assert_eq!(index.list(&all()).unwrap().threads.len(), 10);
        index.group.finished().await;
    }
    assert!(index.state().has_told && index.state().not_before.is_some());
}

#[test]
fn nobody_waits_for_somebody_else_who_writes() {
    let home = home(0..10);
    let home = home.path();
    let mut store = build(home);
    let mut other = Store::open(home).unwrap();
    let writing = other.write().unwrap();
    assert_eq!(by_index(&mut store, home, &all()).unwrap().threads.len(), 10);
    stored(-1, "new").store(home);
    let failed = by_index(&mut store, home, &all()).unwrap_err();
    assert!(failed.is_contention() && !failed.is_broken(), "{failed}");
    drop(writing);
    assert_eq!(by_index(&mut store, home, &all()).unwrap().threads.len(), 11);
}

#[test]
fn what_others_do_is_seen_at_once() {
    let home = home(0..10);
    let home = home.path();
    let (mut store, mut other) = (build(home), Store::open(home).unwrap());
    let mut see = |query: &ListQuery| {
        let pages = [&mut store, &mut other].map(|store| by_index(store, home, query).unwrap());
        let [one, two] = pages.each_ref().map(|page| format!("{page:?}"));
        assert_eq!(one, two);
        assert_eq!(one, format!("{:?}", list::list(home, query).unwrap()));
        pages.into_iter().next().unwrap()
    };
    let new = Stored { said: None, ..stored(-1, "") };
    let path = new.store(home);
    assert_eq!(see(&all()).threads.len(), 10, "nothing was said");
    append(&path, &message("said"));
    assert_eq!(said(&see(&all()))[0], "said");
    let old = stored(9, "9").path(home);
    append(&old, "\n");
    touch(&old, crate::base::time::now_ms() + 5000);
    let by_change = ListQuery { sort: SortKey::Updated, limit: 1, ..ListQuery::default() };
    assert_eq!(said(&see(&by_change)), ["9"]);
    fs::write(&old, stored(9, "rewritten").text()).unwrap();
    assert_eq!(said(&see(&all())).last(), Some(&"rewritten"));
    fs::remove_dir_all(home.join("sessions/2026")).unwrap();
    assert!(see(&all()).threads.is_empty());
}

#[test]
fn a_list_is_whole_while_others_write() {
    let home = home(0..3);
    let home = home.path();
    drop(build(home));
    std::thread::scope(|scope| {
        for worker in 0..3i64 {
            scope.spawn(move || {
                let index = index(home);
                let mut own: Vec<PathBuf> = Vec::new();
                for round in 0..25i64 {
                    own.push(stored(-100 * worker - 4 * round - 1, "x").store(home));
                    if round % 5 == 4 {
                        fs::remove_file(own.remove(0)).unwrap();
                    }
                    let said = Said::read(home).unwrap();
                    let page = index.indexed(&all(), &said, &mut |_| Ok(true));
                    let page = page.unwrap_or_else(|failed| {
                        assert!(failed.is_contention(), "{failed}");
                        list::list(home, &all()).unwrap()
                    });
                    let listed = |path: &PathBuf| page.threads.iter().any(|thread| thread.path == *path);
                    assert!(own.iter().all(listed), "worker {worker} misses what it has stored");
                }
            });
        }
    });
}

/// The first page does not wait until everything is known.
#[test]
fn what_is_known_of_the_newest_serves_a_first_page() {
    let home = home(0..1000);
    let home = home.path();
    let mut store = Store::open_or_create(home).unwrap();
    let some = Effort { folders: 64, names: 300 };
    let reach = sync::sync(&mut store, home, some, Times::Ignore).unwrap();
    let Reach { until: Some(_), lacks_archived: false, .. } = reach else { panic!("{reach:?}") };
    let said_all = Said::read(home).unwrap();
    let query = ListQuery { limit: 50, ..ListQuery::default() };
    let mut rows = Rows::new(&store, home, (&query, &said_all), reach).unwrap();
    let page = list::page(&mut rows, &query, &said_all, &mut |_| Ok(true)).unwrap();
    assert_eq!(format!("{page:?}"), format!("{:?}", list::list(home, &query).unwrap()));
    for query in [
        ListQuery { cwds: vec!["/none".into()], ..query.clone() },
        ListQuery { limit: 300, ..query.clone() },
        ListQuery { sort: SortKey::Updated, ..query.clone() },
    ] {
        let rows = Rows::new(&store, home, (&query, &said_all), reach);
        let page = rows.and_then(|mut rows| list::page(&mut rows, &query, &said_all, &mut |_| Ok(true)));
        assert!(matches!(page, Err(Failed::Behind)), "{query:?}");
    }
}

#[test]
fn only_its_user_can_read_it() {
    use std::os::unix::fs::PermissionsExt;

    let home = home(0..10);
    drop(build(home.path()));
    for entry in fs::read_dir(home.path()).unwrap().map(Result::unwrap) {
        if entry.file_name().to_str().unwrap().starts_with("thread-index") {
            assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{entry:?}");
        }
    }
}
