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
    fn quoted_secrets_are_taken_out() {
        let secrets = [Secret::new("sk-very-secret"), Secret::new("1")];
        assert_eq!(without("1 bad key: sk-very-secret!", &secrets), "1 bad key: [secret]!");
    }
}
