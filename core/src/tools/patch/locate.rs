//! Where the chunks of an update belong in a file, and what the file is afterwards. Pure.
//!
//! Chunks come in the order of the file. Each is looked for behind the last one: exactly, then without blanks at
//! the ends of lines, then without blanks around them, then with typographic characters made plain. What a
//! chunk keeps stays as it is in the file, however it was found; the file keeps its line ends, and its missing
//! last one.

use crate::tools::patch::parse::{Chunk, ChunkLine};
use crate::tools::patch::search::Search;

/// Why a chunk has no place in a file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LocateError {
    #[error("the context '{context}' is not in the rest of the file")]
    Context { context: String },
    #[error("these lines are not in the rest of the file:\n{}", .lines.join("\n"))]
    Lines { lines: Vec<String> },
    #[error("these lines are not the end of the file:\n{}", .lines.join("\n"))]
    End { lines: Vec<String> },
    #[error("the file has more than {MOST_LINES} lines, which is too many to patch")]
    TooManyLines,
    #[error("the file is too large to look for so many chunks in; split the patch")]
    TooMuch,
}

/// More lines than anybody writes.
const MOST_LINES: usize = 2_000_000;

/// The text of a file with all chunks applied.
pub fn apply(text: &str, chunks: &[Chunk]) -> Result<String, LocateError> {
    let lines: Vec<Line<'_>> = text.split_inclusive('\n').take(MOST_LINES + 1).map(Line::of).collect();
    if lines.len() > MOST_LINES {
        return Err(LocateError::TooManyLines);
    }
    let mut search = Search::new(lines.iter().map(|line| line.text).collect());
    let mut edits = Vec::new();
    let mut cursor = 0;
    for chunk in chunks {
        edits.push(locate(&mut search, chunk, &mut cursor)?);
    }
    // A chunk that only inserts stands at the end, wherever it stands in the patch.
    edits.sort_by_key(|edit| edit.at);
    Ok(write(text, &lines, edits))
}

/// A line and what ends it.
#[derive(Clone, Copy, Debug)]
struct Line<'t> {
    text: &'t str,
    end: &'t str,
}

impl<'t> Line<'t> {
    fn of(line: &'t str) -> Self {
        let text = line.strip_suffix("\r\n").or_else(|| line.strip_suffix('\n')).unwrap_or(line);
        Self { text, end: line.get(text.len()..).unwrap_or_default() }
    }
}

/// The lines of a chunk at their place.
struct Edit<'c> {
    at: usize,
    lines: &'c [ChunkLine],
}

fn locate<'c>(
    search: &mut Search<'_>,
    chunk: &'c Chunk,
    cursor: &mut usize,
) -> Result<Edit<'c>, LocateError> {
    if let Some(context) = &chunk.context {
        let found = search.find(&[context.as_str()], *cursor)?;
        *cursor = found.ok_or_else(|| LocateError::Context { context: context.clone() })? + 1;
    }
    let old = old_lines(&chunk.lines);
    if old.is_empty() {
        return Ok(Edit { at: end_of(search.lines()), lines: &chunk.lines });
    }
    let mut find =
        |old: &[&str], cursor: usize| match (chunk.at_end, search.lines().len().checked_sub(old.len())) {
            (_, None) => Ok(None),
            (true, Some(last)) => search.find(old, cursor.max(last)),
            (false, Some(_)) => search.find(old, cursor),
        };
    let mut used: &[ChunkLine] = &chunk.lines;
    let mut found = find(&old, *cursor)?;
    if found.is_none()
        && let Some(shorter) = without_last_blank(&chunk.lines)
    {
        used = shorter;
        let old = old_lines(used);
        found = if old.is_empty() { None } else { find(&old, *cursor)? };
    }
    let Some(at) = found else {
        let lines = old.into_iter().map(str::to_owned).collect();
        return Err(if chunk.at_end { LocateError::End { lines } } else { LocateError::Lines { lines } });
    };
    *cursor = at + old_lines(used).len();
    Ok(Edit { at, lines: used })
}

/// Where lines are put that have no others beside them: behind all, but before a blank line at the end.
fn end_of(lines: &[&str]) -> usize {
    match lines.last() {
        Some(&"") => lines.len() - 1,
        _ => lines.len(),
    }
}

fn old_lines(lines: &[ChunkLine]) -> Vec<&str> {
    let old = lines.iter().filter_map(|line| match line {
        ChunkLine::Keep(text) | ChunkLine::Remove(text) => Some(text.as_str()),
        ChunkLine::Insert(_) => None,
    });
    old.collect()
}

/// Models like to end a chunk with a blank line that the file does not have.
fn without_last_blank(lines: &[ChunkLine]) -> Option<&[ChunkLine]> {
    match lines {
        [rest @ .., ChunkLine::Keep(text)] if text.is_empty() => Some(rest),
        [rest @ .., ChunkLine::Remove(text)] if text.is_empty() => Some(rest),
        [rest @ .., ChunkLine::Remove(old), ChunkLine::Insert(new)] if old.is_empty() && new.is_empty() => {
            Some(rest)
        }
        _ => None,
    }
}

fn write(text: &str, lines: &[Line<'_>], edits: Vec<Edit<'_>>) -> String {
    let mut out = Writer { out: String::with_capacity(text.len()), usual_end: usual_end(lines) };
    let mut rest = lines.iter();
    let mut at = 0;
    for edit in edits {
        while at < edit.at
            && let Some(line) = rest.next()
        {
            out.keep(line);
            at += 1;
        }
        let mut end = None;
        for line in edit.lines {
            match line {
                ChunkLine::Keep(_) => {
                    if let Some(line) = rest.next() {
                        out.keep(line);
                        end = Some(line.end);
                    }
                    at += 1;
                }
                ChunkLine::Remove(_) => {
                    end = rest.next().map(|line| line.end).or(end);
                    at += 1;
                }
                ChunkLine::Insert(text) => out.insert(text, end),
            }
        }
    }
    rest.for_each(|line| out.keep(line));
    let ends_whole = lines.last().is_none_or(|line| !line.end.is_empty());
    out.finish(ends_whole)
}

/// What ends most lines of a file.
fn usual_end(lines: &[Line<'_>]) -> &'static str {
    let windows = lines.iter().filter(|line| line.end == "\r\n").count();
    if windows * 2 > lines.iter().filter(|line| !line.end.is_empty()).count() { "\r\n" } else { "\n" }
}

struct Writer {
    out: String,
    usual_end: &'static str,
}

impl Writer {
    fn keep(&mut self, line: &Line<'_>) {
        self.begin_line();
        self.out.push_str(line.text);
        self.out.push_str(line.end);
    }

    /// `end` is how the line beside it ends.
    fn insert(&mut self, text: &str, end: Option<&str>) {
        self.begin_line();
        let end = end.filter(|end| !end.is_empty()).unwrap_or(self.usual_end);
        let text = if end == "\r\n" { text.strip_suffix('\r').unwrap_or(text) } else { text };
        self.out.push_str(text);
        self.out.push_str(end);
    }

    /// What was the last line of the file and had no end is not the last any more.
    fn begin_line(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with('\n') {
            self.out.push_str(self.usual_end);
        }
    }

    /// A file whose last line had no end keeps it so.
    fn finish(mut self, ends_whole: bool) -> String {
        if !ends_whole && self.out.ends_with('\n') {
            self.out.pop();
            if self.out.ends_with('\r') {
                self.out.pop();
            }
        }
        self.out
    }
}
