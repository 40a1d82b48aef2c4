//! Pages through the stored conversations.
//!
//! Answered from the files alone: by creation, only the heads of as many files are read as a page
//! shows. A conversation is listed from its first message on. Reading the same list backwards from
//! [`Page::backwards_cursor`] begins with the first conversation of the page again. All functions
//! but [`read`] block.

use std::path::{Path, PathBuf};

use codex_protocol::git::GitInfo;
use codex_protocol::ids::ConversationId;
use codex_protocol::rollout::{HistoryMode, SessionSource};

use super::cursor::Cursor;
use super::error::Error;
use super::head::{self, Head};
use super::names::{self, Names};
use super::query::{ListQuery, SortKey};
use super::repositories::{self, Repositories};
use super::sections::{self, Placed, Sections};
use super::segments::Superseded;
use super::walk::{Found, Walk, changed_ms};
use super::{location, section_list, stamp};
use crate::base::spawn::TaskGroup;

#[derive(Clone, Debug, Default)]
pub struct Page {
    pub threads: Vec<StoredThread>,
    /// Absent at the end.
    pub next_cursor: Option<String>,
    /// For the opposite direction; absent if the page is empty.
    pub backwards_cursor: Option<String>,
    /// Files with the name of a conversation that could not be read.
    pub unreadable: Vec<PathBuf>,
}

/// A conversation as a list shows it.
#[derive(Clone, Debug)]
pub struct StoredThread {
    pub id: ConversationId,
    pub session_id: ConversationId,
    pub path: PathBuf,
    /// Unix seconds.
    pub created_at: i64,
    /// Unix seconds.
    pub updated_at: i64,
    /// What the user said first.
    pub preview: String,
    /// What the user calls it.
    pub name: Option<String>,
    pub cwd: PathBuf,
    pub model_provider: Option<String>,
    /// Of the first turn.
    pub model: Option<String>,
    pub cli_version: String,
    pub originator: String,
    pub source: SessionSource,
    pub git: Option<GitInfo>,
    pub forked_from_id: Option<ConversationId>,
    pub history_mode: HistoryMode,
    /// The section that the user put it into.
    pub placed: Option<Placed>,
}

/// More files than this are not looked at for one page; the cursor then leads on.
const LOOKED_AT: usize = 10_000;
/// How many forks of forks are followed to their first message.
const DEEPEST: usize = 16;

/// Lists without blocking the caller's thread.
pub async fn read(home: PathBuf, query: ListQuery, group: &TaskGroup) -> Result<Page, Error> {
    let task = group.spawn_blocking(move || list(&home, &query));
    task.await.map_err(|_| Error::Closed)?
}

pub fn list(home: &Path, query: &ListQuery) -> Result<Page, Error> {
    list_where(home, query, &mut |_| Ok(true))
}

/// Those of which a look into the file says that they are wanted.
pub(super) fn list_where(
    home: &Path,
    query: &ListQuery,
    is_wanted: &mut dyn FnMut(&Path) -> Result<bool, Error>,
) -> Result<Page, Error> {
    let said = Said::read(home)?;
    if query.sort == SortKey::Place {
        return section_list::list(home, query, &said);
    }
    let cursor = query.cursor.as_deref().map(Cursor::parse).transpose()?;
    let from = cursor.map(Cursor::at_ms);
    let mut walk = Walk::new(home, query.archived, query.sort, query.direction, from)?;
    let mut page = Page::default();
    let mut looked_at = 0;
    let (mut last_looked_at, mut last_shown) = (None, None);
    let mut superseded = Superseded::new(home);
    while let Some(Found { key, name, path }) = walk.next()? {
        if cursor.is_some_and(|cursor| !cursor.is_passed(&key, query.direction)) {
            continue;
        }
        if looked_at == LOOKED_AT {
            page.next_cursor = last_looked_at.map(Cursor::behind);
            break;
        }
        looked_at += 1;
        last_looked_at = Some(key);
        if superseded.contains(&name, &path)? {
            continue;
        }
        let thread = match stored(home, &path, key.at_ms, &said) {
            Ok(Some(thread)) if query.matches(&thread) => {
                is_wanted(&path).map(|wanted| wanted.then_some(thread))
            }
            Ok(_) => continue,
            Err(error) => Err(error),
        };
        let thread = match thread {
            Ok(Some(thread)) => thread,
            Ok(None) => continue,
            Err(_) => {
                page.unreadable.push(path);
                continue;
            }
        };
        if page.threads.len() == query.limit.max(1) {
            page.next_cursor = last_shown.map(Cursor::behind);
            break;
        }
        if page.threads.is_empty() {
            page.backwards_cursor = Some(Cursor::just_before(key, query.direction));
        }
        last_shown = Some(key);
        page.threads.push(thread);
    }
    Ok(page)
}

