//! Lists that are made from the files.

use proptest::prelude::*;

use super::super::query::{Direction, SortKey, SourceKind};
use super::super::{location, names};
use super::*;

/// Stores a conversation; the id carries the time.
fn store(home: &Path, at_ms: i64, number: u64, meta: &str, said: Option<&str>) -> PathBuf {
    let id: ConversationId =
        format!("{:08x}-{:04x}-7000-8000-{number:012x}", at_ms >> 16, at_ms & 0xffff).parse().unwrap();
    let path = location::path_of(home, id, at_ms);
    let stamp = stamp::timestamp(at_ms);
    let mut text = format!(
        r#"{{"timestamp":"{stamp}","ordinal":0,"type":"session_meta","payload":{{"id":"{id}","timestamp":"{stamp}","cwd":"/w","history_mode":"paginated"{meta}}}}}"#
    );
    if let Some(said) = said {
        text += "\n{\"type\":\"turn_context\",\"payload\":{\"model\":\"m\"}}\n";
        text += &format!(
            r#"{{"type":"event_msg","payload":{{"type":"item_completed","item":{{"type":"UserMessage","id":"u","content":[{{"type":"text","text":"{said}"}}]}}}}}}"#
        );
    }
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, text + "\n").unwrap();
    path
}

fn previews(page: &Page) -> Vec<&str> {
    page.threads.iter().map(|thread| thread.preview.as_str()).collect()
}

fn listed(home: &Path, query: ListQuery) -> String {
    let page = list(home, &ListQuery { limit: 100, ..query }).unwrap();
    previews(&page).join(" ")
}

const NOON: i64 = 1_795_380_717_481;
const HOUR: i64 = 3600 * 1000;

