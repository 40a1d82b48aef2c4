//! A rule, and which words it is about. Pure.

use std::collections::BTreeMap;

use super::super::parse::shells::{base_name, known_place};

/// What a rule says of the commands that it is about; the later one counts where rules disagree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Decision {
    Allow,
    Prompt,
    Forbidden,
}

/// A rule about commands that begin with certain words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrefixRule {
    /// For each place the words that may stand there; never empty.
    pub pattern: Vec<Vec<String>>,
    pub decision: Decision,
    pub justification: Option<String>,
}

/// Where programs are that a rule names by their bare names.
pub type Executables = BTreeMap<String, Vec<String>>;

/// How sure it has to be that a path is the program of a bare name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Certainty {
    /// It stands in a folder of the system, or in a place that the rules name.
    Known,
    /// Its name is enough.
    Name,
}

impl PrefixRule {
    pub fn allow(words: &[String]) -> Self {
        let pattern = words.iter().map(|word| vec![word.clone()]).collect();
        Self { pattern, decision: Decision::Allow, justification: None }
    }

    pub fn matches(&self, words: &[String], executables: &Executables, certainty: Certainty) -> bool {
        if words.len() < self.pattern.len() {
            return false;
        }
        self.pattern.iter().zip(words).enumerate().all(|(at, (choices, word))| match at {
            0 => choices.iter().any(|choice| is_program(choice, word, executables, certainty)),
            _later => choices.contains(word),
        })
    }

    /// Whether each command about which this rule allows something is one about which the other does.
    pub fn covers(&self, other: &PrefixRule) -> bool {
        let narrower =
            |(own, others): (&Vec<String>, &Vec<String>)| others.iter().all(|word| own.contains(word));
        self.decision == other.decision
            && self.pattern.len() <= other.pattern.len()
            && self.pattern.iter().zip(&other.pattern).all(narrower)
    }
}

fn is_program(choice: &str, word: &str, executables: &Executables, certainty: Certainty) -> bool {
    if choice == word {
        return true;
    }
    if choice.contains('/') || !word.contains('/') || base_name(word) != choice {
        return false;
    }
    match (certainty, executables.get(choice)) {
        (Certainty::Name, _) => true,
        (Certainty::Known, Some(places)) => places.iter().any(|place| place == word),
        (Certainty::Known, None) => known_place(word).is_some(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<String> {
        shlex::split(line).unwrap()
    }

    #[test]
    fn a_rule_is_about_commands_that_begin_alike() {
        let pattern = vec![words("git"), words("status log"), words("-s")];
        let rule = PrefixRule { pattern, decision: Decision::Allow, justification: None };
        let matches = |line: &str, certainty| rule.matches(&words(line), &Executables::default(), certainty);
        for line in ["git status -s", "git log -s x", "/usr/bin/git log -s"] {
            assert!(matches(line, Certainty::Known), "{line}");
        }
        for line in
            ["git status", "git diff -s", "git log x -s", "/tmp/git log -s", "./git log -s", "", "gitlog"]
        {
            assert!(!matches(line, Certainty::Known), "{line}");
        }
        assert!(matches("/tmp/git log -s", Certainty::Name));
        assert!(!matches("/tmp/agit log -s", Certainty::Name));
    }

    #[test]
    fn places_of_programs_can_be_named() {
        let rule = PrefixRule::allow(&words("tool x"));
        let executables: Executables = [("tool".to_owned(), words("/opt/t/tool"))].into();
        let matches = |line: &str| rule.matches(&words(line), &executables, Certainty::Known);
        assert!(matches("tool x") && matches("/opt/t/tool x"));
        assert!(!matches("/usr/bin/tool x"), "only where the rules say");
        let exact = PrefixRule::allow(&words("/opt/t/tool"));
        assert!(exact.matches(&words("/opt/t/tool"), &Executables::default(), Certainty::Known));
        assert!(!exact.matches(&words("tool"), &Executables::default(), Certainty::Name));
    }

    #[test]
    fn a_shorter_rule_covers_a_longer_one() {
        let rule = |line: &str| PrefixRule::allow(&words(line));
        assert!(rule("git").covers(&rule("git status")));
        assert!(rule("git status").covers(&rule("git status")));
        assert!(!rule("git status").covers(&rule("git")));
        assert!(!rule("git log").covers(&rule("git status")));
        let prompt = PrefixRule { decision: Decision::Prompt, ..rule("git") };
        assert!(!prompt.covers(&rule("git status")));
    }
}
