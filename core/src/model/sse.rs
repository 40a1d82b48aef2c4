//! Bytes of a server-sent-event stream ▶ the data of its events, however the bytes are split. Pure.
//!
//! Only `data` matters to the model APIs: names, ids, retry times and comments are dropped, and an
//! event without data is none. Work is linear in the input, and one event may have at most
//! [`LARGEST_EVENT`] bytes. An event that the stream's end leaves unfinished is still given out,
//! because some servers forget the last empty line.

/// More than any answer in one event, an image included.
pub const LARGEST_EVENT: usize = 64 * 1024 * 1024;

/// Read bytes beyond which consumed input is removed even while some is left.
const COMPACT_AT: usize = 64 * 1024;

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("one event is larger than {LARGEST_EVENT} bytes")]
pub struct TooLarge;

/// The decoder of one stream.
#[derive(Debug, Default)]
pub struct SseDecoder {
    /// Input; what is before `start` has been given out.
    buffer: Vec<u8>,
    start: usize,
    /// No line ends between `start` and here.
    scanned: usize,
    /// The data of the current event, from lines before the last one.
    data: Vec<u8>,
    has_data: bool,
    /// The data has been given out and makes room at the next call.
    given: bool,
    /// The last line ended in CR: a LF that follows belongs to it.
    after_cr: bool,
    begun: bool,
}

impl SseDecoder {
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), TooLarge> {
        if self.start == self.buffer.len() {
            self.buffer.clear();
            self.scanned = 0;
            self.start = 0;
        } else if self.start >= COMPACT_AT && self.start * 2 >= self.buffer.len() {
            self.buffer.drain(..self.start);
            self.scanned -= self.start;
            self.start = 0;
        }
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() - self.start + self.data.len() > LARGEST_EVENT + bytes.len() {
            return Err(TooLarge);
        }
        Ok(())
    }

    /// The data of the next complete event.
    pub fn next_event(&mut self) -> Option<&[u8]> {
        if self.given {
            self.data.clear();
            self.has_data = false;
            self.given = false;
        }
        while let Some((from, to)) = self.next_line() {
            if from == to {
                if self.has_data {
                    self.given = true;
                    return Some(&self.data);
                }
                continue;
            }
            self.take_line(from, to);
        }
        None
    }

    /// The data of an event that the end of the stream left unfinished. Call it after the last
    /// `next_event`.
    pub fn finish(&mut self) -> Option<&[u8]> {
        if self.given {
            return None;
        }
        let (from, to) = (self.start, self.buffer.len());
        self.start = to;
        self.take_line(from, to);
        self.given = true;
        self.has_data.then_some(self.data.as_slice())
    }

    /// The next line as a range of the buffer, without its end.
    fn next_line(&mut self) -> Option<(usize, usize)> {
        if !self.begun && !self.skip_byte_order_mark() {
            return None;
        }
        if self.after_cr {
            let next = *self.buffer.get(self.start)?;
            self.after_cr = false;
            if next == b'\n' {
                self.start += 1;
                self.scanned = self.scanned.max(self.start);
            }
        }
        let rest = self.buffer.get(self.scanned..)?;
        let Some(length) = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')) else {
            self.scanned = self.buffer.len();
            return None;
        };
        let (from, to) = (self.start, self.scanned + length);
        self.after_cr = rest.get(length) == Some(&b'\r');
        self.start = to + 1;
        self.scanned = self.start;
        Some((from, to))
    }

    /// Whether the stream's first bytes are known well enough to go on.
    fn skip_byte_order_mark(&mut self) -> bool {
        const MARK: &[u8] = "\u{feff}".as_bytes();
        let head = self.buffer.get(self.start..).unwrap_or_default();
        if head.len() < MARK.len() && MARK.starts_with(head) {
            return false;
        }
        if head.starts_with(MARK) {
            self.start += MARK.len();
            self.scanned = self.start;
        }
        self.begun = true;
        true
    }

    fn take_line(&mut self, from: usize, to: usize) {
        let line = self.buffer.get(from..to).unwrap_or_default();
        let Some(value) = line.strip_prefix(b"data") else { return };
        let value = match value {
            [] => value,
            [b':', b' ', rest @ ..] | [b':', rest @ ..] => rest,
            _ => return,
        };
        if self.has_data {
            self.data.push(b'\n');
        }
        self.data.extend_from_slice(value);
        self.has_data = true;
    }
}

