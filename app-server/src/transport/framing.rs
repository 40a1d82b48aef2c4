//! Bytes to lines: one message per line, ended by `\n` or `\r\n`.
//!
//! Pure, and indifferent to how the bytes are cut into chunks. A line above the limit is skipped to its end
//! without being kept, a line that is not UTF-8 is reported, and both leave the following lines alone. Whether a
//! line is JSON is not decided here.

/// The longest line that is taken: 64 MiB, enough for several images in one message.
pub const MAX_LINE_BYTES: usize = 64 * 1024 * 1024;

/// One line of the input, as far as it can be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Frame {
    /// The text of a line without its end.
    Line(String),
    /// A line longer than the limit, by its length in bytes.
    TooLong(usize),
    /// A line that is not UTF-8, by its length in bytes and the place of the first bad byte.
    NotUtf8 { bytes: usize, valid_up_to: usize },
}

/// What is known of the line that has begun.
#[derive(Debug)]
pub struct Framing {
    limit: usize,
    begun: Vec<u8>,
    /// Bytes of a line that is too long, once it is.
    skipped: usize,
}

impl Framing {
    pub fn new(limit: usize) -> Self {
        Framing { limit, begun: Vec::new(), skipped: 0 }
    }

    /// Takes bytes off the front of the input up to the end of a line. `None`: all were taken and no line ended.
    pub fn next(&mut self, input: &mut &[u8]) -> Option<Frame> {
        let Some(end) = input.iter().position(|byte| *byte == b'\n') else {
            self.keep(input);
            *input = &[];
            return None;
        };
        let (line, rest) = input.split_at(end);
        *input = rest.get(1..).unwrap_or_default();
        if self.begun.is_empty() && self.skipped == 0 && line.len() <= self.limit {
            return Some(frame(line.to_vec()));
        }
        self.keep(line);
        Some(self.end())
    }

    /// The input is over: the rest counts as a line, since some senders leave out the last line's end.
    pub fn finish(&mut self) -> Option<Frame> {
        (!self.begun.is_empty() || self.skipped > 0).then(|| self.end())
    }

    fn keep(&mut self, bytes: &[u8]) {
        if self.skipped == 0 && self.begun.len() + bytes.len() <= self.limit {
            self.begun.extend_from_slice(bytes);
            return;
        }
        self.skipped += self.begun.len() + bytes.len();
        self.begun = Vec::new();
    }

    fn end(&mut self) -> Frame {
        match std::mem::take(&mut self.skipped) {
            0 => frame(std::mem::take(&mut self.begun)),
            bytes => Frame::TooLong(bytes),
        }
    }
}

fn frame(mut line: Vec<u8>) -> Frame {
    if line.last() == Some(&b'\r') {
        line.pop();
    }
    match String::from_utf8(line) {
        Ok(text) => Frame::Line(text),
        Err(problem) => Frame::NotUtf8 {
            bytes: problem.as_bytes().len(),
            valid_up_to: problem.utf8_error().valid_up_to(),
        },
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use proptest::prelude::*;

    use super::*;

    fn frames(limit: usize, chunks: &[&[u8]]) -> Vec<Frame> {
        let mut framing = Framing::new(limit);
        let mut frames = Vec::new();
        for chunk in chunks {
            let mut input = *chunk;
            while let Some(frame) = framing.next(&mut input) {
                frames.push(frame);
            }
            assert!(input.is_empty());
        }
        frames.extend(framing.finish());
        frames
    }

    fn check(chunks: &[&[u8]], expected: Expect) {
        let lines: Vec<String> = frames(8, chunks).iter().map(|frame| format!("{frame:?}")).collect();
        expected.assert_eq(&lines.join("\n"));
    }

    #[test]
    fn lines() {
        check(
            &[b"{}\n[]\r\n"],
            expect![[r#"
            Line("{}")
            Line("[]")"#]],
        );
        check(
            &[b"{", b"}", b"\r", b"\n", b"\n"],
            expect![[r#"
            Line("{}")
            Line("")"#]],
        );
        check(&[b"a\rb\r\r\n"], expect![[r#"Line("a\rb\r")"#]]);
        check(&[], expect![""]);
    }

    #[test]
    fn the_last_line_may_lack_its_end() {
        check(
            &[b"{}\n{}"],
            expect![[r#"
            Line("{}")
            Line("{}")"#]],
        );
    }

    #[test]
    fn a_long_line_is_skipped_to_its_end() {
        check(
            &[b"12345678\n123456789\n{}\n"],
            expect![[r#"
            Line("12345678")
            TooLong(9)
            Line("{}")"#]],
        );
        check(
            &[b"1234567", b"89", b"0123", b"45\n{}"],
            expect![[r#"
            TooLong(15)
            Line("{}")"#]],
        );
    }

    #[test]
    fn a_line_that_is_not_utf8_is_reported() {
        check(
            &[b"ab\xff\n", b"\xc3", b"\xa9\n"],
            expect![[r#"
            NotUtf8 { bytes: 3, valid_up_to: 2 }
            Line("é")"#]],
        );
    }

    #[test]
    fn a_skipped_line_is_not_kept() {
        let mut framing = Framing::new(8);
        for _ in 0..1000 {
            assert_eq!(framing.next(&mut &[b'x'; 100][..]), None);
            assert_eq!(framing.begun.capacity(), 0);
        }
        assert_eq!(framing.next(&mut &b"\n"[..]), Some(Frame::TooLong(100_000)));
    }

    /// Bytes in which the ends of lines are frequent.
    fn input() -> impl Strategy<Value = Vec<u8>> {
        let byte = prop_oneof![Just(b'\n'), Just(b'\r'), Just(b'a'), any::<u8>()];
        proptest::collection::vec(byte, 0..200)
    }

    proptest! {
        #[test]
        fn any_split_gives_the_same_lines(bytes in input(), cuts in proptest::collection::vec(0usize..200, 0..10)) {
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(bytes.len())).collect();
            cuts.extend([0, bytes.len()]);
            cuts.sort_unstable();
            let chunks: Vec<&[u8]> = cuts.windows(2).map(|pair| &bytes[pair[0]..pair[1]]).collect();
            prop_assert_eq!(frames(16, &chunks), frames(16, &[&bytes]));
        }

        #[test]
        fn random_bytes_are_lines_of_the_same_number(bytes in input()) {
            let ends = bytes.iter().filter(|byte| **byte == b'\n').count();
            let rest = usize::from(bytes.last().is_some_and(|byte| *byte != b'\n'));
            prop_assert_eq!(frames(16, &[&bytes]).len(), ends + rest);
        }
    }
}
