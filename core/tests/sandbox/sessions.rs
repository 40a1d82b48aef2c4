//! Sessions with full access: output, input, ends.

use std::path::PathBuf;
use std::time::Duration;

use codex_core::base::paths::AbsolutePath;
use codex_core::exec::streams::TerminalSize;
use codex_core::exec::unified::session::EndReason;
use codex_core::exec::unified::{MOST_RUNNING, OpenRequest, UnifiedExecSessionManager};
use codex_core::sandbox::command::CommandSpec;
use codex_core::sandbox::launch::Launch;
use codex_protocol::events::exec::OutputStream;
use tokio_util::sync::CancellationToken;

use crate::place::{self, Mode, Place, SERVED, in_modes, is_missing, this_program};
use crate::runner::{self, Outcome, Test};

pub const TESTS: &[Test] = &[
    Test { name: "sessions::output_and_exit_code", run: output_and_exit_code },
    Test { name: "sessions::a_missing_program_is_named", run: a_missing_program_is_named },
    Test { name: "sessions::a_missing_cwd_is_named", run: a_missing_cwd_is_named },
    Test { name: "sessions::a_terminal_takes_input", run: a_terminal_takes_input },
    Test { name: "sessions::a_terminal_that_is_closed_while_written_to", run: a_closed_terminal },
    Test { name: "sessions::stdin_is_empty_on_pipes", run: stdin_is_empty_on_pipes },
    Test {
        name: "sessions::background_children_end_with_the_call",
        run: background_children_end_with_the_call,
    },
    Test { name: "sessions::a_timeout_ends_the_tree", run: a_timeout_ends_the_tree },
    Test { name: "sessions::deltas_arrive_in_order", run: deltas_arrive_in_order },
    Test { name: "sessions::the_idlest_makes_way", run: the_idlest_makes_way },
    Test { name: "sessions::what_is_idle_too_long_is_ended", run: idle_is_ended },
    Test { name: "sessions::ends_that_nobody_collects_are_bounded", run: uncollected_ends_are_bounded },
    Test { name: "sessions::without_network_only_each_other_is_reached", run: one_network_for_all },
    Test { name: "sessions::helpers_come_though_their_nursery_was_killed", run: killed_nursery },
    Test { name: "sessions::much_output_is_bounded_and_never_blocks", run: much_output_is_bounded },
];

const LONG: Duration = Duration::from_secs(20);

fn shell(script: &str) -> CommandSpec {
    CommandSpec {
        argv: ["/bin/sh", "-c", script].map(String::from).to_vec(),
        cwd: AbsolutePath::new("/").unwrap(),
        env: vec![("PATH".into(), "/usr/bin:/bin".into())],
    }
}

fn request(command: CommandSpec) -> OpenRequest {
    let helper: PathBuf = std::env::current_exe().unwrap();
    OpenRequest::new(Launch::unrestricted(helper, command))
}

fn block_on(test: impl Future<Output = ()>) -> Outcome {
    runner::block_on(test);
    Outcome::Pass
}

fn output_and_exit_code() -> Outcome {
    block_on(async {
        let manager = UnifiedExecSessionManager::new();
        let session = manager.open(request(shell("echo out; echo err >&2; exit 3"))).await.unwrap();
        let collected = session.collect(LONG, &CancellationToken::new()).await;
        assert_eq!(collected.exit.unwrap().code, 3);
        assert!(collected.output.contains("out\n") && collected.output.contains("err\n"));
        assert!(manager.get(session.id()).is_none(), "a collected end is forgotten");
        let session = manager.open(request(shell("kill -SEGV $$"))).await.unwrap();
        assert_eq!(session.wait().await.code, 128 + 11);
    })
}

fn killed_nursery() -> Outcome {
    let place = Place::new();
    in_modes(&SERVED, |mode| {
        let sandbox = place::sandbox(mode, &place.path("home"));
        block_on(async {
            let manager = UnifiedExecSessionManager::new();
            let mut killed = 0;
            for round in 0..6 {
                let launch = sandbox.plan(&mode.policy(), &place.cwd(), place.shell("echo out")).unwrap();
                let session = manager.open(OpenRequest::new(launch)).await.unwrap();
                let collected = session.collect(LONG, &CancellationToken::new()).await;
                assert_eq!(collected.output, "out\n", "{} round {round}", mode.name());
                // The first one made is the outer nursery, the other lives in a network of its own.
                let nurseries = nurseries();
                // None if this helper was ready before the last one was killed.
                if let Some(doomed) = nurseries.get(round % 2).or(nurseries.first()) {
                    rustix::process::kill_process(*doomed, rustix::process::Signal::KILL).unwrap();
                    killed += 1;
                }
            }
            assert!(killed > 1, "{}: {killed} killed", mode.name());
        });
    })
}

/// The processes below this one that fork helpers, the outermost first.
fn nurseries() -> Vec<rustix::process::Pid> {
    let mut found = Vec::new();
    let mut waiting = vec![std::process::id()];
    while let Some(pid) = waiting.pop() {
        let command = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        if command.ends_with(b"\0nursery\0") {
            found.push(rustix::process::Pid::from_raw(pid.try_into().unwrap()).unwrap());
        }
        let threads = std::fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
        for thread in threads {
            let children = std::fs::read_to_string(thread.path().join("children")).unwrap_or_default();
            waiting.extend(children.split_whitespace().filter_map(|pid| pid.parse::<u32>().ok()));
        }
    }
    found
}

