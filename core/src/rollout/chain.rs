//! The files that hold one conversation, read as one, from either end.
//!
//! A fork that only refers to its source consists of the beginning of the source's file and all of its own; one that
//! was reverted, of the beginning of its older file and all of the newer. A chain puts them behind each other: a place
//! is a number of bytes from the beginning of the first. It does not change as long as nothing but the end grows, so it
//! can be handed out and come back later. Only what is asked for is read, never a whole file. What grows after the
//! chain was opened is not seen. All functions block.

use std::collections::HashSet;
use std::fs::File;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

use codex_protocol::ids::ConversationId;
use codex_protocol::rollout::{HistoryBase, RolloutItem, SessionMeta};

use super::copies::{Passed, Way};
use super::decode::{Content, decode};
use super::error::Error;
use super::location::{self, FileName};
use super::peek::{self, Kind, Seen};
use super::{line, reader};
use crate::base::files;

#[derive(Debug)]
pub struct Chain {
    pub meta: SessionMeta,
    /// The oldest first; never empty.
    parts: Vec<Part>,
    /// What of the conversation is missing, for a person.
    pub gaps: Vec<String>,
}

#[derive(Debug)]
pub(super) struct Part {
    file: File,
    path: PathBuf,
    pub start: u64,
    pub len: u64,
    /// Where it ends, for one that begins with it; absent if it was not cut.
    pub base: Option<HistoryBase>,
}

/// A line without its end.
#[derive(Clone, Copy, Debug)]
pub struct Line<'a> {
    pub place: u64,
    pub bytes: &'a [u8],
}

/// How much is read at once, at least.
const BLOCK: u64 = 64 * 1024;
/// What tells which line it is.
const FIRST_BYTES: u64 = 512;

impl Line<'_> {
    /// What the line says, if it is of a kind that is kept and can be read.
    pub fn item(&self) -> Option<RolloutItem> {
        match decode(line::trimmed(self.bytes)) {
            Ok((_, _, Content::Item(item))) => Some(item),
            Ok((_, _, Content::Meta(_) | Content::Passed(_))) | Err(_) => None,
        }
    }

    /// Where the next line begins.
    pub fn end(&self) -> u64 {
        self.place + self.bytes.len() as u64 + 1
    }
}

impl Chain {
    pub fn open(path: &Path) -> Result<Self, Error> {
        let meta = reader::meta(path)?;
        let own = FileName::of(path).map_or(meta.id, |name| name.file_id());
        Ok(Self::behind(vec![Part::open(path)?], own, meta))
    }

    /// What stands before a place in the file at this path, and what that file begins with.
    pub fn open_before(path: &Path, base: HistoryBase) -> Result<Self, Error> {
        let (part, meta) = Part::before(path, base)?;
        Ok(Self::behind(vec![part], base.thread_id, meta))
    }

    /// Puts in front of a part what its file refers to.
    fn behind(mut parts: Vec<Part>, own: ConversationId, meta: SessionMeta) -> Self {
        let mut gaps = Vec::new();
        let mut seen = HashSet::from([own]);
        let mut next = meta.whole_base();
        while let Some(base) = next {
            let source = base.thread_id;
            let found = match seen.insert(source) {
                true => parts.last().map_or(Err("is gone".to_owned()), |part| earlier(&part.path, base)),
                false => Err("refers to itself".to_owned()),
            };
            next = match found {
                Ok((part, meta)) => {
                    parts.push(part);
                    meta.whole_base()
                }
                Err(what) => {
                    gaps.push(format!("the conversation {source}, which this one continues, {what}"));
                    None
                }
            };
        }
        parts.reverse();
        let mut start = 0;
        for part in &mut parts {
            part.start = start;
            start += part.len;
        }
        Self { meta, parts, gaps }
    }

    /// The oldest first.
    pub(super) fn parts(&self) -> &[Part] {
        &self.parts
    }

    pub fn len(&self) -> u64 {
        self.parts.last().map_or(0, |part| part.start + part.len)
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Where the conversation's own file begins; earlier places are in others.
    pub(super) fn own_start(&self) -> u64 {
        self.parts.last().map_or(0, |part| part.start)
    }

    /// Whether a line begins here.
    pub fn is_start_of_line(&self, place: u64) -> Result<bool, Error> {
        if place > self.len() || place == 0 {
            return Ok(place == 0);
        }
        let mut before = Vec::new();
        self.read(place - 1, place, &mut before).map_err(|source| self.failed(source))?;
        Ok(before == b"\n" || self.parts.iter().any(|part| part.start == place))
    }

    /// From where to where the file goes that holds a place.
    pub(super) fn part_at(&self, place: u64) -> Range<u64> {
        let found = self.parts.iter().map(|part| part.start..part.start + part.len);
        found.into_iter().find(|part| part.contains(&place)).unwrap_or(0..0)
    }

    /// What the line at a place is, as far as its first bytes tell.
    pub(super) fn seen_at(&self, place: u64) -> Result<Option<Seen>, Error> {
        let mut bytes = Vec::new();
        let end = (place + FIRST_BYTES).min(self.len());
        self.read(place, end, &mut bytes).map_err(|source| self.failed(source))?;
        Ok(bytes.split(|byte| *byte == b'\n').next().and_then(peek::peek))
    }

    /// The lines before a place, the last one first.
    pub fn backwards(&self, before: u64) -> Backwards<'_> {
        let start = before.min(self.len());
        let passed = Passed::new(Way::Backwards);
        Backwards { chain: self, buffer: Vec::new(), spare: Vec::new(), start, end: 0, passed }
    }

