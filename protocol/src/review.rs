//! What a reviewer is asked and what it finds.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_json::Value;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReviewRequest {
    pub prompt: String,
    /// What the user sees of the request.
    pub user_facing_hint: String,
    /// What is reviewed, as the client named it; not in files of 2025.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub target: Value,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ReviewOutput {
    pub findings: Vec<ReviewFinding>,
    pub overall_correctness: String,
    pub overall_explanation: String,
    pub overall_confidence_score: f64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReviewFinding {
    pub title: String,
    pub body: String,
    pub confidence_score: f64,
    pub priority: i64,
    pub code_location: CodeLocation,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CodeLocation {
    pub absolute_file_path: PathBuf,
    pub line_range: LineRange,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineRange {
    pub start: u64,
    pub end: u64,
}
