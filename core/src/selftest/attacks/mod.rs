//! What an attacker tries, from inside: system calls, each with its result printed.
//!
//! `SUCCEEDED what` or `denied what: why`. Judges look at what was attacked rather than believe it.

mod environment;
mod files;
mod kernel;
mod network;
mod processes;
mod repositories;

pub use processes::WORD;

use std::ffi::CString;
use std::fmt::Display;
use std::io;

use super::roles::{self, say};

/// Tries everything that goes by this name.
pub fn run(name: &str, arguments: &[&str]) -> io::Result<()> {
    say(&format!("attacker: {name} {arguments:?}"));
    match (name, arguments) {
        ("write", [folder]) => files::write_all_ways(folder),
        ("write-through-links", [outside]) => return files::write_through_links(outside),
        ("race", [rounds]) => return files::race(rounds),
        ("race-patch", [rounds]) => return files::race_with_patches(rounds),
        ("hard-links", [outside]) => return files::hard_links(outside),
        ("patch", [path]) => return files::patch(path),
        ("move", [outside]) => return files::move_across(outside),
        ("mount", [outside]) => return files::mount(outside),
        ("cut", [file]) => return files::cut(file),
        ("attributes", [file]) => return files::attributes(file),
        ("read", paths) => return paths.iter().try_for_each(|path| files::read(path)),
        ("detours", [file]) => return files::detours(file),
        ("protected", names) => return names.iter().try_for_each(|name| repositories::make_protected(name)),
        ("startup-files", names) => names.iter().for_each(|name| repositories::write_startup_file(name)),
        ("plant", _) => return repositories::plant(),
        ("processes", _) => return processes::look_around(),
        ("trace", [pid]) => processes::trace(number(pid)?),
        ("signal", [pid]) => processes::signal(number(pid)?),
        ("descriptors", _) => return processes::descriptors(),
        ("hide-and-stay", [word]) => return processes::hide_and_stay(word),
        ("multiply", [most]) => processes::multiply(number(most)?),
        ("be-killed-first", [adjustment]) => return processes::compare_victims(adjustment),
        ("privileges", _) => return kernel::privileges(),
        ("namespaces", _) => kernel::namespaces(),
        ("type", _) => kernel::type_into_terminal(),
        ("io-uring", _) => kernel::io_uring(),
        ("kernel", _) => kernel::doors(),
        ("other-numbers", [kind]) => kernel::other_numbers(kind),
        ("abstract-socket", [name]) => return network::abstract_socket(name),
        ("socket-files", paths) => return network::socket_files(paths),
        ("messages", [path]) => network::socket_for_messages(path),
        ("own-sockets", _) => return network::own_sockets(),
        ("connect", [ports]) => network::connect(ports),
        ("families", _) => network::families(),
        ("environment", _) => environment::secrets(),
        ("buses", _) => environment::buses(),
        _ => return Err(io::Error::new(io::ErrorKind::InvalidInput, format!("no attack {name}"))),
    }
    Ok(())
}

/// Whether this is the control run.
#[expect(clippy::disallowed_methods, reason = "told by whoever started this")]
fn is_bare() -> bool {
    std::env::var_os(roles::BARE).is_some()
}

fn tell<T, E: Display>(what: &str, result: Result<T, E>) {
    match result {
        Ok(_) => say(&format!("SUCCEEDED {what}")),
        Err(error) => say(&format!("denied {what}: {error}")),
    }
}

fn call(result: libc::c_long) -> io::Result<libc::c_long> {
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(result) }
}

fn c(text: &str) -> CString {
    CString::new(text).unwrap_or_default()
}

fn number(text: &str) -> io::Result<libc::pid_t> {
    text.parse().map_err(io::Error::other)
}
