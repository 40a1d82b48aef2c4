//! The patch language: text ▶ what is to be done to which files. Pure.
//!
//! ```text
//! patch  = "*** Begin Patch" NL { file } "*** End Patch" [NL]
//! file   = "*** Add File: " path NL { "+" text NL }
//!        | "*** Delete File: " path NL
//!        | "*** Update File: " path NL [ "*** Move to: " path NL ] chunk { chunk }
//! chunk  = [ "@@" NL | "@@ " context NL ] { (" " | "+" | "-") text NL } [ "*** End of File" NL ]
//! ```
//!
//! Models write it by hand, so a patch in a here-document, blanks around headers and missing blanks in front
//! of empty lines are taken. Everything else is refused with the line and what was expected there.

use std::fmt;

const BEGIN: &str = "*** Begin Patch";
const END: &str = "*** End Patch";
const ADD: &str = "*** Add File: ";
const DELETE: &str = "*** Delete File: ";
const UPDATE: &str = "*** Update File: ";
const MOVE: &str = "*** Move to: ";
const END_OF_FILE: &str = "*** End of File";
const CONTEXT: &str = "@@";

/// What a patch does, in its order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Patch {
    pub files: Vec<FilePatch>,
}

/// Paths stand as they are in the patch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FilePatch {
    Add { path: String, content: String },
    Delete { path: String },
    Update { path: String, move_to: Option<String>, chunks: Vec<Chunk> },
}

impl FilePatch {
    pub fn path(&self) -> &str {
        match self {
            Self::Add { path, .. } | Self::Delete { path } | Self::Update { path, .. } => path,
        }
    }
}

/// Lines that stand together in a file, and what becomes of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chunk {
    /// A line above, after which the lines are looked for.
    pub context: Option<String>,
    pub lines: Vec<ChunkLine>,
    /// The lines are the last of the file.
    pub at_end: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChunkLine {
    Keep(String),
    Remove(String),
    Insert(String),
}

/// Why a text is not a patch. Lines count from 1.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    #[error("the first line of the patch must be '{BEGIN}'")]
    Begin,
    #[error("the last line of the patch must be '{END}'")]
    End,
    #[error("line {line}: '{text}' is not a header; use '{ADD}PATH', '{DELETE}PATH' or '{UPDATE}PATH'")]
    Header { line: usize, text: String },
    #[error("line {line}: the header names no path")]
    NoPath { line: usize },
    #[error("line {line}: the update of '{path}' has no chunk; add lines that begin with ' ', '+' or '-'")]
    EmptyUpdate { line: usize, path: String },
    #[error("line {line}: '{text}' is not the beginning of a chunk; begin it with '{CONTEXT}'")]
    NoContext { line: usize, text: String },
    #[error("line {line}: the chunk has no lines; add lines that begin with ' ', '+' or '-'")]
    EmptyChunk { line: usize },
    #[error("line {line}: '{text}' is not a line of a chunk; every line begins with ' ', '+' or '-'")]
    Line { line: usize, text: String },
}

impl Patch {
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        let mut lines = Lines::of(text)?;
        let mut files = Vec::new();
        while let Some((line, text)) = lines.next() {
            files.push(file(line, text, &mut lines)?);
        }
        Ok(Self { files })
    }
}

/// The lines between the markers, with their numbers.
struct Lines<'t> {
    lines: std::iter::Peekable<std::vec::IntoIter<(usize, &'t str)>>,
}

impl<'t> Lines<'t> {
    fn of(text: &'t str) -> Result<Self, ParseError> {
        let mut lines: Vec<&str> = text.trim().split('\n').collect();
        let mut first = 1;
        if let [opening, inside @ .., closing] = lines.as_slice()
            && matches!(*opening, "<<EOF" | "<<'EOF'" | "<<\"EOF\"")
            && closing.ends_with("EOF")
            && inside.len() >= 2
        {
            lines = inside.to_vec();
            first = 2;
        }
        let [begin, inside @ .., end] = lines.as_slice() else {
            return Err(if lines.first().is_some_and(|line| line.trim() == BEGIN) {
                ParseError::End
            } else {
                ParseError::Begin
            });
        };
        if begin.trim() != BEGIN {
            return Err(ParseError::Begin);
        }
        if end.trim() != END {
            return Err(ParseError::End);
        }
        let numbered: Vec<_> =
            inside.iter().enumerate().map(|(index, line)| (first + 1 + index, *line)).collect();
        Ok(Self { lines: numbered.into_iter().peekable() })
    }

    fn next(&mut self) -> Option<(usize, &'t str)> {
        self.lines.next()
    }

    fn peek(&mut self) -> Option<(usize, &'t str)> {
        self.lines.peek().copied()
    }

    fn next_if(&mut self, wanted: impl Fn(&str) -> bool) -> Option<(usize, &'t str)> {
        self.lines.next_if(|(_, line)| wanted(line))
    }
}

