//! The client against a server on loopback that says what a test tells it to.

use std::sync::{Arc, Mutex};

use codex_protocol::ids::{ConversationId, TurnId};
use codex_protocol::policy::ReasoningSummary;
use codex_protocol::response_item::ResponseItem;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

use crate::base::spawn::TaskGroup;
use crate::config::provider::ModelProviderInfo;
use crate::model::credentials::Credentials;
use crate::model::error::Error;
use crate::model::event::ResponseEvent;
use crate::model::prompt::{Prompt, Purpose};
use crate::model::token_command::TokenCommands;
use crate::model::{ModelClient, ModelSettings};

const COMPLETED: &str = r#"data: {"type":"response.completed","response":{"id":"r"}}"#;

/// A server that gives each request the next answer, verbatim; an empty one is a closed connection.
struct Server {
    url: String,
    requests: Arc<Mutex<Vec<String>>>,
    connections: Arc<Mutex<usize>>,
}

impl Server {
    async fn start(answers: &[String]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/v1", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let connections = Arc::new(Mutex::new(0));
        let mut answers: Vec<String> = answers.iter().rev().cloned().collect();
        let (seen, count) = (requests.clone(), connections.clone());
        TaskGroup::new().spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                *count.lock().unwrap() += 1;
                while let Some(request) = read_request(&mut stream).await {
                    seen.lock().unwrap().push(request);
                    let answer = answers.pop().unwrap_or_default();
                    stream.write_all(answer.as_bytes()).await.unwrap();
                    if !answer.ends_with("0\r\n\r\n") && !answer.contains("content-length") {
                        break;
                    }
                }
            }
        });
        Self { url, requests, connections }
    }

    fn client(&self, most_retries: u32) -> ModelClient {
        let provider = ModelProviderInfo {
            base_url: Some(self.url.clone()),
            request_max_retries: Some(most_retries),
            stream_idle_timeout_ms: Some(20_000),
            ..ModelProviderInfo::default()
        };
        ModelClient::new(ModelSettings {
            provider_id: "p".into(),
            provider,
            user_agent: "tester/1 (Ünix)".into(),
            originator: "tester".into(),
            environment: crate::base::environment::Environment::default(),
            group: TaskGroup::new(),
            token: CancellationToken::new(),
            tokens: Arc::new(TokenCommands::nobody()),
            compresses: true,
            telemetry: crate::telemetry::Telemetry::off(),
            script: None,
        })
    }

    fn requests(&self) -> usize {
        self.requests.lock().unwrap().len()
    }
}

async fn read_request(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
            if body.len() >= length.parse().unwrap() {
                return Some(text.into_owned());
            }
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
}

/// A streamed answer whose body is these lines, one chunk each.
fn streamed(lines: &[&str]) -> String {
    let chunks =
        lines.iter().map(|line| format!("{:x}\r\n{line}\n\n\r\n", line.len() + 2)).collect::<String>();
    format!(
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\nx-codex-primary-used-percent: 5\r\n\r\n{chunks}"
    )
}

fn whole(lines: &[&str]) -> String {
    streamed(lines) + "0\r\n\r\n"
}

fn status(line: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {line}\r\n{headers}content-length: {}\r\n\r\n{body}", body.len())
}

fn prompt() -> Prompt {
    Prompt {
        conversation_id: ConversationId::new(),
        turn_id: TurnId::fresh(),
        model: "gpt-5.5".into(),
        info: crate::model::catalog::find("gpt-5.5"),
        instructions: "".into(),
        input: vec![Arc::new(ResponseItem::message("user", "hi"))],
        tools: Arc::new([]),
        parallel_tool_calls: false,
        effort: None,
        summary: ReasoningSummary::None,
        verbosity: None,
        service_tier: None,
        output_schema: None,
        purpose: Purpose::Answer,
    }
}

async fn ask(client: &ModelClient) -> Result<Vec<ResponseEvent>, Error> {
    let token = CancellationToken::new();
    let mut stream = client.stream(&prompt(), &Credentials::default(), &token).await?;
    let mut events = Vec::new();
    while let Some(event) = stream.next().await {
        events.push(event?);
    }
    Ok(events)
}

