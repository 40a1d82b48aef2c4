//! Writing, moving, cutting and reading what lies outside.

#![allow(unsafe_code, reason = "attackers do not use safe wrappers")]

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::fd::AsRawFd as _;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _, symlink};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use super::{c, call, is_bare, tell};
use crate::base::digest::sha256;
use crate::selftest::place::SECRET;
use crate::selftest::roles::say;
use crate::tools::patch::job::{Expected, Job, Report, Step, Then};
use crate::tools::patch::writer::carry_out;

/// Longer than any race takes.
const RACE: Duration = Duration::from_secs(40);

pub fn write_all_ways(folder: &str) {
    tell("create", fs::write(format!("{folder}/new"), "x"));
    tell("overwrite", fs::write(format!("{folder}/file"), "x"));
    let append = OpenOptions::new().append(true).open(format!("{folder}/file"));
    tell("append", append.and_then(|mut file| file.write_all(b"x")));
    tell("by the root of the process", fs::write(format!("/proc/self/root{folder}/file"), "x"));
    tell("make a folder", fs::create_dir(format!("{folder}/folder")));
    // SAFETY: the path is terminated.
    let pipe = unsafe { libc::mkfifo(c(&format!("{folder}/pipe")).as_ptr(), 0o600) };
    tell("make a pipe", call(pipe.into()));
    tell("remove", fs::remove_file(format!("{folder}/file")));
}

pub fn write_through_links(outside: &str) -> io::Result<()> {
    tell("an old link", fs::write("old-link/new", "x"));
    tell("an old link to a file", fs::write("old-file-link", "x"));
    symlink(outside, "absolute")?;
    symlink("../outside", "relative")?;
    symlink("relative", "chained")?;
    for link in ["absolute", "relative", "chained"] {
        tell(link, fs::write(format!("{link}/{link}"), "x"));
    }
    let directory = OpenOptions::new().read(true).custom_flags(libc::O_PATH).open(outside)?;
    let path = format!("/proc/self/fd/{}/by-descriptor", directory.as_raw_fd());
    tell("a descriptor", fs::write(path, "x"));
    Ok(())
}

/// Writes into a folder that is exchanged for a link to the outside all the while.
pub fn race(rounds: &str) -> io::Result<()> {
    take_part(rounds, |round| fs::write(format!("d/in/{}", round % 8), "x").is_ok())
}

/// The same with the writer of patches, which follows no link and would lose nothing without a sandbox either.
pub fn race_with_patches(rounds: &str) -> io::Result<()> {
    let folder = std::env::current_dir()?;
    take_part(rounds, |round| {
        let path = folder.join(format!("d/in/{round}"));
        let then = Then::Write { content: "x".into(), mode: None };
        carry_out(&Job { steps: vec![Step { path, expected: Expected::Absent, then }] }) == Report::Done
    })
}

/// So many rounds, and more until enough of them were won: else nothing is proved.
fn take_part(rounds: &str, round: impl Fn(usize) -> bool) -> io::Result<()> {
    let rounds: usize = rounds.parse().map_err(io::Error::other)?;
    let end = Instant::now() + RACE;
    let (mut taken, mut won) = (0, 0);
    while taken < rounds || won < rounds / 100 {
        won += usize::from(round(taken));
        taken += 1;
        if Instant::now() > end {
            return Err(io::Error::other(format!("{won} of {taken} rounds were won")));
        }
    }
    Ok(())
}

/// Names for files outside, to write to them by. Those for one's own files must work.
pub fn hard_links(outside: &str) -> io::Result<()> {
    let linked = fs::hard_link(format!("{outside}/file"), "second");
    tell("write by a second name", linked.and_then(|()| fs::write("second", "x")));
    fs::write("mine", "x")?;
    fs::hard_link("mine", "also-mine")?;
    if fs::metadata("mine")?.ino() != fs::metadata("also-mine")?.ino() {
        return Err(io::Error::other("a link between one's own files is no link"));
    }
    Ok(())
}

