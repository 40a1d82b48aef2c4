//! Lines that stand in a chain twice, as somebody sees them who reads only a part of it.
//!
//! Two copies of a file that were put together, or a write that was repeated, leave the same lines again, with the same
//! ordinals. Whoever reads on notices that the ordinals do not go on, and only then looks for the line of that
//! ordinal which he has passed: if it is the same to the last byte the line is a copy. So whole files cost nothing more, in
//! either direction and from any place, and lines that have only their ordinals in common all stay. All functions block.

use std::ops::Range;

use super::chain::{Backwards, Chain, Forwards, Line};
use super::error::Error;
use super::peek::{self, Kind, Seen};

/// How far away the other copy is looked for.
const FAR: u64 = 64 * 1024 * 1024;

/// Which way a chain is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Way {
    #[default]
    Forwards,
    Backwards,
}

/// What somebody has passed who reads a chain. Ordinals are turned round for the way backwards, so that they always grow.
#[derive(Debug, Default)]
pub(super) struct Passed {
    way: Way,
    /// The file in which the ordinals were met; others may have the same.
    part: Range<u64>,
    highest: Option<u64>,
    last: Option<u64>,
    /// From where on the other copy is read in step with this one.
    beside: Option<u64>,
    /// The first line counts, whichever copy it is in.
    first_counts: bool,
}

impl Passed {
    pub fn new(way: Way) -> Self {
        Self { way, ..Self::default() }
    }

    /// For one who knows that nothing was passed which the first line may be a copy of.
    pub fn nothing(way: Way) -> Self {
        Self { first_counts: true, ..Self::new(way) }
    }

    /// Whether the same line was passed before.
    pub fn has(&mut self, chain: &Chain, line: Line<'_>, seen: Seen) -> Result<bool, Error> {
        let Some(at) = self.way.turned(seen) else { return Ok(false) };
        if !self.part.contains(&line.place) {
            *self = self.beginning_with(chain, line)?;
        }
        let last = self.last.replace(at);
        if self.highest.is_none_or(|highest| at > highest) {
            self.highest = Some(at);
            return Ok(false);
        }
        if last >= Some(at) {
            // A further copy begins here.
            self.beside = None;
        }
        self.is_copy(chain, line, at)
    }

    /// The line before the first one may be what that is a copy of.
    fn beginning_with(&self, chain: &Chain, line: Line<'_>) -> Result<Self, Error> {
        let part = chain.part_at(line.place);
        let before = match self.way {
            _ if self.first_counts => None,
            Way::Forwards if line.place > part.start => {
                chain.backwards(line.place).next_line()?.and_then(seen)
            }
            Way::Backwards if line.end() < part.end => chain.seen_at(line.end())?,
            Way::Forwards | Way::Backwards => None,
        };
        let highest = before.and_then(|seen| self.way.turned(seen));
        Ok(Self { part, highest, last: highest, beside: None, ..*self })
    }

    fn is_copy(&mut self, chain: &Chain, line: Line<'_>, at: u64) -> Result<bool, Error> {
        if self.beside.is_none() {
            self.beside = self.other(chain, line, at)?;
            if self.beside.is_none() {
                // Too far away: from here on all counts.
                self.highest = Some(at);
                return Ok(false);
            }
        }
        let Some(beside) = self.beside else { return Ok(false) };
        let mut lines = self.way.along(chain, beside, line);
        while let Some(other) = lines.next_line()? {
            let number = seen(other).and_then(|seen| self.way.turned(seen));
            if number.is_none_or(|number| number < at) {
                self.beside = Some(self.way.behind(other));
            } else {
                return Ok(number == Some(at) && other.bytes == line.bytes);
            }
        }
        Ok(false)
    }

