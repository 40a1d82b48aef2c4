//! Prompts that users keep as files: `prompts/*.md` of the home directory.
//!
//! A file may begin with what describes it, between two lines of `---`. Its body has places for arguments; filling
//! them in ([`expand`]) is the client's doing. What cannot be read is left out. Reading blocks, and is bounded.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::base::files;

/// A longer prompt is none.
const LONGEST: usize = 256 * 1024;
const MOST: usize = 1000;

/// A prompt of the user's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomPrompt {
    /// By which it is called.
    pub name: String,
    pub path: PathBuf,
    pub description: Option<String>,
    /// What it wants to be given, in words.
    pub argument_hint: Option<String>,
    /// With places for arguments.
    pub body: String,
}

/// The prompts of a home directory, by name.
pub fn list(home: &Path) -> Vec<CustomPrompt> {
    let entries = std::fs::read_dir(home.join("prompts")).into_iter().flatten().flatten();
    let paths = entries.map(|entry| entry.path()).filter(|path| {
        path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("md")) && path.is_file()
    });
    let prompts = paths.take(MOST).filter_map(|path| {
        let name = path.file_stem()?.to_str()?.to_owned();
        let text = String::from_utf8(files::read_whole(&path, LONGEST).ok()?).ok()?;
        let (front, body) = split(&text);
        let value = |names: &[&str]| names.iter().find_map(|name| front.get(*name)).cloned();
        let (description, argument_hint) =
            (value(&["description"]), value(&["argument-hint", "argument_hint"]));
        let body = body.to_owned();
        Some(CustomPrompt { name, path, description, argument_hint, body })
    });
    let mut prompts: Vec<_> = prompts.collect();
    prompts.sort_by(|one, other| one.name.cmp(&other.name));
    prompts
}

/// What describes a prompt, by name in small letters, and the rest of the file. Without a last line of `---` all of it
/// is the rest.
fn split(text: &str) -> (BTreeMap<String, String>, &str) {
    let mut front = BTreeMap::new();
    let mut lines = text.split_inclusive('\n');
    if lines.next().map(str::trim) != Some("---") {
        return (front, text);
    }
    let mut at = text.find('\n').map_or(text.len(), |end| end + 1);
    for line in lines {
        at += line.len();
        match line.trim() {
            "---" => return (front, text.get(at..).unwrap_or_default()),
            line if line.is_empty() || line.starts_with('#') => {}
            line => {
                if let Some((name, value)) = line.split_once(':') {
                    front.insert(name.trim().to_lowercase(), unquoted(value.trim()).to_owned());
                }
            }
        }
    }
    (BTreeMap::new(), text)
}

fn unquoted(value: &str) -> &str {
    let within = |quote| value.strip_prefix(quote)?.strip_suffix(quote);
    within('"').or_else(|| within('\'')).unwrap_or(value)
}

/// Why arguments do not fit to a prompt.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExpandError {
    #[error("the arguments cannot be taken apart: a quotation mark is not closed")]
    Quotes,
    #[error("`{0}` is no argument of the form NAME=value, which this prompt takes")]
    NotNamed(String),
    #[error("the prompt needs {}: write NAME=value", .0.join(", "))]
    Missing(Vec<String>),
}

/// The body of a prompt with its arguments: `$1` to `$9` and `$ARGUMENTS` by their places, `$NAME` by its name. `$$` is
/// left as it is.
pub fn expand(body: &str, arguments: &str) -> Result<String, ExpandError> {
    let words = shlex::split(arguments).ok_or(ExpandError::Quotes)?;
    let names: Vec<&str> = places(body).filter_map(|(_, place)| place.name()).collect();
    let mut named = BTreeMap::new();
    if !names.is_empty() {
        for word in &words {
            let (name, value) = word.split_once('=').ok_or_else(|| ExpandError::NotNamed(word.clone()))?;
            named.insert(name, value);
        }
        let mut missing: Vec<String> =
            names.iter().filter(|name| !named.contains_key(*name)).map(|name| (*name).to_owned()).collect();
        missing.sort_unstable();
        missing.dedup();
        if !missing.is_empty() {
            return Err(ExpandError::Missing(missing));
        }
    }
    let mut expanded = String::with_capacity(body.len());
    let mut done = 0;
    for (at, place) in places(body) {
        expanded.push_str(body.get(done..at).unwrap_or_default());
        match place {
            Place::Number(number) => {
                expanded.push_str(words.get(number - 1).map(String::as_str).unwrap_or_default());
            }
            Place::All => expanded.push_str(&words.join(" ")),
            Place::Name(name) => expanded.push_str(named.get(name).copied().unwrap_or_default()),
            Place::Dollars => expanded.push_str("$$"),
        }
        done = at + place.len();
    }
    expanded.push_str(body.get(done..).unwrap_or_default());
    Ok(expanded)
}

