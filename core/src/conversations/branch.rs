//! Where a conversation that is forked or reverted goes on from, as its files say.
//!
//! Of what goes on only the end is loaded, however long the beginning is; the rest can be read from its [`Chain`]. Only
//! what nothing can refer to is loaded whole, because it has to be copied. All functions block.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use codex_protocol::event::EventMsg;
use codex_protocol::events::turn::{TurnAbortReason, TurnAbortedEvent, TurnStartedEvent};
use codex_protocol::ids::ConversationId;
use codex_protocol::rollout::{HistoryBase, RolloutItem, SessionMeta};

use crate::rollout::chain::Chain;
use crate::rollout::cut::{self, Cut, Until};
use crate::rollout::peek::Kind;
use crate::rollout::read_states::{Position, ReadState, ReadStates};
use crate::rollout::reader::{self, Loaded};
use crate::rollout::{self, revert, tail};

#[derive(Debug, thiserror::Error)]
pub enum BranchError {
    #[error("there is no such turn")]
    NoSuchTurn,
    /// A file of 2025: it can only be forked as a whole.
    #[error("the lines of the conversation have no ordinals")]
    NoOrdinals,
    /// Nothing can go on in the place of this file.
    #[error("{} does not lie where conversations are stored", .0.display())]
    Elsewhere(PathBuf),
    #[error(transparent)]
    Rollout(#[from] rollout::Error),
}

/// What a fork begins with.
#[derive(Debug)]
pub struct ForkSource {
    /// What the source says of itself.
    pub meta: SessionMeta,
    /// What it goes on with: of a part that can be referred to the end, otherwise all; absent if nothing is wanted.
    pub loaded: Option<Loaded>,
    /// The part that can be referred to.
    pub referred: Option<Referred>,
    /// The end of the last turn, if it has none.
    pub interrupted: Option<RolloutItem>,
}

/// The beginning of a conversation, where it stands.
#[derive(Debug)]
pub struct Referred {
    pub base: HistoryBase,
    /// All its lines.
    pub chain: Arc<Chain>,
}

impl ForkSource {
    pub fn read(home: &Path, path: &Path, until: &Until) -> Result<Self, BranchError> {
        let (file, base) = match cut::find(home, path, until)? {
            Cut::At(file, base) => {
                let meta = reader::whole_meta(path)?;
                let chain = Chain::open_before(&file, base)?;
                let loaded = match tail::load(&chain)? {
                    Some(loaded) => loaded,
                    None => reader::load_before(&file, base.end_ordinal_exclusive)?,
                };
                let interrupted = interrupted_in(&chain)?;
                let referred = Some(Referred { base, chain: Arc::new(chain) });
                return Ok(Self { meta, loaded: Some(loaded), referred, interrupted });
            }
            Cut::Nothing => {
                let meta = reader::whole_meta(path)?;
                return Ok(Self { meta, loaded: None, referred: None, interrupted: None });
            }
            Cut::Elsewhere(file, base) => (file, Some(base)),
            Cut::NoOrdinals if *until == Until::End => (path.to_owned(), None),
            Cut::NoOrdinals => return Err(BranchError::NoOrdinals),
            Cut::NoSuchTurn => return Err(BranchError::NoSuchTurn),
        };
        let loaded = match base {
            Some(base) => reader::load_before(&file, base.end_ordinal_exclusive)?,
            None => reader::load(&file)?,
        };
        let items = loaded.items.iter().rev();
        let last = items.map(|stored| &stored.item).find_map(boundary);
        let interrupted = last.and_then(interruption);
        Ok(Self { meta: reader::whole_meta(path)?, loaded: Some(loaded), referred: None, interrupted })
    }
}

/// A conversation without its last turns, which is not begun yet.
#[derive(Debug)]
pub struct Reverted {
    old: PathBuf,
    base: Option<HistoryBase>,
}

impl Reverted {
    /// Without this turn and what came later.
    pub fn before(home: &Path, path: &Path, turn: String) -> Result<Self, BranchError> {
        let base = match cut::find(home, path, &Until::Before(turn))? {
            Cut::At(_, base) => Some(base),
            Cut::Nothing => None,
            Cut::Elsewhere(file, _) => return Err(BranchError::Elsewhere(file)),
            Cut::NoSuchTurn => return Err(BranchError::NoSuchTurn),
            Cut::NoOrdinals => return Err(BranchError::NoOrdinals),
        };
        Ok(Self { old: path.to_owned(), base })
    }

    /// Puts a new file in the place of the old one. Whoever calls this has the right to write the conversation.
    pub fn begin(&self, home: &Path) -> Result<PathBuf, rollout::Error> {
        let meta = reader::whole_meta(&self.old)?;
        revert::begin(home, &self.old, meta, self.base)
    }
}

/// Where the unread part begins, the file of a conversation may hold no more: then all that is left is read. None if
/// nothing changes.
pub fn forget_unread(
    states: &ReadStates,
    home: &Path,
    id: ConversationId,
    path: &Path,
) -> Result<Option<ReadState>, rollout::Error> {
    let Some(ReadState { first_unread: Some(Position::Turn { turn_id }), revision }) =
        states.of(&[id])?.into_iter().next()
    else {
        return Ok(None);
    };
    match cut::find(home, path, &Until::Before(turn_id))? {
        // If somebody has just read it, that counts.
        Cut::NoSuchTurn => Ok(states.update(id, &revision, None)?.ok()),
        Cut::At(..) | Cut::Elsewhere(..) | Cut::Nothing | Cut::NoOrdinals => Ok(None),
    }
}

/// The end of the last turn in a chain, if it has none.
fn interrupted_in(chain: &Chain) -> Result<Option<RolloutItem>, rollout::Error> {
    let mut lines = chain.backwards(chain.len());
    while let Some((_, line)) = lines.next_of(&[Kind::TurnStarted, Kind::Event])? {
        if let Some(event) = line.item().as_ref().and_then(boundary) {
            return Ok(interruption(event));
        }
    }
    Ok(None)
}

/// The beginning or the end of a turn.
fn boundary(item: &RolloutItem) -> Option<&EventMsg> {
    match item {
        RolloutItem::EventMsg(
            event @ (EventMsg::TurnStarted(_) | EventMsg::TurnComplete(_) | EventMsg::TurnAborted(_)),
        ) => Some(event),
        RolloutItem::EventMsg(_)
        | RolloutItem::SessionMeta(_)
        | RolloutItem::ResponseItem(_)
        | RolloutItem::Compacted(_)
        | RolloutItem::TurnContext(_) => None,
    }
}

/// The end of a turn of which nothing follows its beginning.
fn interruption(last: &EventMsg) -> Option<RolloutItem> {
    let EventMsg::TurnStarted(TurnStartedEvent { turn_id, started_at, .. }) = last else { return None };
    Some(RolloutItem::EventMsg(EventMsg::TurnAborted(TurnAbortedEvent {
        turn_id: turn_id.clone(),
        reason: TurnAbortReason::Interrupted,
        started_at: *started_at,
        completed_at: None,
        duration_ms: None,
    })))
}

#[cfg(test)]
#[path = "branch_tests.rs"]
mod tests;
