//! What the rules say of a command. Pure.

use super::super::parse::bash::plain_commands;
use super::super::parse::nested::every_command;
use super::super::parse::shells::{script_anywhere, script_of};
use super::files::Rulebook;
use super::rule::{Certainty, Decision, Executables, PrefixRule};

/// The outcome for one command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ruling {
    /// No rule decides; the approval policy does.
    None,
    /// Rules allow each of its commands.
    Allowed,
    /// A human is asked. The text says why.
    Prompt(String),
    /// It does not run. The text says why.
    Forbidden(String),
}

impl Rulebook {
    pub fn judge(&self, argv: &[String]) -> Ruling {
        if self.rules().next().is_none() {
            return Ruling::None;
        }
        match self.strictest(argv) {
            Ok(Some(rule)) => {
                let named: Vec<&str> =
                    rule.pattern.iter().filter_map(|choices| choices.first()).map(String::as_str).collect();
                let default = format!("a rule is about `{}`", named.join(" "));
                let why = rule.justification.clone().unwrap_or(default);
                return match rule.decision {
                    Decision::Forbidden => Ruling::Forbidden(why),
                    Decision::Prompt | Decision::Allow => Ruling::Prompt(why),
                };
            }
            Ok(None) => {}
            Err(TooLong) => return Ruling::Prompt("it is too long to be compared with the rules".to_owned()),
        }
        let commands = commands(argv);
        match commands.iter().all(|words| self.allows(words)) {
            true => Ruling::Allowed,
            false => Ruling::None,
        }
    }

    /// Whether a rule allows a command, apart from others that may ask or forbid.
    pub fn allows(&self, words: &[String]) -> bool {
        self.problems.is_empty()
            && self
                .rules()
                .filter(|(rule, _)| rule.decision == Decision::Allow)
                .any(|(rule, executables)| rule.matches(words, executables, Certainty::Known))
    }

    /// The rule that asks or forbids, the one that forbids first.
    fn strictest(&self, argv: &[String]) -> Result<Option<&PrefixRule>, TooLong> {
        let strict: Vec<&PrefixRule> =
            self.rules().map(|(rule, _)| rule).filter(|rule| rule.decision != Decision::Allow).collect();
        if strict.is_empty() {
            return Ok(None);
        }
        let every = every_command(argv).ok_or(TooLong)?;
        let is_script = script_of(argv).is_some();
        let matches = |rule: &&&PrefixRule| {
            every.iter().enumerate().any(|(at, words)| match (at, is_script) {
                // The shell that the server itself wraps around a script is meant only by its path, and only
                // where its script could not be read.
                (0, true) => plain_words(argv).is_none() && is_exactly(rule, words),
                (_, _) => rule.matches(words, &Executables::default(), Certainty::Name),
            })
        };
        Ok(strict.iter().filter(matches).max_by_key(|rule| rule.decision).copied())
    }
}

/// Whether a rule that allows commands with this beginning is about this command line.
pub fn is_about(words: &[String], argv: &[String]) -> bool {
    let rule = PrefixRule::allow(words);
    commands(argv).iter().any(|words| rule.matches(words, &Executables::default(), Certainty::Name))
}

/// It cannot be compared.
struct TooLong;

fn is_exactly(rule: &PrefixRule, words: &[String]) -> bool {
    words.len() >= rule.pattern.len()
        && rule.pattern.iter().zip(words).all(|(choices, word)| choices.contains(word))
}

/// The commands of a command line one by one, if their words are beyond doubt; else the line as one.
pub fn commands(argv: &[String]) -> Vec<Vec<String>> {
    plain_words(argv).unwrap_or_else(|| vec![argv.to_vec()])
}

/// The commands of a script of which the shell changes no word, or a command without a shell.
pub fn plain_words(argv: &[String]) -> Option<Vec<Vec<String>>> {
    let Some(script) = script_of(argv) else {
        return script_anywhere(argv).is_none().then(|| vec![argv.to_vec()]);
    };
    let commands = plain_commands(script)?;
    let words = |words: Vec<super::super::parse::bash::Word>| {
        words.into_iter().map(|word| (!word.expands).then_some(word.text)).collect::<Option<Vec<_>>>()
    };
    commands.into_iter().map(words).collect()
}

#[cfg(test)]
mod tests {
    use super::super::files::RuleSet;
    use super::super::language;
    use super::*;

