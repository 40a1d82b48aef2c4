//! Secrets of the server's environment, and the programs that do one's work if one only asks.

#![allow(clippy::disallowed_methods, reason = "attackers look everywhere")]

use std::os::unix::net::UnixStream;
use std::process::Command;

use super::tell;
use crate::selftest::place::SECRET;
use crate::selftest::roles::say;

pub fn secrets() {
    let own: String = std::env::vars().map(|(name, value)| format!("{name}={value}\n")).collect();
    let file = std::fs::read_to_string("/proc/self/environ").unwrap_or_default();
    let of = |program: &str, arguments: &[&str]| {
        let output = Command::new(program).args(arguments).output();
        output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default()
    };
    let login = of("bash", &["-lc", "env; cat /proc/self/environ"]);
    let git = of("git", &["config", "--list"]);
    let npm = of("npm", &["config", "list", "-l", "--logs-max=0", "--update-notifier=false"]);
    for (what, text) in [("own", own), ("file", file), ("login", login), ("git", git), ("npm", npm)] {
        for sign in [SECRET, "BASH_ENV", "LD_PRELOAD"] {
            if text.contains(sign) {
                say(&format!("SUCCEEDED {what}: {sign}"));
            }
        }
    }
}

/// The session bus, by its variables and by its usual place.
pub fn buses() {
    let named = std::env::var("DBUS_SESSION_BUS_ADDRESS").unwrap_or_default();
    let named = named.trim_start_matches("unix:path=").to_owned();
    let folder = std::env::var("XDG_RUNTIME_DIR").unwrap_or_default();
    for path in [named, format!("{folder}/bus"), "/run/dbus/system_bus_socket".into()] {
        tell(&format!("bus {path}"), UnixStream::connect(&path));
    }
}
