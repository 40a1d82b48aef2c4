//! The home directory of the user as a writable folder: what makes programs run code there stays as it is.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use codex_core::base::environment::Environment;
use codex_core::sandbox::Sandbox;
use codex_core::selftest::picture::picture;

use crate::place::{self, CONFINED, Mode, Place, SECRET, in_modes, is_missing, sandbox};
use crate::runner::{Outcome, Test};

pub const TESTS: &[Test] = &[
    Test { name: "check 9: startup files of a home that is the workspace", run: || attacked("ws") },
    Test { name: "check 9: startup files of a home in the workspace", run: || attacked("ws/users/me") },
    Test { name: "home::ordinary_work_goes_on", run: ordinary_work },
    Test { name: "home::what_the_user_makes_meanwhile_stays", run: made_meanwhile },
    Test { name: "home::a_login_shell_reads_the_profile_that_is_there", run: profile_is_read },
];

/// What there is, and what there is not.
const EXISTING: [&str; 10] = [
    ".bashrc",
    ".ssh/authorized_keys",
    ".config/fish/config.fish",
    ".config/autostart/mine.desktop",
    ".config/systemd/user/mine.service",
    ".gitconfig",
    ".local/bin/tool",
    ".local/lib/python3.12/site-packages/mine.pth",
    "go/bin/tool",
    ".kube/config",
];
const MISSING: [&str; 10] = [
    ".profile",
    ".zshenv",
    ".local/share/systemd/user/evil.service",
    ".config/environment.d/evil.conf",
    ".cargo/config.toml",
    ".vscode/tasks.json",
    ".bash_aliases",
    "bin/evil",
    "go/bin/git",
    ".local/bin/git",
];

fn prepare(home: &Path) {
    for name in EXISTING {
        fs::create_dir_all(home.join(name).parent().unwrap()).unwrap();
        fs::write(home.join(name), "mine").unwrap();
    }
    fs::create_dir_all(home.join("dotfiles")).unwrap();
    fs::create_dir(home.join("project")).unwrap();
    fs::write(home.join("dotfiles/zshrc"), "mine").unwrap();
    symlink("dotfiles/zshrc", home.join(".zshrc")).unwrap();
    symlink("dotfiles/later", home.join(".bash_logout")).unwrap();
}

fn sandbox_of(mode: Mode, place: &Place, home: &Path) -> Sandbox {
    let path = format!("/usr/bin:{}", home.join("go/bin").display());
    let environment = [("HOME", home.as_os_str()), ("PATH", path.as_ref())];
    let environment: Environment = environment.into_iter().collect();
    sandbox(mode, &place.path("home")).with_doors_of(&environment)
}

fn run(mode: Mode, place: &Place, home: &Path, script: &str) -> String {
    if mode == Mode::Bare {
        let mut shell = std::process::Command::new("/bin/sh");
        let output = shell.args(["-c", script]).current_dir(place.path("ws")).output().unwrap();
        return String::from_utf8_lossy(&output.stderr).into_owned();
    }
    let launch =
        sandbox_of(mode, place, home).plan(&mode.policy(), &place.cwd(), place.shell(script)).unwrap();
    place::told(launch)
}

/// Everything that is to stay, and everything that is not to come.
fn state(home: &Path) -> String {
    let kept = EXISTING.iter().chain(&["dotfiles/zshrc"]).map(|name| picture(&home.join(name)));
    let links = [".zshrc", ".bash_logout"].map(|name| format!("{:?}", fs::read_link(home.join(name))));
    let come = MISSING.iter().chain(&["dotfiles/later"]).filter(|name| {
        // What stands for a missing file is empty.
        fs::metadata(home.join(name)).is_ok_and(|found| found.is_file() && found.len() > 0)
    });
    let come: Vec<String> = come.map(|name| format!("{name} was made")).collect();
    kept.chain(links).chain(come).collect::<Vec<_>>().join("\n")
}

fn attack(home: &Path) -> String {
    let home = home.display();
    let mut lines = vec![format!("cd {home}")];
    for name in EXISTING.iter().chain(&MISSING).chain(&[".zshrc", "dotfiles/zshrc", ".bash_logout"]) {
        lines.push(format!("mkdir -p $(dirname {name}); echo evil >> {name}"));
        lines.push(format!("echo evil > new; mv -f new {name}; ln -sf evil {name}; rm -f {name}"));
    }
    lines.push(
        "mv .config away; mkdir .config; mv away/fish x; rm -rf .ssh; mv dotfiles old; rm -rf .config".into(),
    );
    lines.push(format!("mv {home} {home}-away; rm -rf .config .local"));
    lines.join("\n")
}

