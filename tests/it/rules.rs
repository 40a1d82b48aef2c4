//! The user's rules about commands: offered, kept, read again, and out of the reach of commands.

use std::fs;

use codex_tests::home::Home;
use codex_tests::model::MockModel;
use codex_tests::reply::Reply;
use codex_tests::server::AppServer;
use codex_tests::server::question::Question;
use serde_json::{Value, json};

const ASK: &str = "item/commandExecution/requestApproval";

fn touch() -> [Reply; 2] {
    [Reply::shell("touch made.txt"), Reply::text("done")]
}

fn untrusted(server: &mut AppServer, home: &Home) -> String {
    server.start_thread_with(home, json!({"approvalPolicy": "untrusted"}))
}

fn status(server: &mut AppServer, thread: &str) -> Value {
    server.run_turn(thread, "go").item("commandExecution")["status"].clone()
}

#[test]
fn what_is_accepted_for_good_holds_in_other_threads_and_servers() {
    let model = MockModel::start([touch(), touch(), touch()].concat());
    let home = Home::with_model(&model, "");
    let mut server = AppServer::start(&home);
    let (first, second) = (untrusted(&mut server, &home), untrusted(&mut server, &home));
    server.start_turn(&first, "go");
    let question = server.asked(ASK);
    let words = json!(["touch", "made.txt"]);
    assert_eq!(question.params["proposedExecpolicyAmendment"], words);
    let decision = json!({"acceptWithExecpolicyAmendment": {"execpolicy_amendment": words}});
    assert!(question.params["availableDecisions"].as_array().unwrap().contains(&decision));
    server.reply(&question, json!({"decision": decision}));
    assert_eq!(server.wait_turn(&first).item("commandExecution")["status"], "completed");
    let rules = fs::read_to_string(home.codex_home().join("rules/default.rules")).unwrap();
    assert_eq!(rules, "prefix_rule(pattern=[\"touch\", \"made.txt\"], decision=\"allow\")\n");
    assert_eq!(status(&mut server, &second), "completed", "nobody was asked");
    server.close();
    let mut server = AppServer::start(&home);
    let thread = untrusted(&mut server, &home);
    assert_eq!(status(&mut server, &thread), "completed", "nobody was asked");
}

#[test]
fn nothing_is_offered_that_would_allow_everything() {
    let commands =
        ["bash -c 'touch x'", "python3 x.py", "sudo touch x", "env touch x", "touch x > y", "./x.sh"];
    let replies = commands.map(|command| [Reply::shell(command), Reply::text("done")]).concat();
    let model = MockModel::start(replies);
    let home = Home::with_model(&model, "");
    let mut server = AppServer::start(&home);
    let thread = untrusted(&mut server, &home);
    for command in commands {
        server.start_turn(&thread, "go");
        let question = &server.asked(ASK);
        let params = &question.params;
        assert_eq!(params.get("proposedExecpolicyAmendment"), None, "{command}");
        assert_eq!(
            params["availableDecisions"],
            json!(["accept", "acceptForSession", "decline", "cancel"]),
            "{command}"
        );
        server.reply(question, json!({"decision": "decline"}));
        server.wait_turn(&thread);
    }
}

#[test]
fn commands_cannot_write_rules() {
    let model = MockModel::start([]);
    let home = Home::with_model(&model, "- home rules/default.rules: # mine");
    let rules = home.codex_home().join("rules");
    let folder = rules.display();
    let line = "prefix_rule(pattern=['curl'])";
    for command in [
        format!("echo \"{line}\" >> {folder}/default.rules"),
        format!("echo \"{line}\" > {folder}/more.rules"),
        format!("mv {folder} {folder}-old"),
        format!("rm {folder}/default.rules"),
        format!("ln -s /tmp {folder}/link"),
        format!("mkdir -p .codex/rules && echo \"{line}\" > .codex/rules/more.rules"),
    ] {
        model.add([Reply::shell(&format!("{command} && echo WRITTEN")), Reply::text("done")]);
    }
    let mut server = AppServer::start(&home);
    // The home directory lies in a folder that may be written.
    let thread = server.start_thread_with(&home, json!({"cwd": home.root()}));
    for _ in 0..6 {
        let turn = server.run_turn(&thread, "go");
        let output = turn.item("commandExecution")["aggregatedOutput"].to_string();
        assert!(!output.contains("WRITTEN"), "{output}");
    }
    assert_eq!(fs::read_to_string(rules.join("default.rules")).unwrap(), "# mine");
    assert_eq!(fs::read_dir(&rules).unwrap().count(), 1);
    assert!(!home.root().join(".codex/rules").exists());
}

