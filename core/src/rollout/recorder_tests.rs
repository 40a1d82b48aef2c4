//! The recorder on disks of all kinds.

use codex_protocol::event::EventMsg;
use codex_protocol::events::item::ItemCompletedEvent;
use codex_protocol::events::notice::MessageEvent;
use codex_protocol::ids::ConversationId;
use codex_protocol::response_item::ResponseItem;
use codex_protocol::turn_item::{AgentMessageItem, TurnItem};

use super::super::log::tests::Disk;
use super::*;

struct Fixture {
    folder: tempfile::TempDir,
    group: TaskGroup,
    recorder: RolloutRecorder,
    disk: Disk,
}

fn path(folder: &tempfile::TempDir) -> PathBuf {
    folder.path().join("sessions/2026/11/22/r.jsonl")
}

fn fixture() -> Fixture {
    let folder = tempfile::tempdir().unwrap();
    let group = TaskGroup::new();
    let id = ConversationId::new();
    let meta = SessionMeta::new(id, "2026-11-22T20:51:57.439Z".into(), "/w".into(), "0.169.0");
    let recorder = RolloutRecorder::create(path(&folder), meta, &group);
    let disk = match &recorder.shared.queue().writer {
        Writer::Waiting(waiting) => waiting.log.disk.clone(),
        _ => panic!(),
    };
    Fixture { folder, group, recorder, disk }
}

fn said(text: &str) -> RolloutItem {
    RolloutItem::ResponseItem(ResponseItem::message("user", text))
}

fn completed(text: &str) -> RolloutItem {
    RolloutItem::EventMsg(EventMsg::ItemCompleted(ItemCompletedEvent {
        thread_id: ConversationId::new(),
        turn_id: "t".into(),
        item: TurnItem::AgentMessage(AgentMessageItem::new("m".into(), text.into(), None)),
        started_at_ms: None,
        completed_at_ms: None,
    }))
}

/// Ordinal, kind and text of each line.
fn lines(folder: &tempfile::TempDir) -> Vec<String> {
    let text = std::fs::read_to_string(path(folder)).unwrap();
    let line = |line: &str| {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        let payload = &line["payload"];
        let text = payload["content"][0]["text"].as_str().or(payload["type"].as_str()).unwrap_or("");
        format!("{} {} {text}", line["ordinal"], line["type"].as_str().unwrap())
    };
    text.lines().map(line).collect()
}

#[tokio::test]
async fn nothing_happens_before_the_first_record() {
    let f = fixture();
    let warning = RolloutItem::EventMsg(EventMsg::Warning(MessageEvent { message: "w".into() }));
    assert_eq!(f.recorder.record(&[warning]).unwrap(), 0);
    f.recorder.flush().await.unwrap();
    assert_eq!(f.group.running(), 0);
    assert_eq!(std::fs::read_dir(f.folder.path()).unwrap().count(), 0);
    f.recorder.close().await.unwrap();
    assert!(matches!(f.recorder.record(&[said("late")]), Err(Error::Closed)));
}

#[tokio::test]
async fn records_are_numbered_lines_behind_the_meta_line() {
    let f = fixture();
    assert_eq!(f.recorder.record(&[said("a"), said("b")]).unwrap(), 2);
    let seq = f.recorder.clone().record(&[said("c")]).unwrap();
    assert_eq!(seq, 3);
    f.recorder.until_written(seq).await.unwrap();
    assert_eq!(f.recorder.written().borrow().seq, 3);
    let expected = ["0 session_meta ", "1 response_item a", "2 response_item b", "3 response_item c"];
    assert_eq!(lines(&f.folder), expected);
    f.recorder.close().await.unwrap();
    f.group.finished().await;
    assert!(matches!(f.recorder.record(&[said("d")]), Err(Error::Closed)));
}

#[tokio::test]
async fn what_was_recorded_is_written_though_all_handles_are_gone() {
    let f = fixture();
    for number in 0..300 {
        f.recorder.record(&[said(&number.to_string())]).unwrap();
    }
    drop(f.recorder);
    f.group.finished().await;
    assert_eq!(lines(&f.folder).len(), 301);
}

