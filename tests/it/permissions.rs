//! Permission profiles, built in and of the configuration: listed, chosen, followed, and kept.

use codex_tests::home::Home;
use codex_tests::server::AppServer;
use serde_json::{Value, json};

/// A home with a profile that opens and closes folders, one based on it, and one that cannot be kept.
fn home(folder: &std::path::Path) -> Home {
    for name in ["extra", "secret"] {
        std::fs::create_dir_all(folder.join(name)).unwrap();
    }
    std::fs::write(folder.join("secret/key"), "hidden-word").unwrap();
    let folder = folder.display();
    let profiles = format!(
        "[permissions.mine]\ndescription = \"My own\"\nextends = \":workspace\"\n\
         [permissions.mine.filesystem]\n\"{folder}/extra\" = \"write\"\n\"{folder}/secret\" = \"deny\"\n\
         [permissions.mine.filesystem.\":workspace_roots\"]\n\"kept\" = \"read\"\n\
         [permissions.look]\nextends = \":read-only\"\nfilesystem = {{ \"{folder}/extra\" = \"write\" }}\n\
         [permissions.broken]\nfilesystem = {{ \"/x/*.env\" = \"deny\" }}\n"
    );
    let home = Home::with_rehearsal("");
    let file = home.codex_home().join("config.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(file, text + &profiles).unwrap();
    home
}

fn start(server: &mut AppServer, home: &Home, profile: &str) -> Value {
    server.ok("thread/start", json!({"cwd": home.work(), "permissions": profile}))
}

#[test]
fn profiles_are_listed_chosen_and_followed() {
    let folder = tempfile::tempdir().unwrap();
    let home = home(folder.path());
    let mut server = AppServer::start_experimental(&home);
    let listed = server.ok("permissionProfile/list", json!({"cwd": home.work()}));
    let listed: Vec<_> = listed["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|profile| (&profile["id"], &profile["allowed"]))
        .collect();
    assert_eq!(
        json!(listed),
        json!([
            [":read-only", true],
            [":workspace", true],
            [":danger-full-access", true],
            ["broken", false],
            ["look", true],
            ["mine", true]
        ])
    );

    let extra = folder.path().join("extra");
    let policy = json!({"type": "workspaceWrite", "writableRoots": [extra], "networkAccess": false,
                        "excludeTmpdirEnvVar": false, "excludeSlashTmp": false});
    let mine = json!({"id": "mine", "extends": ":workspace"});
    let started = start(&mut server, &home, "mine");
    assert_eq!((&started["sandbox"], &started["activePermissionProfile"]), (&policy, &mine));
    let place =
        json!({"environmentId": "local", "cwd": home.work(), "runtimeWorkspaceRoots": [home.work(), extra]});
    assert_eq!(started["thread"]["environments"], json!([place]));

    // A turn changes it, and everybody hears so.
    let thread = started["thread"]["id"].as_str().unwrap().to_owned();
    let turn = |permissions: &str| {
        json!({"threadId": thread, "permissions": permissions,
               "input": [{"type": "text", "text": "hello", "text_elements": []}]})
    };
    server.ok("turn/start", turn(":read-only"));
    let settings = server.expect("thread/settings/updated")["threadSettings"].clone();
    assert_eq!(settings["activePermissionProfile"], json!({"id": ":read-only", "extends": null}));
    assert_eq!(settings["sandboxPolicy"]["type"], "readOnly");
    server.wait_turn(&thread);
    server.ok("turn/start", turn("mine"));
    server.expect_where("thread/settings/updated", |params| {
        params["threadSettings"]["sandboxPolicy"] == policy
    });
    server.wait_turn(&thread);
    let refusal = server.refused("turn/start", turn("none"));
    assert_eq!(
        refusal.message,
        "`permissions`: there is no permission profile `none`; known are `:read-only`, `:workspace`, \
         `:danger-full-access`, `broken`, `look`, `mine`"
    );
    for (profile, expected) in [("none", "there is no permission profile `none`"), ("broken", "is a pattern")]
    {
        let refusal = server.refused("thread/start", json!({"cwd": home.work(), "permissions": profile}));
        assert!(refusal.message.contains(expected), "{}", refusal.message);
    }

    // What was in force goes on after a restart, unless the request names something else.
    server.close();
    let mut server = AppServer::start_experimental(&home);
    let resumed = server.ok("thread/resume", json!({"threadId": thread}));
    assert_eq!((&resumed["sandbox"], &resumed["activePermissionProfile"]), (&policy, &mine));
    server.close();
    let mut server = AppServer::start_experimental(&home);
    let resumed = server.ok("thread/resume", json!({"threadId": thread, "permissions": "look"}));
    assert_eq!(resumed["activePermissionProfile"], json!({"id": "look", "extends": ":read-only"}));
    server.ignore_rest();
}

#[test]
fn commands_are_kept_to_their_profile() {
    let folder = tempfile::tempdir_in("/var/tmp").unwrap();
    let home = home(folder.path());
    std::fs::create_dir(home.work().join("kept")).unwrap();
    let mut server = AppServer::start_experimental(&home);
    let (extra, secret) = (folder.path().join("extra"), folder.path().join("secret/key"));
    let script = |name: &str| {
        format!(
            "echo x > {}/{name}; cat {}; echo x > {name}; echo x > kept/{name}; true",
            extra.display(),
            secret.display()
        )
    };
    let made = |name: &str| {
        let places = [extra.clone(), home.work().to_owned(), home.work().join("kept")];
        places.map(|place| place.join(name).exists())
    };
    for (profile, expected) in [
        ("mine", [true, true, false]),
        ("look", [true, false, false]),
        (":read-only", [false; 3]),
        (":danger-full-access", [true; 3]),
    ] {
        let started = start(&mut server, &home, profile);
        let thread = started["thread"]["id"].as_str().unwrap();
        let name = profile.trim_start_matches(':');
        server.run_turn(thread, &format!("shell {}", script(name)));
        assert_eq!(made(name), expected, "{profile}");
        let seen = server
            .seen("item/completed")
            .iter()
            .any(|item| item["threadId"] == thread && item.to_string().contains("hidden-word"));
        assert_eq!(seen, profile != "mine", "{profile}");
    }
    server.ignore_rest();
}