/// Entry point for fuzzing: decodes the input whole and in pieces whose sizes come from the input.
#[cfg(any(test, feature = "testing"))]
pub fn fuzz(input: &[u8]) {
    let whole = decode_in_pieces(input, std::iter::repeat(input.len().max(1)));
    let sizes = input.iter().map(|byte| usize::from(byte % 7) + 1).chain(std::iter::repeat(1));
    assert_eq!(whole, decode_in_pieces(input, sizes), "the split must not matter");
}

#[cfg(any(test, feature = "testing"))]
fn decode_in_pieces(mut input: &[u8], sizes: impl Iterator<Item = usize>) -> Vec<Vec<u8>> {
    let mut decoder = SseDecoder::default();
    let mut events = Vec::new();
    for size in sizes {
        let (piece, rest) = input.split_at(size.min(input.len()));
        if piece.is_empty() || decoder.push(piece).is_err() {
            break;
        }
        while let Some(data) = decoder.next_event() {
            events.push(data.to_vec());
        }
        input = rest;
    }
    events.extend(decoder.finish().map(<[u8]>::to_vec));
    events
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(input: &str, expected: &[&str]) {
        for size in 1..=input.len().max(1) {
            let events = decode_in_pieces(input.as_bytes(), std::iter::repeat(size));
            let events: Vec<_> = events.iter().map(|data| std::str::from_utf8(data).unwrap()).collect();
            assert_eq!(events, expected, "{input:?} in pieces of {size}");
        }
    }

    #[test]
    fn events_end_with_an_empty_line() {
        check("event: a\ndata: {}\n\ndata: 2\n\n", &["{}", "2"]);
        check("data: a\r\n\r\ndata: b\r\r\ndata:c\n\r\n", &["a", "b", "c"]);
        check("data: a\rdata: b\r\n\n", &["a\nb"]);
        check("data: a\r\ndata: b\r\n\r\n", &["a\nb"]);
    }

    #[test]
    fn everything_but_data_is_dropped() {
        check(": comment\n\nid: 1\nretry: 5\n\ndatabase: no\n\n", &[]);
        check("data\n\n", &[""]);
        check("data:  two spaces\n\n", &[" two spaces"]);
        check("\u{feff}data: x\n\n", &["x"]);
        check("\u{fe00}data: x\n\ndata: y\n\n", &["y"]);
    }

    #[test]
    fn an_unfinished_event_is_given_out_at_the_end() {
        check("data: a\n\ndata: b", &["a", "b"]);
        check("data: a\n\ndata: b\n", &["a", "b"]);
        check("data: a\n\nevent: x", &["a"]);
        check("", &[]);
    }

    #[test]
    fn a_large_event_costs_linear_time_and_has_a_limit() {
        let mut decoder = SseDecoder::default();
        let piece = vec![b'x'; 1024 * 1024];
        decoder.push(b"data: ").unwrap();
        let mut pushed = 0;
        while decoder.push(&piece).is_ok() {
            assert!(decoder.next_event().is_none());
            pushed += 1;
        }
        assert_eq!(pushed, 64);
    }

    #[test]
    fn memory_is_bounded_by_the_unread_part() {
        let mut decoder = SseDecoder::default();
        let input = b"data: 0123456789\n\ndata: 012";
        decoder.push(input).unwrap();
        for _ in 0..100_000 {
            while decoder.next_event().is_some() {}
            decoder.push(b"3456789\n\ndata: 012").unwrap();
        }
        assert!(decoder.buffer.capacity() < 4 * COMPACT_AT, "{}", decoder.buffer.capacity());
    }

    proptest! {
        #[test]
        fn any_split_decodes_alike(
            lines in prop::collection::vec("(data|event|:|)(: ?)?[a-zäß]{0,6}(\r\n|\n|\r)", 0..20),
            sizes in prop::collection::vec(1usize..9, 1..50),
        ) {
            let input = lines.concat();
            let whole = decode_in_pieces(input.as_bytes(), std::iter::repeat(input.len().max(1)));
            let split = decode_in_pieces(input.as_bytes(), sizes.into_iter().cycle());
            prop_assert_eq!(whole, split);
        }

        #[test]
        fn any_bytes_are_survived(input in prop::collection::vec(any::<u8>(), 0..400)) {
            fuzz(&input);
        }
    }
}
