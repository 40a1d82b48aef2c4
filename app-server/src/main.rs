//! The process: arguments, private stdout, runtime, exit code.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use codex_app_server::args::{self, Args, Command};
use codex_app_server::commands::terminal::Terminal;
use codex_app_server::commands::{self, generate, login, sandbox, try_it};
use codex_app_server::context::ServerConfig;
use codex_app_server::identity::Identity;
use codex_app_server::shutdown::Signals;
use codex_app_server::telemetry::exporters::Exporters;
use codex_app_server::transport::stdio::{self, Claimed};
use codex_app_server::{logging, run};
use codex_core::base::descriptors;
use codex_core::config::home::Surroundings;
use codex_core::config::loader::ConfigLoader;
use codex_core::config::overrides::Flags;
use codex_core::conversations::{ConversationManager, Shared};
use codex_core::telemetry::Outlet;
use tokio_util::sync::CancellationToken;

fn main() -> ExitCode {
    // None returns when this process was started to run a command, to apply a patch, to read, or to play a part in a check.
    codex_core::sandbox::helper::run_if_helper();
    codex_core::tools::patch::writer::run_if_writer();
    codex_core::tools::files::reader::run_if_reader();
    #[cfg(target_os = "linux")]
    codex_core::selftest::roles::play_if_asked();
    let mut terminal = Terminal::default();
    let Args { command, flags } = match args::parse(std::env::args_os().skip(1)) {
        Ok(args) => args,
        Err(problem) => {
            terminal.complain(problem);
            return ExitCode::from(2);
        }
    };
    run_command(command, flags, &mut terminal).unwrap_or_else(|problem| {
        terminal.complain(format_args!("codex-app-server: {problem:#}"));
        ExitCode::FAILURE
    })
}

fn run_command(command: Command, flags: Flags, terminal: &mut Terminal) -> anyhow::Result<ExitCode> {
    match command {
        Command::Serve => return serve(flags),
        Command::Version => terminal.say(commands::version()),
        Command::Help => terminal.say(args::HELP.trim_end()),
        Command::Generate(what) => generate::run(&what)?,
        Command::Try(arguments) => return Ok(try_it::run(arguments, flags, terminal)),
        Command::Sandbox(arguments) => return sandbox::run(arguments, &flags, terminal),
        Command::Login(arguments) => return login::run(arguments, &flags, terminal),
        Command::Logout => return login::log_out(&flags, terminal),
    }
    Ok(ExitCode::SUCCESS)
}

fn serve(flags: Flags) -> anyhow::Result<ExitCode> {
    descriptors::raise();
    let claimed = stdio::claim().context("standard input and output cannot be used")?;
    let surroundings = Surroundings::of_process()?;
    logging::init(&surroundings.environment)?;
    // Another provider that got there first serves as well.
    let _installed = rustls::crypto::ring::default_provider().install_default();
    let identity = Identity::of_machine(&surroundings.environment);
    let helper = std::env::current_exe().context("the file of this program is not known")?;
    let telemetry = Arc::new(Exporters::new(&surroundings.environment));
    let outlet: Arc<dyn Outlet> = Arc::clone(&telemetry) as _;
    let shared = Shared { outlet: Some(outlet), ..Shared::new(&surroundings, helper) };
    let conversations = ConversationManager::new(shared);
    let configs = ConfigLoader::new(surroundings, &flags)?;
    let config = ServerConfig { identity, configs, conversations, telemetry };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .thread_keep_alive(Duration::from_secs(1))
        .enable_all()
        .build()
        .context("the runtime does not start")?;
    let outcome = runtime.block_on(serve_until_signal(config, claimed));
    // A thread that still reads a terminal or a file cannot be waited for.
    runtime.shutdown_background();
    outcome
}

async fn serve_until_signal(config: ServerConfig, claimed: Claimed) -> anyhow::Result<ExitCode> {
    let mut signals = Signals::listen()?;
    config.conversations.shared().login.clean();
    let first = CancellationToken::new();
    let second = async {
        signals.next().await;
        first.cancel();
        signals.next().await;
    };
    tokio::select! {
        leftovers = run(config, claimed.connect()?, first.cancelled()) => Ok(leftovers.exit_code().into()),
        () = second => Ok(ExitCode::FAILURE),
    }
}
