//! What can be wrong with settings, with the place where it stands and the remedy.

use std::fmt;
use std::path::PathBuf;

/// A place in a text file; lines and columns count from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextPosition {
    pub line: u32,
    pub column: u32,
}

/// From the first to the last character, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextRange {
    pub start: TextPosition,
    pub end: TextPosition,
}

/// Where a setting comes from, as far as a person can look there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    File { path: PathBuf, range: Option<TextRange> },
    CommandLine,
    Request,
    Nowhere,
}

/// One thing that is wrong with the settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub place: Place,
    /// The path of the setting, joined by dots.
    pub key: Option<String>,
    pub message: String,
    pub remedy: Option<String>,
}

/// Why there is no configuration.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The home directory or the working directory cannot be used.
    #[error("{0}")]
    Folder(String),
    /// An option of the command line is malformed.
    #[error("{0}")]
    Option(String),
    /// Two parts of a request exclude each other, or one and what is stored.
    #[error("{0}")]
    Conflict(String),
    /// A setting cannot be used.
    #[error("failed to load configuration: {0}")]
    Setting(Problem),
}

/// Something a person should know about the configuration; everything else goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigWarning {
    pub summary: String,
    pub details: Option<String>,
    pub path: Option<PathBuf>,
    pub range: Option<TextRange>,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Place::File { path, range: Some(TextRange { start, .. }) } => {
                write!(f, "{}:{}:{}: ", path.display(), start.line, start.column)?;
            }
            Place::File { path, range: None } => write!(f, "{}: ", path.display())?,
            Place::CommandLine => f.write_str("command line: ")?,
            Place::Request => f.write_str("`config` of the request: ")?,
            Place::Nowhere => {}
        }
        if let Some(key) = &self.key {
            write!(f, "`{key}`: ")?;
        }
        f.write_str(&self.message)?;
        if let Some(remedy) = &self.remedy {
            write!(f, ". {remedy}")?;
        }
        Ok(())
    }
}

impl Problem {
    /// The warning that stands for this problem while the server goes on without the setting.
    pub fn warning(&self) -> ConfigWarning {
        let (path, range) = match &self.place {
            Place::File { path, range } => (Some(path.clone()), *range),
            Place::CommandLine | Place::Request | Place::Nowhere => (None, None),
        };
        let summary = match &self.key {
            Some(key) => format!(
                "The setting `{key}` cannot be used. No thread can start until it is corrected; \
                 its default is shown meanwhile."
            ),
            None => "The configuration cannot be read. No thread can start until it is corrected; \
                     defaults are shown meanwhile."
                .to_owned(),
        };
        ConfigWarning { summary, details: Some(self.to_string()), path, range }
    }
}

impl TextRange {
    /// The range of these bytes of a text.
    pub fn of(text: &str, bytes: std::ops::Range<usize>) -> Self {
        let start = position(text, bytes.start);
        let last = text.get(..bytes.end).and_then(|head| head.char_indices().next_back());
        let end = match last {
            Some((index, _)) if index > bytes.start => position(text, index),
            Some(_) | None => start,
        };
        Self { start, end }
    }
}

fn position(text: &str, byte: usize) -> TextPosition {
    let head = text.get(..text.floor_char_boundary(byte)).unwrap_or(text);
    let line_start = head.rfind('\n').map_or(0, |newline| newline + 1);
    let line = head.matches('\n').count() + 1;
    let column = head.get(line_start..).unwrap_or("").chars().count() + 1;
    TextPosition {
        line: u32::try_from(line).unwrap_or(u32::MAX),
        column: u32::try_from(column).unwrap_or(u32::MAX),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(text: &str, bytes: std::ops::Range<usize>) -> String {
        let TextRange { start, end } = TextRange::of(text, bytes);
        format!("{}:{}-{}:{}", start.line, start.column, end.line, end.column)
    }

    #[test]
    fn ranges_count_characters_and_include_the_last() {
        assert_eq!(range("a = \"x\"", 4..7), "1:5-1:7");
        assert_eq!(range("ä = 1\nb = 22\n", 11..13), "2:5-2:6");
        assert_eq!(range("a = ", 4..4), "1:5-1:5");
        assert_eq!(range("", 0..9), "1:1-1:1");
    }

    #[test]
    fn a_problem_names_place_key_and_remedy() {
        let problem = Problem {
            place: Place::File {
                path: "/h/config.toml".into(),
                range: Some(TextRange::of("a = 1\nmodel = 5", 14..15)),
            },
            key: Some("model".into()),
            message: "not a text".into(),
            remedy: Some("Write it in quotes".into()),
        };
        assert_eq!(problem.to_string(), "/h/config.toml:2:9: `model`: not a text. Write it in quotes");
        assert_eq!(
            Error::Setting(problem).to_string(),
            "failed to load configuration: /h/config.toml:2:9: `model`: not a text. Write it in quotes"
        );
    }
}