    /// Where the passed line of an ordinal is, or would be.
    fn other(&self, chain: &Chain, line: Line<'_>, at: u64) -> Result<Option<u64>, Error> {
        let mut has_met_higher = false;
        let mut lines = self.way.against(chain, line, &self.part);
        while let Some(other) = lines.next_line()? {
            if other.place.abs_diff(line.place) > FAR {
                return Ok(None);
            }
            match seen(other).and_then(|seen| self.way.turned(seen)) {
                Some(number) if number == at => return Ok(Some(self.way.before(other))),
                Some(number) if number > at => has_met_higher = true,
                Some(_) if has_met_higher => return Ok(Some(self.way.before(other))),
                Some(_) | None => {}
            }
        }
        Ok(has_met_higher.then(|| self.way.beginning(&self.part)))
    }
}

fn seen(line: Line<'_>) -> Option<Seen> {
    peek::peek(line.bytes)
}

impl Way {
    /// The ordinal of a line that counts; the first line of every file has one of its own.
    fn turned(self, seen: Seen) -> Option<u64> {
        let ordinal = seen.ordinal.filter(|_| seen.kind != Kind::Meta)?;
        Some(match self {
            Self::Forwards => ordinal,
            Self::Backwards => u64::MAX - ordinal,
        })
    }

    /// From where a line is the next one.
    fn before(self, line: Line<'_>) -> u64 {
        match self {
            Self::Forwards => line.place,
            Self::Backwards => line.end(),
        }
    }

    /// From where the line that follows is the next one.
    fn behind(self, line: Line<'_>) -> u64 {
        match self {
            Self::Forwards => line.end(),
            Self::Backwards => line.place,
        }
    }

    fn beginning(self, part: &Range<u64>) -> u64 {
        match self {
            Self::Forwards => part.start,
            Self::Backwards => part.end,
        }
    }

    /// From somewhere to a line.
    fn along<'a>(self, chain: &'a Chain, from: u64, to: Line<'_>) -> Lines<'a> {
        match self {
            Self::Forwards => Lines::Forwards(chain.forwards(from, to.place)),
            Self::Backwards => Lines::Backwards(chain.backwards(from), to.end()),
        }
    }

    /// Back from a line.
    fn against<'a>(self, chain: &'a Chain, line: Line<'_>, part: &Range<u64>) -> Lines<'a> {
        match self {
            Self::Forwards => Lines::Backwards(chain.backwards(line.place), part.start),
            Self::Backwards => Lines::Forwards(chain.forwards(line.end(), part.end)),
        }
    }
}

