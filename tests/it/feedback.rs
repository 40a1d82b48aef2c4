//! `feedback/save`: a report that stays on this machine.

use std::fs;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use codex_tests::home::Home;
use codex_tests::server::AppServer;
use flate2::read::DeflateDecoder;
use serde_json::{Value, json};

const METHOD: &str = "feedback/save";

/// The files of an archive, one after the other.
fn unpacked(path: &Path) -> Vec<(String, String)> {
    let bytes = fs::read(path).unwrap();
    let mut rest = bytes.as_slice();
    let mut files = Vec::new();
    while let Some(entry) = rest.strip_prefix(b"PK\x03\x04") {
        let number = |at: usize| usize::from(u16::from_le_bytes([entry[at], entry[at + 1]]));
        let (packed, length) = (number(14) + (number(16) << 16), number(22));
        let (name, content) = entry[26..].split_at(length);
        let mut text = String::new();
        DeflateDecoder::new(&content[..packed]).read_to_string(&mut text).unwrap();
        files.push((String::from_utf8(name.to_vec()).unwrap(), text));
        rest = &content[packed..];
    }
    assert!(rest.starts_with(b"PK\x01\x02"));
    files
}

#[test]
fn a_report_is_an_archive_that_the_user_can_look_into() {
    let home = Home::with_rehearsal("- file notes.txt: my notes");
    let mut server = AppServer::start(&home);
    let thread = server.start_thread(&home);
    server.run_turn(&thread, "say hello");
    let at = |name: &str| home.work().join(name).display().to_string();
    let params = json!({"classification": "bug", "reason": "it broke", "threadId": thread, "includeLogs": true,
        "savePath": at("report.zip"), "extraLogFiles": [at("notes.txt")], "tags": {"a": "b"}});
    let saved = server.ok("feedback/save", params.clone());
    assert_eq!(saved, json!({"savedPath": at("report.zip"), "threadId": thread, "promptHash": null}));
    let path = home.work().join("report.zip");
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let files = unpacked(&path);
    let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    let rollout = home.rollout(&thread);
    let history = format!("attachments/0000/{}", rollout.file_name().unwrap().to_string_lossy());
    assert_eq!(names, ["report.json", &history, "attachments/0001/notes.txt", "manifest.json"]);
    let report: Value = serde_json::from_str(&files[0].1).unwrap();
    assert_eq!((&report["reason"], &report["tags"]["a"]), (&json!("it broke"), &json!("b")));
    assert!(files[1].1.contains("say hello"));
    assert_eq!(files[2].1, "my notes");
    let refusal = server.refused(METHOD, params);
    assert!(refusal.code == -32603 && refusal.message.contains("exists already"), "{refusal:?}");

    let params = json!({"classification": "other", "savePath": at("small.zip"), "threadId": thread});
    server.ok(METHOD, params);
    assert_eq!(unpacked(&home.work().join("small.zip")).len(), 2);
    let saved = server.ok(METHOD, json!({"classification": "other", "savePath": at("none.zip")}));
    assert!(saved["threadId"].as_str().unwrap().starts_with("no-active-thread-"), "{saved}");
}

#[test]
fn a_report_that_cannot_be_written_leaves_nothing() {
    let home = Home::with_rehearsal("");
    let mut server = AppServer::start(&home);
    let at = |name: &str| home.work().join(name).display().to_string();
    let with = |key: &str, value: Value| {
        let mut params = json!({"classification": "bug", "savePath": at("report.zip")});
        params[key] = value;
        params
    };
    for (params, code, said) in [
        (with("savePath", json!("rel.zip")), -32600, "`savePath`: the path `rel.zip` is relative"),
        (with("savePath", json!(at("no/report.zip"))), -32603, "No such file or directory"),
        (with("extraLogFiles", json!([at("none")])), -32603, "cannot read"),
        (with("extraLogFiles", json!(["/dev/zero"])), -32603, "not a regular file"),
        (with("extraLogFiles", json!(["rel"])), -32600, "`extraLogFiles`: the path `rel` is relative"),
        (with("threadId", json!("x")), -32600, "invalid thread id"),
        (with("threadId", json!("01a204c2-4887-7bf2-88cb-1e909b637fb4")), -32600, "thread not found"),
    ] {
        let refusal = server.refused(METHOD, params);
        assert!(refusal.code == code && refusal.message.contains(said), "{said}: {refusal:?}");
        assert!(!home.work().join("report.zip").exists());
    }
}
