//! The turns and items of a stored thread, in pieces.
//!
//! A piece is read from the files where it stands, from either end, however much there is besides. Files of 2025 name
//! their turns by counting them; those are read whole, and their places are numbers. Everything here blocks.

use std::path::Path;
use std::sync::Arc;

use codex_app_server_protocol::v2::item::ThreadItem;
use codex_app_server_protocol::v2::turn::Turn;
use codex_core::rollout::chain::{Chain, Forwards, Line};
use codex_core::rollout::peek::Kind;
use codex_core::rollout::{self, reader};
use codex_protocol::event::EventMsg;
use codex_protocol::ids::{ConversationId, TurnId};
use codex_protocol::rollout::{HistoryMode, RolloutItem};
use codex_protocol::turn_item::TurnItem;

use super::cursor::{Anchor, Scope, cursor};
use crate::convert::to_wire::item::{Times, item};
use crate::projection::history::{History, PlacedTurn, Wanted};

pub(super) mod occurrences;

/// What turns are made of.
const OF_TURNS: &[Kind] = &[Kind::TurnStarted, Kind::ItemCompleted, Kind::Event, Kind::Compacted];
/// How far behind the end of a turn an item of it is looked for, which was complete only then.
const LATE: u64 = 256 * 1024;
/// How many items may stand between that which tells of a review and the beginning of its turn.
const REVIEW: usize = 4;
/// A page is full when it has so many bytes: some clients read no longer lines.
const FULL: usize = 48 * 1024;

/// One thread, as its files are now.
pub(super) struct StoredHistory {
    chain: Arc<Chain>,
    /// All turns, for files that have to be read whole.
    whole: Option<Vec<PlacedTurn>>,
    running: Option<TurnId>,
}

/// Where a turn begins.
struct Start {
    place: u64,
    id: TurnId,
}

/// Where a history ends.
#[derive(Clone, Debug, Default)]
pub(super) struct Ends {
    /// The last turn that was begun, and where.
    pub last_turn: Option<(TurnId, u64)>,
    pub last_item: Option<u64>,
}

/// Where reading backwards begins, as clients are told.
pub(super) struct EndCursors {
    pub turns: Option<String>,
    pub items: Option<String>,
}

impl Ends {
    pub fn cursors(&self, thread: ConversationId) -> EndCursors {
        let at = |scope, place: Option<u64>| cursor(thread, scope, Anchor { place: place?, included: true });
        let turns = self.last_turn.as_ref().map(|(_, place)| *place);
        EndCursors { turns: at(Scope::Turns, turns), items: at(Scope::Items, self.last_item) }
    }
}

/// Where to begin, in which direction, and how far.
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece {
    pub from: Option<Anchor>,
    pub ascending: bool,
    pub limit: usize,
}

pub(super) struct PlacedItem {
    pub place: u64,
    pub turn_id: String,
    pub item: ThreadItem,
}

/// Some of a list, and whether it goes on.
pub(super) struct Found<T> {
    pub entries: Vec<T>,
    pub more: bool,
}

impl StoredHistory {
    /// `running` is the turn that has no end because it still runs.
    pub fn open(path: &Path, running: Option<TurnId>) -> Result<Self, rollout::Error> {
        let chain = Arc::new(Chain::open(path)?);
        let whole = match chain.meta.history_mode {
            HistoryMode::Paginated => None,
            HistoryMode::Legacy => Some(fold_whole(path)?.finish(running.as_ref())),
        };
        Ok(Self { chain, whole, running })
    }

    /// Of files whose lines have ordinals, and of which no turn runs.
    pub fn of(chain: Arc<Chain>) -> Self {
        Self { chain, whole: None, running: None }
    }

    /// Whether a page can begin there.
    pub fn is_place(&self, place: u64) -> Result<bool, rollout::Error> {
        match &self.whole {
            Some(_) => Ok(true),
            None => self.chain.is_start_of_line(place),
        }
    }