fn file(line: usize, text: &str, lines: &mut Lines<'_>) -> Result<FilePatch, ParseError> {
    // The path may begin with a blank, which belongs to it.
    let header = text.trim();
    let named = |path: &str| match path.is_empty() {
        true => Err(ParseError::NoPath { line }),
        false => Ok(path.to_owned()),
    };
    // Trimming takes the blank off a header without a path.
    let of =
        |prefix: &str| header.strip_prefix(prefix).or_else(|| (header == prefix.trim_end()).then_some(""));
    if let Some(path) = of(ADD) {
        let mut content = String::new();
        while let Some((_, text)) = lines.next_if(|text| text.starts_with('+')) {
            content.push_str(text.get(1..).unwrap_or_default());
            content.push('\n');
        }
        return Ok(FilePatch::Add { path: named(path)?, content });
    }
    if let Some(path) = of(DELETE) {
        return Ok(FilePatch::Delete { path: named(path)? });
    }
    if let Some(path) = of(UPDATE) {
        return update(line, named(path)?, lines);
    }
    Err(ParseError::Header { line, text: header.to_owned() })
}

fn update(line: usize, path: String, lines: &mut Lines<'_>) -> Result<FilePatch, ParseError> {
    let moved = lines.next_if(|text| text.starts_with(MOVE));
    let move_to = match moved.map(|(line, text)| (line, text.get(MOVE.len()..).unwrap_or_default())) {
        Some((line, "")) => return Err(ParseError::NoPath { line }),
        Some((_, path)) => Some(path.to_owned()),
        None => None,
    };
    let mut chunks = Vec::new();
    while let Some((line, text)) = lines.peek() {
        if text.trim().is_empty() && !chunks.is_empty() {
            lines.next();
            continue;
        }
        if text.starts_with("***") {
            break;
        }
        chunks.push(chunk(line, text, chunks.is_empty(), lines)?);
    }
    if chunks.is_empty() {
        return Err(ParseError::EmptyUpdate { line, path });
    }
    Ok(FilePatch::Update { path, move_to, chunks })
}

fn chunk(line: usize, text: &str, is_first: bool, lines: &mut Lines<'_>) -> Result<Chunk, ParseError> {
    let mut chunk = Chunk::default();
    if text.trim_end() == CONTEXT {
        lines.next();
    } else if let Some(context) = text.strip_prefix("@@ ") {
        chunk.context = Some(context.to_owned());
        lines.next();
    } else if !is_first {
        return Err(ParseError::NoContext { line, text: text.to_owned() });
    }
    while let Some((line, text)) = lines.peek() {
        if text.trim_end() == END_OF_FILE {
            if chunk.lines.is_empty() {
                return Err(ParseError::EmptyChunk { line });
            }
            chunk.at_end = true;
            lines.next();
            break;
        }
        let Some(parsed) = chunk_line(text) else {
            if chunk.lines.is_empty() {
                let begins_another =
                    text.starts_with("***") || text.trim_end() == CONTEXT || text.starts_with("@@ ");
                return Err(match begins_another {
                    true => ParseError::EmptyChunk { line },
                    false => ParseError::Line { line, text: text.to_owned() },
                });
            }
            break;
        };
        chunk.lines.push(parsed);
        lines.next();
    }
    if chunk.lines.is_empty() {
        return Err(ParseError::EmptyChunk { line });
    }
    Ok(chunk)
}

fn chunk_line(text: &str) -> Option<ChunkLine> {
    let mut characters = text.chars();
    let first = characters.next();
    let rest = || characters.as_str().to_owned();
    match first {
        None => Some(ChunkLine::Keep(String::new())),
        Some(' ') => Some(ChunkLine::Keep(rest())),
        Some('-') => Some(ChunkLine::Remove(rest())),
        Some('+') => Some(ChunkLine::Insert(rest())),
        Some(_) => None,
    }
}

impl fmt::Display for Patch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{BEGIN}")?;
        for file in &self.files {
            match file {
                FilePatch::Add { path, content } => {
                    writeln!(f, "{ADD}{path}")?;
                    content.split_terminator('\n').try_for_each(|line| writeln!(f, "+{line}"))?;
                }
                FilePatch::Delete { path } => writeln!(f, "{DELETE}{path}")?,
                FilePatch::Update { path, move_to, chunks } => {
                    writeln!(f, "{UPDATE}{path}")?;
                    move_to.iter().try_for_each(|path| writeln!(f, "{MOVE}{path}"))?;
                    chunks.iter().try_for_each(|chunk| write!(f, "{chunk}"))?;
                }
            }
        }
        writeln!(f, "{END}")
    }
}

impl fmt::Display for Chunk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.context {
            Some(context) => writeln!(f, "@@ {context}")?,
            None => writeln!(f, "{CONTEXT}")?,
        }
        for line in &self.lines {
            match line {
                ChunkLine::Keep(text) => writeln!(f, " {text}")?,
                ChunkLine::Remove(text) => writeln!(f, "-{text}")?,
                ChunkLine::Insert(text) => writeln!(f, "+{text}")?,
            }
        }
        if self.at_end { writeln!(f, "{END_OF_FILE}") } else { Ok(()) }
    }
}
