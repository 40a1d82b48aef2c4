//! Cutting text without cutting a character in two.

/// The longest prefix of at most this many bytes.
pub fn head(text: &str, bytes: usize) -> &str {
    text.get(..text.floor_char_boundary(bytes)).unwrap_or(text)
}

/// The longest suffix of at most this many bytes.
pub fn tail(text: &str, bytes: usize) -> &str {
    let start = text.ceil_char_boundary(text.len().saturating_sub(bytes));
    text.get(start..).unwrap_or("")
}

/// The text, or its two ends with a note in the middle of how much is missing.
pub fn middle_cut(text: &str, bytes: usize, note: impl FnOnce(usize) -> String) -> String {
    if text.len() <= bytes {
        return text.to_owned();
    }
    let first = head(text, bytes / 2);
    let last = tail(text, bytes - bytes / 2);
    let missing = text.len() - first.len() - last.len();
    format!("{first}{}{last}", note(missing))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_stay_between_characters() {
        assert_eq!(head("äöü", 3), "ä");
        assert_eq!(tail("äöü", 3), "ü");
        assert_eq!(head("ab", 9), "ab");
        assert_eq!(tail("ab", 9), "ab");
        assert_eq!(middle_cut("abcdef", 4, |n| format!("[{n}]")), "ab[2]ef");
        assert_eq!(middle_cut("abcd", 4, |n| format!("[{n}]")), "abcd");
    }
}
