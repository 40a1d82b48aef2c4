//! The lines of a file, read one at a time.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use crate::base::files;

/// No line of ours is this long; it would not be worth the memory.
const LONGEST: u64 = 256 * 1024 * 1024;

/// The lines of a file, one at a time in the same buffer.
pub(super) struct Lines {
    reader: BufReader<File>,
    buffer: Vec<u8>,
    number: u64,
    offset: u64,
}

pub(super) struct Line<'a> {
    pub number: u64,
    pub offset: u64,
    /// Where the next one begins.
    pub end: u64,
    pub bytes: &'a [u8],
    /// Whether it has a line end; only the last one may not.
    pub ended: bool,
}

impl Line<'_> {
    /// Whether this is only the beginning of a line that is too long.
    pub fn is_cut(&self) -> bool {
        self.bytes.len() as u64 == LONGEST && self.bytes.last() != Some(&b'\n')
    }
}

impl Lines {
    pub fn open(path: &Path) -> io::Result<Self> {
        let reader = BufReader::with_capacity(64 * 1024, files::open_regular(path)?);
        Ok(Self { reader, buffer: Vec::new(), number: 0, offset: 0 })
    }

    /// The lines of an open file from one of them on.
    pub fn from(mut file: File, offset: u64) -> io::Result<Self> {
        file.seek(SeekFrom::Start(offset))?;
        Ok(Self { reader: BufReader::new(file), buffer: Vec::new(), number: 0, offset })
    }

    /// A line that is too long comes as its beginning, which cannot be decoded.
    pub fn next(&mut self) -> io::Result<Option<Line<'_>>> {
        self.buffer.clear();
        let offset = self.offset;
        let mut read = self.reader.by_ref().take(LONGEST).read_until(b'\n', &mut self.buffer)? as u64;
        if read == 0 {
            return Ok(None);
        }
        let mut ended = self.buffer.last() == Some(&b'\n');
        if read == LONGEST && !ended {
            read += self.reader.skip_until(b'\n')? as u64;
            ended = true;
        }
        self.number += 1;
        self.offset += read;
        Ok(Some(Line { number: self.number, offset, end: self.offset, bytes: &self.buffer, ended }))
    }
}
