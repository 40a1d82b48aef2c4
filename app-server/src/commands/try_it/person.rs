//! The person at the terminal: what is printed, what is typed, and Ctrl-C.
//!
//! Reading happens on demand, so that an answer is never taken for a prompt. What was typed before a question was
//! put can be forgotten: it was not meant as an answer.

use std::fmt::Display;
use std::io::{self, IsTerminal};
use std::pin::pin;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, BufReader, Lines, Stdin, stdin};
#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};
#[cfg(windows)]
use tokio::signal::windows::{CtrlC as Signal, ctrl_c};
use tokio::time::sleep;

use super::Error;
use crate::commands::terminal::Terminal;

/// Both directions of a terminal.
pub struct Person<'a> {
    pub terminal: &'a mut Terminal,
    pub typed: Typed,
    pub interrupts: Interrupts,
}

impl Person<'_> {
    /// Takes over standard input and Ctrl-C.
    pub fn at(terminal: &mut Terminal) -> io::Result<Person<'_>> {
        Ok(Person { terminal, typed: Typed::default(), interrupts: Interrupts::listen()? })
    }

    /// Waits for something. Every second of it is told in a status line; Ctrl-C ends it.
    pub async fn wait_for<T>(
        &mut self,
        what: impl Display,
        waited: impl Future<Output = T>,
    ) -> Result<T, Error> {
        let mut waited = pin!(waited);
        let mut seconds = 0;
        loop {
            tokio::select! {
                biased;
                value = &mut waited => return Ok(value),
                () = self.interrupts.next() => return Err(Error::Interrupted),
                () = sleep(Duration::from_secs(1)) => seconds += 1,
            }
            self.terminal.status(format_args!("waiting for {what} ({seconds} s)"));
        }
    }
}

/// Standard input.
pub struct Typed {
    lines: Lines<BufReader<Stdin>>,
    is_person: bool,
}

impl Default for Typed {
    fn default() -> Self {
        Typed { lines: BufReader::new(stdin()).lines(), is_person: io::stdin().is_terminal() }
    }
}

impl Typed {
    /// Whether somebody sits at it.
    pub fn is_person(&self) -> bool {
        self.is_person
    }

    /// The next line; none at the end. Safe to be dropped while it waits.
    pub async fn line(&mut self) -> io::Result<Option<String>> {
        self.lines.next_line().await
    }

    /// Drops what was typed and not read yet.
    pub fn forget(&mut self) {
        #[cfg(unix)]
        if self.is_person {
            let _not_a_terminal =
                rustix::termios::tcflush(io::stdin(), rustix::termios::QueueSelector::IFlush);
        }
    }
}

/// Ctrl-C.
pub struct Interrupts(Signal);

impl Interrupts {
    fn listen() -> io::Result<Interrupts> {
        #[cfg(unix)]
        let signal = signal(SignalKind::interrupt());
        #[cfg(windows)]
        let signal = ctrl_c();
        signal.map(Interrupts)
    }

    /// The next one. Safe to be dropped while it waits.
    pub async fn next(&mut self) {
        self.0.recv().await;
    }
}
