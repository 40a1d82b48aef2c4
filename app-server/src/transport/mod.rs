//! What carries lines between the server and one client.
//!
//! A transport hands out a [`Connection`]: a bounded queue of lines that came in and the sending end of the queue
//! of lines that go out. Everything above works on these two queues and knows nothing of pipes. A transport ends
//! its tasks when the queues close.

pub mod framing;
pub mod line_queue;
#[cfg(test)]
pub mod memory;
pub mod stdio;

use codex_core::base::spawn::TaskGroup;
use tokio::sync::mpsc;

use self::line_queue::LineSender;

/// One client's two queues.
#[derive(Debug)]
pub struct Connection {
    /// Lines of the client, without their ends: valid UTF-8, of bounded length. Closes at the end of the input.
    pub incoming: mpsc::Receiver<String>,
    /// Lines for the client. Closes when the client does not take any more.
    pub lines: LineSender,
    /// The tasks that move the lines. They end once both queues are dropped and the last line is written.
    pub tasks: TaskGroup,
}
