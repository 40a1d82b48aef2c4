//! What the server wrote, line by line, read by a thread that can be told to stop reading.
//!
//! Lines are kept as text for the trace and taken by whoever waits for them. Deltas of a client that only counts
//! them are neither kept nor parsed, so that a test of hundreds of thousands measures the server and not itself.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread;

use serde_json::Value;

use crate::PATIENCE;

/// The lines of one server in both directions.
#[derive(Clone, Default)]
pub(crate) struct Inbox(Arc<(Mutex<Lines>, Condvar)>);

#[derive(Default)]
pub(crate) struct Lines {
    pub all: Vec<Line>,
    /// How many lines of a counted method came.
    pub counted: HashMap<String, usize>,
    /// No more lines will come.
    pub ended: bool,
    paused: bool,
    stopped: bool,
    counting: Option<String>,
}

pub(crate) struct Line {
    pub from_server: bool,
    pub text: String,
    /// What it says; null when the server wrote something that is not JSON.
    pub message: Value,
    /// Some part of the test has looked at it.
    pub taken: bool,
}

impl Inbox {
    /// Reads the server's output from now on.
    pub fn read(&self, output: impl Read + Send + 'static) {
        let inbox = self.clone();
        thread::spawn(move || {
            let mut output = BufReader::with_capacity(64 * 1024, output);
            let mut line = Vec::new();
            loop {
                let (lock, changed) = &*inbox.0;
                drop(changed.wait_while(lock.lock().unwrap(), |lines| lines.paused).unwrap());
                line.clear();
                match output.read_until(b'\n', &mut line) {
                    Ok(0) | Err(_) => break,
                    Ok(_) if inbox.lines().stopped => break,
                    Ok(_) => inbox.receive(&line),
                }
            }
            inbox.change(|lines| lines.ended = true);
        });
    }

    /// Lines of this method are only counted from now on.
    pub fn count(&self, method: &str) {
        self.change(|lines| lines.counting = Some(method.to_owned()));
    }

    /// Stops or goes on reading. A read that has begun still returns.
    pub fn pause(&self, paused: bool) {
        self.change(|lines| lines.paused = paused);
    }

    /// Closes this end with the next line that comes.
    pub fn stop(&self) {
        self.change(|lines| lines.stopped = true);
    }

    /// Notes what the client wrote.
    pub fn sent(&self, text: &str) {
        let line = Line { from_server: false, text: text.to_owned(), message: Value::Null, taken: true };
        self.change(|lines| lines.all.push(line));
    }

    /// Waits for the first line that is not taken and is wanted, and takes it. None when there will be none.
    pub fn take(&self, wanted: impl Fn(&Value) -> bool) -> Option<Value> {
        let is_wanted = |line: &Line| !line.taken && wanted(&line.message);
        let mut lines = self.wait(|lines| lines.all.iter().any(&is_wanted));
        let line = lines.all.iter_mut().find(|line| is_wanted(line))?;
        line.taken = true;
        Some(line.message.clone())
    }

    /// Waits until the condition holds, the server's output ends, or patience does.
    pub fn wait(&self, done: impl Fn(&Lines) -> bool) -> MutexGuard<'_, Lines> {
        let (lock, changed) = &*self.0;
        let lines = lock.lock().unwrap();
        changed.wait_timeout_while(lines, PATIENCE, |lines| !done(lines) && !lines.ended).unwrap().0
    }

    pub fn lines(&self) -> MutexGuard<'_, Lines> {
        self.0.0.lock().unwrap()
    }

    fn receive(&self, bytes: &[u8]) {
        self.change(|lines| {
            if let Some(method) = lines.counting.clone() {
                // The method is the first member of a notification on this wire.
                let head = bytes.get(..120).unwrap_or(bytes);
                if String::from_utf8_lossy(head).contains(&format!("\"{method}\"")) {
                    *lines.counted.entry(method).or_default() += 1;
                    return;
                }
            }
            let text = String::from_utf8_lossy(bytes).trim_end().to_owned();
            let message = serde_json::from_slice(bytes).unwrap_or(Value::Null);
            lines.all.push(Line { from_server: true, text, message, taken: false });
        });
    }

    fn change(&self, change: impl FnOnce(&mut Lines)) {
        let (lock, changed) = &*self.0;
        change(&mut lock.lock().unwrap());
        changed.notify_all();
    }
}

/// What a process wrote to its standard error.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<(Mutex<LogText>, Condvar)>);

#[derive(Default)]
struct LogText {
    bytes: Vec<u8>,
    ended: bool,
}

impl LogText {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    fn contains(&self, text: &str) -> bool {
        self.bytes.windows(text.len()).any(|bytes| bytes == text.as_bytes())
    }
}

impl Log {
    /// Collects from now on, whole lines or not.
    pub fn of(mut output: impl Read + Send + 'static) -> Log {
        let log = Log::default();
        let filling = log.clone();
        thread::spawn(move || {
            let mut piece = [0; 4096];
            while let Ok(length @ 1..) = output.read(&mut piece) {
                filling.change(|log| log.bytes.extend_from_slice(&piece[..length]));
            }
            filling.change(|log| log.ended = true);
        });
        log
    }

    /// Waits until it contains the text; false when it will not.
    pub fn wait_for(&self, text: &str) -> bool {
        let (lock, changed) = &*self.0;
        let waiting = |log: &mut LogText| !log.contains(text) && !log.ended;
        let log = changed.wait_timeout_while(lock.lock().unwrap(), PATIENCE, waiting).unwrap().0;
        log.contains(text)
    }

    /// All of it, once there will be no more.
    pub fn whole(&self) -> String {
        let (lock, changed) = &*self.0;
        changed.wait_timeout_while(lock.lock().unwrap(), PATIENCE, |log| !log.ended).unwrap().0.text()
    }

    pub fn text(&self) -> String {
        self.0.0.lock().unwrap().text()
    }

    fn change(&self, change: impl FnOnce(&mut LogText)) {
        let (lock, changed) = &*self.0;
        change(&mut lock.lock().unwrap());
        changed.notify_all();
    }
}
