//! One writer for each conversation, also across processes.
//!
//! Whoever may write a conversation holds an exclusive `flock` of `thread-writer-locks/<id>.lock` in the
//! home directory, just as the public codex 0.169 does, so that both keep out of each other's way. The system takes
//! it back when the process ends, however that happens, and commands that are started do not inherit it.
//! The file comes and goes with the lock, both under the lock of `.coordination.lock`, so that nobody
//! locks a file that is about to vanish. Where a file system has no locks, or none can be made, work
//! goes on without, and whoever takes one can ask why. All functions block, but not for long.

use std::fmt;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use codex_protocol::ids::ConversationId;

use super::error::Error;
use super::stamp;
use crate::base::files;

const FOLDER: &str = "thread-writer-locks";
const COORDINATION: &str = ".coordination.lock";
/// How often and how long to wait for others that take or give back a lock.
const TRIES: usize = 200;
const PAUSE: Duration = Duration::from_millis(5);
/// How often a lock is tried whose owner cannot be seen.
const UNSEEN: usize = 4;

/// The right to write one conversation; given back when dropped.
#[derive(Debug)]
pub struct WriterLock {
    _held: Option<Held>,
    /// Why there is nothing to lock with.
    missing: Option<String>,
}

#[derive(Debug)]
struct Held {
    /// The lock lives as long as this is open.
    file: File,
    path: PathBuf,
    coordination: PathBuf,
}

/// Who writes a conversation, as far as that can be seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Owner {
    /// Absent for a process that cannot be seen from here, such as one in another container.
    pub pid: Option<u32>,
    pub program: Option<String>,
    /// Unix milliseconds.
    pub since_ms: Option<i64>,
}

impl Owner {
    pub fn is_this_process(&self) -> bool {
        self.pid == Some(std::process::id())
    }
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.pid {
            Some(pid) => write!(f, "process {pid}")?,
            None => f.write_str("a process that cannot be seen from here")?,
        }
        if let Some(program) = &self.program {
            write!(f, " ({program})")?;
        }
        if let Some(since) = self.since_ms {
            write!(f, ", since {}", stamp::timestamp(since))?;
        }
        Ok(())
    }
}

impl WriterLock {
    /// Takes the lock of a conversation, or says who has it.
    pub fn take(home: &Path, id: ConversationId) -> Result<Self, Error> {
        let folder = home.join(FOLDER);
        let path = folder.join(format!("{id}.lock"));
        let coordination = folder.join(COORDINATION);
        match acquire_or_see(&folder, &coordination, &path) {
            Ok(Ok(file)) => Ok(Self { _held: Some(Held { file, path, coordination }), missing: None }),
            Ok(Err(owner)) => Err(Error::ActiveWriter { id, owner }),
            Err(error) if is_lack_of_descriptors(&error) => Err(Error::io("lock", &path, error)),
            Err(error) => {
                let missing = Some(format!("{} cannot be locked: {error}", path.display()));
                Ok(Self { _held: None, missing })
            }
        }
    }

    /// For files that nobody else can know of.
    #[cfg(test)]
    pub fn none() -> Self {
        Self { _held: None, missing: Some("a test".into()) }
    }

    /// Why nobody is kept out, if that is so.
    pub fn missing(&self) -> Option<&str> {
        self.missing.as_deref()
    }
}

impl Drop for Held {
    /// Should the file stay, the next one to lock it removes it.
    fn drop(&mut self) {
        if let Ok(coordination) = open(&self.coordination)
            && coordination.try_lock().is_ok()
        {
            let _ = fs::remove_file(&self.path);
        }
        let _ = self.file.unlock();
    }
}

/// The lock, or who has it. One that nobody can be seen to have may just have been given back, so it is tried again.
fn acquire_or_see(folder: &Path, coordination: &Path, path: &Path) -> io::Result<Result<File, Owner>> {
    let mut unseen = 0;
    loop {
        if let Some(file) = acquire(folder, coordination, path)? {
            return Ok(Ok(file));
        }
        let owner = owner(path);
        if owner.pid.is_some() || unseen == UNSEEN {
            return Ok(Err(owner));
        }
        unseen += 1;
        thread::sleep(PAUSE);
    }
}

/// `None`: somebody has it.
fn acquire(folder: &Path, coordination: &Path, path: &Path) -> io::Result<Option<File>> {
    fs::create_dir_all(folder)?;
    for _ in 0..TRIES {
        let coordination = open(coordination)?;
        if !try_lock(&coordination)? {
            thread::sleep(PAUSE);
            continue;
        }
        let file = open(path)?;
        if !try_lock(&file)? {
            return Ok(None);
        }
        if files::has_name(&file, path)? {
            // Others read from it since when.
            let _ = file.set_modified(SystemTime::now());
            return Ok(Some(file));
        }
    }
    Err(io::Error::new(io::ErrorKind::TimedOut, "others have held the coordinating lock for too long"))
}

fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn try_lock(file: &File) -> io::Result<bool> {
    match file.try_lock() {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

#[cfg(unix)]
fn is_lack_of_descriptors(error: &io::Error) -> bool {
    use rustix::io::Errno;
    let errno = error.raw_os_error();
    [Errno::MFILE, Errno::NFILE].iter().any(|lack| errno == Some(lack.raw_os_error()))
}

#[cfg(not(unix))]
fn is_lack_of_descriptors(_: &io::Error) -> bool {
    false
}

fn owner(path: &Path) -> Owner {
    let Ok(data) = fs::metadata(path) else { return Owner::default() };
    let since = data.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    let since_ms = since.and_then(|since| i64::try_from(since.as_millis()).ok());
    let pid = holder(&data);
    let program = pid.and_then(|pid| fs::read_to_string(format!("/proc/{pid}/comm")).ok());
    Owner { pid, program: program.map(|name| name.trim().to_owned()), since_ms }
}

/// Who locks this file, from the kernel's list, which shows only processes of this namespace.
#[cfg(target_os = "linux")]
fn holder(data: &fs::Metadata) -> Option<u32> {
    holder_in(&fs::read_to_string("/proc/locks").ok()?, std::os::unix::fs::MetadataExt::ino(data))
}

#[cfg(not(target_os = "linux"))]
fn holder(_: &fs::Metadata) -> Option<u32> {
    None
}

/// A line reads `9: FLOCK  ADVISORY  WRITE 11852 fe:00:9872109 0 EOF`.
#[cfg(target_os = "linux")]
fn holder_in(locks: &str, inode: u64) -> Option<u32> {
    locks.lines().find_map(|line| {
        let mut words = line.split_whitespace().skip(1);
        let is_flock = words.next() == Some("FLOCK");
        let pid = words.nth(2)?.parse().ok().filter(|pid| *pid != 0)?;
        let of: u64 = words.next()?.rsplit(':').next()?.parse().ok()?;
        (is_flock && of == inode).then_some(pid)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn take(home: &Path, id: ConversationId) -> Result<WriterLock, Error> {
        WriterLock::take(home, id)
    }

    #[test]
    fn a_second_writer_is_told_of_the_first() {
        let home = tempfile::tempdir().unwrap();
        let id = ConversationId::new();
        let first = take(home.path(), id).unwrap();
        assert_eq!(first.missing(), None);
        let refused = take(home.path(), id).unwrap_err();
        let Error::ActiveWriter { owner, .. } = &refused else { panic!("{refused}") };
        assert!(owner.since_ms.is_some());
        let told = refused.to_string();
        assert!(told.starts_with(&format!("thread {id} already has an active writer: ")), "{told}");
        if cfg!(target_os = "linux") {
            assert!(owner.is_this_process() && told.contains(&std::process::id().to_string()), "{told}");
        }
        take(home.path(), ConversationId::new()).unwrap();
        drop(first);
        take(home.path(), id).unwrap();
    }

    #[test]
    fn only_what_coordinates_is_left() {
        let home = tempfile::tempdir().unwrap();
        drop(take(home.path(), ConversationId::new()).unwrap());
        let left: Vec<_> = fs::read_dir(home.path().join(FOLDER)).unwrap().flatten().collect();
        assert_eq!(left.iter().map(|entry| entry.file_name()).collect::<Vec<_>>(), [COORDINATION]);
    }

    /// As an ended process leaves one behind.
    #[test]
    fn a_file_that_nobody_locks_keeps_nobody_out() {
        let home = tempfile::tempdir().unwrap();
        let id = ConversationId::new();
        fs::create_dir(home.path().join(FOLDER)).unwrap();
        fs::write(home.path().join(FOLDER).join(format!("{id}.lock")), "").unwrap();
        let lock = take(home.path(), id).unwrap();
        assert_eq!(lock.missing(), None);
        assert!(take(home.path(), id).is_err());
    }

    #[test]
    fn a_lock_of_a_file_that_was_removed_counts_for_nothing() {
        let home = tempfile::tempdir().unwrap();
        let id = ConversationId::new();
        let first = take(home.path(), id).unwrap();
        fs::remove_file(home.path().join(FOLDER).join(format!("{id}.lock"))).unwrap();
        let second = take(home.path(), id).unwrap();
        assert!(take(home.path(), id).is_err());
        drop((first, second));
    }

    #[test]
    fn without_locks_it_goes_on_and_says_why() {
        let home = tempfile::tempdir().unwrap();
        fs::write(home.path().join(FOLDER), "a file where the folder should be").unwrap();
        let lock = take(home.path(), ConversationId::new()).unwrap();
        assert!(lock.missing().unwrap().contains("cannot be locked: "), "{lock:?}");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_holder_is_found_in_the_kernels_list() {
        let locks = "1: POSIX  ADVISORY  READ 7 fe:00:42 128 128\n2: FLOCK  ADVISORY  WRITE 0 fe:00:42 0 EOF\n\
                     2: -> FLOCK  ADVISORY  WRITE 9 fe:00:42 0 EOF\n3: FLOCK  ADVISORY  WRITE 8 fe:00:42 0 EOF\n";
        assert_eq!(holder_in(locks, 42), Some(8));
        assert_eq!(holder_in(locks, 43), None);
    }
}
