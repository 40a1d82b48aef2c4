//! What an attacker tries, from inside: system calls, each with its result printed.
//!
//! `SUCCEEDED what` or `denied what: why`. Tests look at what was attacked rather than believe it.

#![allow(unsafe_code, reason = "attackers do not use safe wrappers")]

use std::ffi::CString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::fd::AsRawFd;
use std::os::unix::fs::{OpenOptionsExt, symlink};
use std::os::unix::net::{SocketAddr, UnixStream};
use std::path::Path;
use std::process::Command;

use crate::place::SECRET;

/// `attack NAME ARGUMENTS…`
pub fn run(arguments: &[String]) -> i32 {
    println!("attacker: {arguments:?}");
    let (name, arguments) = arguments.split_first().unwrap();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match name.as_str() {
        "write" => write_all_ways(arguments[0]),
        "write-through-links" => write_through_links(arguments[0]),
        "move" => move_across(arguments[0]),
        "mount" => mount(arguments[0]),
        "cut" => cut(arguments[0]),
        "attributes" => attributes(arguments[0]),
        "read" => arguments.iter().for_each(|path| read(path)),
        "processes" => processes(),
        "trace" => trace(arguments[0].parse().unwrap()),
        "signal" => signal(arguments[0].parse().unwrap()),
        "descriptors" => descriptors(),
        "privileges" => privileges(),
        "namespaces" => namespaces(),
        "type" => type_into_terminal(),
        "abstract-socket" => abstract_socket(arguments[0]),
        "connect" => connect(arguments[0]),
        "families" => families(),
        "io-uring" => io_uring(),
        "kernel" => kernel(),
        "other-numbers" => other_numbers(arguments[0]),
        "environment" => environment(),
        "protected" => arguments.iter().for_each(|name| make_protected(name)),
        "hide-and-stay" => hide_and_stay(arguments[0]),
        other => panic!("no attack {other}"),
    }
    0
}

fn tell<T, E: std::fmt::Display>(what: &str, result: Result<T, E>) {
    match result {
        Ok(_) => println!("SUCCEEDED {what}"),
        Err(error) => println!("denied {what}: {error}"),
    }
}

fn call(result: libc::c_long) -> io::Result<libc::c_long> {
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(result) }
}

fn c(path: &str) -> CString {
    CString::new(path).unwrap()
}

fn write_all_ways(folder: &str) {
    tell("create", fs::write(format!("{folder}/new"), "x"));
    tell("overwrite", fs::write(format!("{folder}/file"), "x"));
    let append = OpenOptions::new().append(true).open(format!("{folder}/file"));
    tell("append", append.and_then(|mut file| file.write_all(b"x")));
    tell("by the root of the process", fs::write(format!("/proc/self/root{folder}/file"), "x"));
    tell("make a folder", fs::create_dir(format!("{folder}/folder")));
    tell("make a pipe", call(unsafe { libc::mkfifo(c(&format!("{folder}/pipe")).as_ptr(), 0o600) }.into()));
    tell("remove", fs::remove_file(format!("{folder}/file")));
}

fn write_through_links(outside: &str) {
    tell("an old link", fs::write("old-link/new", "x"));
    tell("an old link to a file", fs::write("old-file-link", "x"));
    symlink(outside, "absolute").unwrap();
    symlink("../outside", "relative").unwrap();
    symlink("relative", "chained").unwrap();
    for link in ["absolute", "relative", "chained"] {
        tell(link, fs::write(format!("{link}/{link}"), "x"));
    }
    let directory = OpenOptions::new().read(true).custom_flags(libc::O_PATH).open(outside).unwrap();
    let path = format!("/proc/self/fd/{}/by-descriptor", directory.as_raw_fd());
    tell("a descriptor", fs::write(path, "x"));
}

