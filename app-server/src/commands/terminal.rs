//! The terminal of the person who started the process. Nothing else prints.
//!
//! Results go to stdout, everything about them to stderr. Text may come from a model, a command or a repository:
//! what would steer the terminal instead of being shown is made visible. What cannot be printed, because nobody
//! reads it any more, is dropped.

use std::fmt::Display;
use std::io::{self, IsTerminal, Write};

/// Prints. There is one per process.
#[derive(Debug)]
pub struct Terminal {
    /// Status lines can be written over.
    rewrites: bool,
    /// A status line stands where the next text goes, or behind the text of an unfinished line.
    shows_status: bool,
    /// The last line on stdout is not finished.
    in_line: bool,
}

impl Default for Terminal {
    fn default() -> Self {
        Terminal { rewrites: io::stderr().is_terminal(), shows_status: false, in_line: false }
    }
}

impl Terminal {
    /// A line of the result, on stdout.
    pub fn say(&mut self, line: impl Display) {
        self.end_line();
        let _nobody_reads = writeln!(io::stdout(), "{}", harmless(&line.to_string()));
    }

    /// A part of the result, on stdout, as it comes.
    pub fn stream(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        self.clear_status();
        self.in_line = !text.ends_with('\n');
        let mut out = io::stdout();
        let _nobody_reads = write!(out, "{}", harmless(text)).and_then(|()| out.flush());
    }

    /// Finishes the line that `stream` began.
    pub fn end_line(&mut self) {
        self.clear_status();
        if std::mem::take(&mut self.in_line) {
            let _nobody_reads = writeln!(io::stdout());
        }
    }

    /// A line about the result or about what went wrong, on stderr.
    pub fn complain(&mut self, line: impl Display) {
        self.end_line();
        let _nobody_reads = writeln!(io::stderr(), "{}", harmless(&line.to_string()));
    }

    /// What is being waited for, on stderr. The next thing that is printed takes its place.
    pub fn status(&mut self, line: impl Display) {
        let line = harmless(&line.to_string());
        let _nobody_reads = if self.rewrites {
            self.shows_status = true;
            let text = match self.is_behind_text() {
                // Not wrapped, and the cursor stays where the text goes on.
                true => format!("\x1b[K\x1b7\x1b[?7l  {line}\x1b[?7h\x1b8"),
                false => format!("\r\x1b[K{line}"),
            };
            write!(io::stderr(), "{text}").and_then(|()| io::stderr().flush())
        } else {
            writeln!(io::stderr(), "{line}")
        };
    }

    /// A question whose answer is typed behind it, on stderr.
    pub fn ask(&mut self, question: impl Display) {
        self.end_line();
        let _nobody_reads = write!(io::stderr(), "{}", harmless(&question.to_string()));
        let _nobody_reads = io::stderr().flush();
    }

    fn clear_status(&mut self) {
        if std::mem::take(&mut self.shows_status) {
            let erase = if self.is_behind_text() { "\x1b[K" } else { "\r\x1b[K" };
            let _nobody_reads = write!(io::stderr(), "{erase}").and_then(|()| io::stderr().flush());
        }
    }

    /// Whether what goes to stderr now stands behind an unfinished line of the result.
    fn is_behind_text(&self) -> bool {
        self.in_line && io::stdout().is_terminal()
    }
}

/// The text with everything made visible that would act on the terminal or reorder what is read.
pub fn harmless(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for (index, character) in text.char_indices() {
        match character {
            '\n' | '\t' => shown.push(character),
            // The line end of other systems.
            '\r' if text.get(index + 1..).is_some_and(|rest| rest.starts_with('\n')) => {}
            character if character.is_control() || is_invisible(character) => {
                shown.extend(character.escape_unicode());
            }
            character => shown.push(character),
        }
    }
    shown
}

/// Marks that change direction or have no width, with which a command can be made to look like another.
fn is_invisible(character: char) -> bool {
    matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_steer_the_terminal() {
        assert_eq!(harmless("one\ttwo\r\nthree é 漢\n"), "one\ttwo\nthree é 漢\n");
        assert_eq!(harmless("\x1b[2Jgone\rover\u{9b}"), "\\u{1b}[2Jgone\\u{d}over\\u{9b}");
        assert_eq!(harmless("rm \u{202e}txt.a"), "rm \\u{202e}txt.a");
    }
}
