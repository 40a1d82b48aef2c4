//! What is in a folder, in few bytes: a million entries are about forty megabytes.

use std::sync::Arc;

/// Ends a piece of a folder, so that several threads can look through a large one.
pub const LARGEST: usize = 8192;

/// Which characters a text has, one bit for one or several of them. Case does not count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Letters(u64);

/// A folder below a root, or a piece of it.
#[derive(Debug, Default)]
pub struct Folder {
    /// Of the root, in the list of them.
    pub root: usize,
    /// From the root; empty for the root itself.
    pub path: Arc<str>,
    letters: Letters,
    /// One behind the other.
    names: String,
    entries: Vec<Entry>,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    letters: Letters,
    /// Where its name ends.
    end: u32,
    is_folder: bool,
}

/// Something in a folder.
#[derive(Clone, Copy, Debug)]
pub struct Named<'a> {
    pub name: &'a str,
    pub is_folder: bool,
    pub letters: Letters,
}

impl Letters {
    pub fn of(text: &str) -> Self {
        let mut letters = 0;
        for byte in text.bytes() {
            letters |= match byte {
                b'a'..=b'z' => 1 << (byte - b'a'),
                b'A'..=b'Z' => 1 << (byte - b'A'),
                b'0'..=b'9' => 1 << (26 + byte - b'0'),
                b'/' => 1 << 36,
                b'.' => 1 << 37,
                b'_' => 1 << 38,
                b'-' => 1 << 39,
                0..=127 => 1 << (40 + byte % 24),
                // Letters with accents fit those without.
                128..=255 => u64::MAX,
            };
        }
        Self(letters)
    }

    /// Those of a text that is looked for: what has accents may fit many letters.
    pub fn wanted(text: &str) -> Self {
        text.chars().filter(char::is_ascii).fold(Self::default(), |letters, character| {
            letters.and(Self::of(character.encode_utf8(&mut [0; 4])))
        })
    }

    pub fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub fn has(self, wanted: Self) -> bool {
        wanted.0 & !self.0 == 0
    }
}

impl Folder {
    pub fn new(root: usize, path: Arc<str>) -> Self {
        let mut letters = Letters::of(&path);
        if !path.is_empty() {
            letters = letters.and(Letters::of("/"));
        }
        Self { root, path, letters, names: String::new(), entries: Vec::new() }
    }

    pub fn push(&mut self, name: &str, is_folder: bool) {
        // Pieces are small and names short: this is what says so.
        let Ok(end) = u32::try_from(self.names.len() + name.len()) else { return };
        self.names.push_str(name);
        self.entries.push(Entry { letters: Letters::of(name), end, is_folder });
    }

    /// Gives back what was set aside for growing.
    pub fn shrink(&mut self) {
        self.names.shrink_to_fit();
        self.entries.shrink_to_fit();
    }

    pub fn len(&self) -> usize {
        self.entries.len()
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub fn letters(&self) -> Letters {
        self.letters
    }

    pub fn entries(&self) -> impl Iterator<Item = Named<'_>> {
        let mut begin = 0;
        self.entries.iter().map(move |entry| {
            let end = entry.end as usize;
            let name = self.names.get(begin..end).unwrap_or_default();
            begin = end;
            Named { name, is_folder: entry.is_folder, letters: entry.letters }
        })
    }

    pub fn entry(&self, at: usize) -> Option<Named<'_>> {
        let entry = self.entries.get(at)?;
        let begin =
            at.checked_sub(1).and_then(|before| self.entries.get(before)).map_or(0, |before| before.end);
        let name = self.names.get(begin as usize..entry.end as usize)?;
        Some(Named { name, is_folder: entry.is_folder, letters: entry.letters })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_come_out_as_they_went_in() {
        let mut folder = Folder::new(0, "a/b".into());
        folder.push("one.rs", false);
        folder.push("zwölf", true);
        let all: Vec<_> = folder.entries().map(|entry| (entry.name, entry.is_folder)).collect();
        assert_eq!(all, [("one.rs", false), ("zwölf", true)]);
        assert_eq!(folder.entry(1).unwrap().name, "zwölf");
        assert_eq!(folder.entry(0).unwrap().name, "one.rs");
        assert!(folder.entry(2).is_none());
    }

    #[test]
    fn letters_tell_what_cannot_fit() {
        let has = |text: &str, wanted: &str| Letters::of(text).has(Letters::wanted(wanted));
        assert!(has("Main.rs", "mAIN") && has("größe", "gross") && has("main", "ü"));
        assert!(!has("main.rs", "mainz") && !has("a_1", "a2") && !has("a", "/"));
        assert!(Folder::new(0, "a".into()).letters().has(Letters::wanted("a/")));
    }
}