fn move_across(outside: &str) {
    fs::write("mine", "x").unwrap();
    let exchange = |from: &str, to: &str, flags: libc::c_uint| {
        let (from, to) = (c(from), c(to));
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
    tell("exchange", exchange("mine", &format!("{outside}/file"), libc::RENAME_EXCHANGE));
    tell("move out", exchange("mine", &format!("{outside}/moved"), 0));
    tell("move in", exchange(&format!("{outside}/file"), "stolen", 0));
    tell("link out", fs::hard_link("mine", format!("{outside}/linked")));
    let workspace = std::env::current_dir().unwrap();
    tell("move the workspace", fs::rename(&workspace, workspace.with_file_name("elsewhere")));
}

fn mount(outside: &str) {
    let (from, to, kind) = (c("."), c(outside), c("none"));
    let bind = || {
        call(unsafe {
            libc::mount(from.as_ptr(), to.as_ptr(), kind.as_ptr(), libc::MS_BIND, std::ptr::null()).into()
        })
    };
    let result = bind();
    if result.is_ok() {
        unsafe { libc::umount2(to.as_ptr(), libc::MNT_DETACH) };
    }
    tell("bind", result);
    let writable = libc::MS_REMOUNT | libc::MS_BIND;
    tell(
        "remount",
        call(unsafe {
            libc::mount(std::ptr::null(), c("/").as_ptr(), std::ptr::null(), writable, std::ptr::null())
                .into()
        }),
    );
    let mut handle = [0_u64; 20];
    handle[0] = 128;
    let mut id = 0;
    let named = call(unsafe {
        libc::syscall(
            libc::SYS_name_to_handle_at,
            libc::AT_FDCWD,
            to.as_ptr(),
            handle.as_mut_ptr(),
            &raw mut id,
            0,
        )
    });
    let root = File::open("/").unwrap();
    tell(
        "open by handle",
        named.and_then(|_| {
            call(unsafe {
                libc::syscall(libc::SYS_open_by_handle_at, root.as_raw_fd(), handle.as_ptr(), libc::O_RDONLY)
            })
        }),
    );
}

fn cut(file: &str) {
    let path = c(file);
    tell("truncate", call(unsafe { libc::truncate(path.as_ptr(), 1) }.into()));
    tell("open and truncate", OpenOptions::new().write(true).truncate(true).open(file));
    let opened = File::options().write(true).open(file);
    tell(
        "allocate",
        opened.and_then(|file| call(unsafe { libc::fallocate(file.as_raw_fd(), 0, 0, 100) }.into())),
    );
}

fn attributes(file: &str) {
    let path = c(file);
    tell("mode", call(unsafe { libc::chmod(path.as_ptr(), 0o777) }.into()));
    tell("owner", call(unsafe { libc::chown(path.as_ptr(), libc::getuid(), libc::getgid()) }.into()));
    let times = [libc::timespec { tv_sec: 1, tv_nsec: 0 }; 2];
    tell("times", call(unsafe { libc::utimensat(libc::AT_FDCWD, path.as_ptr(), times.as_ptr(), 0) }.into()));
    let (name, value) = (c("user.x"), c("y"));
    tell(
        "attribute",
        call(unsafe { libc::setxattr(path.as_ptr(), name.as_ptr(), value.as_ptr().cast(), 1, 0).into() }),
    );
}

fn read(path: &str) {
    let has_secret = |text: io::Result<String>| match text {
        Ok(text) if text.contains(SECRET) => Ok(()),
        Ok(_) => Err(io::Error::other("no secret in it")),
        Err(error) => Err(error),
    };
    tell("read", has_secret(fs::read_to_string(path)));
    tell("read by root", has_secret(fs::read_to_string(format!("/proc/self/root{path}"))));
    let _ = fs::remove_file("to-secret");
    let _ = symlink(path, "to-secret");
    tell("read by link", has_secret(fs::read_to_string("to-secret")));
    let linked = fs::hard_link(path, "secret").and_then(|()| fs::read_to_string("secret"));
    tell("read by hard link", has_secret(linked));
    let folder = Path::new(path).parent().unwrap();
    let archive = Command::new("tar").arg("-cf-").arg(folder).output();
    let archived = archive.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    tell("archive", has_secret(archived));
    let moved = folder.with_file_name("moved");
    let _ = fs::rename(folder, &moved);
    tell("read after a move", has_secret(fs::read_to_string(moved.join("auth.json"))));
}

fn processes() {
    let own = std::process::id().to_string();
    for entry in fs::read_dir("/proc").unwrap().flatten() {
        let pid = entry.file_name().to_string_lossy().into_owned();
        if pid == own || !pid.bytes().all(|byte| byte.is_ascii_digit()) {
            continue;
        }
        let environ = fs::read(entry.path().join("environ")).unwrap_or_default();
        if String::from_utf8_lossy(&environ).contains(SECRET) {
            println!("SUCCEEDED environment of {pid}");
            tell("memory", File::options().read(true).write(true).open(entry.path().join("mem")));
            tell("root", fs::read_dir(entry.path().join("root")));
            tell("descriptors", fs::read_dir(entry.path().join("fd")));
        }
    }
    let marker = Path::new("/proc/1/root/proc/self");
    println!("root of init: {:?}", fs::read_dir(marker).is_ok());
}

fn trace(pid: libc::pid_t) {
    let none = std::ptr::null_mut::<libc::c_void>();
    let seized = call(unsafe { libc::ptrace(libc::PTRACE_SEIZE, pid, none, none) });
    if seized.is_ok() {
        unsafe { libc::ptrace(libc::PTRACE_DETACH, pid, none, none) };
    }
    tell("seize", seized);
    let mut byte = 0_u8;
    let here = libc::iovec { iov_base: (&raw mut byte).cast(), iov_len: 1 };
    let maps = fs::read_to_string(format!("/proc/{pid}/maps")).unwrap_or_default();
    let start =
        maps.split('-').next().and_then(|text| usize::from_str_radix(text, 16).ok()).unwrap_or(0x1000);
    let there = libc::iovec { iov_base: start as *mut libc::c_void, iov_len: 1 };
    let read =
        call(unsafe { libc::process_vm_readv(pid, &raw const here, 1, &raw const there, 1, 0) }
            as libc::c_long);
    tell("read memory", read);
    let opened = call(unsafe { libc::syscall(libc::SYS_pidfd_open, pid, 0) });
    tell(
        "take a descriptor",
        opened.and_then(|fd| call(unsafe { libc::syscall(libc::SYS_pidfd_getfd, fd, 0, 0) })),
    );
}

fn signal(pid: libc::pid_t) {
    tell("lower the priority", call(unsafe { libc::setpriority(libc::PRIO_PROCESS, pid as u32, 7) }.into()));
    let limit = libc::rlimit { rlim_cur: 11, rlim_max: 11 };
    tell(
        "limit",
        call(unsafe { libc::prlimit(pid, libc::RLIMIT_CORE, &raw const limit, std::ptr::null_mut()).into() }),
    );
    let opened = call(unsafe { libc::syscall(libc::SYS_pidfd_open, pid, 0) });
    tell(
        "signal by descriptor",
        opened.and_then(|fd| {
            call(unsafe { libc::syscall(libc::SYS_pidfd_send_signal, fd, libc::SIGUSR1, 0, 0) })
        }),
    );
    tell("kill", call(unsafe { libc::kill(pid, libc::SIGKILL) }.into()));
}

fn descriptors() {
    for entry in fs::read_dir("/proc/self/fd").unwrap().flatten() {
        let fd: i32 = entry.file_name().to_string_lossy().parse().unwrap();
        // Whatever it is, but for the listing itself, it came from outside.
        let is_file = entry.path().metadata().is_ok_and(|meta| meta.is_file());
        if fd > 2 && is_file {
            println!("SUCCEEDED descriptor {fd} of {:?}", fs::read_link(entry.path()));
        }
    }
}

fn privileges() {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let value = |name: &str| {
        let line = status.lines().find(|line| line.starts_with(name)).unwrap();
        u64::from_str_radix(line.split_whitespace().nth(1).unwrap(), 16).unwrap()
    };
    if value("NoNewPrivs:") != 1 {
        println!("SUCCEEDED to keep the way to new privileges");
    }
    let is_root = unsafe { libc::geteuid() } == 0;
    // Only who has capabilities can give up the bound of what they could gain, which is void without a way.
    let bound = if is_root { value("CapBnd:") } else { 0 };
    let capabilities =
        ["CapInh:", "CapPrm:", "CapEff:", "CapAmb:"].map(value).into_iter().sum::<u64>() + bound;
    if capabilities != 0 {
        println!("SUCCEEDED to keep capabilities");
    }
}

fn namespaces() {
    for (what, flag) in [
        ("user", libc::CLONE_NEWUSER),
        ("user and mounts", libc::CLONE_NEWUSER | libc::CLONE_NEWNS),
        ("user and network", libc::CLONE_NEWUSER | libc::CLONE_NEWNET),
    ] {
        let child = unsafe { libc::syscall(libc::SYS_clone, flag | libc::SIGCHLD, 0, 0, 0, 0) };
        if child == 0 {
            unsafe { libc::_exit(0) };
        }
        tell(what, call(child));
    }
    tell("unshare", call(unsafe { libc::unshare(libc::CLONE_NEWUSER) }.into()));
}

fn type_into_terminal() {
    let letter = b'x';
    let typed = call(unsafe { libc::ioctl(0, libc::TIOCSTI, &raw const letter) }.into());
    tell("type", typed);
    tell("open the controlling terminal", File::open("/dev/tty"));
    for entry in fs::read_dir("/dev/pts").into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.parse::<u32>().is_ok() {
            tell("write to a terminal", File::options().write(true).open(entry.path()));
        }
    }
}