    pub fn ends(&self) -> Result<Ends, rollout::Error> {
        let piece = Piece { from: None, ascending: false, limit: 1 };
        let turn = self.turns(piece, Wanted::None)?.entries.pop();
        let last_turn = turn.map(|PlacedTurn { place, turn }| (TurnId::from(turn.id.as_str()), place));
        let last_item = self.items(piece, None)?.entries.pop().map(|item| item.place);
        Ok(Ends { last_turn, last_item })
    }

    pub fn turns(&self, piece: Piece, wanted: Wanted) -> Result<Found<PlacedTurn>, rollout::Error> {
        match (&self.whole, piece.ascending) {
            (Some(turns), _) => Ok(numbered(turns.iter().cloned(), |turn| turn.place, piece)),
            (None, true) => self.turns_forwards(piece, wanted),
            (None, false) => self.turns_backwards(piece, wanted),
        }
    }

    fn turns_forwards(&self, piece: Piece, wanted: Wanted) -> Result<Found<PlacedTurn>, rollout::Error> {
        let mut next = match piece.from {
            None => self.next_start(0)?,
            Some(Anchor { place, included: true }) => {
                self.start_in(self.chain.forwards(place, self.chain.len()).with_the_first(), place)?
            }
            Some(Anchor { place, included: false }) => self.next_start(self.behind(place)?)?,
        };
        let mut page = Filling::new(piece.limit);
        while let Some(start) = next {
            if page.is_full() {
                return Ok(page.found(true));
            }
            next = self.next_start(self.behind(start)?)?;
            if let Some(turn) = self.turn(start, next.unwrap_or(self.chain.len()), wanted)? {
                page.add(size_of_turn(&turn.turn), turn);
            }
        }
        Ok(page.found(false))
    }

    fn turns_backwards(&self, piece: Piece, wanted: Wanted) -> Result<Found<PlacedTurn>, rollout::Error> {
        let mut end = match piece.from {
            None => self.chain.len(),
            Some(Anchor { place, included: false }) => place,
            Some(Anchor { place, included: true }) => {
                self.next_start(self.behind(place)?)?.unwrap_or(self.chain.len())
            }
        };
        let mut starts = self.chain.backwards(end);
        let mut page = Filling::new(piece.limit);
        while let Some((_, line)) = starts.next_of(&[Kind::TurnStarted])? {
            let Some(Start { place, .. }) = self.start(&line)? else { continue };
            if page.is_full() {
                return Ok(page.found(true));
            }
            if let Some(turn) = self.turn(place, end, wanted)? {
                page.add(size_of_turn(&turn.turn), turn);
            }
            end = place;
        }
        Ok(page.found(false))
    }

    /// The turn that begins at one place and is over at the other.
    fn turn(&self, start: u64, end: u64, wanted: Wanted) -> Result<Option<PlacedTurn>, rollout::Error> {
        let mut history = History::new(wanted);
        let late = if wanted == Wanted::None { 0 } else { LATE };
        let mut lines = self.chain.forwards(start, end + late).with_the_first();
        while let Some((kind, line)) = lines.next_of(OF_TURNS)? {
            let is_late = line.place >= end;
            // A review begins with an item, which is wanted for that.
            let is_wanted = match kind {
                Kind::ItemCompleted => wanted != Wanted::None || line.place == start,
                _ => !is_late,
            };
            match line.item().filter(|_| is_wanted) {
                Some(item) if is_late => history.add_late(item),
                Some(item) => history.add(line.place, item),
                None => {}
            }
        }
        Ok(history.finish(self.running.as_ref()).into_iter().next())
    }