#[test]
fn commands_below_a_trusted_folder_cannot_write_its_rules() {
    let model = MockModel::start([]);
    let home = Home::with_model(&model, "- git\n- file sub/a: x");
    let config = home.codex_home().join("config.toml");
    let project = format!("\n[projects.\"{}\"]\ntrust_level = \"trusted\"\n", home.work().display());
    fs::write(&config, fs::read_to_string(&config).unwrap() + &project).unwrap();
    for command in ["mkdir -p ../.codex/rules", "mv ../../work ../../other", "echo x > ../.envrc"] {
        model
            .add([Reply::shell(&format!("touch ../made && {command} && echo WRITTEN")), Reply::text("done")]);
    }
    let cwd = home.work().join("sub");
    let table = format!("[sandbox_workspace_write]\nwritable_roots = [\"{}\"]\n", home.root().display());
    fs::write(&config, fs::read_to_string(&config).unwrap() + &table).unwrap();
    let mut server = AppServer::start(&home);
    let thread = server.start_thread_with(&home, json!({"cwd": cwd, "sandbox": "workspace-write"}));
    for _ in 0..3 {
        let turn = server.run_turn(&thread, "go");
        let output = turn.item("commandExecution")["aggregatedOutput"].to_string();
        assert!(!output.contains("WRITTEN"), "{output}");
        assert!(home.work().join("made").exists(), "{output}");
    }
}

#[test]
fn a_broken_file_is_told_with_its_line() {
    let model = MockModel::start(touch());
    let broken = "prefix_rule(pattern=['touch'])\\nprefix_rule(pattern=['x'\\n";
    let home = Home::with_model(&model, &format!("- home rules/my.rules: {broken}"));
    let mut server = AppServer::start(&home);
    let warning = server.expect("configWarning");
    let path = home.codex_home().join("rules/my.rules");
    assert_eq!(warning["path"], path.display().to_string());
    assert_eq!(warning["range"]["start"]["line"], 2);
    let details = warning["details"].as_str().unwrap();
    assert!(details.starts_with(&format!("{}:2:25: `,` or `]` is expected", path.display())), "{details}");
    let thread = untrusted(&mut server, &home);
    server.start_turn(&thread, "go");
    let question = server.asked(ASK);
    server.reply(&question, json!({"decision": "decline"}));
    server.wait_turn(&thread);
}

#[test]
fn a_project_has_rules_only_if_it_is_trusted() {
    for level in ["trusted", "untrusted"] {
        let model = MockModel::start(touch());
        let rule = "prefix_rule(pattern=['touch'])";
        let fixture = format!("- git\n- file .codex/rules/a.rules: {rule}");
        let home = Home::with_model(&model, &fixture);
        let config = home.codex_home().join("config.toml");
        let project = format!("\n[projects.\"{}\"]\ntrust_level = \"{level}\"\n", home.work().display());
        fs::write(&config, fs::read_to_string(&config).unwrap() + &project).unwrap();
        let mut server = AppServer::start(&home);
        let thread = untrusted(&mut server, &home);
        if level == "trusted" {
            assert_eq!(status(&mut server, &thread), "completed", "nobody was asked");
            fs::write(home.work().join(".codex/rules/b.rules"), "oops(").unwrap();
            untrusted(&mut server, &home);
            let warning = server.expect("configWarning");
            assert!(warning["details"].as_str().unwrap().contains("b.rules:1:"), "{warning}");
        } else {
            server.start_turn(&thread, "go");
            let question = server.asked(ASK);
            server.reply(&question, json!({"decision": "decline"}));
            server.wait_turn(&thread);
        }
    }
}

