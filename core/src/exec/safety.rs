//! Which commands only read, and which destroy; pure.
//!
//! A known-safe command runs without asking, so doubt counts against it: programs only by their bare name or
//! from the system's folders, options that write or start other programs excluded in every spelling, and nothing
//! that the shell may turn into an option. Dangerous is the opposite kind of list: a few well-known ways to
//! lose work, for which a human is asked even when nothing else would.

use super::parse::bash::{Word, plain_commands};
use super::parse::nested::every_command;
use super::parse::shells::{base_name, known_place, script_of};

const READERS: [&str; 13] =
    ["cat", "cd", "echo", "false", "grep", "head", "ls", "nl", "pwd", "tail", "true", "wc", "which"];
const FIND_ACTIONS: [&str; 9] =
    ["-exec", "-execdir", "-ok", "-okdir", "-delete", "-fls", "-fprint", "-fprint0", "-fprintf"];
/// Options of `rg` that start other programs.
const RG_PROGRAMS: [&str; 3] = ["pre", "hostname-bin", "search-zip"];
/// Options of git's reading commands that write files or start other programs.
const GIT_ACTIONS: [&str; 5] = ["output", "ext-diff", "textconv", "show-signature", "exec"];
/// Options of git itself that take a value.
const GIT_VALUED: [&str; 6] = ["-C", "-c", "--git-dir", "--work-tree", "--namespace", "--exec-path"];
const GIT_BRANCH_LISTING: [&str; 16] = [
    "-a",
    "--all",
    "-r",
    "--remotes",
    "-v",
    "-vv",
    "--verbose",
    "-l",
    "--list",
    "--show-current",
    "--merged",
    "--no-merged",
    "--color",
    "--no-color",
    "--no-column",
    "--ignore-case",
];

/// Whether a command is known only to read, or is a shell with a script of such commands.
pub fn is_known_safe(argv: &[String]) -> bool {
    match script_of(argv) {
        Some(script) => plain_commands(script).is_some_and(|commands| {
            commands.iter().all(|words| {
                let argv: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
                words.iter().all(stays_itself) && reads_only(&argv)
            })
        }),
        None => reads_only(&argv.iter().map(String::as_str).collect::<Vec<_>>()),
    }
}

/// A well-known way to lose work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Danger {
    /// Changes of a repository that were not committed.
    Changes,
    /// Files, without a question.
    Files,
}

/// The worst that a command, or one that it starts, is known for. One that is too long to be looked at is as
/// bad as any.
pub fn danger(argv: &[String]) -> Option<Danger> {
    match every_command(argv) {
        Some(commands) => commands.iter().filter_map(|words| danger_of(words)).max(),
        None => Some(Danger::Changes),
    }
}

/// Whether the shell leaves a word alone, or turns it into nothing but paths.
///
/// A pattern at the very start of a word may match a file whose name looks like an option.
fn stays_itself(word: &Word) -> bool {
    !word.expands
        || word.text == "~"
        || !word.text.starts_with(['-', '*', '?', '[', '{', '=', '~'])
        || word.text.starts_with("~/")
}

fn reads_only(argv: &[&str]) -> bool {
    let Some((program, arguments)) = argv.split_first() else { return false };
    match known_place(program) {
        Some("find") => !arguments.iter().any(|argument| FIND_ACTIONS.contains(argument)),
        Some("rg") => !arguments.iter().any(|argument| {
            is_spelling_of(argument, &RG_PROGRAMS)
                || short_flags(argument).is_some_and(|flags| flags.contains('z'))
        }),
        Some("git") => git_reads_only(arguments),
        Some("sed") => sed_prints_lines(arguments),
        Some(name) => READERS.contains(&name),
        None => false,
    }
}

fn git_reads_only(arguments: &[&str]) -> bool {
    let Some((command, arguments)) = arguments.split_first() else { return false };
    match *command {
        "status" | "log" | "diff" | "show" => !arguments.iter().any(|argument| {
            // `%G…` in a format asks an external program about signatures.
            is_spelling_of(argument, &GIT_ACTIONS) || argument.contains("%G")
        }),
        "branch" => arguments.iter().all(|argument| GIT_BRANCH_LISTING.contains(argument)),
        _ => false,
    }
}

