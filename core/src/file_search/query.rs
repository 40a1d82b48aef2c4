//! What is looked for, and how well a path fits it.
//!
//! A file whose name alone fits comes before all whose path fits, and what is called exactly so before that. That
//! holds for one word without signs; several words, or parts that must be there as they are, are looked for in paths.

use std::sync::Arc;

use nucleo_matcher::pattern::{AtomKind, CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use super::best::{Best, Found};
use super::folder::{Folder, Letters, Named};

const NAME_FITS: u32 = 1 << 16;
const NAME_IS_IT: u32 = 1 << 17;

/// What is looked for.
#[derive(Clone, Debug)]
pub struct Query {
    pattern: Pattern,
    wanted: Letters,
    /// Of the one word that names may fit, in characters.
    name_length: Option<usize>,
}

/// Looks for it, in one thread.
pub struct Scorer<'q> {
    query: &'q Query,
    matcher: Matcher,
    path: String,
    characters: Vec<char>,
}

impl Query {
    /// `None` if nothing is looked for.
    pub fn new(text: &str) -> Option<Self> {
        let mut pattern = Pattern::parse(text, CaseMatching::Ignore, Normalization::Smart);
        pattern.atoms.retain(|atom| !atom.needle_text().is_empty());
        let name_length = match pattern.atoms.as_slice() {
            [] => return None,
            [atom] if atom.kind == AtomKind::Fuzzy && !atom.negative => Some(atom.needle_text().len()),
            _ => None,
        };
        let needed = pattern.atoms.iter().filter(|atom| !atom.negative);
        let wanted = needed.fold(Letters::default(), |wanted, atom| {
            wanted.and(Letters::wanted(&atom.needle_text().to_string()))
        });
        Some(Self { pattern, wanted, name_length })
    }

    fn name_score(&self, entry: Named<'_>, matcher: &mut Matcher, characters: &mut Vec<char>) -> Option<u32> {
        let length = self.name_length.filter(|_| entry.letters.has(self.wanted))?;
        let name = Utf32Str::new(entry.name, characters);
        let is_it = name.len() == length;
        if entry.is_folder && !is_it {
            return None;
        }
        let score = self.pattern.score(name, matcher)?;
        let is_file = if entry.is_folder { 0 } else { NAME_FITS };
        let exactly = if is_it { NAME_IS_IT } else { 0 };
        Some(score + is_file + exactly)
    }

    /// Which characters of a path that was found fit.
    pub(super) fn indices(&self, folder: &str, entry: Named<'_>, matcher: &mut Matcher) -> Vec<u32> {
        let (mut characters, mut indices) = (Vec::new(), Vec::new());
        let by_name = self.name_score(entry, matcher, &mut characters).is_some();
        let mut path = String::new();
        let text = if by_name { entry.name } else { full_path(folder, entry.name, &mut path) };
        self.pattern.indices(Utf32Str::new(text, &mut characters), matcher, &mut indices);
        indices.sort_unstable();
        indices.dedup();
        if by_name && !folder.is_empty() {
            let before = u32::try_from(folder.chars().count() + 1).unwrap_or(0);
            indices.iter_mut().for_each(|index| *index += before);
        }
        indices
    }
}

pub(super) fn matcher() -> Matcher {
    Matcher::new(Config::DEFAULT.match_paths())
}

fn full_path<'p>(folder: &str, name: &str, path: &'p mut String) -> &'p str {
    path.clear();
    path.push_str(folder);
    if !folder.is_empty() {
        path.push('/');
    }
    path.push_str(name);
    path
}

impl<'q> Scorer<'q> {
    pub fn new(query: &'q Query) -> Self {
        Self { query, matcher: matcher(), path: String::new(), characters: Vec::new() }
    }

    /// Looks through a folder.
    pub fn look_through(&mut self, folder: &Arc<Folder>, best: &mut Best) {
        let around = folder.letters();
        for (at, entry) in folder.entries().enumerate() {
            if !around.and(entry.letters).has(self.query.wanted) {
                continue;
            }
            if let Some(score) = self.score(&folder.path, entry) {
                best.offer(Found { score, folder: Arc::clone(folder), at });
            }
        }
    }

    fn score(&mut self, folder: &str, entry: Named<'_>) -> Option<u32> {
        let Self { query, matcher, path, characters } = self;
        if let Some(score) = query.name_score(entry, matcher, characters) {
            return Some(score);
        }
        let path = full_path(folder, entry.name, path);
        query.pattern.score(Utf32Str::new(path, characters), matcher)
    }
}
