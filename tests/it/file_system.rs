//! `fs/*`: files of the machine for a client that may be elsewhere.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use codex_tests::home::Home;
use codex_tests::server::AppServer;
use serde_json::{Value, json};

fn pipe(path: &Path) {
    let (kind, mode) = (rustix::fs::FileType::Fifo, rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR);
    rustix::fs::mknodat(rustix::fs::CWD, path, kind, mode, 0).unwrap();
}

#[test]
fn files_are_written_read_listed_copied_and_removed() {
    let home = Home::with_rehearsal("");
    let mut server = AppServer::start(&home);
    let at = |name: &str| home.work().join(name).display().to_string();
    server.ok("fs/createDirectory", json!({"path": at("a/b")}));
    server.ok("fs/createDirectory", json!({"path": at("a/b")}));
    let data = BASE64_STANDARD.encode(b"\0\xff\n");
    // Without waiting for the answer: what was written is what is read.
    let written = server.send("fs/writeFile", json!({"path": at("a/f"), "dataBase64": data}));
    let read = server.send("fs/readFile", json!({"path": at("a/x/../f")}));
    assert_eq!(server.answer(written).unwrap(), json!({}));
    assert_eq!(server.answer(read).unwrap(), json!({"dataBase64": data}));
    let meta = server.ok("fs/getMetadata", json!({"path": at("a/f")}));
    let kinds = |meta: &Value| [&meta["isDirectory"], &meta["isFile"], &meta["isSymlink"]].map(Value::clone);
    assert_eq!(kinds(&meta), [json!(false), json!(true), json!(false)]);
    assert!(meta["modifiedAtMs"].as_i64().unwrap() > 1_600_000_000_000, "{meta}");
    assert!(meta["createdAtMs"].is_i64());

    symlink("f", home.work().join("a/link")).unwrap();
    symlink("nowhere", home.work().join("a/broken")).unwrap();
    pipe(&home.work().join("a/pipe"));
    fs::set_permissions(home.work().join("a/f"), fs::Permissions::from_mode(0o750)).unwrap();
    let listed = server.ok("fs/readDirectory", json!({"path": at("a")}));
    let entry = |name: &str, folder: bool, file: bool| json!({"fileName": name, "isDirectory": folder, "isFile": file});
    let expected = [
        entry("b", true, false),
        entry("f", false, true),
        entry("link", false, true),
        entry("pipe", false, false),
    ];
    assert_eq!(listed["entries"], json!(expected));
    let meta = server.ok("fs/getMetadata", json!({"path": at("a/link")}));
    assert_eq!(kinds(&meta), [json!(false), json!(true), json!(true)]);

    let copy = json!({"sourcePath": at("a"), "destinationPath": at("deep/c"), "recursive": true});
    server.ok("fs/copy", copy.clone());
    server.ok("fs/remove", json!({"path": at("deep/c/link")}));
    server.ok("fs/remove", json!({"path": at("deep/c/broken")}));
    server.ok("fs/copy", copy);
    let copied = home.work().join("deep/c");
    assert_eq!(fs::read(copied.join("f")).unwrap(), b"\0\xff\n");
    assert_eq!(fs::metadata(copied.join("f")).unwrap().permissions().mode() & 0o777, 0o750);
    assert_eq!(fs::read_link(copied.join("broken")).unwrap(), Path::new("nowhere"));
    assert!(copied.join("b").is_dir() && copied.join("pipe").symlink_metadata().is_err());
    server.ok("fs/copy", json!({"sourcePath": at("a/f"), "destinationPath": at("g")}));
    // Through a link, into the file that it leads to.
    server.ok("fs/writeFile", json!({"path": at("a/link"), "dataBase64": ""}));
    assert_eq!(fs::read(home.work().join("a/f")).unwrap(), b"");
    assert!(home.work().join("a/link").symlink_metadata().unwrap().is_symlink());

    server.ok("fs/remove", json!({"path": at("a/link")}));
    assert!(home.work().join("a/f").exists());
    server.ok("fs/remove", json!({"path": at("a")}));
    server.ok("fs/remove", json!({"path": at("a")}));
    assert!(!home.work().join("a").exists() && home.work().join("g").exists());
}

