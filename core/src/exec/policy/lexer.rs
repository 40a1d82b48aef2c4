//! The text of a rules file in tokens. Pure.

use std::ops::Range;

/// What is wrong, where, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleError {
    /// Bytes of the text.
    pub at: Range<usize>,
    pub message: String,
    pub remedy: &'static str,
}

impl RuleError {
    pub fn new(at: Range<usize>, message: impl Into<String>, remedy: &'static str) -> Self {
        Self { at, message: message.into(), remedy }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Token {
    Name(String),
    Text(String),
    Number(String),
    /// Such as `(` and `=`; most of them mean nothing.
    Sign(char),
    /// The end of a line, outside of brackets.
    LineEnd,
}

pub type Spanned = (Token, Range<usize>);

const CLOSE_TEXT: &str = "Close the text with the quote that opens it";
const ESCAPES: &str = "Write a backslash twice, or use one of \\n \\t \\r \\\" \\' \\xNN \\uNNNN";

pub fn tokens(text: &str) -> Result<Vec<Spanned>, RuleError> {
    let mut lexer = Lexer { text, at: 0, depth: 0, tokens: Vec::new() };
    while let Some(character) = lexer.peek() {
        lexer.token(character)?;
    }
    Ok(lexer.tokens)
}

struct Lexer<'t> {
    text: &'t str,
    at: usize,
    /// Open brackets.
    depth: usize,
    tokens: Vec<Spanned>,
}

impl Lexer<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let character = self.peek()?;
        self.at += character.len_utf8();
        Some(character)
    }

    fn push(&mut self, token: Token, start: usize) {
        self.tokens.push((token, start..self.at));
    }

    fn token(&mut self, character: char) -> Result<(), RuleError> {
        let start = self.at;
        let is_raw =
            character == 'r' && self.rest().get(1..).is_some_and(|rest| rest.starts_with(['"', '\'']));
        match character {
            _ if is_raw => {
                self.next();
                self.string(start, true)?;
            }
            '"' | '\'' => self.string(start, false)?,
            '#' => self.at += self.rest().find('\n').unwrap_or(self.rest().len()),
            '\n' => {
                self.next();
                if self.depth == 0 {
                    self.push(Token::LineEnd, start);
                }
            }
            '\\' if self.rest().starts_with("\\\n") => self.at += 2,
            _ if character.is_ascii_punctuation() && character != '_' => {
                self.next();
                match character {
                    '(' | '[' => self.depth += 1,
                    ')' | ']' => self.depth = self.depth.saturating_sub(1),
                    _other => {}
                }
                self.push(Token::Sign(character), start);
            }
            _ if character.is_whitespace() || character == '\u{feff}' => {
                self.next();
            }
            _ if character.is_alphabetic() || character == '_' => {
                let word = self.word();
                self.push(Token::Name(word), start);
            }
            _ if character.is_ascii_digit() => {
                let word = self.word();
                self.push(Token::Number(word), start);
            }
            unknown => {
                let message = format!("`{unknown}` means nothing here");
                let remedy = "Write calls such as prefix_rule(pattern=[\"git\", \"status\"])";
                return Err(RuleError::new(start..start + character.len_utf8(), message, remedy));
            }
        }
        Ok(())
    }

    fn word(&mut self) -> String {
        let is_part = |character: char| character.is_alphanumeric() || matches!(character, '_' | '.');
        let rest = self.rest();
        let length = rest.find(|character| !is_part(character)).unwrap_or(rest.len());
        let word = rest.get(..length).unwrap_or_default().to_owned();
        self.at += length;
        word
    }

    fn string(&mut self, start: usize, is_raw: bool) -> Result<(), RuleError> {
        let opened = self.at;
        let Some(quote) = self.next() else { return Ok(()) };
        let triple = quote.to_string().repeat(3);
        let is_triple = self.text.get(opened..).is_some_and(|rest| rest.starts_with(&triple));
        if is_triple {
            self.at = opened + 3;
        }
        let mut value = String::new();
        loop {
            let at = self.at;
            if is_triple && self.rest().starts_with(&triple) {
                self.at += 3;
                break;
            }
            match self.next() {
                Some(character) if character == quote && !is_triple => break,
                Some('\\') if is_raw => {
                    value.push('\\');
                    value.extend(self.next());
                }
                Some('\\') => value.extend(self.escape(at)?),
                Some('\n') if !is_triple => {
                    return Err(RuleError::new(start..at, "the text does not end on its line", CLOSE_TEXT));
                }
                Some(character) => value.push(character),
                None => return Err(RuleError::new(start..self.at, "the text does not end", CLOSE_TEXT)),
            }
        }
        self.push(Token::Text(value), start);
        Ok(())
    }

    /// What stands for an escape; nothing for one of a line's end.
    fn escape(&mut self, start: usize) -> Result<Option<char>, RuleError> {
        let coded = |lexer: &mut Self, digits: usize| {
            let code = lexer.rest().get(..digits).and_then(|code| u32::from_str_radix(code, 16).ok());
            let character = code.and_then(char::from_u32)?;
            lexer.at += digits;
            Some(character)
        };
        let character = match self.next() {
            Some('\n') => return Ok(None),
            Some('n') => Some('\n'),
            Some('t') => Some('\t'),
            Some('r') => Some('\r'),
            Some('b') => Some('\u{8}'),
            Some('f') => Some('\u{c}'),
            Some('0') => Some('\0'),
            Some(same @ ('\\' | '"' | '\'')) => Some(same),
            Some('x') => coded(self, 2),
            Some('u') => coded(self, 4),
            Some('U') => coded(self, 8),
            Some(_) | None => None,
        };
        match character {
            Some(character) => Ok(Some(character)),
            None => Err(RuleError::new(start..self.at, "this escape is not known", ESCAPES)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<String> {
        let is_text = |(token, _): Spanned| match token {
            Token::Text(text) => Some(text),
            _ => None,
        };
        tokens(text).unwrap().into_iter().filter_map(is_text).collect()
    }

    #[test]
    fn texts_are_read_in_all_spellings() {
        assert_eq!(texts(r#""a" 'b' "" 'c"' "d\"\\\n\x41\u00e9""#), ["a", "b", "", "c\"", "d\"\\\nAé"]);
        assert_eq!(texts("r'a\\n' r\"\\\"\" \"\"\"x\n'y\"\"\" '''z'''"), ["a\\n", "\\\"", "x\n'y", "z"]);
        assert_eq!(texts("# 'no'\n'yes' # no"), ["yes"]);
    }

    #[test]
    fn lines_end_outside_of_brackets() {
        let ends =
            |text: &str| tokens(text).unwrap().iter().filter(|(token, _)| *token == Token::LineEnd).count();
        assert_eq!(ends("a\nb(\n[\n]\n)\n"), 2);
        assert_eq!(ends("a = \\\n 'x'"), 0);
    }

    #[test]
    fn what_cannot_be_read_has_a_place() {
        for (text, place, part) in [
            ("a = 'x\n", 4..6, "does not end on its line"),
            ("'''x", 0..4, "does not end"),
            ("a = 'b\\q'", 6..8, "escape"),
            ("é €", 3..6, "`€` means nothing"),
            ("a = '\\u12'", 5..7, "escape"),
        ] {
            let error = tokens(text).unwrap_err();
            assert!(error.message.contains(part), "{text}: {error:?}");
            assert_eq!(error.at, place, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn nothing_makes_it_panic(text in "[a-cr\\\\'\"#\n()=,x0é ]{0,40}") {
            let _ = tokens(&text);
        }
    }
}
