//! Which beginning of a command line is offered to a human, to be allowed for good. Pure.
//!
//! Whoever accepts it lets every command that begins so run outside of the sandbox, whatever follows and in whichever
//! folder: both the model chooses, and what stands in the folder it may have written. So little is offered: programs
//! that only tell what is there, whatever follows, and the whole words of some that can do no more than make
//! something empty. Not what shows contents, which would show those that are kept from commands; not what writes, copies or
//! loads; not what runs anything that a project, a repository or an argument says, as git, package managers and builds
//! do. Those are asked about each time, unless a person writes the rule. Where the words are in doubt nothing is
//! offered.

use super::super::parse::shells::known_place;
use super::super::safety;
use super::files::Rulebook;
use super::judge::plain_words;
use super::rule::PrefixRule;
use crate::exec::policy::rule::{Certainty, Executables};

/// Nobody reads more.
const MOST_WORDS: usize = 64;
const MOST_BYTES: usize = 2048;

/// Programs that only tell names, whatever their arguments are.
const TELLERS: [&str; 14] = [
    "basename", "df", "dirname", "echo", "false", "id", "ls", "nproc", "pwd", "realpath", "true", "uname",
    "which", "whoami",
];
/// Programs that make or remove what has no contents.
const EMPTY_MAKERS: [&str; 3] = ["mkdir", "rmdir", "touch"];

/// What a question is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The policy asks for whatever is not known to only read.
    Untrusted,
    /// It wants to leave the sandbox.
    Escalation,
}

impl Rulebook {
    /// The words to offer: those that the model proposes, if they do no harm whatever follows and a rule for them would
    /// allow the whole line, else the first command that is in the way, whole.
    pub fn propose(&self, argv: &[String], wanted: Option<&[String]>, cause: Cause) -> Option<Vec<String>> {
        if !self.problems.is_empty() {
            return None;
        }
        let commands = plain_words(argv)?;
        let in_the_way: Vec<&Vec<String>> = commands.iter().filter(|words| !self.allows(words)).collect();
        if let Some(wanted) = wanted.filter(|words| is_offered(words, &TELLERS)) {
            let rule = PrefixRule::allow(wanted);
            let matches =
                |words: &&Vec<String>| rule.matches(words, &Executables::default(), Certainty::Known);
            if !in_the_way.is_empty() && in_the_way.iter().all(matches) {
                return Some(wanted.to_vec());
            }
        }
        let is_asked = |words: &&&Vec<String>| cause == Cause::Escalation || !safety::is_known_safe(words);
        let first = in_the_way.iter().find(is_asked)?;
        (is_offered(first, &TELLERS) || is_offered(first, &EMPTY_MAKERS)).then(|| (*first).clone())
    }
}

fn is_offered(words: &[String], programs: &[&str]) -> bool {
    let is_short = words.len() <= MOST_WORDS && words.iter().map(String::len).sum::<usize>() <= MOST_BYTES;
    let name = words.first().and_then(|program| known_place(program));
    is_short && name.is_some_and(|name| programs.contains(&name))
}

#[cfg(test)]
mod tests {
    use super::super::files::RuleSet;
    use super::super::language;
    use super::*;

    const NEVER: &str = r"
bash -c 'touch a'
bash x.sh
/bin/sh x
python3 x.py
python3.12 -c 1
perl5.36 -e 1
node -e 1
sudo ls
env ls
env
xargs touch
nice touch a
find . -name x
git
git status
git push origin main
git -c a=b push
git config alias.x '!evil'
git reset --hard
./build.sh
bin/tool x
/tmp/touch a
rm -rf x
rm x
eval x
. x
npm
npm run x
npm install x
npm test
npx x
yarn install
pnpm add x
pip install .
uv sync
cargo build
cargo fmt
go generate
gh extension install x
brew install x
make
cmake .
ninja
gradle build
mvn package
just x
rake
pytest
gcc a.c
less a
man ls
cat a
head a
grep x a
wc -l a
date -f a
cp a b
mv a b
ln -s a b
install a b
curl x
curl -o a x
wget x
sort a
uniq a
patch -p1
unzip a.zip
chmod +x a
kill 1
ssh host ls
docker run x
";

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
            ("mkdir -p a/b", "mkdir -p a/b"),
            ("/usr/bin/touch a", "/usr/bin/touch a"),
            ("cargo build", "-"),
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
    fn nothing_is_offered_that_would_allow_more_than_it_seems() {
        for line in NEVER.lines().filter(|line| !line.is_empty()) {
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
            ("ls a", "ls", "ls"),
            ("ls a; ls b", "ls", "ls"),
            ("ls a && pwd", "ls", "ls a"),
            ("touch a", "touch", "touch a"),
            ("touch a", "mkdir", "touch a"),
            ("touch a", "", "touch a"),
            ("ls a", "cat", "ls a"),
            ("git push x", "git", "-"),
            ("git push x", "git push", "-"),
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
