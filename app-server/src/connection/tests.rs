//! The loop with requests whose behaviour the tests decide: order, overload, panics, shutdown.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use codex_app_server_protocol::ServerRequest;
use codex_app_server_protocol::jsonrpc::ResultMessage;
use codex_app_server_protocol::v2::approval::FileChangeRequestApprovalParams;
use proptest::prelude::*;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use super::*;
use crate::client::Client;
use crate::handle::Lane;
use crate::outgoing::Outgoing;
use crate::transport::line_queue::REFUSALS;
use crate::transport::memory;

/// What a test's request does.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Behaviour {
    thread: Option<String>,
    concurrent: bool,
    /// Waits until the gate of this name is opened.
    gate: Option<String>,
    panic: bool,
    /// It leaves its lane before all else.
    later: bool,
    ask: bool,
    /// Keeps a right until the answer is taken.
    keep: bool,
    /// What is said once the answer is queued.
    then: Option<String>,
}

/// What the requests of one test share.
#[derive(Clone)]
struct Requests {
    gates: Arc<Mutex<HashMap<String, Arc<Semaphore>>>>,
    log: Arc<Mutex<Vec<String>>>,
    outgoing: Outgoing,
    lines: LineSender,
    rights: Arc<Semaphore>,
}

impl Requests {
    fn gate(&self, name: &str) -> Arc<Semaphore> {
        let mut gates = self.gates.lock().unwrap();
        gates.entry(name.to_owned()).or_insert_with(|| Arc::new(Semaphore::new(0))).clone()
    }

    fn open(&self, gate: &str) {
        self.gate(gate).add_permits(1);
    }

    fn note(&self, text: String) {
        self.log.lock().unwrap().push(text);
    }

    fn route(&self, id: &RequestId, method: &str, params: Option<&RawValue>) -> Result<Routed, RpcError> {
        if method != "do" {
            return Err(RpcError::invalid_request("no such method"));
        }
        let behaviour: Behaviour = serde_json::from_str(params.unwrap().get()).unwrap();
        let lane = match &behaviour.thread {
            Some(thread) => Lane::Thread(thread.clone()),
            None if behaviour.concurrent => Lane::Concurrent,
            None => Lane::Ordered,
        };
        let run = self.clone().run(id.clone(), behaviour);
        Ok(Routed { method: "do", lane, experimental: None, run: Box::pin(run) })
    }

    async fn run(self, id: RequestId, behaviour: Behaviour) -> Result<Answered, RpcError> {
        self.note(format!("{id} begins"));
        if behaviour.later {
            return Ok(Answered::Later(Box::pin(self.go_on(id, behaviour))));
        }
        self.go_on(id, behaviour).await
    }

    async fn go_on(self, id: RequestId, behaviour: Behaviour) -> Result<Answered, RpcError> {
        if let Some(gate) = &behaviour.gate {
            self.gate(gate).acquire().await.unwrap().forget();
        }
        assert!(!behaviour.panic, "as the test wishes");
        if behaviour.ask {
            let request =
                ServerRequest::FileChangeRequestApproval(FileChangeRequestApprovalParams::default());
            let answer: Result<Value, _> = self.outgoing.ask(request).await.answer().await;
            self.note(format!("{id} hears {answer:?}"));
        }
        self.note(format!("{id} ends"));
        let mut line = Vec::new();
        write_line(&ResultMessage { id: &id, result: &json!({}) }, &mut line).unwrap();
        let then = behaviour.then.map(|text| {
            let lines = self.lines.clone();
            Box::pin(async move {
                let place = lines.room(text.len()).await.unwrap();
                lines.put(place, format!("{text}\n").into_bytes()).unwrap();
            }) as crate::handle::Then
        });
        let kept = behaviour.keep.then(|| self.rights.clone().try_acquire_owned().unwrap());
        Ok(Answered::Now(Answer { line, then, kept }))
    }

    fn log(&self) -> String {
        self.log.lock().unwrap().join(", ")
    }
}

/// A served connection, the client's end of it, and the word that stops it.
struct Bench {
    client: memory::Client,
    requests: Requests,
    stop: CancellationToken,
    tasks: TaskGroup,
    ended: tokio::task::JoinHandle<(Ended, bool)>,
}

