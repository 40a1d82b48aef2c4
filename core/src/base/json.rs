//! What is said of JSON that cannot be read.

/// The place of a mistake. The parser's own words may quote the text, which may hold a key.
pub fn place(error: &serde_json::Error) -> String {
    format!("{:?} error in line {}", error.classify(), error.line()).to_lowercase()
}
