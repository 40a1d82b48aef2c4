//! What is protected in the workspace, what is vital, and that ordinary work goes on.

use std::fs;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::Path;

use codex_core::exec::unified::{OpenRequest, UnifiedExecSessionManager};
use codex_protocol::policy::{SandboxPolicy, WorkspaceWrite};

use codex_core::selftest::picture::picture;
use codex_core::selftest::roles::ARGUMENT;

use crate::place::{CONFINED, Mode, Place, SECRET, in_modes, is_missing, sandbox, this_program, told};
use crate::runner::{Outcome, Test, block_on};

pub const TESTS: &[Test] = &[
    Test { name: "files::protected_names_are_kept_and_nothing_is_left", run: protected_names },
    Test { name: "files::a_protected_link_is_kept_and_not_followed", run: protected_link },
    Test { name: "files::what_is_vital_cannot_be_moved_away", run: vital_places },
    Test { name: "files::a_root_swapped_for_a_link_after_planning_is_not_followed", run: swapped_root },
    Test { name: "files::ordinary_work_goes_on", run: ordinary_work },
    Test { name: "files::read_only_writes_nothing", run: read_only },
    Test { name: "files::an_agent_is_hidden_also_where_there_is_a_network", run: agent_with_network },
    Test { name: "files::replaced_credentials_stay_hidden", run: replaced_credentials },
    Test { name: "files::what_a_link_hides_stays_hidden_in_the_next_command", run: hidden_through_a_link },
];

const NAMES: [&str; 7] = [".git", ".codex", ".agents", ".mcp.json", ".envrc", ".vscode", ".idea"];

fn full_or(reason: &str, test: impl FnOnce()) -> Outcome {
    if let Some(missing) = is_missing(Mode::Full) {
        return Outcome::Unsupported(missing);
    }
    test();
    Outcome::Partly(format!("landlock: {reason}"))
}

fn names_in(folder: &Path) -> Vec<String> {
    let entries =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = entries.collect();
    names.sort();
    names
}

fn protected_names() -> Outcome {
    full_or("it cannot tell a name from its neighbours", || {
        let attack: Vec<&str> = ["protected"].into_iter().chain(NAMES).collect();
        // Missing ones are not made, and nothing stands in their place afterwards.
        let place = Place::new();
        let output = place.attack(Mode::Full, &attack);
        assert!(String::from_utf8_lossy(&output.stdout).contains("denied folder .git"));
        assert_eq!(names_in(&place.path("ws")), ["prepared"], "{output:?}");
        // Existing ones stay as they are.
        let place = Place::new();
        fs::create_dir_all(place.path("ws/.git/hooks")).unwrap();
        fs::create_dir(place.path("ws/.vscode")).unwrap();
        fs::write(place.path("ws/.envrc"), "mine").unwrap();
        let before: Vec<String> =
            [".git", ".vscode", ".envrc"].map(|name| picture(&place.path("ws").join(name))).into();
        place.attack(Mode::Full, &attack);
        let after: Vec<String> =
            [".git", ".vscode", ".envrc"].map(|name| picture(&place.path("ws").join(name))).into();
        assert_eq!(before, after);
        assert_eq!(names_in(&place.path("ws")), [".envrc", ".git", ".vscode", "prepared"]);
        // Two commands at once do not take the protection from each other.
        let place = Place::new();
        let slow = format!("{} {} attack protected .git", this_program().display(), ARGUMENT);
        let script = format!("sleep 0.2; {slow}");
        std::thread::scope(|scope| {
            let second = scope.spawn(|| place.run(Mode::Full, &["/bin/sh", "-c", &script]));
            place.run(Mode::Full, &["/bin/sh", "-c", "sleep 0.1"]);
            let output = second.join().unwrap();
            assert!(String::from_utf8_lossy(&output.stdout).contains("denied folder .git"), "{output:?}");
        });
        assert_eq!(names_in(&place.path("ws")), ["prepared"]);
    })
}