#[tokio::test]
async fn a_full_disk_is_reported_and_leaves_no_hole_when_it_is_over() {
    let f = fixture();
    f.recorder.record(&[said("a")]).unwrap();
    f.recorder.flush().await.unwrap();
    f.disk.set(30);
    let seq = f.recorder.record(&[said("b")]).unwrap();
    let error = f.recorder.until_written(seq).await.unwrap_err();
    assert!(error.to_string().contains("r.jsonl"), "{error}");
    assert!(f.recorder.flush().await.is_err());
    assert_eq!(lines(&f.folder).len(), 2);
    f.disk.set(u64::MAX);
    let seq = f.recorder.record(&[said("c")]).unwrap();
    f.recorder.until_written(seq).await.unwrap();
    assert!(f.recorder.written().borrow().failed.is_none());
    f.recorder.flush().await.unwrap();
    let expected = ["0 session_meta ", "1 response_item a", "2 response_item b", "3 response_item c"];
    assert_eq!(lines(&f.folder), expected);
}

#[tokio::test]
async fn what_a_full_disk_keeps_in_memory_is_bounded() {
    let f = fixture();
    f.disk.set(0);
    let big = said(&"x".repeat(KEPT + 1));
    let seq = f.recorder.record(&[big]).unwrap();
    assert!(f.recorder.until_written(seq).await.is_err());
    assert!(matches!(f.recorder.record(&[said("a")]), Err(Error::GivenUp)));
    f.disk.set(u64::MAX);
    // What was taken is written; what came after something that is missing is not.
    assert!(matches!(f.recorder.record(&[said("b")]), Err(Error::GivenUp)));
    f.recorder.close().await.unwrap();
    assert_eq!(lines(&f.folder).len(), 2);
}

#[tokio::test]
async fn a_disk_that_hangs_takes_the_room_and_not_the_time() {
    let f = fixture();
    // Nothing is written before this test waits for something.
    let filled = |count: usize| (0..count).map(|_| f.recorder.record(&[said("x")])).all(|seq| seq.is_ok());
    assert!(filled(ROOM - 1) && f.recorder.has_room());
    assert!(filled(1) && !f.recorder.has_room());
    f.recorder.room().await;
    assert!(filled(QUEUE));
    assert!(matches!(f.recorder.record(&[said("x")]), Err(Error::GivenUp)));
    f.recorder.close().await.unwrap();
    assert_eq!(lines(&f.folder).len(), 1 + ROOM + QUEUE);
}

#[tokio::test]
async fn only_what_is_whole_counts_as_written() {
    let f = fixture();
    f.recorder.record(&[said("a")]).unwrap();
    f.recorder.flush().await.unwrap();
    let line = std::fs::read_to_string(path(&f.folder)).unwrap().lines().last().unwrap().len() as u64 + 1;
    f.disk.set(2 * line + 3);
    let seqs =
        [f.recorder.record(&[said("b")]).unwrap(), f.recorder.record(&[said("c"), said("d")]).unwrap()];
    assert!(f.recorder.flush().await.is_err());
    assert!(f.recorder.until_written(seqs[0]).await.is_ok());
    assert!(f.recorder.until_written(seqs[1]).await.is_err(), "only half of it is there");
    f.disk.set(u64::MAX);
    f.recorder.flush().await.unwrap();
    assert!(f.recorder.until_written(seqs[1]).await.is_ok());
    assert_eq!(
        lines(&f.folder)[1..].join(","),
        "1 response_item a,2 response_item b,3 response_item c,4 response_item d"
    );
}

#[tokio::test]
async fn a_file_of_2025_is_continued_in_its_form() {
    let f = fixture();
    let path = path(&f.folder);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, "").unwrap();
    let recorder = RolloutRecorder::append_to(path, WriterLock::none(), Found::default(), &f.group);
    assert_eq!(recorder.record(&[completed("hi")]).unwrap(), 1);
    recorder.close().await.unwrap();
    assert_eq!(lines(&f.folder), ["null event_msg item_completed", "null event_msg agent_message"]);
}

#[tokio::test]
async fn without_a_file_everything_counts_as_written() {
    let recorder = RolloutRecorder::none();
    let seq = recorder.record(&[said("a"), said("b")]).unwrap();
    assert_eq!(seq, 2);
    recorder.until_written(seq).await.unwrap();
    recorder.flush().await.unwrap();
    recorder.close().await.unwrap();
    assert_eq!(recorder.path(), None);
}
