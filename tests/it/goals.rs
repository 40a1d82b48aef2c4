//! Threads that go on by themselves until their goal is reached.

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

fn set(server: &mut AppServer, thread: &str, objective: &str) -> Value {
    server.ok("thread/goal/set", json!({"threadId": thread, "objective": objective}))["goal"].clone()
}

fn reached() -> Reply {
    Reply::call("update_goal", &json!({"status": "complete"}))
}

#[test]
fn turns_start_by_themselves_until_the_goal_is_reached() {
    let model = MockModel::start([Reply::text("one step"), reached(), Reply::text("there")]);
    let home = Home::with_model(&model, "");
    let mut server = AppServer::start(&home);
    let thread = server.start_thread(&home);
    assert_eq!(server.ok("thread/goal/get", json!({"threadId": thread})), json!({"goal": null}));
    let goal = set(&mut server, &thread, "  make it work ");
    assert_eq!((&goal["objective"], &goal["status"]), (&json!("make it work"), &json!("active")));
    assert_eq!((&goal["tokenBudget"], &goal["tokensUsed"]), (&Value::Null, &json!(0)));
    assert_eq!(goal["threadId"], json!(thread));
    for _ in 0..2 {
        let turn = server.wait_turn(&thread);
        assert_eq!((turn.status(), turn.items("userMessage").len()), ("completed", 0));
    }
    let answered =
        server.position(|message| message["result"].get("goal").is_some_and(|goal| !goal.is_null()));
    let told = server.position(|message| message["method"] == "thread/goal/updated");
    let began = server.position(|message| message["method"] == "turn/started");
    assert!(answered < told && told < began);
    let updates = server.seen("thread/goal/updated");
    assert_eq!(updates[0]["turnId"], Value::Null);
    assert!(updates[1..].iter().all(|told| told["turnId"].is_string()), "{updates:?}");
    let end = server.ok("thread/goal/get", json!({"threadId": thread}))["goal"].clone();
    assert_eq!(end["status"], "complete");
    assert!(end["tokensUsed"].as_i64().unwrap() > 0);
    assert_eq!(updates.last().unwrap()["goal"], end);
    let requests = model.requests();
    assert_eq!(requests.len(), 3);
    let input = requests[0]["input"].to_string();
    assert!(input.contains("<objective>") && input.contains("make it work"), "{input}");
    let offered = requests[0]["tools"].to_string();
    assert!(["get_goal", "create_goal", "update_goal"].iter().all(|name| offered.contains(name)));
    let listed = server.ok("thread/list", json!({}))["data"][0].clone();
    assert_eq!((&listed["id"], &listed["preview"]), (&json!(thread), &json!("make it work")));
    server.ignore_rest();
}

#[test]
fn a_goal_outlives_the_server_and_goes_on_when_it_is_resumed() {
    let gate = Gate::new();
    let model = MockModel::start([
        Reply::text("Hel").until(&gate),
        Reply::text("again"),
        reached(),
        Reply::text("there"),
    ]);
    let home = Home::with_model(&model, "");
    let mut server = AppServer::start(&home);
    let thread = server.start_thread(&home);
    set(&mut server, &thread, "x");
    server.expect("item/agentMessage/delta");
    server.ignore_rest();
    drop(server);
    let mut server = AppServer::start(&home);
    let goal = server.ok("thread/goal/get", json!({"threadId": thread}))["goal"].clone();
    assert_eq!((&goal["objective"], &goal["status"]), (&json!("x"), &json!("active")));
    let budget = json!({"threadId": thread, "tokenBudget": 900_000});
    assert_eq!(server.ok("thread/goal/set", budget)["goal"]["tokenBudget"], 900_000);
    server.expect("thread/goal/updated");
    let resumed = server.ok("thread/resume", json!({"threadId": thread, "excludeTurns": true}));
    assert_eq!(resumed["thread"]["id"], json!(thread));
    for _ in 0..2 {
        assert_eq!(server.wait_turn(&thread).status(), "completed");
    }
    assert_eq!(model.requests().len(), 4);
    let resumed = server.position(|message| message["result"].get("thread").is_some());
    let told = server.seen("thread/goal/updated");
    assert_eq!((&told[1]["turnId"], &told[1]["goal"]["tokenBudget"]), (&Value::Null, &json!(900_000)));
    assert!(resumed < server.position(|message| message["method"] == "turn/started"));
    server.ok("thread/unsubscribe", json!({"threadId": thread}));
    server.ignore_rest();
}

