//! Loads of a stored conversation what it goes on with, from its end.
//!
//! That is everything since the last compaction that says what remained, the settings of the last turn, the
//! last counts of tokens, and the goal, which is said again with each compaction: what the model is shown is bounded, and
//! so is this, however long the file. The result is a
//! [`Loaded`] from which the same state is built as from the whole. Files of 2025 say less at each place; they are
//! loaded whole, and so are files without ordinals where there should be some. All functions block.

use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher, RandomState};
use std::path::Path;

use codex_protocol::event::EventMsg;
use codex_protocol::rollout::{HistoryMode, RolloutItem, SessionMeta};

use super::chain::{Chain, Line};
use super::decode::{Content, Decoded, Unread, decode};
use super::error::Error;
use super::line;
use super::mend::Broken;
use super::peek::{self, Kind};
use super::reader::{self, Loaded, Problems, Stored, Torn};
use super::salvage;

/// How far before the compaction the rest is looked for.
const FURTHER: u64 = 16 * 1024 * 1024;

/// Of the file at this path, which is loaded whole where it has to be.
pub fn load_file(path: &Path) -> Result<Loaded, Error> {
    match load(&Chain::open(path)?)? {
        Some(loaded) => Ok(loaded),
        None => reader::load(path),
    }
}

/// None if the conversation has to be loaded whole.
pub fn load(chain: &Chain) -> Result<Option<Loaded>, Error> {
    let Some(meta) = whole_meta(chain)? else { return Ok(None) };
    if meta.history_mode == HistoryMode::Legacy {
        return Ok(None);
    }
    let mut reading = Reading::default();
    for gap in &chain.gaps {
        reading.problems.add(0, gap);
    }
    let mut lines = chain.backwards(chain.len());
    let mut place = chain.len();
    while !reading.has_all(place) {
        let Some(line) = lines.next_line()? else { break };
        place = line.place;
        reading.take_line(line, chain);
    }
    let Some(last_ordinal) = reading.last_ordinal else { return Ok(None) };
    let Reading { mut items, problems, unknown, repeated, torn, broken, .. } = reading;
    items.reverse();
    let items = items.into_iter().flatten().collect();
    let next_ordinal = Some(last_ordinal.saturating_add(1));
    Ok(Some(Loaded { meta, items, next_ordinal, problems, unknown, repeated, torn, broken }))
}

/// The first line with the instructions, which can be long. None if something stands before it.
fn whole_meta(chain: &Chain) -> Result<Option<SessionMeta>, Error> {
    let mut lines = chain.forwards(chain.own_start(), chain.len());
    let line = lines.next_line()?;
    Ok(match line.map(|line| decode(line::trimmed(line.bytes))) {
        Some(Ok((_, _, Content::Meta(meta)))) => Some(*meta),
        _ => None,
    })
}

#[derive(Default)]
struct Reading {
    /// The last one first; what turned out to stand there twice is taken out.
    items: Vec<Option<Stored>>,
    problems: Problems,
    unknown: BTreeMap<String, usize>,
    repeated: usize,
    torn: Option<Torn>,
    broken: Vec<Broken>,
    last_ordinal: Option<u64>,
    has_line: bool,
    has_history: bool,
    /// Where the compaction stands that says what remained.
    history_place: Option<u64>,
    has_settings: bool,
    has_tokens: bool,
    has_limits: bool,
    has_goal: bool,
    hasher: RandomState,
    /// The lines that were read, with the place of their item.
    seen: HashMap<u64, usize>,
}

impl Reading {
    /// The counts of tokens are not looked for for ever, because there may be none.
    fn has_all(&self, place: u64) -> bool {
        let is_enough = self.has_history && self.has_settings;
        let is_far = self.history_place.is_some_and(|history| history - place > FURTHER);
        is_enough && (self.has_tokens || is_far)
    }

    /// Whether a line of this kind can say something that is not known yet.
    fn needs(&self, kind: Kind) -> bool {
        match kind {
            Kind::ResponseItem | Kind::Compacted | Kind::UndoCompleted => !self.has_history,
            Kind::TurnContext => !self.has_settings,
            Kind::TokenCount => !self.has_tokens || !self.has_limits,
            Kind::Goal => !self.has_goal,
            Kind::Meta | Kind::TurnStarted | Kind::ItemCompleted | Kind::Event | Kind::Other => false,
        }
    }

