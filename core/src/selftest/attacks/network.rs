//! Sockets of all kinds.

#![allow(unsafe_code, reason = "attackers do not use safe wrappers")]

use std::io::{self, Read as _, Write as _};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::fd::AsRawFd as _;
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::net::{SocketAddr, UnixDatagram, UnixListener, UnixStream};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::{call, is_bare, tell};
use crate::selftest::roles::say;

pub fn abstract_socket(name: &str) -> io::Result<()> {
    let address = SocketAddr::from_abstract_name(name)?;
    tell("connect", UnixStream::connect_addr(&address));
    Ok(())
}

/// Where messages are taken.
pub fn socket_for_messages(path: &str) {
    let message = UnixDatagram::unbound().and_then(|socket| socket.send_to(b"x", path));
    tell(&format!("a message to {path}"), message);
    let message = UnixDatagram::pair().and_then(|(one, _other)| one.send_to(b"x", path));
    tell(&format!("a message of a pair to {path}"), message);
}

/// Each path as it is, by a link, and by the root of the process.
pub fn socket_files(paths: &[&str]) -> io::Result<()> {
    for path in paths {
        tell(path, UnixStream::connect(path));
        let _ = std::fs::remove_file("door");
        let _ = std::os::unix::fs::symlink(path, "door");
        tell(&format!("{path} by a link"), UnixStream::connect("door"));
        tell(&format!("{path} by the root"), UnixStream::connect(format!("/proc/self/root{path}")));
        tell(&format!("{path} while the address changes"), connect_to_changing(path));
    }
    Ok(())
}

/// Asks to connect to a listener of one's own while another thread writes another address over it, and exchanges
/// the link at a third. Who is reached is seen from outside.
fn connect_to_changing(path: &str) -> io::Result<()> {
    let own = std::env::current_dir()?.join("changing").to_string_lossy().into_owned();
    let _ = std::fs::remove_file(&own);
    let listener = UnixListener::bind(&own)?;
    listener.set_nonblocking(true)?;
    let addresses = [address(&own), address(path), address("swapped")];
    // SAFETY: all zeroes are valid. It lives until the thread that writes to it has ended.
    let shared: &UnsafeAddress = &UnsafeAddress(std::cell::UnsafeCell::new(unsafe { std::mem::zeroed() }));
    let stop = AtomicBool::new(false);
    let mut reached_another = false;
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for round in 0.. {
                if stop.load(Ordering::Relaxed) {
                    break;
                }
                if let Some(address) = addresses.get(round % 3) {
                    // SAFETY: the place is as large; that it is read meanwhile is what this is about.
                    unsafe { shared.0.get().write_volatile(*address) };
                }
                if round % 64 == 0 {
                    let _ = std::fs::remove_file("swapped");
                    let target = if round % 128 == 0 { own.as_str() } else { path };
                    let _ = std::os::unix::fs::symlink(target, "swapped");
                }
            }
        });
        for _ in 0..CHANGES {
            // SAFETY: the descriptor is new, and closed here; the place is as large as it is said to be.
            unsafe {
                let socket = libc::socket(libc::AF_UNIX, libc::SOCK_STREAM | libc::SOCK_NONBLOCK, 0);
                let length = size_of::<libc::sockaddr_un>() as libc::socklen_t;
                if libc::connect(socket, shared.0.get().cast(), length) == 0 && listener.accept().is_err() {
                    reached_another = true;
                }
                libc::close(socket);
            }
            if reached_another {
                break;
            }
        }
        stop.store(true, Ordering::Relaxed);
    });
    if reached_another { Ok(()) } else { Err(io::Error::other("never another than one's own")) }
}

const CHANGES: usize = 3000;

/// An address that is changed while it is read.
struct UnsafeAddress(std::cell::UnsafeCell<libc::sockaddr_un>);

// SAFETY: the races on it are wanted; it holds plain bytes.
unsafe impl Sync for UnsafeAddress {}

fn address(path: &str) -> libc::sockaddr_un {
    // SAFETY: all zeroes are valid.
    let mut address: libc::sockaddr_un = unsafe { std::mem::zeroed() };
    address.sun_family = libc::AF_UNIX as libc::sa_family_t;
    for (place, byte) in address.sun_path.iter_mut().zip(path.bytes().take(100)) {
        *place = byte as libc::c_char;
    }
    address
}

