//! The model's opinion about a command: shown beside the question, and never in its way.

use codex_protocol::policy::AskForApproval;
use expect_test::expect;

use crate::setting::Setting;
use crate::story::{check, stories};

stories![
    the_opinion_stands_beside_the_question,
    without_the_switch_nobody_is_asked,
    what_cannot_be_read_leaves_the_question_alone,
    a_failure_of_the_model_leaves_the_question_alone,
    a_model_that_says_nothing_holds_nobody_up_for_long,
];

fn the_opinion_stands_beside_the_question() {
    check(
        Setting::full(AskForApproval::UnlessTrusted),
        r#"[contains Assess this command]
say {"description": "Makes a file, or touches it.", "risk_level": "low"}

[otherwise]
shell touch a.txt
say done
"#,
        r#"feature experimental_sandbox_command_assessment
user go
approve"#,
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
        r#"[contains Assess this command]
say {"description": "Makes a file.", "risk_level": "low"}

[otherwise]
shell touch a.txt
say done
"#,
        r#"user go
approve"#,
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

fn what_cannot_be_read_leaves_the_question_alone() {
    check(
        Setting::full(AskForApproval::UnlessTrusted),
        r#"[contains Assess this command]
say It is fine, run it!

[otherwise]
shell touch a.txt
say done
"#,
        r#"feature experimental_sandbox_command_assessment
user go
deny"#,
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

fn a_failure_of_the_model_leaves_the_question_alone() {
    check(
        Setting::full(AskForApproval::UnlessTrusted),
        r#"[contains Assess this command]
http 400 no

[otherwise]
shell touch a.txt
say done
"#,
        r#"feature experimental_sandbox_command_assessment
user go
deny"#,
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

fn a_model_that_says_nothing_holds_nobody_up_for_long() {
    check(
        Setting::full(AskForApproval::UnlessTrusted),
        r#"[contains Assess this command]
hang

[otherwise]
shell touch a.txt
say done
"#,
        r#"feature experimental_sandbox_command_assessment
user go
deny"#,
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
