//! Sections that users sort their conversations into: `thread_sections.jsonl` in the home directory.
//!
//! A conversation is in one section at most, at a place of its own among the others. One section is always there. The public
//! codex keeps its own sections in a database (`state_5.sqlite`), which is not read; nor does it read these.
//! All functions but those of [`Sections`] block.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use codex_protocol::ids::ConversationId;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::error::Error;
use super::journal::{self, Sum};

/// The id of the section that is always there. Clients know it.
pub const PINNED: &str = "01984de2-8f74-7c91-a3b2-5c5e937cf318";

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Section {
    pub id: String,
    pub name: String,
    #[serde(default)]
    pub appearance: Option<Appearance>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Appearance {
    pub icon: Option<String>,
    pub color: Option<String>,
}

/// Where a conversation is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    pub section: Section,
    /// Unix seconds.
    pub entered_at: i64,
}

/// A conversation is put into a section, or out of the one that it is in.
#[derive(Clone, Debug)]
pub struct Move {
    pub id: ConversationId,
    pub section: Option<String>,
    /// Behind the last one if absent.
    pub before: Option<ConversationId>,
    /// Unix seconds.
    pub now: i64,
}

/// Why a section is not changed.
#[derive(Debug, thiserror::Error)]
pub enum SectionError {
    #[error("section name must not be empty")]
    NoName,
    #[error("thread section not found: {0}")]
    Unknown(String),
    #[error("the built-in pinned section cannot be {0}")]
    BuiltIn(&'static str),
    #[error("section {0} does not exist")]
    NoTarget(String),
    #[error("thread {0} cannot be moved before itself")]
    BeforeItself(ConversationId),
    #[error("before thread {before} is not in section {section}")]
    NotThere { before: ConversationId, section: String },
    #[error(transparent)]
    Store(#[from] Error),
}

/// A new section with this name.
pub fn create(home: &Path, name: &str, appearance: Option<Appearance>) -> Result<Section, SectionError> {
    let section = Section { id: Uuid::now_v7().to_string(), name: named(name)?, appearance };
    journal::decide(&file(home), |_: &Sections| {
        Ok((Some(Entry::Saved { section: section.clone() }), section.clone()))
    })
}

/// Names a section, and says how it is shown if that is given.
pub fn update(
    home: &Path,
    id: &str,
    name: &str,
    appearance: Option<Appearance>,
) -> Result<Section, SectionError> {
    let name = named(name)?;
    if id == PINNED {
        return Err(SectionError::BuiltIn("renamed"));
    }
    journal::decide(&file(home), |sections: &Sections| {
        let old = sections.get(id).ok_or_else(|| SectionError::Unknown(id.to_owned()))?;
        let section = Section { id: old.id, name, appearance: appearance.or(old.appearance) };
        Ok((Some(Entry::Saved { section: section.clone() }), section))
    })
}

/// The conversations in it stay, in no section.
pub fn delete(home: &Path, id: &str) -> Result<(), SectionError> {
    if id == PINNED {
        return Err(SectionError::BuiltIn("deleted"));
    }
    journal::decide(&file(home), |sections: &Sections| match sections.get(id) {
        Some(_) => Ok((Some(Entry::Deleted { section_id: id.to_owned() }), ())),
        None => Err(SectionError::Unknown(id.to_owned())),
    })
}

pub fn place(home: &Path, Move { id, section, before, now }: Move) -> Result<(), SectionError> {
    if before == Some(id) {
        return Err(SectionError::BeforeItself(id));
    }
    journal::decide(&file(home), |sections: &Sections| {
        if let Some(section) = &section {
            let Some(_) = sections.get(section) else { return Err(SectionError::NoTarget(section.clone())) };
            let is_there = |before| sections.order(section).any(|id| id == before);
            if let Some(before) = before.filter(|before| !is_there(*before)) {
                return Err(SectionError::NotThere { before, section: section.clone() });
            }
        } else if !sections.places.contains_key(&id) {
            return Ok((None, ()));
        }
        Ok((Some(Entry::Moved { thread_id: id, section_id: section, before, at: now }), ()))
    })
}

/// All sections and what is in them; only the one that is always there if nothing was ever sorted.
pub fn read(home: &Path) -> Result<Sections, Error> {
    journal::read(&file(home))
}

fn named(name: &str) -> Result<String, SectionError> {
    match name.trim() {
        "" => Err(SectionError::NoName),
        name => Ok(name.to_owned()),
    }
}

pub(super) fn file(home: &Path) -> PathBuf {
    home.join("thread_sections.jsonl")
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Entry {
    Saved { section: Section },
    Deleted { section_id: String },
    Moved { thread_id: ConversationId, section_id: Option<String>, before: Option<ConversationId>, at: i64 },
}

/// What all decisions add up to.
#[derive(Debug, Default)]
pub struct Sections {
    made: Vec<Section>,
    /// In the order of their places.
    threads: HashMap<String, Vec<ConversationId>>,
    /// In which section, and since when.
    places: HashMap<ConversationId, (String, i64)>,
}

impl Sections {
    /// In the order in which they are listed.
    pub fn all(&self) -> impl Iterator<Item = Section> + '_ {
        std::iter::once(pinned()).chain(self.made.iter().cloned())
    }

    pub fn get(&self, id: &str) -> Option<Section> {
        self.all().find(|section| section.id == id)
    }

    pub fn of(&self, id: &ConversationId) -> Option<Placed> {
        let (section, entered_at) = self.places.get(id)?;
        Some(Placed { section: self.get(section)?, entered_at: *entered_at })
    }

    /// The conversations of a section by their places.
    pub fn order(&self, section: &str) -> impl DoubleEndedIterator<Item = ConversationId> + '_ {
        self.threads.get(section).into_iter().flatten().copied()
    }

    fn take_out(&mut self, id: &ConversationId) -> Option<(String, i64)> {
        let was = self.places.remove(id)?;
        if let Some(threads) = self.threads.get_mut(&was.0) {
            threads.retain(|other| other != id);
        }
        Some(was)
    }
}

impl Sum for Sections {
    type Entry = Entry;

