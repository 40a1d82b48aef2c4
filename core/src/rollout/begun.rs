//! Whether a message of the user has been stored with the turn that it begins. Blocks.

use std::path::Path;

use codex_protocol::event::EventMsg;
use codex_protocol::ids::{ConversationId, TurnId};
use codex_protocol::rollout::{HistoryMode, RolloutItem};
use codex_protocol::turn_item::TurnItem;

use super::chain::Chain;
use super::error::Error;
use super::location;
use super::peek::Kind;

/// A message of a user's, and the turn it is for.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    pub thread: ConversationId,
    pub turn: &'a TurnId,
    /// The client's own id for it.
    pub client_id: &'a str,
}

/// Turn ids grow with time, so that earlier turns are not looked through.
pub fn has_message(home: &Path, wanted: Wanted<'_>) -> Result<bool, Error> {
    let Wanted { thread, turn, client_id } = wanted;
    let Some(path) = location::find_anywhere(home, thread)? else { return Ok(false) };
    let chain = Chain::open(&path)?;
    // These files do not say of which turn a message is.
    let is_enough_to_start = chain.meta.history_mode == HistoryMode::Legacy;
    let mut lines = chain.backwards(chain.len());
    while let Some((_, line)) = lines.next_of(&[Kind::TurnStarted, Kind::ItemCompleted])? {
        let Some(RolloutItem::EventMsg(event)) = line.item() else { continue };
        match event {
            EventMsg::ItemCompleted(event) if event.turn_id == *turn => {
                if let TurnItem::UserMessage(item) = event.item
                    && item.client_id.as_deref() == Some(client_id)
                {
                    return Ok(true);
                }
            }
            EventMsg::TurnStarted(event) => match event.turn_id {
                Some(started) if started == *turn => return Ok(is_enough_to_start),
                Some(started) if started.as_str() < turn.as_str() => return Ok(false),
                _ => {}
            },
            _ => {}
        }
    }
    Ok(false)
}
