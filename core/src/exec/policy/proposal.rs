//! Which beginning of a command line is offered to a human, to be allowed for good. Pure.
//!
//! Whoever accepts it lets every command that begins so run outside of the sandbox, whatever follows, so that
//! nothing is offered that runs what its arguments or files say: shells, interpreters, wrappers, programs that
//! the model could have written, commands that destroy. Where the words are in doubt nothing is offered.

use super::super::parse::shells::{base_name, known_place};
use super::super::safety;
use super::files::Rulebook;
use super::judge::plain_words;
use super::rule::PrefixRule;
use crate::exec::policy::rule::{Certainty, Executables};

/// Nobody reads more.
const MOST_WORDS: usize = 64;
const MOST_BYTES: usize = 2048;

/// Programs that run whatever their arguments say, or what stands in files that they are given.
const RUNNERS: &str = "
    sh bash zsh dash ksh ash fish csh tcsh pwsh powershell cmd busybox
    python python2 python3 pypy pypy3 node nodejs deno bun perl ruby php lua luajit tclsh expect guile Rscript
    R julia java groovy scala kotlin elixir erl ghci runghc osascript swift awk gawk mawk nawk sed ed ex vi vim
    nvim emacs gdb lldb sqlite3 psql mysql
    sudo doas su runuser env nice ionice nohup timeout stdbuf setsid chroot unshare nsenter command exec builtin
    eval source . time xargs parallel watch strace ltrace flock script screen tmux at batch crontab systemd-run
    find fd rg tar rsync tee dd ssh scp sftp nc ncat socat docker podman kubectl make npx uvx pipx
";
/// Commands of git that run what they are told.
const GIT_RUNNERS: [&str; 8] =
    ["config", "bisect", "submodule", "rebase", "filter-branch", "difftool", "mergetool", "grep"];

/// What a question is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The policy asks for whatever is not known to only read.
    Untrusted,
    /// It wants to leave the sandbox.
    Escalation,
}

impl Rulebook {
    /// The words to offer: those that the model proposes, if a rule for them would allow the whole line, else the
    /// first command that is in the way.
    pub fn propose(&self, argv: &[String], wanted: Option<&[String]>, cause: Cause) -> Option<Vec<String>> {
        if !self.problems.is_empty() {
            return None;
        }
        let commands = plain_words(argv)?;
        let in_the_way: Vec<&Vec<String>> = commands.iter().filter(|words| !self.allows(words)).collect();
        if let Some(wanted) = wanted.filter(|words| is_offered(words)) {
            let rule = PrefixRule::allow(wanted);
            let matches =
                |words: &&Vec<String>| rule.matches(words, &Executables::default(), Certainty::Known);
            if !in_the_way.is_empty() && in_the_way.iter().all(matches) {
                return Some(wanted.to_vec());
            }
        }
        let is_asked = |words: &&&Vec<String>| cause == Cause::Escalation || !safety::is_known_safe(words);
        let first = in_the_way.iter().find(is_asked)?;
        is_offered(first).then(|| (*first).clone())
    }
}

fn is_offered(words: &[String]) -> bool {
    let Some((program, arguments)) = words.split_first() else { return false };
    let is_short = words.len() <= MOST_WORDS && words.iter().map(String::len).sum::<usize>() <= MOST_BYTES;
    let name = base_name(program);
    // Versions stand behind the name: `python3.12`, `perl5.36`.
    let plain_name = name.trim_end_matches(|character: char| character.is_ascii_digit() || character == '.');
    let runs_others = |name: &str| RUNNERS.split_whitespace().any(|runner| runner == name);
    if !is_short || name.is_empty() || known_place(program).is_none() || safety::danger(words).is_some() {
        return false;
    }
    if runs_others(name) || runs_others(plain_name) || name.contains('=') {
        return false;
    }
    match name {
        "git" => arguments
            .first()
            .is_some_and(|command| !command.starts_with('-') && !GIT_RUNNERS.contains(&command.as_str())),
        // Everything that these can do is behind a word.
        "cargo" | "npm" | "pnpm" | "yarn" | "pip" | "pip3" | "uv" | "go" | "gh" | "brew" | "apt"
        | "systemctl" => arguments.first().is_some_and(|command| {
            !command.starts_with('-') && !matches!(command.as_str(), "exec" | "x" | "dlx" | "run" | "api")
        }),
        _other => true,
    }
}

