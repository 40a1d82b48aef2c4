//! Attacks on other processes and on the kernel.

use std::io;

use rustix::pty::{OpenptFlags, ioctl_tiocgptpeer, openpt, unlockpt};

use crate::selftest::bystander::Bystander;
use crate::selftest::place::Mode;
use crate::selftest::trial::{Prepared, Verdict, as_told, attacked};

/// An attack that is told nothing and tells itself how it went.
pub fn simple(mode: Mode, attack: &str) -> io::Result<Verdict> {
    attacked(mode, attack, |_| Ok(Prepared::new(Vec::new(), as_told)))
}

pub fn processes(mode: Mode) -> io::Result<Verdict> {
    simple(mode, "processes")
}

pub fn tracing(mode: Mode) -> io::Result<Verdict> {
    attacked(mode, "trace", |_| {
        let bystander = Bystander::new()?;
        Ok(Prepared::new(vec![bystander.pid().to_string()], move |output| {
            let _alive = &bystander;
            as_told(output)
        }))
    })
}

pub fn signals(mode: Mode) -> io::Result<Verdict> {
    attacked(mode, "signal", |_| {
        let mut bystander = Bystander::new()?;
        Ok(Prepared::new(vec![bystander.pid().to_string()], move |_| bystander.harm()))
    })
}

pub fn descriptors(mode: Mode) -> io::Result<Verdict> {
    simple(mode, "descriptors")
}

pub fn io_uring(mode: Mode) -> io::Result<Verdict> {
    simple(mode, "io-uring")
}

pub fn namespaces(mode: Mode) -> io::Result<Verdict> {
    simple(mode, "namespaces")
}

pub fn privileges(mode: Mode) -> io::Result<Verdict> {
    simple(mode, "privileges")
}

pub fn terminal(mode: Mode) -> io::Result<Verdict> {
    attacked(mode, "type", |_| {
        let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
        let master = openpt(flags)?;
        unlockpt(&master)?;
        let slave = ioctl_tiocgptpeer(&master, flags)?;
        let read_by = slave.try_clone()?;
        let mut prepared = Prepared::new(Vec::new(), move |output| {
            let waiting = [&master, &read_by].map(|fd| rustix::io::ioctl_fionread(fd).unwrap_or_default());
            let waiting: u64 = waiting.into_iter().sum();
            if waiting > 0 { Some(format!("{waiting} letters were typed")) } else { as_told(output) }
        });
        prepared.stdin = slave.into();
        Ok(prepared)
    })
}

pub fn doors(mode: Mode) -> io::Result<Verdict> {
    simple(mode, "kernel")
}

pub fn i386(mode: Mode) -> io::Result<Verdict> {
    attacked(mode, "other-numbers", |_| Ok(Prepared::new(vec!["i386".into()], as_told)))
}

pub fn x32(mode: Mode) -> io::Result<Verdict> {
    attacked(mode, "other-numbers", |_| Ok(Prepared::new(vec!["x32".into()], as_told)))
}
