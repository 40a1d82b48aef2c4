//! What a patch does to files: computed against what they are, without touching them. Pure.
//!
//! The parts of a patch are applied in order to a picture of the files, so that a later part sees what an earlier
//! one did; what has to be written is the difference between the picture and the disk. Nothing is left of a patch of
//! which one part does not apply.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use codex_protocol::turn_item::FileChange;

use crate::base::line_diff;
use crate::base::paths::AbsolutePath;
use crate::base::text::middle_cut;
use crate::tools::patch::locate::{self, LocateError};
use crate::tools::patch::parse::{Chunk, FilePatch, Patch};

/// Unchanged lines around a change, as clients are shown it.
const CONTEXT: u32 = 1;
/// Of one file, more is not shown.
const MOST_SHOWN: usize = 1024 * 1024;
/// Of all files of a patch together, more is not held in memory.
const MOST_BYTES: usize = 256 * 1024 * 1024;

/// What is at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node {
    Absent,
    File {
        content: Arc<[u8]>,
        /// Permissions; those that new files get if absent.
        mode: Option<u32>,
    },
    Link {
        target: PathBuf,
        /// Where it leads in the end.
        real: PathBuf,
    },
}

/// A path as it is on the disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// The path without links but for its last part.
    pub own: PathBuf,
    pub node: Node,
}

/// Looks at a path. The text of a failure says what is wrong with it.
pub type LookAt<'a> = dyn FnMut(&Path) -> Result<Look, String> + 'a;

/// A place that the patch changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Touched {
    pub own: PathBuf,
    pub before: Node,
    pub after: Node,
    /// The place whose file was moved here, as it was before the patch.
    pub from: Option<PathBuf>,
}

/// A patch that applies.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    pub touched: Vec<Touched>,
    /// For clients, by path.
    pub shown: BTreeMap<PathBuf, FileChange>,
    /// For the model: a line for each file.
    pub summary: String,
}

/// Why a patch does not apply.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChangeError {
    #[error("cannot {what} {path}: {why}")]
    Path { what: &'static str, path: AbsolutePath, why: String },
    #[error("cannot update {path}: {source}")]
    Chunk { path: AbsolutePath, source: LocateError },
    #[error("the files of the patch have more than {MOST_BYTES} bytes together; split the patch")]
    TooMuch,
}

impl Changes {
    /// What the patch does, its paths seen from a folder.
    pub fn compute(patch: &Patch, cwd: &AbsolutePath, look: &mut LookAt<'_>) -> Result<Self, ChangeError> {
        let mut picture = Picture { look, places: HashMap::new(), order: Vec::new(), bytes: 0 };
        let mut done = Vec::new();
        for file in &patch.files {
            let path = cwd.join(file.path());
            done.push(match file {
                FilePatch::Add { content, .. } => picture.add(path, content)?,
                FilePatch::Delete { .. } => picture.delete(path)?,
                FilePatch::Update { move_to, chunks, .. } => {
                    picture.update(path, move_to.as_ref().map(|to| cwd.join(to)), chunks)?
                }
            });
        }
        let shown = picture.shown(&done);
        Ok(Self { touched: picture.touched(), shown, summary: summary(patch) })
    }

    /// What a patch wanted to do that does not apply, for clients.
    pub fn wanted(patch: &Patch, cwd: &AbsolutePath) -> BTreeMap<PathBuf, FileChange> {
        let change = |file: &FilePatch| match file {
            FilePatch::Add { content, .. } => FileChange::Add { content: cut(content.clone()) },
            FilePatch::Delete { .. } => FileChange::Delete { content: String::new() },
            FilePatch::Update { move_to, chunks, .. } => FileChange::Update {
                unified_diff: cut(chunks.iter().map(Chunk::to_string).collect()),
                move_path: move_to.as_ref().map(|to| cwd.join(to).into_path_buf()),
            },
        };
        patch.files.iter().map(|file| (cwd.join(file.path()).into_path_buf(), change(file))).collect()
    }
}

