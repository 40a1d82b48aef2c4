//! What a command seems to do, for a person to read: files read, folders listed, text searched. Pure.
//!
//! Never used to decide anything. A script of which any part is not understood is one unknown whole.

use std::path::PathBuf;

use codex_protocol::turn_item::ParsedCommand;

use super::bash::plain_commands;
use super::shells::script_of;

/// Programs that only shape the output of others.
const FORMATTERS: [&str; 11] =
    ["wc", "tr", "cut", "sort", "uniq", "xargs", "tee", "column", "awk", "yes", "printf"];
/// Folders that say little about what is in them.
const DULL_FOLDERS: [&str; 4] = ["build", "dist", "node_modules", "src"];
const LS_VALUED: [&str; 6] = ["-I", "--ignore", "-w", "--width", "--block-size", "--hide"];
const RG_VALUED: [&str; 20] = [
    "-A",
    "-B",
    "-C",
    "-d",
    "-g",
    "-j",
    "-m",
    "-M",
    "-r",
    "-t",
    "-T",
    "-E",
    "--glob",
    "--iglob",
    "--type",
    "--type-not",
    "--max-count",
    "--max-depth",
    "--context",
    "--sort",
];
const GREP_VALUED: [&str; 8] =
    ["-A", "-B", "-C", "-m", "--include", "--exclude", "--exclude-dir", "--context"];
const FD_VALUED: [&str; 8] = ["-t", "-e", "-E", "-d", "--type", "--extension", "--exclude", "--max-depth"];

/// At least one description of the command.
pub fn summarize(argv: &[String]) -> Vec<ParsedCommand> {
    match script_of(argv) {
        Some(script) => script_summary(script).unwrap_or_else(|| vec![unknown(script.to_owned())]),
        None => {
            let cmd = quoted(argv);
            vec![classify(argv, cmd.clone(), None).unwrap_or(unknown(cmd))]
        }
    }
}

/// `None` if any part is not understood.
fn script_summary(script: &str) -> Option<Vec<ParsedCommand>> {
    let commands: Vec<Vec<String>> = plain_commands(script)?
        .into_iter()
        .map(|words| words.into_iter().map(|word| word.text).collect())
        .collect();
    let mut folder: Option<String> = None;
    let mut summary: Vec<ParsedCommand> = Vec::new();
    let last = commands.len().saturating_sub(1);
    for (index, words) in commands.iter().enumerate() {
        let program = words.first().map(String::as_str).unwrap_or_default();
        let is_noise = is_formatter(words)
            || program == "true"
            || (program == "echo" && index < last && summary.is_empty())
            || (program == "nl" && words.iter().skip(1).all(|word| word.starts_with('-')));
        if is_noise && commands.len() > 1 {
            continue;
        }
        if program == "cd" && index < last {
            folder = words.get(1).map(|to| join(folder.as_deref(), to));
            continue;
        }
        let described = classify(words, quoted(words), folder.as_deref())?;
        if summary.last() != Some(&described) {
            summary.push(described);
        }
    }
    (!summary.is_empty()).then_some(summary)
}

fn is_formatter(words: &[String]) -> bool {
    match words.first().map(String::as_str) {
        Some("head" | "tail") => words.len() < 3,
        Some("sed") => printed_file(words).is_none(),
        Some(program) => FORMATTERS.contains(&program),
        None => true,
    }
}

/// Says what one command does; `None` if it is none of the kinds we know.
fn classify(words: &[String], cmd: String, folder: Option<&str>) -> Option<ParsedCommand> {
    let (program, arguments) = words.split_first()?;
    let program = program.rsplit('/').next().unwrap_or(program);
    let read = |file: &str| {
        let path = PathBuf::from(join(folder, file));
        Some(ParsedCommand::Read { cmd: cmd.clone(), name: short(file), path })
    };
    match program {
        "ls" => {
            let path = operands(arguments, &LS_VALUED).first().map(|path| short(path));
            Some(ParsedCommand::ListFiles { cmd, path })
        }
        "rg" => {
            let lists = arguments.iter().any(|argument| argument == "--files");
            let operands = operands(arguments, &RG_VALUED);
            let (query, path) = match (lists, operands.as_slice()) {
                (true, rest) => (None, rest.first()),
                (false, [query, rest @ ..]) => (Some((*query).to_owned()), rest.first()),
                (false, []) => (None, None),
            };
            Some(ParsedCommand::Search { cmd, query, path: path.map(|path| short(path)) })
        }
        "grep" => {
            let operands = operands(arguments, &GREP_VALUED);
            let query = operands.first().map(|query| (*query).to_owned());
            Some(ParsedCommand::Search { cmd, query, path: operands.get(1).map(|path| short(path)) })
        }
        "fd" => {
            let operands = operands(arguments, &FD_VALUED);
            let (query, path) = match operands.as_slice() {
                [] => (None, None),
                [only] if looks_like_path(only) => (None, Some(short(only))),
                [only] => (Some((*only).to_owned()), None),
                [query, path, ..] => (Some((*query).to_owned()), Some(short(path))),
            };
            Some(ParsedCommand::Search { cmd, query, path })
        }
        "find" => {
            let path = arguments.first().filter(|first| !first.starts_with('-')).map(|path| short(path));
            let named = arguments.iter().zip(arguments.iter().skip(1));
            let query = named
                .filter(|(option, _)| matches!(option.as_str(), "-name" | "-iname" | "-path" | "-regex"))
                .map(|(_, value)| value.clone())
                .next();
            Some(ParsedCommand::Search { cmd, query, path })
        }
        "cat" => match arguments {
            [file] if !file.starts_with('-') => read(file),
            [dashes, file] if dashes == "--" => read(file),
            _ => None,
        },
        "head" | "tail" => match arguments {
            [flag, count, file] if flag == "-n" && is_count(count) => read(file),
            [flag, file] if flag.strip_prefix("-n").is_some_and(is_count) => read(file),
            [file] if !file.starts_with('-') => read(file),
            _ => None,
        },
        "nl" => match operands(arguments, &["-b", "-s", "-w", "-v", "-i"])[..] {
            [file] => read(file),
            _ => None,
        },
        "sed" => read(printed_file(words)?),
        _ => None,
    }
}

