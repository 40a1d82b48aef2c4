//! What a session's process has written, in the three forms in which it is wanted.
//!
//! Text nobody has collected yet, pieces for the one watcher, and everything: each bounded by head and tail, so
//! that a process is never held up by a slow reader and memory never grows with its output. Plain data, no waiting.

use std::collections::VecDeque;

use codex_protocol::events::exec::OutputStream;

use crate::exec::output::{HeadTail, KEPT_BYTES, omission};

/// No piece is longer: escaped as JSON it still fits into 64 KiB.
const LONGEST_PIECE: usize = 8 * 1024;
/// How much may wait for the watcher, who has as much again on its way.
const WAITING_BYTES: usize = KEPT_BYTES / 2;

#[derive(Debug, Default)]
pub struct Buffers {
    pub uncollected: HeadTail,
    pub pieces: Pieces,
    pub whole: HeadTail,
}

impl Buffers {
    pub fn push(&mut self, stream: OutputStream, text: &str) {
        if text.is_empty() {
            return;
        }
        self.uncollected.push(text);
        self.pieces.push(stream, text);
        self.whole.push(text);
    }
}

/// Output in order of arrival, in pieces that know their stream.
#[derive(Debug)]
pub struct Pieces {
    half: usize,
    head: VecDeque<(OutputStream, String)>,
    head_bytes: usize,
    tail: VecDeque<(OutputStream, String)>,
    tail_bytes: usize,
    dropped: usize,
}

impl Default for Pieces {
    fn default() -> Self {
        Self::new(WAITING_BYTES)
    }
}

impl Pieces {
    fn new(limit: usize) -> Self {
        Self {
            half: limit / 2,
            head: VecDeque::new(),
            head_bytes: 0,
            tail: VecDeque::new(),
            tail_bytes: 0,
            dropped: 0,
        }
    }

    fn push(&mut self, stream: OutputStream, text: &str) {
        let mut rest = text;
        while !rest.is_empty() {
            let (piece, after) = rest.split_at(rest.floor_char_boundary(LONGEST_PIECE));
            self.push_piece(stream, piece);
            rest = after;
        }
    }

    fn push_piece(&mut self, stream: OutputStream, piece: &str) {
        let fits = self.tail.is_empty() && self.dropped == 0 && self.head_bytes + piece.len() <= self.half;
        let (queue, bytes) = if fits {
            (&mut self.head, &mut self.head_bytes)
        } else {
            (&mut self.tail, &mut self.tail_bytes)
        };
        *bytes += piece.len();
        match queue.back_mut() {
            Some((last, text)) if *last == stream && text.len() + piece.len() <= LONGEST_PIECE => {
                text.push_str(piece);
            }
            _ => queue.push_back((stream, piece.to_owned())),
        }
        while self.tail_bytes > self.half {
            let Some((_, oldest)) = self.tail.pop_front() else { return };
            self.tail_bytes -= oldest.len();
            self.dropped += oldest.len();
        }
    }

    /// The oldest piece. Where pieces were dropped, a note stands for them.
    pub fn pop(&mut self) -> Option<(OutputStream, String)> {
        if let Some((stream, text)) = self.head.pop_front() {
            self.head_bytes -= text.len();
            return Some((stream, text));
        }
        if self.dropped > 0 {
            let note = omission(std::mem::take(&mut self.dropped));
            return Some((OutputStream::Stdout, note));
        }
        let (stream, text) = self.tail.pop_front()?;
        self.tail_bytes -= text.len();
        Some((stream, text))
    }
}

#[cfg(test)]
mod tests {
    use OutputStream::{Stderr, Stdout};

    use super::*;

    fn drain(pieces: &mut Pieces) -> Vec<(OutputStream, String)> {
        std::iter::from_fn(|| pieces.pop()).collect()
    }

    #[test]
    fn pieces_keep_their_order_and_neighbours_of_one_stream_join() {
        let mut pieces = Pieces::new(100);
        for (stream, text) in [(Stdout, "a"), (Stdout, "b"), (Stderr, "c"), (Stdout, "d")] {
            pieces.push(stream, text);
        }
        assert_eq!(drain(&mut pieces), [(Stdout, "ab".into()), (Stderr, "c".into()), (Stdout, "d".into())]);
        assert_eq!(pieces.pop(), None);
    }

    #[test]
    fn too_much_is_dropped_in_the_middle_with_a_note() {
        let mut pieces = Pieces::new(8);
        for text in ["abcd", "efgh", "ijkl"] {
            pieces.push(Stdout, text);
            pieces.push(Stderr, "");
        }
        assert_eq!(
            drain(&mut pieces).into_iter().map(|(_, text)| text).collect::<String>(),
            format!("abcd{}", omission(8))
        );
        let mut pieces = Pieces::new(8);
        for (stream, text) in [(Stdout, "abcd"), (Stderr, "ef"), (Stdout, "gh"), (Stderr, "ij")] {
            pieces.push(stream, text);
        }
        let texts: Vec<String> = drain(&mut pieces).into_iter().map(|(_, text)| text).collect();
        assert_eq!(texts, ["abcd".to_owned(), omission(2), "gh".to_owned(), "ij".to_owned()]);
    }

    #[test]
    fn long_text_comes_in_pieces_of_bounded_size() {
        let mut pieces = Pieces::default();
        let text = "ä".repeat(20_000);
        pieces.push(Stdout, &text);
        let drained = drain(&mut pieces);
        assert!(drained.iter().all(|(_, piece)| piece.len() <= LONGEST_PIECE));
        assert_eq!(drained.into_iter().map(|(_, piece)| piece).collect::<String>(), text);
    }

    #[test]
    fn a_watcher_that_keeps_up_misses_nothing() {
        let mut pieces = Pieces::new(8);
        for _ in 0..100 {
            pieces.push(Stdout, "abc");
            assert_eq!(pieces.pop(), Some((Stdout, "abc".into())));
        }
    }
}
