//! From what a process writes to what its client is told: pieces as they come, or all of it at the end.
//!
//! Either is bounded by the client's own limit for each stream; what is beyond is read and dropped, so that the
//! process goes on. What is kept for the end counts against what the connection may have in memory. Pieces wait
//! for room in the queue to the client, and the process waits with them.

use std::sync::Arc;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use codex_app_server_protocol::ServerNotification;
use codex_app_server_protocol::v2::command::{CommandExecOutputDeltaNotification, CommandExecOutputStream};
use codex_app_server_protocol::v2::process::{ProcessOutputDeltaNotification, ProcessOutputStream};
use codex_core::exec::output::Decoder;
use codex_core::exec::process::{Exit, Output};
use codex_protocol::events::exec::OutputStream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{Kind, Name};
use crate::outgoing::Outgoing;

/// In how large steps memory is asked for.
const STEP_KIB: u32 = 64;

/// Tells a client of output as it comes.
#[derive(Debug)]
pub(crate) struct Teller {
    pub outgoing: Outgoing,
    pub name: Name,
}

/// How output is told.
#[derive(Debug)]
pub(crate) struct Delivery {
    /// Nobody: at the end.
    pub teller: Option<Teller>,
    /// Bytes of each stream; all if absent.
    pub cap: Option<u64>,
}

/// What is left to be told at the end.
#[derive(Debug)]
pub(crate) struct Ended {
    pub exit: Exit,
    pub stdout: Told,
    pub stderr: Told,
    /// For the memory of the texts.
    pub kept: Option<OwnedSemaphorePermit>,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Told {
    pub text: String,
    pub cap_reached: bool,
}

/// Follows a process to its end.
pub(crate) async fn follow(mut output: Output, delivery: Delivery, memory: &Arc<Semaphore>) -> Ended {
    let Delivery { teller, cap } = delivery;
    let (mut stdout, mut stderr) = (Stream::new(cap), Stream::new(cap));
    let mut kept = None;
    while let Some(chunk) = output.next().await {
        let stream = match chunk.stream {
            OutputStream::Stdout => &mut stdout,
            OutputStream::Stderr => &mut stderr,
        };
        let bytes = stream.within_cap(chunk.bytes);
        match &teller {
            _ if bytes.is_empty() => {}
            Some(teller) => teller.tell(chunk.stream, &bytes, stream.is_full()).await,
            None => stream.keep(&bytes, memory, &mut kept),
        }
    }
    let exit = output.exit().await;
    Ended { exit, stdout: stdout.told(), stderr: stderr.told(), kept }
}

impl Teller {
    async fn tell(&self, stream: OutputStream, bytes: &[u8], cap_reached: bool) {
        let delta_base64 = BASE64_STANDARD.encode(bytes);
        let name = self.name.text.clone();
        let notification = match self.name.kind {
            Kind::Command => ServerNotification::CommandExecOutputDelta(CommandExecOutputDeltaNotification {
                process_id: name,
                stream: match stream {
                    OutputStream::Stdout => CommandExecOutputStream::Stdout,
                    OutputStream::Stderr => CommandExecOutputStream::Stderr,
                },
                delta_base64,
                cap_reached,
            }),
            Kind::Process => ServerNotification::ProcessOutputDelta(ProcessOutputDeltaNotification {
                process_handle: name,
                stream: match stream {
                    OutputStream::Stdout => ProcessOutputStream::Stdout,
                    OutputStream::Stderr => ProcessOutputStream::Stderr,
                },
                delta_base64,
                cap_reached,
            }),
        };
        self.outgoing.notify(&notification).await;
    }
}

struct Stream {
    /// How many more bytes may be told.
    left: Option<u64>,
    kept: Vec<u8>,
    room: usize,
}

impl Stream {
    fn new(cap: Option<u64>) -> Self {
        Self { left: cap, kept: Vec::new(), room: 0 }
    }

    fn is_full(&self) -> bool {
        self.left == Some(0)
    }

    /// The part of these bytes that may be told.
    fn within_cap(&mut self, mut bytes: Vec<u8>) -> Vec<u8> {
        if let Some(left) = &mut self.left {
            bytes.truncate(usize::try_from(*left).unwrap_or(usize::MAX));
            *left -= bytes.len() as u64;
        }
        bytes
    }

    /// Keeps bytes for the end. Without memory for them, the limit is reached.
    fn keep(&mut self, bytes: &[u8], memory: &Arc<Semaphore>, kept: &mut Option<OwnedSemaphorePermit>) {
        while self.kept.len() + bytes.len() > self.room {
            let Ok(more) = memory.clone().try_acquire_many_owned(STEP_KIB) else {
                self.left = Some(0);
                return;
            };
            self.room += STEP_KIB as usize * 1024;
            match kept {
                Some(kept) => kept.merge(more),
                None => *kept = Some(more),
            }
        }
        self.kept.extend(bytes);
    }

    fn told(self) -> Told {
        let cap_reached = self.is_full();
        let mut decoder = Decoder::default();
        let mut text = decoder.push(&self.kept);
        // A character that the limit has cut is left out.
        if !cap_reached {
            text.push_str(&decoder.finish());
        }
        Told { text, cap_reached }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(cap: Option<u64>, chunks: &[&[u8]], memory_kib: usize) -> (String, bool, usize) {
        let memory = Arc::new(Semaphore::new(memory_kib));
        let (mut stream, mut kept) = (Stream::new(cap), None);
        for chunk in chunks {
            let bytes = stream.within_cap(chunk.to_vec());
            stream.keep(&bytes, &memory, &mut kept);
        }
        let Told { text, cap_reached } = stream.told();
        (text, cap_reached, memory_kib - memory.available_permits())
    }

    #[test]
    fn the_limit_counts_bytes_and_does_not_cut_characters() {
        assert_eq!(told(None, &[b"ab", b"c\xff"], 64), ("abc\u{fffd}".into(), false, 64));
        assert_eq!(told(Some(5), &[b"ab", b"c"], 64), ("abc".into(), false, 64));
        assert_eq!(told(Some(2), &[b"ab", b"c"], 64), ("ab".into(), true, 64));
        assert_eq!(told(Some(2), &["aä".as_bytes()], 64), ("a".into(), true, 64));
        assert_eq!(told(Some(0), &[b"ab"], 64), (String::new(), true, 0));
    }

    #[test]
    fn memory_is_asked_for_and_missed() {
        let chunk = [b'a'; 1024].as_slice();
        let (text, is_full, used) = told(None, &[chunk; 100], 64);
        assert_eq!((text.len(), is_full, used), (64 * 1024, true, 64));
        let (text, is_full, used) = told(None, &[chunk; 100], 1000);
        assert_eq!((text.len(), is_full, used), (100 * 1024, false, 128));
    }
}
