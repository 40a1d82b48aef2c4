//! The user's profile: run once, not with each command, unless the model or the settings say otherwise.

use std::fs;
use std::path::Path;

use codex_tests::home::Home;
use codex_tests::model::MockModel;
use codex_tests::process::wait_for_file;
use codex_tests::reply::Reply;
use codex_tests::server::AppServer;
use rustix::process::Signal;
use serde_json::{Value, json};

const PROFILE: &str = "echo x >> \"$HOME/count\"; export FROM_PROFILE=here";
/// A snapshot may be late, but not that late.
const MOST_COMMANDS: usize = 200;

struct Stage {
    home: Home,
    model: MockModel,
    server: AppServer,
    thread: String,
}

impl Stage {
    fn new(fixture: &str) -> Self {
        let model = MockModel::start([]);
        let home = Home::with_model(&model, fixture);
        fs::write(home.root().join(".bash_profile"), PROFILE).unwrap();
        let (server, thread) = Self::server(&home);
        Self { home, model, server, thread }
    }

    fn server(home: &Home) -> (AppServer, String) {
        let mut server = AppServer::start(home);
        let thread = server.start_thread_with(home, json!({"sandbox": "danger-full-access"}));
        (server, thread)
    }

    fn run(&mut self, arguments: &Value) -> Value {
        self.model.add([Reply::call("exec_command", arguments), Reply::text("done")]);
        let turn = self.server.run_turn(&self.thread, "go");
        turn.item("commandExecution").clone()
    }

    /// How often the profile has run.
    fn count(&self) -> usize {
        fs::read_to_string(self.home.root().join("count")).unwrap_or_default().lines().count()
    }

    /// Whether a command runs without running the profile.
    fn saves_the_profile(&mut self) -> bool {
        let before = self.count();
        let item = self.run(&json!({"cmd": "echo $FROM_PROFILE"}));
        assert_eq!(item["command"], "/bin/bash -lc 'echo $FROM_PROFILE'");
        assert_eq!(item["aggregatedOutput"], "here\n");
        self.count() == before
    }

    fn settle(&mut self) {
        assert!((0..MOST_COMMANDS).any(|_| self.saves_the_profile()), "it never comes");
    }

    fn snapshots(&self) -> usize {
        let entries = fs::read_dir(self.home.codex_home().join("login_shells")).into_iter().flatten();
        entries.filter(|entry| entry.as_ref().unwrap().file_type().unwrap().is_dir()).count()
    }
}

fn is_missing() -> bool {
    !Path::new("/bin/bash").exists()
}

#[test]
fn the_profile_is_run_once_and_the_command_is_shown_as_ever() {
    if is_missing() {
        return;
    }
    let mut stage = Stage::new("");
    stage.settle();
    assert!(stage.saves_the_profile() && stage.saves_the_profile());
    assert_eq!(stage.snapshots(), 1);
    let before = stage.count();
    let asked = json!({"cmd": "echo $FROM_PROFILE", "login": true});
    assert_eq!(stage.run(&asked)["aggregatedOutput"], "here\n");
    assert_eq!(stage.count(), before + 1, "who asks for a login shell gets one");
    let none = stage.run(&json!({"cmd": "echo ${FROM_PROFILE-none}", "login": false}));
    assert_eq!(
        (&none["command"], &none["aggregatedOutput"]),
        (&json!("/bin/bash -c 'echo ${FROM_PROFILE-none}'"), &json!("none\n"))
    );
    stage.server.close();
    assert_eq!(stage.snapshots(), 0);
}

#[test]
fn the_profile_is_asked_for_while_the_model_thinks() {
    if is_missing() {
        return;
    }
    let mut stage = Stage::new("");
    stage.model.add([Reply::text("no command yet")]);
    stage.server.run_turn(&stage.thread, "hi");
    wait_for_file(&stage.home.root().join("count"));
}

#[test]
fn what_a_killed_server_has_left_goes_with_the_next() {
    if is_missing() {
        return;
    }
    let mut stage = Stage::new("");
    stage.settle();
    stage.server.end_by(Signal::KILL);
    assert_eq!(stage.snapshots(), 1);
    (stage.server, stage.thread) = Stage::server(&stage.home);
    stage.settle();
    assert_eq!(stage.snapshots(), 1, "only its own");
}

#[test]
fn the_profile_is_run_each_time_where_the_settings_say_so() {
    if is_missing() {
        return;
    }
    let mut stage = Stage::new("- table [features] shell_snapshot = false");
    for count in 1..=3 {
        stage.run(&json!({"cmd": "echo $FROM_PROFILE"}));
        assert_eq!(stage.count(), count);
    }
    assert_eq!(stage.snapshots(), 0);
}