/// Changes a file as the patch tool does.
pub fn patch(path: &str) -> io::Result<()> {
    let steps = vec![Step {
        path: path.into(),
        expected: Expected::File { digest: sha256(&fs::read(path)?) },
        then: Then::Write { content: "patched".into(), mode: None },
    }];
    match carry_out(&Job { steps }) {
        Report::Done => Ok(()),
        Report::Failed(failure) => Err(io::Error::other(failure.why)),
    }
}

pub fn move_across(outside: &str) -> io::Result<()> {
    fs::write("mine", "x")?;
    let exchange = |from: &str, to: &str, flags: libc::c_uint| {
        let (from, to) = (c(from), c(to));
        // SAFETY: both paths are terminated.
        call(unsafe {
            libc::syscall(
                libc::SYS_renameat2,
                libc::AT_FDCWD,
                from.as_ptr(),
                libc::AT_FDCWD,
                to.as_ptr(),
                flags,
            )
        })
    };
    tell("link out", fs::hard_link("mine", format!("{outside}/linked")));
    tell("exchange", exchange("mine", &format!("{outside}/file"), libc::RENAME_EXCHANGE));
    tell("move out", exchange("mine", &format!("{outside}/moved"), 0));
    tell("move in", exchange(&format!("{outside}/file"), "stolen", 0));
    let workspace = std::env::current_dir()?;
    tell("move the workspace", fs::rename(&workspace, workspace.with_file_name("elsewhere")));
    Ok(())
}

pub fn mount(outside: &str) -> io::Result<()> {
    let (from, to, kind, root) = (c("."), c(outside), c("none"), c("/"));
    let nothing = std::ptr::null();
    // SAFETY: the paths are terminated, and the handle has room for what it says.
    unsafe {
        let bound =
            call(libc::mount(from.as_ptr(), to.as_ptr(), kind.as_ptr(), libc::MS_BIND, nothing).into());
        if bound.is_ok() {
            libc::umount2(to.as_ptr(), libc::MNT_DETACH);
        }
        tell("bind", bound);
        // These would change the machine, so they are tried only where they must fail.
        if !is_bare() {
            let writable = libc::MS_REMOUNT | libc::MS_BIND;
            let null = std::ptr::null();
            tell("remount", call(libc::mount(null, root.as_ptr(), null, writable, nothing).into()));
            tell("another root", call(libc::syscall(libc::SYS_pivot_root, from.as_ptr(), from.as_ptr())));
        }
        let mut handle = [0_u64; 20];
        handle[0] = 128;
        let (mut id, here) = (0, libc::AT_FDCWD);
        let place = handle.as_mut_ptr();
        let named =
            call(libc::syscall(libc::SYS_name_to_handle_at, here, to.as_ptr(), place, &raw mut id, 0));
        let root = File::open("/")?;
        let open = || libc::syscall(libc::SYS_open_by_handle_at, root.as_raw_fd(), place, libc::O_RDONLY);
        tell("open by handle", named.and_then(|_| call(open())));
    }
    Ok(())
}

pub fn cut(file: &str) -> io::Result<()> {
    let path = c(file);
    // SAFETY: the path is terminated.
    tell("truncate", call(unsafe { libc::truncate(path.as_ptr(), 1) }.into()));
    tell("open and truncate", OpenOptions::new().write(true).truncate(true).open(file));
    let opened = File::options().write(true).open(file);
    // SAFETY: numbers.
    let allocate = |file: File| call(unsafe { libc::fallocate(file.as_raw_fd(), 0, 0, 100) }.into());
    tell("allocate", opened.and_then(allocate));
    Ok(())
}