/// What a part of the patch did.
struct Done {
    path: AbsolutePath,
    kind: Kind,
    /// Where the file was, and where it is now.
    own: PathBuf,
    now: PathBuf,
    moved_to: Option<AbsolutePath>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Add,
    Delete,
    Update,
}

/// The files as the parts of the patch so far have left them.
struct Picture<'a, 'b> {
    look: &'a mut LookAt<'b>,
    places: HashMap<PathBuf, Touched>,
    order: Vec<PathBuf>,
    bytes: usize,
}

impl Picture<'_, '_> {
    fn add(&mut self, path: AbsolutePath, content: &str) -> Result<Done, ChangeError> {
        let own = self.file_at(&path, "write")?;
        let mode = self.mode(&own);
        self.put(&own, content.as_bytes().into(), mode)?;
        Ok(Done { path, kind: Kind::Add, now: own.clone(), own, moved_to: None })
    }

    fn delete(&mut self, path: AbsolutePath) -> Result<Done, ChangeError> {
        let own = self.at(&path, "delete")?;
        match self.now(&own) {
            Node::Absent => return Err(failed("delete", &path, MISSING)),
            Node::File { content, .. } if std::str::from_utf8(&content).is_err() => {
                return Err(failed("delete", &path, "it is not UTF-8 text; delete it with a command"));
            }
            Node::File { .. } | Node::Link { .. } => self.set(&own, Node::Absent),
        }
        Ok(Done { path, kind: Kind::Delete, now: own.clone(), own, moved_to: None })
    }

    fn update(
        &mut self,
        path: AbsolutePath,
        to: Option<AbsolutePath>,
        chunks: &[Chunk],
    ) -> Result<Done, ChangeError> {
        let entry = self.at(&path, "update")?;
        let own = self.file_at(&path, "update")?;
        let Node::File { content, mode } = self.now(&own) else {
            return Err(failed("update", &path, MISSING));
        };
        let Ok(text) = std::str::from_utf8(&content) else {
            return Err(failed("update", &path, "it is not UTF-8 text; change it with a command"));
        };
        let text = locate::apply(text, chunks)
            .map_err(|source| ChangeError::Chunk { path: path.clone(), source })?;
        let now = match &to {
            Some(to) => self.file_at(to, "write")?,
            None => own.clone(),
        };
        if now != own {
            // Of a link only the link goes; what it led to was not asked about.
            self.set(&entry, Node::Absent);
        }
        self.put(&now, text.as_bytes().into(), mode)?;
        if now != own && entry == own {
            // Of what was made or moved here by the patch, the origin is where that came from.
            let origin = match self.places.get(&own) {
                Some(Touched { before: Node::Absent, from, .. }) => from.clone(),
                Some(_) | None => Some(own.clone()),
            };
            if let Some(place) = self.places.get_mut(&now) {
                place.from = origin;
            }
        }
        Ok(Done { path, kind: Kind::Update, own, now, moved_to: to })
    }

    /// The place of a path, as which a link stands for itself.
    fn at(&mut self, path: &AbsolutePath, what: &'static str) -> Result<PathBuf, ChangeError> {
        let Look { own, node } = (self.look)(path).map_err(|why| failed(what, path, &why))?;
        if !self.places.contains_key(&own) {
            if let Node::File { content, .. } = &node {
                self.count(content.len())?;
            }
            let place = Touched { own: own.clone(), before: node.clone(), after: node, from: None };
            self.places.insert(own.clone(), place);
            self.order.push(own.clone());
        }
        Ok(own)
    }

    /// The place of the file that a path names, perhaps through links.
    fn file_at(&mut self, path: &AbsolutePath, what: &'static str) -> Result<PathBuf, ChangeError> {
        let own = self.at(path, what)?;
        let Node::Link { real, .. } = self.now(&own) else { return Ok(own) };
        let real = AbsolutePath::new(real).map_err(|error| failed(what, path, &error.to_string()))?;
        let own = self.at(&real, what)?;
        match self.now(&own) {
            Node::Link { .. } => Err(failed(what, path, "its links lead nowhere")),
            Node::Absent | Node::File { .. } => Ok(own),
        }
    }

