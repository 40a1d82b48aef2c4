//! A user with a login shell and start files, whose commands run on snapshots or as they are.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use codex_core::base::spawn::TaskGroup;
use codex_core::config::shell_env::ShellEnvironmentPolicy;
use codex_core::exec::login::{LoginShells, Start, Wanted};
use codex_core::exec::shell::{Login, Shell};
use codex_core::exec::unified::{OpenRequest, UnifiedExecSessionManager};
use codex_core::sandbox::Sandbox;
use codex_core::sandbox::command::CommandSpec;
use codex_protocol::events::exec::OutputStream;
use tokio_util::sync::CancellationToken;

use crate::place::{self, Mode, Place};

/// A user with a shell and start files.
pub struct User {
    pub place: Place,
    pub mode: Mode,
    pub shell: Shell,
    pub sandbox: Sandbox,
    pub login: Arc<LoginShells>,
    pub group: TaskGroup,
    pub token: CancellationToken,
    pub secrets: ShellEnvironmentPolicy,
}

/// What came of a command.
#[derive(Debug, PartialEq, Eq)]
pub struct Came {
    pub stdout: String,
    pub stderr: String,
    pub code: i32,
}

impl User {
    pub fn new(mode: Mode, shell: &str, files: &[(&str, &str)]) -> Self {
        let place = Place::new();
        fs::create_dir(place.path("user")).unwrap();
        fs::create_dir(place.path("ws/folder")).unwrap();
        for (name, text) in files {
            fs::write(place.path("user").join(name), text).unwrap();
        }
        let (group, token) = (TaskGroup::new(), CancellationToken::new());
        Self {
            login: Arc::new(LoginShells::new(place.path("home"), group.clone(), token.clone())),
            sandbox: place::sandbox(mode, &place.path("home")),
            shell: Shell::at(shell),
            secrets: ShellEnvironmentPolicy::default(),
            place,
            mode,
            group,
            token,
        }
    }

    pub fn real(&self, script: &str) -> CommandSpec {
        let env =
            [("PATH", "/usr/local/bin:/usr/bin:/bin"), ("SHLVL", "1"), ("LC_ALL", "C.UTF-8"), ("GONE", "no")];
        let mut env: Vec<_> = env.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        env.push(("HOME".to_owned(), self.place.text("user")));
        CommandSpec { argv: self.shell.argv(Login::Yes, script), cwd: self.place.cwd(), env }
    }

    /// The command as it would be started now, and whether that is on a snapshot.
    pub async fn started(&self, script: &str) -> (Start, bool) {
        let real = self.real(script);
        let (login, sandbox) = (Arc::clone(&self.login), self.sandbox.clone());
        let (shell, policy, root) = (self.shell.clone(), self.mode.policy(), self.place.cwd());
        let (script, secrets, given) = (script.to_owned(), self.secrets.clone(), real.clone());
        let spec = tokio::task::spawn_blocking(move || {
            let wanted = Wanted {
                shell: &shell,
                script: &script,
                sandbox: &sandbox,
                policy: &policy,
                root: &root,
                secrets: &secrets,
            };
            login.command(&wanted, given)
        });
        let spec = spec.await.unwrap();
        let is_on_snapshot = spec.command != real;
        assert_eq!(is_on_snapshot, spec.snapshot.is_some());
        (spec, is_on_snapshot)
    }

    /// The same when what is being captured is there.
    pub async fn settled(&self, script: &str) -> (Start, bool) {
        self.started(script).await;
        self.group.finished().await;
        self.started(script).await
    }

    pub async fn came_of(&self, start: impl Into<Start>) -> Came {
        let Start { command, snapshot } = start.into();
        let sandbox = self.sandbox.clone().with_snapshot(snapshot);
        let launch = sandbox.plan(&self.mode.policy(), &self.place.cwd(), command).unwrap();
        let session = UnifiedExecSessionManager::new().open(OpenRequest::new(launch)).await.unwrap();
        let mut came = Came { stdout: String::new(), stderr: String::new(), code: 0 };
        while let Some((stream, text)) = session.next_delta().await {
            match stream {
                OutputStream::Stdout => came.stdout.push_str(&text),
                OutputStream::Stderr => came.stderr.push_str(&text),
            }
        }
        came.code = session.wait().await.code;
        // A shell names the process that was killed.
        let words = came.stderr.split(' ').map(|word| if word.parse::<u32>().is_ok() { "N" } else { word });
        came.stderr = words.collect::<Vec<_>>().join(" ");
        // Those of a pipeline say it as they come.
        let mut lines: Vec<_> = came.stderr.split_inclusive('\n').collect();
        lines.sort_unstable();
        came.stderr = lines.concat();
        came
    }

    /// As when the server ends and another begins.
    pub fn begin_again(&mut self) {
        self.login.close();
        self.login =
            Arc::new(LoginShells::new(self.place.path("home"), self.group.clone(), self.token.clone()));
    }

    pub fn write(&self, name: &str, text: &str) {
        fs::write(self.place.path("user").join(name), text).unwrap();
    }

    /// All that was written down.
    pub fn written(&self) -> Vec<(PathBuf, String)> {
        let mut found = Vec::new();
        let mut waiting = vec![self.place.path("home/login_shells")];
        while let Some(folder) = waiting.pop() {
            for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
                match entry.file_type().unwrap().is_dir() {
                    true => waiting.push(entry.path()),
                    false => found.push((entry.path(), fs::read_to_string(entry.path()).unwrap())),
                }
            }
        }
        found
    }
}
