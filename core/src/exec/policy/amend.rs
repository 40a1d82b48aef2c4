//! Keeping a rule that a human has accepted: one more line in a file of the home directory. Blocking.
//!
//! Whole or not at all, once, and side by side with other processes: the file is locked while it is read and
//! written, and the line is one write at its end. Commands can read the file and so lock it, too; it is not waited for
//! longer than an honest writer takes.

use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::files::{self, LARGEST_FILE};
use super::language;
use super::rule::PrefixRule;
use crate::base::files::lock_to_append;

const FILE: &str = "default.rules";
const MOST_WORDS: usize = 256;
const MOST_BYTES: usize = 64 * 1024;
/// How long others may hold the file.
const PATIENCE: Duration = Duration::from_secs(2);

/// Why a rule was not kept.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the rule has no words; name at least the program")]
    Empty,
    #[error("the rule is longer than {MOST_WORDS} words or {MOST_BYTES} bytes")]
    TooLong,
    /// Behind an error a further line would mean something else.
    #[error("the rules file has an error that has to be corrected first: {0}")]
    Broken(String),
    #[error("{} cannot be written: {source}", path.display())]
    File {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
}

/// Allows commands that begin with these words, from now on. A rule that is there already is not written again.
pub fn allow(folder: &Path, words: &[String]) -> Result<(), Error> {
    allow_within(PATIENCE, folder, words)
}

fn allow_within(patience: Duration, folder: &Path, words: &[String]) -> Result<(), Error> {
    if words.first().is_none_or(|program| program.trim().is_empty()) {
        return Err(Error::Empty);
    }
    if words.len() > MOST_WORDS || words.iter().map(String::len).sum::<usize>() > MOST_BYTES {
        return Err(Error::TooLong);
    }
    let path = folder.join(FILE);
    let failed = |source| Error::File { path: path.clone(), source };
    std::fs::create_dir_all(folder).map_err(failed)?;
    if leads_away(folder).map_err(failed)? {
        return Err(failed(io::Error::other("a link leads out of the home directory")));
    }
    let mut file = lock_to_append(&path, Instant::now() + patience).map_err(failed)?;
    let mut text = String::new();
    let limit = u64::try_from(LARGEST_FILE).unwrap_or(u64::MAX);
    Read::take(&mut file, limit).read_to_string(&mut text).map_err(failed)?;
    let rules = language::parse(&text)
        .map_err(|error| Error::Broken(files::problem(&path, &text, error).to_string()))?;
    let rule = PrefixRule::allow(words);
    if rules.prefixes.iter().any(|other| other.covers(&rule)) {
        return Ok(());
    }
    let mut line = match text.is_empty() || text.ends_with('\n') {
        true => String::new(),
        false => "\n".to_owned(),
    };
    let pattern: Vec<String> = words.iter().map(|word| quoted(word)).collect();
    line.push_str(&format!("prefix_rule(pattern=[{}], decision=\"allow\")\n", pattern.join(", ")));
    if text.len() + line.len() > LARGEST_FILE {
        return Err(failed(io::Error::from(io::ErrorKind::FileTooLarge)));
    }
    let length = file.metadata().map_err(failed)?.len();
    let written = file.write_all(line.as_bytes()).and_then(|()| file.sync_data());
    if written.is_err() {
        // Half a line would be an error in the file.
        let _ = file.set_len(length);
    }
    written.map_err(failed)
}

/// Whether the folder, or the file in it, is a link to where commands may be able to write.
fn leads_away(folder: &Path) -> io::Result<bool> {
    let home = folder.parent().unwrap_or(folder).canonicalize()?;
    let path = folder.join(FILE);
    let real = if path.symlink_metadata().is_ok() { path.canonicalize()? } else { folder.canonicalize()? };
    Ok(!real.starts_with(home))
}

/// A word as the language of the file reads it.
fn quoted(word: &str) -> String {
    let mut text = String::from("\"");
    for character in word.chars() {
        match character {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            control if control.is_control() => text.push_str(&format!("\\u{:04x}", u32::from(control))),
            plain => text.push(plain),
        }
    }
    text.push('"');
    text
}

#[cfg(test)]
mod tests {
    use std::fs::File;

    use rustix::fs::FlockOperation;

    use super::*;

    fn words(line: &str) -> Vec<String> {
        shlex::split(line).unwrap()
    }

    fn content(folder: &Path) -> String {
        std::fs::read_to_string(folder.join(FILE)).unwrap()
    }

