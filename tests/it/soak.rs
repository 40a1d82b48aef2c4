//! Many turns with commands of all kinds, ended in all ways: nothing of them is left.
//!
//! A few rounds are played always; `CODEX_TEST_ROUNDS=1000` plays more. The order is random and the same each time.

use std::fs;
use std::time::{Duration, Instant};

use codex_tests::home::{Home, files_below};
use codex_tests::server::AppServer;
use codex_tests::{binary, process};
use serde_json::json;

/// What a turn does, and whether it is interrupted at its last command.
const SCENES: &[(&str, bool)] = &[
    ("shell echo one\nsay done", false),
    ("shell (sleep 1000 &) ; echo two\nsay done", false),
    ("shell {\"cmd\": \"sh -c 'kill -9 $$'; kill -TERM $$\"}\nsay done", false),
    ("shell {\"cmd\": \"echo three; sleep 1000\", \"yield_time_ms\": 250}\nsay done", false),
    (
        "shell {\"cmd\": \"read x; echo $x; read y\", \"tty\": true, \"yield_time_ms\": 250}\nstdin a\\n\nsay done",
        false,
    ),
    (
        "shell {\"cmd\": \"cat\", \"tty\": true, \"yield_time_ms\": 250}\nstdin a\\n\nstdin \\x04\nsay done",
        false,
    ),
    ("call shell {\"command\": [\"sleep\", \"1000\"], \"timeout_ms\": 20}\nsay done", false),
    ("call shell_command {\"command\": \"head -c 300000 /dev/zero | tr '\\\\0' x\"}\nsay done", false),
    ("shell mktemp -d && touch \"$(mktemp)\" && rm -rf \"$TMPDIR\"/tmp.*\nsay done", false),
    ("shell echo four; sleep 1000", true),
    ("shell {\"cmd\": \"trap '' TERM INT HUP; echo five; sleep 1000; sleep 1000\", \"tty\": true}", true),
    ("shell echo six; setsid sleep 1000 & sleep 1000", true),
    ("call shell {\"command\": [\"sh\", \"-c\", \"yes\"], \"timeout_ms\": 100000}", true),
];

/// Descriptors of what is kept for the next command, or not, as it happens.
const KEPT_READY: usize = 2;

fn rounds() -> usize {
    binary::variable("CODEX_TEST_ROUNDS").and_then(|text| text.parse().ok()).unwrap_or(2 * SCENES.len())
}

/// A random number below a bound.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % bound
    }
}

/// What a server holds.
#[derive(Debug)]
struct Held {
    processes: Vec<String>,
    descriptors: usize,
    terminals: usize,
    files: usize,
}

struct Stage {
    home: Home,
    server: AppServer,
    thread: String,
    tag: String,
}

impl Stage {
    fn new() -> Self {
        let home = Home::with_rehearsal("");
        let temporary = home.root().join("temporary");
        fs::create_dir(&temporary).unwrap();
        let tag = process::new_tag();
        let mut server =
            AppServer::spawn_in(&home, &[], &[("TMPDIR", temporary.to_str().unwrap()), ("SOAK_TEST", &tag)]);
        server.initialize_experimental();
        server.ignore_rest();
        let thread = server.start_thread(&home);
        Self { home, server, thread, tag }
    }

    fn play(&mut self, (script, is_interrupted): (&str, bool)) {
        let turn = self.server.start_turn(&self.thread, script);
        if is_interrupted {
            self.server.expect_where("item/commandExecution/outputDelta", |params| params["turnId"] == turn);
            self.server.ok("turn/interrupt", json!({"threadId": self.thread, "turnId": turn}));
        }
        let ended = self.server.wait_turn(&self.thread);
        let expected = if is_interrupted { "interrupted" } else { "completed" };
        assert_eq!(ended.status(), expected, "{script}");
    }

    fn terminals(&mut self) -> Vec<serde_json::Value> {
        let list = self.server.ok("thread/backgroundTerminals/list", json!({"threadId": self.thread}));
        list["data"].as_array().unwrap().iter().map(|one| one["processId"].clone()).collect()
    }

    fn end_one(&mut self, dice: &mut Dice) {
        let running = self.terminals();
        if !running.is_empty() {
            let id = &running[dice.roll(running.len())];
            let params = json!({"threadId": self.thread, "processId": id});
            self.server.ok("thread/backgroundTerminals/terminate", params);
        }
    }

    fn end_all(&mut self) {
        self.server.ok("thread/backgroundTerminals/clean", json!({"threadId": self.thread}));
        assert_eq!(self.terminals().len(), 0);
    }

    /// Without the conversation's own file, which grows.
    fn held(&self) -> Held {
        let pid = self.server.pid();
        let links = fs::read_dir(format!("/proc/{pid}/fd")).unwrap().flatten();
        let links: Vec<_> = links.filter_map(|entry| fs::read_link(entry.path()).ok()).collect();
        let variable = format!("SOAK_TEST={}", self.tag);
        let with_tag = |pid: &u32| {
            let environment = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
            environment.split(|byte| *byte == 0).any(|entry| entry == variable.as_bytes())
        };
        let all = fs::read_dir("/proc").unwrap().flatten();
        let pids = all.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
        let pids = pids.filter(|other| *other != pid && process::is_alive(*other) && with_tag(other));
        // Snapshots of the login shell stay a while after they were replaced, and go with the server.
        let files = files_below(self.home.root()).into_iter();
        Held {
            processes: pids.map(process::command_line).collect(),
            descriptors: links.len(),
            terminals: links.iter().filter(|link| link.to_string_lossy().contains("/pt")).count(),
            files: files.filter(|file| !file.to_string_lossy().contains("/login_shells/")).count(),
        }
    }

    /// What it holds when everything that ends by itself has ended.
    fn settled(&mut self, is_settled: impl Fn(&Held) -> bool) -> Held {
        self.end_all();
        let limit = Instant::now() + Duration::from_secs(20);
        loop {
            let held = self.held();
            if is_settled(&held) || Instant::now() > limit {
                return held;
            }
            std::thread::yield_now();
        }
    }
}

#[test]
fn nothing_is_left_of_many_turns() {
    let mut stage = Stage::new();
    for scene in SCENES {
        stage.play(*scene);
    }
    // What the server keeps ready for the next command has the server's own variables or none.
    let before = stage
        .settled(|held| held.processes.iter().all(|line| !line.contains("sleep")) && held.terminals == 0);
    let mut dice = Dice(4711);
    for round in 0..rounds() {
        stage.play(SCENES[dice.roll(SCENES.len())]);
        match dice.roll(4) {
            0 => stage.end_one(&mut dice),
            1 if round % 7 == 0 => stage.end_all(),
            _ => {}
        }
    }
    let after = stage.settled(|held| {
        held.processes.len() <= before.processes.len()
            && held.descriptors <= before.descriptors + KEPT_READY
            && held.terminals == 0
            && held.files <= before.files
    });
    assert_eq!(after.terminals, 0);
    assert!(after.processes.len() <= before.processes.len(), "{before:#?} {after:#?}");
    assert!(after.descriptors <= before.descriptors + KEPT_READY, "{before:#?} {after:#?}");
    assert!(after.files <= before.files, "{before:#?} {after:#?}");
}
