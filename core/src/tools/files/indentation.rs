//! The block of lines around a line, found by how far lines are indented. Pure.

use std::ops::Range;

use crate::tools::files::job::Block;

const TAB: usize = 4;
const LEVEL: usize = 4;
const COMMENTS: [&str; 3] = ["#", "//", "--"];

/// The indices of the block's lines, blank ones at its ends left out; none if the line does not exist.
pub fn block(lines: &[String], block: &Block, limit: usize) -> Option<Range<usize>> {
    let anchor = block.anchor.checked_sub(1).filter(|anchor| *anchor < lines.len())?;
    let indents = indents(lines);
    let at = |index: usize| indents.get(index).copied().unwrap_or_default();
    let least = match block.levels {
        0 => 0,
        levels => at(anchor).saturating_sub(levels.saturating_mul(LEVEL)),
    };
    let most = limit.min(block.most_lines).min(lines.len());
    let mut found = anchor..anchor + 1;
    let is_comment = |index: usize| {
        lines.get(index).is_some_and(|line| COMMENTS.iter().any(|mark| line.trim_start().starts_with(mark)))
    };
    let (mut up, mut down) = (Side::new(block.siblings), Side::new(block.siblings));
    while found.len() < most && (up.is_open || down.is_open) {
        match found.start.checked_sub(1) {
            Some(next) if up.is_open && at(next) >= least => {
                if up.takes(at(next) == least, block.header && is_comment(next)) {
                    found.start = next;
                }
            }
            _ => up.is_open = false,
        }
        let next = found.end;
        if found.len() >= most || !down.is_open {
            continue;
        }
        if next >= lines.len() || at(next) < least {
            down.is_open = false;
        } else if down.takes(at(next) == least, false) {
            found.end = next + 1;
        }
    }
    let is_blank = |index: usize| lines.get(index).is_none_or(|line| line.trim().is_empty());
    while found.start < found.end && is_blank(found.start) {
        found.start += 1;
    }
    while found.start < found.end && is_blank(found.end - 1) {
        found.end -= 1;
    }
    Some(found)
}

/// How the block grows in one direction.
struct Side {
    is_open: bool,
    takes_siblings: bool,
    /// A line as little indented as the block may be was taken.
    has_head: bool,
}

impl Side {
    fn new(takes_siblings: bool) -> Self {
        Self { is_open: true, takes_siblings, has_head: false }
    }

    /// Whether the next line belongs to the block. Behind the first head nothing does but what is free.
    fn takes(&mut self, is_head: bool, is_free: bool) -> bool {
        if self.takes_siblings || is_free {
            return true;
        }
        let takes = !self.has_head;
        self.has_head |= is_head;
        self.is_open = takes;
        takes
    }
}

/// How far lines are indented; blank ones as far as the one before.
fn indents(lines: &[String]) -> Vec<usize> {
    let mut last = 0;
    let indent = |line: &String| {
        if !line.trim().is_empty() {
            let blanks = line.chars().take_while(|character| matches!(character, ' ' | '\t'));
            last = blanks.map(|blank| if blank == '\t' { TAB } else { 1 }).sum();
        }
        last
    };
    lines.iter().map(indent).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const CODE: &str = "use a;

// about one
fn one() {
    if x {
        y();
    }
}

fn two() {
\tif x {
\t\ty();

\t\tz();
\t}
}
";

    fn found(anchor: usize, set: impl FnOnce(&mut Block)) -> (usize, usize) {
        let lines: Vec<String> = CODE.lines().map(str::to_owned).collect();
        let mut wanted = Block { anchor, levels: 0, siblings: false, header: true, most_lines: 100 };
        set(&mut wanted);
        let range = block(&lines, &wanted, 100).unwrap();
        (range.start + 1, range.end)
    }

    #[test]
    fn a_block_is_found_around_a_line() {
        assert_eq!(found(6, |block| block.levels = 1), (5, 7));
        assert_eq!(found(12, |block| block.levels = 1), (11, 15));
        assert_eq!(found(6, |block| block.levels = 2), (3, 8));
        assert_eq!(found(6, |block| (block.levels, block.header) = (2, false)), (4, 8));
        assert_eq!(found(6, |block| (block.levels, block.siblings) = (2, true)), (1, 16));
        assert_eq!(found(6, |block| block.most_lines = 1), (6, 6));
    }

    #[test]
    fn a_line_that_does_not_exist_has_none() {
        let wanted = Block { anchor: 2, levels: 0, siblings: false, header: true, most_lines: 9 };
        assert_eq!(block(&["a".to_owned()], &wanted, 9), None);
        assert_eq!(block(&[], &Block { anchor: 1, ..wanted }, 9), None);
    }
}
