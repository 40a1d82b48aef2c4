//! Finds the binary under test, and builds it when it is missing or older than its sources.
//!
//! `cargo test --workspace` builds it, since the server's own package has an integration test; then nothing is
//! done here. `cargo test -p codex-tests` alone does not, so one `cargo build` with the same profile steps in.
//! `CODEX_TEST_SERVER` names another command line to run instead, such as `codex app-server`: the same tests
//! then show where that server behaves differently.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::SystemTime;

const NAME: &str = "codex-app-server";

/// The command line that starts the server, without further arguments.
pub fn server_command() -> Vec<String> {
    match variable("CODEX_TEST_SERVER") {
        Some(command) => command.split_whitespace().map(str::to_owned).collect(),
        None => vec![our_binary().display().to_string(), "app-server".to_owned()],
    }
}

/// The path of our binary, up to date.
pub fn our_binary() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| {
        let profile_folder = profile_folder();
        let binary = profile_folder.join(NAME);
        if !is_fresh(&binary) {
            build(&profile_folder);
        }
        binary
    })
}

/// Whether the tests run against a server that is not ours.
pub fn is_foreign() -> bool {
    variable("CODEX_TEST_SERVER").is_some()
}

/// A folder for temporary files, beside what was built: the system's own is writable in the sandbox.
pub fn scratch_folder() -> PathBuf {
    let folder = profile_folder().join("test-homes");
    std::fs::create_dir_all(&folder).expect("the build folder is writable");
    folder.canonicalize().expect("it was just made")
}

/// An environment variable that steers the tests.
pub fn variable(name: &str) -> Option<String> {
    #[expect(clippy::disallowed_methods, reason = "settings of the test run; the server is not involved")]
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// `target/debug` or its like: test executables are in `deps` below it.
fn profile_folder() -> PathBuf {
    let executable = std::env::current_exe().expect("a test executable has a path");
    executable.parent().and_then(Path::parent).expect("it lies in PROFILE/deps").to_owned()
}

/// Whether the binary is there and newer than everything that cargo noted as its source.
fn is_fresh(binary: &Path) -> bool {
    let Some(built) = modified(binary) else { return false };
    let Ok(notes) = std::fs::read_to_string(binary.with_extension("d")) else { return false };
    let sources = notes.split_once(": ").map_or("", |(_, sources)| sources);
    // Spaces inside a path are escaped; such a folder only costs a needless look at the build.
    sources.split_whitespace().all(|source| modified(Path::new(source)).is_some_and(|time| time <= built))
}

fn modified(path: &Path) -> Option<SystemTime> {
    path.metadata().and_then(|data| data.modified()).ok()
}

fn build(profile_folder: &Path) {
    let cargo = option_env!("CARGO").unwrap_or("cargo");
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml");
    let profile = match profile_folder.file_name().and_then(|name| name.to_str()) {
        None | Some("debug") => "dev",
        Some(name) => name,
    };
    let target = profile_folder.parent().expect("a profile folder lies in the target folder");
    let status = Command::new(cargo)
        .args([
            "build",
            "--quiet",
            "--package",
            NAME,
            "--bin",
            NAME,
            "--profile",
            profile,
            "--manifest-path",
            manifest,
        ])
        .args(if cfg!(feature = "otel") { &["--features", "otel"][..] } else { &[] })
        .arg("--target-dir")
        .arg(target)
        .status()
        .expect("cargo runs");
    assert!(status.success(), "the server does not build: {status}");
}
