//! With and without the index, and with what was read for the last list, lists are the same.

use std::fs;
use std::path::Path;

use codex_protocol::ids::ConversationId;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::super::query::{Direction, SourceKind};
use super::super::sections::{self, Move};
use super::super::{archive, list, location, names, segments};
use super::testkit::*;
use super::*;

const SOURCES: [&str; 6] = [
    r#""cli""#,
    r#""vscode""#,
    r#""exec""#,
    r#"{"subagent":"review"}"#,
    r#"{"custom":"x"}"#,
    r#""hologram""#,
];
const SAID: [&str; 5] = ["alpha", "Alpha beta", "beta \"quoted\" ü", "", "gamma delta"];
const CWDS: [&str; 3] = ["/w", "/w/x/", "/other//y"];

/// What happens in a home.
#[derive(Clone, Debug)]
enum Deed {
    Start { age: i64, source: usize, said: Option<usize>, cwd: usize, provider: bool, changed: i64 },
    Fork { of: Index, ordinal: bool, age: i64 },
    Revert { of: Index, later: i64 },
    Say { of: Index, said: usize },
    Name { of: Index, name: &'static str },
    Place { of: Index },
    Archive { of: Index },
    Unarchive { of: Index },
    Delete { of: Index },
    Break { of: Index },
    Exchange { of: Index, said: usize },
    Copy { of: Index, days: i64 },
    Misname { age: i64 },
}

fn deed() -> impl Strategy<Value = Deed> {
    let age = || prop_oneof![0i64..3000, 0i64..400_000_000, 0i64..40_000_000_000];
    let of = any::<Index>;
    let start =
        (age(), 0..6usize, proptest::option::weighted(0.8, 0..5usize), 0..3usize, any::<bool>(), 0..5i64);
    prop_oneof![
        8 => start.prop_map(|(age, source, said, cwd, provider, changed)| Deed::Start {
            age, source: source.saturating_sub(2), said, cwd, provider, changed
        }),
        2 => (of(), any::<bool>(), age()).prop_map(|(of, ordinal, age)| Deed::Fork { of, ordinal, age }),
        2 => (of(), age()).prop_map(|(of, later)| Deed::Revert { of, later }),
        2 => (of(), 0..5usize).prop_map(|(of, said)| Deed::Say { of, said }),
        1 => (of(), select(vec!["my alpha", "beta", ""])).prop_map(|(of, name)| Deed::Name { of, name }),
        1 => of().prop_map(|of| Deed::Place { of }),
        1 => of().prop_map(|of| Deed::Archive { of }),
        1 => of().prop_map(|of| Deed::Unarchive { of }),
        1 => of().prop_map(|of| Deed::Delete { of }),
        1 => of().prop_map(|of| Deed::Break { of }),
        1 => (of(), 0..5usize).prop_map(|(of, said)| Deed::Exchange { of, said }),
        1 => (of(), 0..3i64).prop_map(|(of, days)| Deed::Copy { of, days }),
        1 => age().prop_map(|age| Deed::Misname { age }),
    ]
}

#[derive(Default)]
struct World {
    stored: Vec<Stored>,
}

impl World {
    fn do_it(&mut self, home: &Path, deed: &Deed) {
        let number = self.stored.len() as u64;
        let chosen = |of: &Index| (!self.stored.is_empty()).then(|| of.get(&self.stored).clone());
        match deed {
            Deed::Start { age, source, said, cwd, provider, changed } => {
                let provider = if *provider { r#","model_provider":"p","originator":"o""# } else { "" };
                let meta = format!(r#","source":{}{provider}"#, SOURCES[*source]);
                let said = said.map(|said| SAID[said].to_owned());
                let stored = Stored { at_ms: NOON - age, number, meta, cwd: CWDS[*cwd], said };
                touch(&stored.store(home), NOON + changed * 1500);
                self.stored.push(stored);
            }
            Deed::Fork { of, ordinal, age } => {
                let Some(source) = chosen(of) else { return };
                let ordinal = if *ordinal { r#","forked_from_ordinal_exclusive":5"# } else { "" };
                let meta = format!(r#","forked_from_id":"{}"{ordinal}"#, source.id());
                let stored = Stored { at_ms: NOON - age, number, meta, cwd: "/w", said: None };
                stored.store(home);
                self.stored.push(stored);
            }
            Deed::Revert { of, later } => {
                let Some(stored) = chosen(of) else { return };
                let Some((name, path)) = segments::all(home, stored.id()).unwrap().pop() else { return };
                let base = name.file_id();
                let at_ms = base.created_ms().unwrap() + later + 1;
                let segment = id(at_ms, 1000 + number);
                let new = location::path_of_segment(home, stored.id(), segment, at_ms);
                let meta = format!(
                    r#"{},"history_base":{{"thread_id":"{base}","end_ordinal_exclusive":5}}"#,
                    stored.meta
                );
                touch(&path, at_ms);
                write(&new, &Stored { meta, said: None, ..stored }.text());
            }
            Deed::Say { of, said } => {
                if let Some(path) = self.file(home, of) {
                    append(&path, &message(SAID[*said]));
                }
            }
            Deed::Name { of, name } => {
                let Some(stored) = chosen(of) else { return };
                names::set(home, stored.id(), name, 0).unwrap();
            }
            Deed::Place { of } => {
                let Some(stored) = chosen(of) else { return };
                let section = Some(sections::PINNED.to_owned());
                sections::place(home, Move { id: stored.id(), section, before: None, now: 1 }).unwrap();
            }
            Deed::Archive { of } => {
                let Some(stored) = chosen(of) else { return };
                // What is archived already stays where it is.
                let _ = archive::archive(home, stored.id());
            }
            Deed::Unarchive { of } => {
                let Some(stored) = chosen(of) else { return };
                let _ = archive::unarchive(home, stored.id());
            }
            Deed::Delete { of } => {
                let Some(stored) = chosen(of) else { return };
                archive::delete(home, stored.id()).unwrap();
            }
            Deed::Break { of } => {
                if let Some(path) = self.file(home, of) {
                    exchange(&path, "garbage\n");
                }
            }
            Deed::Exchange { of, said } => {
                let Some(stored) = chosen(of) else { return };
                let Some(path) = self.file(home, of) else { return };
                let said = Some(SAID[*said].to_owned());
                exchange(&path, &Stored { said, cwd: "/exchanged", ..stored }.text());
            }
            Deed::Copy { of, days } => {
                let Some(path) = self.file(home, of) else { return };
                let at_ms = NOON + days * 24 * HOUR;
                let folder = location::path_of(home, ConversationId::new(), at_ms);
                let copy = folder.with_file_name(path.file_name().unwrap());
                fs::create_dir_all(copy.parent().unwrap()).unwrap();
                match copy.exists() {
                    _ if copy == path => {}
                    true => exchange(&copy, &fs::read_to_string(&path).unwrap()),
                    false => drop(fs::copy(&path, &copy).unwrap()),
                }
            }
            Deed::Misname { age } => {
                let stored =
                    Stored { at_ms: NOON - age, number, said: Some("misnamed".into()), ..Stored::default() };
                let path = stored.path(home);
                let name = path.file_name().unwrap().to_str().unwrap();
                write(&path.with_file_name(name.replace("rollout-2", "rollout-1")), &stored.text());
                self.stored.push(stored);
            }
        }
    }

    fn file(&self, home: &Path, of: &Index) -> Option<std::path::PathBuf> {
        let stored = (!self.stored.is_empty()).then(|| of.get(&self.stored))?;
        location::find_anywhere(home, stored.id()).unwrap()
    }
}

/// Another file takes the name of this one, which lives on elsewhere: its number is not that of the next one.
fn exchange(path: &Path, text: &str) {
    let new = path.with_file_name("new");
    fs::write(&new, text).unwrap();
    fs::hard_link(path, path.with_file_name(format!("old-{}", ConversationId::new()))).unwrap();
    fs::rename(new, path).unwrap();
}

fn query() -> impl Strategy<Value = ListQuery> {
    use SourceKind::*;
    let sources = prop_oneof![
        3 => Just(Vec::new()),
        1 => proptest::collection::vec(select(vec![Cli, VsCode, Exec, SubAgent, SubAgentReview, Unknown]), 1..4),
    ];
    let cwds = prop_oneof![
        3 => Just(Vec::new()),
        1 => proptest::collection::vec(select(vec!["/w", "/w/x", "/other/y/", "/none", "/exchanged"]), 1..3),
    ];
    let some = |texts: Vec<&'static str>| proptest::option::weighted(0.3, select(texts));
    (
        (1..6usize, any::<bool>(), any::<bool>(), proptest::bool::weighted(0.2)),
        (sources, cwds, some(vec!["p", "q"]), some(vec!["o", ""])),
        (some(vec!["alpha", "beta", "\"quoted\" ü", "lph", "%"]), some(vec![sections::PINNED, "none"])),
        proptest::option::weighted(0.2, prop_oneof![NOON - 40_000_000_000..NOON, NOON - 3000..NOON + 9000]),
    )
        .prop_map(
            |(
                (limit, ascending, by_change, archived),
                (sources, cwds, provider, originator),
                (term, section),
                from,
            )| {
                ListQuery {
                    limit,
                    archived,
                    sources,
                    direction: if ascending { Direction::Ascending } else { Direction::Descending },
                    sort: if by_change { SortKey::Updated } else { SortKey::Created },
                    cwds: cwds.into_iter().map(Into::into).collect(),
                    model_providers: provider.into_iter().map(str::to_owned).collect(),
                    originators: originator.into_iter().map(str::to_owned).collect(),
                    search_term: term.map(str::to_owned),
                    section: section.map(str::to_owned),
                    cursor: from.map(super::super::stamp::timestamp),
                    ..ListQuery::default()
                }
            },
        )
}

/// All pages of a list, as text.
fn pages(query: &ListQuery, mut list: impl FnMut(&ListQuery) -> Page) -> Vec<String> {
    let mut query = query.clone();
    let mut pages = Vec::new();
    loop {
        let page = list(&query);
        pages.push(format!("{page:#?}"));
        match page.next_cursor {
            Some(cursor) => query.cursor = Some(cursor),
            None => return pages,
        }
    }
}

/// `CODEX_TEST_ROUNDS=1000` plays more.
#[allow(clippy::disallowed_methods)] // tests have no configuration
fn rounds() -> u32 {
    std::env::var("CODEX_TEST_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(48)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: rounds(), ..ProptestConfig::default() })]

    #[test]
    fn lists_are_the_same(
        before in proptest::collection::vec(deed(), 0..40),
        after in proptest::collection::vec(deed(), 0..12),
        queries in proptest::collection::vec(query(), 6),
        is_built: bool,
    ) {
        let home = tempfile::tempdir().unwrap();
        let home = home.path();
        let mut world = World::default();
        before.iter().for_each(|deed| world.do_it(home, deed));
        age(home);
        let mut store = if is_built { build(home) } else { Store::open_or_create(home).unwrap() };
        let recent = Recent::default();
        for deeds in [&before[..0], &after] {
            deeds.iter().for_each(|deed| world.do_it(home, deed));
            for query in &queries {
                let expected = pages(query, |query| list::list(home, query).unwrap());
                let found = pages(query, |query| by_index(&mut store, home, query).unwrap());
                prop_assert_eq!(&found, &expected, "{:?}", query);
                let files = Files { home, recently: Some(&recent) };
                let said = recent.said(home).unwrap();
                let remembered =
                    pages(query, |query| list::from_files(files, query, &said, &mut |_| Ok(true)).unwrap());
                prop_assert_eq!(&remembered, &expected, "{:?}", query);
            }
            age(home);
        }
    }
}