    fn take_line(&mut self, line: Line<'_>, chain: &Chain) {
        let bytes = line::trimmed(line.bytes);
        if bytes.is_empty() {
            return;
        }
        let is_last = !std::mem::replace(&mut self.has_line, true);
        if let Some(seen) =
            peek::peek(bytes).filter(|seen| !is_last && !self.needs(seen.kind) && is_plausible(bytes))
        {
            self.last_ordinal = self.last_ordinal.max(seen.ordinal);
            return;
        }
        match decode(bytes) {
            Ok(decoded) => self.take(bytes, line.place, decoded),
            Err(what @ Unread::Foreign(_)) => self.problems.add(0, format!("at byte {}: {what}", line.place)),
            Err(what @ Unread::NoLine(_)) => {
                let parts = salvage::parts(line.bytes);
                let is_ended = line.place + (line.bytes.len() as u64) < chain.len();
                if is_last && !is_ended && parts.whole.is_empty() {
                    let offset = line.place - chain.own_start();
                    self.torn = Some(Torn { offset, bytes: line.bytes.len() as u64 });
                    return;
                }
                self.problems.add(0, format!("at byte {}: {what}", line.place));
                if let Some(offset) = line.place.checked_sub(chain.own_start()) {
                    self.broken.extend(
                        parts.broken.into_iter().map(|part| Broken {
                            offset: offset + part.start as u64,
                            bytes: part.len() as u64,
                        }),
                    );
                }
                for part in parts.whole.into_iter().rev().filter_map(|part| line.bytes.get(part)) {
                    if let Ok(decoded) = decode(part) {
                        self.take(part, line.place, decoded);
                    }
                }
            }
        }
    }

    fn take(&mut self, bytes: &[u8], place: u64, (ordinal, at_ms, content): Decoded) {
        self.last_ordinal = self.last_ordinal.max(ordinal);
        let item = match content {
            Content::Meta(_) => None,
            Content::Passed(kind) => {
                *self.unknown.entry(kind).or_default() += 1;
                None
            }
            Content::Item(item) => self.wanted(place, item).map(|item| Stored { at_ms, item }),
        };
        if ordinal.is_some() {
            // The first of two copies counts, as for those who read from the beginning.
            let number = self.hasher.hash_one(bytes);
            if let Some(later) = self.seen.insert(number, self.items.len()) {
                self.repeated += 1;
                if item.is_some()
                    && let Some(later) = self.items.get_mut(later)
                {
                    *later = None;
                }
            }
        }
        if item.is_some() {
            self.items.push(item);
        }
    }

    /// What of an item is needed to go on, if anything.
    fn wanted(&mut self, place: u64, item: RolloutItem) -> Option<RolloutItem> {
        match &item {
            RolloutItem::SessionMeta(_) => None,
            RolloutItem::ResponseItem(_) | RolloutItem::EventMsg(EventMsg::UndoCompleted(_)) => {
                (!self.has_history).then_some(item)
            }
            RolloutItem::Compacted(compacted) => {
                let is_wanted = !self.has_history;
                if compacted.replacement_history.is_some() {
                    self.has_history = true;
                    self.history_place.get_or_insert(place);
                }
                is_wanted.then_some(item)
            }
            RolloutItem::TurnContext(_) => (!std::mem::replace(&mut self.has_settings, true)).then_some(item),
            RolloutItem::EventMsg(EventMsg::TokenCount(count)) => {
                let is_news = count.info.is_some() && !self.has_tokens
                    || count.rate_limits.is_some() && !self.has_limits;
                self.has_tokens |= count.info.is_some();
                self.has_limits |= count.rate_limits.is_some();
                is_news.then_some(item)
            }
            RolloutItem::EventMsg(EventMsg::ThreadGoalUpdated(_) | EventMsg::ThreadGoalCleared(_)) => {
                (!std::mem::replace(&mut self.has_goal, true)).then_some(item)
            }
            RolloutItem::EventMsg(_) => None,
        }
    }
}

/// Whether a line that nobody takes apart looks whole, with nothing glued to it.
fn is_plausible(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    let another = || memchr::memmem::find(bytes.get(1..).unwrap_or_default(), b"{\"timestamp\":\"");
    text.ends_with('}') && another().is_none()
}