/// Something that begins with a dollar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place<'a> {
    Number(usize),
    All,
    Name(&'a str),
    Dollars,
}

impl<'a> Place<'a> {
    fn of(rest: &'a str) -> Option<Self> {
        let rest = rest.strip_prefix('$')?;
        let length = rest.find(|c: char| !(c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_'));
        let word = rest.get(..length.unwrap_or(rest.len()))?;
        match rest.chars().next()? {
            '$' => Some(Self::Dollars),
            digit @ '1'..='9' => Some(Self::Number(digit.to_digit(10)? as usize)),
            'A'..='Z' if word == "ARGUMENTS" => Some(Self::All),
            'A'..='Z' => Some(Self::Name(word)),
            _ => None,
        }
    }

    fn name(self) -> Option<&'a str> {
        match self {
            Self::Name(name) => Some(name),
            Self::Number(_) | Self::All | Self::Dollars => None,
        }
    }

    fn len(self) -> usize {
        match self {
            Self::Number(_) | Self::Dollars => 2,
            Self::All => "$ARGUMENTS".len(),
            Self::Name(name) => 1 + name.len(),
        }
    }
}

/// The places of a body in their order.
fn places(body: &str) -> impl Iterator<Item = (usize, Place<'_>)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            at += body.get(at..)?.find('$')?;
            match Place::of(body.get(at..)?) {
                Some(place) => {
                    let found = (at, place);
                    at += place.len();
                    return Some(found);
                }
                None => at += 1,
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    #[test]
    fn files_with_and_without_a_front() {
        let home = tempfile::tempdir().unwrap();
        assert_eq!(list(home.path()), []);
        let folder = home.path().join("prompts");
        std::fs::create_dir(&folder).unwrap();
        for (name, text) in [
            ("plain.md", &b"just text\n---\n"[..]),
            ("described.MD", b"---\nDescription: \"What: it is\"\n# a remark\n\nargument_hint: 'FILE'\nodd\n---\nbody $1\n"),
            ("open.md", b"---\ndescription: x\nno end"),
            ("binary.md", b"\xff\xfe"),
            ("other.txt", b"no prompt"),
            ("empty.md", b""),
        ] {
            std::fs::write(folder.join(name), text).unwrap();
        }
        std::fs::create_dir(folder.join("folder.md")).unwrap();
        let shown: Vec<_> = list(home.path())
            .into_iter()
            .map(|prompt| {
                format!(
                    "{} {:?} {:?} {:?}",
                    prompt.name, prompt.description, prompt.argument_hint, prompt.body
                )
            })
            .collect();
        expect![[r#"
            described Some("What: it is") Some("FILE") "body $1\n"
            empty None None ""
            open None None "---\ndescription: x\nno end"
            plain None None "just text\n---\n""#]]
        .assert_eq(&shown.join("\n"));
    }

    #[test]
    fn arguments_go_to_their_places() {
        let check = |body: &str, arguments: &str, expected: Expect| {
            let expanded = expand(body, arguments);
            expected.assert_eq(&expanded.unwrap_or_else(|error| format!("error: {error}")));
        };
        check("review $1 and $2: $ARGUMENTS, $9.", "a 'b c'", expect!["review a and b c: a b c, ."]);
        check("costs $$5 or $$1, $, $x, a$", "one", expect!["costs $$5 or $$1, $, $x, a$"]);
        check("fix $FILE in $DIR/$FILE", "FILE=a.rs DIR=\"my src\"", expect!["fix a.rs in my src/a.rs"]);
        check("fix $FILE in $DIR", "FILE=a.rs", expect!["error: the prompt needs DIR: write NAME=value"]);
        check(
            "fix $FILE",
            "a.rs",
            expect!["error: `a.rs` is no argument of the form NAME=value, which this prompt takes"],
        );
        check(
            "fix $1",
            "'a",
            expect!["error: the arguments cannot be taken apart: a quotation mark is not closed"],
        );
        check("äö$1ü", "é", expect!["äöéü"]);
        check("", "a", expect![""]);
    }
}