fn abstract_socket(name: &str) {
    use std::os::linux::net::SocketAddrExt;
    let address = SocketAddr::from_abstract_name(name).unwrap();
    tell("connect", UnixStream::connect_addr(&address));
}

fn connect(ports: &str) {
    let ports: Vec<&str> = ports.split(',').collect();
    for address in [format!("127.0.0.1:{}", ports[0]), format!("[::ffff:127.0.0.1]:{}", ports[0])] {
        tell(&format!("TCP {address}"), TcpStream::connect(&address));
    }
    tell("TCP 6", TcpStream::connect(format!("[::1]:{}", ports[1])));
    let udp = UdpSocket::bind("127.0.0.1:0");
    tell("UDP", udp.and_then(|socket| socket.send_to(b"x", format!("127.0.0.1:{}", ports[2]))));
    let by_shell = format!("echo x > /dev/tcp/127.0.0.1/{}", ports[0]);
    let shell = Command::new("bash").args(["-c", &by_shell]).output();
    println!("by a shell: {:?}", shell.map(|output| output.status.code()));
    let inside =
        TcpListener::bind("127.0.0.1:0").and_then(|listener| TcpStream::connect(listener.local_addr()?));
    println!("inside loopback works: {}", inside.is_ok());
}

fn families() {
    for (what, family, kind, protocol) in [
        ("raw", libc::AF_INET, libc::SOCK_RAW, libc::IPPROTO_ICMP),
        ("packet", libc::AF_PACKET, libc::SOCK_RAW, 0),
        ("netlink", libc::AF_NETLINK, libc::SOCK_RAW, 0),
        ("vsock", libc::AF_VSOCK, libc::SOCK_STREAM, 0),
        ("crypto", libc::AF_ALG, libc::SOCK_SEQPACKET, 0),
        ("bluetooth", libc::AF_BLUETOOTH, libc::SOCK_RAW, 1),
        ("sctp", libc::AF_INET, libc::SOCK_STREAM, libc::IPPROTO_SCTP),
    ] {
        tell(what, call(unsafe { libc::socket(family, kind, protocol) }.into()));
    }
}

