//! Who is asked, and what comes of each answer.

use codex_protocol::policy::AskForApproval;
use expect_test::expect;

use crate::setting::Setting;
use crate::story::{check, check_unordered, stories};

stories![
    approved,
    declined_is_told_to_the_model,
    input_after_an_abort_gets_its_own_turn,
    aborted_ends_the_turn,
    approved_for_the_session_is_not_asked_again,
    commands_that_only_read_are_not_asked,
    two_questions_at_once,
    answers_may_come_in_any_order,
];

fn approved() {
    check(
        Setting::full(AskForApproval::UnlessTrusted),
        r#"shell touch made.txt
say done
"#,
        r#"user go
approve
file made.txt"#,
        expect![[r#"
            > user go
            turn started by the user
              started   command "touch made.txt" InProgress code None output ""
              ask touch made.txt (no reason) or always [touch made.txt]
            > approve
              completed command "touch made.txt" Completed code Some(0) output ""
              says "done"
            turn completed after 2 responses
            > file made.txt
            made.txt: 
        "#]],
    );
}

fn declined_is_told_to_the_model() {
    check(
        Setting::full(AskForApproval::UnlessTrusted),
        r#"shell touch made.txt
say {output1}
"#,
        r#"user go
deny
file made.txt"#,
        expect![[r#"
            > user go
            turn started by the user
              started   command "touch made.txt" InProgress code None output ""
              ask touch made.txt (no reason) or always [touch made.txt]
            > deny
              completed command "touch made.txt" Declined code None output ""
              says "exec command rejected by user"
            turn completed after 2 responses
            > file made.txt
            made.txt: not there
        "#]],
    );
}

fn aborted_ends_the_turn() {
    check(
        Setting::full(AskForApproval::UnlessTrusted),
        r#"shell touch made.txt
say not reached
"#,
        r#"user go
abort
file made.txt"#,
        expect![[r#"
            > user go
            turn started by the user
              started   command "touch made.txt" InProgress code None output ""
              ask touch made.txt (no reason) or always [touch made.txt]
            > abort
              completed command "touch made.txt" Declined code None output ""
            turn aborted: Interrupted
            > file made.txt
            made.txt: not there
        "#]],
    );
}

fn input_after_an_abort_gets_its_own_turn() {
    check(
        Setting::full(AskForApproval::UnlessTrusted),
        r#"[turn 1]
shell touch made.txt
say not reached

[turn 2]
say second
"#,
        r#"user go
deaf
abort
user again
listen"#,
        expect![[r#"
            > user go
            turn started by the user
              started   command "touch made.txt" InProgress code None output ""
              ask touch made.txt (no reason) or always [touch made.txt]
            > deaf
            > abort
            > user again
            > listen
              completed command "touch made.txt" Declined code None output ""
            turn aborted: Interrupted
            turn started by the user
              says "second"
            turn completed after 2 responses
        "#]],
    );
}

fn approved_for_the_session_is_not_asked_again() {
    check(
        Setting::full(AskForApproval::UnlessTrusted),
        r#"shell touch made.txt
shell touch made.txt
say done
"#,
        r#"user go
approve-session"#,
        expect![[r#"
            > user go
            turn started by the user
              started   command "touch made.txt" InProgress code None output ""
              ask touch made.txt (no reason) or always [touch made.txt]
            > approve-session
              completed command "touch made.txt" Completed code Some(0) output ""
              ran "touch made.txt" Completed code Some(0) output ""
              says "done"
            turn completed after 3 responses
        "#]],
    );
}

fn commands_that_only_read_are_not_asked() {
    check(
        Setting::full(AskForApproval::UnlessTrusted),
        r#"shell ls
say done
"#,
        r#"user go"#,
        expect![[r#"
            > user go
            turn started by the user
              ran "ls" Completed code Some(0) output ""
              says "done"
            turn completed after 2 responses
        "#]],
    );
}

fn two_questions_at_once() {
    check_unordered(
        Setting::full(AskForApproval::UnlessTrusted),
        r#"shell touch a.txt
+ shell touch b.txt
say done
"#,
        r#"user go
approve
approve
file a.txt
file b.txt"#,
        expect![[r#"
            > approve
            > approve
            > file a.txt
            > file b.txt
            > user go
            a.txt:
            ask touch a.txt (no reason) or always [touch a.txt]
            ask touch b.txt (no reason) or always [touch b.txt]
            b.txt:
            completed agent "done"
            completed command "touch a.txt" Completed code Some(0) output ""
            completed command "touch b.txt" Completed code Some(0) output ""
            completed user 1
            started   agent ""
            started   command "touch a.txt" InProgress code None output ""
            started   command "touch b.txt" InProgress code None output ""
            started   user 1
            text "done"
            turn completed after 2 responses
            turn started
        "#]],
    );
}

fn answers_may_come_in_any_order() {
    check_unordered(
        Setting::full(AskForApproval::UnlessTrusted),
        r#"shell touch a.txt
+ shell touch b.txt
+ shell touch c.txt
say done
"#,
        r#"user go
hold
hold
deny c.txt
approve b.txt
approve a.txt
results"#,
        expect![[r#"
            > approve a.txt
            > approve b.txt
            > deny c.txt
            > hold
            > hold
            > results
            > user go
            ask touch a.txt (no reason) or always [touch a.txt]
            ask touch b.txt (no reason) or always [touch b.txt]
            ask touch c.txt (no reason) or always [touch c.txt]
            completed agent "done"
            completed command "touch a.txt" Completed code Some(0) output ""
            completed command "touch b.txt" Completed code Some(0) output ""
            completed command "touch c.txt" Declined code None output ""
            completed user 1
            result Process exited with code 0|Original token count: 0|Output:
            result Process exited with code 0|Original token count: 0|Output:
            result exec command rejected by user
            started   agent ""
            started   command "touch a.txt" InProgress code None output ""
            started   command "touch b.txt" InProgress code None output ""
            started   command "touch c.txt" InProgress code None output ""
            started   user 1
            text "done"
            turn completed after 2 responses
            turn started
        "#]],
    );
}
