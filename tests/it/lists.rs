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
fn switches_are_what_they_are_set_to_for_the_user_or_a_thread() {
    let model = MockModel::start([]);
    let home = Home::with_model(&model, "- table [features] goals = false");
    let mut server = AppServer::start_experimental(&home);
    let thread = server.start_thread_with(&home, json!({"config": {"features": {"undo": true}}}));
    let listed = |server: &mut AppServer, params: Value| -> Vec<(String, bool, bool)> {
        let page = server.ok("experimentalFeature/list", params);
        let on = |feature: &Value, key: &str| feature[key].as_bool().unwrap();
        let features = page["data"].as_array().unwrap().iter();
        let name = |feature: &Value| feature["name"].as_str().unwrap().to_owned();
        features
            .map(|feature| (name(feature), on(feature, "enabled"), on(feature, "defaultEnabled")))
            .collect()
    };
    let of_user = listed(&mut server, json!({}));
    assert!(of_user.contains(&("goals".to_owned(), false, true)), "{of_user:?}");
    assert!(of_user.contains(&("undo".to_owned(), false, false)), "{of_user:?}");
    let of_thread = listed(&mut server, json!({"threadId": thread}));
    assert!(of_thread.contains(&("goals".to_owned(), false, true)), "{of_thread:?}");
    assert!(of_thread.contains(&("undo".to_owned(), true, false)), "{of_thread:?}");
    assert_eq!(listed(&mut server, json!({"cursor": "1", "limit": 1})), of_user[1..2]);
    let refused = server.refused("experimentalFeature/list", json!({"cursor": "99"}));
    assert_eq!(refused.message, format!("cursor 99 exceeds total feature flags {}", of_user.len()));
}

#[test]
fn only_a_provider_that_needs_it_asks_for_a_login() {
    for (home, needed) in [(Home::bare(""), true), (Home::with_rehearsal(""), false)] {
        let mut server = AppServer::start_experimental(&home);
        let account = server.ok("account/read", json!({"refreshToken": false}));
        assert_eq!((&account["account"], &account["requiresOpenaiAuth"]), (&Value::Null, &json!(needed)));
    }
}