/// A server in one call, a client of it in another, and somebody outside.
fn one_network_for_all() -> Outcome {
    if let Some(missing) = is_missing(Mode::Full) {
        return Outcome::Unsupported(missing);
    }
    let place = Place::new();
    let sandbox = place::sandbox(Mode::Full, &place.path("home"));
    let open = async |manager: &UnifiedExecSessionManager, role: &[&str]| {
        let mut command = place.shell("");
        command.argv = [&[this_program().to_str().unwrap(), "role"], role]
            .concat()
            .into_iter()
            .map(String::from)
            .collect();
        let launch = sandbox.plan(&Mode::Full.policy(), &place.cwd(), command).unwrap();
        let request = OpenRequest::new(launch);
        manager.open(request).await.unwrap()
    };
    block_on(async {
        let manager = UnifiedExecSessionManager::new();
        let outside = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = outside.local_addr().unwrap().port().to_string();
        let said =
            open(&manager, &["connect", &port]).await.collect(LONG, &CancellationToken::new()).await.output;
        assert!(said.starts_with("refused"), "{said}");

        let port = place.path("ws/port");
        let server = open(&manager, &["listen", port.to_str().unwrap()]).await;
        while !port.exists() {
            assert!(!server.has_ended());
            tokio::task::yield_now().await;
        }
        let port = std::fs::read_to_string(port).unwrap();
        let client = open(&manager, &["connect", &port]).await;
        assert_eq!(client.collect(LONG, &CancellationToken::new()).await.output, "welcome\n");
        assert_eq!(server.wait().await.code, 0);
    })
}

fn uncollected_ends_are_bounded() -> Outcome {
    block_on(async {
        let manager = UnifiedExecSessionManager::new();
        let mut ids = Vec::new();
        for _ in 0..20 {
            let session = manager.open(request(shell("echo out"))).await.unwrap();
            session.wait().await;
            ids.push(session.id());
        }
        let known = |ids: &[i32]| ids.iter().filter(|id| manager.get(**id).is_some()).count();
        assert_eq!((known(&ids[..3]), known(&ids[3..])), (0, 17), "the oldest are forgotten");
    })
}

fn the_idlest_makes_way() -> Outcome {
    block_on(async {
        let manager = UnifiedExecSessionManager::new();
        let open = || manager.open(request(shell("read never; sleep 1000 < /dev/null")));
        let mut sessions = Vec::new();
        for _ in 0..MOST_RUNNING {
            let session = manager.open(OpenRequest { tty: true, ..request(shell("cat")) }).await.unwrap();
            sessions.push(session);
        }
        let refused = open().await.unwrap_err();
        assert!(refused.to_string().contains("64 commands are running"), "of calls: {refused}");
        for session in &sessions[1..4] {
            session.set_item("i".into(), Vec::new());
        }
        // The oldest of the three is not the idlest.
        sessions[1].write(b"x\n").await.unwrap();
        let next = manager.open(request(shell("sleep 1000"))).await.unwrap();
        assert_eq!(next.displaced().map(|(id, _)| *id), Some(sessions[2].id()));
        assert_eq!(sessions[2].wait().await.code, -1);
        assert!(sessions[2].ended_because().unwrap().to_string().contains("too many"));
        let at_once = futures::future::join_all([open(), open()]).await;
        let mut displaced: Vec<_> = at_once.iter().flatten().filter_map(|next| next.displaced()).collect();
        displaced.sort();
        let mut expected = [sessions[1].id(), sessions[3].id()];
        expected.sort();
        assert_eq!(displaced.into_iter().map(|(id, _)| *id).collect::<Vec<_>>(), expected, "each once");
        assert!(!sessions[0].has_ended() && sessions[4..].iter().all(|session| !session.has_ended()));
    })
}

fn idle_is_ended() -> Outcome {
    block_on(async {
        let manager = UnifiedExecSessionManager::new();
        let limit = Duration::from_millis(600);
        let idle = manager.open(request(shell("echo begun; sleep 1000"))).await.unwrap();
        idle.end_when_idle(limit).await;
        assert_eq!((idle.wait().await.code, idle.ended_because()), (-1, Some(EndReason::Idle(limit))));
        let busy = "for i in 1 2 3 4 5 6 7 8 9; do echo $i; sleep 0.1; done";
        let busy = manager.open(request(shell(busy))).await.unwrap();
        busy.end_when_idle(limit).await;
        assert_eq!((busy.wait().await.code, busy.ended_because()), (0, None));
    })
}

fn a_missing_program_is_named() -> Outcome {
    block_on(async {
        let command = CommandSpec { argv: vec!["no-such-program".into()], ..shell("") };
        let error = UnifiedExecSessionManager::new().open(request(command)).await.unwrap_err();
        assert!(error.to_string().starts_with("cannot run `no-such-program`: No such file"), "{error}");
    })
}

