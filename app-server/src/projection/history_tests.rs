//! Stored conversations of both ages, and the promise that they read as they were told.

use codex_app_server_protocol::ServerNotification;
use codex_app_server_protocol::v2::turn::Turn;
use codex_protocol::event::{Event, EventMsg};
use codex_protocol::events::turn::TurnStartedEvent;
use codex_protocol::ids::TurnId;
use codex_protocol::rollout::{RolloutItem, RolloutLine};
use codex_protocol::turn_item::{CommandStatus, TurnItem};
use expect_test::{Expect, expect};
use proptest::prelude::*;

use super::Projection;
use super::effect::{Effect, Effects};
use super::history::{fold, turns, turns_so_far};
use super::testing::*;

fn check(lines: &[&str], expected: Expect) {
    let items = lines.iter().filter_map(|line| {
        let line = format!(r#"{{"timestamp":"",{line}}}"#);
        serde_json::from_str::<RolloutLine>(&line).ok().map(|line| line.item)
    });
    let turns: Vec<String> = turns(items).iter().map(turn).collect();
    expected.assert_eq(&turns.join("\n"));
}

#[test]
fn a_file_of_0_169() {
    check(
        &[
            r#""type":"session_meta","payload":{"id":"01a204c1-7d69-75a2-ab12-7923d3d24db5","timestamp":"","cwd":"/w","originator":"o","cli_version":"0.169.0"}"#,
            r#""type":"event_msg","payload":{"type":"task_started","turn_id":"a","root_turn_id":"a","started_at":1}"#,
            r#""type":"response_item","payload":{"type":"message","role":"user","content":[{"type":"input_text","text":"hi"}]}"#,
            r#""type":"event_msg","payload":{"type":"item_completed","thread_id":"01a204c1-7d69-75a2-ab12-7923d3d24db5","turn_id":"a","item":{"type":"UserMessage","id":"u","content":[{"type":"text","text":"hi","text_elements":[]}]},"started_at_ms":1000,"completed_at_ms":1000}"#,
            r#""type":"world_state","payload":{"full":true}"#,
            r#""type":"event_msg","payload":{"type":"item_completed","thread_id":"01a204c1-7d69-75a2-ab12-7923d3d24db5","turn_id":"a","item":{"type":"AgentMessage","id":"m","content":[{"type":"Text","text":"Hello"}]},"started_at_ms":1,"completed_at_ms":2}"#,
            r#""type":"event_msg","payload":{"type":"token_count","info":null}"#,
            r#""type":"event_msg","payload":{"type":"task_complete","turn_id":"a","started_at":1,"completed_at":2,"duration_ms":9}"#,
            r#""type":"event_msg","payload":{"type":"task_started","turn_id":"b","started_at":3}"#,
            r#""type":"event_msg","payload":{"type":"turn_aborted","turn_id":"b","reason":"interrupted","completed_at":4}"#,
            r#""type":"event_msg","payload":{"type":"task_started","turn_id":"c","started_at":5}"#,
            r#""type":"event_msg","payload":{"type":"task_complete","turn_id":"c","error":{"message":"no"}}"#,
            r#""type":"event_msg","payload":{"type":"task_started","turn_id":"d","started_at":6}"#,
            r#""type":"event_msg","payload":{"type":"task_started","turn_id":"e","started_at":7}"#,
        ],
        expect![[r#"
            a completed 1..2 9ms full[user u [{"type":"text","text":"hi","text_elements":[]}], agent m "Hello"]
            b interrupted 3..4 -1ms full[]
            c failed "no" 5..-1 -1ms full[]
            d interrupted 6..-1 -1ms full[]
            e interrupted 7..-1 -1ms full[]"#]],
    );
}

#[test]
fn reviews_are_one_turn_with_and_without_a_conversation_of_the_reviewer() {
    let item = |turn: &str, item: &str| {
        format!(
            r#""type":"event_msg","payload":{{"type":"item_completed","thread_id":"01a204c1-7d69-75a2-ab12-7923d3d24db5","turn_id":"{turn}","item":{item}}}"#
        )
    };
    let begun = |turn: &str, root: &str| {
        format!(
            r#""type":"event_msg","payload":{{"type":"task_started","turn_id":"{turn}","root_turn_id":"{root}","started_at":1}}"#
        )
    };
    let ended = |turn: &str| {
        format!(
            r#""type":"event_msg","payload":{{"type":"task_complete","turn_id":"{turn}","completed_at":2}}"#
        )
    };
    let entered = r#"{"type":"EnteredReviewMode","id":"e","target":{"type":"uncommittedChanges"},"user_facing_hint":"current changes"}"#;
    let exited = r#"{"type":"ExitedReviewMode","id":"x","review_output":{"findings":[],"overall_correctness":"","overall_explanation":"Fine.","overall_confidence_score":0.0}}"#;
    let said = r#"{"type":"AgentMessage","id":"m","content":[{"type":"Text","text":"Fine."}]}"#;
    let asked =
        r#"{"type":"UserMessage","id":"u","content":[{"type":"text","text":"look","text_elements":[]}]}"#;
    for reviewer in ["r", "other"] {
        let lines = [
            item("r", entered),
            begun(reviewer, "r"),
            item(reviewer, asked),
            item("r", exited),
            item("r", said),
            ended("r"),
            begun("s", "s"),
            ended("s"),
        ];
        check(
            &lines.each_ref().map(String::as_str),
            expect![[r#"
                r completed 1..2 -1ms full[{"type":"enteredReviewMode","id":"e","review":"current changes"}, user u [{"type":"text","text":"look","text_elements":[]}], {"type":"exitedReviewMode","id":"x","review":"Fine."}, agent m "Fine."]
                s completed 1..2 -1ms full[]"#]],
        );
    }
}

#[test]
fn a_file_of_2025() {
    check(
        &[
            r#""type":"session_meta","payload":{"id":"01a204c1-7d69-75a2-ab12-7923d3d24db5","timestamp":"","cwd":"/w","originator":"o","cli_version":"0.53.0","instructions":null}"#,
            r#""type":"event_msg","payload":{"type":"user_message","message":"hi","images":["data:x"]}"#,
            r#""type":"event_msg","payload":{"type":"agent_reasoning","text":"hm"}"#,
            r#""type":"event_msg","payload":{"type":"agent_message","message":"Hello"}"#,
            r#""type":"event_msg","payload":{"type":"user_message","message":"more"}"#,
            r#""type":"event_msg","payload":{"type":"turn_aborted","reason":"interrupted"}"#,
            r#""type":"event_msg","payload":{"type":"user_message","message":"again"}"#,
        ],
        expect![[r#"
            turn-1 completed -1..-1 -1ms full[user turn-1-item-1 [{"type":"text","text":"hi","text_elements":[]},{"type":"image","url":"data:x"}], {"type":"reasoning","id":"turn-1-item-2","summary":["hm"],"content":[]}, agent turn-1-item-3 "Hello"]
            turn-2 interrupted -1..-1 -1ms full[user turn-2-item-1 [{"type":"text","text":"more","text_elements":[]}]]
            turn-3 completed -1..-1 -1ms full[user turn-3-item-1 [{"type":"text","text":"again","text_elements":[]}]]"#]],
    );
}

#[test]
fn messages_that_repeat_items_are_not_shown_twice() {
    check(
        &[
            r#""type":"event_msg","payload":{"type":"task_started","turn_id":"a"}"#,
            r#""type":"event_msg","payload":{"type":"user_message","message":"hi"}"#,
            r#""type":"event_msg","payload":{"type":"item_completed","thread_id":"01a204c1-7d69-75a2-ab12-7923d3d24db5","turn_id":"a","item":{"type":"UserMessage","id":"u","content":[{"type":"text","text":"hi"}]}}"#,
            r#""type":"event_msg","payload":{"type":"user_message","message":"hi"}"#,
            r#""type":"event_msg","payload":{"type":"task_complete","turn_id":"a"}"#,
            r#""type":"event_msg","payload":{"type":"task_started","turn_id":"b"}"#,
            r#""type":"event_msg","payload":{"type":"user_message","message":"only a message"}"#,
            r#""type":"event_msg","payload":{"type":"task_complete","turn_id":"b"}"#,
        ],
        expect![[r#"
            a completed -1..-1 -1ms full[user u [{"type":"text","text":"hi","text_elements":[]}]]
            b completed -1..-1 -1ms full[user b-item-1 [{"type":"text","text":"only a message","text_elements":[]}]]"#]],
    );
}

/// What a recorder keeps of these events.
fn stored(events: &[Event]) -> Vec<RolloutItem> {
    let kept = events.iter().filter(|event| {
        matches!(
            event.msg,
            EventMsg::TurnStarted(_)
                | EventMsg::TurnComplete(_)
                | EventMsg::TurnAborted(_)
                | EventMsg::ItemCompleted(_)
        )
    });
    kept.map(|event| RolloutItem::EventMsg(event.msg.clone())).collect()
}

/// Moves the events of the helpers to another turn.
fn in_turn(id: &TurnId, msg: EventMsg) -> Event {
    let msg = match msg {
        EventMsg::TurnStarted(event) => {
            EventMsg::TurnStarted(TurnStartedEvent { turn_id: Some(id.clone()), ..event })
        }
        EventMsg::TurnComplete(mut event) => {
            event.turn_id = Some(id.clone());
            EventMsg::TurnComplete(event)
        }
        EventMsg::TurnAborted(mut event) => {
            event.turn_id = Some(id.clone());
            EventMsg::TurnAborted(event)
        }
        EventMsg::ItemStarted(mut event) => {
            event.turn_id = id.clone();
            EventMsg::ItemStarted(event)
        }
        EventMsg::ItemCompleted(mut event) => {
            event.turn_id = id.clone();
            EventMsg::ItemCompleted(event)
        }
        other => other,
    };
    Event { id: id.clone(), msg }
}

/// A conversation of a few turns.
fn conversation() -> impl Strategy<Value = Vec<Event>> {
    let item = (0..3u8, "[a-z]{1,3}").prop_map(|(kind, text)| (kind, text));
    let turn = (prop::collection::vec(item, 0..5), 0..3u8);
    prop::collection::vec(turn, 0..4).prop_map(|turns| {
        let mut events = Vec::new();
        for (number, (items, end)) in turns.into_iter().enumerate() {
            let id = TurnId::from(format!("t{number}"));
            let mut add = |msg| events.push(in_turn(&id, msg));
            add(turn_started());
            for (place, (kind, text)) in items.into_iter().enumerate() {
                let name = format!("i{number}.{place}");
                let (first, last): (TurnItem, TurnItem) = match kind {
                    0 => (user(&name, &text), user(&name, &text)),
                    1 => (agent(&name, ""), agent(&name, &text)),
                    2.. => (
                        command(&name, Some("1"), CommandStatus::InProgress),
                        command(&name, Some("1"), CommandStatus::Completed),
                    ),
                };
                add(started(first));
                add(ended(last));
            }
            add(match end {
                0 => complete(),
                1 => failed("no"),
                2.. => aborted(),
            });
        }
        events
    })
}

/// The turns as a client puts them together that reads every notification.
fn heard(events: &[Event]) -> (Vec<Turn>, Projection) {
    let mut projection = Projection::new("thread".into(), None, || 0);
    let mut turns: Vec<Turn> = Vec::new();
    let mut effects = Effects::new();
    for event in events {
        projection.apply(event.clone(), &mut effects);
    }
    for effect in effects {
        let (Effect::Notify(notification) | Effect::Broadcast(notification)) = effect else { continue };
        match notification {
            ServerNotification::TurnStarted(n) => turns.push(n.turn),
            ServerNotification::TurnCompleted(n) => {
                let items = std::mem::take(&mut turns.last_mut().unwrap().items);
                *turns.last_mut().unwrap() = Turn { items, ..n.turn };
            }
            ServerNotification::ItemStarted(n) => turns.last_mut().unwrap().items.push(n.item),
            ServerNotification::ItemCompleted(n) => {
                *turns.last_mut().unwrap().items.last_mut().unwrap() = n.item
            }
            other => drop(other),
        }
    }
    for turn in &mut turns {
        turn.items_view = codex_app_server_protocol::v2::turn::TurnItemsView::Full;
    }
    (turns, projection)
}

proptest! {
    #[test]
    fn a_conversation_reads_as_it_was_told(events in conversation()) {
        prop_assert_eq!(turns(stored(&events)), heard(&events).0);
    }

    #[test]
    fn who_joins_sees_exactly_what_was_told(events in conversation(), cut in any::<prop::sample::Index>()) {
        let told = &events[..cut.index(events.len() + 1)];
        let (turns, projection) = heard(told);
        // The file is always ahead of what was told.
        prop_assert_eq!(turns_so_far(fold(stored(&events)), projection.told()), turns);
    }
}
