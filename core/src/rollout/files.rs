//! Lists from the files alone: by creation, only the heads of as many files are read as a page shows.

use std::path::{Path, PathBuf};

use codex_protocol::ids::ConversationId;

use super::cursor::Cursor;
use super::error::Error;
use super::list::{Heads, Looked, Stock};
use super::query::ListQuery;
use super::segments::Superseded;
use super::walk::{Found, Walk, changed_ms};
use super::{head, location};

/// More files than this are not looked at for one page.
const LOOKED_AT: usize = 10_000;

pub(super) struct Files<'a> {
    heads: FileHeads<'a>,
    walk: Walk,
    superseded: Superseded<'a>,
}

impl<'a> Files<'a> {
    pub fn new(home: &'a Path, query: &ListQuery) -> Result<Self, Error> {
        let from = query.cursor.as_deref().map(Cursor::parse).transpose()?.map(Cursor::at_ms);
        let walk = Walk::new(home, query.archived, query.sort, query.direction, from)?;
        Ok(Self { heads: FileHeads { home }, walk, superseded: Superseded::new(home) })
    }
}

impl Stock for Files<'_> {
    fn next(&mut self) -> Result<Option<Found>, Error> {
        self.walk.next()
    }

    fn is_superseded(&mut self, found: &Found) -> Result<bool, Error> {
        self.superseded.contains(&found.name, &found.path)
    }

    fn most(&self) -> usize {
        LOOKED_AT
    }
}

impl Heads for Files<'_> {
    type Failed = Error;

    fn head(&mut self, path: &Path) -> Result<Result<Looked, Error>, Error> {
        self.heads.head(path)
    }

    fn file(&mut self, id: ConversationId) -> Result<Option<PathBuf>, Error> {
        self.heads.file(id)
    }
}

/// Beginnings as the files have them.
pub(super) struct FileHeads<'a> {
    pub home: &'a Path,
}

impl Heads for FileHeads<'_> {
    type Failed = Error;

    fn head(&mut self, path: &Path) -> Result<Result<Looked, Error>, Error> {
        let head = match head::read(path) {
            Ok(Some(head)) => head,
            Ok(None) => return Ok(Err(Error::NoMeta(path.to_path_buf()))),
            Err(source) => return Ok(Err(Error::io("read", path, source))),
        };
        Ok(Ok(Looked { head, changed_ms: changed_ms(path) }))
    }

    /// A base that cannot be looked for is one that is not there.
    fn file(&mut self, id: ConversationId) -> Result<Option<PathBuf>, Error> {
        Ok(location::find_file(self.home, id).ok().flatten())
    }
}