    fn book(text: &str) -> Rulebook {
        let rules = language::parse(text).unwrap();
        let set = RuleSet { prefixes: rules.prefixes, executables: rules.executables };
        Rulebook { sets: vec![set], ..Rulebook::default() }
    }

    fn script(text: &str) -> Vec<String> {
        ["/bin/bash", "-lc", text].map(str::to_owned).to_vec()
    }

    const RULES: &str = r#"
prefix_rule(pattern=["touch"])
prefix_rule(pattern=["git", ["status", "log"]])
prefix_rule(pattern=["mkdir"], decision="prompt", justification="say why")
prefix_rule(pattern=["git", "log", "--all"], decision="prompt")
prefix_rule(pattern=["curl"], decision="forbidden", justification="use wget")
prefix_rule(pattern=["mkdir", "/"], decision="forbidden")
prefix_rule(pattern=["/bin/bash", "-lc", "touch a > b"])
"#;

    #[test]
    fn each_command_of_a_script_counts() {
        let book = book(RULES);
        for allowed in
            ["touch a", "touch a && git status; touch b", "touch 'a'\"b\"", "/usr/bin/touch a", "touch a > b"]
        {
            assert_eq!(book.judge(&script(allowed)), Ruling::Allowed, "{allowed}");
        }
        for undecided in [
            "touch a && ls",
            "touch a > c",
            "touch *",
            "touch $X",
            "touch $(ls)",
            "A=1 touch a",
            "touch a &",
            "/tmp/touch a",
            "./touch a",
            "sudo touch a",
            "bash -c 'touch a'",
            "git -c a=b status",
            "git",
            "",
            "echo curl",
        ] {
            assert_eq!(book.judge(&script(undecided)), Ruling::None, "{undecided}");
        }
    }

    #[test]
    fn what_asks_or_forbids_is_found_everywhere_and_the_stricter_counts() {
        let book = book(RULES);
        for forbidden in [
            "curl x",
            "touch a; curl x",
            "/tmp/curl x",
            "echo $(curl x)",
            "A=1 curl x > y",
            "sudo -u root curl x",
            "bash -c 'curl x'",
            "mkdir a; curl x",
            "find . -exec curl {} +",
        ] {
            assert_eq!(book.judge(&script(forbidden)), Ruling::Forbidden("use wget".into()), "{forbidden}");
        }
        assert_eq!(book.judge(&script("mkdir / x")), Ruling::Forbidden("a rule is about `mkdir /`".into()));
        for asked in ["mkdir a", "touch a && mkdir b", "echo `mkdir x`"] {
            assert_eq!(book.judge(&script(asked)), Ruling::Prompt("say why".into()), "{asked}");
        }
        assert_eq!(
            book.judge(&script("git log --all")),
            Ruling::Prompt("a rule is about `git log --all`".into())
        );
        let long = script(&": ;".repeat(20_000));
        assert!(matches!(book.judge(&long), Ruling::Prompt(why) if why.contains("too long")));
    }

    #[test]
    fn a_command_without_a_shell_is_one() {
        let book = book(RULES);
        let judge = |line: &str| book.judge(&shlex::split(line).unwrap());
        assert_eq!(judge("touch a"), Ruling::Allowed);
        assert_eq!(judge("touch '*'"), Ruling::Allowed, "no shell, no pattern");
        assert_eq!(judge("env touch a"), Ruling::None);
        assert!(matches!(judge("env curl a"), Ruling::Forbidden(_)));
    }

    #[test]
    fn the_shell_around_a_script_is_not_what_a_rule_about_shells_means() {
        let book = book("prefix_rule(pattern=['bash'], decision='forbidden')\nprefix_rule(pattern=['ls'])");
        assert_eq!(book.judge(&script("ls")), Ruling::Allowed);
        assert_eq!(book.judge(&script("ls > x")), Ruling::None);
        assert!(matches!(book.judge(&script("bash x.sh")), Ruling::Forbidden(_)));
        assert!(matches!(book.judge(&script("ls | bash")), Ruling::Forbidden(_)));
    }

    #[test]
    fn nothing_is_allowed_while_a_file_is_broken() {
        let mut book = book(RULES);
        book.problems.push(crate::config::error::Problem {
            place: crate::config::error::Place::Nowhere,
            key: None,
            message: String::new(),
            remedy: None,
        });
        assert_eq!(book.judge(&script("touch a")), Ruling::None);
        assert!(matches!(book.judge(&script("curl x")), Ruling::Forbidden(_)));
        assert_eq!(Rulebook::default().judge(&script("curl x")), Ruling::None);
    }
}
