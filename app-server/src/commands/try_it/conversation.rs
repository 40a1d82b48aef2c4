//! The requests of a conversation in their order: handshake, thread, one turn per prompt.

use std::ffi::OsString;

use codex_app_server_protocol::WIRE_VERSION;
use codex_app_server_protocol::method::{Initialize, ThreadList, ThreadResume, ThreadStart};
use codex_app_server_protocol::v2::initialize::{ClientInfo, InitializeCapabilities, InitializeParams};
use codex_app_server_protocol::v2::settings::{CollaborationMode, Settings};
use codex_app_server_protocol::v2::thread_list::{ThreadListCwdFilter, ThreadListParams, ThreadSortKey};
use codex_app_server_protocol::v2::thread_start::{ThreadResumeParams, ThreadStartParams};
use codex_core::base::paths::AbsolutePath;
use codex_core::config::home::Surroundings;
use codex_core::config::overrides::Flags;

use super::Error;
use super::approval::Approver;
use super::client::Client;
use super::options::{Options, Resume};
use super::person::Person;
use super::provider::Chosen;
use super::turn::{self, Outcome};
use super::{prompts, provider, show};

/// An open conversation.
pub struct Conversation {
    client: Client,
    thread: String,
    /// Of all turns; as it is, if there is none.
    mode: Option<CollaborationMode>,
    prompt: Option<String>,
    approver: Approver,
    /// Where the user keeps prompts.
    home: AbsolutePath,
    shows_wire: bool,
    /// There is something stored that can be resumed.
    is_stored: bool,
}

impl Conversation {
    /// Starts the server, shakes hands, and starts or resumes a thread.
    pub async fn open(
        options: Options,
        surroundings: &Surroundings,
        person: &mut Person<'_>,
    ) -> Result<Conversation, Error> {
        let (program, arguments) = server(&options)?;
        let mut client = Client::start(&program, &arguments, options.shows_wire)?;
        let client_info = ClientInfo { name: "codex-try".into(), title: None, version: WIRE_VERSION.into() };
        // Modes are not part of the stable API.
        let experimental = InitializeCapabilities { experimental_api: true, ..Default::default() };
        let capabilities = options.mode.map(|_| experimental);
        client.request::<Initialize>(InitializeParams { client_info, capabilities }, person).await?;
        client.initialized(person).await?;
        let is_stored = options.resume.is_some();
        let (thread, settings) = match options.resume {
            Some(resume) => {
                resume_thread(&mut client, resume, surroundings, options.shows_wire, person).await?
            }
            None => start_thread(&mut client, surroundings, person).await?,
        };
        let approver = Approver::new(options.approvals, person.typed.is_person());
        let (prompt, shows_wire) = (options.prompt, options.shows_wire);
        let mode = options.mode.map(|mode| CollaborationMode { mode, settings });
        let home = surroundings.home.clone();
        Ok(Conversation { client, thread, mode, prompt, approver, home, shows_wire, is_stored })
    }

    /// The one prompt of the command line, or one per line until the input ends. The last turn's outcome.
    pub async fn hold(&mut self, person: &mut Person<'_>) -> Result<Outcome, Error> {
        if let Some(prompt) = self.prompt.take() {
            return self.turn(prompt, person).await;
        }
        let mut outcome = Outcome::Completed;
        while let Some(line) = self.next_prompt(person).await? {
            if line.trim().is_empty() {
                continue;
            }
            outcome = match self.turn(line, person).await {
                Err(problem @ (Error::Refused { .. } | Error::Prompt(_))) => {
                    person.terminal.complain(problem);
                    Outcome::Failed
                }
                ended => ended?,
            };
        }
        Ok(outcome)
    }

    /// Ends the server.
    pub async fn close(self, person: &mut Person<'_>) {
        if self.is_stored {
            person
                .terminal
                .complain(format_args!("Go on with: codex-app-server try --resume {}", self.thread));
        }
        self.client.close(person).await;
    }

