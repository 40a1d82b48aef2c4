//! A file that only grows, line by line.
//!
//! A line is in the file as a whole or not at all: what a full disk leaves of one is cut off again,
//! and where that fails the next line starts on a fresh one. What a crash left of a line is moved
//! to a file beside, before the first new line. All functions block.

use std::fs::{File, OpenOptions};
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::de::IgnoredAny;

use super::error::Error;

pub(super) struct Log {
    path: PathBuf,
    /// Whether the file is made when it is first needed; else it must be there.
    new: bool,
    open: Option<Open>,
    #[cfg(test)]
    pub disk: tests::Disk,
}

struct Open {
    file: File,
    len: u64,
    /// The file does not end with a line end.
    ragged: bool,
}

/// How far an append came: this many bytes, all of them whole lines, are in the file.
#[derive(Debug)]
pub(super) struct Failed {
    pub stored: usize,
    pub error: Error,
}

impl Log {
    pub fn new_file(path: PathBuf) -> Self {
        Self::at(path, true)
    }

    pub fn existing(path: PathBuf) -> Self {
        Self::at(path, false)
    }

    fn at(path: PathBuf, new: bool) -> Self {
        Self {
            path,
            new,
            open: None,
            #[cfg(test)]
            disk: tests::Disk::default(),
        }
    }

    /// Appends lines, each with its line end.
    pub fn append(&mut self, lines: &[u8]) -> Result<(), Failed> {
        let mut open = match self.open.take() {
            Some(open) => open,
            None => self.first_open().map_err(|error| Failed { stored: 0, error })?,
        };
        let result = self.append_to(&mut open, lines);
        self.open = Some(open);
        result.map_err(|(stored, source)| Failed { stored, error: Error::io("write", &self.path, source) })
    }

    fn append_to(&self, open: &mut Open, lines: &[u8]) -> Result<(), (usize, io::Error)> {
        if open.ragged {
            self.write(&mut open.file, b"\n").map_err(|(_, source)| (0, source))?;
            open.ragged = false;
            open.len += 1;
        }
        let Err((written, source)) = self.write(&mut open.file, lines) else {
            open.len += lines.len() as u64;
            return Ok(());
        };
        let last_end = lines.get(..written).and_then(|part| part.iter().rposition(|byte| *byte == b'\n'));
        let whole = last_end.map_or(0, |end| end + 1);
        let (is, wanted) = (open.len + written as u64, open.len + whole as u64);
        let mended = is == wanted || cut(&open.file, is, wanted).is_ok();
        open.len = if mended { wanted } else { is };
        open.ragged = !mended;
        Err((whole, source))
    }

    /// Writes everything, or says how much of it was written.
    fn write(&self, file: &mut File, bytes: &[u8]) -> Result<(), (usize, io::Error)> {
        let mut written = 0;
        while let Some(rest) = bytes.get(written..).filter(|rest| !rest.is_empty()) {
            match self.write_some(file, rest) {
                Ok(0) => return Err((written, io::ErrorKind::WriteZero.into())),
                Ok(count) => written += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err((written, error)),
            }
        }
        Ok(())
    }

    fn write_some(&self, file: &mut File, bytes: &[u8]) -> io::Result<usize> {
        #[cfg(test)]
        let bytes = self.disk.what_fits(bytes)?;
        file.write(bytes)
    }