#[test]
fn what_was_said_to_is_listed_newest_first() {
    let home = tempfile::tempdir().unwrap();
    assert_eq!(listed(home.path(), ListQuery::default()), "");
    for (hours, said) in [(0, Some("a")), (30, Some(" b ")), (-5000, Some("c")), (1, None), (2, Some(""))] {
        store(home.path(), NOON + hours * HOUR, 1, r#","source":"vscode","model_provider":"p""#, said);
    }
    assert_eq!(listed(home.path(), ListQuery::default()), "b [Image] a c");
    let ascending = ListQuery { direction: Direction::Ascending, ..ListQuery::default() };
    assert_eq!(listed(home.path(), ascending), "c a [Image] b");
    let page = list(home.path(), &ListQuery::default()).unwrap();
    let [b] = &page.threads[..] else { panic!("a limit of 0 counts as 1") };
    assert_eq!((b.created_at, b.model.as_deref()), ((NOON + 30 * HOUR) / 1000, Some("m")));
}

#[test]
fn filters_choose() {
    let home = tempfile::tempdir().unwrap();
    let metas = [
        (r#","source":"cli","model_provider":"p""#, "cli"),
        (r#","cwd":"/x""#, "vscode"),
        (r#","source":"exec""#, "exec"),
        (r#","source":"mcp""#, "mcp"),
        (r#","source":{"subagent":"review"}"#, "review"),
        (r#","source":{"subagent":{"thread_spawn":{"depth":1}}}"#, "spawn"),
        (r#","source":"hologram""#, "unknown"),
    ];
    for (number, (meta, said)) in metas.iter().enumerate() {
        let meta = meta.replace(r#","cwd":"/x""#, "");
        let path = store(home.path(), NOON, number as u64, &meta, Some(said));
        if *said == "vscode" {
            let text = std::fs::read_to_string(&path).unwrap().replace("\"/w\"", "\"/x\"");
            std::fs::write(&path, text).unwrap();
        }
    }
    let query = ListQuery { direction: Direction::Ascending, ..ListQuery::default() };
    let with = |sources: &[SourceKind]| ListQuery { sources: sources.to_vec(), ..query.clone() };
    assert_eq!(listed(home.path(), query.clone()), "cli vscode");
    assert_eq!(listed(home.path(), with(&[SourceKind::Exec, SourceKind::AppServer])), "exec mcp");
    assert_eq!(listed(home.path(), with(&[SourceKind::SubAgent])), "review spawn");
    assert_eq!(listed(home.path(), with(&[SourceKind::SubAgentThreadSpawn])), "spawn");
    assert_eq!(listed(home.path(), with(&[SourceKind::SubAgentReview])), "review");
    assert_eq!(listed(home.path(), with(&[SourceKind::Unknown])), "unknown");
    let providers = ListQuery { model_providers: vec!["p".into()], ..query.clone() };
    assert_eq!(listed(home.path(), providers), "cli");
    assert_eq!(listed(home.path(), ListQuery { cwds: vec!["/x".into()], ..query.clone() }), "vscode");
    let named = list(home.path(), &query).unwrap().threads[0].id;
    names::set(home.path(), named, "My name", 0).unwrap();
    let searched = |term: &str| ListQuery { search_term: Some(term.into()), ..query.clone() };
    assert_eq!(listed(home.path(), searched("name")), "cli");
    assert_eq!(listed(home.path(), searched("sco")), "vscode");
    assert_eq!(listed(home.path(), searched("SCO")), "");
}

#[test]
fn archived_conversations_are_a_list_of_their_own() {
    let home = tempfile::tempdir().unwrap();
    let path = store(home.path(), NOON, 1, "", Some("a"));
    let folder = home.path().join(location::ARCHIVED);
    std::fs::create_dir(&folder).unwrap();
    std::fs::rename(&path, folder.join(path.file_name().unwrap())).unwrap();
    assert_eq!(listed(home.path(), ListQuery::default()), "");
    assert_eq!(listed(home.path(), ListQuery { archived: true, ..ListQuery::default() }), "a");
}

#[test]
fn the_last_write_is_another_order() {
    let home = tempfile::tempdir().unwrap();
    for (number, changed) in [3, 1, 2].iter().enumerate() {
        let path = store(home.path(), NOON + number as i64 * HOUR, 1, "", Some(&changed.to_string()));
        let time = std::time::UNIX_EPOCH + std::time::Duration::from_secs(*changed);
        std::fs::File::options().append(true).open(path).unwrap().set_modified(time).unwrap();
    }
    let query = ListQuery { sort: SortKey::Updated, ..ListQuery::default() };
    assert_eq!(listed(home.path(), query.clone()), "3 2 1");
    assert_eq!(listed(home.path(), ListQuery { direction: Direction::Ascending, ..query }), "1 2 3");
}

#[test]
fn a_fork_shows_what_its_source_shows() {
    let home = tempfile::tempdir().unwrap();
    store(home.path(), NOON, 1, "", Some("source"));
    let source = list(home.path(), &ListQuery::default()).unwrap().threads[0].id;
    let meta = format!(r#","forked_from_id":"{source}","forked_from_ordinal_exclusive":5"#);
    store(home.path(), NOON + HOUR, 2, &meta, None);
    assert_eq!(listed(home.path(), ListQuery::default()), "source source");
}

#[test]
fn what_cannot_be_read_is_named() {
    let home = tempfile::tempdir().unwrap();
    let path = store(home.path(), NOON, 1, "", Some("a"));
    store(home.path(), NOON, 2, "", Some("b"));
    std::fs::write(&path, "garbage\n").unwrap();
    let page = list(home.path(), &ListQuery { limit: 9, ..ListQuery::default() }).unwrap();
    assert_eq!(previews(&page), ["b"]);
    let [Unreadable { path: named, error }] = &page.unreadable[..] else { panic!("{page:?}") };
    assert_eq!(*named, path);
    assert!(
        error.to_string().starts_with(&format!("{} has no readable first line", path.display())),
        "{error}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// Pages of any size are the list, in both directions, and lead back.
    #[test]
    fn pages_are_the_whole_list(
        ages in proptest::collection::vec(
            prop_oneof![0i64..3000, 0i64..400_000_000, 0i64..40_000_000_000],
            0..30,
        ),
        limit in 1usize..9,
        ascending: bool,
    ) {
        let home = tempfile::tempdir().unwrap();
        let mut expected = Vec::new();
        for (number, age) in ages.iter().enumerate() {
            let at_ms = NOON - age;
            store(home.path(), at_ms, number as u64, "", Some(&number.to_string()));
            expected.push((at_ms, number.to_string()));
        }
        expected.sort_by_key(|(at_ms, number)| (*at_ms, number.parse::<u64>().unwrap()));
        if !ascending {
            expected.reverse();
        }
        let expected: Vec<_> = expected.into_iter().map(|(_, said)| said).collect();
        let (direction, back) = if ascending {
            (Direction::Ascending, Direction::Descending)
        } else {
            (Direction::Descending, Direction::Ascending)
        };
        let mut query = ListQuery { limit, direction, ..ListQuery::default() };
        let mut said = Vec::new();
        loop {
            let page = list(home.path(), &query).unwrap();
            said.extend(page.threads.iter().map(|thread| thread.preview.clone()));
            if let Some(first) = page.threads.first() {
                let cursor = page.backwards_cursor.clone();
                let query = ListQuery { cursor, direction: back, limit: 1000, ..ListQuery::default() };
                let page = list(home.path(), &query).unwrap();
                prop_assert!(page.threads.iter().any(|thread| thread.id == first.id));
            }
            query.cursor = page.next_cursor;
            if query.cursor.is_none() {
                break;
            }
        }
        prop_assert_eq!(said, expected);
    }
}
