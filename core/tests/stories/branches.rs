//! Conversations that go on from an earlier point, in a story: by the functions that `thread/fork` and `thread/revert`
//! call, without the server.

use std::collections::HashSet;
use std::path::Path;

use codex_core::conversations::branch::{ForkSource, Reverted};
use codex_core::conversations::fork::Fork;
use codex_core::rollout::cut::Until;
use codex_core::rollout::reader::Loaded;
use codex_protocol::event::EventMsg;
use codex_protocol::ids::TurnId;
use codex_protocol::response_item::ResponseItem;
use codex_protocol::rollout::RolloutItem;

use crate::playing::Playing;
use crate::story::Stage;

impl Stage {
    /// Goes on with a fork of the conversation, which has the turns up to this one; all of them without a number.
    pub async fn fork(&mut self, playing: Playing, turn: &str) -> Playing {
        let id = self.leave(playing).await;
        let (path, whole) = self.load(id);
        let until = if turn.is_empty() { Until::End } else { Until::After(turn_of(&whole, turn)) };
        let source = ForkSource::read(self.home(), &path, &until).unwrap();
        Playing::new(self.manager.fork(self.config.clone(), Fork::of(source)).await.unwrap())
    }

    /// Goes on without this turn and those after it.
    pub async fn revert(&mut self, playing: Playing, turn: &str) -> Playing {
        let id = self.leave(playing).await;
        let (path, whole) = self.load(id);
        let reverted = Reverted::before(self.home(), &path, turn_of(&whole, turn)).unwrap();
        reverted.begin(self.home()).unwrap();
        self.take_up(id).await
    }

    /// What must hold between any two steps: the file says what the session knows, what the model is shown is well
    /// formed, and whatever began has ended.
    pub async fn look_for_damage(&self, playing: &Playing) {
        self.replay(playing).await;
        let state = playing.conversation.state().await.unwrap();
        let (mut calls, mut outputs) = (HashSet::new(), HashSet::new());
        for item in state.history.items() {
            let fresh = match &**item {
                ResponseItem::FunctionCall { call_id, .. } | ResponseItem::CustomToolCall { call_id, .. } => {
                    calls.insert(call_id.to_string())
                }
                ResponseItem::FunctionCallOutput { call_id, .. }
                | ResponseItem::CustomToolCallOutput { call_id, .. } => {
                    assert!(calls.contains(call_id.as_str()), "an output before its call");
                    outputs.insert(call_id.to_string())
                }
                _ => true,
            };
            assert!(fresh, "twice the same call: {item:?}");
        }
        assert_eq!(calls, outputs, "calls and outputs");
        if playing.conversation.snapshot().await.unwrap().is_stored {
            whatever_began_has_ended(&self.load(playing.conversation.id()).1);
        }
    }

    fn home(&self) -> &Path {
        self.config.codex_home.as_path()
    }
}

/// The id of a turn, counted from 1; from the beginning again if there are not that many.
fn turn_of(loaded: &Loaded, number: &str) -> String {
    let turns: Vec<&TurnId> = events(loaded)
        .filter_map(|event| match event {
            EventMsg::TurnStarted(started) => started.turn_id.as_ref(),
            _ => None,
        })
        .collect();
    let number: usize = number.parse().expect("the number of a turn");
    turns[(number - 1) % turns.len()].to_string()
}

fn whatever_began_has_ended(loaded: &Loaded) {
    let mut running = None;
    let mut ended = HashSet::new();
    for event in events(loaded) {
        match event {
            EventMsg::TurnStarted(started) => {
                assert_eq!(running, None, "a turn begins in another one");
                running = started.turn_id.clone();
            }
            EventMsg::TurnComplete(end) => {
                assert_eq!(running.take(), end.turn_id, "another turn ends");
                assert!(ended.insert(end.turn_id.clone()), "it ends twice");
            }
            EventMsg::TurnAborted(end) => {
                assert_eq!(running.take(), end.turn_id, "another turn is aborted");
                assert!(ended.insert(end.turn_id.clone()), "it ends twice");
            }
            _ => {}
        }
    }
    assert_eq!(running, None, "a turn has no end");
}

fn events(loaded: &Loaded) -> impl Iterator<Item = &EventMsg> {
    loaded.items.iter().filter_map(|stored| match &stored.item {
        RolloutItem::EventMsg(event) => Some(event),
        _ => None,
    })
}
