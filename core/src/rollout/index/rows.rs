//! Lists from the database.
//!
//! Rows come in the order of the list, a few at a time. What is given out is held against the file: if that has
//! another [`Mark`] than the one whose beginning is known, it is read again, and what was read is kept for the next time.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};

use codex_protocol::ids::ConversationId;
use rusqlite::types::Value;

use super::super::cursor::{Cursor, Key};
use super::super::error::Error;
use super::super::files::Files;
use super::super::head;
use super::super::list::{Heads, Looked, Said, Stock};
use super::super::location::FileName;
use super::super::query::{Direction, ListQuery, SortKey};
use super::super::segments::Superseded;
use super::super::walk::{Found, changed_of};
use super::failed::Failed;
use super::filter::Filter;
use super::heads::{COLUMNS, Kind, Known, Read};
use super::mark::Mark;
use super::store::Store;
use super::sync::Reach;
use super::twins;

/// Rows that are fetched at a time, first and at most.
const FEW: usize = 16;
const MANY: usize = 512;

pub(super) struct Rows<'a> {
    store: &'a Store,
    home: &'a Path,
    query: &'a ListQuery,
    reach: Reach,
    filter: Filter,
    superseded: Superseded<'a>,
    /// The place behind which the next rows are, as the cursors have it.
    behind: (i64, Vec<u8>),
    fetched: VecDeque<Row>,
    at_once: usize,
    is_at_end: bool,
    current: Option<Row>,
    base: Option<Row>,
    /// Beginnings that were not known.
    pub read: Vec<Read>,
}

pub(super) struct Row {
    pub number: i64,
    pub path: PathBuf,
    pub text: String,
    pub name: FileName,
    pub key: Key,
    /// There are other files of the conversation.
    pub has_twins: bool,
    pub known: Option<Known>,
}

/// In the order of [`Row::of`], together with the column of the time.
const FILE: &str =
    "f.number, d.path, f.name, EXISTS (SELECT 1 FROM file o WHERE o.id = f.id AND o.number <> f.number)";

impl Row {
    fn of(home: &Path, row: &rusqlite::Row<'_>) -> Result<Option<Self>, rusqlite::Error> {
        let (folder, text): (String, String) = (row.get(1)?, row.get(2)?);
        let Some(name) = FileName::parse(text.as_ref()) else { return Ok(None) };
        let key = Key { at_ms: row.get(4)?, id: name.id };
        let path = home.join(folder).join(&text);
        let (has_twins, known) = (row.get(3)?, Known::of(row, 5)?);
        Ok(Some(Self { number: row.get(0)?, path, text, name, key, has_twins, known }))
    }
}

impl<'a> Rows<'a> {
    pub fn new(
        store: &'a Store,
        home: &'a Path,
        (query, said): (&'a ListQuery, &Said),
        reach: Reach,
    ) -> Result<Self, Failed> {
        let is_newest_first = query.sort == SortKey::Created && query.direction == Direction::Descending;
        if !(reach.is_whole() || is_newest_first) || query.archived && reach.lacks_archived {
            return Err(Failed::Behind);
        }
        let cursor = query.cursor.as_deref().map(Cursor::parse).transpose()?;
        Ok(Self {
            store,
            home,
            query,
            reach,
            filter: Filter::of(query, said),
            superseded: Superseded::new(Files { home, recently: None }),
            behind: beginning(cursor, query.direction),
            fetched: VecDeque::new(),
            at_once: FEW.max(query.limit.saturating_add(1)).min(MANY),
            is_at_end: false,
            current: None,
            base: None,
            read: Vec::new(),
        })
    }

    fn fetch(&mut self) -> Result<(), Failed> {
        let column = match self.query.sort {
            SortKey::Created | SortKey::Place => "created",
            SortKey::Updated => "changed",
        };
        let (order, compare) = match self.query.direction {
            Direction::Descending => ("DESC", "<"),
            Direction::Ascending => ("ASC", ">"),
        };
        let filter = self.filter.sql();
        let sql = format!(
            "SELECT {FILE}, f.{column}, {COLUMNS} FROM file f
            CROSS JOIN folder d ON d.number = f.folder CROSS JOIN head h ON h.number = f.number
            WHERE {filter} AND f.archived = ? AND (f.{column}_s, f.id) {compare} (?, ?)
            ORDER BY f.{column}_s {order}, f.id {order} LIMIT ?"
        );
        let mut values = self.filter.values();
        values.push(Value::from(self.query.archived));
        values.push(Value::from(self.behind.0));
        values.push(Value::from(self.behind.1.clone()));
        values.push(Value::from(i64::try_from(self.at_once).unwrap_or(i64::MAX)));
        let mut statement = self.store.reader().prepare(&sql)?;
        let mut rows = statement.query(rusqlite::params_from_iter(values))?;
        let mut fetched = 0;
        while let Some(row) = rows.next()? {
            fetched += 1;
            self.fetched.extend(Row::of(self.home, row)?);
        }
        self.is_at_end = fetched < self.at_once;
        self.at_once = (2 * self.at_once).min(MANY);
        if let Some(last) = self.fetched.back() {
            let (second, id) = last.key.rank();
            self.behind = (second, id.bytes().to_vec());
        }
        Ok(())
    }

    /// What is not known yet may come before a row.
    fn is_in_reach(&self, key: &Key) -> bool {
        self.reach.until.is_none_or(|until| self.query.archived || key.rank().0 > until.div_euclid(1000))
    }

    fn files(&self) -> Files<'_> {
        Files { home: self.home, recently: None }
    }