fn protected_link() -> Outcome {
    full_or("it cannot tell a name from its neighbours", || {
        let place = Place::new();
        fs::create_dir(place.path("ws/real")).unwrap();
        fs::write(place.path("ws/real/config"), "mine").unwrap();
        symlink("real", place.path("ws/.git")).unwrap();
        symlink("../outside", place.path("ws/.vscode")).unwrap();
        let before = [picture(&place.path("ws/real")), picture(&place.path("outside"))];
        let script = "rm -rf .git .vscode; mv .git a; mv real b; echo x > .git/config; echo x > real/config; \
                      echo x > .vscode/tasks.json; mkdir evil; mv -T evil .git; ln -sfn evil .git";
        place.run(Mode::Full, &["/bin/sh", "-c", script]);
        assert_eq!(before, [picture(&place.path("ws/real")), picture(&place.path("outside"))]);
        assert_eq!(fs::read_link(place.path("ws/.git")).unwrap(), Path::new("real"));
        assert_eq!(fs::read_link(place.path("ws/.vscode")).unwrap(), Path::new("../outside"));
    })
}

/// The home directory in a writable root: neither it nor anything above it can be moved.
fn vital_places() -> Outcome {
    in_modes(&CONFINED, |mode| {
        let place = Place::new();
        fs::create_dir_all(place.path("ws/deep/home")).unwrap();
        fs::write(place.path("ws/deep/home/config.toml"), "mine").unwrap();
        fs::write(place.path("ws/deep/home/auth.json"), SECRET).unwrap();
        let before = picture(&place.path("ws/deep/home"));
        let script = "mv deep away; mkdir -p deep/home; echo evil > deep/home/config.toml; mv deep/home deep/x; \
                      rm -rf deep; rm deep/home/config.toml; cat deep/home/auth.json away/home/auth.json";
        let policy = mode.policy();
        let sandbox = sandbox(mode, &place.path("ws/deep/home"));
        let output = told(sandbox.plan(&policy, &place.cwd(), place.shell(script)).unwrap());
        assert_eq!(before, picture(&place.path("ws/deep/home")), "{}: {output}", mode.name());
        assert!(!output.contains(SECRET), "{}: {output}", mode.name());
    })
}

fn swapped_root() -> Outcome {
    in_modes(&CONFINED, |mode| {
        let place = Place::new();
        let before = picture(&place.path("outside"));
        let script = "echo x > file; echo x > new; echo x > ../outside/file";
        let launch = place.plan(mode, place.shell(script));
        fs::rename(place.path("ws"), place.path("old")).unwrap();
        symlink("outside", place.path("ws")).unwrap();
        let opened = block_on(UnifiedExecSessionManager::new().open(OpenRequest::new(launch)));
        let error = opened.unwrap_err();
        assert!(error.to_string().contains("could not be set up"), "{}: {error}", mode.name());
        assert_eq!(before, picture(&place.path("outside")), "{}", mode.name());
    })
}

/// What must work: files, links and folders of one's own, temporary files, devices, terminals, tools.
fn ordinary_work() -> Outcome {
    in_modes(&CONFINED, |mode| {
        let place = Place::new();
        let script = "set -e
            echo one > a; ln a b; ln -s a c; mkdir -p d/e; mv a d/e/a; cp -r d f; chmod 700 f; touch -d 2020-01-01 d
            test \"$(cat b)\" = one
            echo lost > /dev/null; head -c 4 /dev/urandom > r; head -c 4 /dev/zero > z
            sleep 0.01 & wait; (exit 0); cat /proc/self/status > s; test -s s
            test \"$(echo inside | cat)\" = inside
            echo error >&2; echo x > /dev/stderr; cat <<END
here
END
            echo done";
        let output = place.run(mode, &["/bin/bash", "-c", script]);
        assert!(output.status.success(), "{}: {output:?}", mode.name());
        let terminal =
            "import os, pty; master, slave = pty.openpty(); os.write(slave, b'x'); print(os.read(master, 1))";
        if Path::new("/usr/bin/python3").exists() {
            let output = place.run(mode, &["/usr/bin/python3", "-c", terminal]);
            assert_eq!(String::from_utf8_lossy(&output.stdout), "b'x'\n", "{}: {output:?}", mode.name());
        }
        // The temporary folders, and a workspace below one of them.
        let place = Place::new();
        let policy = SandboxPolicy::WorkspaceWrite(WorkspaceWrite::default());
        // Landlock alone freezes the folder of a root in which something lies that must stay: here this program.
        let is_frozen = mode == Mode::Landlock && this_program().starts_with("/tmp");
        let temporary = if is_frozen { "" } else { "echo x > /tmp/$$-made && rm /tmp/$$-made && " };
        let script = format!("{temporary}echo y > made && cat made && tty >/dev/null");
        let sandbox = sandbox(mode, Path::new("/nonexistent"));
        let mut command = place.shell(&script);
        command.env.push(("SSH_AUTH_SOCK".into(), place.text("outside/file")));
        let output = block_on(async {
            let launch = sandbox.plan(&policy, &place.cwd(), command).unwrap();
            let request = OpenRequest { tty: true, ..OpenRequest::new(launch) };
            let session = UnifiedExecSessionManager::new().open(request).await.unwrap();
            (session.wait().await.code, session.aggregated())
        });
        assert_eq!(output, (0, "y\r\n".to_owned()), "{}", mode.name());
    })
}