/// One conversation as a list would show it, wherever its file lies; none before its first message.
pub fn find(home: &Path, path: &Path) -> Result<Option<StoredThread>, Error> {
    stored(home, path, 0, &Said::read(home)?)
}

/// One conversation, also before its first message.
pub fn show(home: &Path, path: &Path) -> Result<StoredThread, Error> {
    let head = head_of(path)?;
    let preview = preview(home, &head).unwrap_or_default();
    Ok(thread(head, path, 0, preview, &Said::read(home)?))
}

/// What users and clients say about their conversations.
pub(super) struct Said {
    names: Names,
    pub sections: Sections,
    repositories: Repositories,
}

impl Said {
    fn read(home: &Path) -> Result<Self, Error> {
        Ok(Self {
            names: names::read(home)?,
            sections: sections::read(home)?,
            repositories: repositories::read(home)?,
        })
    }
}

fn head_of(path: &Path) -> Result<Head, Error> {
    let head = head::read(path).map_err(|source| Error::io("read", path, source))?;
    head.ok_or_else(|| Error::NoMeta(path.to_path_buf()))
}

pub(super) fn stored(
    home: &Path,
    path: &Path,
    created_ms: i64,
    said: &Said,
) -> Result<Option<StoredThread>, Error> {
    let head = head_of(path)?;
    let preview = preview(home, &head);
    Ok(preview.map(|preview| thread(head, path, created_ms, preview, said)))
}

fn thread(head: Head, path: &Path, created_ms: i64, preview: String, said: &Said) -> StoredThread {
    let Head { meta, model, .. } = head;
    let created_ms = stamp::parse(&meta.timestamp).unwrap_or(created_ms);
    let updated_ms = changed_ms(path).unwrap_or(created_ms);
    StoredThread {
        id: meta.id,
        session_id: meta.session_id.unwrap_or(meta.id),
        path: path.to_path_buf(),
        created_at: created_ms.div_euclid(1000),
        updated_at: updated_ms.div_euclid(1000),
        preview,
        name: said.names.get(&meta.id).cloned(),
        cwd: meta.cwd,
        model_provider: meta.model_provider,
        model,
        cli_version: meta.cli_version,
        originator: meta.originator,
        source: meta.source,
        git: said.repositories.of(&meta.id).or(meta.git),
        forked_from_id: meta.forked_from_id,
        placed: said.sections.of(&meta.id),
        history_mode: meta.history_mode,
    }
}

/// The first message, which a fork may have from its source; empty if it lies too far in.
fn preview(home: &Path, head: &Head) -> Option<String> {
    let own = |head: &Head| head.preview.clone().or_else(|| head.cut.then(String::new));
    let mut found = own(head);
    let mut next = head.meta.base();
    for _ in 0..DEEPEST {
        let path = next.and_then(|(file, _)| location::find_file(home, file).ok().flatten());
        let Some(Ok(Some(head))) = path.map(|path| head::read(&path)) else { break };
        found = own(&head).or(found);
        next = head.meta.base();
    }
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::names;
    use super::super::query::{Direction, SortKey, SourceKind};
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
        for (hours, said) in [(0, Some("a")), (30, Some(" b ")), (-5000, Some("c")), (1, None), (2, Some(""))]
        {
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
        assert_eq!((previews(&page), &page.unreadable), (vec!["b"], &vec![path]));
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
}
