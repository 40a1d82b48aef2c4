//! The queue of lines to the client: one order for everything, and three kinds of right to stand in it.
//!
//! What nobody asked for (notifications, the server's requests) waits for room. The answer to a request never
//! waits: its [`Place`] is taken when the request is accepted, so that a full queue can neither delay it nor be
//! the cause of a deadlock. A refusal of a request that found no place has few places of its own. A place is free
//! again as soon as the writer has taken its line. The queue thereby is bounded in lines, and what nobody asked for
//! roughly in bytes. An answer may be as long as it is: who makes long ones has them keep a right of their own until
//! they leave, and so bounds how many there are.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

/// Requests that may be under way, from their arrival until the writer has their answer.
pub const REQUESTS: usize = 256;

/// Units of room for what nobody asked for: short lines, or 4 KiB of longer ones.
const ROOM: usize = 256;
const ROOM_UNIT_BYTES: usize = 4096;

/// Places for answers that refuse a request because of too many others.
pub const REFUSALS: usize = 64;

/// The receiving side is gone: there is no client any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the client is gone")]
pub struct Disconnected;

/// The right to put one line into the queue without waiting.
#[derive(Debug)]
pub struct Place {
    _held: OwnedSemaphorePermit,
    _kept: Option<OwnedSemaphorePermit>,
}

#[derive(Debug)]
struct Line {
    bytes: Vec<u8>,
    /// Held until the line has left the queue.
    _place: Place,
}

/// The end at which lines go in. Clones feed the same queue.
#[derive(Clone, Debug)]
pub struct LineSender {
    lines: mpsc::Sender<Line>,
    room: Arc<Semaphore>,
    requests: Arc<Semaphore>,
    refusals: Arc<Semaphore>,
}

/// The end at which the writer takes lines.
#[derive(Debug)]
pub struct LineReceiver {
    lines: mpsc::Receiver<Line>,
}

pub fn line_queue() -> (LineSender, LineReceiver) {
    let (sender, receiver) = mpsc::channel(ROOM + REQUESTS + REFUSALS);
    let sender = LineSender {
        lines: sender,
        room: Arc::new(Semaphore::new(ROOM)),
        requests: Arc::new(Semaphore::new(REQUESTS)),
        refusals: Arc::new(Semaphore::new(REFUSALS)),
    };
    (sender, LineReceiver { lines: receiver })
}

impl LineSender {
    /// Waits for room for a line that nobody asked for.
    pub async fn room(&self, bytes: usize) -> Result<Place, Disconnected> {
        let units = (1 + bytes / ROOM_UNIT_BYTES).min(ROOM);
        let units = u32::try_from(units).unwrap_or(1);
        place(self.room.clone().acquire_many_owned(units).await)
    }

    /// A place for the answer to a request that has just come in. `None`: too many are under way.
    pub fn request(&self) -> Option<Place> {
        self.requests.clone().try_acquire_owned().ok().map(Place::new)
    }

    /// Waits for a place for a refusal.
    pub async fn refusal(&self) -> Result<Place, Disconnected> {
        place(self.refusals.clone().acquire_owned().await)
    }

    /// Puts a line, its end included, into its place.
    pub fn put(&self, place: Place, bytes: Vec<u8>) -> Result<(), Disconnected> {
        // There are as many places as the channel is long, so that the only possible failure is its end.
        self.lines.try_send(Line { bytes, _place: place }).map_err(|_| Disconnected)
    }

    /// Waits until there is no client any more.
    pub async fn disconnected(&self) {
        self.lines.closed().await;
    }
}

impl Place {
    fn new(held: OwnedSemaphorePermit) -> Self {
        Place { _held: held, _kept: None }
    }

    /// What is given back only when the line in this place has left the queue.
    pub fn keeping(self, kept: Option<OwnedSemaphorePermit>) -> Self {
        Place { _kept: kept, ..self }
    }
}

fn place<E>(permit: Result<OwnedSemaphorePermit, E>) -> Result<Place, Disconnected> {
    permit.map(Place::new).map_err(|_| Disconnected)
}

