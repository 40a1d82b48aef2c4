//! Bash: how it is asked for its state, and how it is brought into that state again. Pure.
//!
//! A login shell that is told to skip the profile, and finds a snapshot named by `BASH_ENV`, differs from one that has
//! read the profile in nothing that can be asked: the script is still its own argument, not one of `eval`.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::dump::{Dump, Mark};
use super::kind::Tools;
use super::render::{How, Refused, Snapshot, limits, limits_script, quoted, replayed};

/// Set by the shell itself, different each time, or a matter of the snapshot.
const OWN: &str = "BASH BASHOPTS BASHPID BASH_ALIASES BASH_ARGC BASH_ARGV BASH_ARGV0 BASH_CMDS BASH_COMMAND BASH_ENV
    BASH_EXECUTION_STRING BASH_LINENO BASH_MONOSECONDS BASH_REMATCH BASH_SOURCE BASH_SUBSHELL BASH_VERSINFO
    BASH_VERSION COMP_WORDBREAKS DIRSTACK EPOCHREALTIME EPOCHSECONDS EUID FUNCNAME GROUPS HISTCMD LINENO PIPESTATUS
    PPID PWD RANDOM SECONDS SHELLOPTS SHLVL SRANDOM UID _ __login_name __login_names";

/// The script with which a login shell tells its state.
pub fn script(mark: &Mark, tools: &Tools) -> String {
    let Tools { env, sleep, nice } = tools;
    let limits = limits_script("c d e f i l m n q r s t u v x");
    let sections = [
        ("options", "\\builtin printf '%s\\n' \"$-\"; \\builtin set +o\n"),
        ("shopt", "\\builtin shopt -p; \\builtin set +efu\n"),
        ("descriptors", "\\builtin printf '%s ' /proc/self/fd/*\n"),
        ("input", "[ /proc/self/fd/0 -ef /dev/null ]; \\builtin printf '%s' \"$?\"\n"),
        ("folders", "\\builtin printf '%s\\0' \"$PWD\"; \\builtin dirs -l -p\n"),
        ("mask", "\\builtin umask\n"),
        ("limits", limits.as_str()),
        ("traps", "\\builtin trap -p\n"),
        ("aliases", "\\builtin alias -p\n"),
        ("builtins", "\\builtin enable -a\n"),
        ("hashed", "\\builtin hash -l 2>/dev/null\n"),
        ("completions", "\\builtin complete -p 2>/dev/null\n"),
        ("niceness", &format!("{nice} 2>/dev/null\n")),
        ("functions", "\\builtin declare -f\n"),
        ("marks", "\\builtin declare -F\n"),
        ("environment", &format!("{env} -0\n")),
        ("declared", "\\builtin declare -p\n"),
        (
            "variables",
            "\\builtin mapfile -t __login_names <<< \"$(\\builtin compgen -v)\"\n\
             for __login_name in \"${__login_names[@]}\"; do\n\
             \\builtin declare -p \"$__login_name\" 2>/dev/null; \\builtin printf '\\0%s\\0' \"${!__login_name-}\"\n\
             done\n",
        ),
    ];
    let asked: String = sections.iter().map(|(name, how)| mark.section(name) + how).collect();
    format!("{asked}{}\\builtin exec {sleep} 60\n", mark.end())
}

/// The flags and the variable with which a shell takes a snapshot for its profile.
pub fn flags() -> [&'static str; 2] {
    ["--noprofile", "-lc"]
}

