//! `gitDiffToRemote`: what a working tree has that the remote repository does not.

use std::fs;
use std::path::Path;
use std::process::Command;

use codex_tests::home::Home;
use codex_tests::server::AppServer;
use serde_json::json;

fn git(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .args(["-c", "user.name=test", "-c", "user.email=test@example.com", "-C"])
        .arg(folder)
        .args(arguments)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("HOME", folder)
        .output()
        .unwrap();
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[test]
fn everything_since_the_nearest_commit_of_a_remote_is_told() {
    let home = Home::with_rehearsal("- file a: 1\\n\n- file .gitignore: *.log\n- git");
    let mut server = AppServer::start(&home);
    let work = home.work();
    let ask = json!({"cwd": work});
    let refusal = server.refused("gitDiffToRemote", ask.clone());
    assert!(refusal.code == -32600 && refusal.message.contains("push or fetch first"), "{refusal:?}");

    let origin = home.root().join("origin");
    git(home.root(), &["init", "-q", "--bare", "origin"]);
    git(&work, &["remote", "add", "origin", &origin.display().to_string()]);
    git(&work, &["push", "-q", "origin", "main"]);
    let pushed = git(&work, &["rev-parse", "HEAD"]);
    assert_eq!(server.ok("gitDiffToRemote", ask.clone()), json!({"sha": pushed, "diff": ""}));

    // A commit and a branch that only this machine has, changes that are not committed, new files.
    git(&work, &["checkout", "-q", "-b", "feature"]);
    fs::write(work.join("a"), "2\n").unwrap();
    git(&work, &["commit", "-q", "-am", "second"]);
    fs::create_dir(work.join("sub")).unwrap();
    fs::write(work.join("sub/new file"), "x\n").unwrap();
    fs::write(work.join("binary"), b"\0\x01").unwrap();
    fs::write(work.join("ignored.log"), "no").unwrap();
    // What a repository can name to be run is not run, in no form.
    let ran = home.root().join("ran");
    let run = format!("touch '{}'; cat", ran.display());
    for key in ["filter.evil.clean", "filter.evil.process", "diff.evil.textconv", "diff.external"] {
        git(&work, &["config", key, &run]);
    }
    git(&work, &["config", "filter.evil.required", "true"]);
    fs::write(work.join(".gitattributes"), "* filter=evil diff=evil\n").unwrap();
    let index = fs::read(work.join(".git/index")).unwrap();

    let told = server.ok("gitDiffToRemote", json!({"cwd": work.join("sub")}));
    assert_eq!(told["sha"], pushed);
    let diff = told["diff"].as_str().unwrap();
    for part in [
        "--- a/a\n+++ b/a\n@@ -1 +1 @@\n-1\n+2\n",
        "+++ b/sub/new file",
        "+x\n",
        "GIT binary patch",
        "b/binary",
    ] {
        assert!(diff.contains(part), "{part} in {diff}");
    }
    assert!(!diff.contains("ignored.log"), "{diff}");
    assert!(!ran.exists());
    assert_eq!(fs::read(work.join(".git/index")).unwrap(), index);
}

#[test]
fn what_is_no_repository_is_told() {
    let home = Home::with_rehearsal("");
    let mut server = AppServer::start(&home);
    for (cwd, said) in [
        ("/".to_owned(), "is in no git repository"),
        (home.work().join("none").display().to_string(), "does not exist"),
        ("rel".to_owned(), "`cwd`: the path `rel` is relative"),
    ] {
        let refusal = server.refused("gitDiffToRemote", json!({"cwd": cwd}));
        assert!(refusal.code == -32600 && refusal.message.contains(said), "{refusal:?}");
    }
}
