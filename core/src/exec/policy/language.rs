//! The language of rules files: calls of `prefix_rule` and `host_executable`, and names for texts and lists.
//!
//! It is the plain part of Starlark, in which the files of the public codex are written; loops and functions
//! are not understood and say so. Pure.

use std::collections::BTreeMap;
use std::ops::Range;

use super::lexer::{RuleError, Spanned, Token, tokens};
use super::rule::{Certainty, Decision, Executables, PrefixRule};

/// What a file says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    pub prefixes: Vec<PrefixRule>,
    pub executables: Executables,
    /// Where it says something about hosts, which has no effect here.
    pub network: Option<Range<usize>>,
}

const LONGEST_PATTERN: usize = 256;
const DEEPEST: usize = 8;
const WORDS: [&str; 10] = ["def", "for", "if", "load", "return", "lambda", "while", "import", "pass", "else"];

/// Reads a file; the first error makes it useless.
pub fn parse(text: &str) -> Result<Rules, RuleError> {
    let tokens = tokens(text)?;
    let end = tokens.iter().rfind(|(token, _)| *token != Token::LineEnd).map_or(0, |(_, at)| at.end);
    let end = end..end;
    let mut parser = Parser { tokens, at: 0, end, names: BTreeMap::new(), rules: Rules::default() };
    let mut examples = Vec::new();
    while parser.at < parser.tokens.len() {
        examples.extend(parser.statement()?);
    }
    examples.iter().try_for_each(|examples| examples.check(&parser.rules.executables))?;
    Ok(parser.rules)
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Value {
    Text(String),
    List(Vec<(Value, Range<usize>)>),
    Nothing,
    Number,
}

struct Parser {
    tokens: Vec<Spanned>,
    at: usize,
    /// Behind the last word.
    end: Range<usize>,
    names: BTreeMap<String, Value>,
    rules: Rules,
}

/// Commands about which a rule must, or must not, say something.
struct Examples {
    rule: PrefixRule,
    matching: Vec<(Vec<String>, Range<usize>)>,
    others: Vec<(Vec<String>, Range<usize>)>,
}

impl Examples {
    fn check(&self, executables: &Executables) -> Result<(), RuleError> {
        let matches = |words: &[String]| self.rule.matches(words, executables, Certainty::Known);
        for (words, at) in &self.matching {
            if !matches(words) {
                let message = format!("the rule does not match its example `{}`", words.join(" "));
                return Err(RuleError::new(at.clone(), message, "Correct the pattern or the example"));
            }
        }
        for (words, at) in &self.others {
            if matches(words) {
                let message = format!("the rule matches `{}`, which it must not", words.join(" "));
                return Err(RuleError::new(at.clone(), message, "Correct the pattern or the example"));
            }
        }
        Ok(())
    }
}

impl Parser {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at).map(|(token, _)| token)
    }

    fn place(&self) -> Range<usize> {
        self.tokens.get(self.at).map_or_else(|| self.end.clone(), |(_, at)| at.clone())
    }

    fn takes(&mut self, sign: char) -> bool {
        let is_there = self.peek() == Some(&Token::Sign(sign));
        self.at += usize::from(is_there);
        is_there
    }

    fn expected(&self, what: &str, remedy: &'static str) -> RuleError {
        let found = match self.peek() {
            None | Some(Token::LineEnd) => "the line ends".to_owned(),
            Some(Token::Name(name)) => format!("there is `{name}`"),
            Some(Token::Text(_)) => "there is a text".to_owned(),
            Some(Token::Number(number)) => format!("there is `{number}`"),
            Some(Token::Sign(sign)) => format!("there is `{sign}`"),
        };
        RuleError::new(self.place(), format!("{what} is expected, but {found}"), remedy)
    }

    fn statement(&mut self) -> Result<Option<Examples>, RuleError> {
        let place = self.place();
        let name = match self.peek() {
            Some(Token::LineEnd | Token::Sign(';')) => {
                self.at += 1;
                return Ok(None);
            }
            Some(Token::Name(name)) => name.clone(),
            None | Some(Token::Text(_) | Token::Number(_) | Token::Sign(_)) => {
                return Err(self.expected("a call", "Begin each line with `prefix_rule(`"));
            }
        };
        if WORDS.contains(&name.as_str()) {
            let message = format!("`{name}` is not understood: only calls and assignments are");
            return Err(RuleError::new(place, message, "Write the rules out one by one"));
        }
        self.at += 1;
        let examples = if self.takes('=') {
            let (value, _) = self.expression(0)?;
            self.names.insert(name, value);
            None
        } else if self.takes('(') {
            let arguments = self.arguments(place)?;
            self.call(&name, arguments)?
        } else {
            return Err(self.expected("`(` or `=`", "Write a call such as prefix_rule(pattern=[\"ls\"])"));
        };
        match self.peek() {
            None | Some(Token::LineEnd | Token::Sign(';')) => Ok(examples),
            Some(Token::Name(_) | Token::Text(_) | Token::Number(_) | Token::Sign(_)) => {
                Err(self.expected("the end of the line", "Begin a new line"))
            }
        }
    }

    fn arguments(&mut self, call: Range<usize>) -> Result<Arguments, RuleError> {
        let mut arguments = Arguments { call, named: BTreeMap::new(), bare: Vec::new() };
        while !self.takes(')') {
            let place = self.place();
            let name = match (self.peek(), self.tokens.get(self.at + 1)) {
                (Some(Token::Name(name)), Some((Token::Sign('='), _))) => Some(name.clone()),
                (_, _) => None,
            };
            match name {
                Some(name) => {
                    self.at += 2;
                    let value = self.expression(0)?;
                    if arguments.named.insert(name.clone(), value).is_some() {
                        let message = format!("`{name}` is given twice");
                        return Err(RuleError::new(place, message, "Remove one of them"));
                    }
                }
                None => arguments.bare.push(self.expression(0)?),
            }
            if !self.takes(',') && self.peek() != Some(&Token::Sign(')')) {
                return Err(self.expected("`,` or `)`", "Close the call with `)`"));
            }
        }
        Ok(arguments)
    }

    fn expression(&mut self, depth: usize) -> Result<(Value, Range<usize>), RuleError> {
        let (mut value, mut place) = self.term(depth)?;
        while self.takes('+') {
            let (more, at) = self.term(depth)?;
            place = place.start..at.end;
            match (&mut value, more) {
                (Value::Text(text), Value::Text(more)) => text.push_str(&more),
                (Value::List(items), Value::List(more)) => items.extend(more),
                (_, _) => {
                    let message = "only two texts or two lists can be added";
                    return Err(RuleError::new(place, message, "Write the value out"));
                }
            }
        }
        Ok((value, place))
    }

    fn term(&mut self, depth: usize) -> Result<(Value, Range<usize>), RuleError> {
        let place = self.place();
        if depth > DEEPEST {
            return Err(RuleError::new(place, "too many brackets are open", "Write it flatter"));
        }
        if self.takes('[') {
            let mut items = Vec::new();
            loop {
                let close = self.place();
                if self.takes(']') {
                    return Ok((Value::List(items), place.start..close.end));
                }
                items.push(self.expression(depth + 1)?);
                if !self.takes(',') && self.peek() != Some(&Token::Sign(']')) {
                    return Err(self.expected("`,` or `]`", "Close the list with `]`"));
                }
            }
        }
        if self.takes('(') {
            let (value, _) = self.expression(depth + 1)?;
            let close = self.place();
            return match self.takes(')') {
                true => Ok((value, place.start..close.end)),
                false => Err(self.expected("`)`", "Close what `(` opens")),
            };
        }
        let value = match self.peek() {
            Some(Token::Text(text)) => Value::Text(text.clone()),
            Some(Token::Number(_)) => Value::Number,
            Some(Token::Name(name)) if name == "None" => Value::Nothing,
            Some(Token::Name(name)) => match self.names.get(name) {
                Some(value) => value.clone(),
                None => {
                    let message = format!("`{name}` has no value");
                    return Err(RuleError::new(place, message, "Write texts in quotes"));
                }
            },
            None | Some(Token::Sign(_) | Token::LineEnd) => {
                return Err(self.expected("a value", "Write a text in quotes, or a list in brackets"));
            }
        };
        self.at += 1;
        Ok((value, place))
    }

    fn call(&mut self, function: &str, mut arguments: Arguments) -> Result<Option<Examples>, RuleError> {
        match function {
            "prefix_rule" => {
                arguments.name_bare(&["pattern", "decision", "match", "not_match", "justification"])?;
                let examples = prefix_rule(&mut arguments)?;
                self.rules.prefixes.push(examples.rule.clone());
                Ok(Some(examples))
            }
            "host_executable" => {
                arguments.name_bare(&["name", "paths"])?;
                let name = text(arguments.required("name")?)?;
                let paths = texts(arguments.required("paths")?)?;
                self.rules.executables.entry(name).or_default().extend(paths);
                Ok(None)
            }
            "network_rule" => {
                self.rules.network.get_or_insert(arguments.call);
                Ok(None)
            }
            unknown => Err(RuleError::new(
                arguments.call,
                format!("there is no `{unknown}`"),
                "Use prefix_rule or host_executable",
            )),
        }
    }
}

