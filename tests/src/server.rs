//! One running server and the client that talks to it.
//!
//! The client writes what the test says and takes what the test waits for. Requests of the server are answered
//! by the test alone. When the value is dropped the server's input is closed: it must then exit with status 0,
//! leave no process behind, and have written nothing essential that the test did not look at. A test that fails
//! prints both directions of the pipe and the server's log.

pub mod question;
mod said;

use std::fmt::Write as _;
use std::io::Write;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::thread;
use std::time::Duration;

use rustix::process::Signal;
use serde_json::{Value, json};

use crate::home::Home;
use crate::inbox::{Inbox, Log};
use crate::turn::Turn;
use crate::{PATIENCE, binary, process, trace};

/// A server process and this side of its pipe.
pub struct AppServer {
    child: Child,
    input: Option<ChildStdin>,
    inbox: Inbox,
    log: Log,
    tag: String,
    next_id: i64,
    ignores_rest: bool,
    has_ended: bool,
}

/// An error answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Refusal {
    /// The JSON-RPC code.
    pub code: i64,
    /// The text for a person.
    pub message: String,
    /// The whole error object.
    pub error: Value,
}

impl AppServer {
    /// Starts a server and shakes hands.
    pub fn start(home: &Home) -> AppServer {
        AppServer::start_with(home, &[])
    }

    /// The same for a client that uses what is experimental.
    pub fn start_experimental(home: &Home) -> AppServer {
        let mut server = AppServer::spawn(home, &[]);
        server.initialize_experimental();
        server
    }

    /// Starts a server with more arguments and shakes hands.
    pub fn start_with(home: &Home, arguments: &[&str]) -> AppServer {
        let mut server = AppServer::spawn(home, arguments);
        server.initialize(json!({"clientInfo": {"name": "tests", "title": null, "version": "1.0.0"}}));
        server
    }

    /// Starts a server and says nothing to it.
    pub fn spawn(home: &Home, arguments: &[&str]) -> AppServer {
        AppServer::spawn_in(home, arguments, &[])
    }