    async fn next_prompt(&mut self, person: &mut Person<'_>) -> Result<Option<String>, Error> {
        if person.typed.is_person() {
            person.terminal.ask("> ");
        }
        tokio::select! {
            line = person.typed.line() => Ok(line?),
            () = person.interrupts.next() => Err(Error::Interrupted),
        }
    }

    async fn turn(&mut self, prompt: String, person: &mut Person<'_>) -> Result<Outcome, Error> {
        let prompt = prompts::message(prompt, self.home.as_path())?;
        let Conversation { client, thread, mode, approver, shows_wire, .. } = self;
        let mode = mode.clone();
        let running = turn::Running { client, thread, mode, approver, shows_meaning: !*shows_wire };
        let ended = running.run(prompt, person).await;
        self.is_stored |= !matches!(ended, Err(Error::Refused { .. }));
        ended
    }
}

/// The command line of the server: this program unless another is named.
fn server(options: &Options) -> Result<(OsString, Vec<String>), Error> {
    let (program, mut arguments) = match &options.server {
        None => (std::env::current_exe()?.into_os_string(), vec!["app-server".to_owned()]),
        Some(command) => {
            let mut words = command.split_whitespace().map(str::to_owned);
            let program = words.next().ok_or_else(|| Error::Usage("--server needs a command".into()))?;
            (program.into(), words.collect())
        }
    };
    let Flags { config, enable, disable, profile } = &options.flags;
    let mut pass = |option: &str, values: &[String]| {
        arguments.extend(values.iter().flat_map(|value| [option.to_owned(), value.clone()]));
    };
    pass("-c", config);
    pass("--enable", enable);
    pass("--disable", disable);
    pass("--profile", profile.as_slice());
    Ok((program, arguments))
}

/// Unless configured otherwise, commands run in the sandbox, may write the current folder, and ask to leave it.
async fn start_thread(
    client: &mut Client,
    surroundings: &Surroundings,
    person: &mut Person<'_>,
) -> Result<(String, Settings), Error> {
    let Chosen { model_provider, sandbox, approval_policy } =
        provider::choose(client, surroundings, person).await?;
    let params = ThreadStartParams {
        model_provider,
        cwd: Some(surroundings.directory.to_string()),
        sandbox,
        approval_policy,
        ..ThreadStartParams::default()
    };
    let started = client.request::<ThreadStart>(params, person).await?;
    Ok((started.thread.id, settings(started.model, started.reasoning_effort)))
}

async fn resume_thread(
    client: &mut Client,
    resume: Resume,
    surroundings: &Surroundings,
    shows_wire: bool,
    person: &mut Person<'_>,
) -> Result<(String, Settings), Error> {
    let thread_id = match resume {
        Resume::Thread(id) => id,
        Resume::Latest => {
            let params = ThreadListParams {
                cwd: Some(ThreadListCwdFilter::One(surroundings.directory.to_string())),
                limit: Some(1),
                sort_key: Some(ThreadSortKey::UpdatedAt),
                ..ThreadListParams::default()
            };
            let page = client.request::<ThreadList>(params, person).await?;
            page.data.into_iter().next().ok_or(Error::NothingToResume)?.id
        }
    };
    let params = ThreadResumeParams { thread_id, ..ThreadResumeParams::default() };
    let resumed = client.request::<ThreadResume>(params, person).await?;
    if resumed.cwd != surroundings.directory.to_string() {
        person
            .terminal
            .complain(format_args!("The conversation goes on in its own folder `{}`.", resumed.cwd));
    }
    if !shows_wire {
        for item in resumed.thread.turns.iter().flat_map(|turn| &turn.items) {
            if let Some(text) = show::recalled(item) {
                person.terminal.say(text);
            }
        }
    }
    Ok((resumed.thread.id, settings(resumed.model, resumed.reasoning_effort)))
}

/// Those of the thread, whatever the mode.
fn settings(model: String, reasoning_effort: Option<String>) -> Settings {
    Settings { model, reasoning_effort, developer_instructions: None }
}
