//! The app server: the process that an editor starts, and all between its pipes and the engine.
//!
//! Layers, each of which uses only those below it:
//!
//! ```text
//! 6 main, run, commands              process
//! 5 connection, handshake, shutdown  the loop, who may speak when, the order of stopping
//! 4 router, lanes                    which handler, in what order
//! 3 handlers, context, threads, processes, watches, searches   behaviour per method; what it may use; what is loaded; what runs
//! 2 projection, convert              pure: events to the wire, the wire to the engine
//! 1 handle outgoing client identity error transport args logging telemetry
//! ```
//!
//! Which module of a layer knows which sibling is listed, with the reason, in the tests' `tidy/layers.rs`.

pub mod args;
pub mod client;
pub mod commands;
mod connection;
pub mod context;
mod convert;
pub mod error;
pub mod handle;
mod handlers;
mod handshake;
pub mod identity;
mod lanes;
pub mod logging;
pub mod outgoing;
mod processes;
mod projection;
mod router;
mod searches;
pub mod shutdown;
pub mod telemetry;
mod threads;
pub mod transport;
mod watches;

use std::sync::Arc;

use crate::client::ClientCell;
use crate::connection::{Connection, Parts};
use crate::context::{Context, ServerConfig};
use crate::outgoing::{Outgoing, Questions};
use crate::shutdown::Leftovers;
use crate::threads::Threads;

