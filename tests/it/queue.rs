//! Messages that wait until no turn runs.

use codex_tests::home::Home;
use codex_tests::model::{MockModel, last_user_text};
use codex_tests::reply::{Gate, Reply};
use codex_tests::server::AppServer;
use serde_json::{Value, json};

const NOBODY: &str = "0198aaaa-0000-7000-8000-000000000000";

fn refusal(server: &mut AppServer, method: &str, params: Value) -> String {
    let refusal = server.refused(method, params);
    format!("{} ({})", refusal.message, refusal.code)
}

fn said(text: &str) -> Value {
    json!([{"type": "text", "text": text, "text_elements": []}])
}

/// Queues a text and returns its id.
fn queue(server: &mut AppServer, thread: &str, text: &str) -> String {
    let params = json!({"threadId": thread, "input": said(text), "clientUserMessageId": format!("c {text}")});
    let queued = server.ok("thread/queue/add", params)["queuedSubmission"].clone();
    assert_eq!(
        (&queued["input"], &queued["clientUserMessageId"]),
        (&said(text), &json!(format!("c {text}")))
    );
    queued["id"].as_str().unwrap().to_owned()
}

fn queued(server: &mut AppServer, thread: &str) -> Vec<String> {
    let page = server.ok("thread/queue/list", json!({"threadId": thread}));
    let texts = page["data"].as_array().unwrap().iter();
    texts.map(|queued| queued["input"][0]["text"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn what_is_queued_follows_in_order_when_the_turn_is_over() {
    let gate = Gate::new();
    let model = MockModel::start([Reply::text("Hel").until(&gate), Reply::text("2"), Reply::text("3")]);
    let home = Home::with_model(&model, "");
    let mut server = AppServer::start_experimental(&home);
    let thread = server.start_thread(&home);
    server.start_turn(&thread, "first");
    server.expect("item/agentMessage/delta");
    let ids = ["a", "b", "c"].map(|text| queue(&mut server, &thread, text));
    assert_eq!(queued(&mut server, &thread), ["a", "b", "c"]);
    let page = server.ok("thread/queue/list", json!({"threadId": thread, "limit": 2}));
    assert_eq!((page["data"].as_array().unwrap().len(), &page["nextCursor"]), (2, &json!("2")));
    let update = json!({"threadId": thread, "queuedSubmissionId": ids[0], "input": said("a new")});
    assert_eq!(server.ok("thread/queue/update", update)["queuedSubmission"]["clientUserMessageId"], "c a");
    let order = json!({"threadId": thread, "queuedSubmissionIds": [ids[2], ids[0], ids[1]]});
    assert_eq!(server.ok("thread/queue/reorder", order), json!({}));
    let delete = json!({"threadId": thread, "queuedSubmissionId": ids[1]});
    assert_eq!(server.ok("thread/queue/delete", delete.clone()), json!({"deleted": true}));
    assert_eq!(server.ok("thread/queue/delete", delete), json!({"deleted": false}));
    assert_eq!(
        refusal(&mut server, "thread/queue/start", json!({"threadId": thread})),
        "thread already has an active or pending turn (-32600)"
    );
    assert_eq!(queued(&mut server, &thread), ["c", "a new"]);
    gate.open();
    for _ in 0..3 {
        assert_eq!(server.wait_turn(&thread).status(), "completed");
    }
    let requests = model.requests();
    assert_eq!(requests.iter().map(last_user_text).collect::<Vec<_>>(), ["first", "c", "a new"]);
    let items = server.seen("item/started");
    let names: Vec<_> = items.iter().filter_map(|told| told["item"]["clientId"].as_str()).collect();
    assert_eq!(names, ["c c", "c a"]);
    assert_eq!(queued(&mut server, &thread), [""; 0]);
    // Three added, one changed, one moved, one deleted, two begun.
    assert_eq!(server.seen("thread/queue/changed").len(), 8);
    server.ignore_rest();
}

#[test]
fn a_message_for_an_idle_thread_begins_a_turn() {
    let model = MockModel::start([Reply::text("1")]);
    let home = Home::with_model(&model, "");
    let mut server = AppServer::start_experimental(&home);
    let thread = server.start_thread(&home);
    queue(&mut server, &thread, "at once");
    assert_eq!(server.wait_turn(&thread).status(), "completed");
    assert_eq!(last_user_text(&model.wait_for_request(1)), "at once");
    let answered = server.position(|message| message["result"].get("queuedSubmission").is_some());
    assert!(answered < server.position(|message| message["method"] == "turn/started"));
    assert_eq!(server.seen("thread/queue/changed").len(), 2);
    server.ignore_rest();
}

#[test]
fn a_queue_waits_after_an_interrupt_and_outlives_the_server() {
    let gate = Gate::new();
    let model = MockModel::start([Reply::text("Hel").until(&gate), Reply::text("2")]);
    let home = Home::with_model(&model, "");
    let mut server = AppServer::start_experimental(&home);
    let thread = server.start_thread(&home);
    let turn = server.start_turn(&thread, "first");
    server.expect("item/agentMessage/delta");
    let id = queue(&mut server, &thread, "later");
    server.ok("turn/interrupt", json!({"threadId": thread, "turnId": turn}));
    assert_eq!(server.wait_turn(&thread).status(), "interrupted");
    assert_eq!(queued(&mut server, &thread), ["later"]);
    server.ignore_rest();
    drop(server);
    let mut server = AppServer::start_experimental(&home);
    assert_eq!(queued(&mut server, &thread), ["later"]);
    let start = json!({"threadId": thread, "queuedSubmissionId": id});
    assert_eq!(
        refusal(&mut server, "thread/queue/start", start.clone()),
        format!("thread not found: {thread} (-32600)")
    );
    server.ok("thread/resume", json!({"threadId": thread, "excludeTurns": true}));
    let started = server.ok("thread/queue/start", start);
    let end = server.wait_turn(&thread);
    assert_eq!((end.id(), end.status()), (started["turn"]["id"].as_str().unwrap(), "completed"));
    assert_eq!(last_user_text(&model.wait_for_request(2)), "later");
    assert_eq!(queued(&mut server, &thread), [""; 0]);
    server.ignore_rest();
}

#[test]
fn what_cannot_be_queued_is_refused() {
    let model = MockModel::start([Reply::text("1")]);
    let home = Home::with_model(&model, "");
    let mut server = AppServer::start_experimental(&home);
    let thread = server.start_thread(&home);
    server.run_turn(&thread, "hi");
    let ephemeral = server.start_thread_with(&home, json!({"ephemeral": true}));
    let add = |id: &str, input: Value| json!({"threadId": id, "input": input, "clientUserMessageId": "c"});
    assert_eq!(
        refusal(&mut server, "thread/queue/add", add(&thread, json!([]))),
        "only user input can be added to the user-message queue; `input` is empty (-32600)"
    );
    assert_eq!(
        refusal(&mut server, "thread/queue/add", add(&ephemeral, said("x"))),
        format!("ephemeral thread does not support queued submissions: {ephemeral} (-32600)")
    );
    assert_eq!(
        refusal(&mut server, "thread/queue/add", add(NOBODY, said("x"))),
        format!("no rollout found for thread id {NOBODY} (-32600)")
    );
    assert_eq!(
        refusal(&mut server, "thread/queue/start", json!({"threadId": thread})),
        "queue is empty (-32600)"
    );
    for method in ["thread/queue/start", "thread/queue/update"] {
        let params = json!({"threadId": thread, "queuedSubmissionId": NOBODY, "input": said("x")});
        assert_eq!(
            refusal(&mut server, method, params),
            format!("queued submission not found: {NOBODY} (-32600)")
        );
    }
    assert_eq!(
        refusal(
            &mut server,
            "thread/queue/reorder",
            json!({"threadId": thread, "queuedSubmissionIds": [NOBODY]})
        ),
        "queue reorder must include every queued submission exactly once (-32600)"
    );
    server.ignore_rest();
}

/// What the file of the queue holds when the process is killed while a turn takes a message.
fn kill_while_taken(home: &Home, thread: &str, turn: &str) {
    let entry = json!({
        "id": NOBODY, "input": said("taken"), "clientUserMessageId": "c taken", "responsesapiClientMetadata": null,
        "takenBy": turn,
    });
    let folder = home.codex_home().join("queues");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join(format!("{thread}.json")), json!([entry]).to_string()).unwrap();
}

#[test]
fn a_message_that_a_killed_process_took_is_neither_lost_nor_said_twice() {
    let model = MockModel::start([Reply::text("1"), Reply::text("2"), Reply::text("3")]);
    let home = Home::with_model(&model, "");
    let mut server = AppServer::start_experimental(&home);
    let thread = server.start_thread(&home);
    queue(&mut server, &thread, "taken");
    let stored = server.wait_turn(&thread).id().to_owned();
    server.ignore_rest();
    drop(server);
    kill_while_taken(&home, &thread, &stored);
    let mut server = AppServer::start_experimental(&home);
    server.ok("thread/resume", json!({"threadId": thread, "excludeTurns": true}));
    assert_eq!(queued(&mut server, &thread), [""; 0], "the turn has stored it");
    assert_eq!(
        refusal(&mut server, "thread/queue/start", json!({"threadId": thread})),
        "queue is empty (-32600)"
    );
    server.ignore_rest();
    drop(server);
    kill_while_taken(&home, &thread, "ffffffff-ffff-7fff-8fff-ffffffffffff");
    let mut server = AppServer::start_experimental(&home);
    server.ok("thread/resume", json!({"threadId": thread, "excludeTurns": true}));
    assert_eq!(queued(&mut server, &thread), ["taken"], "the turn has not begun");
    server.ok("thread/queue/start", json!({"threadId": thread}));
    assert_eq!(queued(&mut server, &thread), [""; 0], "a turn takes it");
    assert_eq!(server.wait_turn(&thread).status(), "completed");
    server.run_turn(&thread, "more");
    assert_eq!(queued(&mut server, &thread), [""; 0]);
    assert_eq!(model.requests().iter().map(last_user_text).collect::<Vec<_>>(), ["taken", "taken", "more"]);
    server.ignore_rest();
}
