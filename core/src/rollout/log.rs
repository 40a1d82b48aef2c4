//! A file that only grows, line by line.
//!
//! A line is in the file as a whole or not at all: what a full disk leaves of one is cut off again,
//! and where that fails the next line starts on a fresh one. What is broken in it is moved to a file beside
//! before the first new line. The log holds the right to write the conversation for as long as it lives, the
//! file only while a turn runs, because a process may have few files open. All functions block.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use codex_protocol::ids::ConversationId;

use super::error::Error;
use super::location;
use super::lock::WriterLock;
use super::mend::{self, Broken, Mended};

pub(super) struct Log {
    path: PathBuf,
    /// The conversation whose file is made when it is first needed; else it must be there.
    new: Option<ConversationId>,
    lock: Option<WriterLock>,
    /// What is to be moved aside before anything is written.
    broken: Vec<Broken>,
    open: Option<Open>,
    /// Folders whose entries are not known to be on the disk.
    folders: Vec<PathBuf>,
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
    pub fn new_file(path: PathBuf, id: ConversationId) -> Self {
        Self::at(path, Some(id), None, Vec::new())
    }

    pub fn existing(path: PathBuf, lock: WriterLock, broken: Vec<Broken>) -> Self {
        Self::at(path, None, Some(lock), broken)
    }

    fn at(path: PathBuf, new: Option<ConversationId>, lock: Option<WriterLock>, broken: Vec<Broken>) -> Self {
        Self {
            path,
            new,
            lock,
            broken,
            open: None,
            folders: Vec::new(),
            #[cfg(test)]
            disk: tests::Disk::default(),
        }
    }

    /// Appends lines, each with its line end.
    pub fn append(&mut self, lines: &[u8]) -> Result<(), Failed> {
        let mut open = match self.open.take() {
            Some(open) => open,
            None => self.open().map_err(|error| Failed { stored: 0, error })?,
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

    /// Makes sure that what was appended survives the end of the machine, and closes the file until the next line comes.
    pub fn sync(&mut self) -> Result<(), Error> {
        let Some(open) = self.open.take() else { return Ok(()) };
        let result = self.sync_file(&open.file);
        result.map_err(|source| Error::io("make durable what was written to", &self.path, source))?;
        sync_folders(&std::mem::take(&mut self.folders));
        Ok(())
    }

    fn sync_file(&self, file: &File) -> io::Result<()> {
        #[cfg(test)]
        self.disk.sync()?;
        match file.sync_data() {
            // There are file systems that know no such thing; nothing can be done about it.
            Err(error)
                if matches!(error.kind(), io::ErrorKind::Unsupported | io::ErrorKind::InvalidInput) =>
            {
                Ok(())
            }
            result => result,
        }
    }

    fn open(&mut self) -> Result<Open, Error> {
        let mut options = OpenOptions::new();
        options.read(true).append(true);
        if let Some(id) = self.new {
            self.prepare(id)?;
            options.create_new(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        }
        let file = options.open(&self.path).map_err(|source| Error::io("open", &self.path, source))?;
        self.new = None;
        let Mended { len, ragged } = mend::mend(&file, &self.path, &self.broken)
            .map_err(|source| Error::io("read", &self.path, source))?;
        self.broken.clear();
        Ok(Open { file, len, ragged })
    }

    /// The right to write a new conversation, and folders for its file.
    fn prepare(&mut self, id: ConversationId) -> Result<(), Error> {
        if let (None, Some(home)) = (&self.lock, location::home_of(&self.path)) {
            let lock = WriterLock::take(home, id)?;
            if let Some(reason) = lock.missing() {
                tracing::warn!(%id, reason, "other processes are not kept from writing the same conversation");
            }
            self.lock = Some(lock);
        }
        self.folders = make_folder_of(&self.path)?;
        Ok(())
    }
}

/// Returns the folders that will have new entries once there is a file at this path.
pub(super) fn make_folder_of(path: &Path) -> Result<Vec<PathBuf>, Error> {
    let Some(folder) = path.parent() else { return Ok(Vec::new()) };
    let new = folder.ancestors().take_while(|folder| !folder.exists());
    let parents = new.filter_map(Path::parent).map(Path::to_owned);
    let folders = std::iter::once(folder.to_owned()).chain(parents).collect();
    std::fs::create_dir_all(folder).map_err(|source| Error::io("create", folder, source))?;
    Ok(folders)
}

/// Makes sure that new entries survive the end of the machine, where that can be had.
pub(super) fn sync_folders(folders: &[PathBuf]) {
    for folder in folders {
        if let Err(error) = File::open(folder).and_then(|folder| folder.sync_all()) {
            tracing::debug!(folder = %folder.display(), %error, "a folder could not be synchronised");
        }
    }
}

/// Cuts a file, unless it is not as long as it should be: then somebody else writes to it.
fn cut(file: &File, is: u64, wanted: u64) -> io::Result<()> {
    if file.metadata()?.len() != is {
        return Err(io::ErrorKind::Other.into());
    }
    file.set_len(wanted)
}

#[cfg(test)]
pub(super) mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

    use super::*;

    /// How much room the disk has, and what it cannot do. Sound unless a test says otherwise.
    #[derive(Clone)]
    pub struct Disk(Arc<Faults>);

    struct Faults {
        room: AtomicU64,
        /// At most so much at a time.
        piece: AtomicU64,
        fails_to_sync: AtomicBool,
        syncs: AtomicU64,
    }

    impl Default for Disk {
        fn default() -> Self {
            Self(Arc::new(Faults {
                room: u64::MAX.into(),
                piece: u64::MAX.into(),
                fails_to_sync: false.into(),
                syncs: 0.into(),
            }))
        }
    }

    impl Disk {
        pub fn set(&self, room: u64) {
            self.0.room.store(room, Ordering::SeqCst);
        }

        pub fn take_at_most(&self, piece: u64) {
            self.0.piece.store(piece, Ordering::SeqCst);
        }

        pub fn fail_to_sync(&self, fails: bool) {
            self.0.fails_to_sync.store(fails, Ordering::SeqCst);
        }

        pub fn syncs(&self) -> u64 {
            self.0.syncs.load(Ordering::SeqCst)
        }

        pub fn sync(&self) -> io::Result<()> {
            self.0.syncs.fetch_add(1, Ordering::SeqCst);
            match self.0.fails_to_sync.load(Ordering::SeqCst) {
                true => Err(io::Error::other("input/output error")),
                false => Ok(()),
            }
        }

        pub fn what_fits<'a>(&self, bytes: &'a [u8]) -> io::Result<&'a [u8]> {
            let room = self.0.room.load(Ordering::SeqCst);
            let count = room.min(bytes.len() as u64).min(self.0.piece.load(Ordering::SeqCst));
            if count == 0 {
                return Err(io::ErrorKind::StorageFull.into());
            }
            if room != u64::MAX {
                self.set(room - count);
            }
            Ok(&bytes[..count as usize])
        }
    }

