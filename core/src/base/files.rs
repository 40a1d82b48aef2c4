//! Files that others may have prepared, or use at the same time.
//!
//! Only regular files are read (links to them are followed), at most a given number of bytes, and opening
//! never waits: a pipe or a device with a well-known name is an error, not a hang. A file that several programs write is
//! locked, and nobody waits for the lock for ever.

use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::path::Path;
use std::time::{Duration, Instant};

/// Between two attempts to lock a file.
const PAUSE: Duration = Duration::from_millis(10);

/// The beginning of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Beginning {
    pub bytes: Vec<u8>,
    /// Whether the file goes on.
    pub cut: bool,
}

/// Reads at most `limit` bytes of a regular file.
pub fn read_beginning(path: &Path, limit: usize) -> io::Result<Beginning> {
    let file = open_regular(path)?;
    let mut bytes = Vec::new();
    let one_more = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    file.take(one_more).read_to_end(&mut bytes)?;
    let cut = bytes.len() > limit;
    bytes.truncate(limit);
    Ok(Beginning { bytes, cut })
}

/// Reads a whole regular file; one that is longer than `limit` is an error.
pub fn read_whole(path: &Path, limit: usize) -> io::Result<Vec<u8>> {
    let beginning = read_beginning(path, limit)?;
    if beginning.cut {
        return Err(io::Error::new(
            io::ErrorKind::FileTooLarge,
            format!("the file is larger than {limit} bytes"),
        ));
    }
    Ok(beginning.bytes)
}

/// Opens a regular file.
///
/// The type is looked at before opening, since opening a device can have effects, and again after it,
/// since the file may have been exchanged in between.
pub fn open_regular(path: &Path) -> io::Result<File> {
    let not_regular = || io::Error::new(io::ErrorKind::InvalidInput, "not a regular file");
    if !std::fs::metadata(path)?.is_file() {
        return Err(not_regular());
    }
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        let flags = rustix::fs::OFlags::NONBLOCK | rustix::fs::OFlags::NOCTTY;
        options.custom_flags(i32::try_from(flags.bits()).unwrap_or(0));
    }
    let file = options.open(path)?;
    if !file.metadata()?.is_file() {
        return Err(not_regular());
    }
    Ok(file)
}

/// Opens a file for appending, made if need be, and locks it before the deadline: the file that has this name, even if it
/// is exchanged meanwhile.
#[cfg(unix)]
pub fn lock_to_append(path: &Path, deadline: Instant) -> io::Result<File> {
    use std::os::unix::fs::{MetadataExt, OpenOptionsExt};

    use rustix::fs::{FlockOperation, OFlags, flock};
    use rustix::io::Errno;

    loop {
        let flags = OFlags::NONBLOCK | OFlags::NOCTTY;
        let mut options = OpenOptions::new();
        options.read(true).append(true).create(true).mode(0o600);
        options.custom_flags(i32::try_from(flags.bits()).unwrap_or(0));
        let file = options.open(path)?;
        if !file.metadata()?.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
        }
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => {
                let (own, named) = (file.metadata()?, std::fs::metadata(path));
                if named.is_ok_and(|named| (named.dev(), named.ino()) == (own.dev(), own.ino())) {
                    return Ok(file);
                }
            }
            Err(Errno::WOULDBLOCK | Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        if Instant::now() >= deadline {
            let message = "another program keeps it locked; end that program and try again";
            return Err(io::Error::new(io::ErrorKind::ResourceBusy, message));
        }
        std::thread::sleep(PAUSE);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_read_up_to_the_limit() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        std::fs::write(&path, "12345").unwrap();
        assert_eq!(read_beginning(&path, 5).unwrap(), Beginning { bytes: b"12345".to_vec(), cut: false });
        assert_eq!(read_beginning(&path, 4).unwrap(), Beginning { bytes: b"1234".to_vec(), cut: true });
        assert!(read_whole(&path, 4).unwrap_err().to_string().contains("larger than 4"));
        assert!(read_whole(&folder.path().join("absent"), 4).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn pipes_devices_and_folders_are_refused_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        rustix::fs::mknodat(
            rustix::fs::CWD,
            &pipe,
            rustix::fs::FileType::Fifo,
            rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR,
            0,
        )
        .unwrap();
        for path in [pipe.as_path(), Path::new("/dev/zero"), folder.path()] {
            assert_eq!(read_beginning(path, 10).unwrap_err().to_string(), "not a regular file");
        }
    }
}
