//! Text ▶ the responses of one turn, and a file ▶ such texts by occasion. Pure.
//!
//! A turn is a list of rounds: a round is one response of the model, and ends after a tool call,
//! because then the model waits for the output. Calls that belong together are joined by `+`.

use std::iter::Peekable;
use std::ops::RangeInclusive;
use std::str::Lines;

use crate::model::prompt::Purpose;
use crate::model::rehearsal::directives::{self, Directive, Line, WORDS};
use crate::model::rehearsal::scene::Scene;

const DEMO: &str = include_str!("demo.txt");
pub const HELP: &str = include_str!("help.txt");
/// A short line can ask for a long text, and there may be many of them.
const MOST_SAID: usize = 32 * 1024 * 1024;
/// Marks the script in a message that is more than a script.
const FENCE: &str = "```rehearsal";

/// What one response consists of.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Round {
    pub lines: Vec<Line>,
}

impl Round {
    /// How many outputs it is answered with.
    pub fn calls(&self) -> usize {
        self.lines.iter().flat_map(|line| &line.directives).filter(|directive| directive.is_call()).count()
    }
}

/// A line that cannot be played.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {reason}")]
pub struct ScriptError {
    pub line: usize,
    pub reason: String,
}

/// A script for many turns.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Script {
    sections: Vec<Section>,
}

#[derive(Clone, Debug, PartialEq)]
struct Section {
    when: When,
    rounds: Vec<Round>,
}

#[derive(Clone, Debug, PartialEq)]
enum When {
    Always,
    /// The user's message has this text.
    Contains(String),
    /// It is the user's n-th message, counted from 1.
    Turn(usize),
    /// The conversation is to be summed up.
    Compact,
    /// Changes are to be reviewed.
    Review,
}

impl Script {
    /// Reads sections, each under a heading: `[contains TEXT]`, `[turn N]`, `[otherwise]`, `[compact]`
    /// for a summary of the conversation, or `[review]`. Lines before the first heading are for every turn.
    pub fn parse(text: &str) -> Result<Self, ScriptError> {
        let mut sections = Vec::new();
        let mut reader = Reader::new(text);
        let mut when = When::Always;
        loop {
            let rounds = reader.rounds()?;
            if !rounds.is_empty() {
                sections.push(Section { when, rounds });
            }
            let Some(heading) = reader.heading() else { return Ok(Self { sections }) };
            when = heading?;
        }
    }

    /// What is played in this situation; the first section that fits.
    pub fn rounds(&self, scene: &Scene) -> Option<&[Round]> {
        let section = self.sections.iter().find(|section| match (&section.when, scene.purpose) {
            (When::Always, Purpose::Answer)
            | (When::Compact, Purpose::Summary)
            | (When::Review, Purpose::Review) => true,
            (When::Contains(text), Purpose::Answer) => scene.user_text.contains(text.as_str()),
            (When::Turn(turn), Purpose::Answer) => *turn == scene.turn,
            (When::Always | When::Contains(_) | When::Turn(_) | When::Compact | When::Review, _) => false,
        });
        section.map(|section| section.rounds.as_slice())
    }
}

/// The script in a user's message, if there is one: the whole message when it begins with a
/// directive, else what is fenced as `rehearsal`.
pub fn in_message(text: &str) -> Option<Result<Vec<Round>, ScriptError>> {
    let first = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#'))?;
    if begins_directive(first) {
        return Some(rounds(text));
    }
    let mut fenced = String::new();
    let mut inside = false;
    let mut found = false;
    for line in text.lines() {
        // Lines outside count as empty, so that errors name the line of the message.
        match line.trim() {
            FENCE if !inside => (inside, found) = (true, true),
            "```" if inside => inside = false,
            _ if inside => fenced.push_str(line),
            _ => {}
        }
        fenced.push('\n');
    }
    found.then(|| rounds(&fenced))
}

/// The rounds of one turn.
pub fn rounds(text: &str) -> Result<Vec<Round>, ScriptError> {
    let mut reader = Reader::new(text);
    let rounds = reader.rounds()?;
    match reader.heading() {
        Some(_) => Err(reader.error("headings belong into script files")),
        None => Ok(rounds),
    }
}

fn begins_directive(line: &str) -> bool {
    let word = line.split_whitespace().next().unwrap_or("");
    WORDS.contains(&word) || (word == "attempt" && attempts(line).is_ok())
}