    fn new_file(path: &Path) -> Log {
        Log::new_file(path.to_owned(), ConversationId::new())
    }

    fn existing(path: &Path) -> Log {
        Log::existing(path.to_owned(), WriterLock::none(), Vec::new())
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
        let mut log = new_file(&path);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        log.append(b"1\n").unwrap();
        log.append(b"2\n3\n").unwrap();
        assert_eq!(text(&path), "1\n2\n3\n");
        let error = new_file(&path).append(b"1\n").unwrap_err().error;
        assert!(matches!(error, Error::Io { doing: "open", .. }), "{error}");
    }

    #[test]
    fn a_missing_file_is_not_made_anew() {
        let (_folder, path) = file();
        assert!(existing(&path).append(b"1\n").is_err());
        assert!(!path.exists());
    }

    #[test]
    fn a_full_disk_leaves_whole_lines_only() {
        let lines = b"one\ntwo\nthree\n";
        for room in 0..lines.len() {
            let (_folder, path) = file();
            let mut log = new_file(&path);
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
    fn what_is_taken_in_small_pieces_is_whole() {
        let (_folder, path) = file();
        let mut log = new_file(&path);
        for piece in 1..8 {
            log.disk.take_at_most(piece);
            log.append(b"one\ntwo\n").unwrap();
        }
        assert_eq!(text(&path), "one\ntwo\n".repeat(7));
    }

    #[test]
    fn where_it_cannot_be_cut_off_the_next_line_starts_afresh() {
        let (_folder, path) = file();
        let mut log = new_file(&path);
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
    fn the_file_is_closed_when_it_is_durable_and_opened_again() {
        let (_folder, path) = file();
        let mut log = new_file(&path);
        log.append(b"1\n").unwrap();
        assert!(log.folders.len() > 3, "{:?}", log.folders);
        log.sync().unwrap();
        assert!(log.open.is_none() && log.folders.is_empty());
        log.append(b"2\n").unwrap();
        log.disk.fail_to_sync(true);
        assert!(matches!(log.sync(), Err(Error::Io { .. })));
        log.disk.fail_to_sync(false);
        log.append(b"3\n").unwrap();
        log.sync().unwrap();
        assert_eq!((text(&path).as_str(), log.disk.syncs()), ("1\n2\n3\n", 3));
    }

    #[test]
    fn a_new_file_is_locked_from_its_first_line_on() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sessions/2026/11/22/r.jsonl");
        let id = ConversationId::new();
        let mut log = Log::new_file(path, id);
        drop(WriterLock::take(folder.path(), id).unwrap());
        log.append(b"1\n").unwrap();
        log.sync().unwrap();
        assert!(matches!(WriterLock::take(folder.path(), id), Err(Error::ActiveWriter { .. })));
        drop(log);
        WriterLock::take(folder.path(), id).unwrap();
    }
}
