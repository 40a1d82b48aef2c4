//! Conversations that are stored line by line, and what a fork or a revert finds in them.

use std::fs;

use crate::rollout::location;

use super::*;

const LINE: &str = r#"{"timestamp":"2026-11-22T20:51:57.481Z","ordinal":"#;

struct Stored {
    home: tempfile::TempDir,
    id: ConversationId,
    path: PathBuf,
}

/// Stores the events of a conversation.
fn stored(events: &[&str]) -> Stored {
    let home = tempfile::tempdir().unwrap();
    let id = ConversationId::new();
    let path = location::path_of(home.path(), id, id.created_ms().unwrap());
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let meta = SessionMeta::new(id, String::new(), "/w".into(), "0.169.0");
    let meta = serde_json::to_string(&meta).unwrap();
    let mut text = format!("{LINE}0,\"type\":\"session_meta\",\"payload\":{meta}}}\n");
    for (ordinal, event) in (1..).zip(events) {
        text += &format!("{LINE}{ordinal},\"type\":{event}}}\n");
    }
    fs::write(&path, text).unwrap();
    Stored { home, id, path }
}

const BEGUN: &str = r#""event_msg","payload":{"type":"task_started","turn_id":"a","started_at":5}"#;
const ENDED: &str = r#""event_msg","payload":{"type":"task_complete","turn_id":"a"}"#;
const SECOND: &str = r#""event_msg","payload":{"type":"task_started","turn_id":"b"}"#;
const SAID: &str = r#""response_item","payload":{"type":"message","role":"user","content":[]}"#;

#[test]
fn a_turn_without_an_end_is_interrupted() {
    let interrupted = |events: &[&str]| {
        let Stored { home, path, .. } = stored(events);
        ForkSource::read(home.path(), &path, &Until::End).unwrap().interrupted
    };
    assert_eq!(interrupted(&[]), None);
    assert_eq!(interrupted(&[BEGUN, SAID, ENDED]), None);
    let Some(RolloutItem::EventMsg(EventMsg::TurnAborted(end))) = interrupted(&[SECOND, BEGUN, SAID]) else {
        panic!("it is cut off")
    };
    assert_eq!((end.turn_id, end.started_at), (Some("a".into()), Some(5)));
}

#[test]
fn of_what_was_compacted_only_the_end_is_loaded() {
    let compacted = r#""compacted","payload":{"message":"","replacement_history":[]}"#;
    let context = r#""turn_context","payload":{"cwd":"/w","approval_policy":"never","sandbox_policy":{"type":"read-only"},"model":"m","summary":"auto"}"#;
    let Stored { home, path, .. } =
        stored(&[BEGUN, context, SAID, SAID, compacted, SAID, ENDED, SECOND, SAID]);
    let source = ForkSource::read(home.path(), &path, &Until::After("a".into())).unwrap();
    let items = source.loaded.unwrap().items;
    assert_eq!(items.len(), 3, "{items:?}");
    let Referred { base, chain } = source.referred.unwrap();
    assert_eq!((base.end_ordinal_exclusive, base.end_byte_offset), (8, Some(chain.len())));
    assert_eq!(
        chain.len(),
        fs::read_to_string(&path).unwrap().find(SECOND).unwrap() as u64 - LINE.len() as u64 - 9
    );
}

#[test]
fn what_was_unread_and_is_taken_back_is_not_unread_any_more() {
    let Stored { home, id, path } = stored(&[BEGUN, SAID, ENDED, SECOND]);
    let states = ReadStates::new(home.path());
    states.add_turn(id, "b".into()).unwrap();
    assert_eq!(forget_unread(&states, home.path(), id, &path).unwrap(), None);
    let new = Reverted::before(home.path(), &path, "b".into()).unwrap().begin(home.path()).unwrap();
    let state = forget_unread(&states, home.path(), id, &new).unwrap().unwrap();
    assert_eq!((state.first_unread.clone(), states.of(&[id]).unwrap()), (None, vec![state]));
    let added = states.add_turn(id, "c".into()).unwrap();
    assert_eq!(added.first_unread, Some(Position::Turn { turn_id: "c".into() }));
}