fn bench() -> Bench {
    let (transport, client) = memory::connected();
    let cell = ClientCell::default();
    cell.set(Client::default()).unwrap();
    let questions = Questions::default();
    let outgoing = Outgoing::new(transport.lines.clone(), cell.clone(), questions.clone());
    let lines = transport.lines.clone();
    let rights = Arc::new(Semaphore::new(1));
    let requests = Requests { gates: Arc::default(), log: Arc::default(), outgoing, lines, rights };
    let (incoming, lines) = (transport.incoming, transport.lines);
    let parts = Parts { incoming, lines, client: cell, questions };
    let handlers = requests.clone();
    let mut connection = Connection::new(parts, move |id, method, params| handlers.route(id, method, params));
    let stop = CancellationToken::new();
    let stopped = stop.clone();
    let tasks = TaskGroup::new();
    let ended = tasks.spawn(async move {
        let ended = connection.serve(stopped.cancelled()).await;
        (ended, connection.finish(Duration::from_secs(1)).await)
    });
    Bench { client, requests, stop, tasks, ended }
}

fn request(id: usize, behaviour: Value) -> String {
    json!({"id": id, "method": "do", "params": behaviour}).to_string()
}

/// Waits until all tasks wait. Needs the paused clock, which moves on only then.
async fn quiet() {
    tokio::time::sleep(Duration::from_millis(1)).await;
}

/// The next line, shortened to what the tests look at.
async fn next(client: &mut memory::Client) -> String {
    let line = client.recv().await.unwrap();
    match serde_json::from_str::<Value>(&line) {
        Ok(message) => match (&message["method"], &message["error"]["code"]) {
            (Value::String(method), _) => format!("{} asks {method}", message["id"]),
            (_, Value::Null) => format!("{} done", message["id"]),
            (_, code) => format!("{} fails with {code}", message["id"]),
        },
        Err(_) => line,
    }
}

#[tokio::test]
async fn a_thread_keeps_its_order_beside_others() {
    let Bench { mut client, requests, .. } = bench();
    client.send(request(1, json!({"thread": "a", "gate": "a"}))).await;
    client.send(request(2, json!({"thread": "a"}))).await;
    client.send(request(3, json!({"thread": "b"}))).await;
    assert_eq!(next(&mut client).await, "3 done");
    requests.open("a");
    assert_eq!(next(&mut client).await, "1 done");
    assert_eq!(next(&mut client).await, "2 done");
    assert_eq!(requests.log(), "1 begins, 3 begins, 3 ends, 1 ends, 2 begins, 2 ends");
}

#[tokio::test]
async fn who_leaves_its_lane_is_answered_once_and_waited_for() {
    let Bench { mut client, requests, ended, .. } = bench();
    client.send(request(1, json!({"thread": "a", "later": true, "gate": "a"}))).await;
    client.send(request(2, json!({"thread": "a"}))).await;
    assert_eq!(next(&mut client).await, "2 done");
    client.close();
    requests.open("a");
    assert_eq!(next(&mut client).await, "1 done");
    assert_eq!(ended.await.unwrap(), (Ended::InputClosed, true));
}

#[tokio::test]
async fn an_answer_comes_before_what_follows_from_it() {
    let Bench { mut client, .. } = bench();
    client.send(request(1, json!({"then": "first event"}))).await;
    client.send(request(2, json!({}))).await;
    assert_eq!(next(&mut client).await, "1 done");
    assert_eq!(next(&mut client).await, "first event");
    assert_eq!(next(&mut client).await, "2 done");
}

#[tokio::test]
async fn a_panic_is_answered_and_the_lane_goes_on() {
    let Bench { mut client, .. } = bench();
    client.send(request(1, json!({"panic": true}))).await;
    client.send(request(2, json!({}))).await;
    assert_eq!(next(&mut client).await, "1 fails with -32603");
    assert_eq!(next(&mut client).await, "2 done");
}