#[tokio::test]
async fn an_answer_arrives_as_events() {
    let delta = r#"data: {"type":"response.output_text.delta","delta":"hi"}"#;
    let server = Server::start(&[whole(&["event: x\ndata: {}", delta, COMPLETED])]).await;
    let events = ask(&server.client(0)).await.unwrap();
    let [ResponseEvent::RateLimits(limits), ResponseEvent::TextDelta(text), ResponseEvent::Completed { .. }] =
        events.as_slice()
    else {
        panic!("{events:?}");
    };
    assert_eq!((limits.primary.unwrap().used_percent, text.as_str()), (5.0, "hi"));
    let requests = server.requests.lock().unwrap();
    let head = requests[0].split_once("\r\n\r\n").unwrap().0;
    assert!(head.starts_with("POST /v1/responses HTTP/1.1"), "{head}");
    for header in
        ["accept: text/event-stream", "originator: tester", "user-agent: tester/1 (_nix)", "session-id: "]
    {
        assert!(head.contains(header), "{header} in {head}");
    }
    assert!(!head.contains("accept-encoding"), "{head}");
}

#[tokio::test]
async fn the_connection_of_a_read_answer_is_used_again() {
    let answers = [whole(&[COMPLETED]), whole(&[COMPLETED])];
    let server = Server::start(&answers).await;
    let client = server.client(0);
    ask(&client).await.unwrap();
    // The end of the first body is read in the background.
    for _ in 0..1000 {
        tokio::task::yield_now().await;
    }
    ask(&client).await.unwrap();
    assert_eq!(*server.connections.lock().unwrap(), 1);
}

#[tokio::test]
async fn failures_before_an_answer_are_repeated_in_silence() {
    let busy = status("503 Busy", "retry-after-ms: 1\r\n", "");
    let server = Server::start(&[busy, String::new(), whole(&[COMPLETED])]).await;
    ask(&server.client(2)).await.unwrap();
    assert_eq!(server.requests(), 3);
}

#[tokio::test]
async fn retries_are_counted_and_not_for_everything() {
    let busy = status("503 Busy", "retry-after-ms: 1\r\n", "");
    let server = Server::start(&[busy.clone(), busy.clone(), busy]).await;
    assert_eq!(ask(&server.client(1)).await.unwrap_err().status(), Some(503));
    assert_eq!(server.requests(), 2);
    let body = r#"{"error":{"message":"bad"}}"#;
    let server = Server::start(&[status("404 Not Found", "", body)]).await;
    let error = ask(&server.client(4)).await.unwrap_err();
    assert!(error.to_string().ends_with("/v1/responses answered with status 404: bad"), "{error}");
    assert_eq!(server.requests(), 1);
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let server = Server::start(&[status("307 Moved", "location: http://127.0.0.1:9/\r\n", "")]).await;
    let error = ask(&server.client(0)).await.unwrap_err();
    assert!(error.to_string().contains("set `base_url` to the final address"), "{error}");
}

#[tokio::test]
async fn an_answer_that_breaks_off_says_so() {
    let server = Server::start(&[streamed(&["data: {}"]), whole(&["data: {}"])]).await;
    let client = server.client(0);
    let error = ask(&client).await.unwrap_err();
    assert!(matches!(error, Error::StreamEnded { cause: Some(_) }), "{error:?}");
    let error = ask(&client).await.unwrap_err();
    assert!(matches!(error, Error::StreamEnded { cause: None }), "{error:?}");
}

#[tokio::test]
async fn a_body_that_is_no_stream_is_quoted() {
    let json = "content-type: application/json\r\n";
    let server = Server::start(&[status("200 OK", json, r#"{"choices":[]}"#)]).await;
    let error = ask(&server.client(0)).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        r#"The model server's answer cannot be read: it is `application/json`, not an event stream: {"choices":[]}"#
    );
}

#[tokio::test]
async fn a_body_that_nobody_asked_to_compress_is_not_unpacked() {
    let gzip = "content-encoding: gzip\r\ncontent-type: text/event-stream\r\n";
    let server = Server::start(&[status("200 OK", gzip, "\u{1f}\u{8b}")]).await;
    let error = ask(&server.client(0)).await.unwrap_err();
    let expected =
        "The model server's answer cannot be read: it is compressed (`gzip`), which was not asked for";
    assert_eq!(error.to_string(), expected);
}

#[tokio::test]
async fn nobody_there_is_a_network_error() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let server = Server { url, requests: Arc::default(), connections: Arc::default() };
    let error = ask(&server.client(0)).await.unwrap_err();
    assert!(error.is_retryable() && error.to_string().contains("onnection refused"), "{error}");
}

#[tokio::test]
async fn cancelling_ends_waiting_for_an_answer() {
    let server = Server::start(&[]).await;
    let token = CancellationToken::new();
    token.cancel();
    let result = server.client(0).stream(&prompt(), &Credentials::default(), &token).await;
    assert!(matches!(result.err(), Some(Error::Cancelled)));
}
