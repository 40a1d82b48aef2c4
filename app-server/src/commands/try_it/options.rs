//! The command line of `try`.

use std::ffi::OsString;

use codex_app_server_protocol::v2::settings::ModeKind;
use codex_core::config::overrides::Flags;
use lexopt::prelude::*;

use super::Error;

/// The text of `try --help`.
pub const USAGE: &str = "\
Usage: codex-app-server try [OPTIONS] [PROMPT]

Without PROMPT each line of standard input is one. `/prompts:NAME ARGUMENTS` is the text of
prompts/NAME.md in the home directory.

  -c, --config KEY=VALUE  Override a setting; also --enable, --disable and --profile
      --resume [ID]       Go on with a stored conversation, the latest of this folder if no id is given
      --plan, --no-plan   Plan with the model before anything is changed, or end that (experimental)
      --yes, --deny       Answer every approval so, instead of asking; --yes takes the
                          first option of a question
      --json              Show the messages of the wire instead of their meaning
      --server COMMAND    Talk to another app server, such as \"codex app-server\"
  -h, --help              Print this text";

/// What to do about a question of the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Approvals {
    /// Ask the person, who must be there.
    Ask,
    Accept,
    Decline,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resume {
    Latest,
    Thread(String),
}

#[derive(Clone, Debug)]
pub struct Options {
    pub prompt: Option<String>,
    pub flags: Flags,
    pub resume: Option<Resume>,
    /// As it is, if nothing is said of it.
    pub mode: Option<ModeKind>,
    pub approvals: Approvals,
    pub shows_wire: bool,
    pub server: Option<String>,
}

impl Options {
    /// Reads the arguments after `try`; nothing when help is asked for.
    pub fn parse(arguments: Vec<OsString>, flags: Flags) -> Result<Option<Options>, Error> {
        parse(arguments, flags).map_err(|problem| Error::Usage(problem.to_string()))
    }
}

fn parse(arguments: Vec<OsString>, flags: Flags) -> Result<Option<Options>, lexopt::Error> {
    let mut options = Options {
        prompt: None,
        flags,
        resume: None,
        mode: None,
        approvals: Approvals::Ask,
        shows_wire: false,
        server: None,
    };
    let mut parser = lexopt::Parser::from_args(arguments);
    while let Some(argument) = parser.next()? {
        match argument {
            Short('h') | Long("help") => return Ok(None),
            Short('c') | Long("config") => options.flags.config.push(parser.value()?.string()?),
            Long("enable") => options.flags.enable.push(parser.value()?.string()?),
            Long("disable") => options.flags.disable.push(parser.value()?.string()?),
            Short('p') | Long("profile") => options.flags.profile = Some(parser.value()?.string()?),
            Long("plan") => options.mode = Some(ModeKind::Plan),
            Long("no-plan") => options.mode = Some(ModeKind::Default),
            Long("yes") => options.approvals = Approvals::Accept,
            Long("deny") => options.approvals = Approvals::Decline,
            Long("json") => options.shows_wire = true,
            Long("server") => options.server = Some(parser.value()?.string()?),
            Long("resume") => options.resume = Some(resume(&mut parser)?),
            Value(word) if options.prompt.is_none() => options.prompt = Some(word.string()?),
            Value(_) => return Err("the prompt is one argument: put it in quotes".into()),
            other => return Err(other.unexpected()),
        }
    }
    Ok(Some(options))
}

/// The id may be left out, so a word that is none is the prompt.
fn resume(parser: &mut lexopt::Parser) -> Result<Resume, lexopt::Error> {
    if let Some(value) = parser.optional_value() {
        return Ok(Resume::Thread(value.string()?));
    }
    let is_id =
        |word: &std::ffi::OsStr| word.to_str().is_some_and(|word| uuid::Uuid::try_parse(word).is_ok());
    let next = parser.try_raw_args().and_then(|mut rest| rest.next_if(is_id));
    next.map_or(Ok(Resume::Latest), |id| Ok(Resume::Thread(id.string()?)))
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(arguments: &[&str], expected: Expect) {
        let flags = Flags { config: vec!["before=1".into()], ..Flags::default() };
        let text = match Options::parse(arguments.iter().map(OsString::from).collect(), flags) {
            Ok(Some(options)) => {
                let Options { prompt, flags, resume, mode, approvals, shows_wire, server } = options;
                let mode = mode.map(|mode| format!(" {mode:?}")).unwrap_or_default();
                format!(
                    "{prompt:?} {:?} {resume:?} {approvals:?} {shows_wire} {server:?}{mode}",
                    flags.config
                )
            }
            Ok(None) => "help".into(),
            Err(problem) => problem.to_string().lines().next().unwrap_or_default().to_owned(),
        };
        expected.assert_eq(&text);
    }

    #[test]
    fn arguments() {
        check(&[], expect![[r#"None ["before=1"] None Ask false None"#]]);
        check(
            &["-c", "a=2", "--yes", "hi"],
            expect![[r#"Some("hi") ["before=1", "a=2"] None Accept false None"#]],
        );
        check(
            &["--json", "--deny", "--", "-x"],
            expect![[r#"Some("-x") ["before=1"] None Decline true None"#]],
        );
        check(
            &["--server", "codex app-server"],
            expect![[r#"None ["before=1"] None Ask false Some("codex app-server")"#]],
        );
        check(&["--plan", "go"], expect![[r#"Some("go") ["before=1"] None Ask false None Plan"#]]);
        check(&["--no-plan"], expect![[r#"None ["before=1"] None Ask false None Default"#]]);
        check(&["-h", "--nonsense"], expect!["help"]);
    }

    #[test]
    fn resuming_with_and_without_an_id() {
        let id = "01a204c2-4887-7bf2-88cb-1e909b637fb4";
        check(&["--resume"], expect![[r#"None ["before=1"] Some(Latest) Ask false None"#]]);
        check(&["--resume", "go on"], expect![[r#"Some("go on") ["before=1"] Some(Latest) Ask false None"#]]);
        check(
            &["--resume", id, "go on"],
            expect![[
                r#"Some("go on") ["before=1"] Some(Thread("01a204c2-4887-7bf2-88cb-1e909b637fb4")) Ask false None"#
            ]],
        );
        check(&["--resume=x"], expect![[r#"None ["before=1"] Some(Thread("x")) Ask false None"#]]);
    }

    #[test]
    fn mistakes() {
        check(&["one", "two"], expect!["the prompt is one argument: put it in quotes"]);
        check(&["--nonsense"], expect!["invalid option '--nonsense'"]);
        check(&["-c"], expect!["missing argument for option '-c'"]);
    }
}
