//! Sockets of all kinds.

#![allow(unsafe_code, reason = "attackers do not use safe wrappers")]

use std::io::{self, Read as _, Write as _};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::fd::AsRawFd as _;
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::net::{SocketAddr, UnixDatagram, UnixListener, UnixStream};
use std::process::Command;
use std::time::Duration;

use super::{call, tell};
use crate::selftest::roles::say;

pub fn abstract_socket(name: &str) -> io::Result<()> {
    let address = SocketAddr::from_abstract_name(name)?;
    tell("connect", UnixStream::connect_addr(&address));
    let message = UnixDatagram::unbound().and_then(|socket| socket.send_to_addr(b"x", &address));
    tell("send", message);
    Ok(())
}

/// Each path by a stream, by a message, by a link, and by a descriptor of the folder.
pub fn socket_files(paths: &[&str]) -> io::Result<()> {
    for path in paths {
        tell(path, UnixStream::connect(path));
        let message = UnixDatagram::unbound().and_then(|socket| socket.send_to(b"x", path));
        tell(&format!("a message to {path}"), message);
        let (one, _other) =
            UnixDatagram::pair().map_or((None, None), |(one, other)| (Some(one), Some(other)));
        if let Some(one) = one {
            tell(&format!("a message of a pair to {path}"), one.send_to(b"x", path));
        }
        let _ = std::fs::remove_file("door");
        let _ = std::os::unix::fs::symlink(path, "door");
        tell(&format!("{path} by a link"), UnixStream::connect("door"));
        tell(&format!("{path} by the root"), UnixStream::connect(format!("/proc/self/root{path}")));
        tell(&format!("{path} while the address changes"), connect_to_changing(path));
    }
    Ok(())
}

/// A listener of one's own, whose address is exchanged for another while the kernel looks at it.
fn connect_to_changing(path: &str) -> io::Result<()> {
    let own = "changing";
    let _ = std::fs::remove_file(own);
    let listener = UnixListener::bind(own)?;
    listener.set_nonblocking(true)?;
    let swap = std::thread::spawn({
        let (own, path) = (own.to_owned(), path.to_owned());
        move || {
            for _ in 0..300 {
                let _ = std::fs::remove_file("swapped");
                let _ = std::os::unix::fs::symlink(&path, "swapped");
                let _ = std::fs::remove_file("swapped");
                let _ = std::os::unix::fs::symlink(&own, "swapped");
            }
        }
    });
    let mut reached = false;
    while !swap.is_finished() && !reached {
        // Who is reached by the own name is in the backlog of the own listener.
        if UnixStream::connect("swapped").is_ok() {
            reached |= listener.accept().is_err();
        }
    }
    if reached { Ok(()) } else { Err(io::Error::other("never another than one's own")) }
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
    let name = SocketAddr::from_abstract_name("own-of-the-selftest")?;
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
        // SAFETY: numbers.
        tell(what, call(unsafe { libc::socket(family, kind, protocol) }.into()));
    }
    // A descriptor that somebody else would have to send.
    if let Ok((one, _other)) = UnixStream::pair() {
        say(&format!("descriptor of one's own: {}", one.as_raw_fd() > 2));
    }
}
