//! Logging in with an account: in a browser, by a code, and what can go wrong on the way.

use codex_tests::home::Home;
use codex_tests::server::AppServer;
use codex_tests::vendor::{DEVICE_CODE, DEVICE_TOKEN, TOKEN, Vendor, browse, parameter, tokens};
use serde_json::{Value, json};

fn start(home: &Home, vendor: &Vendor) -> AppServer {
    let variables = vendor.variables();
    let variables: Vec<(&str, &str)> =
        variables.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let mut server = AppServer::spawn_in(home, &[], &variables);
    server.initialize(json!({"clientInfo": {"name": "tests", "title": null, "version": "1.0.0"}}));
    server
}

/// Begins a login in the browser: its id, the page, and where the browser comes back to with its state.
fn begin(server: &mut AppServer) -> (String, String, String) {
    let begun = server.ok("account/login/start", json!({"type": "chatgpt"}));
    assert_eq!(begun["type"], "chatgpt");
    let page = begun["authUrl"].as_str().unwrap().to_owned();
    let back = format!("{}?state={}", parameter(&page, "redirect_uri"), parameter(&page, "state"));
    (begun["loginId"].as_str().unwrap().to_owned(), page, back)
}

fn has_login(home: &Home) -> bool {
    home.codex_home().join("auth.json").exists()
}

/// What is told of a login that did not work out.
fn failure(server: &mut AppServer, id: &str) -> String {
    let completed = server.expect("account/login/completed");
    assert_eq!((&completed["loginId"], &completed["success"]), (&json!(id), &json!(false)));
    completed["error"].as_str().unwrap().to_owned()
}

#[test]
fn a_login_in_the_browser() {
    let vendor = Vendor::start(&[(TOKEN, &[(200, tokens("at", "rt"))])]);
    let home = Home::with_rehearsal("");
    let mut server = start(&home, &vendor);
    let (id, page, back) = begin(&mut server);
    assert!(page.starts_with(&format!("{}/oauth/authorize?response_type=code&", vendor.url())), "{page}");
    assert_eq!(parameter(&page, "code_challenge_method"), "S256");
    // As the public codex has it; login servers compare it.
    let back_to = parameter(&page, "redirect_uri");
    assert!(back_to.starts_with("http://127.0.0.1:") && back_to.ends_with("/auth/callback"), "{back_to}");

    // What does not belong to this login changes nothing.
    let stranger = parameter(&page, "redirect_uri") + "?code=stolen&state=guessed";
    assert_eq!(browse(&stranger).0, 400);
    assert_eq!(browse(&back.replace("/auth/callback", "/other")).0, 404);
    assert!(vendor.asked(TOKEN).is_empty() && !has_login(&home));

    let (status, shown) = browse(&format!("{back}&code=the-code"));
    assert_eq!(status, 200, "{shown}");
    let completed = json!({"loginId": id, "success": true, "error": null, "onboardingEntrypoint": null});
    assert_eq!(server.expect("account/login/completed"), completed);
    assert_eq!(server.expect("account/updated"), json!({"authMode": "chatgpt", "planType": "pro"}));
    let exchange = &vendor.asked(TOKEN)[0].body;
    assert!(exchange.contains("grant_type=authorization_code&code=the-code&"), "{exchange}");
    assert!(exchange.contains("&code_verifier="), "{exchange}");

    let stored = std::fs::read_to_string(home.codex_home().join("auth.json")).unwrap();
    let stored: Value = serde_json::from_str(&stored).unwrap();
    assert_eq!((&stored["auth_mode"], &stored["tokens"]["refresh_token"]), (&json!("chatgpt"), &json!("rt")));
    assert_eq!(stored["tokens"]["account_id"], "acct-1");
    assert_eq!(server.ok("account/login/cancel", json!({"loginId": id}))["status"], "notFound");
}

#[test]
fn a_login_that_is_denied_or_not_honoured_leaves_everything_as_it_was() {
    let refused = json!({"error": "invalid_grant", "error_description": "the code is the-code"});
    let vendor = Vendor::start(&[(TOKEN, &[(400, refused)])]);
    let home = Home::with_rehearsal("");
    let mut server = start(&home, &vendor);
    let (id, _, back) = begin(&mut server);
    let (status, shown) = browse(&format!("{back}&error=access_denied&error_description=%3Cb%3Eno"));
    assert!(status == 400 && shown.contains("&lt;b&gt;no"), "{shown}");
    let error = failure(&mut server, &id);
    assert!(error.contains("denied") && error.contains("access_denied"), "{error}");

    let (id, _, back) = begin(&mut server);
    assert_eq!(browse(&format!("{back}&code=the-code")).0, 400);
    let error = failure(&mut server, &id);
    assert!(error.contains("invalid_grant") && !error.contains("the-code"), "{error}");
    assert!(!has_login(&home));
}

