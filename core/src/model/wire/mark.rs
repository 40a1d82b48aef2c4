//! What stands in the `encrypted_content` of reasoning that did not come over the Responses wire.
//!
//! Such reasoning goes back only to the provider that wrote it, and only over the wire it came by; what other
//! servers have encrypted is nobody else's. Nothing that a server encrypts looks like a mark, and programs that
//! know no marks read one as content they cannot read.

use codex_protocol::response_item::ResponseItem;

const BEGINNING: &str = "codex-wire ";

/// The kinds of foreign reasoning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Chat Completions; what follows is the field that the text was in.
    Chat,
    /// Chat Completions; the parts of the reasoning follow, as the server wrote them.
    Details,
    /// Chat Completions; what a server added to the call that follows, as it wrote it. Not reasoning that anybody reads.
    Call,
    /// Anthropic Messages; the signature of a thinking block follows.
    Thinking,
    /// Anthropic Messages; the data of a redacted block follows.
    Redacted,
}

const KINDS: [(Kind, &str); 5] = [
    (Kind::Chat, "chat"),
    (Kind::Details, "chat-details"),
    (Kind::Call, "chat-call"),
    (Kind::Thinking, "thinking"),
    (Kind::Redacted, "redacted-thinking"),
];

/// A mark that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark<'a> {
    pub kind: Kind,
    pub rest: &'a str,
}

/// The mark of reasoning by this provider.
pub fn write(kind: Kind, provider: &str, rest: &str) -> String {
    let name = KINDS.iter().find(|(of, _)| *of == kind).map_or("", |(_, name)| name);
    format!("{BEGINNING}{name} {} {rest}", one_word(provider))
}

/// The mark of an item, if it has one of this provider.
pub fn read<'a>(item: &'a ResponseItem, provider: &str) -> Option<Mark<'a>> {
    let ResponseItem::Reasoning { encrypted_content: Some(text), .. } = item else { return None };
    let mut words = text.strip_prefix(BEGINNING)?.splitn(3, ' ');
    let (name, writer, rest) = (words.next()?, words.next()?, words.next()?);
    let (kind, _) = KINDS.iter().find(|(_, known)| *known == name)?;
    (writer == one_word(provider)).then_some(Mark { kind: *kind, rest })
}

/// Whether an item is nothing but an addition to the call that follows.
pub fn belongs_to_call(encrypted_content: Option<&str>) -> bool {
    let rest = encrypted_content.and_then(|text| text.strip_prefix(BEGINNING));
    rest.and_then(|rest| rest.split(' ').next()) == Some("chat-call")
}

/// Whether an item has a mark, whoever wrote it.
pub fn is_marked(encrypted_content: Option<&str>) -> bool {
    encrypted_content.is_some_and(|text| text.starts_with(BEGINNING))
}

fn one_word(provider: &str) -> String {
    provider.chars().map(|c| if c.is_whitespace() { '_' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reasoning(encrypted: &str) -> ResponseItem {
        let encrypted_content = Some(encrypted.to_owned());
        ResponseItem::Reasoning { id: None, summary: vec![], content: None, encrypted_content }
    }

    #[test]
    fn a_mark_is_read_by_whom_it_is_from() {
        for (kind, _) in KINDS {
            let item = reasoning(&write(kind, "my proxy", "a b/c="));
            assert_eq!(read(&item, "my proxy"), Some(Mark { kind, rest: "a b/c=" }));
            assert_eq!(read(&item, "other"), None);
        }
    }

    #[test]
    fn what_a_server_has_encrypted_is_no_mark() {
        for text in ["gAAAAAB+/==", "", "codex-wire ", "codex-wire chat p", "codex-wire telepathy p x"] {
            assert_eq!(read(&reasoning(text), "p"), None, "{text}");
        }
        assert!(!is_marked(Some("gAAAAAB")) && !is_marked(None));
        assert!(is_marked(Some(&write(Kind::Chat, "p", "reasoning"))));
        assert!(belongs_to_call(Some(&write(Kind::Call, "p", "{}"))));
        assert!(!belongs_to_call(Some(&write(Kind::Details, "p", "{}"))) && !belongs_to_call(None));
    }
}
