//! Text that must not appear in logs: keys and tokens.

use std::fmt;

use serde::Deserialize;

/// A secret. Printing it shows that there is one, not what it is.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The secret itself, for the one place that needs it.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// A key as a person gives it: white space around it is not part of it. `Err` says what it is not.
pub fn key(given: &str) -> Result<Secret, &'static str> {
    let key = given.trim();
    if key.is_empty() {
        return Err("is empty");
    }
    if key.contains(char::is_whitespace) {
        return Err(
            "has a space or a line break in its middle; copy it again, without what stands before and after it",
        );
    }
    if !key.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err("has characters that no key has; copy it again, as plain text");
    }
    Ok(Secret::new(key))
}

/// Shorter ones are found in any text.
const SHORTEST: usize = 6;

/// A text of others, which may quote what was sent to them, without these secrets.
pub fn without(text: &str, secrets: &[Secret]) -> String {
    let worth_it = secrets.iter().filter(|secret| secret.0.len() >= SHORTEST);
    worth_it.fold(text.to_owned(), |text, secret| text.replace(&secret.0, "[secret]"))
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_not_printed() {
        let secret = Secret::new("sk-very-secret");
        assert_eq!(format!("{:?}", Some(&secret)), "Some([secret])");
        assert_eq!(secret.reveal(), "sk-very-secret");
    }

    #[test]
    fn a_key_is_one_word() {
        assert_eq!(key("\n sk-1 \r\n"), Ok(Secret::new("sk-1")));
        for (given, problem) in [
            ("  \n", "is empty"),
            ("sk-1 sk-2", "has a space or a line break"),
            ("sk-\n1", "has a space or a line break"),
            ("sk\u{2013}1", "has characters that no key has"),
            ("sk-\u{7}1", "has characters that no key has"),
        ] {
            assert!(key(given).unwrap_err().starts_with(problem), "{given:?}");
        }
    }

    #[test]
    fn quoted_secrets_are_taken_out() {
        let secrets = [Secret::new("sk-very-secret"), Secret::new("1")];
        assert_eq!(without("1 bad key: sk-very-secret!", &secrets), "1 bad key: [secret]!");
    }
}
