//! The content of a file as git knows it: a mode, an id, and the text if it is one.

use std::sync::Arc;

/// Larger texts are not compared line by line.
const LARGEST_TEXT: usize = 4 * 1024 * 1024;
/// How far git looks for a byte that makes a file binary.
const SNIFFED: usize = 8000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    File,
    Executable,
    Link,
}

impl Mode {
    pub fn digits(self) -> &'static str {
        match self {
            Self::File => "100644",
            Self::Executable => "100755",
            Self::Link => "120000",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blob {
    pub mode: Mode,
    /// 40 hexadecimal digits.
    pub id: String,
    /// None for what is not shown as lines.
    pub text: Option<Arc<str>>,
}

impl Blob {
    /// Of a link, the content is where it leads.
    pub fn new(mode: Mode, content: &[u8]) -> Self {
        let is_binary = content.len() > LARGEST_TEXT || content.iter().take(SNIFFED).any(|byte| *byte == 0);
        let text = if is_binary { None } else { std::str::from_utf8(content).ok().map(Arc::from) };
        Self { mode, id: id(content), text }
    }

    /// By which two regular files are known to hold the same.
    pub fn name(&self) -> Option<&str> {
        (!self.is_link()).then_some(self.id.as_str())
    }

    pub fn is_link(&self) -> bool {
        self.mode == Mode::Link
    }
}

/// The name that git gives to a content.
fn id(content: &[u8]) -> String {
    let mut context = ring::digest::Context::new(&ring::digest::SHA1_FOR_LEGACY_USE_ONLY);
    context.update(format!("blob {}\0", content.len()).as_bytes());
    context.update(content);
    context.finish().as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// How alike two contents are, in percent: how much of the larger one comes from the other, in lines (or pieces of
/// 64 bytes). As git counts it when it decides whether a file was renamed.
pub fn similarity(before: &Blob, after: &Blob) -> usize {
    if before.id == after.id {
        return 100;
    }
    let (Some(before), Some(after)) = (&before.text, &after.text) else { return 0 };
    let largest = before.len().max(after.len());
    let mut pieces = std::collections::HashMap::new();
    for piece in pieces_of(before) {
        *pieces.entry(piece).or_insert(0_usize) += piece.len();
    }
    let mut copied = 0;
    for piece in pieces_of(after) {
        if let Some(left) = pieces.get_mut(piece).filter(|left| **left > 0) {
            *left = left.saturating_sub(piece.len());
            copied += piece.len();
        }
    }
    (copied * 100).checked_div(largest).unwrap_or(0)
}

fn pieces_of(text: &str) -> impl Iterator<Item = &[u8]> {
    text.as_bytes().split_inclusive(|byte| *byte == b'\n').flat_map(|line| line.chunks(64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_those_of_git() {
        let id = |content: &[u8]| Blob::new(Mode::File, content).id;
        assert_eq!(id(b""), "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
        assert_eq!(id(b"hello\n"), "ce013625030ba8dba906f756967f9e9ca394464a");
    }

    #[test]
    fn what_is_no_text_is_binary() {
        let is_text = |content: &[u8]| Blob::new(Mode::File, content).text.is_some();
        assert!(is_text("ä\n".as_bytes()));
        assert!(!is_text(b"a\0b"));
        assert!(!is_text(b"\xff"));
        assert!(!is_text(&vec![b'a'; LARGEST_TEXT + 1]));
    }
}
