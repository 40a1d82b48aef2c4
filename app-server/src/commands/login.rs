//! `login`, `login status` and `logout`: what editors do with `account/*`, for a person at a terminal.
//!
//! Keys are read from standard input, so that they stand in no list of processes and in no history of a shell. Everything
//! that is said goes to stderr, as with the public codex; the exit code of `login status` tells whether somebody is logged
//! in.

use std::ffi::OsString;
use std::io::{IsTerminal, Read};
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use codex_core::auth::login::browser::Wishes;
use codex_core::auth::{AuthManager, Credentials, Place};
use codex_core::base::secret::Secret;
use codex_core::base::spawn::TaskGroup;
use codex_core::config::home::Surroundings;
use codex_core::config::loader::ConfigLoader;
use codex_core::config::login::ForcedMethod;
use codex_core::config::overrides::Flags;
use tokio_util::sync::CancellationToken;

use crate::commands::browser::{self, Reader};
use crate::commands::terminal::Terminal;
use crate::identity::Identity;

const USAGE: &str = "usage: codex-app-server login [-c KEY=VALUE] [--device-auth | --with-api-key]
       codex-app-server login [-c KEY=VALUE] status
       codex-app-server logout
Without an option a page of the login server is opened in a browser on this machine (not with BROWSER=none); --device-auth gives a code to type in
any browser; --with-api-key reads a key from standard input, for example: printenv OPENAI_API_KEY | codex-app-server login
--with-api-key";

/// No key is longer.
const LONGEST_KEY: u64 = 64 * 1024;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    Browser,
    Device,
    Key,
    /// As older versions wanted it.
    KeyInArguments,
    Status,
    Help,
}

/// Carries out `login`.
pub fn run(arguments: Vec<OsString>, flags: &Flags, terminal: &mut Terminal) -> anyhow::Result<ExitCode> {
    let (wanted, flags) = match parse(arguments, flags.clone()) {
        Ok(parsed) => parsed,
        Err(problem) => {
            terminal.complain(format_args!("{problem}\n{USAGE}"));
            return Ok(ExitCode::from(2));
        }
    };
    if wanted == Wanted::Help {
        terminal.say(USAGE);
        return Ok(ExitCode::SUCCESS);
    }
    let here = Here::new(&flags)?;
    match wanted {
        Wanted::Help => {}
        Wanted::Status => return Ok(status(&here.auth, terminal)),
        Wanted::KeyInArguments => bail!(
            "a key among the arguments can be seen by others; write it to standard input, for example: printenv \
             OPENAI_API_KEY | codex-app-server login --with-api-key"
        ),
        Wanted::Key => {
            here.auth.allows(ForcedMethod::Api)?;
            let key = read_key()?;
            here.wait_for(here.auth.log_in_with_key(key))??;
        }
        Wanted::Browser => here.wait_for(in_browser(&here, terminal))??,
        Wanted::Device => here.wait_for(with_device(&here.auth, terminal))??,
    }
    terminal.complain("Successfully logged in");
    Ok(ExitCode::SUCCESS)
}

/// Carries out `logout`.
pub fn log_out(flags: &Flags, terminal: &mut Terminal) -> anyhow::Result<ExitCode> {
    let here = Here::new(flags)?;
    let was_logged_in = here.wait_for(here.auth.log_out())??;
    terminal.complain(if was_logged_in { "Successfully logged out" } else { "Not logged in" });
    Ok(ExitCode::SUCCESS)
}

/// What is wanted, with the flags before `login` and those after it.
fn parse(arguments: Vec<OsString>, mut flags: Flags) -> anyhow::Result<(Wanted, Flags)> {
    use lexopt::prelude::*;

    let mut wanted = None;
    let mut parser = lexopt::Parser::from_args(arguments);
    while let Some(argument) = parser.next()? {
        let next = match argument {
            Short('c') | Long("config") => {
                flags.config.push(parser.value()?.string()?);
                continue;
            }
            Long("enable") => {
                flags.enable.push(parser.value()?.string()?);
                continue;
            }
            Long("disable") => {
                flags.disable.push(parser.value()?.string()?);
                continue;
            }
            Short('p') | Long("profile") => {
                flags.profile = Some(parser.value()?.string()?);
                continue;
            }
            Long("with-api-key") => Wanted::Key,
            Long("device-auth") => Wanted::Device,
            Long("help") | Short('h') => Wanted::Help,
            Long("api-key") => {
                parser.value()?;
                Wanted::KeyInArguments
            }
            Value(word) if word == "status" => Wanted::Status,
            other => return Err(other.unexpected().into()),
        };
        if wanted.replace(next).is_some() {
            bail!("only one of --device-auth, --with-api-key and `status` can be used");
        }
    }
    flags.table()?;
    Ok((wanted.unwrap_or(Wanted::Browser), flags))
}

/// The login of this process, and what is needed for changing it.
struct Here {
    auth: AuthManager,
    identity: Identity,
    /// Ends what waits.
    token: CancellationToken,
    runtime: tokio::runtime::Runtime,
}

impl Here {
    fn new(flags: &Flags) -> anyhow::Result<Self> {
        let surroundings = Surroundings::of_process()?;
        let identity = Identity::of_machine(&surroundings.environment);
        let token = CancellationToken::new();
        let auth = AuthManager::load(Place {
            home: surroundings.home.clone(),
            environment: surroundings.environment.clone(),
            tasks: TaskGroup::new(),
            token: token.clone(),
        });
        let loaded = ConfigLoader::new(surroundings, flags)?.load_base();
        if let Some(error) = loaded.error {
            return Err(error.into());
        }
        auth.configure(&loaded.config.login);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        Ok(Self { auth, identity, token, runtime: runtime.context("the runtime does not start")? })
    }

