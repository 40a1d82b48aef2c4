//! Commands on a snapshot of the login shell do what they do in the login shell.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use codex_core::base::paths::AbsolutePath;
use futures::StreamExt;

use crate::login_cases::{BASH, BASH_COMMANDS, COMMANDS, PROFILES, ZSH, ZSH_COMMANDS};
use crate::login_user::User;
use crate::place::{self, CONFINED, Mode, SERVED, in_modes};
use crate::runner::{self, Outcome, Test};

/// How many users are tried side by side.
const AT_ONCE: usize = 4;

pub const TESTS: &[Test] = &[
    Test { name: "login::nothing_tells_the_difference", run: nothing_tells_the_difference },
    Test { name: "login::what_cannot_be_captured_is_run_each_time", run: what_cannot_be_captured },
    Test { name: "login::a_change_of_the_files_is_seen_by_the_next_command", run: changes_are_seen },
    Test { name: "login::secrets_are_not_written_down", run: secrets_are_not_written },
    Test { name: "login::what_a_confined_profile_says_stays_confined", run: confined_stays_confined },
    Test { name: "login::what_others_begin_with_is_out_of_sight", run: others_are_out_of_sight },
    Test { name: "login::a_slow_profile_is_run_once", run: slow_profile },
    Test { name: "login::what_an_earlier_server_has_heard_is_not_waited_for", run: heard_before },
    Test { name: "login::a_profile_that_hangs_holds_nothing_up", run: hanging_profile },
    Test { name: "login::what_waits_for_another_second_does_not_wait_at_the_end", run: no_wait_at_the_end },
    Test { name: "login::nothing_is_left_behind", run: nothing_is_left },
];

fn shells() -> Vec<&'static str> {
    let all = ["/bin/bash", "/bin/zsh", "/bin/dash", "/usr/bin/fish"];
    all.into_iter().filter(|shell| Path::new(shell).exists()).collect()
}

/// Whether a shell is one that is captured.
fn is_captured(shell: &str) -> bool {
    shell.ends_with("/bash") || shell.ends_with("/zsh")
}

fn nothing_tells_the_difference() -> Outcome {
    in_modes(&SERVED, |mode| {
        let users = shells().into_iter().flat_map(|shell| {
            // The weaker sandboxes have nothing of their own to show.
            let wanted = PROFILES.iter().filter(move |(about, _)| mode == Mode::Open || *about == "much");
            wanted.map(move |(about, profile)| no_difference(mode, shell, about, profile))
        });
        runner::block_on(futures::stream::iter(users).buffer_unordered(AT_ONCE).collect::<()>());
    })
}

async fn no_difference(mode: Mode, shell: &str, about: &str, profile: &str) {
    let (own, more): (&str, &[&str]) = match shell.rsplit('/').next() {
        Some("bash") => (BASH, BASH_COMMANDS),
        Some("zsh") => (ZSH, ZSH_COMMANDS),
        _ => ("", &[]),
    };
    let profile = format!("{profile}{}", if about == "much" { own } else { "" });
    let logout = "echo logged out";
    let files = [
        (".profile", profile.as_str()),
        (".zprofile", profile.as_str()),
        (".bash_logout", logout),
        (".zlogout", logout),
    ];
    let user = User::new(mode, shell, &files);
    // Most profiles are about one thing.
    let step = if about == "much" { 1 } else { 3 };
    for script in COMMANDS.iter().chain(more).step_by(step) {
        let (spec, is_on_snapshot) = user.settled(script).await;
        assert_eq!(is_on_snapshot, is_captured(shell), "{shell} that {about}");
        if is_on_snapshot {
            let (came, expected) = futures::join!(user.came_of(spec), user.came_of(user.real(script)));
            assert_eq!(came, expected, "{shell} that {about} in mode {}: {script}", mode.name());
        }
    }
}

