//! The command line, as the clients of the public `codex` write it.
//!
//! Options may stand before or after `app-server`, which may be left out. What is wrong with a command line is a
//! text for a person; this module prints nothing and reads nothing but its arguments. The subcommands with
//! arguments of their own get theirs as they are.

use std::ffi::OsString;
use std::path::PathBuf;

use codex_core::config::overrides::Flags;
use lexopt::prelude::*;

/// What the process is asked to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Serve a client on standard input and output.
    Serve,
    /// A conversation in the terminal, with these arguments.
    Try(Vec<OsString>),
    /// Run or check the sandbox, with these arguments.
    Sandbox(Vec<OsString>),
    /// Log in, with these arguments.
    Login(Vec<OsString>),
    Logout,
    Generate(Generate),
    Version,
    Help,
}

/// Write the schema of the wire into a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Generate {
    pub language: Language,
    pub out: PathBuf,
    pub experimental: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    TypeScript,
    JsonSchema,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Args {
    pub command: Command,
    pub flags: Flags,
}

/// A command line that cannot be followed, and what to write instead.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}\nSee `codex-app-server --help`.")]
pub struct UsageError(String);

impl From<lexopt::Error> for UsageError {
    fn from(error: lexopt::Error) -> Self {
        UsageError(error.to_string())
    }
}

/// The text of `--help`.
pub const HELP: &str = "\
JSON-RPC server that gives editors a coding agent

Usage: codex-app-server [OPTIONS] [COMMAND]

Commands:
  app-server             Serve one client on standard input and output (the default)
  try [PROMPT]           Talk to the server from this terminal
  sandbox -- COMMAND     Run a command in the sandbox; `sandbox check` says what it can protect
  login                  Log in: [--device-auth | --with-api-key]; `login status` says who is logged in
  logout                 Log out
  generate-ts            Write the TypeScript types of the protocol: --out DIR [--experimental]
  generate-json-schema   Write the JSON schema of the protocol: --out DIR [--experimental]

Options:
  -c, --config KEY=VALUE  Override a setting of config.toml; KEY may be dotted, VALUE is TOML or plain text
      --enable FEATURE    Same as -c features.FEATURE=true
      --disable FEATURE   Same as -c features.FEATURE=false
  -p, --profile NAME      Use a profile of config.toml
      --listen URL        Where to serve; stdio:// is the one there is
      --stdio             Same as --listen stdio://
  -V, --version           Print the version of the protocol and of this program
  -h, --help              Print this text
";

/// The word that a subcommand starts with.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Word {
    AppServer,
    Logout,
    Generate(Language),
}

/// Reads the arguments, without the name of the program.
pub fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Args, UsageError> {
    let mut parser = lexopt::Parser::from_args(args);
    let mut flags = Flags::default();
    let mut word = None;
    let (mut out, mut experimental) = (None, false);
    while let Some(argument) = parser.next()? {
        match argument {
            Short('h') | Long("help") => return Ok(Args { command: Command::Help, flags }),
            Short('V') | Long("version") => return Ok(Args { command: Command::Version, flags }),
            Short('c') | Long("config") => flags.config.push(parser.value()?.string()?),
            Long("enable") => flags.enable.push(parser.value()?.string()?),
            Long("disable") => flags.disable.push(parser.value()?.string()?),
            Short('p') | Long("profile") => flags.profile = Some(parser.value()?.string()?),
            Long("listen") => check_listen(&parser.value()?.string()?)?,
            // Editors say here whether statistics are on by default. There are none.
            Long("stdio" | "analytics-default-enabled") => {}
            Short('o') | Long("out") if matches!(word, Some(Word::Generate(_))) => {
                out = Some(PathBuf::from(parser.value()?));
            }
            Long("experimental") if matches!(word, Some(Word::Generate(_))) => experimental = true,
            Value(value) => {
                let text = value.string()?;
                let own = match (word, text.as_str()) {
                    (None, "try") => Some(Command::Try as fn(Vec<OsString>) -> Command),
                    (None, "sandbox") => Some(Command::Sandbox as fn(Vec<OsString>) -> Command),
                    (None, "login") => Some(Command::Login as fn(Vec<OsString>) -> Command),
                    _ => None,
                };
                if let Some(command) = own {
                    return finished(command(parser.raw_args()?.collect()), flags);
                }
                word = Some(next_word(word, &text)?);
            }
            Short(_) | Long(_) => return Err(unexpected(argument)),
        }
    }
    let command = match word {
        None | Some(Word::AppServer) => Command::Serve,
        Some(Word::Logout) => Command::Logout,
        Some(Word::Generate(language)) => {
            let out =
                out.ok_or_else(|| UsageError("a folder to write to is missing: add --out DIR".to_owned()))?;
            Command::Generate(Generate { language, out, experimental })
        }
    };
    finished(command, flags)
}