#[test]
fn a_thread_that_is_not_loaded_keeps_what_is_said_of_its_goal() {
    let model = MockModel::start([Reply::text("hello")]);
    let home = Home::with_model(&model, "");
    let mut server = AppServer::start(&home);
    let thread = server.start_thread(&home);
    server.run_turn(&thread, "hi");
    server.ignore_rest();
    drop(server);
    let mut server = AppServer::start(&home);
    let paused = json!({"threadId": thread, "objective": "later", "status": "paused"});
    assert_eq!(server.ok("thread/goal/set", paused)["goal"]["status"], "paused");
    server.ok("thread/resume", json!({"threadId": thread, "excludeTurns": true}));
    let told = server.expect_where("thread/goal/updated", |told| told["goal"]["status"] == "paused");
    assert_eq!(told["turnId"], Value::Null);
    let fork = server.ok("thread/fork", json!({"threadId": thread, "excludeTurns": true}));
    let fork = fork["thread"]["id"].as_str().unwrap().to_owned();
    assert_eq!(server.ok("thread/goal/get", json!({"threadId": fork})), json!({"goal": null}));
    assert_eq!(server.ok("thread/goal/clear", json!({"threadId": thread})), json!({"cleared": true}));
    server.expect("thread/goal/cleared");
    assert_eq!(server.ok("thread/goal/clear", json!({"threadId": thread})), json!({"cleared": false}));
    server.ignore_rest();
    drop(server);
    let mut server = AppServer::start(&home);
    assert_eq!(server.ok("thread/goal/clear", json!({"threadId": thread})), json!({"cleared": false}));
    server.ok("thread/resume", json!({"threadId": thread, "excludeTurns": true}));
    assert_eq!(server.expect("thread/goal/cleared"), json!({"threadId": thread}));
    assert_eq!(model.requests().len(), 1);
    server.ignore_rest();
}

#[test]
fn a_turn_that_fails_blocks_the_goal_and_an_interrupt_lets_it_wait() {
    let gate = Gate::new();
    let model = MockModel::start([
        Reply::status(400, json!({"error": {"message": "no"}})),
        Reply::text("Hel").until(&gate),
        Reply::text("hello"),
        reached(),
        Reply::text("there"),
    ]);
    let home = Home::with_model(&model, "");
    let mut server = AppServer::start(&home);
    let thread = server.start_thread(&home);
    set(&mut server, &thread, "x");
    assert_eq!(server.wait_turn(&thread).status(), "failed");
    let blocked = server.position(|message| message["params"]["goal"]["status"] == "blocked");
    assert!(blocked < server.position(|message| message["method"] == "error"));
    let again = json!({"threadId": thread, "status": "active"});
    server.ok("thread/goal/set", again);
    let turn = server.expect_where("item/agentMessage/delta", |_| true)["turnId"].clone();
    server.ok("turn/interrupt", json!({"threadId": thread, "turnId": turn}));
    assert_eq!(server.wait_turn(&thread).status(), "interrupted");
    assert_eq!(server.ok("thread/goal/get", json!({"threadId": thread}))["goal"]["status"], "active");
    assert_eq!(model.requests().len(), 2);
    // The turn of the user's is completed, and the goal goes on.
    assert_eq!(server.run_turn(&thread, "hi").status(), "completed");
    assert_eq!(server.wait_turn(&thread).items("userMessage").len(), 0);
    assert_eq!(last_user_text(&model.wait_for_request(3)), "hi");
    assert_eq!(server.ok("thread/goal/get", json!({"threadId": thread}))["goal"]["status"], "complete");
    server.ignore_rest();
}

/// A model that waits in its first answer, and reaches the goal in its third.
fn at_work() -> (Gate, MockModel, Home) {
    let gate = Gate::new();
    let model = MockModel::start([
        Reply::text("Hel").until(&gate),
        Reply::text("mine is done"),
        reached(),
        Reply::text("there"),
    ]);
    let home = Home::with_model(&model, "");
    (gate, model, home)
}

/// A thread at work on its goal, and a message in its queue.
fn queue_mine(home: &Home) -> (AppServer, String) {
    let mut server = AppServer::start_experimental(home);
    let thread = server.start_thread(home);
    set(&mut server, &thread, "x");
    server.expect("item/agentMessage/delta");
    let input = json!([{"type": "text", "text": "mine", "text_elements": []}]);
    server.ok("thread/queue/add", json!({"threadId": thread, "input": input, "clientUserMessageId": "c"}));
    (server, thread)
}

/// So many turns are completed; the second request of all was the one with the message.
fn mine_comes_second(server: &mut AppServer, thread: &str, (model, turns): (&MockModel, usize)) {
    for _ in 0..turns {
        assert_eq!(server.wait_turn(thread).status(), "completed");
    }
    assert_eq!(last_user_text(&model.requests()[1]), "mine");
    assert_eq!(model.requests().len(), 4);
    server.ignore_rest();
}

