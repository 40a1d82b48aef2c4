//! Programs that print tokens for model servers: once at a time, and with all they start no longer than somebody waits.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use codex_core::base::paths::AbsolutePath;
use codex_core::base::secret::Secret;
use codex_core::model::token_command::{TokenCommand, TokenCommands};
use codex_core::model::token_program::Programs;

use crate::runner::{self, Outcome, Test};

pub const TESTS: &[Test] = &[
    Test { name: "tokens::one_is_used_until_it_is_refused", run: one_is_used_until_it_is_refused },
    Test { name: "tokens::a_program_runs_once_at_a_time", run: a_program_runs_once_at_a_time },
    Test { name: "tokens::a_failure_is_everybodys", run: a_failure_is_everybodys },
    Test {
        name: "tokens::what_is_started_ends_with_the_waiting",
        run: what_is_started_ends_with_the_waiting,
    },
    Test { name: "tokens::failures_never_quote_what_is_printed", run: failures_never_quote_what_is_printed },
];

/// A script, with further settings.
fn command(folder: &Path, script: &str, rest: &str) -> Arc<TokenCommand> {
    let text = format!("command = \"sh\"\nargs = [\"-c\", '''{script}''']\ncwd = \"sub\"\n{rest}");
    fs::create_dir_all(folder.join("sub")).unwrap();
    of_settings(folder, &text)
}

fn of_settings(folder: &Path, text: &str) -> Arc<TokenCommand> {
    let programs = Programs {
        helper: std::env::current_exe().unwrap(),
        directory: AbsolutePath::new(folder).unwrap(),
        variables: vec![("PATH".into(), "/usr/bin:/bin".into()), ("MINE".into(), "set".into())],
    };
    TokenCommands::new(programs).of("p", &toml::from_str(text).unwrap())
}

/// Counts its runs, and says the count.
const COUNTING: &str = "echo x >> runs; echo \" $MINE-$(wc -l < runs) \"";

fn in_folder(test: impl AsyncFnOnce(&Path)) -> Outcome {
    let folder = tempfile::tempdir().unwrap();
    runner::block_on(test(folder.path()));
    Outcome::Pass
}

fn one_is_used_until_it_is_refused() -> Outcome {
    in_folder(async |folder| {
        let command = command(folder, COUNTING, "");
        let mut seen = vec![command.token().await.unwrap(), command.token().await.unwrap()];
        for refused in ["set-1", "set-1", "set-2"] {
            seen.push(command.renewed(&Secret::new(refused)).await.unwrap());
        }
        seen.push(command.token().await.unwrap());
        let seen: Vec<_> = seen.iter().map(Secret::reveal).collect();
        // The second one who was refused the first token gets the token that has come meanwhile.
        assert_eq!(seen, ["set-1", "set-1", "set-2", "set-2", "set-3", "set-3"]);
    })
}

fn a_program_runs_once_at_a_time() -> Outcome {
    in_folder(async |folder| {
        let command = command(folder, COUNTING, "");
        let (one, other, third) = tokio::join!(command.token(), command.token(), command.token());
        let tokens = [one, other, third].map(|token| token.unwrap().reveal().to_owned());
        assert_eq!(tokens, ["set-1"; 3]);
        let refused = Secret::new("set-1");
        let (one, other) = tokio::join!(command.renewed(&refused), command.renewed(&refused));
        assert_eq!([one, other].map(|token| token.unwrap().reveal().to_owned()), ["set-2"; 2]);
    })
}

fn a_failure_is_everybodys() -> Outcome {
    in_folder(async |folder| {
        let command = command(folder, "echo x >> runs; echo no >&2; exit 1", "");
        let (one, other) = tokio::join!(command.token(), command.token());
        assert_eq!(one.unwrap_err().to_string(), other.unwrap_err().to_string());
        let runs = || fs::read_to_string(folder.join("sub/runs")).unwrap().lines().count();
        assert_eq!(runs(), 1);
        // Who comes later tries again.
        command.token().await.unwrap_err();
        assert_eq!(runs(), 2);
    })
}

fn what_is_started_ends_with_the_waiting() -> Outcome {
    in_folder(async |folder| {
        let script = "setsid sleep 1000 & echo $! > new; mv new pid; wait";
        let command = command(folder, script, "timeout_ms = 50000");
        let path = folder.join("sub/pid");
        let started = async {
            while !path.exists() {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        tokio::select! {
            _ = command.token() => panic!("it never ends by itself"),
            () = started => {}
        }
        let pid = fs::read_to_string(&path).unwrap();
        let place = format!("/proc/{}", pid.trim());
        while Path::new(&place).exists() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    })
}

fn failures_never_quote_what_is_printed() -> Outcome {
    in_folder(async |folder| {
        let reason = async |script: &str, rest: &str| {
            command(folder, script, rest).token().await.unwrap_err().to_string()
        };
        assert_eq!(
            reason("echo sk-1; echo no session >&2; exit 3", "").await,
            "The command `sh` gives no token for the model provider `p`: it ended with exit status 3: no session. \
             Correct `model_providers.p.auth`, or run the command by hand to see what it needs."
        );
        assert!(reason("true", "").await.contains("it printed no token"));
        for several in
            ["echo sk-1 sk-2", "head -c 70000 /dev/zero | tr '\\\\0' a", "head -c 9000000 /dev/zero"]
        {
            let reason = reason(several, "").await;
            assert!(reason.contains("it printed something else than one token"), "{several}: {reason}");
        }
        let late = reason("exec sleep 60", "timeout_ms = 50").await;
        assert!(late.contains("it took longer than 50 ms (`timeout_ms`)"), "{late}");
        let absent = of_settings(folder, "command = \"/absent/x\"").token().await.unwrap_err().to_string();
        assert!(absent.contains("`/absent/x`: No such file"), "{absent}");
    })
}