fn finished(command: Command, flags: Flags) -> Result<Args, UsageError> {
    flags.table().map_err(|problem| UsageError(problem.to_string()))?;
    Ok(Args { command, flags })
}

fn next_word(before: Option<Word>, text: &str) -> Result<Word, UsageError> {
    match (before, text) {
        (None, "app-server") => Ok(Word::AppServer),
        (None, "logout") => Ok(Word::Logout),
        (None | Some(Word::AppServer), "generate-ts") => Ok(Word::Generate(Language::TypeScript)),
        (None | Some(Word::AppServer), "generate-json-schema") => Ok(Word::Generate(Language::JsonSchema)),
        (None, _) => Err(UsageError(format!("there is no command {text:?}"))),
        (Some(_), _) => Err(UsageError(format!("unexpected argument {text:?}"))),
    }
}

fn check_listen(url: &str) -> Result<(), UsageError> {
    if url == "stdio://" {
        return Ok(());
    }
    Err(UsageError(format!("--listen {url}: this version serves stdio:// only")))
}

fn unexpected(argument: lexopt::Arg<'_>) -> UsageError {
    UsageError(argument.unexpected().to_string())
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(line: &str, expected: Expect) {
        let text = match parse(line.split_whitespace().map(OsString::from)) {
            Ok(Args { command, flags }) if flags == Flags::default() => format!("{command:?}"),
            Ok(Args { command, flags }) => format!("{command:?} {flags:?}"),
            Err(error) => error.to_string(),
        };
        expected.assert_eq(&text);
    }

    #[test]
    fn serving() {
        check("", expect!["Serve"]);
        check("app-server --listen stdio://", expect!["Serve"]);
        check("app-server --analytics-default-enabled --stdio", expect!["Serve"]);
        check(
            "-c a.b=1 app-server --config=c={x=\"y=z\"} -p work",
            expect![[
                r#"Serve Flags { config: ["a.b=1", "c={x=\"y=z\"}"], enable: [], disable: [], profile: Some("work") }"#
            ]],
        );
        check(
            "--enable f app-server --disable g --enable h --profile p",
            expect![[
                r#"Serve Flags { config: [], enable: ["f", "h"], disable: ["g"], profile: Some("p") }"#
            ]],
        );
    }

    #[test]
    fn commands() {
        check("--version", expect!["Version"]);
        check("app-server -h", expect!["Help"]);
        check(
            "-c a=1 try -c b=2 --yes hello",
            expect![[
                r#"Try(["-c", "b=2", "--yes", "hello"]) Flags { config: ["a=1"], enable: [], disable: [], profile: None }"#
            ]],
        );
        check("sandbox -- ls -l", expect![[r#"Sandbox(["--", "ls", "-l"])"#]]);
        check("login --device-auth", expect![[r#"Login(["--device-auth"])"#]]);
        check("logout", expect!["Logout"]);
        check(
            "generate-ts --out d",
            expect![[r#"Generate(Generate { language: TypeScript, out: "d", experimental: false })"#]],
        );
        check(
            "app-server generate-json-schema --experimental --out d",
            expect![[r#"Generate(Generate { language: JsonSchema, out: "d", experimental: true })"#]],
        );
    }

    #[test]
    fn mistakes() {
        check(
            "--listen ws://127.0.0.1:1",
            expect![[r#"
            --listen ws://127.0.0.1:1: this version serves stdio:// only
            See `codex-app-server --help`."#]],
        );
        check(
            "--listen",
            expect![[r#"
            missing argument for option '--listen'
            See `codex-app-server --help`."#]],
        );
        check(
            "-c model",
            expect![[r#"
            `-c model` has no `=`; write a setting as `key=value`, for example `-c model="gpt-5.5"`
            See `codex-app-server --help`."#]],
        );
        check(
            "-c =1",
            expect![[r#"
            `-c =1`: the key is not a path of settings: a part of it is empty
            See `codex-app-server --help`."#]],
        );
        check(
            "--bogus",
            expect![[r#"
            invalid option '--bogus'
            See `codex-app-server --help`."#]],
        );
        check(
            "exec hello",
            expect![[r#"
            there is no command "exec"
            See `codex-app-server --help`."#]],
        );
        check(
            "app-server try",
            expect![[r#"
            unexpected argument "try"
            See `codex-app-server --help`."#]],
        );
        check(
            "generate-ts",
            expect![[r#"
            a folder to write to is missing: add --out DIR
            See `codex-app-server --help`."#]],
        );
        check(
            "--out d",
            expect![[r#"
            invalid option '--out'
            See `codex-app-server --help`."#]],
        );
        check(
            "logout now",
            expect![[r#"
            unexpected argument "now"
            See `codex-app-server --help`."#]],
        );
    }
}