    fn first_open(&mut self) -> Result<Open, Error> {
        let mut options = OpenOptions::new();
        options.read(true).append(true);
        if self.new {
            if let Some(folder) = self.path.parent() {
                std::fs::create_dir_all(folder).map_err(|source| Error::io("create", folder, source))?;
            }
            options.create_new(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        }
        let file = options.open(&self.path).map_err(|source| Error::io("open", &self.path, source))?;
        self.new = false;
        mended(file, &self.path).map_err(|source| Error::io("read", &self.path, source))
    }
}

/// Cuts a file, unless it is not as long as it should be: then somebody else writes to it.
fn cut(file: &File, is: u64, wanted: u64) -> io::Result<()> {
    if file.metadata()?.len() != is {
        return Err(io::ErrorKind::Other.into());
    }
    file.set_len(wanted)
}

/// Makes sure that the next line will not be glued to what a crash left of the last one.
fn mended(file: File, path: &Path) -> io::Result<Open> {
    let len = file.metadata()?.len();
    let start = start_of_last_line(&file, len)?;
    if start == len {
        return Ok(Open { file, len, ragged: false });
    }
    if is_json(&file, start)? {
        return Ok(Open { file, len, ragged: true });
    }
    match move_aside(&file, path, start) {
        Ok(aside) => {
            tracing::warn!(
                file = %path.display(), bytes = len - start, aside = %aside.display(),
                "the last line was cut off by a crash and is moved aside"
            );
            Ok(Open { file, len: start, ragged: false })
        }
        Err(error) => {
            tracing::warn!(file = %path.display(), %error, "the last line was cut off by a crash and stays");
            Ok(Open { file, len, ragged: true })
        }
    }
}

/// Where the text behind the last line end begins; the length of the file if there is none.
fn start_of_last_line(mut file: &File, len: u64) -> io::Result<u64> {
    const BLOCK: u64 = 16 * 1024;
    let mut block = Vec::new();
    let mut end = len;
    while end > 0 {
        let start = end.saturating_sub(BLOCK);
        file.seek(SeekFrom::Start(start))?;
        block.clear();
        file.take(end - start).read_to_end(&mut block)?;
        if let Some(position) = block.iter().rposition(|byte| *byte == b'\n') {
            return Ok(start + position as u64 + 1);
        }
        end = start;
    }
    Ok(0)
}

fn is_json(mut file: &File, start: u64) -> io::Result<bool> {
    file.seek(SeekFrom::Start(start))?;
    match serde_json::from_reader::<_, IgnoredAny>(BufReader::new(file)) {
        Ok(_) => Ok(true),
        Err(error) if error.is_io() => Err(error.into()),
        Err(_) => Ok(false),
    }
}

fn move_aside(mut file: &File, path: &Path, start: u64) -> io::Result<PathBuf> {
    let (aside, mut target) = fresh_beside(path)?;
    file.seek(SeekFrom::Start(start))?;
    io::copy(&mut file, &mut target)?;
    file.set_len(start)?;
    Ok(aside)
}

fn fresh_beside(path: &Path) -> io::Result<(PathBuf, File)> {
    let mut number = 1;
    loop {
        let mut name = path.as_os_str().to_owned();
        name.push(format!(".torn-{number}"));
        let aside = PathBuf::from(name);
        match OpenOptions::new().write(true).create_new(true).open(&aside) {
            Ok(file) => return Ok((aside, file)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && number < 1000 => number += 1,
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    /// How much room the disk has. Unlimited unless a test says otherwise.
    #[derive(Clone)]
    pub struct Disk(Arc<AtomicU64>);

    impl Default for Disk {
        fn default() -> Self {
            Self(Arc::new(u64::MAX.into()))
        }
    }

    impl Disk {
        pub fn set(&self, room: u64) {
            self.0.store(room, Ordering::SeqCst);
        }

        pub fn what_fits<'a>(&self, bytes: &'a [u8]) -> io::Result<&'a [u8]> {
            let room = self.0.load(Ordering::SeqCst);
            let count = room.min(bytes.len() as u64);
            if count == 0 {
                return Err(io::ErrorKind::StorageFull.into());
            }
            if room != u64::MAX {
                self.set(room - count);
            }
            Ok(&bytes[..count as usize])
        }
    }

    fn file() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("2026/11/22/r.jsonl");
        (folder, path)
    }

    fn text(path: &Path) -> String {
        std::fs::read_to_string(path).unwrap()
    }

    #[test]
    fn folders_and_file_appear_with_the_first_line() {
        let (folder, path) = file();
        let mut log = Log::new_file(path.clone());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        log.append(b"1\n").unwrap();
        log.append(b"2\n3\n").unwrap();
        assert_eq!(text(&path), "1\n2\n3\n");
        let error = Log::new_file(path).append(b"1\n").unwrap_err().error;
        assert!(matches!(error, Error::Io { doing: "open", .. }), "{error}");
    }

    #[test]
    fn a_missing_file_is_not_made_anew() {
        let (_folder, path) = file();
        assert!(Log::existing(path.clone()).append(b"1\n").is_err());
        assert!(!path.exists());
    }

    #[test]
    fn a_full_disk_leaves_whole_lines_only() {
        let lines = b"one\ntwo\nthree\n";
        for room in 0..lines.len() {
            let (_folder, path) = file();
            let mut log = Log::new_file(path.clone());
            log.append(b"zero\n").unwrap();
            log.disk.set(room as u64);
            let failed = log.append(lines).unwrap_err();
            let whole = lines[..room].iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
            assert_eq!(failed.stored, whole, "room {room}");
            assert_eq!(text(&path).as_bytes(), [b"zero\n", &lines[..whole]].concat(), "room {room}");
            log.disk.set(u64::MAX);
            log.append(&lines[whole..]).unwrap();
            assert_eq!(text(&path), "zero\none\ntwo\nthree\n", "room {room}");
        }
    }

    #[test]
    fn where_it_cannot_be_cut_off_the_next_line_starts_afresh() {
        let (_folder, path) = file();
        let mut log = Log::new_file(path.clone());
        log.append(b"zero\n").unwrap();
        // Somebody else writes, so that the length is not the expected one.
        OpenOptions::new().append(true).open(&path).unwrap().write_all(b"other\n").unwrap();
        log.disk.set(2);
        assert_eq!(log.append(b"one\n").unwrap_err().stored, 0);
        log.disk.set(u64::MAX);
        log.append(b"one\n").unwrap();
        assert_eq!(text(&path), "zero\nother\non\none\n");
    }

    #[test]
    fn a_torn_line_is_moved_aside_at_the_first_append_only() {
        let (_folder, path) = file();
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        for (number, tail) in ["{\"a", "\0\0\0\0", "x\u{fffd}"].iter().enumerate() {
            std::fs::write(&path, format!("{{}}\n{tail}")).unwrap();
            let mut log = Log::existing(path.clone());
            assert_eq!(text(&path), format!("{{}}\n{tail}"));
            log.append(b"1\n").unwrap();
            assert_eq!(text(&path), "{}\n1\n");
            let aside = PathBuf::from(format!("{}.torn-{}", path.display(), number + 1));
            assert_eq!(text(&aside), *tail);
        }
    }

    #[test]
    fn a_whole_line_without_its_end_stays() {
        let (folder, path) = file();
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, "{}\n{\"a\":1}").unwrap();
        Log::existing(path.clone()).append(b"1\n").unwrap();
        assert_eq!(text(&path), "{}\n{\"a\":1}\n1\n");
        assert_eq!(std::fs::read_dir(folder.path().join("2026/11/22")).unwrap().count(), 1);
    }

    #[test]
    fn a_long_torn_line_is_found_across_blocks() {
        let (_folder, path) = file();
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        for size in [16 * 1024 - 1, 16 * 1024, 16 * 1024 + 1, 100_000] {
            std::fs::write(&path, format!("{{}}\n{}", "x".repeat(size))).unwrap();
            Log::existing(path.clone()).append(b"1\n").unwrap();
            assert_eq!(text(&path), "{}\n1\n");
        }
    }
}
