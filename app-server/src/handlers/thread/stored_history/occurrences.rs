//! Where something was said in a stored thread: in the messages of the user and of the agent, oldest first.
//!
//! A line is decoded only if the words can be in it, so that a long thread is read at the speed of its disk.

use codex_app_server_protocol::v2::input::UserInput;
use codex_app_server_protocol::v2::item::{ThreadItem, ThreadItemDetails};
use codex_core::rollout;
use codex_core::rollout::chain::Line;
use codex_core::rollout::peek::Kind;
use codex_core::rollout::snippet::{Snippet, Words};
use codex_protocol::event::EventMsg;
use codex_protocol::rollout::RolloutItem;
use serde::{Deserialize, Serialize};

use super::{Filling, Found, Start, StoredHistory, completed};

/// One of the occurrences in a thread: which one of the message that stands there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in super::super) struct Spot {
    pub rollout_offset: u64,
    pub occurrence: usize,
}

pub(in super::super) struct Occurrence {
    pub spot: Spot,
    pub turn_id: String,
    /// Where the turn begins.
    pub turn_place: u64,
    pub item_id: String,
    pub snippet: Snippet,
}

/// A message, and where its turn begins.
struct Message<'a> {
    place: u64,
    turn_id: &'a str,
    turn_place: u64,
    item: &'a ThreadItem,
}

impl StoredHistory {
    /// The occurrences from a spot on, that one included.
    pub(in super::super) fn occurrences(
        &self,
        words: &Words,
        from: Spot,
        limit: usize,
    ) -> Result<Found<Occurrence>, rollout::Error> {
        let mut page = Page { words, from, filling: Filling::new(limit), more: false };
        match &self.whole {
            Some(turns) => {
                let items =
                    turns.iter().flat_map(|turn| turn.turn.items.iter().map(move |item| (turn, item)));
                for (place, (turn, item)) in (0..).zip(items) {
                    page.add(Message { place, turn_id: &turn.turn.id, turn_place: turn.place, item });
                }
            }
            None => self.read_occurrences(&mut page)?,
        }
        Ok(page.filling.found(page.more))
    }

    fn read_occurrences(&self, page: &mut Page<'_>) -> Result<(), rollout::Error> {
        let mut current: Option<Start> = None;
        let mut lines = self.chain.forwards(page.from.rollout_offset, self.chain.len());
        while let Some((kind, line)) = lines.next_of(&[Kind::TurnStarted, Kind::ItemCompleted])? {
            if kind == Kind::TurnStarted {
                current = self.start(&line)?.or(current);
                continue;
            }
            if !page.words.may_be_in(line.bytes) {
                continue;
            }
            let Some(item) = completed(&line) else { continue };
            // What the page begins with, or what is late, belongs to a turn that has begun before.
            let turn_place = match &current {
                Some(start) if start.id.as_str() == item.turn_id => Some(start.place),
                _ => self.begin_of(&line, &item.turn_id)?,
            };
            let Some(turn_place) = turn_place else { continue };
            page.add(Message { place: item.place, turn_id: &item.turn_id, turn_place, item: &item.item });
            if page.more {
                break;
            }
        }
        Ok(())
    }

    /// Where the turn of a line begins: before it, or with the turn that follows a line which tells of a review.
    fn begin_of(&self, line: &Line<'_>, turn: &str) -> Result<Option<u64>, rollout::Error> {
        let mut before = self.chain.backwards(line.place);
        while let Some((_, line)) = before.next_of(&[Kind::TurnStarted])? {
            let Some(RolloutItem::EventMsg(EventMsg::TurnStarted(started))) = line.item() else { continue };
            let ids = [&started.turn_id, &started.root_turn_id];
            if ids.into_iter().flatten().any(|id| id.as_str() == turn)
                && let Some(start) = self.start(&line)?.filter(|start| start.id.as_str() == turn)
            {
                return Ok(Some(start.place));
            }
        }
        Ok(None)
    }
}

/// A page that is being filled.
struct Page<'a> {
    words: &'a Words,
    from: Spot,
    filling: Filling<Occurrence>,
    more: bool,
}

impl Page<'_> {
    fn add(&mut self, message: Message<'_>) {
        let Message { place, turn_id, turn_place, item } = message;
        if place < self.from.rollout_offset || self.more {
            return;
        }
        let Some(text) = said(item) else { return };
        for (occurrence, snippet) in self.words.find_all(&text).into_iter().enumerate() {
            let spot = Spot { rollout_offset: place, occurrence };
            if spot.rollout_offset == self.from.rollout_offset && occurrence < self.from.occurrence {
                continue;
            }
            // One more than fits tells where the next page begins.
            self.more = self.filling.is_full();
            let item_id = item.details.id().to_owned();
            let size = snippet.text.len() + ENVELOPE;
            let found = Occurrence { spot, turn_id: turn_id.to_owned(), turn_place, item_id, snippet };
            self.filling.add(size, found);
            if self.more {
                return;
            }
        }
    }
}

/// What ids and cursor of an occurrence take on the wire.
const ENVELOPE: usize = 400;

/// What a user or an agent has said, if the item is that.
fn said(item: &ThreadItem) -> Option<String> {
    if let ThreadItemDetails::AgentMessage { text, .. } = &item.details {
        return Some(text.clone());
    }
    let ThreadItemDetails::UserMessage { content, .. } = &item.details else { return None };
    let texts = content.iter().filter_map(|part| match part {
        UserInput::Text { text, .. } => Some(text.as_str()),
        UserInput::Image { .. }
        | UserInput::LocalImage { .. }
        | UserInput::Audio { .. }
        | UserInput::LocalAudio { .. }
        | UserInput::Skill { .. }
        | UserInput::Mention { .. } => None,
    });
    Some(texts.collect::<Vec<_>>().join(" "))
}
