//! Pages through the stored conversations.
//!
//! A page is made from what a [`Stock`] has: the files, or the [`super::index`] of them, with the same result. A
//! conversation is listed from its first message on. Reading the same list backwards from
//! [`Page::backwards_cursor`] begins with the first conversation of the page again. All functions block.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use codex_protocol::git::GitInfo;
use codex_protocol::ids::ConversationId;
use codex_protocol::rollout::{HistoryMode, SessionSource};

use super::cursor::Cursor;
use super::error::Error;
use super::files::{Files, Walked};
use super::head::Head;
use super::location::FileName;
use super::names::{self, Names};
use super::query::{ListQuery, SortKey};
use super::repositories::{self, Repositories};
use super::sections::{self, Placed, Sections};
use super::walk::Found;
use super::{section_list, stamp};

#[derive(Clone, Debug, Default)]
pub struct Page {
    pub threads: Vec<StoredThread>,
    /// Absent at the end.
    pub next_cursor: Option<String>,
    /// For the opposite direction; absent if the page is empty.
    pub backwards_cursor: Option<String>,
    /// Files with the name of a conversation that could not be read.
    pub unreadable: Vec<Unreadable>,
}

/// A file that should be shown, and why it is not.
#[derive(Clone, Debug)]
pub struct Unreadable {
    pub path: PathBuf,
    pub error: Error,
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

/// From the files alone.
pub fn list(home: &Path, query: &ListQuery) -> Result<Page, Error> {
    from_files(Files { home, recently: None }, query, &Said::read(home)?, &mut |_| Ok(true))
}

/// The same of those of which a look into the file says that they are wanted.
pub(super) fn from_files(
    files: Files<'_>,
    query: &ListQuery,
    said: &Said,
    is_wanted: Wanted<'_>,
) -> Result<Page, Error> {
    match query.sort {
        SortKey::Place => section_list::list(files, query, said),
        SortKey::Created | SortKey::Updated => page(&mut Walked::new(files, query)?, query, said, is_wanted),
    }
}

/// Looks into a file.
pub(super) type Wanted<'a> = &'a mut dyn FnMut(&Path) -> Result<bool, Error>;

/// What a list is made from.
pub(super) trait Stock: Heads {
    /// The next one in the order of the query, some of those that do not match left out.
    fn next(&mut self) -> Result<Option<Found>, Self::Failed>;

    /// Whether a newer file of the conversation has taken the place of this one.
    fn is_superseded(&mut self, found: &Found) -> Result<bool, Self::Failed>;

    /// How many are looked at for one page; the cursor then leads on.
    fn most(&self) -> usize;
}

/// What is known of the beginnings of files.
pub(super) trait Heads {
    type Failed: From<Error>;

    /// What a file begins with; the inner error is one of this file alone.
    fn head(&mut self, path: &Path) -> Result<Result<Looked, Error>, Self::Failed>;