fn a_missing_cwd_is_named() -> Outcome {
    block_on(async {
        let command = CommandSpec { cwd: AbsolutePath::new("/no/such/folder").unwrap(), ..shell("") };
        let error = UnifiedExecSessionManager::new().open(request(command)).await.unwrap_err();
        assert!(error.to_string().contains("(cwd) `/no/such/folder`"), "{error}");
    })
}

fn a_terminal_takes_input() -> Outcome {
    block_on(async {
        let manager = UnifiedExecSessionManager::new();
        let command = shell("tty >/dev/null && stty size; read line; echo \"got $line\"");
        let session = manager.open(OpenRequest { tty: true, ..request(command) }).await.unwrap();
        session.write(b"hello\n").await.unwrap();
        assert_eq!(session.wait().await.code, 0);
        let output = session.aggregated();
        assert!(output.contains("24 80\r\n") && output.contains("got hello\r\n"), "{output:?}");
        assert!(session.write(b"x").await.unwrap_err().to_string().contains("has ended"));
    })
}

fn a_closed_terminal() -> Outcome {
    block_on(async {
        let manager = UnifiedExecSessionManager::new();
        let open = |script| manager.open(OpenRequest { tty: true, ..request(shell(script)) });
        let much = vec![b'x'; 1_000_000];
        // Nobody reads, and then there is nobody.
        let session = open("stty -icanon -echo; echo ready; sleep 0.2").await.unwrap();
        assert_eq!(session.next_delta().await.unwrap().1, "ready\r\n");
        assert!(session.write(&much).await.is_err());
        // The command lives on without its terminal.
        let script = "stty -icanon -echo; echo ready; sleep 0.2; exec sleep 1000 </dev/null >/dev/null 2>&1";
        let session = open(script).await.unwrap();
        assert_eq!(session.next_delta().await.unwrap().1, "ready\r\n");
        let error = session.write(&much).await.unwrap_err();
        assert!(error.to_string().contains("does not take the input"), "{error}");
        assert!(!session.has_ended());
        assert!(session.resize(TerminalSize { rows: 1, columns: 1 }).is_ok());
        assert_eq!(session.kill().await.code, -1);
    })
}

fn stdin_is_empty_on_pipes() -> Outcome {
    block_on(async {
        let manager = UnifiedExecSessionManager::new();
        let session = manager.open(request(shell("cat; echo done"))).await.unwrap();
        assert_eq!(session.wait().await.code, 0);
        assert_eq!(session.aggregated(), "done\n");
        assert!(session.write(b"x").await.unwrap_err().to_string().contains("without a terminal"));
    })
}

fn background_children_end_with_the_call() -> Outcome {
    block_on(async {
        let manager = UnifiedExecSessionManager::new();
        // Nobody else's, in another run of the tests.
        let word = format!("1001.{}", std::process::id());
        let script = format!(
            "(trap '' TERM HUP; setsid sh -c 'trap \"\" TERM; sleep {word} & sleep {word}' &) ; exit 4"
        );
        let session = manager.open(request(shell(&script))).await.unwrap();
        assert_eq!(session.wait().await.code, 4);
        assert_eq!(running_with(&word), [] as [u32; 0]);
    })
}

fn a_timeout_ends_the_tree() -> Outcome {
    block_on(async {
        let manager = UnifiedExecSessionManager::new();
        let timeout = Some(Duration::from_millis(50));
        let session = manager.open(OpenRequest { timeout, ..request(shell("sleep 1000")) }).await.unwrap();
        let exit = session.wait().await;
        assert!(exit.timed_out && exit.code == 124);
        let session = manager.open(request(shell("trap '' TERM; sleep 1000; sleep 1000"))).await.unwrap();
        assert_eq!(session.kill().await.code, -1);
    })
}

fn deltas_arrive_in_order() -> Outcome {
    block_on(async {
        let manager = UnifiedExecSessionManager::new();
        let session = manager.open(request(shell("for i in 1 2 3; do echo $i; done"))).await.unwrap();
        let mut text = String::new();
        while let Some((stream, delta)) = session.next_delta().await {
            assert_eq!(stream, OutputStream::Stdout);
            text.push_str(&delta);
        }
        assert_eq!(text, "1\n2\n3\n");
    })
}

fn much_output_is_bounded() -> Outcome {
    block_on(async {
        let manager = UnifiedExecSessionManager::new();
        let script = "head -c 50000000 /dev/zero | tr '\\0' x; echo end";
        let session = manager.open(request(shell(script))).await.unwrap();
        assert_eq!(session.wait().await.code, 0);
        let text = session.aggregated();
        assert!(text.len() < 1_100_000 && text.ends_with("xend\n"), "{}", text.len());
    })
}

/// The processes that have this word among their arguments.
fn running_with(word: &str) -> Vec<u32> {
    let entries = std::fs::read_dir("/proc").unwrap().flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let has_word = |pid: &u32| {
        let arguments = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        arguments.split(|byte| *byte == 0).any(|argument| argument == word.as_bytes())
    };
    pids.filter(has_word).collect()
}
