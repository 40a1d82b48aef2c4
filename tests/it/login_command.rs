//! `login`, `login status` and `logout`: what a person sees, and the exit codes that a script can rely on.

use std::os::unix::fs::PermissionsExt;

use codex_tests::home::Home;
use codex_tests::model::MockModel;
use codex_tests::process::wait_for_file;
use codex_tests::program::{Ended, Program, Surroundings};
use codex_tests::reply::Reply;
use codex_tests::server::AppServer;
use codex_tests::vendor::{DEVICE_CODE, DEVICE_TOKEN, TOKEN, Vendor, browse, parameter, tokens};
use rustix::process::Signal;
use serde_json::json;

fn run(home: &Home, arguments: &[&str], input: &str) -> (i32, String) {
    let Ended { status, output, errors } = Program::start(home, arguments, input).end();
    assert_eq!(output, "");
    (status.code().unwrap(), errors)
}

fn stored(home: &Home) -> Option<String> {
    std::fs::read_to_string(home.codex_home().join("auth.json")).ok()
}

#[test]
fn a_key_is_read_from_standard_input() {
    let home = Home::bare("");
    assert_eq!(run(&home, &["login", "status"], ""), (1, "Not logged in\n".to_owned()));
    assert_eq!(run(&home, &["logout"], ""), (0, "Not logged in\n".to_owned()));
    let key = "sk-proj-abcdefghijklmnopqrstuvwxyz";
    let (code, told) = run(&home, &["login", "--with-api-key"], &format!("{key}\n"));
    assert!(code == 0 && !told.contains(key), "{told}");
    assert!(stored(&home).unwrap().contains(key));
    let (code, told) = run(&home, &["login", "status"], "");
    assert!(code == 0 && told.contains("sk-proj-***vwxyz"), "{told}");
    assert_eq!(run(&home, &["logout"], "").0, 0);
    assert_eq!((run(&home, &["login", "status"], "").0, stored(&home)), (1, None));
}

#[test]
fn mistakes_are_explained() {
    let home = Home::bare("- config forced_login_method = \"chatgpt\"");
    for (arguments, code, told) in [
        (&["login", "--with-api-key"][..], 1, "API key login is disabled"),
        (&["login", "--api-key", "sk"], 1, "--with-api-key"),
        (&["login", "now"], 2, "usage: codex-app-server login"),
        (&["login", "status", "--device-auth"], 2, "only one of"),
        (&["-c", "forced_login_method=\"telepathy\"", "logout"], 1, "forced_login_method"),
    ] {
        let (found, errors) = run(&home, arguments, "sk");
        assert!(found == code && errors.contains(told), "{arguments:?}: {found} {errors}");
    }
    let (code, told) = run(&Home::bare(""), &["login", "--with-api-key"], " \n");
    assert!(code == 1 && told.contains("no key was given"), "{told}");
}

#[test]
fn who_gives_up_is_not_logged_in() {
    let vendor = Vendor::start(&[]);
    let home = Home::bare("");
    let surroundings = Surroundings { folder: None, variables: &vendor.variables() };
    let mut program = Program::start_where(surroundings, &home, &["login"], "");
    program.wait_for_error("--device-auth");
    program.signal(Signal::INT);
    let ended = program.end();
    assert_eq!((ended.status.code(), stored(&home)), (Some(1), None), "{}", ended.errors);
    assert!(ended.errors.contains("given up; nobody was logged in or out"), "{}", ended.errors);
}