/// The file of `sed -n 1,5p FILE`.
fn printed_file(words: &[String]) -> Option<&str> {
    let [_, flag, script, file] = words else { return None };
    let range = script.strip_suffix('p')?;
    let digits =
        range.split(',').all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()));
    (flag == "-n" && digits && range.split(',').count() <= 2).then_some(file)
}

fn is_count(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// The words that are neither options nor values of the given options.
fn operands<'a>(arguments: &'a [String], valued: &[&str]) -> Vec<&'a str> {
    let mut operands = Vec::new();
    let mut words = arguments.iter().map(String::as_str);
    while let Some(word) = words.next() {
        if word == "--" {
            operands.extend(words);
            break;
        }
        if valued.contains(&word) {
            words.next();
        } else if !word.starts_with('-') || word == "-" {
            operands.push(word);
        }
    }
    operands
}

fn looks_like_path(word: &str) -> bool {
    word == "." || word == ".." || word.contains('/')
}

/// The last telling part of a path.
fn short(path: &str) -> String {
    let trimmed = path.trim_end_matches('/');
    let mut telling = trimmed.rsplit('/').filter(|part| !part.is_empty() && !DULL_FOLDERS.contains(part));
    telling.next().unwrap_or(if trimmed.is_empty() { path } else { trimmed }).to_owned()
}

fn join(folder: Option<&str>, path: &str) -> String {
    match folder {
        Some(folder) if !path.starts_with('/') => format!("{}/{path}", folder.trim_end_matches('/')),
        _ => path.to_owned(),
    }
}

fn quoted(words: &[String]) -> String {
    shlex::try_join(words.iter().map(String::as_str)).unwrap_or_else(|_| words.join(" "))
}

fn unknown(cmd: String) -> ParsedCommand {
    ParsedCommand::Unknown { cmd }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(argv: &[String]) -> String {
        let text = |value: &Option<String>| value.clone().unwrap_or("-".into());
        let one = |parsed: &ParsedCommand| match parsed {
            ParsedCommand::Read { cmd, name, path } => format!("read {name} at {} <{cmd}>", path.display()),
            ParsedCommand::ListFiles { cmd, path } => format!("list {} <{cmd}>", text(path)),
            ParsedCommand::Search { cmd, query, path } => {
                format!("search {} in {} <{cmd}>", text(query), text(path))
            }
            ParsedCommand::Unknown { cmd } => format!("unknown <{cmd}>"),
        };
        summarize(argv).iter().map(one).collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn scripts_are_described() {
        for (script, expected) in [
            ("ls", "list - <ls>"),
            ("ls -la -I x src/util", "list util <ls -la -I x src/util>"),
            ("cat 'a b'", "read a b at a b <cat 'a b'>"),
            ("cd src && cat main.rs", "read main.rs at src/main.rs <cat main.rs>"),
            ("cd /a; cd b; cat c", "read c at /a/b/c <cat c>"),
            ("sed -n 1,20p x/y.rs", "read y.rs at x/y.rs <sed -n '1,20p' x/y.rs>"),
            ("head -n 5 a", "read a at a <head -n 5 a>"),
            ("tail -n +5 a", "read a at a <tail -n +5 a>"),
            ("nl -ba a", "read a at a <nl -ba a>"),
            ("rg -n foo src | head -20", "search foo in src <rg -n foo src>"),
            ("rg --files lib/app | wc -l", "search - in app <rg --files lib/app>"),
            ("grep -rn 'a b' .", "search a b in . <grep -rn 'a b' .>"),
            ("find . -name '*.rs' -type f", "search *.rs in . <find . -name '*.rs' -type f>"),
            ("fd main src/", "search main in src <fd main src/>"),
            ("fd ./x", "search - in x <fd ./x>"),
            ("echo files && ls && ls", "list - <ls>"),
            ("cat a && cat b", "read a at a <cat a>; read b at b <cat b>"),
            ("touch made.txt && ls", "unknown <touch made.txt && ls>"),
            ("echo hi", "unknown <echo hi>"),
            ("echo one; exit 3", "unknown <echo one; exit 3>"),
            ("cat $X", "unknown <cat $X>"),
            ("git diff", "unknown <git diff>"),
            ("cd x", "unknown <cd x>"),
            ("", "unknown <>"),
        ] {
            assert_eq!(show(&["/bin/bash".into(), "-lc".into(), script.into()]), expected, "{script}");
        }
    }

    #[test]
    fn plain_commands_are_described_too() {
        assert_eq!(show(&["ls".into(), "a b".into()]), "list a b <ls 'a b'>");
        assert_eq!(show(&["make".into()]), "unknown <make>");
        assert_eq!(show(&[]), "unknown <>");
    }
}
