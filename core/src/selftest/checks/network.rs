//! Attacks on what listens: on the network, in files, under abstract names.

use std::io::{self, ErrorKind};
use std::net::{TcpListener, UdpSocket};
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::{SocketAddr, UnixDatagram, UnixListener};
use std::path::Path;

use super::kernel::simple;
use crate::selftest::place::{Mode, Place, this_program};
use crate::selftest::roles;
use crate::selftest::trial::{Judge, Prepared, Verdict, attacked};

pub fn abstract_socket(mode: Mode) -> io::Result<Verdict> {
    attacked(mode, "abstract-socket", |place| {
        let name = format!("canary-{}", place.base.to_string_lossy());
        let listener = UnixListener::bind_addr(&SocketAddr::from_abstract_name(&name)?)?;
        listener.set_nonblocking(true)?;
        Ok(Prepared::new(vec![name], move |_| {
            listener.accept().ok().map(|_| "a connection arrived".to_owned())
        }))
    })
}

/// Sockets of the host with files, and who has got through to them.
fn doors(paths: &[&Path]) -> io::Result<Judge> {
    let mut listeners = Vec::new();
    for path in paths {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let listener = UnixListener::bind(path)?;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o777))?;
        listener.set_nonblocking(true)?;
        listeners.push((listener, path.display().to_string()));
    }
    Ok(Box::new(move |_| {
        let mut reached = listeners.iter().filter(|(listener, _)| listener.accept().is_ok());
        reached.next().map(|(_, path)| format!("a connection arrived at {path}"))
    }))
}

/// In a folder that everyone reads, and in the workspace.
pub fn socket_files(mode: Mode) -> io::Result<Verdict> {
    attacked(mode, "socket-files", |place| {
        let judge = doors(&[&place.path("outside/door"), &place.path("ws/hosts-door")])?;
        Ok(Prepared::new(["outside/door", "ws/hosts-door"].map(|name| place.text(name)).to_vec(), judge))
    })
}

pub fn messages(mode: Mode) -> io::Result<Verdict> {
    attacked(mode, "messages", |place| {
        let messages = UnixDatagram::bind(place.path("outside/messages"))?;
        messages.set_nonblocking(true)?;
        Ok(Prepared::new(vec![place.text("outside/messages")], move |_| {
            messages.recv(&mut [0; 8]).ok().map(|_| "a message arrived".to_owned())
        }))
    })
}

pub fn agents(mode: Mode) -> io::Result<Verdict> {
    attacked(mode, "socket-files", |place| {
        let path = place.path("agent/socket");
        let by_stream = doors(&[&path])?;
        let mut prepared = Prepared::new(vec![place.text("agent/socket")], by_stream);
        prepared.variables = vec![("SSH_AUTH_SOCK", place.text("agent/socket"))];
        Ok(prepared)
    })
}

/// Programs that talk with each other in ways of their own must not suffer.
pub fn own_sockets(mode: Mode) -> io::Result<Verdict> {
    let place = Place::new()?;
    let program = this_program()?.to_string_lossy().into_owned();
    let output = place.run(mode, &[&program, roles::ARGUMENT, "attack", "own-sockets"])?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    Ok(match text.contains("own sockets work") {
        true => Verdict::Pass,
        false => Verdict::Fail(format!("the sockets of a command do not work: {text}")),
    })
}

pub fn buses(mode: Mode) -> io::Result<Verdict> {
    attacked(mode, "buses", |place| {
        let by_stream = doors(&[&place.path("run/bus")])?;
        let mut prepared = Prepared::new(Vec::new(), by_stream);
        prepared.variables = vec![
            ("XDG_RUNTIME_DIR", place.text("run")),
            ("DBUS_SESSION_BUS_ADDRESS", format!("unix:path={}", place.text("run/bus"))),
        ];
        Ok(prepared)
    })
}

pub fn hosts_network(mode: Mode) -> io::Result<Verdict> {
    attacked(mode, "connect", |_| {
        let four = TcpListener::bind("127.0.0.1:0")?;
        let six = TcpListener::bind("[::1]:0").or_else(|_| TcpListener::bind("127.0.0.1:0"))?;
        let udp = UdpSocket::bind("127.0.0.1:0")?;
        let ports = [four.local_addr()?, six.local_addr()?, udp.local_addr()?];
        let ports = ports.map(|address| address.port().to_string()).join(",");
        four.set_nonblocking(true)?;
        six.set_nonblocking(true)?;
        udp.set_nonblocking(true)?;
        Ok(Prepared::new(vec![ports], move |_| {
            let arrived = [
                four.accept().err().is_none_or(|error| error.kind() != ErrorKind::WouldBlock),
                six.accept().err().is_none_or(|error| error.kind() != ErrorKind::WouldBlock),
                udp.recv(&mut [0; 8]).is_ok(),
            ];
            arrived.contains(&true).then(|| format!("arrived: {arrived:?}"))
        }))
    })
}

pub fn loopback_inside(mode: Mode) -> io::Result<Verdict> {
    if mode == Mode::Landlock {
        let reason = "without a network of its own a command gets no sockets of this kind";
        return Ok(Verdict::Unsupported(reason.to_owned()));
    }
    let place = Place::new()?;
    let program = this_program()?.to_string_lossy().into_owned();
    let output = place.run(mode, &[&program, roles::ARGUMENT, "attack", "connect", "1,1,1"])?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    Ok(match text.contains("inside loopback works: true") {
        true => Verdict::Pass,
        false => Verdict::Fail(format!("a command cannot reach itself: {text}")),
    })
}

pub fn families(mode: Mode) -> io::Result<Verdict> {
    simple(mode, "families")
}