    /// The lines from one place, where a line begins, to another.
    pub fn forwards(&self, from: u64, to: u64) -> Forwards<'_> {
        let (to, passed) = (to.min(self.len()), Passed::new(Way::Forwards));
        Forwards { chain: self, buffer: Vec::new(), start: from, at: 0, to, passed }
    }

    /// Appends what stands between two places.
    fn read(&self, from: u64, to: u64, out: &mut Vec<u8>) -> io::Result<()> {
        let mut at = from;
        for part in &self.parts {
            let end = (part.start + part.len).min(to);
            if part.start > at || at >= end {
                continue;
            }
            let length = out.len();
            out.resize(length + usize::try_from(end - at).unwrap_or(0), 0);
            let target = out.get_mut(length..).unwrap_or_default();
            read_exact_at(&part.file, target, at - part.start)?;
            at = end;
        }
        Ok(())
    }

    pub(super) fn failed(&self, source: io::Error) -> Error {
        let path = self.parts.last().map(|part| part.path.as_path()).unwrap_or(Path::new(""));
        Error::io("read", path, source)
    }
}

impl Part {
    fn open(path: &Path) -> Result<Self, Error> {
        let fail = |source| Error::io("read", path, source);
        let file = files::open_regular(path).map_err(fail)?;
        let len = file.metadata().map_err(fail)?.len();
        Ok(Self { file, path: path.to_owned(), start: 0, len, base: None })
    }

    /// A file up to the first line with an ordinal.
    fn before(path: &Path, base: HistoryBase) -> Result<(Self, SessionMeta), Error> {
        let meta = reader::meta(path)?;
        let chain = Chain { meta, parts: vec![Self::open(path)?], gaps: Vec::new() };
        let len = chain.end_before(base)?;
        let Chain { meta, mut parts, .. } = chain;
        let part = parts.pop().ok_or_else(|| Error::Empty(path.to_owned()))?;
        let base = HistoryBase { end_byte_offset: Some(len), ..base };
        Ok((Self { len, base: Some(base), ..part }, meta))
    }
}

impl Chain {
    /// Where the lines before an ordinal end in the only file.
    fn end_before(&self, base: HistoryBase) -> Result<u64, Error> {
        let before = base.end_ordinal_exclusive;
        let ordinal = |line: Line<'_>| peek::peek(line.bytes).and_then(|seen| seen.ordinal);
        // The file is believed only what can be seen.
        if let Some(place) = base.end_byte_offset.filter(|place| *place > 0 && *place <= self.len())
            && self.is_start_of_line(place)?
            && self.backwards(place).next_line()?.and_then(ordinal).is_some_and(|last| last < before)
            && self.forwards(place, self.len()).next_line()?.is_none_or(|next| ordinal(next) >= Some(before))
        {
            return Ok(place);
        }
        let mut end = self.len();
        let mut lines = self.backwards(end);
        while let Some(line) = lines.next_line()? {
            match ordinal(line) {
                Some(ordinal) if ordinal < before => break,
                Some(_) => end = line.place,
                None => {}
            }
        }
        Ok(end)
    }
}

/// The beginning of the file that another one refers to.
fn earlier(path: &Path, base: HistoryBase) -> Result<(Part, SessionMeta), String> {
    let home = location::home_of(path).ok_or("is gone")?;
    let found = location::find_file(home, base.thread_id).map_err(|error| error.to_string())?;
    Part::before(&found.ok_or("is gone")?, base).map_err(|error| error.to_string())
}

#[cfg(unix)]
fn read_exact_at(file: &File, target: &mut [u8], at: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, target, at)
}

#[cfg(not(unix))]
fn read_exact_at(mut file: &File, target: &mut [u8], at: u64) -> io::Result<()> {
    use std::io::{Read, Seek};
    file.seek(io::SeekFrom::Start(at))?;
    file.read_exact(target)
}

/// Lines, the last one first.
pub struct Backwards<'a> {
    chain: &'a Chain,
    buffer: Vec<u8>,
    /// The buffer before, whose memory is used again.
    spare: Vec<u8>,
    /// The place of the buffer's first byte.
    start: u64,
    /// How much of the buffer is still to be given out.
    end: usize,
    passed: Passed,
}