#[test]
fn what_cannot_be_done_with_files_is_told() {
    let home = Home::with_rehearsal("");
    let mut server = AppServer::start(&home);
    let at = |name: &str| home.work().join(name).display().to_string();
    fs::create_dir_all(home.work().join("d/e")).unwrap();
    fs::write(home.work().join("d/f"), "kept").unwrap();
    symlink("loop", home.work().join("loop")).unwrap();
    symlink("d", home.work().join("to-d")).unwrap();
    pipe(&home.work().join("pipe"));
    fs::File::create(home.work().join("large")).unwrap().set_len(40 << 20).unwrap();
    let (read, write, make, list, remove, copy) =
        ("fs/readFile", "fs/writeFile", "fs/createDirectory", "fs/readDirectory", "fs/remove", "fs/copy");
    let path = |name: &str| json!({"path": at(name)});
    let data = |name: &str, data: &str| json!({"path": at(name), "dataBase64": data});
    let pair = |from: &str, to: &str| json!({"sourcePath": at(from), "destinationPath": at(to)});
    let whole =
        |from: &str, to: &str| json!({"sourcePath": at(from), "destinationPath": at(to), "recursive": true});
    let cases = [
        (read, json!({"path": "relative"}), -32600, "`path`: the path `relative` is relative"),
        (read, json!({"path": "/a\0b"}), -32600, "zero byte"),
        (read, path("none"), -32603, "No such file or directory"),
        (read, path("loop"), -32603, "ymbolic link"),
        (read, path("d"), -32600, "is not a file"),
        (read, path("pipe"), -32600, "is not a file"),
        (read, json!({"path": "/dev/zero"}), -32600, "is not a file"),
        (read, path("large"), -32600, "is larger than 32 MiB"),
        (write, data("x", "%"), -32600, "requires valid base64"),
        (write, data("none/x", ""), -32603, "No such file or directory"),
        (write, data("d", ""), -32603, "Is a directory"),
        (write, data("pipe", ""), -32600, "is not a file"),
        (write, json!({"path": "/dev/null", "dataBase64": ""}), -32600, "is not a file"),
        (make, json!({"path": at("d"), "recursive": false}), -32603, "File exists"),
        (make, path("d/f/g"), -32603, "Not a directory"),
        ("fs/getMetadata", path("none"), -32603, "No such file or directory"),
        (list, path("d/f"), -32603, "Not a directory"),
        (remove, json!({"path": at("none"), "force": false}), -32603, "No such file or directory"),
        (remove, json!({"path": at("d"), "recursive": false}), -32603, "not empty"),
        (remove, json!({"path": "/d/.."}), -32600, "the root of the file system is not removed"),
        (copy, pair("d", "n"), -32600, "requires recursive: true"),
        (copy, whole("d", "d"), -32600, "to itself or one of its descendants"),
        (copy, whole("d", "d/new/deep"), -32600, "to itself or one of its descendants"),
        (copy, whole("d", "to-d/new"), -32600, "to itself or one of its descendants"),
        (copy, pair("d/f", "d/f"), -32600, "cannot copy a file to itself"),
        (copy, pair("pipe", "n"), -32600, "only supports regular files"),
        (copy, pair("d/f", "pipe"), -32600, "is not a file"),
        (copy, pair("none", "n"), -32603, "No such file or directory"),
        (copy, pair("loop", "d"), -32603, "File exists"),
    ];
    for (method, params, code, said) in cases {
        let refusal = server.refused(method, params.clone());
        assert!(refusal.code == code && refusal.message.contains(said), "{method} {params}: {refusal:?}");
    }
    assert_eq!(fs::read(home.work().join("d/f")).unwrap(), b"kept");
    // Files without a size are read, too.
    let read = server.ok(read, json!({"path": "/proc/self/status"}));
    let text = BASE64_STANDARD.decode(read["dataBase64"].as_str().unwrap()).unwrap();
    assert!(text.starts_with(b"Name:"));
}
