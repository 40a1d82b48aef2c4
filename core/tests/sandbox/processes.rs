//! Processes of a client with full access: bytes out and in, and their ends.

use std::time::Duration;

use codex_core::base::paths::AbsolutePath;
use codex_core::base::spawn::TaskGroup;
use codex_core::exec::process::{Exit, InputError, More, Output, Process, ProcessRequest, start};
use codex_core::exec::streams::{Stdin, TerminalSize};
use codex_core::sandbox::command::CommandSpec;
use codex_core::sandbox::launch::Launch;
use codex_protocol::events::exec::OutputStream;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::runner::{self, Outcome, Test};

pub const TESTS: &[Test] = &[
    Test { name: "processes::no_byte_is_lost_or_changed", run: no_byte_is_lost_or_changed },
    Test { name: "processes::input_is_written_in_its_order", run: input_is_written_in_its_order },
    Test { name: "processes::a_terminal_has_a_size_and_an_end", run: a_terminal_has_a_size_and_an_end },
    Test {
        name: "processes::output_that_nobody_takes_stops_the_process",
        run: output_that_nobody_takes_stops_the_process,
    },
    Test { name: "processes::without_its_output_a_process_ends", run: without_its_output_a_process_ends },
    Test { name: "processes::time_and_requests_end_a_process", run: time_and_requests_end_a_process },
];

struct Wanted {
    stdin: Stdin,
    terminal: Option<TerminalSize>,
    time: Option<Duration>,
}

const PLAIN: Wanted = Wanted { stdin: Stdin::Null, terminal: None, time: None };

async fn run(script: &str, wanted: Wanted) -> (Process, Output) {
    let command = CommandSpec {
        argv: ["/bin/sh", "-c", script].map(String::from).to_vec(),
        cwd: AbsolutePath::new("/").unwrap(),
        env: vec![("PATH".into(), "/usr/bin:/bin".into())],
    };
    let request = ProcessRequest {
        launch: Launch::unrestricted(std::env::current_exe().unwrap(), command),
        stdin: wanted.stdin,
        terminal: wanted.terminal,
        time: wanted.time,
        end: CancellationToken::new(),
        place: std::sync::Arc::new(Semaphore::new(1)).try_acquire_owned().unwrap(),
    };
    start(request, &TaskGroup::new()).await.unwrap()
}

/// All of stdout, all of stderr, and the end.
async fn taken(mut output: Output) -> (Vec<u8>, Vec<u8>, Exit) {
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    while let Some(chunk) = output.next().await {
        match chunk.stream {
            OutputStream::Stdout => stdout.extend(chunk.bytes),
            OutputStream::Stderr => stderr.extend(chunk.bytes),
        }
    }
    (stdout, stderr, output.exit().await)
}

fn code(code: i32) -> Exit {
    Exit { code, is_cut: false }
}

fn block_on(test: impl Future<Output = ()>) -> Outcome {
    runner::block_on(test);
    Outcome::Pass
}

fn no_byte_is_lost_or_changed() -> Outcome {
    block_on(async {
        let (_process, output) = run(r"printf 'a\377\303'; printf '\0' >&2; cat; exit 3", PLAIN).await;
        assert_eq!(taken(output).await, (b"a\xff\xc3".to_vec(), b"\0".to_vec(), code(3)));
    })
}

fn input_is_written_in_its_order() -> Outcome {
    block_on(async {
        let (process, output) = run("cat", Wanted { stdin: Stdin::Pipe, ..PLAIN }).await;
        // More than a pipe takes at once, and given before any of it is written.
        let first = process.give(vec![b'a'; 300_000], More::May).unwrap();
        let second = process.give(b"b".to_vec(), More::Never).unwrap();
        assert!(matches!(process.give(b"c".to_vec(), More::May).map(drop), Err(InputError::Closed)));
        let (stdout, ..) = tokio::join!(taken(output), second, first).0;
        assert_eq!((stdout.len(), stdout.last()), (300_001, Some(&b'b')));
        process.give(Vec::new(), More::Never).unwrap().await.unwrap();

        let (process, output) = run("exit 0", PLAIN).await;
        assert!(matches!(process.give(b"c".to_vec(), More::May).map(drop), Err(InputError::NoInput)));
        assert!(matches!(process.resize(TerminalSize::default()), Err(InputError::NoTerminal)));
        taken(output).await;
    })
}

fn a_terminal_has_a_size_and_an_end() -> Outcome {
    block_on(async {
        let size = |rows, columns| TerminalSize { rows, columns };
        let wanted = Wanted { terminal: Some(size(7, 9)), ..PLAIN };
        let (process, mut output) = run("stty -echo; stty size; cat; stty size", wanted).await;
        assert_eq!(output.next().await.unwrap().bytes, b"7 9\r\n");
        process.resize(size(5, 6)).unwrap();
        // The end of input comes within a line.
        process.give(b"typed".to_vec(), More::Never).unwrap().await.unwrap();
        let (stdout, stderr, exit) = taken(output).await;
        assert_eq!((String::from_utf8(stdout).unwrap().as_str(), exit), ("typed5 6\r\n", code(0)));
        assert!(stderr.is_empty());
    })
}

fn output_that_nobody_takes_stops_the_process() -> Outcome {
    block_on(async {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("written");
        let script = format!("head -c 4000000 /dev/zero; echo > {}", file.display());
        let (_process, mut output) = run(&script, PLAIN).await;
        let first = output.next().await.unwrap().bytes.len();
        assert!(!file.exists(), "all of it was taken");
        let (rest, _, exit) = taken(output).await;
        assert_eq!((first + rest.len(), exit), (4_000_000, code(0)));
        assert!(file.exists());
    })
}

fn without_its_output_a_process_ends() -> Outcome {
    block_on(async {
        let (process, mut output) = run("echo $$; cat", Wanted { stdin: Stdin::Pipe, ..PLAIN }).await;
        let pid = String::from_utf8(output.next().await.unwrap().bytes).unwrap();
        let pid = rustix::process::Pid::from_raw(pid.trim().parse().unwrap());
        drop(output);
        while rustix::process::test_kill_process(pid.unwrap()).is_ok() {
            tokio::task::yield_now().await;
        }
        drop(process);
    })
}

fn time_and_requests_end_a_process() -> Outcome {
    block_on(async {
        let wanted = Wanted { time: Some(Duration::from_millis(50)), ..PLAIN };
        let (_process, output) = run("echo begun; sleep 1000", wanted).await;
        let (stdout, _, exit) = taken(output).await;
        assert_eq!((stdout.as_slice(), exit), (b"begun\n".as_slice(), code(124)));

        let wanted = Wanted { stdin: Stdin::Pipe, ..PLAIN };
        let (process, mut output) = run("echo begun; sleep 1000", wanted).await;
        output.next().await.unwrap();
        // It does not read, so this waits until it is gone.
        let stuck = process.give(vec![b'a'; 300_000], More::May).unwrap();
        process.end();
        assert!(stuck.await.is_err());
        assert_eq!(taken(output).await.2, code(143));
    })
}