fn attacked(home: &str) -> Outcome {
    let attack_in = |mode| {
        let place = Place::new();
        let home: PathBuf = place.path(home);
        prepare(&home);
        let before = state(&home);
        let told = run(mode, &place, &home, &attack(&home));
        match mode {
            Mode::Bare => assert_ne!(before, state(&home), "the control"),
            _ => assert_eq!(before, state(&home), "in mode {}:\n{told}", mode.name()),
        }
    };
    attack_in(Mode::Bare);
    in_modes(&CONFINED, attack_in)
}

fn ordinary_work() -> Outcome {
    in_modes(&CONFINED, |mode| {
        let place = Place::new();
        let home = place.path("ws");
        prepare(&home);
        let below = "set -e; cat .bashrc .zshrc > project/seen; mkdir project/.config; touch project/.bashrc";
        // Without namespaces nothing new can be made right beside what is protected.
        let beside = "echo x > notes; mkdir -p .config/other; echo x > .config/other/settings; mv notes .notes; cat .profile";
        let script = if mode == Mode::Full { format!("{below}; {beside}") } else { below.to_owned() };
        let told = run(mode, &place, &home, &format!("({script}) && echo fine"));
        assert!(told.ends_with("fine\n"), "in mode {}: {told}", mode.name());
        assert_eq!(fs::read_to_string(home.join("project/seen")).unwrap(), "minemine");
        for name in [".profile", ".cargo", ".local/share", "bin", ".zshenv"] {
            let limit = Instant::now() + Duration::from_secs(10);
            while fs::symlink_metadata(home.join(name)).is_ok() {
                assert!(Instant::now() < limit, "{name} is left");
                std::thread::sleep(Duration::from_millis(1));
            }
        }
    })
}

/// The user writes a startup file that was missing while a command runs.
fn made_meanwhile() -> Outcome {
    if let Some(reason) = is_missing(Mode::Full) {
        return Outcome::Unsupported(reason);
    }
    let place = Place::new();
    let home = place.path("ws");
    prepare(&home);
    std::thread::scope(|scope| {
        let script = "echo > project/ready; while ! test -e project/go-on; do sleep 0.01; done";
        let command = scope.spawn(|| run(Mode::Full, &place, &home, script));
        while !home.join("project/ready").exists() {
            std::thread::sleep(Duration::from_millis(1));
        }
        fs::write(home.join(".profile"), "made by the user").unwrap();
        fs::write(home.join("project/go-on"), "").unwrap();
        command.join().unwrap();
    });
    assert_eq!(fs::read_to_string(home.join(".profile")).unwrap(), "made by the user");
    Outcome::Pass
}

/// Bash looks for three files, and what stands for the first two of them must not be taken for them.
fn profile_is_read() -> Outcome {
    in_modes(&CONFINED, |mode| {
        let says = |name: &str| format!("echo {name} is read");
        for (files, link, expected) in [
            (&[".profile"][..], None, ".profile"),
            (&[".profile", ".bash_login"], None, ".bash_login"),
            (&[".profile", ".bash_login", ".bash_profile"], None, ".bash_profile"),
            (&["dotfiles"], Some((".profile", "dotfiles")), "dotfiles"),
        ] {
            let place = Place::new();
            let home = place.path("ws");
            files.iter().for_each(|name| fs::write(home.join(name), says(name)).unwrap());
            if let Some((link, target)) = link {
                symlink(target, home.join(link)).unwrap();
            }
            let script = format!("HOME={} bash -lc true", home.display());
            let told = run(mode, &place, &home, &script);
            assert_eq!(told, format!("{expected} is read\n"), "in mode {}", mode.name());
        }
        let place = Place::new();
        let home = place.path("ws");
        symlink(place.path("home/auth.json"), home.join(".profile")).unwrap();
        let told = run(mode, &place, &home, &format!("cat {}/.bash_profile", home.display()));
        assert!(!told.contains(SECRET), "in mode {}: {told}", mode.name());
    })
}