fn what_cannot_be_captured() -> Outcome {
    runner::block_on(async {
        let cases = [
            "set -x",
            "set -o posix",
            "trap 'echo debug' DEBUG",
            "exec 3</dev/null",
            "exec 2>/dev/null",
            "exec </etc/passwd",
            "sleep 1001.7 &",
            "(setsid sleep 1001.7 &)",
            "exit 3",
            "renice -n 5 $$ >/dev/null",
            "exec sh",
            "export X=$(mktemp -d)",
            "X=$RANDOM",
            "export X=$$",
            "export X=$(date +%s)",
            "trap 'rm -rf ~/scratch' EXIT",
            "f() { echo $$; }",
            "export X=$RANDOM; head -c 10000 /dev/zero",
            "export BASH_ENV=/dev/null",
            "printf 'a\\0b'",
            "export X=$'\\xff'",
            "declare -a TOKENS=(1 2)",
            "f() { echo ${BASH_SOURCE[0]}; }",
        ];
        let control = "f() { echo $$; }";
        let checks = cases.map(async |profile| {
            let user = User::new(Mode::Open, "/bin/bash", &[(".profile", profile)]);
            let (_, is_on_snapshot) = user.settled("echo \"$X\"").await;
            assert_eq!(is_on_snapshot, profile == control, "{profile}");
            let is_own = |path: &Path| path.ends_with("lock") || path.ends_with("heard");
            let entries: Vec<_> = user.written().into_iter().filter(|(path, _)| !is_own(path)).collect();
            assert_eq!(entries.is_empty(), profile != control, "{profile}: {entries:?}");
        });
        futures::future::join_all(checks).await;
        let user = User::new(Mode::Open, "/no/such/bash", &[]);
        assert!(!user.settled("echo").await.1);
    });
    Outcome::Pass
}

fn changes_are_seen() -> Outcome {
    const PROFILE: &str = "export X=1; . ~/more; export Y=$(cat \"$HOME/value\"); echo x >> ~/count";
    let cases = [
        (".profile", "export X=2; . ~/more", "2 1"),
        ("more", "export Z=more", "1 1 more"),
        ("value", "new", "1 new 1"),
        (".bash_profile", "export X=other", "other"),
    ];
    let checks = cases.map(async |(name, text, changed)| {
        let files = [(".profile", PROFILE), ("more", "export Z=1"), ("value", "1")];
        let user = User::new(Mode::Open, "/bin/bash", &files);
        check_start(&user, "1 1 1").await;
        user.write(name, text);
        check_start(&user, changed).await;
        if name == ".bash_profile" {
            fs::remove_file(user.place.path("user").join(name)).unwrap();
            check_start(&user, "1 1 1").await;
        }
    });
    runner::block_on(futures::future::join_all(checks));
    Outcome::Pass
}

/// The next command is a real login shell, and the one after that is on a snapshot.
async fn check_start(user: &User, expected: &str) {
    for wanted in [false, true] {
        let (spec, is_on_snapshot) = user.started("echo $X $Y $Z").await;
        assert_eq!(is_on_snapshot, wanted, "{expected}");
        assert_eq!(user.came_of(spec).await.stdout.trim_end(), expected);
        user.group.finished().await;
    }
}

fn secrets_are_not_written() -> Outcome {
    runner::block_on(async {
        for shell in shells().into_iter().filter(|shell| is_captured(shell)) {
            let profile = "export API_KEY=se'cr'et-1\nTOKEN_OF_MINE='sec\nret-2'\nexport HIDDEN=secret-3\nMY_PASSPHRASE=secret-5\nopen=public-4";
            let mut user = User::new(Mode::Open, shell, &[(".profile", profile), (".zprofile", profile)]);
            user.secrets.exclude = vec!["hid*".to_owned()];
            user.secrets.ignore_default_excludes = true;
            let script =
                "echo \"$API_KEY $TOKEN_OF_MINE $HIDDEN $open\"; env | grep -E 'KEY|TOKEN|HID' | sort";
            let (spec, is_on_snapshot) = user.settled(script).await;
            assert!(is_on_snapshot, "{shell}");
            assert_eq!(user.came_of(spec).await, user.came_of(user.real(script)).await, "{shell}");
            let written = user.written();
            assert!(written.iter().any(|(_, text)| text.contains("public-4")), "{shell}: {written:?}");
            assert!(written.iter().all(|(_, text)| !text.contains("cret-")), "{shell}: {written:?}");
            for (path, _) in written {
                let mode =
                    std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&path).unwrap().permissions());
                assert_eq!(mode & 0o077, 0, "{}", path.display());
            }
        }
    });
    Outcome::Pass
}

