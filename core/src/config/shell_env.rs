//! Which variables commands get: the table `[shell_environment_policy]`.
//!
//! Data only. `exec::env` turns it and the environment of the process into the environment of a command.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The table as written; every key is optional.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ShellEnvironmentPolicy {
    pub inherit: EnvironmentInherit,
    /// Keeps the names that look like secrets, which are withheld otherwise.
    pub ignore_default_excludes: bool,
    /// Patterns of names to withhold: `*` is any text, `?` one character, case does not matter.
    pub exclude: Vec<String>,
    /// Added, or put in the place of what was inherited.
    pub set: BTreeMap<String, String>,
    /// If not empty, only names matching one of these patterns remain, those of `set` included.
    pub include_only: Vec<String>,
    /// Read for compatibility; has no effect.
    pub experimental_use_profile: Option<bool>,
}

/// What the environment starts from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EnvironmentInherit {
    #[default]
    All,
    /// Only what nearly every program needs: the home folder, the path, the user's name and the like.
    Core,
    None,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_read_and_missing_keys_have_defaults() {
        let policy: ShellEnvironmentPolicy =
            toml::from_str("inherit = \"core\"\nexclude = [\"AWS_*\"]\nset = { CI = \"1\" }").unwrap();
        assert_eq!(policy.inherit, EnvironmentInherit::Core);
        assert_eq!(policy.exclude, ["AWS_*"]);
        assert_eq!(policy.set["CI"], "1");
        assert!(!policy.ignore_default_excludes);
        assert_eq!(toml::from_str::<ShellEnvironmentPolicy>("").unwrap(), ShellEnvironmentPolicy::default());
    }

    #[test]
    fn an_unknown_word_is_refused_by_name() {
        let error = toml::from_str::<ShellEnvironmentPolicy>("inherit = \"some\"").unwrap_err();
        assert!(error.to_string().contains("unknown variant `some`"), "{error}");
    }
}