    fn now(&self, own: &Path) -> Node {
        self.places.get(own).map_or(Node::Absent, |place| place.after.clone())
    }

    fn set(&mut self, own: &Path, node: Node) {
        if let Some(place) = self.places.get_mut(own) {
            place.after = node;
        }
    }

    fn put(&mut self, own: &Path, content: Arc<[u8]>, mode: Option<u32>) -> Result<(), ChangeError> {
        self.count(content.len())?;
        self.set(own, Node::File { content, mode });
        Ok(())
    }

    /// The mode that a file keeps when it is overwritten.
    fn mode(&self, own: &Path) -> Option<u32> {
        match self.now(own) {
            Node::File { mode, .. } => mode,
            Node::Absent | Node::Link { .. } => None,
        }
    }

    fn count(&mut self, bytes: usize) -> Result<(), ChangeError> {
        self.bytes = self.bytes.saturating_add(bytes);
        if self.bytes > MOST_BYTES { Err(ChangeError::TooMuch) } else { Ok(()) }
    }

    fn touched(mut self) -> Vec<Touched> {
        let places = self.order.iter().filter_map(|own| self.places.remove(own));
        places.filter(|place| place.before != place.after).collect()
    }

    /// What became of each path that the patch names, by its first part that does.
    fn shown(&self, done: &[Done]) -> BTreeMap<PathBuf, FileChange> {
        let mut shown = BTreeMap::new();
        for Done { path, kind, own, now, moved_to } in done {
            let before = self.places.get(own).map_or(&Node::Absent, |place| &place.before);
            let after = self.places.get(now).map_or(&Node::Absent, |place| &place.after);
            let change = match (kind, before, after) {
                // Made and deleted again.
                (_, Node::Absent, Node::Absent) => continue,
                (_, before, Node::Absent | Node::Link { .. }) => FileChange::Delete { content: text(before) },
                (Kind::Add, _, after) | (_, Node::Absent, after) => FileChange::Add { content: text(after) },
                (Kind::Delete | Kind::Update, before, after) => FileChange::Update {
                    unified_diff: cut(line_diff::hunks(&text(before), &text(after), CONTEXT)),
                    move_path: moved_to.clone().map(AbsolutePath::into_path_buf),
                },
            };
            let entry = shown.entry(path.as_path().to_path_buf());
            if moved_to.is_some() {
                entry.insert_entry(change);
            } else {
                entry.or_insert(change);
            }
        }
        shown
    }
}

const MISSING: &str = "there is no such file";

fn failed(what: &'static str, path: &AbsolutePath, why: &str) -> ChangeError {
    ChangeError::Path { what, path: path.clone(), why: why.to_owned() }
}

fn text(node: &Node) -> String {
    match node {
        Node::Absent => String::new(),
        Node::File { content, .. } => cut(String::from_utf8_lossy(content).into_owned()),
        Node::Link { target, .. } => target.display().to_string(),
    }
}

fn cut(text: String) -> String {
    if text.len() <= MOST_SHOWN {
        return text;
    }
    middle_cut(&text, MOST_SHOWN, |missing| format!("\n[... {missing} bytes left out ...]\n"))
}

/// Added, then modified, then deleted files, as the patch names them.
fn summary(patch: &Patch) -> String {
    let mut out = String::from("Success. Updated the following files:\n");
    let mut list = |letter: char, pick: fn(&FilePatch) -> Option<&str>| {
        for path in patch.files.iter().filter_map(pick) {
            out.extend([letter, ' ']);
            out.push_str(path);
            out.push('\n');
        }
    };
    list('A', |file| matches!(file, FilePatch::Add { .. }).then(|| file.path()));
    list('M', |file| match file {
        FilePatch::Update { move_to, path, .. } => Some(move_to.as_ref().unwrap_or(path)),
        FilePatch::Add { .. } | FilePatch::Delete { .. } => None,
    });
    list('D', |file| matches!(file, FilePatch::Delete { .. }).then(|| file.path()));
    out
}
