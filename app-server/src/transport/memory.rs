//! A transport within the process: two connected ends, for tests of everything above the pipe.
//!
//! The client's end takes lines one by one and only when asked, so that a test decides how fast its client reads.

use codex_core::base::spawn::TaskGroup;
use tokio::sync::mpsc;

use super::Connection;
use super::line_queue::{LineReceiver, line_queue};

/// The client's end.
#[derive(Debug)]
pub struct Client {
    input: Option<mpsc::Sender<String>>,
    output: LineReceiver,
}

/// The two ends of one connection.
pub fn connected() -> (Connection, Client) {
    let (input, incoming) = mpsc::channel(1);
    let (lines, output) = line_queue();
    let connection = Connection { incoming, lines, tasks: TaskGroup::new() };
    (connection, Client { input: Some(input), output })
}

impl Client {
    /// Sends a line. A server that is gone does not hear it.
    pub async fn send(&self, line: impl Into<String>) {
        if let Some(input) = &self.input {
            let _gone = input.send(line.into()).await;
        }
    }

    /// The next line of the server, without its end. `None`: there will be no more.
    pub async fn recv(&mut self) -> Option<String> {
        let mut line = Vec::new();
        self.output.fill(&mut line, 1).await.then(|| String::from_utf8_lossy(&line).trim_end().to_owned())
    }

    /// Ends the server's input.
    pub fn close(&mut self) {
        self.input = None;
    }

    /// A second hand that sends.
    pub fn sender(&self) -> Option<mpsc::Sender<String>> {
        self.input.clone()
    }
}