/// What a profile that runs freely has told is no business of confined commands.
fn others_are_out_of_sight() -> Outcome {
    in_modes(&CONFINED, |mode| {
        for shell in shells().into_iter().filter(|shell| is_captured(shell)) {
            runner::block_on(async {
                let profile = "[ -r ~/free ] && f() { echo told; }; alias g='echo told'; X=told";
                let user = User::new(Mode::Open, shell, &[(".profile", profile), (".zprofile", profile)]);
                user.settled("true").await;
                assert!(user.written().iter().any(|(_, text)| text.contains("told")));
                let all = user.place.text("home/login_shells");
                let look = format!("find {all} -type f -exec cat {{}} + 2>/dev/null");
                let other = user.place.path("home/login_shells/other");
                fs::create_dir(&other).unwrap();
                fs::write(other.join("x"), "another").unwrap();
                let user = User { mode, sandbox: place::sandbox(mode, &user.place.path("home")), ..user };
                let first = user.came_of(user.real(&look)).await;
                assert!(!first.stdout.contains("told") && !first.stdout.contains("another"), "{first:?}");
                user.write(".profile", "Y=own");
                user.write(".zprofile", "Y=own");
                let (start, is_on_snapshot) = user.settled(&look).await;
                assert!(is_on_snapshot, "{shell} in mode {}", mode.name());
                let seen = user.came_of(start).await.stdout;
                assert!(seen.contains("own") && !seen.contains("told"), "{seen}");
                let heard = fs::read_to_string(user.place.path("home/login_shells/heard")).unwrap();
                assert!(!seen.contains(heard.trim()), "{seen}");
                assert!(!seen.contains("another"), "{seen}");
            });
        }
    })
}

/// A file of the workspace that the profile reads is the model's to write. What it says must not get out.
fn confined_stays_confined() -> Outcome {
    in_modes(&CONFINED, |mode| {
        runner::block_on(async {
            let profile = "[ -e own ] && . ./own; export SEEN=${OWN-nothing}";
            let user = User::new(mode, "/bin/bash", &[(".profile", profile)]);
            let snapshots = user.place.text("home/login_shells");
            user.settled("true").await;
            let attack = format!(
                "echo 'OWN=evil' > own; cd {snapshots} && for file in */*/snapshot; do echo 'echo evil' >> $file; rm $file; \
                 mv $file $file.old; done; touch {snapshots}/new; mkdir {snapshots}/new; chmod 777 {snapshots}"
            );
            let (spec, is_on_snapshot) = user.settled(&attack).await;
            assert!(is_on_snapshot);
            let before = user.written();
            user.came_of(spec).await;
            assert_eq!(user.written(), before);
            fs::remove_file(user.place.path("ws/own")).unwrap();
            // What is unreadable in one conversation is not told by the snapshot of another.
            let hidden = user.place.path("outside/file");
            let hiding = user.sandbox.clone().with_unreadable(vec![hidden]);
            let user = User { sandbox: hiding, ..user };
            assert!(!user.started("true").await.1);
            // As soon as the policy is another, so is the snapshot.
            fs::write(user.place.path("ws/own"), "OWN=confined").unwrap();
            user.settled("true").await;
            fs::remove_file(user.place.path("ws/own")).unwrap();
            let full = User { mode: Mode::Open, ..user };
            let (spec, is_on_snapshot) = full.settled("echo $SEEN").await;
            assert!(is_on_snapshot);
            assert_eq!(full.came_of(spec).await.stdout, "nothing\n");
        });
    })
}

fn slow_profile() -> Outcome {
    runner::block_on(async {
        for shell in shells().into_iter().filter(|shell| is_captured(shell)) {
            let profile = "sleep 1.5; echo x >> \"$HOME/count\"";
            let user = User::new(Mode::Open, shell, &[(".profile", profile), (".zprofile", profile)]);
            let (_, is_on_snapshot) = user.settled("echo done").await;
            assert!(is_on_snapshot);
            let count = || fs::read_to_string(user.place.path("user/count")).unwrap().lines().count();
            assert_eq!(count(), 2, "{shell}");
            let start = Instant::now();
            for _ in 0..5 {
                let (spec, is_on_snapshot) = user.started("echo done").await;
                assert!(is_on_snapshot);
                assert_eq!(user.came_of(spec).await.stdout, "done\n");
            }
            assert!(start.elapsed() < Duration::from_millis(1_500), "five of them: {:?}", start.elapsed());
            assert_eq!(count(), 2, "{shell}");
        }
    });
    Outcome::Pass
}

