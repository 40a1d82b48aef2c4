//! Renewing tokens against a login server on loopback.

use super::super::document::Tokens;
use super::super::testkit::{Answer, Home, Provider, access_token, id_token, tokens};
use super::*;

fn login(access_token: &str, last_refresh: Option<&str>) -> ChatGpt {
    ChatGpt {
        access_token: Secret::new(access_token),
        refresh_token: None,
        claims: token::Claims::default(),
        account_id: None,
        provenance: None,
        last_refresh: last_refresh.map(str::to_owned),
        handed_in: false,
    }
}

#[test]
fn tokens_are_due_shortly_before_they_expire_or_when_they_are_old() {
    let now = Timestamp::from_second(1_000_000).unwrap();
    let due = |token: &str, last: Option<&str>| is_due(&login(token, last), now);
    assert!(due(&access_token(1_000_299), None));
    assert!(!due(&access_token(1_000_301), None));
    // One that does not live for long is not due from the beginning.
    let fetched = Some("1970-01-12T13:45:00Z");
    assert!(!due(&access_token(1_000_100), fetched));
    assert!(due(&access_token(1_000_010), fetched));
    assert!(due(&access_token(999_000), fetched));
    assert!(due(&access_token(1_000_299), Some("1970-01-01T00:00:00Z")));
    assert!(!due("opaque", None));
    assert!(due("opaque", Some("1970-01-01T00:00:00Z")));
    assert!(!due("opaque", Some("1970-01-12T00:00:00Z")));
    assert!(!due("opaque", Some("yesterday")));
}

#[tokio::test]
async fn many_who_need_new_tokens_cause_one_request() {
    let provider = Provider::start(vec![Answer::ok(&tokens("at2", "rt2"))]).await;
    let home = Home::new();
    home.write_tokens("at1", "rt1");
    let manager = home.manager_with(provider.environment());
    let old = Secret::new("at1");
    let all = futures::future::join_all((0..8).map(|_| manager.renew(&old))).await;
    for outcome in all {
        assert_eq!(outcome.unwrap().bearer().unwrap().reveal(), "at2");
    }
    // Who comes late gets what is there, and waits for nobody.
    let late = manager.renew(&old).now_or_never().unwrap();
    assert_eq!(late.unwrap().bearer().unwrap().reveal(), "at2");
    assert_eq!(provider.bodies().len(), 1);
    assert!(provider.bodies()[0].contains("\"refresh_token\":\"rt1\""));
    assert!(home.read().contains("rt2"));
}

#[tokio::test]
async fn a_failure_of_many_is_one_request() {
    let later = || Answer::status(503, "later");
    let provider = Provider::start(vec![later(), later()]).await;
    let home = Home::new();
    home.write_tokens("at1", "rt1");
    let manager = home.manager_with(provider.environment());
    let old = Secret::new("at1");
    let (one, other) = tokio::join!(manager.renew(&old), manager.renew(&old));
    assert!(one.is_err() && other.is_err());
    assert_eq!(provider.bodies().len(), 1);
}

#[tokio::test]
async fn after_a_failure_there_is_a_pause_until_another_login() {
    let later = || Answer::status(503, "later");
    let provider = Provider::start(vec![later(), Answer::ok(&tokens("at2", "rt2"))]).await;
    let home = Home::new();
    home.write_tokens(&access_token(1), "rt1");
    let manager = home.manager_with(provider.environment());
    for _ in 0..2 {
        assert_eq!(manager.fresh().await.credentials.bearer().unwrap().reveal(), access_token(1));
    }
    assert_eq!(provider.bodies().len(), 1);
    let tokens = Tokens {
        id_token: Secret::new(id_token("one")),
        access_token: Secret::new(access_token(2)),
        refresh_token: Secret::new("rt1"),
    };
    manager.log_in_with_tokens(&manager.begin_login().await, tokens).await.unwrap();
    assert_eq!(manager.fresh().await.credentials.bearer().unwrap().reveal(), "at2");
}

#[tokio::test]
async fn an_id_token_that_is_none_does_not_take_the_place_of_one() {
    let answer = r#"{"id_token": "broken", "access_token": "at2", "refresh_token": "rt2"}"#;
    let provider = Provider::start(vec![Answer::ok(answer)]).await;
    let home = Home::new();
    home.write_tokens("at1", "rt1");
    let manager = home.manager_with(provider.environment());
    assert_eq!(manager.renew(&Secret::new("at1")).await.unwrap().account_id(), Some("one"));
    assert!(home.read().contains("rt2") && !home.read().contains("broken"));
}