    /// Starts a server with more variables in its environment.
    pub fn spawn_in(home: &Home, arguments: &[&str], environment: &[(&str, &str)]) -> AppServer {
        let tag = process::new_tag();
        let mut child = command(home, &tag)
            .args(arguments)
            .envs(environment.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the server starts");
        let inbox = Inbox::default();
        inbox.read(child.stdout.take().expect("it is piped"));
        let log = Log::of(child.stderr.take().expect("it is piped"));
        let input = child.stdin.take();
        AppServer { child, input, inbox, log, tag, next_id: 0, ignores_rest: false, has_ended: false }
    }

    /// `initialize` and `initialized`; the result of the former.
    pub fn initialize(&mut self, params: Value) -> Value {
        let result = self.ok("initialize", params);
        self.notify("initialized", Value::Null);
        result
    }

    /// The same for a client that uses what is experimental.
    pub fn initialize_experimental(&mut self) {
        let client = json!({"name": "tests", "version": "1"});
        self.initialize(json!({"clientInfo": client, "capabilities": {"experimentalApi": true}}));
    }

    /// The process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    // --- requests of the client

    /// Sends a request and returns its id; the answer is taken with `answer`.
    pub fn send(&mut self, method: &str, params: Value) -> i64 {
        self.next_id += 1;
        let mut message = json!({"id": self.next_id, "method": method});
        if !params.is_null() {
            message["params"] = params;
        }
        self.send_message(&message);
        self.next_id
    }

    /// Sends a request to a server that may have ended. Whether somebody was there.
    pub fn try_send(&mut self, method: &str, params: &Value) -> bool {
        self.next_id += 1;
        let line = json!({"id": self.next_id, "method": method, "params": params}).to_string();
        let input = self.input.as_mut().expect("the input is open");
        input.write_all(format!("{line}\n").as_bytes()).is_ok()
    }

    /// Waits until so many messages with this method came. Whether they did before the server ended.
    pub fn try_until(&self, method: &str, count: usize) -> bool {
        let has = |lines: &crate::inbox::Lines| {
            lines.all.iter().filter(|line| line.message["method"] == method).count() >= count
        };
        has(&self.inbox.wait(has))
    }

    /// Waits for the answer to a request.
    pub fn answer(&mut self, id: i64) -> Result<Value, Refusal> {
        let answer = self.take(&format!("answer to request {id}"), |message| {
            message["id"] == id && message.get("method").is_none()
        });
        match answer.get("error") {
            None => Ok(answer["result"].clone()),
            Some(error) => Err(Refusal {
                code: error["code"].as_i64().unwrap_or_default(),
                message: error["message"].as_str().unwrap_or_default().to_owned(),
                error: error.clone(),
            }),
        }
    }

    /// Waits for the whole answer to a request that was written by hand.
    pub fn raw_answer(&mut self, id: &Value) -> Value {
        self.take(&format!("answer to request {id}"), |message| {
            message["id"] == *id && message.get("method").is_none()
        })
    }

    /// Waits for so many answers whose ids begin with a text, and takes them all.
    pub fn take_answers(&mut self, count: usize, prefix: &str) -> Vec<Value> {
        let is_one = |message: &Value| {
            message.get("method").is_none() && message["id"].as_str().is_some_and(|id| id.starts_with(prefix))
        };
        let mut lines = self.inbox.wait(|lines| {
            // Cheap first: this looks at every line each time one comes.
            lines.all.len() >= count && lines.all.iter().filter(|line| is_one(&line.message)).count() >= count
        });
        let wanted = lines.all.iter_mut().filter(|line| is_one(&line.message));
        let answers: Vec<Value> = wanted
            .map(|line| {
                line.taken = true;
                line.message.clone()
            })
            .collect();
        drop(lines);
        assert_eq!(answers.len(), count, "answers that came{}", self.why_not());
        answers
    }

    /// Sends a request and waits for its answer.
    pub fn request(&mut self, method: &str, params: Value) -> Result<Value, Refusal> {
        let id = self.send(method, params);
        self.answer(id)
    }

    /// A request that must succeed.
    pub fn ok(&mut self, method: &str, params: Value) -> Value {
        self.request(method, params).unwrap_or_else(|refusal| panic!("{method} failed: {refusal:?}"))
    }

    /// A request that must fail.
    pub fn refused(&mut self, method: &str, params: Value) -> Refusal {
        match self.request(method, params) {
            Ok(result) => panic!("{method} should fail, but: {result}"),
            Err(refusal) => refusal,
        }
    }

    /// Sends a notification; no `params` when they are null.
    pub fn notify(&mut self, method: &str, params: Value) {
        let mut message = json!({"method": method});
        if !params.is_null() {
            message["params"] = params;
        }
        self.send_message(&message);
    }

    /// Sends one message as it is.
    pub fn send_message(&mut self, message: &Value) {
        let line = message.to_string();
        self.inbox.sent(&line);
        self.send_bytes(format!("{line}\n").as_bytes());
    }

    /// Writes bytes as they are; they do not appear in the trace.
    pub fn send_bytes(&mut self, bytes: &[u8]) {
        let input = self.input.as_mut().expect("the input is open");
        if let Err(problem) = input.write_all(bytes) {
            panic!("the server does not take its input: {problem}");
        }
    }

    // --- what the server says

    /// Waits for a notification and returns its params. Earlier messages stay for others to take.
    pub fn expect(&mut self, method: &str) -> Value {
        self.expect_where(method, |_| true)
    }

    /// Waits for a notification whose params are wanted.
    pub fn expect_where(&mut self, method: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let message = self.take(method, |message| {
            message["method"] == method && message.get("id").is_none() && wanted(&message["params"])
        });
        message["params"].clone()
    }

    /// All messages with this method that came so far, looked at or not.
    pub fn seen(&self, method: &str) -> Vec<Value> {
        let lines = self.inbox.lines();
        let wanted = lines.all.iter().filter(|line| line.from_server && line.message["method"] == method);
        wanted.map(|line| line.message["params"].clone()).collect()
    }

    /// Waits until the server's log contains the text.
    pub fn wait_for_log(&self, text: &str) {
        let found = self.log.wait_for(text);
        assert!(found, "nothing in the log says `{text}`: {}", self.log());
    }

    /// What the server wrote to its standard error so far.
    pub fn log(&self) -> String {
        self.log.text()
    }

    /// All that the server wrote to its standard error, once it has ended.
    pub fn whole_log(&self) -> String {
        self.log.whole()
    }

    /// Where in the trace the first such message stands; the end when there is none.
    pub fn position(&self, wanted: impl Fn(&Value) -> bool) -> usize {
        let lines = self.inbox.lines();
        lines.all.iter().position(|line| line.from_server && wanted(&line.message)).unwrap_or(lines.all.len())
    }

    // --- threads and turns

    /// Starts a thread in the workspace: nothing is asked, the workspace may be written. Returns its id.
    pub fn start_thread(&mut self, home: &Home) -> String {
        self.start_thread_with(home, json!({}))
    }

    /// Starts a thread with other params than the usual.
    pub fn start_thread_with(&mut self, home: &Home, more: Value) -> String {
        let mut params = json!({"cwd": home.work(), "approvalPolicy": "never", "sandbox": "workspace-write"});
        for (key, value) in more.as_object().into_iter().flatten() {
            params[key] = value.clone();
        }
        let result = self.ok("thread/start", params);
        result["thread"]["id"].as_str().expect("a thread has an id").to_owned()
    }

    /// Starts a turn and returns its id.
    pub fn start_turn(&mut self, thread: &str, text: &str) -> String {
        let input = json!([{"type": "text", "text": text, "text_elements": []}]);
        let result = self.ok("turn/start", json!({"threadId": thread, "input": input}));
        result["turn"]["id"].as_str().expect("a turn has an id").to_owned()
    }

    /// Waits for the end of the thread's turn and takes everything that was said about the thread until then.
    pub fn wait_turn(&mut self, thread: &str) -> Turn {
        let is_end = |message: &Value| {
            message["method"] == "turn/completed" && message["params"]["threadId"] == thread
        };
        let mut lines =
            self.inbox.wait(|lines| lines.all.iter().any(|line| !line.taken && is_end(&line.message)));
        let end = lines.all.iter().position(|line| !line.taken && is_end(&line.message));
        let Some(end) = end else {
            drop(lines);
            panic!("no turn/completed of thread {thread}{}", self.why_not());
        };
        let mut messages = Vec::new();
        for line in lines.all.iter_mut().take(end + 1).filter(|line| !line.taken) {
            let is_notification = line.message.get("method").is_some() && line.message.get("id").is_none();
            if is_notification && line.message["params"]["threadId"] == thread {
                line.taken = true;
                messages.push(line.message.clone());
            }
        }
        Turn::new(messages)
    }

    /// Runs a whole turn.
    pub fn run_turn(&mut self, thread: &str, text: &str) -> Turn {
        self.start_turn(thread, text);
        self.wait_turn(thread)
    }

    // --- reading

    /// Notifications of this method are only counted from now on.
    pub fn count_only(&mut self, method: &str) {
        self.inbox.count(method);
    }

    /// How many of them came.
    pub fn counted(&self) -> usize {
        self.inbox.lines().counted.values().sum()
    }

    /// Stops reading the server's output; a read that has begun still returns.
    pub fn pause_reading(&mut self) {
        self.inbox.pause(true);
    }

    /// Goes on reading.
    pub fn resume_reading(&mut self) {
        self.inbox.pause(false);
    }

    // --- ends

    /// Closes this end of the server's output; the next thing it writes finds nobody.
    pub fn hang_up(&mut self) {
        self.inbox.stop();
    }

    /// What is left unread does not matter to this test.
    pub fn ignore_rest(&mut self) {
        self.ignores_rest = true;
    }

    /// Closes the server's input and waits for its end.
    pub fn close(&mut self) -> ExitStatus {
        self.input = None;
        self.inbox.pause(false);
        self.wait_exit()
    }

    /// Sends a signal and waits for the end.
    pub fn end_by(&mut self, signal: Signal) -> ExitStatus {
        process::signal(self.pid(), signal);
        self.inbox.pause(false);
        self.wait_exit()
    }

    /// Waits for the end, however it comes.
    pub fn wait_exit(&mut self) -> ExitStatus {
        let ended = process::wait_end(self.pid(), PATIENCE);
        self.has_ended = true;
        if !ended {
            drop(self.child.kill());
        }
        let status = self.child.wait().expect("it is our child");
        assert!(ended, "the server did not exit within {PATIENCE:?}");
        drop(self.inbox.wait(|lines| lines.ended));
        status
    }

    /// Command lines of processes that are still there `limit` after the server's end.
    pub fn left_behind(&self, limit: Duration) -> Vec<String> {
        process::survivors(&self.tag, limit)
    }

    fn take(&mut self, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        match self.inbox.take(wanted) {
            Some(message) => message,
            None => panic!("no {what}{}", self.why_not()),
        }
    }

    fn why_not(&self) -> String {
        if self.inbox.lines().ended {
            ": the server has ended".into()
        } else {
            format!(" within {PATIENCE:?}")
        }
    }

    /// What speaks against this server now that the test is through with it.
    fn complaints(&mut self) -> String {
        let mut complaints = String::new();
        let mut complain = |text: String| writeln!(complaints, "{text}").expect("a string takes text");
        if !self.has_ended {
            let status = self.close();
            if !status.success() {
                complain(format!("the server ended with {status}"));
            }
        }
        let left = self.left_behind(Duration::from_secs(2));
        if !left.is_empty() {
            complain(format!("processes left behind: {left:?}"));
        }
        let lines = self.inbox.lines();
        for line in lines.all.iter().filter(|line| line.from_server && !line.taken) {
            if line.message.is_null() {
                complain(format!("not a message: {}", line.text));
            } else if !self.ignores_rest && is_essential(&line.message) {
                complain(format!("nobody looked at: {}", line.text));
            }
        }
        complaints
    }

    fn print(&self) {
        let lines = self.inbox.lines();
        eprintln!("--- the pipe (→ to the server, ← from it)");
        eprint!("{}", trace::raw(lines.all.iter().map(|line| (line.from_server, line.text.as_str()))));
        eprintln!("--- the server's log\n{}---", self.log());
    }
}

impl Drop for AppServer {
    fn drop(&mut self) {
        if thread::panicking() {
            drop(self.child.kill());
            drop(self.child.wait());
            return self.print();
        }
        let complaints = self.complaints();
        if !complaints.is_empty() {
            self.print();
            panic!("{complaints}");
        }
    }
}

/// The server's command line and environment: nothing of the developer's own settings gets in, and nothing can
/// leave loopback.
pub fn command(home: &Home, tag: &str) -> Command {
    command_of(&binary::server_command(), home, tag)
}

/// The same for another program, such as our binary with a subcommand.
pub fn command_of(program: &[String], home: &Home, tag: &str) -> Command {
    let (name, arguments) = program.split_first().expect("a command has a name");
    let mut command = Command::new(name);
    command.args(arguments).current_dir(home.work()).env_clear().env(process::TAG, tag);
    for kept in ["PATH", "LANG", "LC_ALL", "TERM", "TMPDIR", "RUST_BACKTRACE"] {
        if let Some(value) = binary::variable(kept) {
            command.env(kept, value);
        }
    }
    let closed_port = "http://127.0.0.1:9";
    command.env("HOME", home.root()).env("CODEX_HOME", home.codex_home());
    command
        .env("HTTP_PROXY", closed_port)
        .env("HTTPS_PROXY", closed_port)
        .env("NO_PROXY", "127.0.0.1,localhost");
    command.env("SHELL", shell());
    command
}

fn shell() -> &'static str {
    if Path::new("/bin/bash").exists() { "/bin/bash" } else { "/bin/sh" }
}

/// What a test must not overlook: answers, questions, and everything about turns and items but deltas.
fn is_essential(message: &Value) -> bool {
    let Some(method) = message["method"].as_str() else { return true };
    let is_delta = method.ends_with("elta") || method.ends_with("summaryPartAdded");
    message.get("id").is_some()
        || method == "error"
        || (!is_delta && (method.starts_with("turn/") || method.starts_with("item/")))
}
