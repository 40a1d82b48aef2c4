//! Attacks on other processes, on the kernel, on the network, and on secrets in the environment.

use std::io::ErrorKind;
use std::net::{TcpListener, UdpSocket};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixListener};
use std::process::{Child, Command, Stdio};

use crate::checks::{Check, Prepared, as_told, nothing_open};
use crate::place::{Mode, Place, is_missing, this_program};
use crate::runner::{Outcome, Test};

pub const TESTS: &[Test] = &[
    Test { name: "check 10: looking into other processes", run: || PROCESSES.run() },
    Test { name: "check 11: tracing", run: || TRACE.run() },
    Test { name: "check 12: signals and limits of others", run: || SIGNAL.run() },
    Test { name: "check 13: abstract sockets", run: || ABSTRACT.run() },
    Test { name: "check 16: inherited descriptors", run: || DESCRIPTORS.run() },
    Test { name: "check 17: network", run: || NETWORK.run() },
    Test { name: "check 17: the loopback inside", run: loopback_inside },
    Test { name: "check 18: kinds of sockets", run: || FAMILIES.run() },
    Test { name: "check 19: io_uring", run: || IO_URING.run() },
    Test { name: "check 20: namespaces", run: || NAMESPACES.run() },
    Test { name: "check 21: privileges", run: || PRIVILEGES.run() },
    Test { name: "check 22: typing into terminals", run: || TERMINAL.run() },
    Test { name: "check 23: doors of the kernel", run: || KERNEL.run() },
    Test { name: "check 24: numbers of i386", run: || I386.run() },
    Test { name: "check 24: numbers of x32", run: || X32.run() },
    Test { name: "check 25: secrets in the environment", run: || ENVIRONMENT.run() },
];

fn simple(_: &Place) -> Prepared {
    Prepared::new(Vec::new(), as_told)
}

const PROCESSES: Check = Check { attack: "processes", prepare: simple, open_in: nothing_open };
const DESCRIPTORS: Check = Check { attack: "descriptors", prepare: simple, open_in: nothing_open };
const PRIVILEGES: Check = Check { attack: "privileges", prepare: simple, open_in: nothing_open };
const NAMESPACES: Check = Check { attack: "namespaces", prepare: simple, open_in: nothing_open };
const FAMILIES: Check = Check { attack: "families", prepare: simple, open_in: nothing_open };
const IO_URING: Check = Check { attack: "io-uring", prepare: simple, open_in: nothing_open };
const KERNEL: Check = Check { attack: "kernel", prepare: simple, open_in: nothing_open };
const ENVIRONMENT: Check = Check { attack: "environment", prepare: simple, open_in: nothing_open };
const I386: Check = Check {
    attack: "other-numbers",
    prepare: |_| Prepared::new(vec!["i386".into()], as_told),
    open_in: nothing_open,
};
const X32: Check = Check {
    attack: "other-numbers",
    prepare: |_| Prepared::new(vec!["x32".into()], as_told),
    open_in: nothing_open,
};

/// A process of the host that must not be harmed.
struct Bystander {
    child: Child,
}

impl Bystander {
    fn new() -> Self {
        Self { child: Command::new("sleep").arg("1000").stdout(Stdio::null()).spawn().unwrap() }
    }

    fn pid(&self) -> u32 {
        self.child.id()
    }

    /// What was done to it.
    fn harm(&mut self) -> Option<String> {
        if let Some(status) = self.child.try_wait().unwrap() {
            return Some(format!("it ended: {status}"));
        }
        let pid = rustix::process::Pid::from_raw(self.pid().try_into().unwrap()).unwrap();
        let priority = rustix::process::getpriority_process(Some(pid)).unwrap();
        let limits = std::fs::read_to_string(format!("/proc/{}/limits", self.pid())).unwrap();
        let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
        (priority == 7 || core.contains(" 11 ")).then(|| format!("priority {priority}, {core}"))
    }
}

impl Drop for Bystander {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

const TRACE: Check = Check {
    attack: "trace",
    prepare: |_| {
        let bystander = Bystander::new();
        Prepared::new(vec![bystander.pid().to_string()], move |output| {
            let _alive = &bystander;
            as_told(output)
        })
    },
    open_in: nothing_open,
};

const SIGNAL: Check = Check {
    attack: "signal",
    prepare: |_| {
        let mut bystander = Bystander::new();
        Prepared::new(vec![bystander.pid().to_string()], move |_| bystander.harm())
    },
    open_in: nothing_open,
};

const ABSTRACT: Check = Check {
    attack: "abstract-socket",
    prepare: |place| {
        let name = format!("canary-{}", place.base.file_name().unwrap().to_str().unwrap());
        let listener = UnixListener::bind_addr(&SocketAddr::from_abstract_name(&name).unwrap()).unwrap();
        listener.set_nonblocking(true).unwrap();
        Prepared::new(vec![name], move |_| listener.accept().ok().map(|_| "a connection arrived".to_owned()))
    },
    open_in: nothing_open,
};

const NETWORK: Check = Check {
    attack: "connect",
    prepare: |_| {
        let four = TcpListener::bind("127.0.0.1:0").unwrap();
        let six = TcpListener::bind("[::1]:0").or_else(|_| TcpListener::bind("127.0.0.1:0")).unwrap();
        let udp = UdpSocket::bind("127.0.0.1:0").unwrap();
        let ports = [four.local_addr(), six.local_addr(), udp.local_addr()];
        let ports = ports.map(|address| address.unwrap().port().to_string()).join(",");
        for listener in [&four, &six] {
            listener.set_nonblocking(true).unwrap();
        }
        udp.set_nonblocking(true).unwrap();
        Prepared::new(vec![ports], move |_| {
            let arrived = [
                four.accept().err().is_none_or(|error| error.kind() != ErrorKind::WouldBlock),
                six.accept().err().is_none_or(|error| error.kind() != ErrorKind::WouldBlock),
                udp.recv(&mut [0; 8]).is_ok(),
            ];
            arrived.contains(&true).then(|| format!("arrived: {arrived:?}"))
        })
    },
    open_in: nothing_open,
};

fn loopback_inside() -> Outcome {
    if let Some(reason) = is_missing(Mode::Full) {
        return Outcome::Unsupported(reason);
    }
    let place = Place::new();
    let output =
        place.run(Mode::Full, &[this_program().to_str().unwrap(), "role", "attack", "connect", "1,1,1"]);
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("inside loopback works: true"), "{text}");
    Outcome::Partly(
        "landlock: without a network of its own a command gets no sockets of this kind".to_owned(),
    )
}

const TERMINAL: Check = Check {
    attack: "type",
    prepare: |_| {
        use rustix::pty::{OpenptFlags, ioctl_tiocgptpeer, openpt, unlockpt};
        let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
        let master = openpt(flags).unwrap();
        unlockpt(&master).unwrap();
        let slave = ioctl_tiocgptpeer(&master, flags).unwrap();
        let read_by = slave.try_clone().unwrap();
        let mut prepared = Prepared::new(Vec::new(), move |output| {
            let waiting =
                rustix::io::ioctl_fionread(&master).unwrap() + rustix::io::ioctl_fionread(&read_by).unwrap();
            if waiting > 0 { Some(format!("{waiting} letters were typed")) } else { as_told(output) }
        });
        prepared.stdin = slave.into();
        prepared
    },
    open_in: |mode| {
        (mode == Mode::Landlock)
            .then_some("terminals of the same user can be opened, as anywhere; typing is refused")
    },
};