    /// Items of the thread, or of one of its turns.
    pub fn items(&self, piece: Piece, turn: Option<&str>) -> Result<Found<PlacedItem>, rollout::Error> {
        if let Some(turns) = &self.whole {
            let of_turn = |item: &PlacedItem| turn.is_none_or(|turn| item.turn_id == turn);
            let items = items_of(turns).filter(of_turn).collect::<Vec<_>>();
            return Ok(numbered(items.into_iter(), |item| item.place, piece));
        }
        let (start, end) = match turn {
            None => (0, self.chain.len()),
            Some(turn) => match self.range_of(turn)? {
                Some(range) => range,
                None => return Ok(Found { entries: Vec::new(), more: false }),
            },
        };
        let mut page = Filling::new(piece.limit);
        let mut take = |line: Line<'_>| {
            let Some(item) = completed(&line).filter(|item| turn.is_none_or(|turn| item.turn_id == turn))
            else {
                return true;
            };
            let goes_on = !page.is_full();
            if goes_on {
                page.add(line.bytes.len(), item);
            }
            goes_on
        };
        let mut more = false;
        let counts_first = piece.from.is_none_or(|from| from.included);
        if piece.ascending {
            let from = match piece.from {
                None => start,
                Some(Anchor { place, included: true }) => place,
                Some(Anchor { place, included: false }) => self.behind(place)?,
            };
            let lines = self.chain.forwards(from.max(start), end);
            let mut lines = if counts_first { lines.with_the_first() } else { lines };
            while let (false, Some((_, line))) = (more, lines.next_of(&[Kind::ItemCompleted])?) {
                more = !take(line);
            }
        } else {
            let before = match piece.from {
                None => end,
                Some(Anchor { place, included: true }) => self.behind(place)?,
                Some(Anchor { place, included: false }) => place,
            };
            let lines = self.chain.backwards(before.min(end));
            let mut lines = if counts_first { lines.with_the_first() } else { lines };
            while let (false, Some((_, line))) = (more, lines.next_of(&[Kind::ItemCompleted])?) {
                if line.place < start {
                    break;
                }
                more = !take(line);
            }
        }
        Ok(page.found(more))
    }

    /// Where items of a turn stand.
    fn range_of(&self, turn: &str) -> Result<Option<(u64, u64)>, rollout::Error> {
        let mut lines = self.chain.backwards(self.chain.len());
        while let Some((_, line)) = lines.next_of(&[Kind::TurnStarted])? {
            if let Some(Start { place, .. }) = self.start(&line)?.filter(|start| start.id.as_str() == turn) {
                let next = self.next_start(line.end())?.unwrap_or(self.chain.len());
                return Ok(Some((place, (next + LATE).min(self.chain.len()))));
            }
        }
        Ok(None)
    }

    /// Where the turn begins that this line says has begun. None: it goes on with one that has begun before.
    ///
    /// A review is told of by an item before its turn, or that of its reviewer, begins.
    fn start(&self, line: &Line<'_>) -> Result<Option<Start>, rollout::Error> {
        let Some(RolloutItem::EventMsg(EventMsg::TurnStarted(started))) = line.item() else {
            return Ok(None);
        };
        let Some(id) = started.turn_id else { return Ok(None) };
        let root = started.root_turn_id.filter(|root| *root != id);
        let (is_part, id) = (root.is_some(), root.unwrap_or(id));
        let mut before = self.chain.backwards(line.place);
        for _ in 0..REVIEW {
            let Some((Kind::ItemCompleted, line)) = before.next_of(OF_TURNS)? else { break };
            if let Some(RolloutItem::EventMsg(EventMsg::ItemCompleted(event))) = line.item()
                && matches!(event.item, TurnItem::EnteredReviewMode(_))
                && event.turn_id == id
            {
                return Ok(Some(Start { place: line.place, id }));
            }
        }
        Ok((!is_part).then_some(Start { place: line.place, id }))
    }

    /// Where the first turn begins from here on.
    fn next_start(&self, from: u64) -> Result<Option<u64>, rollout::Error> {
        self.start_in(self.chain.forwards(from, self.chain.len()), from)
    }

    fn start_in(&self, mut lines: Forwards<'_>, from: u64) -> Result<Option<u64>, rollout::Error> {
        while let Some((_, line)) = lines.next_of(&[Kind::TurnStarted])? {
            if let Some(Start { place, .. }) = self.start(&line)?.filter(|start| start.place >= from) {
                return Ok(Some(place));
            }
        }
        Ok(None)
    }

    /// Where the line behind this one begins.
    fn behind(&self, place: u64) -> Result<u64, rollout::Error> {
        let mut lines = self.chain.forwards(place, self.chain.len());
        Ok(lines.next_line()?.map_or(place, |line| line.end()))
    }
}

