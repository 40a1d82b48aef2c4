//! What this program does when a test starts it again: instead of testing, it plays a part.

use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use codex_core::base::paths::AbsolutePath;
use codex_core::config::shell_env::ShellEnvironmentPolicy;
use codex_core::exec::env::{CommandEnvironment, EnvironmentSnapshot, Network};
use codex_core::exec::streams::TerminalSize;
use codex_core::exec::unified::{OpenRequest, UnifiedExecSessionManager};
use codex_core::sandbox::command::CommandSpec;

use crate::attacks;
use crate::place::{self, Mode};

/// `role NAME ARGUMENTS…` on the command line. Does not return if it is there.
pub fn play_if_asked() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [first, name, arguments @ ..] = arguments.as_slice() else { return };
    if first != "role" {
        return;
    }
    let code = match name.as_str() {
        "run" => run(arguments),
        "serve" => serve(arguments),
        "attack" => attacks::run(arguments),
        "listen" => listen(arguments),
        "connect" => connect(arguments),
        other => panic!("no role {other}"),
    };
    std::process::exit(code);
}

/// `run MODE CWD HOME PROGRAM ARGUMENTS…`: a server that runs one command with its own input and output.
fn run(arguments: &[String]) -> i32 {
    let [mode, cwd, home, argv @ ..] = arguments else { panic!("run MODE CWD HOME PROGRAM ...") };
    let mode: Mode = mode.parse().unwrap();
    leave_a_descriptor_open(home);
    if mode == Mode::Bare {
        let status = Command::new(&argv[0]).args(&argv[1..]).current_dir(cwd).status().unwrap();
        return status.code().unwrap_or(-1);
    }
    let cwd = AbsolutePath::new(cwd).unwrap();
    let command = command(mode, &cwd, argv);
    match place::sandbox(mode, &PathBuf::from(home)).run_command(&mode.policy(), &cwd, command) {
        Ok(code) => code,
        Err(error) => {
            println!("{error}");
            125
        }
    }
}

/// `listen FILE`: writes its port to the file and greets the first who comes.
fn listen(arguments: &[String]) -> i32 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    // Whole or not at all, for whoever waits for it.
    let draft = format!("{}.draft", arguments[0]);
    std::fs::write(&draft, listener.local_addr().unwrap().port().to_string()).unwrap();
    std::fs::rename(draft, &arguments[0]).unwrap();
    listener.accept().unwrap().0.write_all(b"welcome").unwrap();
    0
}

/// `connect PORT`: prints the greeting, or why there is none.
fn connect(arguments: &[String]) -> i32 {
    let mut greeting = String::new();
    let connected = std::net::TcpStream::connect(("127.0.0.1", arguments[0].parse().unwrap()));
    match connected.and_then(|mut stream| stream.read_to_string(&mut greeting)) {
        Ok(_) => println!("{greeting}"),
        Err(error) => println!("refused: {error}"),
    }
    0
}

/// `serve MODE CWD HOME PROGRAM ARGUMENTS…`: a server with a session, until its input ends or it is killed.
fn serve(arguments: &[String]) -> i32 {
    let [mode, cwd, home, argv @ ..] = arguments else { panic!("serve MODE CWD HOME PROGRAM ...") };
    let mode: Mode = mode.parse().unwrap();
    let cwd = AbsolutePath::new(cwd).unwrap();
    let command = command(mode, &cwd, argv);
    let launch = place::sandbox(mode, &PathBuf::from(home)).plan(&mode.policy(), &cwd, command).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let manager = UnifiedExecSessionManager::new();
        let request = OpenRequest { launch, tty: false, size: TerminalSize::default(), timeout: None };
        let session = manager.open(request).await.unwrap();
        let (_, text) = session.next_delta().await.expect("the command says that it is ready");
        println!("{text}helper {}", session.os_pid().unwrap());
        let mut input = Vec::new();
        tokio::io::AsyncReadExt::read_to_end(&mut tokio::io::stdin(), &mut input).await.unwrap();
        manager.close_all().await;
    });
    runtime.shutdown_timeout(Duration::from_secs(1));
    0
}

/// The command with the environment that a real server gives it.
fn command(mode: Mode, cwd: &AbsolutePath, argv: &[String]) -> CommandSpec {
    let snapshot = EnvironmentSnapshot::of_process();
    let network = Network::from(&mode.policy());
    let environment = CommandEnvironment::new(&snapshot, &ShellEnvironmentPolicy::default(), network);
    CommandSpec { argv: argv.to_vec(), cwd: cwd.clone(), env: environment.vars }
}

/// As careless libraries do: a descriptor that survives execution.
fn leave_a_descriptor_open(home: &str) {
    let Ok(file) = std::fs::File::open(format!("{home}/auth.json")) else { return };
    let kept = rustix::io::dup(&file).unwrap();
    rustix::io::fcntl_setfd(&kept, rustix::io::FdFlags::empty()).unwrap();
    std::mem::forget(kept);
}