    fn add(&mut self, entry: Entry) {
        match entry {
            Entry::Saved { section } => match self.made.iter_mut().find(|other| other.id == section.id) {
                Some(old) => *old = section,
                None => self.made.push(section),
            },
            Entry::Deleted { section_id } => {
                self.made.retain(|section| section.id != section_id);
                self.threads.remove(&section_id);
                self.places.retain(|_, (section, _)| *section != section_id);
            }
            Entry::Moved { thread_id, section_id, before, at } => {
                let was = self.take_out(&thread_id);
                let Some(section) = section_id else { return };
                let entered_at = was.filter(|(old, _)| *old == section).map_or(at, |(_, since)| since);
                let threads = self.threads.entry(section.clone()).or_default();
                let index = before.and_then(|before| threads.iter().position(|id| *id == before));
                threads.insert(index.unwrap_or(threads.len()), thread_id);
                self.places.insert(thread_id, (section, entered_at));
            }
        }
    }

    fn entries(&self) -> Vec<Entry> {
        let saved = self.made.iter().map(|section| Entry::Saved { section: section.clone() });
        let moved = self.all().flat_map(|section| {
            let since = |id| self.places.get(&id).map(|(_, since)| *since);
            let moved = |id| Entry::Moved {
                thread_id: id,
                section_id: Some(section.id.clone()),
                before: None,
                at: since(id).unwrap_or_default(),
            };
            self.order(&section.id).map(moved).collect::<Vec<_>>()
        });
        saved.chain(moved).collect()
    }
}

fn pinned() -> Section {
    Section { id: PINNED.to_owned(), name: "Pinned".to_owned(), appearance: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u8) -> ConversationId {
        format!("01a20507-a775-7583-bb12-0000000000{number:02x}").parse().unwrap()
    }

    fn put(home: &Path, number: u8, section: Option<&str>, before: Option<u8>, now: i64) {
        let section = section.map(str::to_owned);
        place(home, Move { id: id(number), section, before: before.map(id), now }).unwrap();
    }

    fn order(sections: &Sections, section: &str) -> Vec<u8> {
        let last = |id: ConversationId| u8::from_str_radix(&id.to_string()[34..], 16).unwrap();
        sections.order(section).map(last).collect()
    }

    #[test]
    fn conversations_have_places_and_say_since_when() {
        let home = tempfile::tempdir().unwrap();
        let home = home.path();
        let a = create(home, " A ", None).unwrap();
        let b = create(home, "A", Some(Appearance { icon: None, color: Some("red".into()) })).unwrap();
        for (number, before) in [(1, None), (2, None), (3, Some(1))] {
            put(home, number, Some(&a.id), before, 100);
        }
        put(home, 2, Some(PINNED), None, 100);
        put(home, 1, Some(&a.id), None, 200);
        put(home, 9, None, None, 200);
        let sections = read(home).unwrap();
        assert_eq!((order(&sections, &a.id), order(&sections, PINNED)), (vec![3, 1], vec![2]));
        assert_eq!(sections.of(&id(1)), Some(Placed { section: a.clone(), entered_at: 100 }));
        assert_eq!(sections.all().map(|section| section.name).collect::<Vec<_>>(), ["Pinned", "A", "A"]);
        let renamed = update(home, &b.id, "B", None).unwrap();
        assert_eq!(renamed, Section { name: "B".into(), ..b.clone() });
        let mut again = Sections::default();
        sections.entries().into_iter().for_each(|entry| again.add(entry));
        assert_eq!(format!("{:?}", order(&again, &a.id)), "[3, 1]");
        assert_eq!(again.of(&id(1)), sections.of(&id(1)));
        put(home, 1, None, None, 300);
        delete(home, &a.id).unwrap();
        let sections = read(home).unwrap();
        assert_eq!((sections.of(&id(1)), sections.of(&id(3)), sections.get(&a.id)), (None, None, None));
    }

    #[test]
    fn what_cannot_be_is_said() {
        let home = tempfile::tempdir().unwrap();
        let home = home.path();
        put(home, 1, Some(PINNED), None, 1);
        let failed = |result: Result<(), SectionError>| result.unwrap_err().to_string();
        let moved = |id: ConversationId, section: &str, before| {
            failed(place(home, Move { id, section: Some(section.into()), before, now: 1 }))
        };
        assert_eq!(failed(create(home, " ", None).map(drop)), "section name must not be empty");
        assert_eq!(failed(update(home, "x", "n", None).map(drop)), "thread section not found: x");
        assert_eq!(failed(delete(home, "x")), "thread section not found: x");
        assert_eq!(failed(delete(home, PINNED)), "the built-in pinned section cannot be deleted");
        assert_eq!(moved(id(1), "x", None), "section x does not exist");
        assert_eq!(
            moved(id(1), PINNED, Some(id(1))),
            format!("thread {} cannot be moved before itself", id(1))
        );
        assert_eq!(
            moved(id(1), PINNED, Some(id(2))),
            format!("before thread {} is not in section {PINNED}", id(2))
        );
    }
}