/// What must work: sockets with a file and without, between processes of the command.
pub fn own_sockets() -> io::Result<()> {
    let exchange = |listener: UnixListener, address: SocketAddr| -> io::Result<()> {
        let server = std::thread::spawn(move || listener.accept()?.0.write_all(b"welcome"));
        let mut stream = UnixStream::connect_addr(&address)?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        let mut text = String::new();
        stream.read_to_string(&mut text)?;
        let _ = server.join();
        if text == "welcome" { Ok(()) } else { Err(io::Error::other(text)) }
    };
    let _ = std::fs::remove_file("own");
    let named = UnixListener::bind("own")?;
    exchange(named, SocketAddr::from_pathname("own")?)?;
    // The way of those whose paths are too long.
    let folder = std::fs::File::open(".")?;
    let _ = std::fs::remove_file("own");
    let named = UnixListener::bind("own")?;
    exchange(named, SocketAddr::from_pathname(format!("/proc/self/fd/{}/own", folder.as_raw_fd()))?)?;
    match UnixStream::connect("own") {
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {}
        other => return Err(io::Error::other(format!("a socket that was closed: {other:?}"))),
    }
    let name = SocketAddr::from_abstract_name(format!("own-of-the-selftest-{}", std::process::id()))?;
    exchange(UnixListener::bind_addr(&name)?, name)?;
    let (mut one, mut other) = UnixStream::pair()?;
    one.write_all(b"x")?;
    other.read_exact(&mut [0])?;
    say("own sockets work");
    Ok(())
}

pub fn connect(ports: &str) {
    let mut ports = ports.split(',');
    let mut port = || ports.next().unwrap_or("1");
    let (four, six, udp) = (port(), port(), port());
    for address in [format!("127.0.0.1:{four}"), format!("[::ffff:127.0.0.1]:{four}")] {
        tell(&format!("TCP {address}"), TcpStream::connect(&address));
    }
    tell("TCP 6", TcpStream::connect(format!("[::1]:{six}")));
    let socket = UdpSocket::bind("127.0.0.1:0");
    tell("UDP", socket.and_then(|socket| socket.send_to(b"x", format!("127.0.0.1:{udp}"))));
    let by_shell = format!("echo x > /dev/tcp/127.0.0.1/{four}");
    let shell = Command::new("bash").args(["-c", &by_shell]).output();
    say(&format!("by a shell: {:?}", shell.map(|output| output.status.code())));
    let inside =
        TcpListener::bind("127.0.0.1:0").and_then(|listener| TcpStream::connect(listener.local_addr()?));
    say(&format!("inside loopback works: {}", inside.is_ok()));
}

pub fn families() {
    for (what, family, kind, protocol) in [
        ("raw", libc::AF_INET, libc::SOCK_RAW, libc::IPPROTO_ICMP),
        ("packet", libc::AF_PACKET, libc::SOCK_RAW, 0),
        ("netlink", libc::AF_NETLINK, libc::SOCK_RAW, 0),
        ("vsock", libc::AF_VSOCK, libc::SOCK_STREAM, 0),
        ("crypto", libc::AF_ALG, libc::SOCK_SEQPACKET, 0),
        ("bluetooth", libc::AF_BLUETOOTH, libc::SOCK_RAW, 1),
        ("sctp", libc::AF_INET, libc::SOCK_STREAM, libc::IPPROTO_SCTP),
    ] {
        // To ask for one may load a part of the kernel, which stays.
        if is_bare() && !matches!(family, libc::AF_INET | libc::AF_PACKET | libc::AF_NETLINK)
            || is_bare() && protocol == libc::IPPROTO_SCTP
        {
            continue;
        }
        // SAFETY: numbers.
        tell(what, call(unsafe { libc::socket(family, kind, protocol) }.into()));
    }
    // A descriptor that somebody else would have to send.
    if let Ok((one, _other)) = UnixStream::pair() {
        say(&format!("descriptor of one's own: {}", one.as_raw_fd() > 2));
    }
}
