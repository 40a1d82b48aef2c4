//! A model server on loopback that answers from a script and remembers what it was asked.
//!
//! Plain threads and blocking sockets, one connection per request, nothing shared with the server under test. It
//! speaks the wire of the path that is asked for. A request that the script has no answer to gets status 400, so that a test which
//! asks the model once too often fails with a message and without retries.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;

use serde_json::{Value, json};

use crate::PATIENCE;
use crate::other_wires::{self, Spoken};
use crate::reply::{End, Events, Gate, Reply};

/// A client that has taken nothing for so long does not read.
const STILL: std::time::Duration = std::time::Duration::from_millis(500);

/// The server. It ends with its value.
pub struct MockModel {
    address: SocketAddr,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    script: VecDeque<Reply>,
    requests: Vec<Value>,
    /// What each request was signed with; empty if with nothing.
    signatures: Vec<String>,
    /// Numbers of requests whose connection the client closed before the reply was out.
    abandoned: Vec<usize>,
    /// Numbers of requests whose reply the client has not read for a while, or has read to its end.
    still: Vec<usize>,
    /// Gates of replies being sent, opened when the test is over.
    gates: Vec<Gate>,
    ended: bool,
}

impl MockModel {
    /// Starts it with the replies to come, in order.
    pub fn start(script: impl IntoIterator<Item = Reply>) -> MockModel {
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback is there");
        let address = listener.local_addr().expect("it is bound");
        let shared = Arc::new(Shared::default());
        shared.state.lock().unwrap().script.extend(script);
        let accepting = Arc::clone(&shared);
        thread::spawn(move || {
            for connection in listener.incoming() {
                if accepting.state.lock().unwrap().ended {
                    return;
                }
                let shared = Arc::clone(&accepting);
                thread::spawn(move || connection.map(|connection| shared.serve(connection)));
            }
        });
        MockModel { address, shared }
    }

    /// The base URL of the provider.
    pub fn url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    /// Adds replies to the end of the script.
    pub fn add(&self, replies: impl IntoIterator<Item = Reply>) {
        self.shared.state.lock().unwrap().script.extend(replies);
    }

    /// The bodies of all requests so far.
    pub fn requests(&self) -> Vec<Value> {
        self.shared.state.lock().unwrap().requests.clone()
    }

    /// The `authorization` headers of all requests so far; empty where there was none.
    pub fn signatures(&self) -> Vec<String> {
        self.shared.state.lock().unwrap().signatures.clone()
    }

    /// Waits for the request with this number, from 1, and returns its body.
    pub fn wait_for_request(&self, number: usize) -> Value {
        let state = self.shared.wait_until(|state| state.requests.len() >= number);
        let found = state.requests.get(number - 1).cloned();
        drop(state);
        found.unwrap_or_else(|| panic!("the model was not asked {number} times within {PATIENCE:?}"))
    }

    /// Waits until the client has stopped reading the reply to this request, from 1, or has read all of it.
    pub fn wait_until_still(&self, number: usize) {
        let state = self.shared.wait_until(|state| state.still.contains(&number));
        let seen = state.still.contains(&number);
        drop(state);
        assert!(seen, "the reply to request {number} is still being read after {PATIENCE:?}");
    }

    /// Waits until the client has closed the connection of this request, from 1, before its end.
    pub fn wait_for_abandoned(&self, number: usize) {
        let state = self.shared.wait_until(|state| state.abandoned.contains(&number));
        let seen = state.abandoned.contains(&number);
        drop(state);
        assert!(seen, "the connection of request {number} is still open after {PATIENCE:?}");
    }
}

impl Drop for MockModel {
    fn drop(&mut self) {
        let mut state = self.shared.state.lock().unwrap();
        state.ended = true;
        state.gates.iter().for_each(Gate::open);
        drop(state);
        drop(TcpStream::connect(self.address));
    }
}