fn io_uring() {
    let mut parameters = [0_u8; 120];
    tell("io_uring", call(unsafe { libc::syscall(libc::SYS_io_uring_setup, 1, parameters.as_mut_ptr()) }));
}

fn kernel() {
    let attributes = [0_u8; 128];
    tell("userfaultfd", call(unsafe { libc::syscall(libc::SYS_userfaultfd, libc::O_CLOEXEC | 1) }));
    tell("keyring", call(unsafe { libc::syscall(libc::SYS_keyctl, 0, -4_i32, 0) }));
    tell("bpf", call(unsafe { libc::syscall(libc::SYS_bpf, 5, attributes.as_ptr(), attributes.len()) }));
    tell(
        "perf",
        call(unsafe { libc::syscall(libc::SYS_perf_event_open, attributes.as_ptr(), 0, -1, -1, 0) }),
    );
    tell("fanotify", call(unsafe { libc::syscall(libc::SYS_fanotify_init, 0x200, 0) }));
}

#[cfg(target_arch = "x86_64")]
fn other_numbers(kind: &str) {
    match kind {
        "i386" => {
            let mut result: i64 = 20;
            unsafe {
                std::arch::asm!("int 0x80", inout("rax") result, out("r8") _, out("r9") _, out("r10") _, out("r11") _)
            };
            tell("getpid of i386", call(result.min(1)));
        }
        _ => tell("getpid of x32", call(unsafe { libc::syscall(0x4000_0000 | libc::SYS_getpid) })),
    }
}

