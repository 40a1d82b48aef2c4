//! Our binary run as a program of the command line: subcommands such as `try`.
//!
//! Output is collected while it runs. A program on a terminal has one output, what is seen on the screen, and
//! reads what is typed. Nothing that it started may be left when it has ended.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{ErrorKind, Write};
use std::path::Path;
use std::process::{Child, ExitStatus, Stdio};
use std::time::Duration;

use rustix::fs::{Mode, OFlags};
use rustix::process::Signal;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

use crate::home::Home;
use crate::inbox::Log;
use crate::{PATIENCE, binary, process, server};

/// A running program.
pub struct Program {
    child: Child,
    tag: String,
    output: Log,
    errors: Log,
    /// Where to type, on a terminal.
    keyboard: Option<File>,
}

/// What a program that has ended left.
pub struct Ended {
    /// How it ended.
    pub status: ExitStatus,
    /// Its standard output.
    pub output: String,
    /// Its standard error.
    pub errors: String,
}

/// Where a program runs.
#[derive(Default)]
pub struct Surroundings<'a> {
    /// The workspace if there is none.
    pub folder: Option<&'a Path>,
    /// Further variables.
    pub variables: &'a [(String, String)],
}

impl Program {
    /// Starts our binary with these arguments; its standard input holds the text and then ends.
    pub fn start<A: AsRef<OsStr>>(home: &Home, arguments: &[A], input: &str) -> Program {
        Program::start_in(&home.work(), home, arguments, input)
    }

    /// The same in another folder than the workspace.
    pub fn start_in<A: AsRef<OsStr>>(folder: &Path, home: &Home, arguments: &[A], input: &str) -> Program {
        Program::start_where(Surroundings { folder: Some(folder), variables: &[] }, home, arguments, input)
    }

    /// The same in these surroundings.
    pub fn start_where<A: AsRef<OsStr>>(
        surroundings: Surroundings<'_>,
        home: &Home,
        arguments: &[A],
        input: &str,
    ) -> Program {
        let tag = process::new_tag();
        let mut command = server::command_of(&[binary::our_binary().display().to_string()], home, &tag);
        command
            .current_dir(surroundings.folder.unwrap_or(&home.work()))
            .envs(surroundings.variables.iter().map(|(name, value)| (name, value)))
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().expect("our binary starts");
        let mut writer = child.stdin.take().expect("it is piped");
        // One that reads nothing may have ended by now.
        if let Err(error) = writer.write_all(input.as_bytes()) {
            assert_eq!(error.kind(), ErrorKind::BrokenPipe, "the input of a test fits into a pipe");
        }
        let output = Log::of(child.stdout.take().expect("it is piped"));
        let errors = Log::of(child.stderr.take().expect("it is piped"));
        Program { child, tag, output, errors, keyboard: None }
    }

    /// Starts our binary on a terminal of its own.
    pub fn start_on_terminal<A: AsRef<OsStr>>(
        surroundings: Surroundings<'_>,
        home: &Home,
        arguments: &[A],
    ) -> Program {
        let keyboard = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("there are terminals");
        grantpt(&keyboard).expect("it is ours");
        unlockpt(&keyboard).expect("it is ours");
        let name = ptsname(&keyboard, Vec::new()).expect("it has a name");
        let screen =
            rustix::fs::open(name, OFlags::RDWR | OFlags::NOCTTY, Mode::empty()).expect("it is unlocked");
        let screen = File::from(screen);
        let copy = || screen.try_clone().expect("descriptors can be copied");
        let tag = process::new_tag();
        let mut command = server::command_of(&[binary::our_binary().display().to_string()], home, &tag);
        command
            .current_dir(surroundings.folder.unwrap_or(&home.work()))
            .envs(surroundings.variables.iter().map(|(name, value)| (name, value)))
            .args(arguments)
            .stdin(copy())
            .stdout(copy())
            .stderr(copy());
        let child = command.spawn().expect("our binary starts");
        let keyboard = File::from(keyboard);
        let seen = Log::of(keyboard.try_clone().expect("descriptors can be copied"));
        Program { child, tag, output: seen.clone(), errors: seen, keyboard: Some(keyboard) }
    }

    /// Starts `try` against the server under test; its standard input holds the text and then ends.
    pub fn start_try(home: &Home, arguments: &[&str], input: &str) -> Program {
        Program::start(home, &try_arguments(arguments), input)
    }

    /// Starts `try` on a terminal.
    pub fn start_try_on_terminal(home: &Home, arguments: &[&str]) -> Program {
        Program::start_on_terminal(Surroundings::default(), home, &try_arguments(arguments))
    }

    /// Types on the program's terminal.
    pub fn type_keys(&mut self, text: &str) {
        let keyboard = self.keyboard.as_mut().expect("the program runs on a terminal");
        keyboard.write_all(text.as_bytes()).expect("a terminal takes a line");
    }

    /// Sends a signal to the program alone.
    pub fn signal(&self, signal: Signal) {
        process::signal(self.child.id(), signal);
    }

    /// Waits until it has said something on standard error, or on its terminal.
    pub fn wait_for_error(&self, text: &str) {
        assert!(self.errors.wait_for(text), "nothing says `{text}`: {}", self.errors.text());
    }

    /// What it has said on standard error so far.
    pub fn errors(&self) -> String {
        self.errors.text()
    }

    /// Waits for the end.
    pub fn end(&mut self) -> Ended {
        assert!(process::wait_end(self.child.id(), PATIENCE), "still running: {}", self.errors.text());
        let status = self.child.wait().expect("it is our child");
        let (output, errors) = (self.output.whole(), self.errors.whole());
        let left = process::survivors(&self.tag, Duration::from_secs(2));
        assert!(left.is_empty(), "processes left behind: {left:?}");
        Ended { status, output, errors }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
        if std::thread::panicking() {
            eprintln!("--- stdout\n{}\n--- stderr\n{}\n---", self.output.text(), self.errors.text());
        }
    }
}

/// `try` talks to our own server unless it is told of another one.
fn try_arguments(arguments: &[&str]) -> Vec<String> {
    let mut all = vec!["try".to_owned()];
    if binary::is_foreign() {
        all.extend(["--server".to_owned(), binary::server_command().join(" ")]);
    }
    all.extend(arguments.iter().map(|argument| (*argument).to_owned()));
    all
}