    fn known_of(&mut self, path: &Path) -> Option<&mut Row> {
        [self.current.as_mut(), self.base.as_mut()].into_iter().flatten().find(|row| row.path == path)
    }
}

/// Behind what the first rows are; all that have the second of a bare time are looked at.
fn beginning(cursor: Option<Cursor>, direction: Direction) -> (i64, Vec<u8>) {
    let second = |at_ms: i64| at_ms.div_euclid(1000);
    match (cursor, direction) {
        (None, Direction::Descending) => (i64::MAX, Vec::new()),
        (None, Direction::Ascending) => (i64::MIN, Vec::new()),
        (Some(Cursor::Thread { second, id }), _) => (second, id.bytes().to_vec()),
        (Some(Cursor::Time(at_ms)), Direction::Descending) => (second(at_ms) + 1, Vec::new()),
        (Some(Cursor::Time(at_ms)), Direction::Ascending) => (second(at_ms), Vec::new()),
    }
}

impl Stock for Rows<'_> {
    fn next(&mut self) -> Result<Option<Found>, Failed> {
        let last = self.current.take().map(|row| row.key.rank());
        loop {
            if self.fetched.is_empty() && !self.is_at_end {
                self.fetch()?;
            }
            let Some(mut row) = self.fetched.pop_front() else { break };
            if !self.is_in_reach(&row.key) {
                return Err(Failed::Behind);
            }
            if last == Some(row.key.rank()) {
                continue;
            }
            if row.has_twins {
                let files = self.files_of(&row)?;
                let Some(first) = twins::first(files, row.key.rank(), self.query) else { continue };
                row = first;
            }
            let found = Found { key: row.key, name: row.name, path: row.path.clone() };
            self.current = Some(row);
            return Ok(Some(found));
        }
        if self.reach.until.is_some() && !self.query.archived { Err(Failed::Behind) } else { Ok(None) }
    }

    fn is_superseded(&mut self, found: &Found) -> Result<bool, Failed> {
        let may_be = !self.reach.is_whole() || self.current.as_ref().is_some_and(|row| row.has_twins);
        Ok(may_be && self.superseded.contains(&found.name, &found.path)?)
    }

    fn most(&self) -> usize {
        usize::MAX
    }
}

impl Rows<'_> {
    /// All files of the same conversation in the same place, with both times.
    fn files_of(&self, row: &Row) -> Result<Vec<twins::Twin>, Failed> {
        let sql = format!(
            "SELECT {FILE}, f.created, {COLUMNS}, f.changed FROM file f
            CROSS JOIN folder d ON d.number = f.folder CROSS JOIN head h ON h.number = f.number
            WHERE f.id = ?1 AND f.archived = ?2"
        );
        let mut statement = self.store.reader().prepare(&sql)?;
        let mut rows = statement.query((row.name.id.bytes(), self.query.archived))?;
        let mut files = Vec::new();
        while let Some(row) = rows.next()? {
            if let Some(file) = Row::of(self.home, row)? {
                files.push(twins::Twin { changed_ms: row.get(11)?, row: file });
            }
        }
        Ok(files)
    }
}

impl Heads for Rows<'_> {
    type Failed = Failed;

    fn head(&mut self, path: &Path) -> Result<Result<Looked, Error>, Failed> {
        let metadata = match path.metadata() {
            Ok(metadata) => metadata,
            Err(source) => return Ok(Err(Error::io("read", path, source))),
        };
        let (mark, changed_ms) = (Mark::of(&metadata), changed_of(&metadata));
        let Some(row) = self.known_of(path) else {
            return self.files().head(path).map_err(Failed::from);
        };
        let known = row.known.take().filter(|known| known.mark == mark && known.kind != Kind::Long);
        if let Some(head) = known.and_then(|known| known.head?.decode().ok()) {
            return Ok(Ok(Looked { head, changed_ms }));
        }
        let (number, name) = (row.number, row.text.clone());
        let head = match head::read(path) {
            Ok(Some(head)) => head,
            Ok(None) => return Ok(Err(Error::NoMeta(path.to_path_buf()))),
            Err(source) => return Ok(Err(Error::io("read", path, source))),
        };
        self.read.push(Read { number, name, mark, head: head.clone() });
        Ok(Ok(Looked { head, changed_ms }))
    }

    fn file(&mut self, id: ConversationId) -> Result<Option<PathBuf>, Failed> {
        if self.reach.is_whole() {
            let sql = format!(
                "SELECT {FILE}, f.created, {COLUMNS} FROM file f
                CROSS JOIN folder d ON d.number = f.folder CROSS JOIN head h ON h.number = f.number
                WHERE f.file_id = ?1 LIMIT 2"
            );
            let mut statement = self.store.reader().prepare(&sql)?;
            let mut rows = statement.query([id.bytes()])?;
            let Some(row) = rows.next()? else { return Ok(None) };
            let row = Row::of(self.home, row)?;
            if rows.next()?.is_none() {
                self.base = row;
                return Ok(self.base.as_ref().map(|row| row.path.clone()));
            }
        }
        Ok(self.files().file(id)?)
    }
}
