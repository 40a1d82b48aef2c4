//! Environment variables as a value.
//!
//! The process's environment is read once, at start; everything below works on this snapshot, so that it
//! can be tested with any environment and never changes while the program runs. Printing a snapshot shows
//! names only, since values may be keys.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::sync::Arc;

/// A snapshot of environment variables. Clones share it.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Environment {
    variables: Arc<BTreeMap<OsString, OsString>>,
}

impl Environment {
    /// The value of a variable that is set, not empty and valid text.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.get_os(name).and_then(OsStr::to_str).filter(|value| !value.is_empty())
    }

    pub fn get_os(&self, name: &str) -> Option<&OsStr> {
        self.variables.get(OsStr::new(name)).map(OsString::as_os_str)
    }

    /// The same environment with these variables added or replaced.
    pub fn with<N: Into<OsString>, V: Into<OsString>>(
        &self,
        variables: impl IntoIterator<Item = (N, V)>,
    ) -> Self {
        let mut all = BTreeMap::clone(&self.variables);
        all.extend(variables.into_iter().map(|(name, value)| (name.into(), value.into())));
        Self { variables: Arc::new(all) }
    }
}

impl<N: Into<OsString>, V: Into<OsString>> FromIterator<(N, V)> for Environment {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(variables: I) -> Self {
        Self::default().with(variables)
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.variables.keys()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_values_count_as_unset_and_values_are_not_printed() {
        let environment: Environment = [("KEY", "sk-1"), ("EMPTY", "")].into_iter().collect();
        assert_eq!(environment.get("KEY"), Some("sk-1"));
        assert_eq!(environment.get("EMPTY"), None);
        assert_eq!(environment.get("ABSENT"), None);
        assert_eq!(environment.with([("KEY", "2")]).get("KEY"), Some("2"));
        assert_eq!(format!("{environment:?}"), r#"{"EMPTY", "KEY"}"#);
    }
}