/// As another process does it: its own manager of the same file.
#[tokio::test]
async fn of_two_processes_one_asks_and_both_go_on() {
    let provider = Provider::start(vec![Answer::ok(&tokens("at2", "rt2"))]).await;
    let home = Home::new();
    home.write_tokens("at1", "rt1");
    let one = home.manager_with(provider.environment());
    let other = home.manager_with(provider.environment());
    let old = Secret::new("at1");
    let (first, second) = tokio::join!(one.renew(&old), other.renew(&old));
    for outcome in [first, second] {
        assert_eq!(outcome.unwrap().bearer().unwrap().reveal(), "at2");
    }
    assert_eq!(provider.bodies().len(), 1);
}

#[tokio::test]
async fn a_refresh_token_that_is_worth_nothing_is_not_tried_again() {
    let refused = Answer::status(401, r#"{"error": {"code": "refresh_token_reused", "message": "rt1"}}"#);
    let provider = Provider::start(vec![refused, Answer::ok(&tokens("at4", "rt4"))]).await;
    let home = Home::new();
    home.write_tokens("at1", "rt1");
    let manager = home.manager_with(provider.environment());
    for _ in 0..2 {
        let error = manager.renew(&Secret::new("at1")).await.unwrap_err().to_string();
        assert_eq!(
            error,
            "the login has ended, because its refresh token was used before, perhaps by another program"
        );
    }
    assert_eq!(provider.bodies().len(), 1);
    // Another login is another matter.
    home.write_tokens("at3", "rt3");
    manager.reload();
    assert_eq!(manager.renew(&Secret::new("at3")).await.unwrap().bearer().unwrap().reveal(), "at4");
}

#[tokio::test]
async fn a_passing_failure_leaves_the_login_as_it_is() {
    let provider =
        Provider::start(vec![Answer::status(503, "later"), Answer::ok(&tokens("at2", "rt2"))]).await;
    let home = Home::new();
    home.write_tokens("at1", "rt1");
    let before = home.read();
    let manager = home.manager_with(provider.environment());
    let error = manager.renew(&Secret::new("at1")).await.unwrap_err();
    assert!(matches!(error, RefreshError::Failed(_)), "{error}");
    assert_eq!(home.read(), before);
    assert!(manager.renew(&Secret::new("at1")).await.is_ok());
}

/// As a turn that is interrupted while the login server is asked.
#[tokio::test]
async fn a_failure_that_nobody_waited_for_is_not_the_answer_to_the_next_one() {
    let provider =
        Provider::start(vec![Answer::status(503, "later"), Answer::ok(&tokens("at2", "rt2"))]).await;
    let home = Home::new();
    home.write_tokens("at1", "rt1");
    let manager = home.manager_with(provider.environment());
    let old = Secret::new("at1");
    let mut given_up = Box::pin(manager.renew(&old));
    assert!(given_up.as_mut().now_or_never().is_none());
    drop(given_up);
    manager.inner.tasks.finished().await;
    assert_eq!(provider.bodies().len(), 1);
    assert_eq!(manager.renew(&old).await.unwrap().bearer().unwrap().reveal(), "at2");
}

#[tokio::test]
async fn a_login_that_is_about_to_expire_is_renewed_ahead() {
    let provider = Provider::start(vec![Answer::ok(&tokens("at2", "rt2"))]).await;
    let home = Home::new();
    home.write_tokens(&access_token(1), "rt1");
    let manager = home.manager_with(provider.environment());
    assert_eq!(manager.fresh().await.credentials.bearer().unwrap().reveal(), "at2");
    assert_eq!(manager.fresh().await.credentials.bearer().unwrap().reveal(), "at2");
    assert_eq!(provider.bodies().len(), 1);
}

#[cfg(unix)]
#[tokio::test]
async fn tokens_that_cannot_be_stored_are_not_lost() {
    let provider =
        Provider::start(vec![Answer::ok(&tokens("at2", "rt2")), Answer::ok(&tokens("at3", "rt3"))]).await;
    let home = Home::new();
    home.write_tokens("at1", "rt1");
    let manager = home.manager_with(provider.environment());
    // A folder in the way of the new file cannot be replaced by it.
    let obstacle = home.path().join("auth.json.new");
    std::fs::create_dir_all(obstacle.join("x")).unwrap();
    assert_eq!(manager.renew(&Secret::new("at1")).await.unwrap().bearer().unwrap().reveal(), "at2");
    assert!(home.read().contains("rt1"));
    manager.reload();
    assert_eq!(manager.current().credentials.bearer().unwrap().reveal(), "at2");
    std::fs::remove_dir_all(&obstacle).unwrap();
    assert_eq!(manager.renew(&Secret::new("at2")).await.unwrap().bearer().unwrap().reveal(), "at3");
    assert!(provider.bodies()[1].contains("\"refresh_token\":\"rt2\""));
    assert!(home.read().contains("rt3"));
}

#[tokio::test]
async fn who_logged_out_meanwhile_stays_out() {
    let provider = Provider::start(vec![Answer::ok(&tokens("at2", "rt2"))]).await;
    let home = Home::new();
    home.write_tokens("at1", "rt1");
    let manager = home.manager_with(provider.environment());
    std::fs::remove_file(home.path().join("auth.json")).unwrap();
    let error = manager.renew(&Secret::new("at1")).await.unwrap_err();
    assert!(matches!(error, RefreshError::NotLoggedIn), "{error}");
    assert_eq!(provider.bodies().len(), 0);
}

/// What a program without the lock does to the file while the login server is asked.
#[tokio::test]
async fn new_tokens_are_stored_in_the_login_that_they_are_of_and_in_no_other() {
    let home = Home::new();
    home.write_tokens("at1", "rt1");
    let renewed = Renewed {
        access_token: Some(Secret::new("at2")),
        refresh_token: Some(Secret::new("rt2")),
        ..Renewed::default()
    };
    let used = Secret::new("rt1");
    let bearer = |credentials: Credentials| credentials.bearer().map(|token| token.reveal().to_owned());

    // Another login.
    let manager = home.manager();
    let (_, place) = manager.look().unwrap();
    home.write_tokens("other-at", "other-rt");
    let other = home.read();
    assert_eq!(bearer(manager.keep(place, &used, &renewed).unwrap()).unwrap(), "other-at");
    assert_eq!(home.read(), other);

    // None.
    home.write_tokens("at1", "rt1");
    let manager = home.manager();
    let (_, place) = manager.look().unwrap();
    std::fs::remove_file(home.path().join("auth.json")).unwrap();
    assert_eq!(manager.keep(place, &used, &renewed).unwrap(), Credentials::None);
    assert!(!home.path().join("auth.json").exists());

    // Half of one.
    home.write_tokens("at1", "rt1");
    let manager = home.manager();
    let (_, place) = manager.look().unwrap();
    home.write("{\"tokens\": {");
    assert_eq!(bearer(manager.keep(place, &used, &renewed).unwrap()).unwrap(), "at2");
    assert_eq!(home.read(), "{\"tokens\": {");
    // As soon as it is whole, it counts if it is another one.
    home.write_tokens("other-at", "other-rt");
    manager.reload();
    assert_eq!(bearer(manager.current().credentials).unwrap(), "other-at");
    home.write("{");
    manager.reload();
    assert_eq!(bearer(manager.fresh().await.credentials).unwrap(), "at2");
    assert!(home.read().contains("rt2"));
}

#[test]
fn only_who_knows_refresh_tokens_can_say_that_one_is_worth_nothing() {
    let judged = |status: u16, code: Option<&str>| {
        let code = code.map(str::to_owned);
        let error = judged(IssuerError::Refused { status, code, message: None });
        (error.is_end(), matches!(error, RefreshError::Ended(_)))
    };
    for code in ["invalid_grant", "refresh_token_expired", "refresh_token_reused"] {
        assert_eq!(judged(400, Some(code)), (true, true), "{code}");
    }
    assert_eq!(judged(401, None), (true, true));
    // As a proxy that answers with a page.
    for (status, code) in [(400, None), (400, Some("invalid_request")), (403, None), (503, None)] {
        assert_eq!(judged(status, code), (false, false), "{status} {code:?}");
    }
}