/// `-n Np [file]` or `-n M,Np [file]`.
fn sed_prints_lines(arguments: &[&str]) -> bool {
    let (script, file) = match arguments {
        ["-n", script] => (script, None),
        ["-n", script, file] => (script, Some(file)),
        _ => return false,
    };
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let prints = script.strip_suffix('p').is_some_and(|range| match range.split_once(',') {
        Some((first, last)) => is_number(first) && is_number(last),
        None => is_number(range),
    });
    prints && file.is_none_or(|file| !file.starts_with('-'))
}

/// Whether an argument is one of these long options, whole, abbreviated or with a value.
fn is_spelling_of(argument: &str, names: &[&str]) -> bool {
    let Some(option) = argument.strip_prefix("--") else { return false };
    let name = option.split('=').next().unwrap_or_default();
    !name.is_empty() && names.iter().any(|full| full.starts_with(name))
}

/// The letters of a word like `-abc`.
fn short_flags(argument: &str) -> Option<&str> {
    argument.strip_prefix('-').filter(|flags| !flags.starts_with('-'))
}

fn danger_of(argv: &[String]) -> Option<Danger> {
    let (program, arguments) = argv.split_first()?;
    let arguments = arguments.iter().map(String::as_str);
    let has_force = |mut arguments: std::slice::Iter<'_, &str>| {
        arguments.any(|argument| {
            is_spelling_of(argument, &["force"])
                || short_flags(argument).is_some_and(|flags| flags.contains('f'))
        })
    };
    match base_name(program) {
        "git" => {
            let arguments: Vec<&str> = git_command(arguments).collect();
            let is_danger = match *arguments.first()? {
                "reset" | "rm" => true,
                "clean" => has_force(arguments.iter()),
                _ => false,
            };
            is_danger.then_some(Danger::Changes)
        }
        "rm" => {
            let arguments: Vec<&str> = arguments.take_while(|argument| *argument != "--").collect();
            has_force(arguments.iter()).then_some(Danger::Files)
        }
        _ => None,
    }
}

