//! Files that others may have prepared, or use at the same time.
//!
//! Only regular files are read (links to them are followed), at most a given number of bytes, and opening
//! never waits: a pipe or a device with a well-known name is an error, not a hang. A file that several programs write is
//! locked, and nobody waits for the lock for ever. One that is written anew is replaced as a whole: whenever that is cut off,
//! the old one or the new one is there.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
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
    lock_unless(path, deadline, || false)
}

/// The same; the wait ends as `Interrupted` once it is given up.
#[cfg(unix)]
pub fn lock_unless(path: &Path, deadline: Instant, given_up: impl Fn() -> bool) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;

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
                if has_name(&file, path)? {
                    return Ok(file);
                }
            }
            Err(Errno::WOULDBLOCK | Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        if given_up() {
            return Err(io::Error::new(io::ErrorKind::Interrupted, "given up"));
        }
        if Instant::now() >= deadline {
            let message = "another program keeps it locked; end that program and try again";
            return Err(io::Error::new(io::ErrorKind::ResourceBusy, message));
        }
        std::thread::sleep(PAUSE);
    }
}

/// Whether two open files are one.
pub fn is_same(one: &File, other: &File) -> io::Result<bool> {
    Ok(is_one(&one.metadata()?, &other.metadata()?))
}

/// Whether a name has not been removed, or given to another file, in the meantime. Links are followed.
pub fn has_name(file: &File, path: &Path) -> io::Result<bool> {
    let own = file.metadata()?;
    Ok(std::fs::metadata(path).is_ok_and(|named| is_one(&own, &named)))
}

/// Whether both are of one file.
#[cfg(unix)]
pub fn is_one(one: &Metadata, other: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

/// Files have no numbers here: what is there counts as the same.
#[cfg(not(unix))]
pub fn is_one(_: &Metadata, _: &Metadata) -> bool {
    true
}

/// Puts a file in the place of this one, or of none, when all of it is on the disk. It may be read by whom the old one
/// may be read by, a new one by its owner alone. Whoever has the old one open, or waits for a lock of it, sees that it has
/// lost its name. Nobody else may do this at the same time.
pub fn replace(path: &Path, write: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>) -> io::Result<()> {
    let mut unfinished = path.as_os_str().to_owned();
    unfinished.push(".new");
    let unfinished = PathBuf::from(unfinished);
    let replaced = write_new(&unfinished, path, write).and_then(|()| std::fs::rename(&unfinished, path));
    if replaced.is_err() {
        // It may not even be there.
        let _ = std::fs::remove_file(&unfinished);
        return replaced;
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if let Err(error) = File::open(folder).and_then(|folder| folder.sync_all()) {
        tracing::debug!(folder = %folder.display(), %error, "a folder could not be synchronised");
    }
    Ok(())
}

fn write_new(
    unfinished: &Path,
    path: &Path,
    write: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>,
) -> io::Result<()> {
    match std::fs::remove_file(unfinished) {
        // What somebody could not finish is in nobody's way.
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = BufWriter::new(options.open(unfinished)?);
    if let Ok(old) = std::fs::metadata(path) {
        file.get_ref().set_permissions(old.permissions())?;
    }
    write(&mut file)?;
    file.flush()?;
    file.get_ref().sync_data()
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
    fn a_file_is_replaced_as_a_whole_or_stays() {
        use std::os::unix::fs::PermissionsExt;

        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let write = |text: &'static str| move |file: &mut BufWriter<File>| file.write_all(text.as_bytes());
        replace(&path, write("1")).unwrap();
        assert_eq!(mode(&path), 0o600);
        let old = File::open(&path).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        // What somebody has left, be it a link to elsewhere.
        let elsewhere = folder.path().join("elsewhere");
        std::fs::write(&elsewhere, "kept").unwrap();
        std::os::unix::fs::symlink(&elsewhere, folder.path().join("a.new")).unwrap();
        replace(&path, write("2")).unwrap();
        assert_eq!((std::fs::read_to_string(&path).unwrap().as_str(), mode(&path)), ("2", 0o640));
        assert_eq!(std::fs::read_to_string(&elsewhere).unwrap(), "kept");
        assert!(!has_name(&old, &path).unwrap());
        assert!(has_name(&File::open(&path).unwrap(), &path).unwrap());
        let failed = replace(&path, |file| file.write_all(b"3").and(Err(io::Error::other("full"))));
        assert_eq!(failed.unwrap_err().to_string(), "full");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "2");
        assert!(!folder.path().join("a.new").exists());
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