/// What makes a shell that has read nothing the one that has told this.
pub fn render(dump: &Dump, how: &How<'_>) -> Result<Snapshot, Refused> {
    let (flags, options) = dump.text("options").split_once('\n').unwrap_or_default();
    if flags.contains(['x', 'v', 'n']) {
        return Err(Refused("it traces its commands"));
    }
    if dump
        .text("traps")
        .lines()
        .any(|line| ["DEBUG", "ERR", "RETURN", "EXIT"].iter().any(|name| line.ends_with(name)))
    {
        return Err(Refused("it has set a trap on commands or its end"));
    }
    if ["BASH_SOURCE", "BASH_LINENO", "caller"].iter().any(|word| dump.text("functions").contains(word)) {
        return Err(Refused("its functions ask where they come from"));
    }
    let mut environment: Vec<(String, String)> = Vec::new();
    for (name, value) in dump.environment() {
        match name {
            "BASH_ENV" => return Err(Refused("it has set BASH_ENV")),
            "_" | "SHLVL" | "PWD" => {}
            // Those are functions, which the file has.
            _ if name.starts_with("BASH_FUNC_") => {}
            _ => environment.push((name.to_owned(), value.to_owned())),
        }
    }
    let mut file = String::from("\\builtin unset BASH_ENV\n");
    // Those of older versions are set by a variable.
    let settable = |line: &&str| {
        !line.ends_with(" login_shell") && !line.ends_with(" restricted_shell") && !line.contains(" compat")
    };
    for line in dump.text("shopt").lines().filter(settable) {
        file += line;
        file.push('\n');
    }
    for (declaration, value) in dump.pairs("variables") {
        let Some(Declared { name, attributes, .. }) = Declared::of(declaration) else { continue };
        if OWN.split_whitespace().any(|own| own == name) {
            continue;
        }
        let others: String = attributes.chars().filter(|attribute| !matches!(attribute, 'x' | '-')).collect();
        let is_exported =
            attributes.contains('x') && environment.iter().any(|(exported, _)| exported == name);
        if is_exported {
            if !others.is_empty() {
                let _ = writeln!(file, "declare -{others} {name}");
            }
        } else if (how.is_secret)(name) {
            if !others.is_empty() {
                return Err(Refused("it has a secret in a variable that is no plain text"));
            }
            environment.push((name.to_owned(), value.to_owned()));
            let _ = writeln!(file, "declare +x {name}");
        } else {
            file += declaration.trim_end_matches('\n');
            file.push('\n');
        }
    }
    for declaration in valueless(dump) {
        file += declaration;
        file.push('\n');
    }
    if how.with_limits {
        file += &limits(dump.text("limits"));
    }
    let _ = writeln!(file, "\\builtin umask {}", dump.text("mask").trim());
    let folder = dump.text("folders");
    if folder != how.cwd {
        let old = dump.environment().find(|(name, _)| *name == "OLDPWD").map_or(how.cwd, |(_, old)| old);
        let _ = writeln!(file, "\\builtin cd -- {}\nOLDPWD={}", quoted(folder), quoted(old));
    }
    file += dump.text("traps");
    file.push('\n');
    file += &hashed(dump);
    file += dump.text("completions");
    file.push('\n');
    file += &replayed(dump)?;
    // From here on names may mean something else than the builtin.
    file += dump.text("functions");
    file.push('\n');
    for line in dump.text("marks").lines().filter(|line| !line.starts_with("declare -f ")) {
        file += "\\builtin ";
        file += line;
        file.push('\n');
    }
    file += dump.text("aliases");
    file.push('\n');
    // Last, because some of them would end or change what stands before.
    for line in options.lines() {
        file += "\\builtin ";
        file += line;
        file.push('\n');
    }
    if flags.contains('e') {
        file += "\\builtin set -e\n";
    }
    Ok(Snapshot { file, environment })
}

/// The commands that say where commands are.
fn hashed(dump: &Dump) -> String {
    let lines = dump.text("hashed").lines().filter(|line| line.starts_with("builtin hash "));
    lines.map(|line| format!("\\{line}\n")).collect()
}

/// The declarations of variables that have no value, which are not listed by name.
fn valueless(dump: &Dump) -> Vec<&str> {
    let is_own = |name: &str| OWN.split_whitespace().any(|own| own == name);
    let is_listed = |name: &str| {
        dump.pairs("variables")
            .any(|(declaration, _)| Declared::of(declaration).is_some_and(|it| it.name == name))
    };
    let lines = dump.text("declared").lines();
    lines
        .filter(|line| !line.contains('='))
        .filter(|line| Declared::of(line).is_some_and(|it| !is_own(it.name) && !is_listed(it.name)))
        .collect()
}

/// What every shell in the same state says: all but what is one shell's alone.
pub fn said(dump: &Dump) -> BTreeMap<String, Vec<String>> {
    let is_own = |name: &str| OWN.split_whitespace().any(|own| own == name);
    let environment: BTreeMap<&str, &str> = dump.environment().filter(|(name, _)| *name != "_").collect();
    let variables: BTreeMap<&str, &str> = dump
        .pairs("variables")
        .filter_map(|(declaration, _)| Some((Declared::of(declaration)?.name, declaration)))
        .filter(|(name, _)| !is_own(name))
        .collect();
    let mut said = dump.said(&["variables", "environment", "declared"]);
    let environment = environment.into_iter().map(|(name, value)| format!("{name}={value}"));
    said.insert("environment".to_owned(), environment.collect());
    let variables = variables.into_values().chain(valueless(dump)).map(str::to_owned);
    said.insert("variables".to_owned(), variables.collect());
    said
}

/// A line of `declare -p`.
struct Declared<'a> {
    attributes: &'a str,
    name: &'a str,
}

impl<'a> Declared<'a> {
    fn of(declaration: &'a str) -> Option<Self> {
        let (attributes, rest) = declaration.strip_prefix("declare -")?.split_once(' ')?;
        let name = rest.split(['=', '\n']).next()?;
        Some(Self { attributes, name })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declarations_are_taken_apart() {
        let parts = |text: &'static str| Declared::of(text).map(|it| (it.attributes, it.name));
        assert_eq!(parts("declare -ax A=([0]=\"a=b\")\n"), Some(("ax", "A")));
        assert_eq!(parts("declare -- B=\"x\ny\""), Some(("-", "B")));
        assert_eq!(parts("declare -x C\n"), Some(("x", "C")));
        assert_eq!(parts(""), None);
    }
}
