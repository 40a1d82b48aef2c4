//! Which folders of stored conversations have changed since they were read.
//!
//! A folder says so itself, whenever a name in it appears or goes. So looking at a few hundred folders is enough to know
//! the names of all files. What is in the files is another question.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::time::SystemTime;
use std::{fs, io};

use super::super::error::Error;
use super::super::location::{self, ARCHIVED, SESSIONS};
use super::super::walk;
use super::failed::Failed;
use super::mark::Mark;
use super::store::Store;

/// What has changed.
#[derive(Debug, Default)]
pub(super) struct Look {
    /// Folders of folders, with what is in them.
    pub inner: Vec<Inner>,
    /// Folders of files, which are still to be read: the newest first, archived ones last.
    pub leaves: Vec<Leaf>,
    /// Folders that are no more.
    pub gone: Vec<String>,
}

#[derive(Debug)]
pub(super) struct Inner {
    pub path: String,
    pub mark: Option<Mark>,
    pub children: Vec<String>,
    /// Whether there is anything to remember.
    pub is_news: bool,
}

/// Paths are those from the home directory on.
#[derive(Clone, Debug)]
pub(super) struct Leaf {
    pub path: String,
    /// As of now; none if it may change again unnoticed.
    pub mark: Option<Mark>,
    pub archived: bool,
    /// Everything in it was created between these two (Unix milliseconds).
    pub first: i64,
    pub last: i64,
}

/// Folders as they were when they were read.
type Known = HashMap<String, Option<Mark>>;

/// Years, months, days.
const LEVELS: usize = 3;

pub(super) fn look(store: &Store, home: &Path) -> Result<Look, Failed> {
    let known = known(store)?;
    let mut children: HashMap<&str, Vec<&str>> = HashMap::new();
    for path in known.keys() {
        let parent = path.rsplit_once('/').map_or("", |(parent, _)| parent);
        children.entry(parent).or_default().push(path);
    }
    let mut walk = Looking {
        home,
        now: SystemTime::now(),
        known: &known,
        children,
        seen: HashSet::new(),
        look: Look::default(),
    };
    walk.visit(SESSIONS, 0)?;
    walk.visit_archived()?;
    let Looking { seen, mut look, .. } = walk;
    look.gone = known.keys().filter(|path| !seen.contains(*path)).cloned().collect();
    Ok(look)
}

fn known(store: &Store) -> Result<Known, Failed> {
    let mut statement = store.reader().prepare("SELECT path, mark FROM folder")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

struct Looking<'a> {
    home: &'a Path,
    now: SystemTime,
    known: &'a Known,
    children: HashMap<&'a str, Vec<&'a str>>,
    seen: HashSet<String>,
    look: Look,
}

/// How a folder is found.
enum State {
    Absent,
    AsKnown,
    Changed(Option<Mark>),
}

impl Looking<'_> {
    fn visit(&mut self, path: &str, level: usize) -> Result<(), Failed> {
        if level == LEVELS {
            return self.visit_day(path);
        }
        let children = match self.state(path)? {
            State::Absent => return Ok(()),
            State::AsKnown => {
                let children = self.children.get(path).into_iter().flatten();
                let mut children: Vec<String> = children.map(|child| (*child).to_owned()).collect();
                children.sort_by_key(|child| std::cmp::Reverse((number(child), child.clone())));
                children
            }
            State::Changed(mark) => {
                let names = location::numbered(&self.home.join(path))?;
                let names = names.iter().filter_map(|child| child.file_name()?.to_str());
                let children: Vec<String> = names.map(|name| format!("{path}/{name}")).collect();
                let is_news = mark.is_some() || children.iter().any(|child| !self.known.contains_key(child));
                let path = path.to_owned();
                self.look.inner.push(Inner { path, mark, children: children.clone(), is_news });
                children
            }
        };
        children.iter().try_for_each(|child| self.visit(child, level + 1))
    }

    fn visit_day(&mut self, path: &str) -> Result<(), Failed> {
        let Some(day) = walk::day_of(self.home.join(path)) else {
            self.seen.insert(path.to_owned());
            return Ok(());
        };
        if let State::Changed(mark) = self.state(path)? {
            let (first, last) = (day.first, day.last);
            self.look.leaves.push(Leaf { path: path.to_owned(), mark, archived: false, first, last });
        }
        Ok(())
    }

    fn visit_archived(&mut self) -> Result<(), Failed> {
        if let State::Changed(mark) = self.state(ARCHIVED)? {
            let path = ARCHIVED.to_owned();
            self.look.leaves.push(Leaf { path, mark, archived: true, first: i64::MIN, last: i64::MAX });
        }
        Ok(())
    }

    fn state(&mut self, path: &str) -> Result<State, Failed> {
        let full = self.home.join(path);
        let metadata = match fs::metadata(&full) {
            Ok(metadata) => metadata,
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                return Ok(State::Absent);
            }
            Err(error) => return Err(Error::io("read", &full, error).into()),
        };
        self.seen.insert(path.to_owned());
        let known = self.known.get(path).copied().flatten();
        if known == Some(Mark::of(&metadata)) {
            return Ok(State::AsKnown);
        }
        Ok(State::Changed(Mark::settled(&metadata, self.now)))
    }
}

/// The name of a folder, which is one.
fn number(path: &str) -> u32 {
    path.rsplit('/').next().and_then(|name| name.parse().ok()).unwrap_or_default()
}
