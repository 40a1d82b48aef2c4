//! Makes a damaged file one to which lines can be appended again.
//!
//! What is broken goes to a file beside, and only then out of the way: at the end of the file it is cut off, in
//! the middle blanks take its place, so that nothing whole moves by a single byte. What is whole stays as it is,
//! also a last line that only lacks its end. All functions block.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::salvage;

/// A part of a file that nobody can read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Broken {
    pub offset: u64,
    pub bytes: u64,
}

/// How a file ends.
pub(super) struct Mended {
    pub len: u64,
    /// It does not end with a line end.
    pub ragged: bool,
}

/// Moves aside what is broken, as far as it is known and at the end of the file.
pub(super) fn mend(file: &File, path: &Path, broken: &[Broken]) -> io::Result<Mended> {
    if !broken.is_empty()
        && let Err(error) = blank_out(file, path, broken)
    {
        tracing::warn!(file = %path.display(), %error, "what is broken in the file stays");
    }
    end(file, path)
}

/// Makes sure that the next line will not be glued to what a crash left of the last one.
fn end(file: &File, path: &Path) -> io::Result<Mended> {
    let len = file.metadata()?.len();
    let start = start_of_last_line(file, len)?;
    if start == len {
        return Ok(Mended { len, ragged: false });
    }
    if is_worth_keeping(file, start)? {
        return Ok(Mended { len, ragged: true });
    }
    match cut_off(file, path, start) {
        Ok(aside) => {
            tracing::warn!(
                file = %path.display(), bytes = len - start, aside = %aside.display(),
                "the last line was cut off by a crash and is moved aside"
            );
            Ok(Mended { len: start, ragged: false })
        }
        Err(error) => {
            tracing::warn!(file = %path.display(), %error, "the last line was cut off by a crash and stays");
            Ok(Mended { len, ragged: true })
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

/// Whether the last line is whole, or has something whole in it.
fn is_worth_keeping(mut file: &File, start: u64) -> io::Result<bool> {
    file.seek(SeekFrom::Start(start))?;
    let mut line = Vec::new();
    file.read_to_end(&mut line)?;
    let is_json = serde_json::from_slice::<serde::de::IgnoredAny>(&line).is_ok();
    Ok(is_json || !salvage::parts(&line).whole.is_empty())
}

fn cut_off(mut file: &File, path: &Path, start: u64) -> io::Result<PathBuf> {
    let (aside, mut target) = fresh_beside(path)?;
    file.seek(SeekFrom::Start(start))?;
    io::copy(&mut file, &mut target)?;
    target.sync_data()?;
    file.set_len(start)?;
    Ok(aside)
}

fn blank_out(mut file: &File, path: &Path, broken: &[Broken]) -> io::Result<()> {
    let (aside, mut target) = fresh_beside(path)?;
    for part in broken {
        file.seek(SeekFrom::Start(part.offset))?;
        io::copy(&mut file.take(part.bytes), &mut target)?;
        target.write_all(b"\n")?;
    }
    target.sync_data()?;
    // The file at hand appends, wherever it is told to write.
    let mut blanks = OpenOptions::new().write(true).open(path)?;
    for part in broken {
        blanks.seek(SeekFrom::Start(part.offset))?;
        io::copy(&mut io::repeat(b' ').take(part.bytes), &mut blanks)?;
    }
    tracing::warn!(
        file = %path.display(), parts = broken.len(), aside = %aside.display(),
        "what could not be read is moved aside"
    );
    Ok(())
}

fn fresh_beside(path: &Path) -> io::Result<(PathBuf, File)> {
    let mut number = 1;
    loop {
        let mut name = path.as_os_str().to_owned();
        name.push(format!(".torn-{number}"));
        let aside = PathBuf::from(name);
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        match options.open(&aside) {
            Ok(file) => return Ok((aside, file)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && number < 1000 => number += 1,
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::lock::WriterLock;
    use super::super::log::Log;
    use super::*;

    fn append(path: &Path, broken: Vec<Broken>) {
        Log::existing(path.to_owned(), WriterLock::none(), broken).append(b"1\n").unwrap();
    }

    fn file() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("r.jsonl");
        (folder, path)
    }

    fn text(path: &Path) -> String {
        std::fs::read_to_string(path).unwrap()
    }

    fn aside(path: &Path, number: usize) -> PathBuf {
        PathBuf::from(format!("{}.torn-{number}", path.display()))
    }

    #[test]
    fn a_torn_line_is_moved_aside_at_the_first_append_only() {
        let (_folder, path) = file();
        for (number, tail) in ["{\"a", "\0\0\0\0", "x\u{fffd}"].iter().enumerate() {
            std::fs::write(&path, format!("{{}}\n{tail}")).unwrap();
            let mut log = Log::existing(path.clone(), WriterLock::none(), Vec::new());
            assert_eq!(text(&path), format!("{{}}\n{tail}"));
            log.append(b"1\n").unwrap();
            assert_eq!(text(&path), "{}\n1\n");
            assert_eq!(text(&aside(&path, number + 1)), *tail);
        }
    }

    #[test]
    fn a_whole_line_without_its_end_stays() {
        let (folder, path) = file();
        std::fs::write(&path, "{}\n{\"a\":1}").unwrap();
        append(&path, Vec::new());
        assert_eq!(text(&path), "{}\n{\"a\":1}\n1\n");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_long_torn_line_is_found_across_blocks() {
        let (_folder, path) = file();
        for size in [16 * 1024 - 1, 16 * 1024, 16 * 1024 + 1, 100_000] {
            std::fs::write(&path, format!("{{}}\n{}", "x".repeat(size))).unwrap();
            append(&path, Vec::new());
            assert_eq!(text(&path), "{}\n1\n");
        }
    }

    #[test]
    fn blanks_take_the_place_of_what_is_broken() {
        let (_folder, path) = file();
        std::fs::write(&path, "{}\ngarbage\nxx{\"a\":1}\n").unwrap();
        append(&path, vec![Broken { offset: 3, bytes: 7 }, Broken { offset: 11, bytes: 2 }]);
        assert_eq!(text(&path), "{}\n       \n  {\"a\":1}\n1\n");
        assert_eq!(text(&aside(&path, 1)), "garbage\nxx\n");
    }
}