#[test]
fn what_is_queued_goes_before_the_goal() {
    let (gate, model, home) = at_work();
    let (mut server, thread) = queue_mine(&home);
    gate.open();
    mine_comes_second(&mut server, &thread, (&model, 3));
}

#[test]
fn a_goal_waits_on_resume_for_what_is_queued() {
    let (_gate, model, home) = at_work();
    let (mut server, thread) = queue_mine(&home);
    server.ignore_rest();
    drop(server);
    let mut server = AppServer::start_experimental(&home);
    server.ok("thread/resume", json!({"threadId": thread, "excludeTurns": true}));
    server.ok("thread/goal/set", json!({"threadId": thread, "tokenBudget": 900_000}));
    // The queue waits for its user, and the goal for the queue.
    server.ok("thread/queue/start", json!({"threadId": thread}));
    mine_comes_second(&mut server, &thread, (&model, 2));
}

#[test]
fn a_goal_stays_when_turns_are_taken_back() {
    let model = MockModel::start([Reply::text("hello"), reached(), Reply::text("there")]);
    let home = Home::with_model(&model, "");
    let mut server = AppServer::start(&home);
    let thread = server.start_thread(&home);
    server.run_turn(&thread, "hi");
    set(&mut server, &thread, "x");
    let turn = server.wait_turn(&thread);
    server.ok("thread/revert", json!({"threadId": thread, "beforeTurnId": turn.id()}));
    assert_eq!(server.ok("thread/goal/get", json!({"threadId": thread}))["goal"]["status"], "complete");
    server.ignore_rest();
    drop(server);
    let mut server = AppServer::start(&home);
    assert_eq!(server.ok("thread/goal/get", json!({"threadId": thread}))["goal"]["status"], "complete");
    server.ignore_rest();
}

#[test]
fn what_cannot_be_a_goal_is_refused() {
    let model = MockModel::start([Reply::text("1")]);
    let home = Home::with_model(&model, "");
    let mut server = AppServer::start(&home);
    let thread = server.start_thread(&home);
    let ephemeral = server.start_thread_with(&home, json!({"ephemeral": true}));
    let mut refused = |params: Value| refusal(&mut server, "thread/goal/set", params);
    let with = |more: Value| {
        let mut params = json!({"threadId": thread});
        params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        params
    };
    assert_eq!(
        refused(with(json!({"objective": " "}))),
        "goal objective must not be empty; say in `objective` what is to be reached (-32600)"
    );
    assert_eq!(
        refused(with(json!({"objective": "x".repeat(4001)}))),
        "goal objective must be at most 4000 characters and has 4001; put details into a file and name that in \
         `objective` (-32600)"
    );
    for budget in [0, -1] {
        assert_eq!(
            refused(with(json!({"objective": "x", "tokenBudget": budget}))),
            "goal budgets must be positive when provided; leave `tokenBudget` out for none (-32600)"
        );
    }
    for more in [json!({}), json!({"status": "paused"}), json!({"tokenBudget": 5})] {
        assert_eq!(
            refused(with(more)),
            format!(
                "cannot update goal for thread {thread}: no goal exists; set one with `objective` (-32600)"
            )
        );
    }
    for (field, value) in [("objective", json!(5)), ("status", json!("done")), ("tokenBudget", json!(1.5))] {
        let message = refused(with(json!({"objective": "x", field: value})));
        assert!(message.contains(field) && message.ends_with("(-32600)"), "{message}");
    }
    for method in ["thread/goal/set", "thread/goal/get", "thread/goal/clear"] {
        let of = |id: &str| json!({"threadId": id, "objective": "x"});
        assert_eq!(
            refusal(&mut server, method, of(&ephemeral)),
            format!(
                "ephemeral thread does not support goals: {ephemeral}; start one without `ephemeral` (-32600)"
            )
        );
        assert_eq!(refusal(&mut server, method, of(NOBODY)), format!("thread not found: {NOBODY} (-32600)"));
        assert!(refusal(&mut server, method, of("bogus")).starts_with("invalid thread id: "));
    }
    assert!(home.find_rollout(&thread).is_none(), "nothing was stored");
    server.ignore_rest();
    drop(server);
    let mut server = AppServer::start_with(&home, &["-c", "features.goals=false"]);
    let thread = server.start_thread(&home);
    let params = json!({"threadId": thread, "objective": "x"});
    assert_eq!(
        refusal(&mut server, "thread/goal/set", params),
        "goals feature is disabled; switch it on with `features.goals = true` (-32600)"
    );
    server.run_turn(&thread, "hi");
    assert!(!model.requests()[0]["tools"].to_string().contains("goal"));
    server.ignore_rest();
}