/// The command of git and what follows, behind the options of git itself.
fn git_command<'a>(arguments: impl Iterator<Item = &'a str>) -> impl Iterator<Item = &'a str> {
    let mut is_value = false;
    arguments.skip_while(move |argument| {
        let skipped = is_value || argument.starts_with('-');
        is_value = !is_value && GIT_VALUED.contains(argument);
        skipped
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn argv(line: &str) -> Vec<String> {
        shlex::split(line).unwrap()
    }

    #[test]
    fn commands_that_read_are_safe() {
        for line in [
            "ls -la",
            "/bin/cat x",
            "/usr/bin/grep -rn x .",
            "find . -name '*.rs' -type f",
            "rg -n 'a b' src",
            "git status --short",
            "git log --oneline -5",
            "git diff HEAD~1 -- x",
            "git show HEAD:x",
            "git branch -a -vv",
            "git branch",
            "sed -n 1,20p file",
            "sed -n 5p",
            "bash -lc 'ls && cat x | head -3; git status'",
            "/bin/zsh -c 'rg x src/*.rs'",
            "sh -c 'ls ~/x ~'",
        ] {
            assert!(is_known_safe(&argv(line)), "{line}");
        }
    }

    #[test]
    fn commands_that_write_or_run_others_are_not_safe() {
        for line in [
            "",
            "rm x",
            "touch x",
            "./ls",
            "/tmp/cat x",
            "bin/git status",
            "../usr/bin/ls",
            "find . -exec rm {} +",
            "find . -delete",
            "find . -fprintf x y",
            "rg --pre evil x",
            "rg --pre=evil x",
            "rg --hostname-bin=evil x",
            "rg -z x",
            "rg -nz x",
            "rg --search-zip x",
            "git -c core.fsmonitor=evil status",
            "git -C /elsewhere status",
            "git --git-dir=x log",
            "git --exec-path=x log",
            "git -p status",
            "git log --output=x",
            "git log --output x",
            "git diff --outp=x",
            "git diff --ext-diff",
            "git diff --ext",
            "git show --textconv",
            "git log --show-signature",
            "git log --format=%G?",
            "git branch new",
            "git branch -D main",
            "git branch -d main",
            "git branch -m a b",
            "git branch --edit-description",
            "git branch -u origin/x",
            "git commit -m x",
            "git",
            "cargo check",
            "cargo build",
            "sed -i s/a/b/ x",
            "sed -n 1,5p -i",
            "sed -n '1,5p;w x' y",
            "sed -n '$p' x",
            "sed -n 1p a b",
            "sed 1p a",
            "env ls",
            "sudo ls",
            "xargs ls",
            "awk 1",
            "bash -lc 'ls > x'",
            "bash -lc 'A=1 ls'",
            "bash -lc 'ls; rm x'",
            "bash -lc 'cat $(evil)'",
            "bash -lc 'find *'",
            "bash -lc 'rg x *'",
            "bash -lc 'find . -{exec,x} y'",
            "bash -lc 'git log --out*'",
            "bash -lc 'cat ~evil'",
            "bash -lc ''",
            "bash -lc ls extra",
            "bash -ic ls",
            "bash script.sh",
            "./bash -c ls",
            "python -c 1",
        ] {
            assert!(!is_known_safe(&argv(line)), "{line}");
        }
    }

    #[test]
    fn ways_to_lose_work_are_dangerous_also_in_scripts() {
        for line in [
            "rm -rf x",
            "rm -f x",
            "rm -r -f x",
            "rm x --force",
            "rm --for x",
            "/bin/rm -fr x",
            "sudo rm -rf /",
            "sudo -u root rm -rf /",
            "env A=1 rm -rf x",
            "find . -exec rm -rf {} +",
            "bash -lc 'ls && rm -rf x'",
            "zsh -c 'A=1 rm -f $X > y'",
            "bash -c \"bash -c 'rm -rf x'\"",
            "bash -c 'bash <<E\nrm -rf x\nE'",
            "bash -lc 'ls | xargs rm -rf'",
            "/bin//bash -c 'rm -rf x'",
            "/run/current-system/sw/bin/bash -lc 'rm -rf x'",
        ] {
            assert_eq!(danger(&argv(line)), Some(Danger::Files), "{line}");
        }
        for line in [
            "git reset --hard",
            "/usr/bin/git rm x",
            "git -C x -c a=b reset",
            "git --git-dir x rm y",
            "git clean -fdx",
            "sudo sudo git reset",
            "bash -lc 'if x; then git reset; fi'",
        ] {
            assert_eq!(danger(&argv(line)), Some(Danger::Changes), "{line}");
        }
        let padded = format!("{}rm -rf x", ": ;".repeat(20_000));
        let padded = ["bash".into(), "-c".into(), padded];
        assert_eq!(danger(&padded), Some(Danger::Changes), "too long to be looked at");
        for line in [
            "rm x",
            "rm -- -f",
            "git status",
            "git clean -n",
            "git -C reset status",
            "sudo ls",
            "echo rm -rf x",
            "bash -lc 'ls'",
            "bash -lc \"echo 'rm -rf x'\"",
            "",
        ] {
            assert_eq!(danger(&argv(line)), None, "{line}");
        }
    }

    proptest::proptest! {
        #[test]
        fn a_safe_script_has_no_redirection_and_no_expansion(script in "(ls|cat|rm|find|git log|>|\\$|;|&&|\\||'| |a|-delete|`|\\(|=|\\*){0,12}") {
            if is_known_safe(&["bash".into(), "-lc".into(), script.clone()]) {
                let outside: String = script.split('\'').step_by(2).collect();
                proptest::prop_assert!(!outside.contains(['>', '$', '`', '(']), "{script}");
            }
        }
    }
}