struct Reader<'a> {
    lines: Peekable<Lines<'a>>,
    /// The line that was read last, from 1.
    line: usize,
    /// Bytes of text so far.
    said: usize,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str) -> Self {
        Self { lines: text.lines().peekable(), line: 0, said: 0 }
    }

    fn error(&self, reason: impl Into<String>) -> ScriptError {
        ScriptError { line: self.line, reason: reason.into() }
    }

    fn next(&mut self) -> Option<&'a str> {
        self.line += 1;
        self.lines.next()
    }

    /// Everything up to the next heading.
    fn rounds(&mut self) -> Result<Vec<Round>, ScriptError> {
        let mut rounds: Vec<Round> = Vec::new();
        while self.lines.peek().is_some_and(|line| !line.trim_start().starts_with('[')) {
            let Some(line) = self.next() else { break };
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            if line == "demo" {
                rounds.extend(self::rounds(DEMO)?);
                continue;
            }
            let (line, joined) = match line.strip_prefix("+ ") {
                Some(rest) => (rest.trim_start(), true),
                None => (line, false),
            };
            let line = self.directive(line)?;
            match rounds.last_mut() {
                Some(round) if joined || round.calls() == 0 => {
                    if round.lines.last().is_some_and(ends_always) {
                        return Err(self.error("never reached, because the line before ends the response; `attempt 1 …` limits that line to the first attempt"));
                    }
                    round.lines.push(line);
                }
                _ => rounds.push(Round { lines: vec![line] }),
            }
        }
        Ok(rounds)
    }

    fn heading(&mut self) -> Option<Result<When, ScriptError>> {
        let line = self.next()?.trim();
        let inner = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')).unwrap_or("");
        let (word, rest) = inner.trim().split_once(' ').unwrap_or((inner, ""));
        let when = match (word, rest.trim(), rest.trim().parse()) {
            ("contains", text, _) if !text.is_empty() => Some(When::Contains(text.to_owned())),
            ("turn", _, Ok(turn)) => Some(When::Turn(turn)),
            ("otherwise", "", _) => Some(When::Always),
            ("compact", "", _) => Some(When::Compact),
            ("review", "", _) => Some(When::Review),
            _ => None,
        };
        let reason = "a heading is `[contains TEXT]`, `[turn N]`, `[otherwise]`, `[compact]` or `[review]`";
        Some(when.ok_or_else(|| self.error(reason)))
    }

    fn directive(&mut self, line: &str) -> Result<Line, ScriptError> {
        let (attempts, line) = match line.strip_prefix("attempt ") {
            Some(_) => attempts(line).map(|(range, rest)| (Some(range), rest)).map_err(|e| self.error(e))?,
            None => (None, line),
        };
        let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let text = match rest.rsplit_once("<<") {
            Some((before, end)) if is_end_mark(end) && may_stand_before_a_text(word, before) => {
                before.to_owned() + &self.text_until(end)?
            }
            _ => rest.trim().to_owned(),
        };
        let directives = match word {
            "help" => vec![Directive::Say { text: HELP.to_owned(), phase: None }],
            _ => directives::parse(word, &text).map_err(|reason| self.error(reason))?,
        };
        self.said += directives.iter().map(Directive::length).sum::<usize>();
        if self.said > MOST_SAID {
            return Err(self.error(format!("a script says at most {} MiB in all", MOST_SAID / 1024 / 1024)));
        }
        if attempts.is_some() && directives.iter().any(Directive::is_call) {
            return Err(self.error("`attempt` cannot stand before a tool call"));
        }
        Ok(Line { attempts, directives })
    }

    /// The lines up to one that is just this word.
    fn text_until(&mut self, end: &str) -> Result<String, ScriptError> {
        let start = self.line;
        let mut text = Vec::new();
        while let Some(line) = self.next() {
            if line.trim() == end {
                return Ok(text.join("\n"));
            }
            text.push(line);
        }
        Err(ScriptError { line: start, reason: format!("there is no line `{end}` that ends this text") })
    }
}

fn ends_always(line: &Line) -> bool {
    line.attempts.is_none() && line.directives.iter().any(Directive::is_end)
}

/// Anything else before `<<` makes it a part of a command line.
fn may_stand_before_a_text(word: &str, before: &str) -> bool {
    let names = if matches!(word, "call" | "call-raw" | "custom" | "http" | "fail") { 1 } else { 0 };
    before.split_whitespace().count() == names
}

fn is_end_mark(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_uppercase())
}

/// `attempt N DIRECTIVE` or `attempt N-M DIRECTIVE`
fn attempts(line: &str) -> Result<(RangeInclusive<u32>, &str), String> {
    let usage = || "`attempt` is written `attempt N DIRECTIVE` or `attempt N-M DIRECTIVE`".to_owned();
    let rest = line.strip_prefix("attempt ").ok_or_else(usage)?.trim_start();
    let (range, rest) = rest.split_once(' ').ok_or_else(usage)?;
    let (from, to) = range.split_once('-').unwrap_or((range, range));
    let [from, to] = [from.parse().map_err(|_| usage())?, to.parse().map_err(|_| usage())?];
    Ok((from..=to, rest.trim_start()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_lines_cannot_ask_for_endless_text() {
        assert!(Script::parse("words 1000000\nwords 1000000").is_ok());
        let error = Script::parse(&"words 1000000\n".repeat(100)).unwrap_err();
        assert_eq!(error.reason, "a script says at most 32 MiB in all");
        assert!(error.line < 5, "nothing more is made: {error}");
    }
}
