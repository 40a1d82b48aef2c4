//! The beginnings of files as the database has them.
//!
//! What a list can be asked for stands in columns of its own, the rest of the first line as it is. What is long stays
//! in its file.

use std::path::Path;

use codex_protocol::rollout::{SessionMeta, SessionSource};
use rusqlite::{Row, Transaction, params};

use super::super::head::{self, Head};
use super::mark::Mark;

/// In bytes.
const LONG: usize = 16 * 1024;

/// A file as a list comes by it.
#[derive(Clone, Debug)]
pub(super) struct Known {
    pub mark: Mark,
    pub kind: Kind,
    pub head: Option<KnownHead>,
}

#[derive(Clone, Debug)]
pub(super) struct KnownHead {
    cut: bool,
    model: Option<String>,
    preview: Option<String>,
    meta: String,
}

/// Whether the columns tell all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Its first message may still come.
    Open = 0,
    Whole = 1,
    Long = 2,
}

/// In the order of [`Known::of`].
pub(super) const COLUMNS: &str = "h.mark, h.kind, h.cut, h.model, h.preview, h.meta";

impl Known {
    /// None if the beginning of the file was never read.
    pub fn of(row: &Row<'_>, first: usize) -> Result<Option<Self>, rusqlite::Error> {
        let Some(mark) = row.get(first)? else { return Ok(None) };
        let kind = match row.get::<_, i64>(first + 1)? {
            0 => Kind::Open,
            1 => Kind::Whole,
            _ => Kind::Long,
        };
        let head = match row.get(first + 5)? {
            None => None,
            Some(meta) => Some(KnownHead {
                cut: row.get(first + 2)?,
                model: row.get(first + 3)?,
                preview: row.get(first + 4)?,
                meta,
            }),
        };
        Ok(Some(Self { mark, kind, head }))
    }
}

impl KnownHead {
    pub fn decode(self) -> Result<Head, serde_json::Error> {
        let meta = serde_json::from_str(&self.meta)?;
        Ok(Head { meta, model: self.model, preview: self.preview, cut: self.cut })
    }
}

/// What was read of a file, to be kept.
pub(super) struct Read {
    pub number: i64,
    pub name: String,
    pub mark: Mark,
    pub head: Head,
}

impl Read {
    /// Reads a file; none if it has no beginning.
    pub fn of(number: i64, name: &str, path: &Path) -> Option<Self> {
        let mark = Mark::of(&path.metadata().ok()?);
        let head = head::read(path).ok().flatten()?;
        Some(Self { number, name: name.to_owned(), mark, head })
    }

    pub fn store(&self, transaction: &Transaction<'_>) -> Result<(), rusqlite::Error> {
        // A number may belong to another file by now.
        const SQL: &str = "UPDATE head SET
            (mark, kind, said, base, source, provider, cwd, originator, cut, model, preview, meta)
            = (?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
            WHERE number = ?1 AND EXISTS (SELECT 1 FROM file WHERE number = ?1 AND name = ?2)";
        let Head { meta, model, preview, cut } = &self.head;
        let meta = SessionMeta { dynamic_tools: Vec::new(), ..meta.clone() };
        let Ok(text) = serde_json::to_string(&meta) else { return Ok(()) };
        let length =
            text.len() + preview.as_ref().map_or(0, String::len) + model.as_ref().map_or(0, String::len);
        let kind = match () {
            () if length > LONG => Kind::Long,
            () if preview.is_some() || *cut => Kind::Whole,
            () => Kind::Open,
        };
        let keep = |text: &Option<String>| text.clone().filter(|_| kind != Kind::Long);
        let said = meta.id.bytes();
        let base = meta.base().map(|(file, _)| file.bytes());
        let row = params![
            self.number,
            self.name,
            self.mark,
            kind as i64,
            said,
            base,
            source(&meta.source),
            meta.model_provider,
            folder(&meta.cwd),
            meta.originator,
            cut,
            keep(model),
            keep(preview),
            keep(&Some(text)),
        ];
        transaction.execute(SQL, row).map(drop)
    }
}

/// A word for what a source is, however it is stored.
pub(super) fn source(source: &SessionSource) -> &'static str {
    match source {
        SessionSource::Cli => "cli",
        SessionSource::VSCode => "vscode",
        SessionSource::Exec => "exec",
        SessionSource::Mcp => "mcp",
        SessionSource::SubAgent(_) => "subagent",
        SessionSource::Custom(_) => "custom",
        SessionSource::Unknown => "unknown",
    }
}

/// A folder in the one form of all that are equal.
pub(super) fn folder(path: &Path) -> Option<String> {
    path.components().collect::<std::path::PathBuf>().into_os_string().into_string().ok()
}
