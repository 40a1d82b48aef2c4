//! Zsh: how it is asked for its state, and how it is brought into that state again. Pure.
//!
//! The shell is pointed at a folder whose start files are the snapshot, and told to leave out those of the system that it
//! has not read yet. The very first one, which every zsh reads, is still read.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::dump::{Dump, Mark};
use super::kind::Tools;
use super::render::{How, Refused, Snapshot, limits, quoted, replayed};

/// Set by the shell itself, different each time, dangerous to set, or a matter of the snapshot.
const OWN: &str = "! # $ * - 0 ? @ ARGC COLUMNS CPUTYPE EGID EUID GID HISTCMD HOST LINENO LINES LOGNAME MACHTYPE OLDPWD OSTYPE
    PPID PWD RANDOM SECONDS SHLVL TRY_BLOCK_ERROR TRY_BLOCK_INTERRUPT TTY TTYIDLE UID USERNAME VENDOR ZSH_ARGZERO
    ZSH_EVAL_CONTEXT ZSH_EXECUTION_STRING ZSH_NAME ZSH_PATCHLEVEL ZSH_SUBSHELL ZSH_VERSION _ __login_name argv
    pipestatus signals status zsh_eval_context";
/// They sound like secrets, and are the shell's own.
const NO_SECRETS: [&str; 2] = ["KEYBOARD_HACK", "KEYTIMEOUT"];
/// What cannot be switched in a running shell.
const FIXED_OPTIONS: [&str; 8] =
    ["interactive", "login", "monitor", "privileged", "restricted", "shinstdin", "singlecommand", "zle"];

/// The script with which a login shell tells its state.
pub fn script(mark: &Mark, tools: &Tools) -> String {
    let Tools { env, sleep, nice } = tools;
    let limits = super::render::limits_script("c d f l m n s t v");
    let sections = [
        ("options", "\\builtin printf '%s\\n' \"$-\"; \\builtin set +o; \\builtin emulate zsh\n"),
        ("modules", "\\builtin zmodload -L\n"),
        ("descriptors", "\\builtin printf '%s ' /proc/self/fd/*\n"),
        ("input", "[ /proc/self/fd/0 -ef /dev/null ]; \\builtin printf '%s' \"$?\"\n"),
        ("folders", "\\builtin printf '%s\\0' \"$PWD\"; \\builtin dirs -l -p\n"),
        ("mask", "\\builtin umask\n"),
        ("parameters", "\\builtin typeset -p\n"),
        ("traps", "\\builtin trap\n"),
        ("aliases", "\\builtin alias -L\n"),
        ("named", "\\builtin hash -dL\n"),
        ("hashed", "\\builtin hash -L\n"),
        ("niceness", &format!("{nice} 2>/dev/null\n")),
        ("builtins", "\\builtin disable; \\builtin disable -a; \\builtin disable -f; \\builtin disable -r\n"),
        ("functions", "\\builtin typeset -f\n"),
        ("styles", "\\builtin zstyle -L\n"),
        ("limits", limits.as_str()),
        ("environment", &format!("{env} -0\n")),
        (
            "values",
            "for __login_name in ${(k)parameters}; do\n\
             [[ $parameters[$__login_name] == scalar* && $parameters[$__login_name] != *special* ]] &&\n\
             \\builtin printf '%s\\0%s\\0' $__login_name \"${(P)__login_name}\"\n\
             done\n",
        ),
    ];
    let asked: String = sections.iter().map(|(name, how)| mark.section(name) + how).collect();
    format!("{asked}{}\\builtin exec {sleep} 60\n", mark.end())
}

/// The first file of the folder: what the system's other files set is in the snapshot.
pub const FIRST: &str = "\\builtin unsetopt global_rcs\n";

/// What makes a shell that has read nothing the one that has told this.
pub fn render(dump: &Dump, how: &How<'_>) -> Result<Snapshot, Refused> {
    let (_, options) = dump.text("options").split_once('\n').unwrap_or_default();
    if options.lines().any(|line| ["set -o xtrace", "set -o verbose"].contains(&line)) {
        return Err(Refused("it traces its commands"));
    }
    let traps = dump.text("traps");
    if traps.lines().any(|line| ["DEBUG", "ZERR", "ERR", "EXIT"].iter().any(|name| line.ends_with(name))) {
        return Err(Refused("it has set a trap on commands or its end"));
    }
    if ["TRAPEXIT", "zshexit"].iter().any(|word| {
        [traps, dump.text("functions"), dump.text("parameters")].iter().any(|text| text.contains(word))
    }) {
        return Err(Refused("it does something at its end"));
    }
    if ["%x", "functions_source", "funcsourcetrace", "funcfiletrace"]
        .iter()
        .any(|word| dump.text("functions").contains(word))
    {
        return Err(Refused("its functions ask where they come from"));
    }
    let mut environment: Vec<(String, String)> = dump
        .environment()
        .filter(|(name, _)| !matches!(*name, "_" | "SHLVL" | "PWD" | "ZDOTDIR"))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let mut file = String::from("unset ZDOTDIR\nunalias -a\n");
    file += dump.text("modules");
    for declared in parameters(dump) {
        let is_exported = environment.iter().any(|(name, _)| name == declared.name);
        if (how.is_secret)(declared.name) && !NO_SECRETS.contains(&declared.name) {
            if is_exported {
                continue;
            }
            if !declared.is_plain {
                return Err(Refused("it has a secret in a variable that is no plain text"));
            }
            let value = dump.pairs("values").find(|(name, _)| *name == declared.name);
            environment.push((declared.name.to_owned(), value.unwrap_or_default().1.to_owned()));
            let _ = writeln!(file, "typeset +x {}", declared.name);
        } else if let Some(command) = declared.command {
            file += &command;
            file.push('\n');
        }
    }
    if how.with_limits {
        file += &limits(dump.text("limits"));
    }
    let _ = writeln!(file, "umask {}", dump.text("mask").trim());
    let folder = dump.text("folders");
    if folder != how.cwd {
        let old = dump.environment().find(|(name, _)| *name == "OLDPWD").map_or(how.cwd, |(_, old)| old);
        let _ = writeln!(file, "cd -q -- {}\nOLDPWD={}", quoted(folder), quoted(old));
    }
    file += dump.text("named");
    file += dump.text("hashed");
    file += dump.text("styles");
    file += traps;
    file += &replayed(dump)?;
    file += &functions(dump.text("functions"));
    file += dump.text("aliases");
    for line in options.lines().filter(|line| is_free(line)) {
        file += "\\builtin ";
        file += line;
        file.push('\n');
    }
    Ok(Snapshot { file, environment })
}

