//! The beginning of what a tool gave back: enough to recognise it, never much.

use crate::base::text;

const LONGEST: usize = 2 * 1024;
const MOST_LINES: usize = 64;
const NOTICE: &str = "[the rest is left out]";

/// The beginning of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    text: String,
    is_cut: bool,
}

impl Preview {
    pub fn of(whole: &str) -> Self {
        let short = text::head(whole, LONGEST);
        let end = short.match_indices('\n').nth(MOST_LINES - 1).map_or(short.len(), |(at, _)| at);
        let short = text::head(short, end);
        // A last line break is no line.
        if whole.trim_end_matches('\n').len() <= short.len() {
            return Self { text: text::head(whole, LONGEST).to_owned(), is_cut: false };
        }
        Self { text: format!("{short}\n{NOTICE}"), is_cut: true }
    }

    /// Whether there is more.
    pub fn is_cut(&self) -> bool {
        self.is_cut
    }

    pub fn into_text(self) -> String {
        self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_texts_stay_as_they_are() {
        let lines = "x\n".repeat(MOST_LINES);
        for text in ["", "a", "a\nb\n", lines.as_str(), lines.trim_end()] {
            let preview = Preview::of(text);
            assert!(!preview.is_cut(), "{text}");
            assert_eq!(preview.into_text(), text);
        }
    }

    #[test]
    fn long_texts_are_cut_between_characters_and_say_so() {
        let preview = Preview::of(&"äöü".repeat(1000));
        assert!(preview.is_cut());
        let text = preview.into_text();
        assert!(text.len() <= LONGEST + 1 + NOTICE.len());
        assert!(text.ends_with(&format!("\n{NOTICE}")), "{text}");
    }

    #[test]
    fn many_lines_are_cut_and_say_so() {
        let text = Preview::of(&"x\n".repeat(MOST_LINES + 1)).into_text();
        assert_eq!(text, format!("{}\n{NOTICE}", "x\n".repeat(MOST_LINES).trim_end()));
    }
}