struct Arguments {
    /// The name of what is called.
    call: Range<usize>,
    named: BTreeMap<String, (Value, Range<usize>)>,
    bare: Vec<(Value, Range<usize>)>,
}

impl Arguments {
    /// Gives the arguments without a name theirs, and refuses names that are not known.
    fn name_bare(&mut self, names: &[&str]) -> Result<(), RuleError> {
        let bare = std::mem::take(&mut self.bare);
        for (at, value) in bare.into_iter().enumerate() {
            let place = value.1.clone();
            let name = names.get(at).filter(|name| !self.named.contains_key(**name));
            let Some(name) = name else {
                return Err(RuleError::new(place, "one argument too many", "Name the arguments"));
            };
            self.named.insert((*name).to_owned(), value);
        }
        match self.named.iter().find(|(name, _)| !names.contains(&name.as_str())) {
            Some((name, (_, place))) => {
                let message = format!("there is no argument `{name}`");
                Err(RuleError::new(place.clone(), message, "Remove it, or correct its name"))
            }
            None => Ok(()),
        }
    }

    fn take(&mut self, name: &str) -> Option<(Value, Range<usize>)> {
        self.named.remove(name).filter(|(value, _)| *value != Value::Nothing)
    }

    fn required(&mut self, name: &str) -> Result<(Value, Range<usize>), RuleError> {
        let call = self.call.clone();
        self.take(name)
            .ok_or_else(|| RuleError::new(call, format!("`{name}` is missing"), "Add it to the call"))
    }
}