    /// The outcome, unless the user gives up in time. What is being stored by then is waited for.
    fn wait_for<T>(&self, work: impl Future<Output = T>) -> anyhow::Result<T> {
        self.runtime.block_on(async {
            let mut work = std::pin::pin!(work);
            tokio::select! {
                biased;
                _ = tokio::signal::ctrl_c() => {}
                outcome = &mut work => return Ok(outcome),
            }
            let is_in_time = self.auth.attempts().close();
            self.token.cancel();
            if is_in_time {
                bail!("given up; nobody was logged in or out");
            }
            Ok(work.await)
        })
    }
}

fn status(auth: &AuthManager, terminal: &mut Terminal) -> ExitCode {
    let login = auth.current();
    match login.credentials {
        Credentials::ApiKey(key) => {
            terminal.complain(format_args!("Logged in using an API key - {}", masked(&key)));
            ExitCode::SUCCESS
        }
        Credentials::ChatGpt(_) => {
            terminal.complain("Logged in using ChatGPT");
            ExitCode::SUCCESS
        }
        Credentials::None => {
            match login.problem {
                Some(problem) => terminal.complain(format_args!("Not logged in: {problem}")),
                None => terminal.complain("Not logged in"),
            }
            ExitCode::FAILURE
        }
    }
}

/// The ends of a key by which its owner knows it; of a short one, nothing.
fn masked(key: &Secret) -> String {
    let letters: Vec<char> = key.reveal().chars().collect();
    match (letters.get(..8), letters.len().checked_sub(5).and_then(|at| letters.get(at..))) {
        (Some(first), Some(last)) if letters.len() > 13 => {
            format!("{}***{}", first.iter().collect::<String>(), last.iter().collect::<String>())
        }
        (_, _) => "***".to_owned(),
    }
}

fn read_key() -> anyhow::Result<Secret> {
    let input = std::io::stdin();
    if input.is_terminal() {
        bail!(
            "--with-api-key reads the key from standard input; write for example: printenv OPENAI_API_KEY | codex-app-server login --with-api-key"
        );
    }
    let mut text = String::new();
    input
        .take(LONGEST_KEY)
        .read_to_string(&mut text)
        .context("the key cannot be read from standard input")?;
    let key = text.trim();
    if key.is_empty() {
        bail!("no key was given on standard input");
    }
    Ok(Secret::new(key))
}

async fn in_browser(here: &Here, terminal: &mut Terminal) -> anyhow::Result<()> {
    let attempt = here.auth.begin_login().await;
    let wishes = Wishes { originator: here.identity.originator().to_owned(), last_page: None };
    let login = here.auth.open_login_page(&wishes).await?;
    terminal.complain(format_args!(
        "If no browser opens, open this page in one on this machine to log in:\n\n{}\n\nOn a machine without a browser, use \
         `codex-app-server login --device-auth`.",
        login.url
    ));
    let reader = if std::io::stderr().is_terminal() { Reader::Person } else { Reader::Program };
    browser::open(&login.url, reader, here.auth.environment());
    Ok(here.auth.finish_in_browser(&attempt, login).await?)
}

async fn with_device(auth: &AuthManager, terminal: &mut Terminal) -> anyhow::Result<()> {
    let attempt = auth.begin_login().await;
    let login = auth.open_device_login().await?;
    terminal.complain(format_args!(
        "Open this page in any browser:\n\n{}\n\nand type this code there: {}\n\nNever type a code that somebody else \
         has given to you.",
        login.page,
        login.user_code()
    ));
    Ok(auth.finish_with_device(&attempt, login).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Wanted, String> {
        parsed_with_flags(line).map(|(wanted, _)| wanted)
    }

    fn parsed_with_flags(line: &str) -> Result<(Wanted, Flags), String> {
        let before = Flags { config: vec!["a=1".to_owned()], ..Flags::default() };
        let arguments = line.split_whitespace().map(OsString::from).collect();
        parse(arguments, before).map_err(|error| error.to_string())
    }

    #[test]
    fn flags_stand_before_and_after() {
        for line in
            ["-c b=2 --profile p --enable e --disable d status", "status -c b=2 -p p --enable e --disable=d"]
        {
            let (wanted, flags) = parsed_with_flags(line).unwrap();
            assert_eq!((wanted, flags.config.join(" ").as_str()), (Wanted::Status, "a=1 b=2"), "{line}");
            let switches = (flags.enable.join(" "), flags.disable.join(" "), flags.profile.unwrap());
            assert_eq!(switches, ("e".to_owned(), "d".to_owned(), "p".to_owned()), "{line}");
        }
        assert!(parsed_with_flags("status -c b").unwrap_err().contains("has no `=`"));
        assert!(parsed_with_flags("-c").unwrap_err().contains("missing argument"));
    }

    #[test]
    fn one_way_of_logging_in() {
        assert_eq!(parsed(""), Ok(Wanted::Browser));
        assert_eq!(parsed("--with-api-key"), Ok(Wanted::Key));
        assert_eq!(parsed("--device-auth"), Ok(Wanted::Device));
        assert_eq!(parsed("status"), Ok(Wanted::Status));
        assert!(parsed("status --device-auth").unwrap_err().starts_with("only one of"));
        assert_eq!(parsed("--api-key sk"), Ok(Wanted::KeyInArguments));
        assert!(parsed("now").is_err());
    }

    #[test]
    fn a_key_is_shown_by_its_ends() {
        assert_eq!(masked(&Secret::new("sk-proj-1234567890ABCDE")), "sk-proj-***ABCDE");
        assert_eq!(masked(&Secret::new("sk-short")), "***");
        assert_eq!(masked(&Secret::new("")), "***");
    }
}
