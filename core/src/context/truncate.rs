//! How much of a tool's output the model is shown.

use crate::base::text::middle_cut;

/// A rough rule that is good enough for limits.
pub const BYTES_PER_TOKEN: usize = 4;

/// The limit of one output. The two ends are kept, the middle is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutputLimit {
    bytes: usize,
}

impl Default for OutputLimit {
    fn default() -> Self {
        Self::tokens(10_000)
    }
}

impl OutputLimit {
    pub const fn tokens(tokens: usize) -> Self {
        Self { bytes: tokens.saturating_mul(BYTES_PER_TOKEN) }
    }

    pub fn min(self, other: Self) -> Self {
        Self { bytes: self.bytes.min(other.bytes) }
    }

    /// The text itself, or its ends with a note of how many tokens are missing.
    pub fn cut(self, text: String) -> String {
        if text.len() <= self.bytes + ALLOWANCE {
            return text;
        }
        middle_cut(&text, self.bytes, |missing| format!("…{} tokens truncated…", tokens_of(missing)))
    }
}

/// Text that was cut once and got a few words of its own is not cut again.
const ALLOWANCE: usize = 512;

/// About how many tokens so many bytes are.
pub fn tokens_of(bytes: usize) -> usize {
    bytes.div_ceil(BYTES_PER_TOKEN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_are_kept() {
        let text = format!("{}{}", "a".repeat(2_000), "z".repeat(2_000));
        let cut = OutputLimit::tokens(2).cut(text);
        assert_eq!(cut, "aaaa…998 tokens truncated…zzzz");
    }

    #[test]
    fn what_was_cut_once_stays_as_it_is() {
        let limit = OutputLimit::tokens(100);
        let once = limit.cut("x".repeat(5_000));
        assert_eq!(limit.cut(once.clone()), once);
    }
}
