//! Lists from the files alone: by creation, only the heads of as many files are read as a page shows.

use std::fs::Metadata;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use codex_protocol::ids::ConversationId;

use super::error::Error;
use super::head::{self, Head};
use super::list::{Heads, Looked, Stock};
use super::location::{self, Named};
use super::query::ListQuery;
use super::segments::Superseded;
use super::walk::{Found, Walk, changed_of};

/// More files than this are not looked at for one page.
const LOOKED_AT: usize = 10_000;

/// The files of a home directory.
#[derive(Clone, Copy)]
pub(super) struct Files<'a> {
    pub home: &'a Path,
    pub recently: Option<&'a dyn Recently>,
}

/// What need not be read again.
pub(super) trait Recently {
    /// Of a folder that is still in this state.
    fn named(&self, folder: &Path, metadata: &Metadata) -> Option<Arc<Named>>;

    /// The state is that of this time, before the folder was read.
    fn keep_named(&self, folder: &Path, state: (&Metadata, SystemTime), named: &Arc<Named>);

    /// Of a file that is still in this state.
    fn head(&self, path: &Path, metadata: &Metadata) -> Option<Head>;

    fn keep(&self, path: &Path, metadata: &Metadata, head: &Head);
}

impl Files<'_> {
    /// The files of a folder that have the name of a conversation, in no order; none if there is no such folder.
    pub fn named_in(&self, folder: &Path) -> Result<Arc<Named>, Error> {
        let now = SystemTime::now();
        let recently = self.recently.and_then(|recently| Some((recently, folder.metadata().ok()?)));
        let Some((recently, metadata)) = recently else {
            return location::named_in(folder).map(Arc::new);
        };
        if let Some(named) = recently.named(folder, &metadata) {
            return Ok(named);
        }
        let named = Arc::new(location::named_in(folder)?);
        recently.keep_named(folder, (&metadata, now), &named);
        Ok(named)
    }
}

impl Heads for Files<'_> {
    type Failed = Error;

    fn head(&mut self, path: &Path) -> Result<Result<Looked, Error>, Error> {
        let metadata = match path.metadata() {
            Ok(metadata) => metadata,
            Err(source) => return Ok(Err(Error::io("read", path, source))),
        };
        let changed_ms = changed_of(&metadata);
        if let Some(head) = self.recently.and_then(|recently| recently.head(path, &metadata)) {
            return Ok(Ok(Looked { head, changed_ms }));
        }
        let head = match head::read(path) {
            Ok(Some(head)) => head,
            Ok(None) => return Ok(Err(Error::NoMeta(path.to_path_buf()))),
            Err(source) => return Ok(Err(Error::io("read", path, source))),
        };
        if let Some(recently) = self.recently {
            recently.keep(path, &metadata, &head);
        }
        Ok(Ok(Looked { head, changed_ms }))
    }

    /// A base that cannot be looked for is one that is not there.
    fn file(&mut self, id: ConversationId) -> Result<Option<PathBuf>, Error> {
        Ok(location::find_file(self.home, id).ok().flatten())
    }
}

/// Files in the order of a list.
pub(super) struct Walked<'a> {
    files: Files<'a>,
    walk: Walk<'a>,
    superseded: Superseded<'a>,
}

impl<'a> Walked<'a> {
    pub fn new(files: Files<'a>, query: &ListQuery) -> Result<Self, Error> {
        let walk = Walk::new(files, query.archived, query.sort, query.direction)?;
        Ok(Self { files, walk, superseded: Superseded::new(files) })
    }
}

impl Stock for Walked<'_> {
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

impl Heads for Walked<'_> {
    type Failed = Error;

    fn head(&mut self, path: &Path) -> Result<Result<Looked, Error>, Error> {
        self.files.head(path)
    }

    fn file(&mut self, id: ConversationId) -> Result<Option<PathBuf>, Error> {
        self.files.file(id)
    }
}