#[test]
fn a_login_is_given_up_by_the_client_or_for_another_one() {
    let vendor = Vendor::start(&[(TOKEN, &[(200, tokens("at", "rt"))])]);
    let home = Home::with_rehearsal("");
    let mut server = start(&home, &vendor);
    let (first, ..) = begin(&mut server);
    let (second, _, back) = begin(&mut server);
    assert_ne!(first, second);
    assert_eq!(failure(&mut server, &first), "Login was not completed");
    assert_eq!(server.ok("account/login/cancel", json!({"loginId": second}))["status"], "canceled");
    assert_eq!(failure(&mut server, &second), "Login was not completed");
    assert_eq!(server.ok("account/login/cancel", json!({"loginId": second}))["status"], "notFound");

    // Another program that needs the port asks for it.
    let (third, _, back_again) = begin(&mut server);
    assert_ne!(back, back_again);
    let (place, _) = back_again.split_once("/auth").unwrap();
    assert_eq!(browse(&format!("{place}/cancel")).0, 200);
    assert_eq!(failure(&mut server, &third), "Login was not completed");
    assert!(!has_login(&home));
    // One that is under way holds up no end.
    begin(&mut server);
    assert!(server.close().success());
    server.ignore_rest();
}

#[test]
fn a_login_of_another_workspace_is_refused() {
    let vendor = Vendor::start(&[(TOKEN, &[(200, tokens("at", "rt"))])]);
    let home = Home::with_rehearsal("- config forced_chatgpt_workspace_id = \"ours\"");
    let mut server = start(&home, &vendor);
    let (id, page, back) = begin(&mut server);
    assert_eq!(parameter(&page, "allowed_workspace_id"), "ours");
    assert_eq!(browse(&format!("{back}&code=c")).0, 400);
    assert!(failure(&mut server, &id).contains("forced_chatgpt_workspace_id"));
    assert!(!has_login(&home));
}

#[test]
fn a_login_by_code() {
    let code = json!({"device_auth_id": "d", "user_code": "AB-12", "interval": "0"});
    let grant = json!({"authorization_code": "ac", "code_challenge": "cc", "code_verifier": "cv"});
    let pending = (403, json!({"error": "authorization_pending"}));
    let vendor = Vendor::start(&[
        (DEVICE_CODE, &[(200, code)]),
        (DEVICE_TOKEN, &[pending, (503, json!({})), (404, json!({})), (200, grant)]),
        (TOKEN, &[(200, tokens("at", "rt"))]),
    ]);
    let home = Home::with_rehearsal("");
    let mut server = start(&home, &vendor);
    let begun = server.ok("account/login/start", json!({"type": "chatgptDeviceCode"}));
    assert_eq!((&begun["type"], &begun["userCode"]), (&json!("chatgptDeviceCode"), &json!("AB-12")));
    assert_eq!(begun["verificationUrl"], format!("{}/codex/device", vendor.url()));
    let completed = server.expect("account/login/completed");
    assert_eq!((&completed["loginId"], &completed["success"]), (&begun["loginId"], &json!(true)));
    server.expect("account/updated");
    assert_eq!(vendor.asked(DEVICE_TOKEN).len(), 4);
    let exchange = &vendor.asked(TOKEN)[0].body;
    assert!(exchange.contains("code=ac") && exchange.contains("code_verifier=cv"), "{exchange}");
    assert!(has_login(&home));
}

#[test]
fn a_code_can_be_denied_expire_or_be_given_up() {
    let code = (200, json!({"device_auth_id": "d", "user_code": "AB-12", "interval": "0"}));
    let vendor = Vendor::start(&[
        (DEVICE_CODE, &[code.clone(), code.clone(), code, (404, json!({}))]),
        (
            DEVICE_TOKEN,
            &[
                (400, json!({"error": "access_denied"})),
                (400, json!({"error": {"code": "expired_token"}})),
                (400, json!({"error": "slow_down"})),
            ],
        ),
    ]);
    let home = Home::with_rehearsal("");
    let mut server = start(&home, &vendor);
    for told in ["denied", "expired"] {
        let begun = server.ok("account/login/start", json!({"type": "chatgptDeviceCode"}));
        let error = failure(&mut server, begun["loginId"].as_str().unwrap());
        assert!(error.contains(told), "{error}");
    }
    let begun = server.ok("account/login/start", json!({"type": "chatgptDeviceCode"}));
    vendor.wait_for(DEVICE_TOKEN, 3);
    let id = begun["loginId"].as_str().unwrap().to_owned();
    assert_eq!(server.ok("account/login/cancel", json!({"loginId": id}))["status"], "canceled");
    failure(&mut server, &id);
    // Asked to slow down, it has not asked again.
    assert_eq!(vendor.asked(DEVICE_TOKEN).len(), 3);
    let refusal = server.refused("account/login/start", json!({"type": "chatgptDeviceCode"}));
    assert_eq!(refusal.code, -32600);
    assert!(refusal.message.contains("log in with a browser"), "{}", refusal.message);
    assert!(!has_login(&home));
}
