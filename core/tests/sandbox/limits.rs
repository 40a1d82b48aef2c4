//! What a command may use up before it harms anybody else.

use std::process::Stdio;
use std::thread::available_parallelism;

use codex_core::sandbox::limit::most_processes;

use crate::place::{CONFINED, Mode, Place, SERVED, in_modes, is_missing, this_program};
use crate::runner::{Outcome, Test};

pub const TESTS: &[Test] = &[
    Test { name: "check 29: a fork bomb", run: fork_bomb },
    Test { name: "check 29: a fork bomb leaves others alone", run: others_work_on },
    Test { name: "check 29: commands go first when memory is short", run: first_for_memory },
    Test { name: "limits::only_confined_commands_lose_core_dumps", run: core_dumps },
];

/// More processes than a command may have, even if it uses the numbers that are reserved after the first round.
fn too_many() -> usize {
    most_processes(available_parallelism().unwrap().get()) + 400
}

/// `bomb COUNT [FILE]`: starts processes that wait for its end, tells whether as many live at once, and stays until
/// there is the file.
pub fn bomb(arguments: &[String]) -> i32 {
    let wanted: usize = arguments[0].parse().unwrap();
    let started = (0..wanted).take_while(|_| start_waiting()).count();
    match started == wanted {
        true => println!("SUCCEEDED: {started} processes"),
        false => println!("refused after {started} processes: {}", std::io::Error::last_os_error()),
    }
    while arguments.get(1).is_some_and(|file| !std::path::Path::new(file).exists()) {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    0
}

#[allow(unsafe_code)]
fn start_waiting() -> bool {
    // SAFETY: the child makes system calls only.
    unsafe {
        let parent = libc::getpid();
        match libc::fork() {
            -1 => false,
            0 => {
                libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL, 0, 0, 0);
                while libc::getppid() == parent {
                    libc::pause();
                }
                libc::_exit(0);
            }
            _ => true,
        }
    }
}

fn explode(place: &Place, mode: Mode) -> String {
    let program = this_program();
    let wanted = too_many().to_string();
    let argv = [program.to_str().unwrap(), "role", "bomb", &wanted];
    let output = place.run_with(mode, &argv, Stdio::null());
    String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned()
}

fn fork_bomb() -> Outcome {
    let place = Place::new();
    let told = explode(&place, Mode::Bare);
    if !told.contains("SUCCEEDED") {
        return Outcome::Unsupported(format!("so many processes cannot be had at all: {told}"));
    }
    if let Some(reason) = is_missing(Mode::Full) {
        return Outcome::Unsupported(reason);
    }
    let told = explode(&place, Mode::Full);
    assert!(told.contains("refused after"), "{told}");
    Outcome::Partly("landlock: processes are counted for the whole user there".into())
}

/// While one command has all the processes it may have, others start theirs.
fn others_work_on() -> Outcome {
    if let Some(reason) = is_missing(Mode::Full) {
        return Outcome::Unsupported(reason);
    }
    let place = Place::new();
    let program = this_program();
    let wanted = too_many().to_string();
    let script = format!("{} role bomb {wanted} go-on > told", program.display());
    std::thread::scope(|scope| {
        let first = scope.spawn(|| place.run(Mode::Full, &["/bin/sh", "-c", &script]));
        let script = "while ! test -s told; do sleep 0.01; done; sh -c 'echo works'; : > go-on";
        let second = place.run(Mode::Full, &["/bin/sh", "-c", script]);
        assert_eq!(String::from_utf8_lossy(&second.stdout), "works\n");
        first.join().unwrap();
    });
    let told = std::fs::read_to_string(place.path("ws/told")).unwrap();
    assert!(told.contains("refused after"), "{told}");
    Outcome::Pass
}

fn first_for_memory() -> Outcome {
    const FILE: &str = "/proc/self/oom_score_adj";
    let ours: i32 = std::fs::read_to_string(FILE).unwrap().trim().parse().unwrap();
    in_modes(&SERVED, |mode| {
        let script = format!("(echo 0 > {FILE}) 2>&-; cat {FILE}");
        let place = Place::new();
        let told = place.run(mode, &["/bin/sh", "-c", &script]).stdout;
        let score: i32 = String::from_utf8_lossy(&told).trim().parse().unwrap();
        // A command without walls may take it back, as far as to ours.
        let least = if mode == Mode::Open { ours } else { (ours + 1).min(1000) };
        assert!(score >= least, "{score} in mode {}", mode.name());
        let told = place.run(mode, &["/bin/cat", FILE]).stdout;
        assert!(String::from_utf8_lossy(&told).trim().parse::<i32>().unwrap() >= (ours + 1).min(1000));
    })
}

fn core_dumps() -> Outcome {
    let place = Place::new();
    // As a shell that allows them.
    let limits = |mode| {
        let output = place.run(mode, &["/bin/cat", "/proc/self/limits"]);
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let line = text.lines().find(|line| line.starts_with("Max core file size")).unwrap();
        line.split_whitespace().skip(4).take(2).collect::<Vec<_>>().join(" ")
    };
    let bare = limits(Mode::Bare);
    assert_eq!(limits(Mode::Open), bare, "a command without walls keeps the limits of the server");
    in_modes(&CONFINED, |mode| {
        assert_eq!(limits(mode), "0 0", "mode {}; without a sandbox {bare}", mode.name());
    })
}
