//! What the agent asks its user, and what the user says.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// One question with answers to choose from. The user may always say something else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserQuestion {
    /// Under which its answer is given.
    pub id: String,
    /// A few words above it.
    pub header: String,
    pub question: String,
    /// The answer is not to be shown while it is typed.
    #[serde(default)]
    pub is_secret: bool,
    pub options: Vec<QuestionOption>,
}

/// An answer to choose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuestionOption {
    pub label: String,
    pub description: String,
}

/// Answers by the ids of their questions. A question without an answer was passed over.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserInputResponse {
    pub answers: BTreeMap<String, UserAnswer>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserAnswer {
    pub answers: Vec<String>,
}
