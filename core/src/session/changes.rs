//! What a client changes between turns: the settings of later ones, and what the model knows.

use codex_protocol::ids::TurnId;
use codex_protocol::response_item::ResponseItem;
use codex_protocol::rollout::{RolloutItem, TurnContextItem};
use codex_protocol::submission::TurnOverrides;

use crate::session::Session;

impl Session {
    /// Changes the settings of later turns, also for whoever loads the conversation again.
    pub(super) fn update_settings(&mut self, overrides: TurnOverrides) {
        let before = self.settings.clone();
        self.change_settings(overrides);
        self.settings_unsaved |= self.settings != before;
        self.save_settings();
    }

    /// Stores changed settings once no turn runs: until then its own count. A conversation of which nothing is stored
    /// stores them with its first turn.
    pub(super) fn save_settings(&mut self) {
        if !self.settings_unsaved || self.active.is_some() || self.state.history.is_empty() {
            return;
        }
        let turn = self.settings.turn(&self.services.config, self.id, TurnId::from(""), None);
        self.record_context(&TurnContextItem { turn_id: None, ..turn.stored() });
    }

    /// Lets the model see items with its next request. A turn that runs takes them in when no call waits for its output,
    /// and asks the model once more.
    pub(super) fn inject(&mut self, items: Vec<ResponseItem>) {
        if let Some(active) = &mut self.active {
            active.later.extend(items);
            active.asks_again = active.asks_model;
            return;
        }
        let is_new = self.state.history.is_empty();
        let opening = if is_new { self.opening.items(&self.settings) } else { Vec::new() };
        let items = opening.into_iter().chain(items).map(RolloutItem::ResponseItem);
        self.keep(&items.collect::<Vec<_>>());
    }
}