#[test]
fn rules_about_hosts_are_not_kept_and_that_is_told() {
    let model = MockModel::start(touch());
    let home = Home::with_model(&model, "");
    let mut server = AppServer::start(&home);
    let thread = untrusted(&mut server, &home);
    server.start_turn(&thread, "go");
    let question = server.asked(ASK);
    let rule = json!({"network_policy_amendment": {"host": "example.com", "action": "allow"}});
    server.reply(&question, json!({"decision": {"applyNetworkPolicyAmendment": rule}}));
    let turn = server.wait_turn(&thread);
    assert_eq!(turn.item("commandExecution")["status"], "declined");
    let warnings = turn.all("warning");
    let is_meant = |warning: &&Value| warning["message"].as_str().unwrap().contains("rule about a host");
    assert_eq!(warnings.into_iter().filter(is_meant).count(), 1);
    assert!(!home.codex_home().join("rules").exists());
}

#[test]
fn questions_of_calls_side_by_side_are_answered_in_any_order() {
    let call = |name: &str| json!({"cmd": format!("touch {name}")});
    let reply = Reply::call("exec_command", &call("a"))
        .and_call("exec_command", &call("b"))
        .and_call("exec_command", &call("c"));
    let model = MockModel::start([reply, Reply::text("done")]);
    let home = Home::with_model(&model, "");
    let mut server = AppServer::start(&home);
    let thread = untrusted(&mut server, &home);
    server.start_turn(&thread, "go");
    let mut questions: Vec<Question> = (0..3).map(|_| server.asked(ASK)).collect();
    questions.sort_by_key(|question| question.params["command"].to_string());
    for (at, decision) in [(2, "accept"), (0, "decline"), (1, "accept")] {
        server.reply(&questions[at], json!({"decision": decision}));
        let resolved = server.expect("serverRequest/resolved");
        assert_eq!(resolved["requestId"], questions[at].id);
    }
    let turn = server.wait_turn(&thread);
    let statuses = questions.iter().map(|question| {
        let is_meant = |item: &&&Value| item["id"] == question.params["itemId"];
        let items = turn.items("commandExecution");
        items.iter().find(is_meant).unwrap()["status"].clone()
    });
    assert_eq!(statuses.collect::<Vec<_>>(), ["declined", "completed", "completed"]);
    let made = |name: &str| home.work().join(name).exists();
    assert_eq!((made("a"), made("b"), made("c")), (false, true, true));
}

#[test]
fn the_models_opinion_is_asked_for_only_with_the_question() {
    let opinion = Reply::text("{\"description\": \"Makes a file.\", \"risk_level\": \"low\"}");
    let model = MockModel::start([
        Reply::shell("touch made.txt"),
        opinion,
        Reply::shell("touch made.txt"),
        Reply::text("done"),
    ]);
    let home = Home::with_model(&model, "- table [features] experimental_sandbox_command_assessment = true");
    let mut server = AppServer::start(&home);
    let thread = untrusted(&mut server, &home);
    server.start_turn(&thread, "go");
    let question = server.asked(ASK);
    assert_eq!(question.params["reason"], "The model assesses this as low risk: Makes a file.");
    let asked = model.requests()[1].clone();
    assert_eq!(asked["text"]["format"]["type"], "json_schema");
    assert_eq!(asked["tools"].as_array().map_or(0, Vec::len), 0);
    assert!(asked["input"].to_string().contains("touch made.txt"));
    server.reply(&question, json!({"decision": "acceptForSession"}));
    let turn = server.wait_turn(&thread);
    assert_eq!((turn.text(), turn.items("commandExecution").len()), ("done", 2));
    assert_eq!(model.requests().len(), 4, "the second command is not asked about");
}
