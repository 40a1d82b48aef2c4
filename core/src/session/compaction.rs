//! What compaction is to the owner of the history: when it is time for it, and how it takes effect.
//!
//! The history is replaced by one line of the file, which holds all that remains: whoever resumes the conversation needs
//! nothing that stands before it.

use codex_protocol::event::EventMsg;
use codex_protocol::events::notice::MessageEvent;
use codex_protocol::ids::TurnId;
use codex_protocol::mode::Mode;
use codex_protocol::response_item::ResponseItem;
use codex_protocol::rollout::{CompactedItem, RolloutItem};

use crate::context::compact::Before;
use crate::context::environment::EnvironmentContext;
use crate::context::{modes, tokens};
use crate::session::Session;
use crate::turn::context::TurnContext;
use crate::turn::port::Room;

/// How large the conversation was when it had last been summed up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SizeAfter {
    /// It was not, since it was loaded.
    #[default]
    Unknown,
    /// No response has counted it yet.
    Uncounted,
    Counted(i64),
}

impl SizeAfter {
    /// A conversation that is too long right after it was summed up is not summed up again before it has grown.
    fn has_grown(self, used: i64) -> bool {
        match self {
            Self::Unknown => true,
            Self::Uncounted => false,
            Self::Counted(size) => used >= size.saturating_add(size / 4),
        }
    }
}

impl Session {
    pub(super) fn room(&self) -> Room {
        let used = self.state.used(tokens::of_text(&self.services.instructions));
        let limit = self.active.as_ref().map_or(i64::MAX, |active| active.context.compact_limit);
        let is_short = used >= limit && self.size.has_grown(used);
        Room { used, is_short, can_be_made: self.before().is_worth_it() }
    }

    /// Puts a summary in the place of the history.
    pub(super) fn compact(&mut self, turn_id: TurnId, summary: String) {
        let Some(context) = self.active.as_ref().map(|active| active.context.clone()) else { return };
        let beginning = self.beginning(&context);
        let items = self.before().after(beginning, &summary, context.context_window);
        let compacted = CompactedItem { message: summary, replacement_history: Some(items) };
        // Whoever reads the file from its end finds the goal here, at the latest.
        let items: Vec<_> =
            [RolloutItem::Compacted(compacted)].into_iter().chain(self.goal_again()).collect();
        self.keep(&items);
        self.tell_model_of_goal_again();
        self.size = SizeAfter::Uncounted;
        let used = self.state.used(tokens::of_text(&self.services.instructions));
        let info = tokens::after_compaction(self.state.tokens, used, context.context_window);
        self.report_tokens(turn_id, Some(info));
    }

    /// The first count after the history was summed up says whether that was of use.
    pub(super) fn note_size(&mut self, turn_id: &TurnId, counted: i64) {
        if self.size != SizeAfter::Uncounted {
            return;
        }
        self.size = SizeAfter::Counted(counted);
        let limit = self.active.as_ref().map_or(i64::MAX, |active| active.context.compact_limit);
        if counted < limit {
            return;
        }
        let message = format!(
            "The conversation takes {counted} tokens even after it was summed up, and is to be summed up at {limit}. \
             Raise `model_auto_compact_token_limit`, or start a new thread; until then it is summed up whenever it has \
             grown by a quarter."
        );
        self.report(turn_id.clone(), EventMsg::Warning(MessageEvent { message }));
    }

    fn before(&self) -> Before<'_> {
        Before { history: self.state.history.items(), earlier: self.state.summary() }
    }

    /// What a history of this turn would begin with.
    fn beginning(&self, context: &TurnContext) -> Vec<ResponseItem> {
        let mut items = self.opening.items(EnvironmentContext::of(&context.stored()));
        items.extend(modes::change(&Mode::default(), &context.mode));
        items
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_long_from_the_start_is_not_summed_up_all_the_time() {
        assert!(SizeAfter::Unknown.has_grown(1));
        assert!(!SizeAfter::Uncounted.has_grown(i64::MAX));
        assert!(!SizeAfter::Counted(100).has_grown(124));
        assert!(SizeAfter::Counted(100).has_grown(125));
        assert!(SizeAfter::Counted(i64::MAX).has_grown(i64::MAX));
    }
}
