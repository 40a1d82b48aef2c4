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

use super::{Filling, Found, StoredHistory, completed};

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

/// A message.
struct Message<'a> {
    place: u64,
    turn_id: &'a str,
    item: &'a ThreadItem,
}

impl StoredHistory {
    /// The occurrences from a spot on, that one included. If there are more, the last one is where they go on.
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
                    let message = Message { place, turn_id: &turn.turn.id, item };
                    page.add(message, || Ok(Some(turn.place)))?;
                }
            }
            None => self.read_occurrences(&mut page)?,
        }
        Ok(page.filling.found(page.more))
    }

    fn read_occurrences(&self, page: &mut Page<'_>) -> Result<(), rollout::Error> {
        // Of the turn that was met or looked for last; some have no beginning.
        let mut last: Option<(String, Option<u64>)> = None;
        let mut lines = self.chain.forwards(page.from.rollout_offset, self.chain.len());
        while let Some((kind, line)) = lines.next_of(&[Kind::TurnStarted, Kind::ItemCompleted])? {
            if kind == Kind::TurnStarted {
                let start = self.start(&line)?.map(|start| (start.id.to_string(), Some(start.place)));
                last = start.or(last);
                continue;
            }
            if !page.words.may_be_in(line.bytes) {
                continue;
            }
            let Some(item) = completed(&line) else { continue };
            let message = Message { place: item.place, turn_id: &item.turn_id, item: &item.item };
            page.add(message, || match &last {
                Some((turn, place)) if *turn == item.turn_id => Ok(*place),
                // What the page begins with, or what is late, belongs to a turn that has begun before.
                _ => {
                    let place = self.begin_of(&line, &item.turn_id)?;
                    last = Some((item.turn_id.clone(), place));
                    Ok(place)
                }
            })?;
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
    /// Where its turn begins is asked only if the words are in the message.
    fn add(
        &mut self,
        message: Message<'_>,
        turn_place: impl FnOnce() -> Result<Option<u64>, rollout::Error>,
    ) -> Result<(), rollout::Error> {
        let Message { place, turn_id, item } = message;
        if place < self.from.rollout_offset || self.more {
            return Ok(());
        }
        let Some(text) = said(item) else { return Ok(()) };
        let skipped = if place == self.from.rollout_offset { self.from.occurrence } else { 0 };
        let mut hits = self.words.find_all(&text).enumerate().skip(skipped).peekable();
        if hits.peek().is_none() {
            return Ok(());
        }
        let Some(turn_place) = turn_place()? else { return Ok(()) };
        for (occurrence, snippet) in hits {
            let spot = Spot { rollout_offset: place, occurrence };
            self.more = self.filling.is_full();
            let (turn_id, item_id) = (turn_id.to_owned(), item.details.id().to_owned());
            let size = snippet.text.len() + ENVELOPE;
            self.filling.add(size, Occurrence { spot, turn_id, turn_place, item_id, snippet });
            if self.more {
                break;
            }
        }
        Ok(())
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
