//! The word that somebody may have meant.

/// Longer words are no slips.
const LONGEST: usize = 64;

/// The word that is most like the given one, if one is like it at all. Case, underscores and hyphens do not count.
pub fn nearest<'a>(word: &str, among: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if word.len() > LONGEST {
        return None;
    }
    let given = letters(word);
    let far = (given.len() / 3).clamp(1, 3);
    let measured = among
        .into_iter()
        .filter(|known| known.len() <= LONGEST)
        .map(|known| (distance(&given, &letters(known)), known));
    measured
        .filter(|(distance, _)| *distance <= far)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, known)| known)
}

fn letters(word: &str) -> Vec<char> {
    word.chars().filter(|letter| !matches!(letter, '_' | '-')).flat_map(char::to_lowercase).collect()
}

/// How many letters are missing, too many, others, or changed places with their neighbours.
fn distance(one: &[char], other: &[char]) -> usize {
    let mut before = Vec::new();
    let mut last: Vec<usize> = (0..=other.len()).collect();
    for (row, letter) in one.iter().enumerate() {
        let mut now = vec![row + 1];
        for (column, also) in other.iter().enumerate() {
            let at = |row: &[usize], column: usize| row.get(column).copied().unwrap_or(usize::MAX / 2);
            let mut least = (at(&last, column) + usize::from(letter != also))
                .min(at(&last, column + 1) + 1)
                .min(at(&now, column) + 1);
            let swapped = row > 0
                && column > 0
                && one.get(row - 1) == Some(also)
                && other.get(column - 1) == Some(letter);
            if swapped {
                least = least.min(at(&before, column - 1) + 1);
            }
            now.push(least);
        }
        before = std::mem::replace(&mut last, now);
    }
    last.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_found_and_other_words_are_not() {
        let known = ["base_url", "network_access", "model", "exclude"];
        for (word, meant) in [
            ("base_ulr", Some("base_url")),
            ("networkaccess", Some("network_access")),
            ("Base-URL", Some("base_url")),
            ("modle", Some("model")),
            ("models", Some("model")),
            ("exlcude", Some("exclude")),
            ("foo", None),
            ("mode_of_work", None),
            ("", None),
        ] {
            assert_eq!(nearest(word, known), meant, "{word}");
        }
        assert_eq!(nearest(&"model".repeat(100), known), None);
    }

    #[test]
    fn letters_are_counted() {
        let count = |one: &str, other: &str| distance(&letters(one), &letters(other));
        assert_eq!((count("", "abc"), count("abc", ""), count("abc", "abc")), (3, 3, 0));
        assert_eq!((count("abc", "acb"), count("abc", "abxc"), count("kitten", "sitting")), (1, 1, 3));
    }
}