fn is_free(option: &str) -> bool {
    let name = option.rsplit(' ').next().unwrap_or_default();
    !FIXED_OPTIONS.iter().any(|fixed| name == *fixed || name.strip_prefix("no") == Some(fixed))
}

/// Functions that are loaded when they are called for the first time are declared as such.
fn functions(told: &str) -> String {
    let mut file = String::new();
    let mut rest = told;
    while let Some((before, after)) = rest.split_once(" () {\n\t# undefined\n\tbuiltin autoload -X") {
        let (flags, behind) = after.split_once("\n}").unwrap_or((after, ""));
        let (others, name) = before.rsplit_once('\n').map_or(("", before), |(others, name)| (others, name));
        file += others;
        let flags = if flags.is_empty() { String::new() } else { format!("-{flags} ") };
        let _ = write!(file, "\n\\builtin autoload {flags}{name}");
        rest = behind;
    }
    file + rest + "\n"
}

/// A line of `typeset -p`.
struct Declared<'a> {
    name: &'a str,
    /// A text that is neither a number nor tied to anything.
    is_plain: bool,
    /// How it is set; none if another line does it.
    command: Option<String>,
}

/// The shell's own arrays that are tied to a variable from the start.
const TIED: [&str; 8] = ["cdpath", "fignore", "fpath", "mailpath", "manpath", "module_path", "path", "psvar"];

fn parameters(dump: &Dump) -> Vec<Declared<'_>> {
    let lines = dump.text("parameters").lines().filter_map(|line| {
        let (command, mut rest) = line.split_once(' ')?;
        let mut flags = "";
        if let Some(flagged) = rest.strip_prefix('-') {
            (flags, rest) = flagged.split_once(' ')?;
        }
        let mut words = rest.splitn(if flags.contains('T') { 3 } else { 1 }, ' ');
        let first = words.next()?;
        let name = first.split('=').next()?;
        let set = match (flags.contains('T'), flags.contains('a')) {
            // The array says it.
            (true, false) if TIED.iter().any(|tied| tied.to_uppercase() == name) => {
                flags.contains('U').then(|| format!("typeset -U {name}"))
            }
            (true, true) => {
                let assignment = rest.split_once(' ')?.1;
                let array = assignment.split('=').next()?;
                let unique =
                    if flags.contains('U') { format!("typeset -U {array}\n") } else { String::new() };
                TIED.contains(&array).then(|| format!("{unique}{assignment}"))
            }
            _ => Some(line.to_owned()),
        };
        let is_plain = flags.is_empty() && matches!(command, "typeset" | "export");
        Some(Declared { name, is_plain, command: set })
    });
    lines.filter(|declared| !OWN.split_whitespace().any(|own| own == declared.name)).collect()
}

/// What every shell in the same state says: all but what is one shell's alone.
pub fn said(dump: &Dump) -> BTreeMap<String, Vec<String>> {
    let environment: BTreeSet<&String> =
        dump.fields("environment").iter().filter(|field| !field.starts_with("_=")).collect();
    let own: Vec<&str> = OWN.split_whitespace().collect();
    let name = |line: &str| {
        let word =
            line.split(' ').find(|word| !word.starts_with('-') && !["typeset", "export"].contains(word));
        word.and_then(|word| word.split('=').next()).unwrap_or_default().to_owned()
    };
    let parameters: BTreeSet<&str> =
        dump.text("parameters").lines().filter(|line| !own.contains(&name(line).as_str())).collect();
    let mut said = dump.said(&["parameters", "values", "environment"]);
    said.insert("environment".to_owned(), environment.into_iter().cloned().collect());
    said.insert("parameters".to_owned(), parameters.into_iter().map(str::to_owned).collect());
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_to_be_loaded_are_declared() {
        let told = "a () {\n\techo a\n}\ncolors () {\n\t# undefined\n\tbuiltin autoload -XU\n}\nz () {\n\techo z\n}\n";
        assert_eq!(
            functions(told),
            "a () {\n\techo a\n}\n\\builtin autoload -U colors\nz () {\n\techo z\n}\n\n"
        );
    }

    #[test]
    fn options_that_are_fixed_are_left() {
        assert!(is_free("set -o extendedglob") && is_free("set +o noaliases"));
        assert!(!is_free("set +o interactive") && !is_free("set -o nologin"));
    }
}