    #[test]
    fn a_rule_is_kept_once_and_understood() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("rules");
        allow(&folder, &words("touch a")).unwrap();
        allow(&folder, &words("touch a")).unwrap();
        allow(&folder, &words("touch a b")).unwrap();
        let odd = ["echo".to_owned(), "a\"b\\c\nd\té\u{7}".to_owned()];
        allow(&folder, &odd).unwrap();
        assert_eq!(
            content(&folder),
            "prefix_rule(pattern=[\"touch\", \"a\"], decision=\"allow\")\n\
             prefix_rule(pattern=[\"echo\", \"a\\\"b\\\\c\\nd\\té\\u0007\"], decision=\"allow\")\n"
        );
        let rules = language::parse(&content(&folder)).unwrap();
        assert_eq!(rules.prefixes, [PrefixRule::allow(&words("touch a")), PrefixRule::allow(&odd)]);
    }

    #[test]
    fn what_stands_in_the_file_stays() {
        let home = tempfile::tempdir().unwrap();
        std::fs::write(home.path().join(FILE), "# mine\nprefix_rule(pattern=['git'], decision='prompt')")
            .unwrap();
        allow(home.path(), &words("git status")).unwrap();
        assert!(
            content(home.path())
                .starts_with("# mine\nprefix_rule(pattern=['git'], decision='prompt')\nprefix_rule(")
        );
    }

    #[test]
    fn what_cannot_be_kept_says_why_and_changes_nothing() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join(FILE);
        let refused = |words: &[String]| allow(home.path(), words).unwrap_err().to_string();
        assert!(refused(&[]).contains("no words"));
        assert!(refused(&[" ".to_owned()]).contains("no words"));
        assert!(refused(&vec!["a".to_owned(); 300]).contains("longer than"));
        assert!(!path.exists());
        std::fs::write(&path, "prefix_rule(pattern=['a'").unwrap();
        let text = refused(&words("touch a"));
        assert!(text.contains("default.rules:1:25: `,` or `]` is expected"), "{text}");
        assert_eq!(content(home.path()), "prefix_rule(pattern=['a'");
        std::fs::remove_file(&path).unwrap();
        std::fs::create_dir(&path).unwrap();
        assert!(refused(&words("touch a")).contains("cannot be written"));
    }

    #[test]
    fn nothing_is_written_through_a_link_out_of_the_home_directory() {
        use std::os::unix::fs::symlink;
        let place = tempfile::tempdir().unwrap();
        let path = |name: &str| place.path().join(name);
        std::fs::create_dir_all(path("home")).unwrap();
        std::fs::create_dir_all(path("dotfiles")).unwrap();
        symlink("../dotfiles", path("home/rules")).unwrap();
        let refused = || allow(&path("home/rules"), &words("touch a")).unwrap_err().to_string();
        assert!(refused().contains("a link leads out"));
        std::fs::remove_file(path("home/rules")).unwrap();
        std::fs::create_dir(path("home/rules")).unwrap();
        std::fs::write(path("dotfiles/x"), "").unwrap();
        symlink(path("dotfiles/x"), path("home/rules").join(FILE)).unwrap();
        assert!(refused().contains("a link leads out"));
        assert_eq!(std::fs::read_to_string(path("dotfiles/x")).unwrap(), "");
    }

    #[test]
    fn a_file_that_somebody_keeps_locked_is_not_waited_for_without_end() {
        let home = tempfile::tempdir().unwrap();
        allow(home.path(), &words("touch a")).unwrap();
        let foreign = File::open(home.path().join(FILE)).unwrap();
        rustix::fs::flock(&foreign, FlockOperation::LockExclusive).unwrap();
        let refused = allow_within(Duration::ZERO, home.path(), &words("touch b")).unwrap_err().to_string();
        assert!(refused.contains("another program keeps it locked"), "{refused}");
        drop(foreign);
        allow(home.path(), &words("touch b")).unwrap();
        assert_eq!(content(home.path()).lines().count(), 2);
    }

    #[test]
    fn many_at_once_lose_and_double_nothing() {
        let home = tempfile::tempdir().unwrap();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for number in 0..20 {
                        allow(home.path(), &words(&format!("touch {number}"))).unwrap();
                    }
                });
            }
        });
        let text = content(home.path());
        assert_eq!(text.lines().count(), 20, "{text}");
        assert_eq!(language::parse(&text).unwrap().prefixes.len(), 20);
    }

    proptest::proptest! {
        #[test]
        fn every_word_comes_back(word in "\\PC{0,20}|[\\x00-\\x7f]{0,20}") {
            let text = format!("prefix_rule(pattern=[{}])", quoted(&word));
            proptest::prop_assert_eq!(&language::parse(&text).unwrap().prefixes[0].pattern[0][0], &word);
        }
    }
}
