//! Where in a file some lines stand, at the closest level at which they do. Pure.
//!
//! The levels are tried one after the other over the whole rest of the file: exactly, then without blanks at the
//! ends of lines, then without blanks around them, then with typographic characters made plain. Lines are
//! compared by number, and the time that a search takes grows with the file and not with what is looked for, so that
//! no patch keeps the machine busy.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::tools::patch::locate::LocateError;

/// How lines are made comparable, in the order in which it is tried.
const LEVELS: [fn(&str) -> Cow<'_, str>; 4] =
    [|line| line.into(), |line| line.trim_end().into(), |line| line.trim().into(), plain];

/// How many lines are passed, in all searches of one file together.
const MOST_STEPS: usize = 1_000_000_000;

pub struct Search<'t> {
    lines: Vec<&'t str>,
    /// Made when they are first needed.
    levels: [Option<Level<'t>>; LEVELS.len()],
    steps: usize,
}

/// The lines of a file as numbers, the same for lines that count as equal.
struct Level<'t> {
    numbers: HashMap<Cow<'t, str>, u32>,
    lines: Vec<u32>,
}

impl<'t> Search<'t> {
    pub fn new(lines: Vec<&'t str>) -> Self {
        Self { lines, levels: [const { None }; LEVELS.len()], steps: 0 }
    }

    pub fn lines(&self) -> &[&'t str] {
        &self.lines
    }

    /// The first place at or behind the cursor at which the file has these lines.
    pub fn find(&mut self, wanted: &[&str], cursor: usize) -> Result<Option<usize>, LocateError> {
        for (level, comparable) in self.levels.iter_mut().zip(LEVELS) {
            let level = level.get_or_insert_with(|| Level::new(&self.lines, comparable));
            let wanted: Option<Vec<u32>> =
                wanted.iter().map(|line| level.numbers.get(&comparable(line)).copied()).collect();
            // A line that is nowhere needs no search.
            let Some(wanted) = wanted else { continue };
            let rest = level.lines.get(cursor..).unwrap_or_default();
            self.steps += rest.len();
            if self.steps > MOST_STEPS {
                return Err(LocateError::TooMuch);
            }
            if let Some(found) = first(rest, &wanted) {
                return Ok(Some(cursor + found));
            }
        }
        Ok(None)
    }
}

impl<'t> Level<'t> {
    fn new(lines: &[&'t str], comparable: fn(&str) -> Cow<'_, str>) -> Self {
        let mut numbers = HashMap::new();
        let mut number = |line: &&'t str| {
            let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
            *numbers.entry(comparable(line)).or_insert(next)
        };
        let lines = lines.iter().map(&mut number).collect();
        Self { numbers, lines }
    }
}

/// The first place of a needle in a haystack, by Knuth, Morris and Pratt.
fn first(haystack: &[u32], needle: &[u32]) -> Option<usize> {
    let fallbacks = fallbacks(needle);
    let step = |matched: usize, item: u32| {
        let mut matched = matched;
        loop {
            if needle.get(matched) == Some(&item) {
                return matched + 1;
            }
            match matched.checked_sub(1).and_then(|last| fallbacks.get(last)) {
                Some(fallback) => matched = *fallback,
                None => return 0,
            }
        }
    };
    let mut matched = 0;
    for (at, item) in haystack.iter().enumerate() {
        matched = step(matched, *item);
        if matched == needle.len() {
            return Some(at + 1 - matched);
        }
    }
    None
}

/// For each beginning of the needle, how much of it is still a beginning when its end has not matched.
fn fallbacks(needle: &[u32]) -> Vec<usize> {
    let mut fallbacks: Vec<usize> = Vec::with_capacity(needle.len());
    let mut matched = 0_usize;
    for (at, item) in needle.iter().enumerate() {
        while at > 0 && needle.get(matched) != Some(item) {
            match matched.checked_sub(1).and_then(|last| fallbacks.get(last)) {
                Some(fallback) => matched = *fallback,
                None => break,
            }
        }
        matched = if at > 0 && needle.get(matched) == Some(item) { matched + 1 } else { 0 };
        fallbacks.push(matched);
    }
    fallbacks
}

/// A line without blanks around it and with typographic dashes, quotes and blanks made plain.
fn plain(line: &str) -> Cow<'_, str> {
    let line = line.trim();
    if line.is_ascii() {
        return line.into();
    }
    let plain = line.chars().map(|character| match character {
        '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
        '\u{2018}'..='\u{201b}' => '\'',
        '\u{201c}'..='\u{201f}' => '"',
        '\u{a0}' | '\u{2002}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => ' ',
        other => other,
    });
    plain.collect::<String>().into()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_closer_level_further_down_comes_before_a_looser_one() {
        let find = |file: &str, wanted: &str| {
            let wanted: Vec<&str> = wanted.split('|').collect();
            Search::new(file.split('|').collect()).find(&wanted, 0).unwrap()
        };
        assert_eq!(find("a |b|a|b", "a|b"), Some(2));
        assert_eq!(find(" a|a ", "a"), Some(1));
        assert_eq!(find("x| \u{2018}a\u{2019} \u{2013}\u{a0}b", "'a' - b"), Some(1));
        assert_eq!(find("a|b", "b|c"), None);
    }

    proptest! {
        #[test]
        fn the_first_place_is_found(haystack in prop::collection::vec(0_u32..3, 0..30),
                                    needle in prop::collection::vec(0_u32..3, 1..6)) {
            let expected = haystack.windows(needle.len()).position(|window| window == needle);
            prop_assert_eq!(first(&haystack, &needle), expected);
        }
    }
}
