//! Which logins are allowed and where they are kept.

use serde::{Deserialize, Serialize};

/// Where the vendor's services are, if nothing else is set.
const CHATGPT_BASE_URL: &str = "https://chatgpt.com/backend-api";

/// All settings about logins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LoginSettings {
    pub store: CredentialsStore,
    /// The only kind of login that is allowed.
    pub forced_method: Option<ForcedMethod>,
    /// The workspaces of which an account must be; any if there are none.
    pub forced_workspaces: Vec<String>,
    /// Another address of the vendor's services.
    pub chatgpt_base_url: Option<String>,
}

/// Where a login is kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CredentialsStore {
    /// In `auth.json` of the home directory.
    #[default]
    File,
    /// With the keyring of the system.
    Keyring,
    /// With the keyring, or in the file where there is none.
    Auto,
    /// In the memory of this process.
    Ephemeral,
}

/// A kind of login.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ForcedMethod {
    Chatgpt,
    Api,
}

/// One workspace, or several.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, expecting = "expected an id or a list of ids")]
pub enum ForcedWorkspaces {
    One(String),
    Many(Vec<String>),
}

impl ForcedWorkspaces {
    /// Those that have a name.
    pub fn ids(self) -> Vec<String> {
        let ids = match self {
            Self::One(id) => vec![id],
            Self::Many(ids) => ids,
        };
        ids.iter().map(|id| id.trim().to_owned()).filter(|id| !id.is_empty()).collect()
    }
}

impl LoginSettings {
    /// The address of the vendor's services, without a slash at its end.
    pub fn chatgpt_base_url(&self) -> &str {
        self.chatgpt_base_url.as_deref().unwrap_or(CHATGPT_BASE_URL).trim_end_matches('/')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blank_workspaces_are_none() {
        assert!(ForcedWorkspaces::One("  ".into()).ids().is_empty());
        assert_eq!(ForcedWorkspaces::Many(vec![" a ".into(), "".into(), "b".into()]).ids(), ["a", "b"]);
    }
}
