//! Skills: where they are found, how they are switched, and what the model is told of them.

use std::fs;
use std::path::Path;

use codex_tests::home::Home;
use codex_tests::model::MockModel;
use codex_tests::reply::Reply;
use codex_tests::server::AppServer;
use serde_json::{Value, json};

fn write_skill(folder: &Path, name: &str) -> String {
    let folder = folder.join(name);
    fs::create_dir_all(&folder).unwrap();
    let file = folder.canonicalize().unwrap().join("SKILL.md");
    fs::write(&file, format!("---\nname: {name}\ndescription: about {name}\n---\ntext of {name}\n")).unwrap();
    file.to_str().unwrap().to_owned()
}

/// Name, scope and state of each skill of the workspace.
fn listed(server: &mut AppServer, home: &Home) -> Vec<String> {
    let answer = server.ok("skills/list", json!({"cwds": [home.work()], "forceReload": true}));
    let skills = answer["data"][0]["skills"].as_array().unwrap();
    let line = |skill: &Value| {
        let text = |key: &str| skill[key].as_str().unwrap().to_owned();
        format!("{} {}{}", text("scope"), text("name"), if skill["enabled"] == true { "" } else { " off" })
    };
    skills.iter().map(line).collect()
}

/// Role and text of each part of what the model was shown.
fn shown(request: &Value) -> Vec<String> {
    let items = request["input"].as_array().unwrap().iter();
    let part = |item: &Value| {
        let text = item["content"][0]["text"].as_str().unwrap_or_default();
        format!("{}: {text}", item["role"].as_str().unwrap_or_default())
    };
    items.map(part).collect()
}

#[test]
fn skills_of_user_and_project_are_listed_with_what_is_wrong() {
    let home = Home::with_rehearsal("- file a: text\n- git");
    let mine = write_skill(&home.codex_home().join("skills"), "mine");
    let agents = home.codex_home().join("skills/mine/agents");
    fs::create_dir(&agents).unwrap();
    fs::write(agents.join("openai.yaml"), "interface:\n  display_name: Mine\n  icon_small: a.svg\n").unwrap();
    write_skill(&home.work().join(".agents/skills"), "theirs");
    write_skill(&home.work().join(".codex/skills"), "codex");
    fs::create_dir(home.codex_home().join("skills/broken")).unwrap();
    fs::write(home.codex_home().join("skills/broken/SKILL.md"), b"\xff").unwrap();
    let mut server = AppServer::start(&home);
    assert_eq!(listed(&mut server, &home), ["repo codex", "repo theirs", "user mine"]);
    let answer = server.ok("skills/list", json!({"cwds": [home.work(), "/nowhere"]}));
    let entry = &answer["data"][0];
    assert_eq!(entry["cwd"], json!(home.work()));
    let skill = &entry["skills"][2];
    assert_eq!((&skill["path"], &skill["description"]), (&json!(mine), &json!("about mine")));
    assert_eq!(skill["interface"]["displayName"], "Mine");
    assert_eq!(skill["interface"]["iconSmall"], json!(mine.replace("SKILL.md", "a.svg")));
    let errors = entry["errors"].as_array().unwrap();
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert!(errors[0]["message"].as_str().unwrap().contains("UTF-8"), "{errors:?}");
    assert_eq!(answer["data"][1]["skills"].as_array().unwrap().len(), 1);
    let many: Vec<String> = (0..65).map(|number| format!("/w{number}")).collect();
    assert!(server.refused("skills/list", json!({"cwds": many})).message.contains("`cwds`"));
}

#[test]
fn a_turn_has_the_list_and_the_skills_that_it_names() {
    let model = MockModel::start([Reply::text("one"), Reply::text("two")]);
    let home = Home::with_model(&model, "");
    let path = write_skill(&home.codex_home().join("skills"), "mine");
    write_skill(&home.codex_home().join("skills"), "other");
    let mut server = AppServer::start(&home);
    let thread = server.start_thread(&home);
    server.run_turn(&thread, "use $mine");
    let first = shown(&model.wait_for_request(1));
    assert!(first[0].starts_with("developer: <skills_instructions>"), "{first:?}");
    assert!(first[0].contains(&format!("- mine: about mine (file: {path})")), "{first:?}");
    let [message, skill] = &first[first.len() - 2..] else { panic!() };
    assert_eq!(message, "user: use $mine");
    assert!(skill.starts_with("user: <skill>\n<name>mine</name>"), "{skill}");
    assert!(skill.contains("text of mine") && skill.ends_with("</skill>"), "{skill}");

    let input = json!([{"type": "skill", "name": "mine", "path": path}]);
    server.ok("turn/start", json!({"threadId": thread, "input": input}));
    let turn = server.wait_turn(&thread);
    assert_eq!(turn.item("userMessage")["content"], input);
    let second = shown(&model.wait_for_request(2));
    assert_eq!(second.iter().filter(|text| text.contains("text of mine")).count(), 2);
    assert_eq!(second.iter().filter(|text| text.contains("<skills_instructions>")).count(), 1);
}