fn agent_with_network() -> Outcome {
    full_or("sockets that have a file can be connected to", || {
        let place = Place::new();
        let agent = place.text("outside/agent");
        let _listener = UnixListener::bind(&agent).unwrap();
        let write = WorkspaceWrite { network_access: true, ..WorkspaceWrite::default() };
        let policy = SandboxPolicy::WorkspaceWrite(write);
        let sandbox = sandbox(Mode::Full, Path::new("/nonexistent"));
        for (variable, expected) in [("SSH_AUTH_SOCK", "hidden\n"), ("OTHER", "seen\n")] {
            let mut command = place.shell(&format!("test -S {agent} && echo seen || echo hidden"));
            command.env.push((variable.into(), agent.clone()));
            let launch = sandbox.plan(&policy, &place.cwd(), command).unwrap();
            assert_eq!(told(launch), expected, "named by {variable}");
        }
    })
}

fn read_only() -> Outcome {
    in_modes(&CONFINED, |mode| {
        let place = Place::new();
        fs::write(place.path("ws/file"), "mine").unwrap();
        let before = picture(&place.base);
        let policy = SandboxPolicy::ReadOnly { network_access: false };
        let script =
            "echo x > new; echo x > file; rm file; echo x > /tmp/place-new; cat file ../home/auth.json";
        let sandbox = sandbox(mode, &place.path("home"));
        let output = told(sandbox.plan(&policy, &place.cwd(), place.shell(script)).unwrap());
        assert!(output.contains("mine") && !output.contains(SECRET), "{output}");
        assert_eq!(before, picture(&place.base), "{}", mode.name());
        assert!(!Path::new("/tmp/place-new").exists());
    })
}

/// A login during a command replaces the file; the new one must not be readable either.
fn replaced_credentials() -> Outcome {
    in_modes(&CONFINED, |mode| {
        let place = Place::new();
        let script =
            "echo ready; while ! test -e go; do sleep 0.01; done; cat ../home/auth.json ../home/*; echo end";
        let output = block_on(async {
            let launch = place.plan(mode, place.shell(script));
            let session = UnifiedExecSessionManager::new().open(OpenRequest::new(launch)).await.unwrap();
            assert_eq!(session.next_delta().await.unwrap().1, "ready\n");
            fs::write(place.path("home/new"), format!("new {}", SECRET)).unwrap();
            fs::rename(place.path("home/new"), place.path("home/auth.json")).unwrap();
            fs::write(place.path("ws/go"), "").unwrap();
            session.wait().await;
            session.aggregated()
        });
        assert!(output.contains("settings") && output.contains("end\n"), "{}: {output}", mode.name());
        assert!(!output.contains(SECRET), "{}: {output}", mode.name());
    })
}

fn hidden_through_a_link() -> Outcome {
    in_modes(&CONFINED, |mode| {
        let place = Place::new();
        let secret = place.path("outside/env");
        fs::create_dir_all(secret.parent().unwrap()).unwrap();
        fs::write(&secret, SECRET).unwrap();
        symlink(&secret, place.path("ws/.env")).unwrap();
        let hidden = vec![place.path("ws/.env"), place.path("ws/later")];
        let sandbox = sandbox(mode, &place.path("home")).with_unreadable(hidden);
        let run =
            |script: &str| told(sandbox.plan(&mode.policy(), &place.cwd(), place.shell(script)).unwrap());
        let first = run("rm -f .env; mv .env old; ln -sf x .env; echo x > later; ls later && echo end");
        let second = run("cat .env ../outside/env; echo end");
        assert!(second.contains("end") && !second.contains(SECRET), "{first}{second}");
        assert!(place.path("ws/.env").is_symlink() && !place.path("ws/later").is_file(), "{first}");
    })
}