/// A server that runs meanwhile uses the key from its next request on, without and with a key that is not accepted.
#[test]
fn a_server_that_runs_notices_who_logs_in() {
    let refused = || Reply::status(401, json!({"error": {"message": "no such key"}}));
    let model = MockModel::start([Reply::text("one"), refused(), refused(), Reply::text("two")]);
    let home = Home::with_model(&model, "- provider requires_openai_auth = true");
    let mut server = AppServer::start(&home);
    let thread = server.start_thread(&home);
    assert_eq!(server.run_turn(&thread, "go").end()["error"]["codexErrorInfo"], "unauthorized");
    assert_eq!(run(&home, &["login", "--with-api-key"], "sk-1").0, 0);
    assert_eq!(server.run_turn(&thread, "go").text(), "one");
    assert!(
        server.run_turn(&thread, "go").end()["error"]["message"].as_str().unwrap().contains("no such key")
    );
    assert_eq!(run(&home, &["login", "--with-api-key"], "sk-2").0, 0);
    assert_eq!(server.run_turn(&thread, "go").text(), "two");
    let signatures = model.signatures();
    assert_eq!(signatures, ["Bearer sk-1", "Bearer sk-1", "Bearer sk-1", "Bearer sk-2"]);
    assert_eq!(run(&home, &["logout"], "").0, 0);
    assert_eq!(server.ok("account/read", json!({}))["account"], json!(null));
}

#[test]
fn an_account_logs_in_by_code() {
    let code = json!({"device_auth_id": "d", "user_code": "AB-12", "interval": "0"});
    let grant = json!({"authorization_code": "ac", "code_challenge": "cc", "code_verifier": "cv"});
    let vendor = Vendor::start(&[
        (DEVICE_CODE, &[(200, code)]),
        (DEVICE_TOKEN, &[(403, json!({})), (200, grant)]),
        (TOKEN, &[(200, tokens("at", "rt"))]),
    ]);
    let home = Home::bare("");
    let surroundings = Surroundings { folder: None, variables: &vendor.variables() };
    let ended = Program::start_where(surroundings, &home, &["login", "--device-auth"], "").end();
    assert_eq!(ended.status.code(), Some(0), "{}", ended.errors);
    assert!(ended.errors.contains("AB-12") && ended.errors.contains("/codex/device"), "{}", ended.errors);
    let (code, told) = run(&home, &["login", "status"], "");
    assert_eq!((code, told.as_str()), (0, "Logged in using ChatGPT\n"));
}

/// What opens pages writes down which, and a person goes there.
#[test]
fn a_page_is_opened_for_a_person_at_a_terminal() {
    let vendor = Vendor::start(&[(TOKEN, &[(200, tokens("at", "rt"))])]);
    let home = Home::bare("");
    let folder = home.work();
    let (opener, opened) = (folder.join("xdg-open"), folder.join("opened"));
    let script = format!("#!/bin/sh\nprintf %s \"$1\" > {0}.new && mv {0}.new {0}\n", opened.display());
    std::fs::write(&opener, script).unwrap();
    std::fs::set_permissions(&opener, std::fs::Permissions::from_mode(0o755)).unwrap();
    let mut variables = vendor.variables().to_vec();
    variables.push(("PATH".to_owned(), format!("{}:/usr/bin:/bin", folder.display())));
    let surroundings = Surroundings { folder: None, variables: &variables };
    let mut program = Program::start_on_terminal(surroundings, &home, &["login"]);
    wait_for_file(&opened);
    let page = std::fs::read_to_string(&opened).unwrap();
    let back = format!("{}?state={}", parameter(&page, "redirect_uri"), parameter(&page, "state"));
    browse(&format!("{back}&code=c"));
    assert_eq!(program.end().status.code(), Some(0));
    assert!(stored(&home).is_some());
}

#[test]
fn an_account_logs_in_with_the_browser() {
    let vendor = Vendor::start(&[(TOKEN, &[(200, tokens("at", "rt"))])]);
    let home = Home::bare("");
    for (answer, code) in [("error=access_denied", 1), ("code=c", 0)] {
        let surroundings = Surroundings { folder: None, variables: &vendor.variables() };
        let mut program = Program::start_where(surroundings, &home, &["login"], "");
        program.wait_for_error("--device-auth");
        let errors = program.errors();
        let page = errors.lines().find(|line| line.contains("/oauth/authorize?")).unwrap();
        let back = format!("{}?state={}", parameter(page, "redirect_uri"), parameter(page, "state"));
        browse(&format!("{back}&{answer}"));
        let ended = program.end();
        assert_eq!(
            (ended.status.code(), stored(&home).is_some()),
            (Some(code), code == 0),
            "{}",
            ended.errors
        );
    }
}
