//! How user and agent work together: with a plan first, or straight on.

use serde::{Deserialize, Serialize};

use crate::policy::ReasoningEffort;

/// A way of working together. Names of other versions count as the usual one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ModeKind {
    /// The agent asks and plans, and leaves the work for later.
    Plan,
    /// The agent does what it is asked.
    #[default]
    #[serde(other)]
    Default,
}

/// A mode with what the agent is told about it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mode {
    pub kind: ModeKind,
    /// In place of the built-in instructions of the mode.
    #[serde(default)]
    pub instructions: Option<String>,
}

/// A mode as it is stored, with the settings that came along with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CollaborationMode {
    pub mode: ModeKind,
    pub settings: ModeSettings,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModeSettings {
    pub model: String,
    #[serde(default)]
    pub reasoning_effort: Option<ReasoningEffort>,
    #[serde(default)]
    pub developer_instructions: Option<String>,
}

impl From<&CollaborationMode> for Mode {
    fn from(stored: &CollaborationMode) -> Self {
        Self { kind: stored.mode, instructions: stored.settings.developer_instructions.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mode_of_another_version_is_the_usual_one() {
        let text = r#"{"mode":"pair_programming","settings":{"model":"m","reasoning_effort":null}}"#;
        let stored: CollaborationMode = serde_json::from_str(text).unwrap();
        assert_eq!(Mode::from(&stored), Mode::default());
    }
}
