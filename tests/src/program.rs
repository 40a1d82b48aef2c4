//! Our binary run as a program of the command line: subcommands such as `try`.
//!
//! Output is collected while it runs. The program must have ended when the value is dropped, and nothing that it
//! started may be left.

use std::io::Write;
use std::process::{Child, ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::Signal;

use crate::home::Home;
use crate::inbox::Log;
use crate::{PATIENCE, binary, process, server};

/// A running program.
pub struct Program {
    child: Child,
    tag: String,
    output: Log,
    errors: Log,
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

impl Program {
    /// Starts our binary with these arguments; its standard input holds the text and then ends.
    pub fn start(home: &Home, arguments: &[&str], input: &str) -> Program {
        let tag = process::new_tag();
        let mut command = server::command_of(&[binary::our_binary().display().to_string()], home, &tag);
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("our binary starts");
        let mut writer = child.stdin.take().expect("it is piped");
        writer.write_all(input.as_bytes()).expect("the input of a test fits into a pipe");
        let output = Log::of(child.stdout.take().expect("it is piped"));
        let errors = Log::of(child.stderr.take().expect("it is piped"));
        Program { child, tag, output, errors }
    }

    /// Starts `try`, against the server under test.
    pub fn start_try(home: &Home, arguments: &[&str], input: &str) -> Program {
        let server = binary::server_command().join(" ");
        let mut all = vec!["try"];
        if binary::is_foreign() {
            all.extend(["--server", server.as_str()]);
        }
        all.extend(arguments);
        Program::start(home, &all, input)
    }

    /// Sends a signal to the program alone.
    pub fn signal(&self, signal: Signal) {
        process::signal(self.child.id(), signal);
    }

    /// Waits until it has said something on standard error.
    pub fn wait_for_error(&self, text: &str) {
        assert!(self.errors.wait_for(text), "nothing says `{text}`: {}", self.errors.text());
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