fn prefix_rule(arguments: &mut Arguments) -> Result<Examples, RuleError> {
    let decision = match arguments.take("decision") {
        None => Decision::Allow,
        Some((Value::Text(word), at)) => match word.as_str() {
            "allow" => Decision::Allow,
            "prompt" => Decision::Prompt,
            "forbidden" => Decision::Forbidden,
            unknown => {
                let message = format!("`{unknown}` is no decision");
                return Err(RuleError::new(at, message, "Use \"allow\", \"prompt\" or \"forbidden\""));
            }
        },
        Some((_, at)) => {
            return Err(RuleError::new(
                at,
                "`decision` is no text",
                "Use \"allow\", \"prompt\" or \"forbidden\"",
            ));
        }
    };
    let justification = arguments.take("justification").map(text).transpose()?;
    let (pattern, place) = arguments.required("pattern")?;
    let Value::List(items) = pattern else {
        return Err(RuleError::new(place, "`pattern` is no list", "Write [\"git\", \"status\"]"));
    };
    if items.is_empty() || items.len() > LONGEST_PATTERN {
        let message = format!("`pattern` has {} words", items.len());
        return Err(RuleError::new(place, message, "Name at least the program, and not hundreds of words"));
    }
    let pattern = items.into_iter().map(|item| match item {
        (Value::Text(text), _) => Ok(vec![text]),
        other => texts(other),
    });
    let rule = PrefixRule { pattern: pattern.collect::<Result<_, _>>()?, decision, justification };
    let mut examples = |name: &str| match arguments.take(name) {
        None => Ok(Vec::new()),
        Some((Value::List(items), _)) => items.into_iter().map(example).collect(),
        Some((_, at)) => {
            Err(RuleError::new(at, format!("`{name}` is no list"), "Write a list of command lines"))
        }
    };
    let (matching, others) = (examples("match")?, examples("not_match")?);
    Ok(Examples { rule, matching, others })
}

/// A command line, or the list of its words.
fn example(item: (Value, Range<usize>)) -> Result<(Vec<String>, Range<usize>), RuleError> {
    let at = item.1.clone();
    let words = match item {
        (Value::Text(line), _) => shlex::split(&line),
        other => Some(texts(other)?),
    };
    match words.filter(|words| !words.is_empty()) {
        Some(words) => Ok((words, at)),
        None => Err(RuleError::new(at, "the example is no command line", "Close its quotes, or give words")),
    }
}

fn text((value, at): (Value, Range<usize>)) -> Result<String, RuleError> {
    match value {
        Value::Text(text) if !text.trim().is_empty() => Ok(text),
        Value::Text(_) => Err(RuleError::new(at, "the text is empty", "Write something, or leave it out")),
        Value::List(_) | Value::Nothing | Value::Number => {
            Err(RuleError::new(at, "a text is expected", "Write it in quotes"))
        }
    }
}

fn texts((value, at): (Value, Range<usize>)) -> Result<Vec<String>, RuleError> {
    match value {
        Value::List(items) if !items.is_empty() => items
            .into_iter()
            .map(|item| match item {
                (Value::Text(text), _) => Ok(text),
                (_, at) => Err(RuleError::new(at, "a text is expected", "Write it in quotes")),
            })
            .collect(),
        Value::List(_) => Err(RuleError::new(at, "the list is empty", "Name at least one")),
        Value::Text(_) | Value::Nothing | Value::Number => {
            Err(RuleError::new(at, "a text or a list of texts is expected", "Write [\"a\", \"b\"]"))
        }
    }
}

#[cfg(test)]
#[path = "language_tests.rs"]
mod tests;