/// The next server need not wait for another second, unless something is not as it was.
fn heard_before() -> Outcome {
    runner::block_on(async {
        for shell in shells().into_iter().filter(|shell| is_captured(shell)) {
            let profile = "echo x >> count; X=1";
            let mut user = User::new(Mode::Open, shell, &[(".profile", profile), (".zprofile", profile)]);
            let count = |user: &User| {
                let text = fs::read_to_string(user.place.cwd().as_path().join("count"));
                text.unwrap().lines().count()
            };
            assert!(user.settled("echo $X").await.1);
            assert_eq!(count(&user), 2, "{shell}: two were asked");
            user.begin_again();
            assert!(user.settled("echo $X").await.1);
            assert_eq!(count(&user), 2 + 1, "{shell}: one was enough");
            user.begin_again();
            user.write(".profile", "echo x >> count; X=1 # and more");
            user.write(".zprofile", "echo x >> count; X=1 # and more");
            assert!(user.settled("echo $X").await.1);
            assert_eq!(count(&user), 3 + 2, "{shell}: other files");
        }
        let mut user = User::new(Mode::Open, "/bin/bash", &[(".profile", "X=$$")]);
        for _ in 0..3 {
            assert!(!user.settled("echo").await.1, "it is never the same");
            user.begin_again();
        }
    });
    Outcome::Pass
}

fn hanging_profile() -> Outcome {
    runner::block_on(async {
        let user = User::new(Mode::Open, "/bin/bash", &[(".profile", "sleep 1001.9")]);
        let (spec, _) = user.started("echo").await;
        let (again, is_on_snapshot) = user.started("echo").await;
        assert!(!is_on_snapshot && spec == again);
        // As when the server ends.
        drop(user);
    });
    Outcome::Pass
}

fn no_wait_at_the_end() -> Outcome {
    /// What the system may need to end things.
    const LEAST: Duration = Duration::from_millis(300);
    /// How often it may be too late in the second.
    const TRIES: usize = 20;
    /// Between shells nothing runs but the capture itself.
    const STILL: Duration = Duration::from_millis(50);
    runner::block_on(async {
        for _ in 0..TRIES {
            let user =
                User::new(Mode::Open, "/bin/bash", &[(".profile", "echo $$ > ~/new; mv ~/new ~/shell")]);
            user.started("true").await;
            let shell = user.place.path("user/shell");
            while !shell.exists() && user.group.running() > 0 {
                tokio::task::yield_now().await;
            }
            if !shell.exists() {
                break;
            }
            let first = fs::read_to_string(shell).unwrap();
            let first = rustix::process::Pid::from_raw(first.trim().parse().unwrap()).unwrap();
            let mut still = Instant::now();
            while still.elapsed() < STILL && user.group.running() > 0 {
                if rustix::process::test_kill_process(first).is_ok() || user.group.running() > 1 {
                    still = Instant::now();
                }
                tokio::task::yield_now().await;
            }
            let (now, began) = (SystemTime::now().duration_since(UNIX_EPOCH).unwrap(), Instant::now());
            let is_waiting = user.group.running() == 1;
            user.token.cancel();
            user.group.finished().await;
            let second =
                Duration::from_secs(1).saturating_sub(Duration::from_nanos(now.subsec_nanos().into()));
            if is_waiting && second > LEAST {
                assert!(began.elapsed() < second, "{:?} of {second:?}", began.elapsed());
                return Outcome::Pass;
            }
        }
        Outcome::Unsupported("the state of a login shell is not kept here".into())
    })
}

fn nothing_is_left() -> Outcome {
    runner::block_on(async {
        let user = User::new(Mode::Open, "/bin/bash", &[(".profile", "export X=1")]);
        let mut folders = vec![user.place.cwd()];
        for index in 0..40 {
            let folder = user.place.path(&format!("ws/{index}"));
            fs::create_dir(&folder).unwrap();
            folders.push(AbsolutePath::new(folder).unwrap());
        }
        user.settled("true").await;
        assert_eq!(user.written().len(), 3);
        user.login.close();
        let left: Vec<_> = user.written().into_iter().map(|(path, _)| path).collect();
        assert_eq!(left, [user.place.path("home/login_shells/heard")], "digests");
    });
    Outcome::Pass
}
