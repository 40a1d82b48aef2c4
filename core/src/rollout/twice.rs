//! Lines that stand in a file twice.
//!
//! A write that was repeated, or two copies of a file put together, leave the same line again. With an ordinal it can
//! be told from one that only says the same; without, only if it comes directly behind the first. What
//! was seen is kept as numbers, and not for ever: copies lie close to each other.

use std::collections::HashSet;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;

/// So many lines are remembered, at least.
const REMEMBERED: usize = 64 * 1024;

#[derive(Default)]
pub(super) struct Twice {
    hasher: RandomState,
    last: Option<u64>,
    recent: HashSet<u64>,
    older: HashSet<u64>,
}

impl Twice {
    /// Whether the line was there before; it is from now on.
    pub fn is_repeated(&mut self, ordinal: Option<u64>, line: &[u8]) -> bool {
        let number = self.hasher.hash_one(line);
        let before = self.last.replace(number);
        if ordinal.is_none() {
            return before == Some(number);
        }
        if self.older.contains(&number) || !self.recent.insert(number) {
            return true;
        }
        if self.recent.len() == REMEMBERED {
            self.older = std::mem::take(&mut self.recent);
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_repeated_if_it_is_the_same_in_all() {
        let mut twice = Twice::default();
        let told = [
            (Some(1), "a"),
            (Some(2), "b"),
            (Some(1), "a"),
            (Some(3), "a3"),
            (None, "c"),
            (None, "c"),
            (None, "d"),
            (None, "c"),
        ];
        let told = told.map(|(ordinal, line)| twice.is_repeated(ordinal, line.as_bytes()));
        assert_eq!(told, [false, false, true, false, false, true, false, false]);
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let mut twice = Twice::default();
        for number in 0..3 * REMEMBERED as u64 {
            assert!(!twice.is_repeated(Some(number), &number.to_le_bytes()));
        }
        assert!(twice.recent.len() + twice.older.len() <= 2 * REMEMBERED);
        assert!(twice.is_repeated(Some(0), &(3 * REMEMBERED as u64 - 1).to_le_bytes()));
    }
}
