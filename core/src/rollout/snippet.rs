//! Words in a text, and the text around them. Pure.
//!
//! Letters count alike whether large or small, and so does all white space between words.

use std::ops::Range;

/// Characters that are shown in front of what was found, and behind it.
const BEFORE: usize = 48;
const BEHIND: usize = 96;

/// What is looked for.
#[derive(Clone, Debug)]
pub struct Words {
    /// In small letters, one space between words.
    text: Vec<char>,
    /// The longest word, in small letters, as it stands in JSON.
    probe: String,
}

impl Words {
    /// `None`: there is no word.
    pub fn of(term: &str) -> Option<Self> {
        let longest = term.split_whitespace().max_by_key(|word| word.len())?;
        let json = serde_json::to_string(&longest.to_lowercase()).ok()?;
        let probe = json.strip_prefix('"')?.strip_suffix('"')?.to_owned();
        let text = collapsed(term).into_iter().flat_map(char::to_lowercase).collect();
        Some(Self { text, probe })
    }

    /// Whether a line of JSON can hold them at all.
    pub fn may_be_in(&self, line: &[u8]) -> bool {
        if !self.probe.is_ascii() {
            return String::from_utf8_lossy(line).to_lowercase().contains(&self.probe);
        }
        let probe = self.probe.as_bytes();
        let Some(first) = probe.first() else { return false };
        let places = memchr::memchr2_iter(*first, first.to_ascii_uppercase(), line);
        places.into_iter().any(|at| {
            let there = line.get(at..at + probe.len());
            there.is_some_and(|there| there.eq_ignore_ascii_case(probe))
        })
    }

    /// Where they stand first.
    pub fn find(&self, text: &str) -> Option<Snippet> {
        let chars = collapsed(text);
        self.next_in(&chars, 0).map(|at| Snippet::of(&chars, at))
    }

    /// Everywhere they stand, each with what is around it; no two places overlap.
    pub fn find_all(&self, text: &str) -> impl Iterator<Item = Snippet> {
        let chars = collapsed(text);
        let mut from = 0;
        std::iter::from_fn(move || {
            let at = self.next_in(&chars, from)?;
            from = at.end;
            Some(Snippet::of(&chars, at))
        })
    }

    fn next_in(&self, chars: &[char], from: usize) -> Option<Range<usize>> {
        (from..chars.len()).find_map(|start| Some(start..self.end_of(chars, start)?))
    }

    fn end_of(&self, chars: &[char], start: usize) -> Option<usize> {
        let mut wanted = self.text.iter();
        for (index, char) in chars.iter().enumerate().skip(start) {
            for small in char.to_lowercase() {
                match wanted.next() {
                    Some(wanted) if *wanted == small => {}
                    // One character may be two small letters, of which only the first is wanted.
                    None => return Some(index + 1),
                    Some(_) => return None,
                }
            }
            if wanted.len() == 0 {
                return Some(index + 1);
            }
        }
        None
    }
}

/// A part of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snippet {
    pub text: String,
    /// What was found, in UTF-16 units of the text.
    pub found: Range<usize>,
}

impl Snippet {
    fn of(chars: &[char], at: Range<usize>) -> Self {
        let start = at.start.saturating_sub(BEFORE);
        let end = (at.end + BEHIND).min(chars.len());
        let part = |range: Range<usize>| chars.get(range).unwrap_or_default().iter().collect::<String>();
        let mut text = if start > 0 { "... ".to_owned() } else { String::new() };
        text.push_str(&part(start..at.start));
        let first = units(&text);
        text.push_str(&part(at.clone()));
        let last = units(&text);
        text.push_str(&part(at.end..end));
        if end < chars.len() {
            text.push_str(" ...");
        }
        Self { text, found: first..last }
    }
}

fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

fn collapsed(text: &str) -> Vec<char> {
    let mut chars = Vec::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !chars.is_empty() {
            chars.push(' ');
        }
        chars.extend(word.chars());
    }
    chars
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(term: &str, text: &str) -> Option<String> {
        let words = Words::of(term).unwrap();
        let line = serde_json::to_string(text).unwrap();
        let snippet = words.find(text);
        assert!(snippet.is_none() || words.may_be_in(line.as_bytes()), "{term} is in {line}");
        let Snippet { text, found } = snippet?;
        let units: Vec<u16> = text.encode_utf16().collect();
        assert!(words.find(&String::from_utf16(&units[found.clone()]).unwrap()).is_some());
        Some(format!("{}..{} {text}", found.start, found.end))
    }

    #[test]
    fn letters_and_space_count_alike() {
        assert_eq!(found("NEEDLE", "äöü🙂 needle ß").as_deref(), Some("6..12 äöü🙂 needle ß"));
        assert_eq!(found(" ÄÖ ", "x äöü").as_deref(), Some("2..4 x äöü"));
        assert_eq!(found("line next", "a \"line\n\t next\"").as_deref(), Some("3..12 a \"line next\""));
        assert_eq!(found("\"line", "a \"LINE\\x").as_deref(), Some("2..7 a \"LINE\\x"));
        assert_eq!(found("aab", "aaab").as_deref(), Some("1..4 aaab"));
        assert_eq!(found("lines", "line s"), None);
        assert!(Words::of(" \n").is_none());
    }

    #[test]
    fn every_place_is_found_once() {
        let found = |term: &str, text: &str| -> Vec<Range<usize>> {
            Words::of(term).unwrap().find_all(text).map(|snippet| snippet.found).collect()
        };
        assert_eq!(found("fox", "a fox, a Fox\n and  one fOx"), [2..5, 9..12, 21..24]);
        assert_eq!(found("aa", "aaaaa"), [0..2, 2..4]);
        assert_eq!(found("fox", "🙂 fox").first(), Some(&(3..6)));
        assert!(found("zebra", "fox").is_empty());
    }

    #[test]
    fn a_long_text_is_cut_on_both_sides() {
        let long: String = (0..100).map(|number| format!("w{number} ")).collect();
        let text = found("needle", &format!("{long}needle {long}")).unwrap();
        assert!(text.starts_with("52..58 ... ") && text.ends_with(" ..."), "{text}");
        assert_eq!(text.chars().count(), "52..58 ".len() + 4 + BEFORE + 6 + BEHIND + 4);
    }
}
