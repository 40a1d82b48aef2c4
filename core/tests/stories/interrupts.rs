//! A turn that is cut off ends once, and leaves nothing behind.

use codex_protocol::policy::AskForApproval;
use expect_test::expect;

use crate::setting::Setting;
use crate::story::{check, stories};

stories![
    while_a_command_runs,
    while_the_model_speaks,
    while_a_human_is_asked,
    of_a_turn_that_waits_for_another,
    of_a_turn_by_the_end_of_the_conversation,
];

fn while_a_command_runs() {
    check(
        Setting::full(AskForApproval::Never),
        r#"[turn 1]
shell echo started; sleep 1000
say never

[turn 2]
say still here
"#,
        r#"user go
interrupt
user are you there?"#,
        expect![[r#"
            > user go
            turn started by the user
              started   command "echo started; sleep 1000" InProgress code None output ""
              output "started\n"
            > interrupt
              completed command "echo started; sleep 1000" Failed code Some(-1) output "started\n"
            turn aborted: Interrupted
            > user are you there?
            turn started by the user
              says "still here"
            turn completed after 2 responses
        "#]],
    );
}

fn while_the_model_speaks() {
    check(
        Setting::default(),
        r#"[turn 1]
say some words
hang

[turn 2]
say still here
"#,
        r#"user go
interrupt
user again"#,
        expect![[r#"
            > user go
            turn started by the user
              started   agent ""
              text "some "
            > interrupt
              text "words"
              completed agent "some words"
            turn aborted: Interrupted
            > user again
            turn started by the user
              says "still here"
            turn completed after 1 responses
        "#]],
    );
}

fn while_a_human_is_asked() {
    check(
        Setting::full(AskForApproval::UnlessTrusted),
        r#"shell touch made.txt
say never
"#,
        r#"user go
interrupt
file made.txt"#,
        expect![[r#"
            > user go
            turn started by the user
              started   command "touch made.txt" InProgress code None output ""
              ask touch made.txt (no reason) or always [touch made.txt]
            > interrupt
              completed command "touch made.txt" Declined code None output ""
            turn aborted: Interrupted
            > file made.txt
            made.txt: not there
        "#]],
    );
}

/// The client does not read, so the first turn has not ended when the second one is accepted.
fn of_a_turn_that_waits_for_another() {
    check(
        Setting::full(AskForApproval::Never),
        r#"[turn 1]
shell trap '' TERM; touch begun.txt; while :; do sleep 0.01; done

[otherwise]
say still here
"#,
        r#"deaf
user go
wait begun.txt
interrupt
user waits
interrupt
user more
listen"#,
        expect![[r#"
            > deaf
            > user go
            > wait begun.txt
            > interrupt
            > user waits
            > interrupt
            > user more
            > listen
            turn started by the user
              ran "trap '' TERM; touch begun.txt; while :; do sleep 0.01; done" Failed code Some(-1) output ""
            turn aborted: Interrupted
            turn started by the user
            turn aborted: Interrupted
            turn started by the user
              says "still here"
            turn completed after 2 responses
        "#]],
    );
}

fn of_a_turn_by_the_end_of_the_conversation() {
    check(
        Setting::full(AskForApproval::Never),
        r#"shell trap '' TERM; touch begun.txt; while :; do sleep 0.01; done
"#,
        r#"deaf
user go
wait begun.txt
interrupt
user waits
close
listen"#,
        expect![[r#"
            > deaf
            > user go
            > wait begun.txt
            > interrupt
            > user waits
            > close
            > listen
            turn started by the user
              ran "trap '' TERM; touch begun.txt; while :; do sleep 0.01; done" Failed code Some(-1) output ""
            turn aborted: Interrupted
            turn started by the user
            turn aborted: Interrupted
        "#]],
    );
}
