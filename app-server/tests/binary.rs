//! The binary starts. This test also makes `cargo test --workspace` build the binary, which the tests of the real
//! process then run.

use std::process::Command;

#[test]
fn the_version_is_the_one_that_clients_look_for() {
    let output = Command::new(env!("CARGO_BIN_EXE_codex-app-server")).arg("--version").output().unwrap();
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(text.lines().next(), Some("codex-cli 0.169.0"));
}