#[tokio::test]
async fn garbage_is_passed_over() {
    let Bench { mut client, .. } = bench();
    for line in ["", "garbage", "[]", "{}", "null", r#"{"id":1.5,"method":"do"}"#, r#"{"method":"do"}"#] {
        client.send(line).await;
    }
    client.send(r#"{"id":"x","method":"no such"}"#).await;
    assert_eq!(next(&mut client).await, "\"x\" fails with -32600");
}

#[tokio::test]
async fn an_answer_of_the_client_passes_the_lane_that_waits_for_it() {
    let Bench { mut client, requests, .. } = bench();
    client.send(request(1, json!({"ask": true}))).await;
    assert_eq!(next(&mut client).await, "0 asks item/fileChange/requestApproval");
    for id in 2..2 + REQUESTS + REFUSALS / 2 {
        client.send(request(id, json!({}))).await;
    }
    client.send(r#"{"id":0,"result":{"decision":"accept"}}"#).await;
    let mut last = String::new();
    while last != "1 done" {
        last = next(&mut client).await;
    }
    let heard = requests.log();
    assert!(
        heard.starts_with(r#"1 begins, 1 hears Ok(Object {"decision": String("accept")}), 1 ends"#),
        "{heard}"
    );
}

#[tokio::test]
async fn every_request_of_a_burst_is_answered() {
    const BURST: usize = 5000;
    let Bench { mut client, tasks, .. } = bench();
    let sender = client.sender().unwrap();
    tasks.spawn(async move {
        for id in 0..BURST {
            sender.send(request(id, json!({"thread": (id % 3).to_string()}))).await.unwrap();
        }
    });
    let mut seen = vec![0; BURST];
    let mut overloaded = 0;
    for _ in 0..BURST {
        let answer = next(&mut client).await;
        let (id, outcome) = answer.split_once(' ').unwrap();
        seen[id.parse::<usize>().unwrap()] += 1;
        match outcome {
            "done" => {}
            "fails with -32001" => overloaded += 1,
            other => panic!("{other}"),
        }
    }
    assert!(seen.iter().all(|count| *count == 1));
    assert!(overloaded < BURST - REQUESTS);
}

#[tokio::test(start_paused = true)]
async fn what_an_answer_keeps_is_free_once_it_is_taken() {
    let Bench { mut client, requests, .. } = bench();
    client.send(request(1, json!({"keep": true}))).await;
    quiet().await;
    assert_eq!(requests.rights.available_permits(), 0);
    assert_eq!(next(&mut client).await, "1 done");
    assert_eq!(requests.rights.available_permits(), 1);
}

#[tokio::test]
async fn long_requests_are_refused_before_they_fill_the_memory() {
    let Bench { mut client, requests, .. } = bench();
    let long = |id| request(id, json!({"gate": "g"})) + &" ".repeat(MAX_LINE_BYTES - 1024);
    for id in 0..3 {
        client.send(long(id)).await;
    }
    assert_eq!(next(&mut client).await, "2 fails with -32001");
    client.send(request(3, json!({}))).await;
    requests.open("g");
    requests.open("g");
    for id in [0, 1, 3] {
        assert_eq!(next(&mut client).await, format!("{id} done"));
    }
    requests.open("g");
    client.send(long(4)).await;
    assert_eq!(next(&mut client).await, "4 done");
}

#[tokio::test(start_paused = true)]
async fn a_client_that_only_sends_is_held_up() {
    let Bench { mut client, tasks, .. } = bench();
    let sender = client.sender().unwrap();
    let sent = Arc::new(Mutex::new(0));
    let count = sent.clone();
    tasks.spawn(async move {
        for id in 0..5000 {
            sender.send(request(id, json!({"gate": "never opened"}))).await.unwrap();
            *count.lock().unwrap() += 1;
        }
    });
    quiet().await;
    let accepted = *sent.lock().unwrap();
    // The queues are full, one refusal waits for room, one message waits in front of the loop.
    assert_eq!(accepted, REQUESTS + REFUSALS + 2);
    for _ in 0..REFUSALS + 1 {
        assert!(next(&mut client).await.ends_with("fails with -32001"));
    }
    assert!(*sent.lock().unwrap() > accepted);
}

#[tokio::test]
async fn the_end_of_the_input_lets_accepted_requests_finish() {
    let Bench { mut client, requests, ended, .. } = bench();
    client.send(request(1, json!({"thread": "a", "gate": "a"}))).await;
    client.send(request(2, json!({"thread": "a"}))).await;
    client.close();
    requests.open("a");
    assert_eq!(next(&mut client).await, "1 done");
    assert_eq!(next(&mut client).await, "2 done");
    assert_eq!(ended.await.unwrap(), (Ended::InputClosed, true));
}

#[tokio::test(start_paused = true)]
async fn what_does_not_finish_is_cancelled_and_answered() {
    let Bench { mut client, stop, ended, .. } = bench();
    client.send(request(1, json!({"thread": "a", "gate": "never opened"}))).await;
    client.send(request(2, json!({"thread": "a"}))).await;
    client.send(request(3, json!({"thread": "b", "ask": true}))).await;
    assert_eq!(next(&mut client).await, "0 asks item/fileChange/requestApproval");
    stop.cancel();
    assert_eq!(next(&mut client).await, "3 done");
    assert_eq!(next(&mut client).await, "1 fails with -32600");
    assert_eq!(next(&mut client).await, "2 fails with -32600");
    assert_eq!(ended.await.unwrap(), (Ended::Stopped, true));
}

#[tokio::test]
async fn a_client_that_is_gone_ends_the_connection() {
    let Bench { client, ended, .. } = bench();
    drop(client);
    let (reason, _) = ended.await.unwrap();
    assert!(matches!(reason, Ended::InputClosed | Ended::OutputClosed));
}

#[derive(Clone, Debug)]
enum Step {
    Send(Option<u8>, Kind),
    Open(u8),
    Read,
    Pause,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Plain,
    Gated(u8),
    Panics,
    Unknown,
}

fn step() -> impl Strategy<Value = Step> {
    let kind = prop_oneof![
        3 => Just(Kind::Plain),
        3 => (0..3u8).prop_map(Kind::Gated),
        1 => Just(Kind::Panics),
        1 => Just(Kind::Unknown),
    ];
    prop_oneof![
        4 => (proptest::option::of(0..3u8), kind).prop_map(|(thread, kind)| Step::Send(thread, kind)),
        2 => (0..3u8).prop_map(Step::Open),
        1 => Just(Step::Read),
        1 => Just(Step::Pause),
    ]
}

/// What came of a sequence of steps.
struct Played {
    /// How often each request was answered.
    answers: Vec<usize>,
    /// The requests that have begun, in that order, with their threads.
    begun: Vec<(usize, Option<u8>)>,
}

/// Plays the steps, then ends the connection.
async fn play(steps: Vec<Step>, close_input: bool) -> Played {
    let Bench { mut client, requests, stop, ended, .. } = bench();
    let mut lines = Vec::new();
    let mut threads = Vec::new();
    for step in steps {
        match step {
            Step::Send(thread, kind) => {
                let mut params = json!({"thread": thread.map(|thread| thread.to_string())});
                match kind {
                    Kind::Plain | Kind::Unknown => {}
                    Kind::Gated(gate) => params["gate"] = json!(gate.to_string()),
                    Kind::Panics => params["panic"] = json!(true),
                }
                let method = if matches!(kind, Kind::Unknown) { "unknown" } else { "do" };
                client
                    .send(json!({"id": threads.len(), "method": method, "params": params}).to_string())
                    .await;
                threads.push(thread);
            }
            Step::Open(gate) => requests.open(&gate.to_string()),
            Step::Read => {
                quiet().await;
                lines.extend(client.recv().now_or_never().flatten());
            }
            Step::Pause => tokio::task::yield_now().await,
        }
    }
    if close_input {
        client.close();
    } else {
        stop.cancel();
    }
    let (_, in_time) = ended.await.unwrap();
    assert!(in_time);
    let begins = |entry: &str| Some(entry.strip_suffix(" begins")?.parse().unwrap());
    let begun = requests.log().split(", ").filter_map(begins).map(|id: usize| (id, threads[id])).collect();
    drop(requests);
    while let Some(line) = client.recv().await {
        lines.push(line);
    }
    let mut answers = vec![0; threads.len()];
    for line in &lines {
        let message: Value = serde_json::from_str(line).unwrap();
        answers[usize::try_from(message["id"].as_u64().unwrap()).unwrap()] += 1;
    }
    Played { answers, begun }
}

/// Lines that are nearly messages, and lines that are nothing.
fn garbage() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just(r#""id":1"#.to_owned()),
        Just(r#""id":null"#.to_owned()),
        Just(r#""method":"unknown""#.to_owned()),
        Just(r#""params":[{}]"#.to_owned()),
        Just(r#""result":{}"#.to_owned()),
        Just(r#""error":7"#.to_owned()),
        any::<String>(),
    ];
    let pieces = proptest::collection::vec(piece, 0..4);
    prop_oneof![any::<String>(), pieces.prop_map(|pieces| format!("{{{}}}", pieces.join(",")))]
}

/// The answers to these lines and to a last request, which is a good one.
async fn play_garbage(lines: Vec<String>) -> Vec<String> {
    let Bench { mut client, .. } = bench();
    let mut answers = Vec::new();
    for line in lines.into_iter().chain([request(7, json!({}))]) {
        client.send(line).await;
        quiet().await;
        while let Some(answer) = client.recv().now_or_never().flatten() {
            answers.push(answer);
        }
    }
    answers
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_line_ends_the_connection(lines in proptest::collection::vec(garbage(), 0..10)) {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
        let answers = runtime.block_on(play_garbage(lines));
        prop_assert_eq!(answers.last().map(String::as_str), Some(r#"{"id":7,"result":{}}"#));
    }

    #[test]
    fn every_request_has_one_answer_whenever_the_end_comes(
        steps in proptest::collection::vec(step(), 0..40),
        close_input in any::<bool>(),
    ) {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
        let Played { answers, begun } = runtime.block_on(play(steps, close_input));
        // What the server had not read when it was told to stop has no answer, and that can only be the end.
        let read = answers.iter().take_while(|count| **count == 1).count();
        prop_assert!(answers[read..].iter().all(|count| *count == 0), "{answers:?}");
        prop_assert!(!close_input || read == answers.len(), "{answers:?}");
        for (position, (id, thread)) in begun.iter().enumerate() {
            let in_order = begun[..position].iter().all(|(earlier, lane)| lane != thread || earlier < id);
            prop_assert!(in_order, "{begun:?}");
        }
    }
}