/// Serves one client until its input ends, it does not listen any more, or `shutdown` is ready; then stops
/// everything in order.
pub async fn run(
    config: ServerConfig,
    connection: transport::Connection,
    shutdown: impl Future<Output = ()>,
) -> Leftovers {
    let transport::Connection { incoming, lines, tasks } = connection;
    let client = ClientCell::default();
    let questions = Questions::default();
    let outgoing = Outgoing::new(lines.clone(), client.clone(), questions.clone());
    let group = config.conversations.shared().group.clone();
    let threads = Threads::new(config.configs.codex_home(), group);
    let server = Arc::new(config);
    let context = Context::new(outgoing, client.clone(), Arc::clone(&server), threads);
    let (processes, watches) = (context.processes().clone(), context.watches().clone());
    let searches = context.searches().clone();
    let parts = Parts { incoming, lines, client, questions };
    let mut connection =
        Connection::new(parts, move |id, method, params| router::route(&context, id, method, params));
    let ended = connection.serve(shutdown).await;
    tracing::info!(?ended, "stopping");
    processes.end();
    watches.end();
    searches.end();
    shutdown::stop(connection, &server, tasks).await
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::time::Duration;

    use codex_app_server_protocol::jsonrpc::RequestId;
    use codex_app_server_protocol::method;
    use codex_app_server_protocol::v2::thread_list::ThreadReadParams;
    use codex_core::base::environment::Environment;
    use codex_core::base::paths::AbsolutePath;
    use codex_core::config::home::Surroundings;
    use codex_core::config::loader::ConfigLoader;
    use codex_core::conversations::{ConversationManager, Shared};
    use codex_core::rollout::location;
    use codex_protocol::ids::ConversationId;
    use expect_test::{Expect, expect};
    use futures::{FutureExt, TryFutureExt};
    use serde_json::{Value, json};

    use super::*;
    use crate::identity::Identity;
    use crate::router::{Answer, Answered};
    use crate::telemetry::exporters::Exporters;
    use crate::transport::memory::Client;

    /// What the server says to these lines, in its order, with everything of this machine taken out.
    async fn check(lines: &[&str], expected: Expect) {
        expected.assert_eq(&answers(lines).await);
    }

    fn config(home: &Path) -> ServerConfig {
        let directory = AbsolutePath::new(home).unwrap();
        let environment = Environment::from_iter([("TERM", "xterm")]);
        let identity = Identity::of_machine(&environment);
        let surroundings = Surroundings { environment, home: directory.clone(), directory };
        let conversations = ConversationManager::new(Shared::new(&surroundings, "/no/helper".into()));
        let configs = ConfigLoader::new(surroundings, &Default::default()).unwrap();
        let telemetry = Arc::new(Exporters::new(&Environment::default()));
        ServerConfig { configs: configs.with_system_folder(home), identity, conversations, telemetry }
    }

    async fn answers(lines: &[&str]) -> String {
        let home = tempfile::tempdir().unwrap();
        let (connection, mut client) = transport::memory::connected();
        let sender = client.sender().unwrap();
        client.close();
        let speaking = async move {
            for line in lines {
                sender.send((*line).to_owned()).await.unwrap();
            }
        };
        let hearing = async {
            let mut heard = Vec::new();
            while let Some(line) = client.recv().await {
                heard.push(line);
            }
            heard.join("\n")
        };
        let running = run(config(home.path()), connection, std::future::pending());
        let (leftovers, (), heard) = tokio::join!(running, speaking, hearing);
        assert_eq!(leftovers, Leftovers::default());
        let machine =
            |text: &str| text.find('(').zip(text.find(')')).map(|(from, to)| text[from..=to].to_owned());
        let heard = match machine(&heard) {
            Some(machine) => heard.replace(&machine, "(MACHINE)"),
            None => heard,
        };
        heard.replace(&home.path().display().to_string(), "~")
    }

    #[tokio::test]
    async fn the_handshake() {
        check(
            &[
                r#"{"id":"early","method":"thread/loaded/list","params":{}}"#,
                r#"{"id":"decode","method":"thread/read","params":{}}"#,
                r#"{"id":1,"method":"initialize","params":{"clientInfo":{"name":"a\nb","version":"1"}}}"#,
                r#"{"id":2,"method":"initialize","params":{"clientInfo":{"name":"probe","version":"1.2"}}}"#,
                r#"{"method":"initialized"}"#,
                r#"{"id":3,"method":"initialize","params":{"clientInfo":{"name":"probe","version":"1.2"}}}"#,
            ],
            expect![[r#"
                {"error":{"code":-32600,"message":"Not initialized"},"id":"early"}
                {"error":{"code":-32600,"message":"Invalid request: missing field `threadId`"},"id":"decode"}
                {"error":{"code":-32600,"message":"Invalid clientInfo.name: \"a\\nb\" cannot be sent as an HTTP header value; leave out control characters"},"id":1}
                {"id":2,"result":{"userAgent":"probe/0.169.0 (MACHINE) xterm (probe; 1.2)","codexHome":"~","platformFamily":"unix","platformOs":"linux"}}
                {"error":{"code":-32600,"message":"Already initialized"},"id":3}"#]],
        )
        .await;
    }

    fn line_of(answered: Answered) -> Answer {
        match answered {
            Answered::Now(answer) => answer,
            Answered::Later(_) => panic!("not answered"),
        }
    }

    #[tokio::test]
    async fn few_histories_are_on_their_way_at_once() {
        let home = tempfile::tempdir().unwrap();
        let id = ConversationId::new();
        let file = location::path_of(&AbsolutePath::new(home.path()).unwrap(), id, 0);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        let line = |kind: &str, payload: Value| {
            json!({"timestamp": "1970-01-01T00:00:00.000Z", "type": kind, "payload": payload}).to_string()
        };
        let meta = json!({"id": id, "timestamp": "1970-01-01T00:00:00.000Z", "cwd": "/", "originator": "o",
            "cli_version": "1", "source": "vscode"});
        let message = json!({"type": "user_message", "message": "hello"});
        std::fs::write(file, line("session_meta", meta) + "\n" + &line("event_msg", message) + "\n").unwrap();

        let config = config(home.path());
        let (lines, _client) = transport::line_queue::line_queue();
        let outgoing = Outgoing::new(lines, ClientCell::default(), Questions::default());
        let threads = Threads::new(config.configs.codex_home(), config.conversations.shared().group.clone());
        let context = Context::new(outgoing, ClientCell::default(), Arc::new(config), threads);
        let read = || {
            let params = ThreadReadParams { thread_id: id.to_string(), include_turns: true };
            router::answer::<method::ThreadRead, _>(context.clone(), RequestId::Integer(1), params)
                .map_ok(line_of)
        };
        let first = read().await.unwrap();
        assert!(String::from_utf8_lossy(&first.line).contains("hello"));
        let _second = read().await.unwrap();
        assert!(context.history().now_or_never().is_none());
        drop(first);
        read().await.unwrap();
    }

    const PATIENCE: Duration = Duration::from_secs(60);

    /// Reads until there is a line with each of the texts; those lines.
    async fn heard<const COUNT: usize>(client: &mut Client, texts: [&str; COUNT]) -> [String; COUNT] {
        let mut found = [const { String::new() }; COUNT];
        while found.iter().any(String::is_empty) {
            let line = tokio::time::timeout(PATIENCE, client.recv()).await.unwrap().unwrap();
            if let Some(at) = texts.iter().position(|text| line.contains(text)) {
                found[at] = line;
            }
        }
        found
    }

    /// The sandbox is needed first by a turn, or by a resumed thread: this machine, which has none, is told of once.
    #[tokio::test]
    async fn a_missing_sandbox_is_told_when_it_is_first_needed() {
        let home = tempfile::tempdir().unwrap();
        std::fs::write(home.path().join("config.toml"), "model_provider = \"rehearsal\"").unwrap();
        let mut thread = Value::Null;
        for by_resume in [false, true] {
            let (connection, mut client) = transport::memory::connected();
            let running = run(config(home.path()), connection, std::future::pending());
            let talking = async {
                let call = |method: &str, params: Value| {
                    json!({"id": 1, "method": method, "params": params}).to_string()
                };
                let info = json!({"clientInfo": {"name": "p", "version": "1"}});
                client.send(call("initialize", info)).await;
                if by_resume {
                    client.send(call("thread/resume", json!({"threadId": thread}))).await;
                } else {
                    let full = json!({"cwd": home.path(), "sandbox": "danger-full-access"});
                    client.send(call("thread/start", full)).await;
                    let [started] = heard(&mut client, [r#""result":{"thread""#]).await;
                    let started: Value = serde_json::from_str(&started).unwrap();
                    thread = started["result"]["thread"]["id"].clone();
                    let params = json!({"threadId": thread, "input": [{"type": "text", "text": "say hello"}],
                        "sandboxPolicy": {"type": "readOnly"}});
                    client.send(call("turn/start", params)).await;
                }
                let told = if by_resume {
                    heard(&mut client, ["configWarning"]).await[0].clone()
                } else {
                    heard(&mut client, ["configWarning", "turn/completed"]).await[0].clone()
                };
                assert!(told.contains("This machine has no sandbox"), "{told}");
                client.close();
                while client.recv().await.is_some() {}
            };
            tokio::join!(running, talking);
        }
    }

    #[tokio::test]
    async fn capabilities() {
        let plain = r#"{"id":1,"method":"initialize","params":{"clientInfo":{"name":"p","version":"1"}}}"#;
        let curious = r#"{"id":1,"method":"initialize","params":{"clientInfo":{"name":"p","version":"1"},"capabilities":{"experimentalApi":true}}}"#;
        let list = r#"{"id":2,"method":"thread/backgroundTerminals/list","params":{"threadId":"x"}}"#;
        let refusal = "thread/backgroundTerminals/list requires experimentalApi capability";
        assert!(answers(&[plain, list]).await.contains(refusal));
        assert!(!answers(&[curious, list]).await.contains(refusal));
    }
}