impl Backwards<'_> {
    /// The first line counts, be it a copy of one behind it.
    pub fn with_the_first(self) -> Self {
        Self { passed: Passed::nothing(Way::Backwards), ..self }
    }

    pub fn next_line(&mut self) -> Result<Option<Line<'_>>, Error> {
        loop {
            let unread = self.buffer.get(..self.end).unwrap_or_default();
            let body = unread.strip_suffix(b"\n").unwrap_or(unread).len();
            let before = memchr::memrchr(b'\n', unread.get(..body).unwrap_or_default());
            if before.is_none() && self.start > 0 {
                self.read_more().map_err(|source| self.chain.failed(source))?;
                continue;
            }
            if unread.is_empty() {
                return Ok(None);
            }
            let first = before.map_or(0, |at| at + 1);
            self.end = first;
            let bytes = self.buffer.get(first..body).unwrap_or_default();
            return Ok(Some(Line { place: self.start + first as u64, bytes }));
        }
    }

    /// At least doubles what there is, so that a long line is not copied often.
    fn read_more(&mut self) -> io::Result<()> {
        let more = BLOCK.max(self.end as u64).min(self.start);
        let mut buffer = std::mem::take(&mut self.spare);
        buffer.clear();
        self.chain.read(self.start - more, self.start, &mut buffer)?;
        buffer.extend_from_slice(self.buffer.get(..self.end).unwrap_or_default());
        self.start -= more;
        self.end = buffer.len();
        self.spare = std::mem::replace(&mut self.buffer, buffer);
        Ok(())
    }

    /// The next line of one of these kinds, and which. Of lines that stand there twice it is the last one.
    pub fn next_of(&mut self, kinds: &[Kind]) -> Result<Option<(Kind, Line<'_>)>, Error> {
        // Found first and taken after, because what is borrowed in a loop cannot leave it.
        let (place, length, kind) = loop {
            let Some(Line { place, bytes }) = self.next_line()? else { return Ok(None) };
            let (length, seen) = (bytes.len(), peek::peek(bytes));
            let Some(seen) = seen else { continue };
            let line =
                Line { place, bytes: self.buffer.get(self.end..self.end + length).unwrap_or_default() };
            if !self.passed.has(self.chain, line, seen)? && kinds.contains(&seen.kind) {
                break (place, length, seen.kind);
            }
        };
        let bytes = self.buffer.get(self.end..self.end + length).unwrap_or_default();
        Ok(Some((kind, Line { place, bytes })))
    }
}

/// Lines, the first one first.
pub struct Forwards<'a> {
    chain: &'a Chain,
    buffer: Vec<u8>,
    /// The place of the buffer's first byte.
    start: u64,
    /// How much of the buffer has been given out.
    at: usize,
    to: u64,
    passed: Passed,
}

impl Forwards<'_> {
    /// The first line counts, be it a copy of one before it.
    pub fn with_the_first(self) -> Self {
        Self { passed: Passed::nothing(Way::Forwards), ..self }
    }

    pub fn next_line(&mut self) -> Result<Option<Line<'_>>, Error> {
        let mut searched = self.at;
        let end = loop {
            let unread = self.buffer.get(searched..).unwrap_or_default();
            if let Some(at) = memchr::memchr(b'\n', unread) {
                break searched + at + 1;
            }
            searched = self.buffer.len();
            if self.start + searched as u64 >= self.to {
                break searched;
            }
            self.buffer.drain(..self.at);
            self.start += self.at as u64;
            searched -= self.at;
            self.at = 0;
            let from = self.start + searched as u64;
            let more = BLOCK.max(searched as u64).min(self.to - from);
            self.chain
                .read(from, from + more, &mut self.buffer)
                .map_err(|source| self.chain.failed(source))?;
        };
        let first = std::mem::replace(&mut self.at, end);
        let line = self.buffer.get(first..end).unwrap_or_default();
        if line.is_empty() {
            return Ok(None);
        }
        let bytes = line.strip_suffix(b"\n").unwrap_or(line);
        Ok(Some(Line { place: self.start + first as u64, bytes }))
    }

    /// The next line of one of these kinds, and which. Of lines that stand there twice it is the first one.
    pub fn next_of(&mut self, kinds: &[Kind]) -> Result<Option<(Kind, Line<'_>)>, Error> {
        let (place, length, kind) = loop {
            let Some(Line { place, bytes }) = self.next_line()? else { return Ok(None) };
            let (length, seen) = (bytes.len(), peek::peek(bytes));
            let Some(seen) = seen else { continue };
            let line = Line { place, bytes: given_out(&self.buffer, place - self.start, length) };
            if !self.passed.has(self.chain, line, seen)? && kinds.contains(&seen.kind) {
                break (place, length, seen.kind);
            }
        };
        Ok(Some((kind, Line { place, bytes: given_out(&self.buffer, place - self.start, length) })))
    }
}

