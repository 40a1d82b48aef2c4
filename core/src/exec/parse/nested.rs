//! Every command that a command line starts, as far as can be seen: those of its script, of scripts in its
//! script, of `sudo` and the like, of `find -exec`. Pure.
//!
//! For rules that forbid and for warnings, where a command too many costs a question and one too few costs
//! more. What may run without asking is never decided by this.

use super::bash::commands_anywhere;
use super::shells;

/// How deep scripts in scripts are looked at.
const DEEPEST: usize = 4;
/// Nobody writes by hand what starts more.
const MOST_WORDS: usize = 64 * 1024;

/// Programs that start the program which their arguments name, behind options of their own.
const WRAPPERS: [&str; 25] = [
    "sudo", "doas", "env", "nice", "ionice", "nohup", "timeout", "stdbuf", "setsid", "chroot", "unshare",
    "command", "exec", "builtin", "time", "xargs", "parallel", "watch", "strace", "ltrace", "busybox", "su",
    "runuser", "flock", "script",
];
const FIND_STARTS: [&str; 4] = ["-exec", "-execdir", "-ok", "-okdir"];

/// The words of each command, the given one first; `None` if that is too much to look at.
pub fn every_command(argv: &[String]) -> Option<Vec<Vec<String>>> {
    let mut found = Found { commands: Vec::new(), words: 0 };
    found.add(argv.to_vec(), 0)?;
    Some(found.commands)
}

struct Found {
    commands: Vec<Vec<String>>,
    words: usize,
}

impl Found {
    fn add(&mut self, words: Vec<String>, depth: usize) -> Option<()> {
        self.words += words.len() + 1;
        if self.words > MOST_WORDS {
            return None;
        }
        let script = shells::script_anywhere(&words);
        let inner = started(&words);
        self.commands.push(words);
        for words in inner {
            self.add(words, depth)?;
        }
        match script {
            Some(_) if depth == DEEPEST => None,
            Some(script) => {
                commands_anywhere(&script)?.into_iter().try_for_each(|words| self.add(words, depth + 1))
            }
            None => Some(()),
        }
    }
}

/// The commands that a wrapper may start. Which of its words are values of its options is not known, so each
/// word that looks like a program may be one; only the first of them is looked at further.
fn started(words: &[String]) -> Vec<Vec<String>> {
    let Some((program, arguments)) = words.split_first() else { return Vec::new() };
    let name = shells::base_name(program);
    if name == "find" {
        let starts = |(at, word): (usize, &String)| {
            FIND_STARTS.contains(&word.as_str()).then(|| arguments.get(at + 1..).map(<[String]>::to_vec))?
        };
        return arguments.iter().enumerate().filter_map(starts).collect();
    }
    if !WRAPPERS.contains(&name) {
        return Vec::new();
    }
    let is_program = |word: &&String| !word.starts_with('-') && !word.contains('=');
    let positions = arguments.iter().enumerate().filter(|(_, word)| is_program(word)).map(|(at, _)| at);
    // The value of an option and the program behind it; more options with values are not common.
    positions.take(3).filter_map(|at| arguments.get(at..).map(<[String]>::to_vec)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn starts(line: &str, wanted: &str) -> bool {
        let argv = shlex::split(line).unwrap();
        every_command(&argv).unwrap().iter().any(|words| words.join(" ") == wanted)
    }

    #[test]
    fn commands_are_found_behind_wrappers_and_in_scripts() {
        for line in [
            "rm -rf x",
            "bash -lc 'ls && rm -rf x'",
            "bash -c 'echo $(rm -rf x)'",
            "bash -c \"sh -c 'rm -rf x'\"",
            "sudo rm -rf x",
            "sudo -u root rm -rf x",
            "sudo -n env A=1 nice -n 5 rm -rf x",
            "timeout 5 rm -rf x",
            "find . -name y -exec rm -rf x",
            "bash -c 'bash <<E\nrm -rf x\nE'",
            "bash -c 'eval \"rm -rf x\"'",
            "bash -c 'eval rm -rf x'",
            "bash -euo pipefail -c 'rm -rf x'",
            "sh -x -c 'rm -rf x'",
            r#"bash -lc "bash -c \"sh -c 'rm -rf x'\"""#,
            "bash -c 'r\\m -r\"f\" x'",
        ] {
            assert!(starts(line, "rm -rf x"), "{line}");
        }
        for line in ["echo rm -rf x", "bash -c 'cat <<E\nrm -rf x\nE'", "bash rm -rf x"] {
            assert!(!starts(line, "rm -rf x"), "{line}");
        }
    }

    #[test]
    fn what_is_too_much_is_not_looked_at() {
        let mut line = "ls".to_owned();
        for _ in 0..DEEPEST {
            line = shlex::try_join(["sh", "-c", &line]).unwrap();
        }
        assert!(every_command(&shlex::split(&line).unwrap()).is_some());
        line = shlex::try_join(["sh", "-c", &line]).unwrap();
        assert_eq!(every_command(&shlex::split(&line).unwrap()), None);
        assert_eq!(every_command(&["bash".into(), "-c".into(), ": ;".repeat(20_000)]), None);
        let wrappers = vec!["sudo".to_owned(); 60];
        assert_eq!(every_command(&wrappers), None, "each of them three times as many");
    }
}