    /// The file that others call so.
    fn file(&mut self, id: ConversationId) -> Result<Option<PathBuf>, Self::Failed>;
}

/// The beginning of a file, and when the file was last written (Unix milliseconds).
pub(super) struct Looked {
    pub head: Head,
    pub changed_ms: Option<i64>,
}

pub(super) fn page<S: Stock>(
    stock: &mut S,
    query: &ListQuery,
    said: &Said,
    is_wanted: Wanted<'_>,
) -> Result<Page, S::Failed> {
    let cursor = query.cursor.as_deref().map(Cursor::parse).transpose()?;
    let mut page = Page::default();
    let mut looked_at = 0;
    let (mut last_looked_at, mut last_shown) = (None, None);
    while let Some(found) = stock.next()? {
        let key = found.key;
        if cursor.is_some_and(|cursor| !cursor.is_passed(&key, query.direction)) {
            continue;
        }
        if looked_at == stock.most() {
            page.next_cursor = last_looked_at.map(Cursor::behind);
            break;
        }
        looked_at += 1;
        last_looked_at = Some(key);
        if stock.is_superseded(&found)? {
            continue;
        }
        let path = found.path;
        let thread = match stored(stock, &path, key.at_ms, said)? {
            Ok(Some(thread)) if query.matches(&thread) => {
                is_wanted(&path).map(|wanted| wanted.then_some(thread))
            }
            Ok(_) => continue,
            Err(error) => Err(error),
        };
        let thread = match thread {
            Ok(Some(thread)) => thread,
            Ok(None) => continue,
            Err(error) => {
                page.unreadable.push(Unreadable { path, error });
                continue;
            }
        };
        if page.threads.len() == query.limit.max(1) {
            page.next_cursor = last_shown.map(Cursor::behind);
            break;
        }
        if page.threads.is_empty() {
            page.backwards_cursor = Some(Cursor::just_before(key, query));
        }
        last_shown = Some(key);
        page.threads.push(thread);
    }
    Ok(page)
}

/// One conversation as a list would show it, wherever its file lies; none before its first message.
pub fn find(home: &Path, path: &Path) -> Result<Option<StoredThread>, Error> {
    stored(&mut Files { home, recently: None }, path, 0, &Said::read(home)?)?
}

/// One conversation, also before its first message.
pub fn show(home: &Path, path: &Path) -> Result<StoredThread, Error> {
    let mut heads = Files { home, recently: None };
    let looked = heads.head(path)??;
    let preview = preview(&mut heads, path, &looked.head)?.unwrap_or_default();
    Ok(thread(looked, path, 0, preview, &Said::read(home)?))
}

/// What users and clients say about their conversations.
#[derive(Debug)]
pub(super) struct Said {
    pub names: Names,
    pub sections: Sections,
    repositories: Repositories,
}

impl Said {
    pub fn read(home: &Path) -> Result<Self, Error> {
        Ok(Self {
            names: names::read(home)?,
            sections: sections::read(home)?,
            repositories: repositories::read(home)?,
        })
    }
}

pub(super) fn stored<H: Heads>(
    heads: &mut H,
    path: &Path,
    created_ms: i64,
    said: &Said,
) -> Result<Result<Option<StoredThread>, Error>, H::Failed> {
    let looked = match heads.head(path)? {
        Ok(looked) => looked,
        Err(error) => return Ok(Err(error)),
    };
    let preview = preview(heads, path, &looked.head)?;
    Ok(Ok(preview.map(|preview| thread(looked, path, created_ms, preview, said))))
}

fn thread(looked: Looked, path: &Path, created_ms: i64, preview: String, said: &Said) -> StoredThread {
    let Looked { head: Head { meta, model, .. }, changed_ms } = looked;
    // What was reverted goes on in a file of its own time.
    let began_ms = FileName::of(path).and_then(|name| name.segment).and_then(|_| meta.id.created_ms());
    let created_ms = began_ms.or_else(|| stamp::parse(&meta.timestamp)).unwrap_or(created_ms);
    let updated_ms = changed_ms.unwrap_or(created_ms);
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

/// The first message, which a fork may have from its source; empty if it lies too far in. One of which all was taken back
/// is still called by what was said first.
fn preview<H: Heads>(heads: &mut H, path: &Path, head: &Head) -> Result<Option<String>, H::Failed> {
    let own = |head: &Head| head.preview.clone().or_else(|| head.cut.then(String::new));
    let mut found = own(head);
    let mut next = head.meta.base();
    let mut seen = HashSet::new();
    while let Some((file, _)) = next.filter(|(file, _)| seen.insert(*file)) {
        let Some(path) = heads.file(file)? else { break };
        let Ok(Looked { head, .. }) = heads.head(&path)? else { break };
        found = own(&head).or(found);
        next = head.meta.base();
    }
    if found.is_none()
        && FileName::of(path).is_some_and(|name| name.segment.is_some())
        && let Some(first) = heads.file(head.meta.id)?
        && let Ok(Looked { head, .. }) = heads.head(&first)?
    {
        found = own(&head);
    }
    Ok(found)
}

#[cfg(test)]
#[path = "list_tests.rs"]
mod tests;