fn given_out(buffer: &[u8], first: u64, length: usize) -> &[u8] {
    let first = usize::try_from(first).unwrap_or(0);
    buffer.get(first..first + length).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const META: &str = r#"{"timestamp":"2026-11-22T20:51:57.481Z","ordinal":0,"type":"session_meta","payload":{"id":"01a20507-a775-7583-bb12-157c0e80970a","timestamp":"2026-11-22T20:51:57.439Z","cwd":"/w"}}"#;

    fn chain(text: &str) -> (tempfile::TempDir, Chain) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("r.jsonl");
        std::fs::write(&path, text).unwrap();
        let chain = Chain::open(&path).unwrap();
        (folder, chain)
    }

    fn all_backwards(chain: &Chain, before: u64) -> Vec<(u64, String)> {
        let mut lines = chain.backwards(before);
        let mut all = Vec::new();
        while let Some(line) = lines.next_line().unwrap() {
            all.push((line.place, String::from_utf8(line.bytes.to_vec()).unwrap()));
        }
        all
    }

    fn all_forwards(chain: &Chain, from: u64, to: u64) -> Vec<(u64, String)> {
        let mut lines = chain.forwards(from, to);
        let mut all = Vec::new();
        while let Some(line) = lines.next_line().unwrap() {
            all.push((line.place, String::from_utf8(line.bytes.to_vec()).unwrap()));
        }
        all
    }

    #[test]
    fn both_directions_see_the_same_lines() {
        let sizes = [0, 1, 10, 64 * 1024 - 1, 64 * 1024, 64 * 1024 + 1, 300_000, 3, 0];
        let lines: Vec<String> = sizes.iter().map(|size| "x".repeat(*size)).collect();
        for end in ["", "\n"] {
            let text = format!("{META}\n{}{end}", lines.join("\n"));
            let (_folder, chain) = chain(&text);
            let forwards = all_forwards(&chain, 0, chain.len());
            let mut backwards = all_backwards(&chain, chain.len());
            backwards.reverse();
            assert_eq!(forwards, backwards);
            let mut place = 0;
            for (line, expected) in forwards.iter().zip(text.split('\n')) {
                assert_eq!(*line, (place, expected.to_owned()));
                assert!(chain.is_start_of_line(place).unwrap());
                place += expected.len() as u64 + 1;
            }
            let middle = forwards[4].0;
            assert_eq!(all_forwards(&chain, middle, chain.len()), forwards[4..]);
            assert_eq!(all_backwards(&chain, middle).len(), 4);
            assert!(!chain.is_start_of_line(middle + 3).unwrap());
            assert!(!chain.is_start_of_line(chain.len() + 1).unwrap());
        }
    }

    #[test]
    fn a_fork_goes_on_behind_the_lines_of_its_source() {
        const B: &str = "01a20507-a775-7583-bb12-157c0e80970b";
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("sessions/2026/11/22");
        std::fs::create_dir_all(&folder).unwrap();
        let line = |ordinal: u64| {
            format!("{{\"timestamp\":\"\",\"ordinal\":{ordinal},\"type\":\"x\",\"payload\":{{}}}}\n")
        };
        let source = format!("{META}\n{}{}{}", line(1), line(2), line(3));
        let path = |id: &str| folder.join(format!("rollout-2026-11-22T20-51-57-{id}.jsonl"));
        let source_id = "01a20507-a775-7583-bb12-157c0e80970a";
        std::fs::write(path(source_id), source).unwrap();
        let meta = META.replace(source_id, B).replace(
            "\"cwd\"",
            &format!("\"forked_from_id\":\"{source_id}\",\"forked_from_ordinal_exclusive\":3,\"history_mode\":\"paginated\",\"cwd\""),
        );
        std::fs::write(path(B), format!("{meta}\n{}", line(3))).unwrap();
        let chain = Chain::open(&path(B)).unwrap();
        let mut forwards = all_forwards(&chain, 0, chain.len());
        assert_eq!(chain.own_start(), (META.len() + 1 + 2 * line(1).len()) as u64);
        let texts: Vec<_> = forwards.iter().map(|(_, text)| text.clone() + "\n").collect();
        assert_eq!(texts, [format!("{META}\n"), line(1), line(2), format!("{meta}\n"), line(3)]);
        let backwards = all_backwards(&chain, chain.len());
        forwards.reverse();
        assert_eq!(forwards, backwards);
        std::fs::remove_file(path(source_id)).unwrap();
        let chain = Chain::open(&path(B)).unwrap();
        assert_eq!((chain.gaps.len(), chain.own_start()), (1, 0));
    }
}