/// All turns of a file, as far as it has been read.
pub(super) fn fold_whole(path: &Path) -> Result<History, rollout::Error> {
    let chain = Chain::open(path)?;
    match chain.meta.history_mode {
        HistoryMode::Paginated => fold_chain(&chain),
        HistoryMode::Legacy => {
            let mut history = History::default();
            for (number, stored) in (0..).zip(reader::load(path)?.items) {
                history.add(number, stored.item);
            }
            Ok(history)
        }
    }
}

/// The same of files whose lines have ordinals.
pub(super) fn fold_chain(chain: &Chain) -> Result<History, rollout::Error> {
    let mut history = History::default();
    let mut lines = chain.forwards(0, chain.len());
    while let Some((_, line)) = lines.next_of(OF_TURNS)? {
        if let Some(item) = line.item() {
            history.add(line.place, item);
        }
    }
    Ok(history)
}

fn completed(line: &Line<'_>) -> Option<PlacedItem> {
    let Some(RolloutItem::EventMsg(EventMsg::ItemCompleted(event))) = line.item() else { return None };
    let times = Times { started: event.started_at_ms, completed: event.completed_at_ms };
    let turn_id = event.turn_id.to_string();
    Some(PlacedItem { place: line.place, turn_id, item: item(event.item, times) })
}

/// The items of all turns, counted.
fn items_of(turns: &[PlacedTurn]) -> impl Iterator<Item = PlacedItem> {
    let items = turns.iter().flat_map(|placed| placed.turn.items.iter().map(|item| (&placed.turn.id, item)));
    (0..).zip(items).map(|(place, (id, item))| PlacedItem { place, turn_id: id.clone(), item: item.clone() })
}

/// A piece of a list whose places are in order.
fn numbered<T>(
    all: impl DoubleEndedIterator<Item = T>,
    place_of: impl Fn(&T) -> u64,
    piece: Piece,
) -> Found<T> {
    let is_wanted = |entry: &T| {
        piece.from.is_none_or(|Anchor { place, included }| {
            let entry = place_of(entry);
            entry == place && included || (entry > place) == piece.ascending && entry != place
        })
    };
    let wanted = all.filter(is_wanted);
    let mut entries: Vec<T> = match piece.ascending {
        true => wanted.take(piece.limit + 1).collect(),
        false => wanted.rev().take(piece.limit + 1).collect(),
    };
    let more = entries.len() > piece.limit;
    entries.truncate(piece.limit);
    Found { entries, more }
}

/// A page that is being filled.
struct Filling<T> {
    limit: usize,
    bytes: usize,
    entries: Vec<T>,
}

impl<T> Filling<T> {
    fn new(limit: usize) -> Self {
        Self { limit, bytes: 0, entries: Vec::new() }
    }

    fn is_full(&self) -> bool {
        self.entries.len() >= self.limit || self.bytes >= FULL
    }

    fn add(&mut self, bytes: usize, entry: T) {
        self.bytes += bytes;
        self.entries.push(entry);
    }

    fn found(self, more: bool) -> Found<T> {
        Found { entries: self.entries, more }
    }
}

fn size_of_turn(turn: &Turn) -> usize {
    serde_json::to_vec(turn).map_or(FULL, |text| text.len())
}