enum Lines<'a> {
    Forwards(Forwards<'a>),
    /// Down to a place.
    Backwards(Backwards<'a>, u64),
}

impl Lines<'_> {
    fn next_line(&mut self) -> Result<Option<Line<'_>>, Error> {
        match self {
            Self::Forwards(lines) => lines.next_line(),
            Self::Backwards(lines, down_to) => {
                let down_to = *down_to;
                Ok(lines.next_line()?.filter(|line| line.place >= down_to))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const META: &str = r#"{"timestamp":"t","ordinal":0,"type":"session_meta","payload":{"id":"01a20507-a775-7583-bb12-157c0e80970a","timestamp":"","cwd":"/w"}}"#;

    fn line(ordinal: u64, text: &str) -> String {
        format!(r#"{{"timestamp":"t","ordinal":{ordinal},"type":"x","payload":{{"{text}":""}}}}"#)
    }

    /// What is left of a file, from a line on in each direction; lines are given by number.
    fn left(lines: &[String], from: usize) -> [Vec<usize>; 2] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("r.jsonl");
        let mut places = Vec::new();
        let mut text = format!("{META}\n");
        for line in lines {
            places.push(text.len() as u64);
            text += &format!("{line}\n");
        }
        std::fs::write(&path, &text).unwrap();
        let chain = Chain::open(&path).unwrap();
        let number = |place| places.iter().position(|one| *one == place).unwrap();
        let start = places.get(from).copied().unwrap_or(text.len() as u64);
        let (mut there, mut back) = (Vec::new(), Vec::new());
        let mut forwards = chain.forwards(start, chain.len());
        while let Some((_, line)) = forwards.next_of(&[Kind::Other]).unwrap() {
            there.push(number(line.place));
        }
        let mut backwards = chain.backwards(start);
        while let Some((_, line)) = backwards.next_of(&[Kind::Other]).unwrap() {
            back.push(number(line.place));
        }
        [there, back]
    }

    fn lines(ordinals: impl IntoIterator<Item = u64>) -> Vec<String> {
        ordinals.into_iter().map(|ordinal| line(ordinal, "a")).collect()
    }

    #[test]
    fn of_two_copies_the_one_is_left_that_is_met_first() {
        // 1 2 3 4 5 | 3 4 5 | 6 7
        let copied = lines((1..=5).chain(3..=5).chain(6..=7));
        assert_eq!(left(&copied, 0)[0], [0, 1, 2, 3, 4, 8, 9]);
        assert_eq!(left(&copied, 10)[1], [9, 8, 7, 6, 5, 1, 0]);
        // As a page begins that goes on from either copy.
        assert_eq!(left(&copied, 3)[0], [3, 4, 8, 9]);
        assert_eq!(left(&copied, 5)[0], [8, 9]);
        assert_eq!(left(&copied, 7), [vec![7, 8, 9], vec![6, 5, 1, 0]]);
        assert_eq!(left(&copied, 5)[1], [1, 0]);
        // Three copies, and each line twice.
        assert_eq!(left(&lines((1..=3).chain(1..=3).chain(1..=3)), 0)[0], [0, 1, 2]);
        assert_eq!(left(&lines((1..=3).chain(1..=3).chain(1..=3)), 9)[1], [8, 7, 6]);
        assert_eq!(left(&lines((2..=4).chain(1..=5)), 0)[0], [0, 1, 2, 3, 7]);
        assert_eq!(left(&lines([1, 1, 2, 2, 3, 3]), 0)[0], [0, 2, 4]);
        assert_eq!(left(&lines([1, 1, 2, 2, 3, 3]), 6)[1], [5, 3, 1]);
    }

    #[test]
    fn the_first_line_of_either_copy_can_be_told_to_count() {
        let (folder, copied) = (tempfile::tempdir().unwrap(), lines((1..=3).chain(2..=4)));
        let path = folder.path().join("r.jsonl");
        std::fs::write(&path, META.to_owned() + "\n" + &copied.join("\n") + "\n").unwrap();
        let chain = Chain::open(&path).unwrap();
        let length = copied[0].len() as u64 + 1;
        let second = META.len() as u64 + 1 + 3 * length;
        let count = |mut lines: Forwards<'_>| {
            std::iter::from_fn(|| lines.next_of(&[Kind::Other]).unwrap().map(drop)).count()
        };
        assert_eq!(count(chain.forwards(second, chain.len())), 1);
        assert_eq!(count(chain.forwards(second, chain.len()).with_the_first()), 3);
        let count = |mut lines: Backwards<'_>| {
            std::iter::from_fn(|| lines.next_of(&[Kind::Other]).unwrap().map(drop)).count()
        };
        assert_eq!(count(chain.backwards(second)), 1);
        assert_eq!(count(chain.backwards(second).with_the_first()), 3);
    }

    #[test]
    fn what_has_only_its_ordinal_in_common_stays() {
        let mut diverged = lines((1..=4).chain(2..=5));
        diverged[5] = line(3, "b");
        assert_eq!(left(&diverged, 0)[0], [0, 1, 2, 3, 5, 7]);
        assert_eq!(left(&diverged, 8)[1], [7, 6, 5, 4, 2, 0]);
        let others = vec![line(7, "a"), line(3, "b"), line(3, "c"), line(5, "d")];
        assert_eq!(left(&others, 0)[0], [0, 1, 2, 3]);
        assert_eq!(left(&others, 4)[1], [3, 2, 1, 0]);
    }

    #[test]
    fn a_long_copy_is_compared_in_step() {
        let long: Vec<_> =
            (1..=4000).chain(2001..=4000).map(|ordinal| line(ordinal, &"x".repeat(100))).collect();
        assert_eq!(left(&long, 0)[0].len(), 4000);
        assert_eq!(left(&long, 6000)[1].len(), 4000);
    }
}
