//! The model's opinion about a command: shown beside the question, and never in its way.

use codex_protocol::policy::AskForApproval;
use expect_test::expect;

use crate::setting::Setting;
use crate::story::{check, check_alike, stories};

stories![
    the_opinion_stands_beside_the_question,
    without_the_switch_nobody_is_asked,
    an_opinion_that_does_not_come_leaves_the_question_alone,
];

/// An untrusted command, and what the model does when it is asked about it.
fn script(opinion: &str) -> String {
    format!("[contains Assess this command]\n{opinion}\n\n[otherwise]\nshell touch a.txt\nsay done\n")
}

fn the_opinion_stands_beside_the_question() {
    check(
        Setting::full(AskForApproval::UnlessTrusted),
        &script(r#"say {"description": "Makes a file, or touches it.", "risk_level": "low"}"#),
        "feature experimental_sandbox_command_assessment\nuser go\napprove",
        expect![[r#"
            > feature experimental_sandbox_command_assessment
            > user go
            turn started by the user
              started   command "touch a.txt" InProgress code None output ""
              ask touch a.txt (no reason) or always [touch a.txt] Low risk: Makes a file, or touches it.
            > approve
              completed command "touch a.txt" Completed code Some(0) output ""
              says "done"
            turn completed after 2 responses
        "#]],
    );
}

fn without_the_switch_nobody_is_asked() {
    check(
        Setting::full(AskForApproval::UnlessTrusted),
        &script(r#"say {"description": "Makes a file.", "risk_level": "low"}"#),
        "user go\napprove",
        expect![[r#"
            > user go
            turn started by the user
              started   command "touch a.txt" InProgress code None output ""
              ask touch a.txt (no reason) or always [touch a.txt]
            > approve
              completed command "touch a.txt" Completed code Some(0) output ""
              says "done"
            turn completed after 2 responses
        "#]],
    );
}

/// It cannot be read, the model fails, or nothing is said for long.
fn an_opinion_that_does_not_come_leaves_the_question_alone() {
    let scripts = ["say It is fine, run it!", "http 400 no", "hang"].map(script);
    check_alike(
        &Setting::full(AskForApproval::UnlessTrusted),
        &scripts,
        "feature experimental_sandbox_command_assessment\nuser go\ndeny",
        expect![[r#"
            > feature experimental_sandbox_command_assessment
            > user go
            turn started by the user
              started   command "touch a.txt" InProgress code None output ""
              ask touch a.txt (no reason) or always [touch a.txt]
            > deny
              completed command "touch a.txt" Declined code None output ""
              says "done"
            turn completed after 2 responses
        "#]],
    );
}