impl Shared {
    fn wait_until(&self, done: impl Fn(&State) -> bool) -> std::sync::MutexGuard<'_, State> {
        let state = self.state.lock().unwrap();
        self.changed.wait_timeout_while(state, PATIENCE, |state| !done(state)).unwrap().0
    }

    /// Answers one request. Trouble with the connection is the client's doing.
    fn serve(&self, connection: TcpStream) {
        let Some(Request { path, signature, body }) = read_request(&connection) else { return };
        let Some(spoken) = Spoken::at(&path) else {
            return write_status(&connection, 404, &[], &json!({"error": {"message": "no such route"}}));
        };
        let (number, reply) = self.take_reply(body, signature);
        let Some(reply) = reply else {
            let message = format!("the script has no answer to request {number}");
            return write_status(&connection, 400, &[], &json!({"error": {"message": message}}));
        };
        if let End::Status { code, headers, body } = &reply.end {
            return write_status(&connection, *code, headers, body);
        }
        if self.stream(&connection, (number, spoken), &reply).is_err() {
            self.abandon(number);
        }
    }

    fn take_reply(&self, body: Value, signature: String) -> (usize, Option<Reply>) {
        let asked = last_user_text(&body);
        let mut state = self.state.lock().unwrap();
        state.requests.push(body);
        state.signatures.push(signature);
        let wanted = state
            .script
            .iter()
            .position(|reply| reply.only_for.as_ref().is_none_or(|text| asked.contains(text)));
        let reply = wanted.and_then(|index| state.script.remove(index));
        state.gates.extend(reply.iter().flat_map(Reply::gates).cloned());
        self.changed.notify_all();
        (state.requests.len(), reply)
    }

    /// Streams a reply; an error when the connection broke before it began.
    fn stream(
        &self,
        connection: &TcpStream,
        (number, spoken): (usize, Spoken),
        reply: &Reply,
    ) -> std::io::Result<()> {
        let mut output = connection;
        write!(output, "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n")?;
        write!(output, "transfer-encoding: chunked\r\n\r\n")?;
        connection.set_write_timeout(Some(STILL))?;
        let mut send = |bytes: &[u8]| {
            if bytes.is_empty() {
                return Ok(());
            }
            let mut chunk = format!("{:x}\r\n", bytes.len()).into_bytes();
            chunk.extend_from_slice(bytes);
            chunk.extend_from_slice(b"\r\n");
            self.write_patiently(connection, number, &chunk)
        };
        let finished = AtomicBool::new(false);
        thread::scope(|scope| {
            // A client that goes away while a gate is closed is noticed by reading, not by writing.
            scope.spawn(|| {
                let mut input = connection;
                drop(input.read(&mut [0]));
                if !finished.load(Ordering::SeqCst) {
                    self.abandon(number);
                }
            });
            let sent = match spoken {
                Spoken::Responses => Events { number, send: &mut send }.stream(reply),
                Spoken::Chat => other_wires::stream_chat(number, reply, &mut send),
                Spoken::Anthropic => other_wires::stream_anthropic(number, reply, &mut send),
            };
            finished.store(sent.is_ok(), Ordering::SeqCst);
            self.be_still(number);
            if sent.is_ok() && !matches!(reply.end, End::Disconnect) {
                drop((&*connection).write_all(b"0\r\n\r\n"));
            }
            drop(connection.shutdown(std::net::Shutdown::Both));
        });
        Ok(())
    }

    /// Writes however long the client takes, and notes when it does not read.
    fn write_patiently(
        &self,
        mut output: &TcpStream,
        number: usize,
        mut bytes: &[u8],
    ) -> std::io::Result<()> {
        while !bytes.is_empty() {
            match output.write(bytes) {
                Ok(written) => bytes = bytes.get(written..).unwrap_or_default(),
                Err(problem) if matches!(problem.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                    self.be_still(number);
                    if self.state.lock().unwrap().ended {
                        return Err(problem);
                    }
                }
                Err(problem) => return Err(problem),
            }
        }
        Ok(())
    }

    fn be_still(&self, number: usize) {
        self.state.lock().unwrap().still.push(number);
        self.changed.notify_all();
    }

    fn abandon(&self, number: usize) {
        self.state.lock().unwrap().abandoned.push(number);
        self.changed.notify_all();
    }
}

struct Request {
    path: String,
    signature: String,
    body: Value,
}

fn read_request(connection: &TcpStream) -> Option<Request> {
    let mut input = BufReader::new(connection);
    let mut line = String::new();
    input.read_line(&mut line).ok()?;
    let path = line.split(' ').nth(1)?.split('?').next()?.to_owned();
    let (mut length, mut signature) = (0, String::new());
    loop {
        let mut header = String::new();
        input.read_line(&mut header).ok()?;
        let Some((name, value)) = header.trim_end().split_once(':') else { break };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().ok()?;
        } else if name.eq_ignore_ascii_case("authorization") {
            signature = value.trim().to_owned();
        }
    }
    let mut body = vec![0; length];
    input.read_exact(&mut body).ok()?;
    Some(Request { path, signature, body: serde_json::from_slice(&body).unwrap_or(Value::Null) })
}

fn write_status(connection: &TcpStream, code: u16, headers: &[(String, String)], body: &Value) {
    let body = body.to_string();
    let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let length = body.len();
    let mut output = connection;
    drop(write!(
        output,
        "HTTP/1.1 {code} Scripted\r\ncontent-type: application/json\r\nconnection: close\r\n{headers}\
         content-length: {length}\r\n\r\n{body}"
    ));
}

/// The text of the last message that a person wrote; what the server adds begins with a tag.
pub fn last_user_text(body: &Value) -> String {
    let items = body["input"].as_array().or(body["messages"].as_array()).map_or(&[][..], Vec::as_slice);
    items
        .iter()
        .rev()
        .filter(|item| item["role"] == "user")
        .map(content_text)
        .find(|text| !text.trim_start().starts_with('<'))
        .unwrap_or_default()
}

fn content_text(item: &Value) -> String {
    if let Some(text) = item["content"].as_str() {
        return text.to_owned();
    }
    let parts = item["content"].as_array().map_or(&[][..], Vec::as_slice);
    parts.iter().filter_map(|part| part["text"].as_str()).collect::<Vec<_>>().join("\n")
}
