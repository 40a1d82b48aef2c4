//! What a `SKILL.md` says about itself in its front matter. Pure.
//!
//! Values that are no proper YAML, because somebody wrote a colon into a description, are read as what was meant: the
//! rest of the line.

use super::yaml::{self, Node, one_line};

/// In characters.
const LONGEST_NAME: usize = 64;
/// A longer description goes on unread.
const LONGEST_DESCRIPTION: usize = 4096;
/// In bytes.
const LONGEST_FRONT: usize = 32 * 1024;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// None: it is called like its folder.
    pub name: Option<String>,
    /// When to use it.
    pub description: String,
    /// The same for people.
    pub short_description: Option<String>,
}

/// Reads the front matter of a file, or says what to correct in it.
pub fn parse(text: &str) -> Result<Manifest, String> {
    let front = front_matter(text).ok_or(
        "there is no front matter: begin the file with a line `---`, lines `name: …` and `description: …`, and \
         another line `---`",
    )?;
    if front.len() > LONGEST_FRONT {
        return Err(format!("the front matter is longer than {LONGEST_FRONT} bytes; shorten it"));
    }
    let root = match yaml::parse(front) {
        Ok(root @ Node::Map(_)) => root,
        Ok(Node::Text(_) | Node::List(_)) => {
            return Err("the front matter is no list of `key: value`".to_owned());
        }
        Err(problem) => {
            yaml::parse(&quoted(front)).map_err(|_| format!("the front matter cannot be read: {problem}"))?
        }
    };
    let name = root.line("name");
    if let Some(name) = &name {
        check_name(name)?;
    }
    let description = root.line("description");
    let description =
        description.ok_or("the front matter has no `description`; say there when to use the skill")?;
    Ok(Manifest {
        name,
        description: first_characters(&description, LONGEST_DESCRIPTION).to_owned(),
        short_description: root.get("metadata").and_then(|more| more.line("short-description")),
    })
}

/// Whether a skill can have this name.
pub fn check_name(name: &str) -> Result<(), String> {
    match name.chars().count() {
        0 => Err("the name is empty".to_owned()),
        1..=LONGEST_NAME => Ok(()),
        _ => Err(format!("the name is longer than {LONGEST_NAME} characters; shorten it")),
    }
}

pub fn first_characters(text: &str, count: usize) -> &str {
    text.char_indices().nth(count).and_then(|(end, _)| text.get(..end)).unwrap_or(text)
}

fn front_matter(text: &str) -> Option<&str> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let (first, rest) = text.split_once('\n')?;
    if first.trim_end() != "---" {
        return None;
    }
    let mut end = 0;
    for line in rest.split_inclusive('\n') {
        if line.trim_end() == "---" {
            return rest.get(..end);
        }
        end += line.len();
    }
    None
}

/// The same with plain values of the first level in quotes.
fn quoted(front: &str) -> String {
    let quote = |line: &str| match line.split_once(": ") {
        Some((key, value)) if is_key(key) && is_plain(value.trim()) => {
            format!("{key}: '{}'\n", one_line(value).replace('\'', "''"))
        }
        Some(_) | None => format!("{line}\n"),
    };
    front.lines().map(quote).collect()
}

fn is_key(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
}

fn is_plain(value: &str) -> bool {
    !value.is_empty() && !value.starts_with(['\'', '"', '|', '>'])
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(text: &str, expected: Expect) {
        let shown = match parse(text) {
            Ok(Manifest { name, description, short_description }) => {
                format!("{name:?} {description:?} {short_description:?}")
            }
            Err(problem) => problem,
        };
        expected.assert_eq(&shown);
    }

    #[test]
    fn what_is_written_in_practice() {
        check("---\nname: a\ndescription: x\n---\nbody", expect![[r#"Some("a") "x" None"#]]);
        check("\u{feff}---\r\nname: a\r\ndescription: x\r\n---\r\n", expect![[r#"Some("a") "x" None"#]]);
        check(
            "---\ndescription: |\n  one\n  two\nlicense: MIT\nmetadata:\n  short-description: s\n---",
            expect![[r#"None "one two" Some("s")"#]],
        );
        check(
            "---\nname: [a\ndescription: use when: it's a: b\n---\n",
            expect![[r#"Some("[a") "use when: it's a: b" None"#]],
        );
        let long = format!("---\ndescription: {}\n---\n", "ä".repeat(5000));
        assert_eq!(parse(&long).unwrap().description.chars().count(), LONGEST_DESCRIPTION);
    }

    #[test]
    fn what_is_wrong_is_said() {
        for text in ["# text\n", "---\nname: a\ndescription: x\n", "", "---"] {
            assert!(parse(text).unwrap_err().contains("no front matter"), "{text}");
        }
        check(
            "---\nname: a\n---\n",
            expect!["the front matter has no `description`; say there when to use the skill"],
        );
        check("---\n- a\n---\n", expect!["the front matter is no list of `key: value`"]);
        let long = format!("---\nname: {}\ndescription: x\n---\n", "n".repeat(65));
        check(&long, expect!["the name is longer than 64 characters; shorten it"]);
        let huge = format!("---\ndescription: {}\n---\n", "x".repeat(LONGEST_FRONT));
        check(&huge, expect!["the front matter is longer than 32768 bytes; shorten it"]);
    }
}