impl LineReceiver {
    /// Waits for lines and puts them into the empty buffer until it holds `enough` bytes or there are no more.
    /// False: the queue is closed and empty.
    pub async fn fill(&mut self, buffer: &mut Vec<u8>, enough: usize) -> bool {
        if self.lines.is_empty() {
            match self.lines.recv().await {
                Some(line) => append(line, buffer),
                None => return false,
            }
            // Whoever spoke is likely to go on: letting it do so first saves a system call per line.
            tokio::task::yield_now().await;
        }
        self.take(buffer, enough);
        true
    }

    /// Takes what is there without waiting.
    fn take(&mut self, buffer: &mut Vec<u8>, enough: usize) {
        while buffer.len() < enough {
            match self.lines.try_recv() {
                Ok(line) => append(line, buffer),
                Err(_) => return,
            }
        }
    }
}

fn append(line: Line, buffer: &mut Vec<u8>) {
    if buffer.is_empty() && line.bytes.len() > buffer.capacity() {
        *buffer = line.bytes;
    } else {
        buffer.extend_from_slice(&line.bytes);
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    async fn taken(lines: &mut LineReceiver, enough: usize) -> String {
        let mut buffer = Vec::new();
        let more = lines.fill(&mut buffer, enough).await;
        if more { String::from_utf8(buffer).unwrap() } else { "closed".to_owned() }
    }

    #[tokio::test]
    async fn lines_keep_their_order_and_are_gathered() {
        let (sender, mut lines) = line_queue();
        let answer = sender.request().unwrap();
        sender.put(sender.room(2).await.unwrap(), b"1\n".to_vec()).unwrap();
        sender.put(answer, b"2\n".to_vec()).unwrap();
        sender.put(sender.refusal().await.unwrap(), b"3\n".to_vec()).unwrap();
        assert_eq!(taken(&mut lines, 3).await, "1\n2\n");
        assert_eq!(taken(&mut lines, 3).await, "3\n");
        drop(sender);
        assert_eq!(taken(&mut lines, 3).await, "closed");
    }

    #[tokio::test]
    async fn answers_and_refusals_pass_a_full_queue() {
        let (sender, mut lines) = line_queue();
        for _ in 0..ROOM {
            sender.put(sender.room(2).await.unwrap(), b"n\n".to_vec()).unwrap();
        }
        assert!(sender.room(2).now_or_never().is_none());
        for _ in 0..REQUESTS {
            sender.put(sender.request().unwrap(), b"a\n".to_vec()).unwrap();
        }
        assert!(sender.request().is_none());
        for _ in 0..REFUSALS {
            sender.put(sender.refusal().await.unwrap(), b"r\n".to_vec()).unwrap();
        }
        assert!(sender.refusal().now_or_never().is_none());

        assert_eq!(taken(&mut lines, 1).await, "n\n");
        assert!(sender.room(2).now_or_never().is_some());
        assert!(sender.request().is_none());
        let rest = taken(&mut lines, usize::MAX).await;
        assert_eq!(rest.lines().count(), ROOM + REQUESTS + REFUSALS - 1);
        assert!(sender.request().is_some());
    }

    #[tokio::test]
    async fn what_a_line_keeps_is_free_once_it_has_left() {
        let (sender, mut lines) = line_queue();
        let rights = Arc::new(Semaphore::new(1));
        let right = rights.clone().try_acquire_owned().ok();
        sender.put(sender.request().unwrap().keeping(right), b"long\n".to_vec()).unwrap();
        assert_eq!(rights.available_permits(), 0);
        assert_eq!(taken(&mut lines, 1).await, "long\n");
        assert_eq!(rights.available_permits(), 1);
    }

    #[tokio::test]
    async fn long_lines_take_more_room() {
        let (sender, _lines) = line_queue();
        let _long = sender.room(10 * 1024 * 1024).await.unwrap();
        assert!(sender.room(1).now_or_never().is_none());
    }

    #[tokio::test]
    async fn who_waits_hears_that_the_client_is_gone() {
        let (sender, lines) = line_queue();
        for _ in 0..ROOM {
            sender.put(sender.room(2).await.unwrap(), b"n\n".to_vec()).unwrap();
        }
        drop(lines);
        sender.disconnected().await;
        let place = sender.room(2).await.unwrap();
        assert_eq!(sender.put(place, Vec::new()), Err(Disconnected));
    }
}
