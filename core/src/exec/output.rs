//! Output of commands as text: decoding in pieces, and keeping the two ends of too much of it.
//!
//! Promises: a character is never cut in two, neither by the pieces nor by the limit; what is dropped is
//! counted. Nothing here waits or knows of processes.

use std::collections::VecDeque;

use crate::base::text;

/// How much of one command's output is kept.
pub const KEPT_BYTES: usize = 1024 * 1024;

/// Turns bytes that arrive in pieces into text. What is not UTF-8 becomes U+FFFD.
#[derive(Clone, Debug, Default)]
pub struct Decoder {
    /// The beginning of a character whose rest has not arrived, at most three bytes.
    unfinished: Vec<u8>,
}

impl Decoder {
    /// The text of all characters that are complete with these bytes.
    pub fn push(&mut self, bytes: &[u8]) -> String {
        let joined;
        let mut rest = if self.unfinished.is_empty() {
            bytes
        } else {
            joined = [std::mem::take(&mut self.unfinished).as_slice(), bytes].concat();
            joined.as_slice()
        };
        let mut decoded = String::with_capacity(rest.len());
        loop {
            match std::str::from_utf8(rest) {
                Ok(valid) => {
                    decoded.push_str(valid);
                    return decoded;
                }
                Err(error) => {
                    let (valid, after) = rest.split_at(error.valid_up_to());
                    decoded.push_str(&String::from_utf8_lossy(valid));
                    match error.error_len() {
                        Some(length) => {
                            decoded.push(char::REPLACEMENT_CHARACTER);
                            rest = after.get(length..).unwrap_or_default();
                        }
                        None => {
                            self.unfinished = after.to_vec();
                            return decoded;
                        }
                    }
                }
            }
        }
    }

    /// What is left when no more bytes come.
    pub fn finish(&mut self) -> String {
        if std::mem::take(&mut self.unfinished).is_empty() {
            String::new()
        } else {
            char::REPLACEMENT_CHARACTER.to_string()
        }
    }
}

/// Text of which the first and the last half of a limit are kept.
#[derive(Clone, Debug)]
pub struct HeadTail {
    half: usize,
    head: String,
    /// UTF-8. One ring that is reused for all that passes: pieces of their own would leave the memory full of holes.
    tail: VecDeque<u8>,
    dropped: usize,
}

impl Default for HeadTail {
    fn default() -> Self {
        Self::new(KEPT_BYTES)
    }
}

impl HeadTail {
    pub fn new(limit: usize) -> Self {
        Self { half: limit / 2, head: String::new(), tail: VecDeque::new(), dropped: 0 }
    }

    pub fn push(&mut self, piece: &str) {
        let mut rest = piece;
        if self.tail.is_empty() && self.dropped == 0 {
            let first = text::head(rest, self.half - self.head.len());
            self.head.push_str(first);
            rest = rest.get(first.len()..).unwrap_or_default();
        }
        let last = text::tail(rest, self.half);
        self.dropped += rest.len() - last.len();
        // What precedes something dropped is not part of the end.
        self.make_room(if last.len() < rest.len() { self.half } else { last.len() });
        self.tail.extend(last.as_bytes());
    }

    /// Shortens the tail from its front, by whole characters.
    fn make_room(&mut self, bytes: usize) {
        let excess = (self.tail.len() + bytes).saturating_sub(self.half);
        let is_inside = |at: &usize| self.tail.get(*at).is_some_and(|byte| byte & 0xC0 == 0x80);
        let cut = excess + (excess..).take_while(is_inside).count();
        self.tail.drain(..cut);
        self.dropped += cut;
    }

    pub fn is_empty(&self) -> bool {
        self.head.is_empty() && self.tail.is_empty() && self.dropped == 0
    }

    /// How many bytes are missing in the middle.
    pub fn dropped(&self) -> usize {
        self.dropped
    }

    /// The kept text, with a note where something is missing.
    pub fn text(&self) -> String {
        let mut text = Vec::with_capacity(self.head.len() + self.tail.len() + 64);
        text.extend(self.head.as_bytes());
        if self.dropped > 0 {
            text.extend(omission(self.dropped).as_bytes());
        }
        let (front, back) = self.tail.as_slices();
        text.extend(front);
        text.extend(back);
        // Cut between characters only, so nothing is replaced.
        String::from_utf8(text).unwrap_or_else(|text| String::from_utf8_lossy(text.as_bytes()).into_owned())
    }

    /// The kept text; nothing remains.
    pub fn take(&mut self) -> String {
        let text = self.text();
        *self = Self::new(self.half * 2);
        text
    }
}

/// The note that stands for dropped output.
pub fn omission(bytes: usize) -> String {
    format!("\n[… {bytes} bytes of output are missing here …]\n")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn decode(pieces: &[&[u8]]) -> String {
        let mut decoder = Decoder::default();
        let mut text: String = pieces.iter().map(|piece| decoder.push(piece)).collect();
        text.push_str(&decoder.finish());
        text
    }

    #[test]
    fn characters_survive_being_split() {
        assert_eq!(decode(&[b"a\xc3", b"\xa4b"]), "aäb");
        assert_eq!(decode(&[b"\xf0", b"\x9f", b"\x99", b"\x82"]), "🙂");
        assert_eq!(decode(&[b"\xe2\x82"]), "\u{fffd}");
        assert_eq!(decode(&[b"\xff", b"a\xc3(", b"\x80"]), "\u{fffd}a\u{fffd}(\u{fffd}");
    }

    #[test]
    fn the_middle_is_dropped_and_counted() {
        let mut kept = HeadTail::new(8);
        kept.push("abcdef");
        assert_eq!((kept.text().as_str(), kept.dropped()), ("abcdef", 0));
        kept.push("ghijkl");
        assert_eq!(kept.dropped(), 4);
        assert_eq!(kept.text(), format!("abcd{}ijkl", omission(4)));
        assert_eq!(kept.take(), format!("abcd{}ijkl", omission(4)));
        assert!(kept.is_empty());
        kept.push("new");
        assert_eq!(kept.text(), "new");
    }

    #[test]
    fn the_limit_does_not_cut_characters() {
        let mut kept = HeadTail::new(6);
        kept.push("ääääääääää");
        assert_eq!(kept.text(), format!("ä{}ä", omission(16)));
    }

    proptest! {
        #[test]
        fn any_split_decodes_like_the_whole(bytes in proptest::collection::vec(any::<u8>(), 0..64), cuts in proptest::collection::vec(0usize..64, 0..6)) {
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(bytes.len())).collect();
            cuts.extend([0, bytes.len()]);
            cuts.sort_unstable();
            let pieces: Vec<&[u8]> = cuts.windows(2).map(|pair| &bytes[pair[0]..pair[1]]).collect();
            prop_assert_eq!(decode(&pieces), String::from_utf8_lossy(&bytes));
        }

        #[test]
        fn head_and_tail_are_bounded_and_nothing_is_lost_uncounted(pieces in proptest::collection::vec("[aä€🙂]{0,12}", 0..20), limit in 0usize..40) {
            let mut kept = HeadTail::new(limit);
            pieces.iter().for_each(|piece| kept.push(piece));
            let whole = pieces.concat();
            let stored = kept.head.len() + kept.tail.len();
            let tail = String::from_utf8(kept.tail.iter().copied().collect()).unwrap();
            prop_assert!(stored <= limit);
            prop_assert_eq!(stored + kept.dropped(), whole.len());
            prop_assert!(whole.starts_with(&kept.head));
            prop_assert!(whole.ends_with(&tail));
        }
    }
}
