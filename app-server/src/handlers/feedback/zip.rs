//! Writing a ZIP archive: as much of the format as every program reads.

use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};

use flate2::Compression;
use flate2::CrcReader;
use flate2::read::DeflateEncoder;

/// 2.0: compressed with deflate.
const VERSION: u16 = 20;
/// Names are UTF-8.
const FLAGS: u16 = 1 << 11;
const DEFLATE: u16 = 8;
/// Midnight of the first day that the format knows.
const DAY: u16 = 1 << 5 | 1;

/// An archive that is being written. It is none before [`Archive::finish`].
#[derive(Debug)]
pub(super) struct Archive<W> {
    file: W,
    entries: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    name: String,
    begin: u32,
    checksum: u32,
    packed: u32,
    size: u32,
}

impl<W: Write + Seek> Archive<W> {
    pub fn new(file: W) -> Self {
        Self { file, entries: Vec::new() }
    }

    /// Puts a file into it.
    pub fn add(&mut self, name: &str, content: impl Read) -> io::Result<()> {
        let begin = fits(self.file.stream_position()?)?;
        let mut entry = Entry { name: name.to_owned(), begin, checksum: 0, packed: 0, size: 0 };
        self.header(&entry)?;
        let content = CrcReader::new(BufReader::new(content));
        let mut packing = DeflateEncoder::new(content, Compression::default());
        io::copy(&mut packing, &mut self.file)?;
        (entry.packed, entry.size) = (fits(packing.total_out())?, fits(packing.total_in())?);
        entry.checksum = packing.into_inner().crc().sum();
        // Only now it is known what the header says.
        let end = self.file.stream_position()?;
        self.file.seek(SeekFrom::Start(begin.into()))?;
        self.header(&entry)?;
        self.file.seek(SeekFrom::Start(end))?;
        self.entries.push(entry);
        Ok(())
    }

    /// Writes the list of what is in it.
    pub fn finish(mut self) -> io::Result<W> {
        let begin = fits(self.file.stream_position()?)?;
        for entry in &self.entries {
            let mut record = b"PK\x01\x02".to_vec();
            record.extend((3 << 8 | VERSION).to_le_bytes());
            entry.facts(&mut record);
            // No comment, on no further disk, nothing about its content.
            record.extend([0; 6]);
            // A regular file that its owner reads and writes.
            record.extend((0o100_600_u32 << 16).to_le_bytes());
            record.extend(entry.begin.to_le_bytes());
            record.extend(entry.name.as_bytes());
            self.file.write_all(&record)?;
        }
        let length = fits(self.file.stream_position()?)? - begin;
        let count = u16::try_from(self.entries.len()).map_err(|_| too_large())?;
        let mut record = b"PK\x05\x06\0\0\0\0".to_vec();
        record.extend(count.to_le_bytes());
        record.extend(count.to_le_bytes());
        record.extend(length.to_le_bytes());
        record.extend(begin.to_le_bytes());
        record.extend([0; 2]);
        self.file.write_all(&record)?;
        self.file.flush()?;
        Ok(self.file)
    }

    fn header(&mut self, entry: &Entry) -> io::Result<()> {
        let mut header = b"PK\x03\x04".to_vec();
        entry.facts(&mut header);
        header.extend(entry.name.as_bytes());
        self.file.write_all(&header)
    }
}

impl Entry {
    fn facts(&self, record: &mut Vec<u8>) {
        let length = u16::try_from(self.name.len()).unwrap_or(u16::MAX);
        for word in [VERSION, FLAGS, DEFLATE, 0, DAY] {
            record.extend(word.to_le_bytes());
        }
        for long in [self.checksum, self.packed, self.size] {
            record.extend(long.to_le_bytes());
        }
        record.extend(length.to_le_bytes());
        record.extend([0; 2]);
    }
}

fn fits(size: u64) -> io::Result<u32> {
    u32::try_from(size).map_err(|_| too_large())
}

fn too_large() -> io::Error {
    io::Error::new(io::ErrorKind::FileTooLarge, "the archive is too large")
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use flate2::read::DeflateDecoder;

    use super::*;

    #[test]
    fn what_went_in_comes_out() {
        let mut archive = Archive::new(Cursor::new(Vec::new()));
        let content = b"many words ".repeat(1000);
        archive.add("a.txt", content.as_slice()).unwrap();
        archive.add("ä/b", io::empty()).unwrap();
        let bytes = archive.finish().unwrap().into_inner();
        let long = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
        assert_eq!(&bytes[..4], b"PK\x03\x04");
        let (packed, size) = (long(18), long(22));
        assert_eq!(size, content.len());
        assert_eq!(&bytes[30..35], b"a.txt");
        let mut unpacked = Vec::new();
        DeflateDecoder::new(&bytes[35..35 + packed]).read_to_end(&mut unpacked).unwrap();
        assert_eq!(unpacked, content);
        let mut checksum = flate2::Crc::new();
        checksum.update(&content);
        assert_eq!(long(14), checksum.sum() as usize);
        let end = bytes.len() - 22;
        assert_eq!(&bytes[end..end + 4], b"PK\x05\x06");
        assert_eq!(&bytes[long(end + 16)..long(end + 16) + 4], b"PK\x01\x02");
        assert_eq!(long(end + 16) + long(end + 12), end);
        let first = long(end + 16) + 46;
        assert_eq!(&bytes[first..first + 9], b"a.txtPK\x01\x02");
    }
}