#[test]
fn a_skill_that_is_off_is_not_offered_and_cannot_be_named() {
    let model = MockModel::start([Reply::text("one")]);
    let home = Home::with_model(&model, "- config developer_instructions = \"dev\"");
    write_skill(&home.codex_home().join("skills"), "mine");
    let path = write_skill(&home.codex_home().join("skills"), "other");
    let mut server = AppServer::start(&home);
    for choice in [json!({"name": "mine", "enabled": false}), json!({"path": path, "enabled": false})] {
        assert_eq!(server.ok("skills/config/write", choice), json!({"effectiveEnabled": false}));
        assert_eq!(server.expect("skills/changed"), json!({}));
    }
    assert_eq!(listed(&mut server, &home), ["user mine off", "user other off"]);
    let file = fs::read_to_string(home.codex_home().join("config.toml")).unwrap();
    assert!(file.contains("developer_instructions = \"dev\""), "{file}");
    assert!(file.contains("[[skills.config]]\nname = \"mine\"\nenabled = false\n"), "{file}");
    let thread = server.start_thread(&home);
    server.run_turn(&thread, "use $mine");
    let request = shown(&model.wait_for_request(1)).concat();
    assert!(request.contains("dev") && !request.contains("<skill"), "{request}");

    let on = server.ok("skills/config/write", json!({"name": "mine", "enabled": true}));
    assert_eq!(on, json!({"effectiveEnabled": true}));
    server.expect("skills/changed");
    assert_eq!(listed(&mut server, &home), ["user mine", "user other off"]);
}

#[test]
fn a_choice_says_which_skill_is_meant() {
    let home = Home::with_rehearsal("");
    let mut server = AppServer::start(&home);
    for wrong in [json!({}), json!({"name": "a", "path": "/a"}), json!({"name": " "}), json!({"path": ""})] {
        let mut params = wrong;
        params["enabled"] = json!(false);
        let refusal = server.refused("skills/config/write", params);
        assert_eq!(refusal.code, -32602, "{refusal:?}");
        assert!(refusal.message.contains("exactly one of `path` and `name`"), "{refusal:?}");
    }
    let refusal = server.refused("skills/config/write", json!({"path": "a/SKILL.md", "enabled": true}));
    assert_eq!(refusal.code, -32600);
    assert!(refusal.message.contains("absolute"), "{refusal:?}");
    let before = fs::read_to_string(home.codex_home().join("config.toml")).unwrap();
    fs::write(home.codex_home().join("config.toml"), format!("{before}\nskills = ")).unwrap();
    let refusal = server.refused("skills/config/write", json!({"name": "a", "enabled": false}));
    assert!(refusal.message.contains("corrected first"), "{refusal:?}");
}

#[test]
fn a_choice_that_cannot_be_stored_names_the_file() {
    let home = Home::with_rehearsal("");
    let mut server = AppServer::start(&home);
    let config = home.codex_home().join("config.toml");
    let before = fs::read_to_string(&config).unwrap();
    // In the way of the new file.
    fs::create_dir(home.codex_home().join("config.toml.new")).unwrap();
    let refusal = server.refused("skills/config/write", json!({"name": "a", "enabled": false}));
    assert_eq!(refusal.code, -32603);
    let words = format!("the choice could not be stored: {} cannot be written: ", config.display());
    assert!(refusal.message.starts_with(&words), "{refusal:?}");
    assert_eq!(fs::read_to_string(&config).unwrap(), before);
}

#[test]
fn further_folders_count_at_once() {
    let model = MockModel::start([Reply::text("one"), Reply::text("two")]);
    let home = Home::with_model(&model, "");
    let extra = home.root().join("extra");
    write_skill(&extra, "more");
    let mut server = AppServer::start(&home);
    let thread = server.start_thread(&home);
    server.run_turn(&thread, "use $more");
    assert_eq!(server.ok("skills/extraRoots/set", json!({"extraRoots": [extra, "/nowhere"]})), json!({}));
    assert_eq!(server.expect("skills/changed"), json!({}));
    assert_eq!(listed(&mut server, &home), ["user more"]);
    server.run_turn(&thread, "use $more");
    assert!(!shown(&model.wait_for_request(1)).concat().contains("text of more"));
    assert!(shown(&model.wait_for_request(2)).concat().contains("text of more"));
    server.ok("skills/extraRoots/set", json!({"extraRoots": []}));
    server.expect("skills/changed");
    assert!(listed(&mut server, &home).is_empty());
    let refusal = server.refused("skills/extraRoots/set", json!({"extraRoots": ["a"]}));
    assert!(refusal.message.contains("`extraRoots` must be absolute"), "{refusal:?}");
}
