//! Opens a page in the browser of whoever sits at the terminal.
//!
//! The address has been printed before, so that nothing is lost where there is no browser: failures are silent. None is
//! opened for a program that runs this one, nor with `BROWSER=none`. The browser is the user's own and lives on.

use std::ffi::OsStr;
use std::process::{Command, Stdio};

use codex_core::base::environment::Environment;

/// Who reads what this program prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    Person,
    Program,
}

/// Opens a page, if that is wanted.
pub fn open(url: &str, reader: Reader, environment: &Environment) {
    if is_wanted(reader, environment) {
        let mut command = Command::new(OPENER.0);
        command.args(OPENER.1).arg(url).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        // What ends this program from the terminal is not meant for the browser.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        if let Err(error) = command.spawn() {
            tracing::debug!(%error, "no browser is opened");
        }
    }
}

/// The program that opens pages on this system, and what it is told before the address.
const OPENER: (&str, &[&str]) = if cfg!(windows) {
    ("rundll32", &["url.dll,FileProtocolHandler"])
} else if cfg!(target_os = "macos") {
    ("open", &[])
} else {
    ("xdg-open", &[])
};

fn is_wanted(reader: Reader, environment: &Environment) -> bool {
    reader == Reader::Person && environment.get_os("BROWSER") != Some(OsStr::new("none"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_opened_for_a_person_who_wants_one() {
        let environment = |browser: &str| [("BROWSER", browser)].into_iter().collect::<Environment>();
        assert!(is_wanted(Reader::Person, &Environment::default()));
        assert!(is_wanted(Reader::Person, &environment("firefox")));
        assert!(!is_wanted(Reader::Person, &environment("none")));
        assert!(!is_wanted(Reader::Program, &Environment::default()));
    }
}