#[cfg(test)]
mod tests {
    use super::super::files::RuleSet;
    use super::super::language;
    use super::*;

    fn words(line: &str) -> Vec<String> {
        shlex::split(line).unwrap()
    }

    fn offered(rules: &str, line: &str, wanted: Option<&str>, cause: Cause) -> String {
        let rules = language::parse(rules).unwrap();
        let set = RuleSet { prefixes: rules.prefixes, ..RuleSet::default() };
        let book = Rulebook { sets: vec![set], ..Rulebook::default() };
        let argv = ["/bin/bash", "-lc", line].map(str::to_owned);
        let wanted = wanted.map(words);
        book.propose(&argv, wanted.as_deref(), cause).map_or_else(|| "-".to_owned(), |words| words.join(" "))
    }

    #[test]
    fn the_command_in_the_way_is_offered() {
        for (line, expected) in [
            ("touch a", "touch a"),
            ("touch a && mkdir b", "touch a"),
            ("ls && touch a", "touch a"),
            ("git push origin main", "git push origin main"),
            ("/usr/bin/touch a", "/usr/bin/touch a"),
            ("cargo build", "cargo build"),
            ("npm install x", "npm install x"),
            ("make", "-"),
            ("touch a > b", "-"),
            ("touch *", "-"),
            ("touch $X", "-"),
            ("FOO=1 cargo build", "-"),
        ] {
            assert_eq!(offered("", line, None, Cause::Untrusted), expected, "{line}");
        }
        assert_eq!(offered("", "ls", None, Cause::Escalation), "ls");
        assert_eq!(offered("", "ls", None, Cause::Untrusted), "-", "nothing is in the way");
        let argv = words("touch 'a b'");
        let book = Rulebook::default();
        assert_eq!(book.propose(&argv, None, Cause::Untrusted), Some(argv.clone()), "without a shell");
        assert_eq!(book.propose(&words("./bash -c ls"), None, Cause::Escalation), None);
        let allowed = "prefix_rule(pattern=['touch'])";
        assert_eq!(offered(allowed, "touch a; mkdir b", None, Cause::Escalation), "mkdir b");
    }

    #[test]
    fn nothing_is_offered_that_would_allow_everything() {
        for line in [
            "bash -c 'touch a'",
            "bash x.sh",
            "/bin/sh x",
            "python3 x.py",
            "python3.12 -c 1",
            "perl5.36 -e 1",
            "node -e 1",
            "sudo ls",
            "env ls",
            "env",
            "xargs touch",
            "nice touch a",
            "find . -name x",
            "git -c a=b push",
            "git config alias.x '!evil'",
            "git",
            "./build.sh",
            "bin/tool x",
            "/tmp/touch a",
            "rm -rf x",
            "git reset --hard",
            "eval x",
            ". x",
            "npm run x",
            "npm",
            "npx x",
            "ssh host ls",
            "docker run x",
        ] {
            assert_eq!(offered("", line, None, Cause::Escalation), "-", "{line}");
            // Also not if the model asks for it.
            assert_eq!(offered("", line, Some(line), Cause::Escalation), "-", "{line}");
        }
        let long = format!("touch {}", "a ".repeat(100));
        assert_eq!(offered("", &long, None, Cause::Escalation), "-");
    }

    #[test]
    fn the_words_of_the_model_must_allow_the_whole_line() {
        for (line, wanted, expected) in [
            ("touch a", "touch", "touch"),
            ("touch a; touch b", "touch", "touch"),
            ("touch a && ls", "touch", "touch a"),
            ("touch a", "mkdir", "touch a"),
            ("touch a", "", "touch a"),
            ("git push x", "git", "git push x"),
            ("git push x", "git push", "git push"),
            ("python3 x.py", "python3", "-"),
            ("touch a > x", "touch", "-"),
        ] {
            assert_eq!(offered("", line, Some(wanted), Cause::Escalation), expected, "{line} {wanted}");
        }
    }

    #[test]
    fn nothing_is_offered_while_a_file_is_broken() {
        let problem = crate::config::error::Problem {
            place: crate::config::error::Place::Nowhere,
            key: None,
            message: String::new(),
            remedy: None,
        };
        let book = Rulebook { problems: vec![problem], ..Rulebook::default() };
        let argv = ["/bin/bash", "-lc", "touch a"].map(str::to_owned);
        assert_eq!(book.propose(&argv, None, Cause::Untrusted), None);
    }
}
