//! What a client reads at its start: models, providers, profiles, skills, account, requirements.

use codex_tests::home::Home;
use codex_tests::model::MockModel;
use codex_tests::server::AppServer;
use serde_json::{Value, json};

#[test]
fn exactly_one_model_is_the_default() {
    for home in [Home::bare(""), Home::with_rehearsal("")] {
        let mut server = AppServer::start_experimental(&home);
        let mut models: Vec<Value> = Vec::new();
        let mut cursor = Value::Null;
        loop {
            let page = server.ok("model/list", json!({"cursor": cursor, "limit": 2}));
            models.extend(page["data"].as_array().unwrap().iter().cloned());
            cursor = page["nextCursor"].clone();
            if cursor.is_null() {
                break;
            }
        }
        assert_eq!(models.iter().filter(|model| model["isDefault"] == true).count(), 1);
        for model in &models {
            assert!(!model["supportedReasoningEfforts"].as_array().unwrap().is_empty(), "{model}");
            for key in ["id", "model", "displayName", "description", "defaultReasoningEffort"] {
                assert!(model[key].is_string(), "{key} of {model}");
            }
        }
    }
}

#[test]
fn providers_are_listed() {
    let model = MockModel::start([]);
    let home = Home::with_model(&model, "");
    let mut server = AppServer::start_experimental(&home);
    let text = server.ok("modelProvider/list", json!({})).to_string();
    for id in ["mock", "openai", "rehearsal"] {
        assert!(text.contains(&format!("\"{id}\"")), "{id} in {text}");
    }
}

#[test]
fn profiles_skills_requirements_and_terminals_are_lists_even_when_empty() {
    let model = MockModel::start([]);
    let home = Home::with_model(&model, "");
    let mut server = AppServer::start_experimental(&home);
    let profiles = server.ok("permissionProfile/list", json!({"cwd": home.work()}));
    assert!(profiles["data"].is_array() && profiles.get("nextCursor").is_some(), "{profiles}");
    let skills = server.ok("skills/list", json!({"cwds": [home.work()]}));
    assert!(skills["data"].is_array(), "{skills}");
    assert!(server.ok("configRequirements/read", Value::Null).is_object());
    let thread = server.start_thread(&home);
    let terminals = server.ok("thread/backgroundTerminals/list", json!({"threadId": thread}));
    assert_eq!((&terminals["data"], &terminals["nextCursor"]), (&json!([]), &Value::Null));
}

#[test]
fn only_a_provider_that_needs_it_asks_for_a_login() {
    for (home, needed) in [(Home::bare(""), true), (Home::with_rehearsal(""), false)] {
        let mut server = AppServer::start_experimental(&home);
        let account = server.ok("account/read", json!({"refreshToken": false}));
        assert_eq!((&account["account"], &account["requiresOpenaiAuth"]), (&Value::Null, &json!(needed)));
    }
}
