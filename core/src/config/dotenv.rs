//! The `.env` file of the home directory: `NAME=value` lines that are added to the environment.
//!
//! Values may stand in quotes; `export` and comments are understood, substitutions are not. Variables that
//! steer this program itself (`CODEX_…`) cannot be set this way.

/// The variables of a file, in order. Lines that make no sense are skipped.
pub fn parse(text: &str) -> Vec<(String, String)> {
    text.lines().filter_map(parse_line).collect()
}

fn parse_line(line: &str) -> Option<(String, String)> {
    let line = line.trim();
    let line = line.strip_prefix("export ").unwrap_or(line);
    let (name, value) = line.split_once('=')?;
    let name = name.trim();
    let mut letters = name.chars();
    let begins = letters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_');
    if !begins || !letters.all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '.')) {
        return None;
    }
    if name.to_ascii_uppercase().starts_with("CODEX_") {
        return None;
    }
    Some((name.to_owned(), parse_value(value.trim())))
}

fn parse_value(text: &str) -> String {
    if let Some((inner, _)) = text.strip_prefix('\'').and_then(|rest| rest.split_once('\'')) {
        return inner.to_owned();
    }
    if let Some(inner) = text.strip_prefix('"').and_then(unescape) {
        return inner;
    }
    match text.find(" #") {
        Some(comment) => text.split_at(comment).0.trim_end().to_owned(),
        None => text.to_owned(),
    }
}

/// The text up to the closing double quote.
fn unescape(text: &str) -> Option<String> {
    let mut inner = String::new();
    let mut letters = text.chars();
    loop {
        match letters.next()? {
            '"' => return Some(inner),
            '\\' => match letters.next()? {
                'n' => inner.push('\n'),
                other => inner.push(other),
            },
            other => inner.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_assignments() {
        let text = "A=1\n# C=2\n\nexport B = two words # note\nC='it is #1' # x\nD=\"a\\\"b\\nc\"\n\
                    E=\"open\nno\n1X=2\nF=a#b\ncodex_home=/x\nG=\n";
        let read = parse(text);
        let read: Vec<_> = read.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(
            read,
            [
                ("A", "1"),
                ("B", "two words"),
                ("C", "it is #1"),
                ("D", "a\"b\nc"),
                ("E", "\"open"),
                ("F", "a#b"),
                ("G", "")
            ]
        );
    }
}