#[cfg(not(target_arch = "x86_64"))]
fn other_numbers(_: &str) {}

fn environment() {
    let own = std::env::vars().map(|(name, value)| format!("{name}={value}\n")).collect::<String>();
    let file = fs::read_to_string("/proc/self/environ").unwrap_or_default();
    let login = Command::new("bash").args(["-lc", "env; cat /proc/self/environ"]).output().unwrap();
    for (what, text) in
        [("own", own), ("file", file), ("login", String::from_utf8_lossy(&login.stdout).into_owned())]
    {
        for sign in [SECRET, "BASH_ENV", "LD_PRELOAD"] {
            if text.contains(sign) {
                println!("SUCCEEDED {what}: {sign}");
            }
        }
    }
}

fn make_protected(name: &str) {
    tell(&format!("folder {name}"), fs::create_dir_all(format!("{name}/sub")));
    tell(&format!("file in {name}"), fs::write(format!("{name}/file"), "x"));
    tell(&format!("file {name}"), fs::write(name, "x"));
    fs::create_dir_all("prepared/hooks").unwrap();
    tell(&format!("exchange {name}"), fs::rename("prepared", name));
    let _ = fs::remove_dir_all("aside");
    tell(&format!("move {name} away"), fs::rename(name, "aside"));
    tell(&format!("link {name}"), symlink("prepared", name));
    tell(&format!("remove {name}"), fs::remove_dir_all(name).or_else(|_| fs::remove_file(name)));
}

/// Starts a process that wants to stay: its own session, no parent, no streams, deaf to polite signals. It is
/// known by the word.
fn hide_and_stay(word: &str) {
    unsafe {
        for signal in [libc::SIGTERM, libc::SIGHUP, libc::SIGINT] {
            libc::signal(signal, libc::SIG_IGN);
        }
        for generation in 0..3 {
            if libc::fork() == 0 {
                libc::setsid();
                if libc::fork() == 0 {
                    for fd in 0..64 {
                        libc::close(fd);
                    }
                    let (program, zero, script) =
                        (c("/bin/sh"), c("sh"), c("trap '' TERM HUP; sleep 1000; sleep 1000"));
                    let (flag, word) = (c("-c"), c(&format!("{word}.{generation}")));
                    let argv =
                        [zero.as_ptr(), flag.as_ptr(), script.as_ptr(), word.as_ptr(), std::ptr::null()];
                    libc::execv(program.as_ptr(), argv.as_ptr());
                }
                libc::_exit(0);
            }
        }
    }
    println!("ready");
    loop {
        std::thread::park();
    }
}