pub fn attributes(file: &str) -> io::Result<()> {
    let (path, name, value) = (c(file), c("user.x"), c("y"));
    let times = [libc::timespec { tv_sec: 1, tv_nsec: 0 }; 2];
    // SAFETY: the path and the name are terminated, the other places are as large as they should be.
    unsafe {
        tell("mode", call(libc::chmod(path.as_ptr(), 0o777).into()));
        tell("owner", call(libc::chown(path.as_ptr(), libc::getuid(), libc::getgid()).into()));
        tell("times", call(libc::utimensat(libc::AT_FDCWD, path.as_ptr(), times.as_ptr(), 0).into()));
        let set = libc::setxattr(path.as_ptr(), name.as_ptr(), value.as_ptr().cast(), 1, 0);
        tell("attribute", call(set.into()));
    }
    Ok(())
}

/// Ways to the contents of a file that must not be read.
pub fn read(path: &str) -> io::Result<()> {
    let has_secret = |text: io::Result<String>| match text {
        Ok(text) if text.contains(SECRET) => Ok(()),
        Ok(_) => Err(io::Error::other("no secret in it")),
        Err(error) => Err(error),
    };
    let output_of = |program: &str, arguments: &[&str]| {
        let output = Command::new(program).args(arguments).output();
        has_secret(output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()))
    };
    tell("read", has_secret(fs::read_to_string(path)));
    tell("read by root", has_secret(fs::read_to_string(format!("/proc/self/root{path}"))));
    let _ = fs::remove_file("to-secret");
    let _ = symlink(path, "to-secret");
    tell("read by link", has_secret(fs::read_to_string("to-secret")));
    let _ = fs::remove_file("secret");
    let linked = fs::hard_link(path, "secret").and_then(|()| fs::read_to_string("secret"));
    tell("read by hard link", has_secret(linked));
    let Some(folder) = Path::new(path).parent() else { return Ok(()) };
    let name = folder.to_string_lossy();
    tell("archive", output_of("tar", &["-cf-", &name]));
    tell("glob", output_of("/bin/sh", &["-c", "cat \"$0\"/* \"$0\"/.*", &name]));
    let moved = folder.with_file_name("moved");
    if fs::rename(folder, &moved).is_ok() {
        let file = moved.join(Path::new(path).file_name().unwrap_or_default());
        tell("read after a move", has_secret(fs::read_to_string(file)));
        fs::rename(&moved, folder)?;
    }
    Ok(())
}

/// The same forbidden thing by programs that no list of commands would know.
pub fn detours(file: &str) -> io::Result<()> {
    let write = format!("echo x >> '{file}'");
    fs::copy("/bin/sh", "innocent")?;
    fs::set_permissions("innocent", fs::Permissions::from_mode(0o755))?;
    symlink("/bin/sh", "alias")?;
    let loader = ["/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-aarch64.so.1"];
    let loader = loader.into_iter().find(|path| Path::new(path).exists()).unwrap_or("/no/loader");
    let encoded: String = write.bytes().map(|byte| format!("\\{byte:03o}")).collect();
    let decode = format!("printf '{encoded}' | sh");
    let python = format!("open({file:?}, 'a').write('x')");
    let perl = format!("open F, '>>', {file:?} and print F 'x' and close F or exit 1");
    let attempts: [(&str, &[&str]); 9] = [
        ("/bin/sh", &["-c", &write]),
        ("./alias", &["-c", &write]),
        ("./innocent", &["-c", &write]),
        (loader, &["/bin/sh", "-c", &write]),
        ("env", &["-i", "/bin/sh", "-c", &write]),
        ("find", &[".", "-maxdepth", "0", "-exec", "/bin/sh", "-c", &write, ";"]),
        ("/bin/sh", &["-c", &decode]),
        ("python3", &["-c", &python]),
        ("perl", &["-e", &perl]),
    ];
    for (program, arguments) in attempts {
        let before = fs::read(file).unwrap_or_default();
        let output = Command::new(program).args(arguments).output();
        let grew = fs::read(file).unwrap_or_default() != before;
        match output {
            Err(error) => say(&format!("denied {program}: {error}")),
            Ok(_) if grew => say(&format!("SUCCEEDED {program}")),
            Ok(output) => {
                say(&format!("denied {program}: {}", String::from_utf8_lossy(&output.stderr).trim()))
            }
        }
    }
    Ok(())
}
