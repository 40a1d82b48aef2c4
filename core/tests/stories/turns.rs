//! Turns from their start to their end, whole and broken.

use codex_protocol::policy::AskForApproval;
use expect_test::expect;

use crate::setting::Setting;
use crate::story::{check, check_unordered, stories};

stories![
    text_and_reasoning,
    a_command_and_its_output,
    two_commands_side_by_side,
    a_tool_that_does_not_exist,
    arguments_that_cannot_be_read,
    a_command_that_runs_on_and_is_written_to,
    a_stream_that_breaks_is_asked_for_again,
    a_failure_ends_the_turn_and_the_next_one_works,
    a_usage_limit,
    a_program_is_told,
];

fn text_and_reasoning() {
    check(
        Setting::default(),
        r#"think Weighing. | Decided.
say Hello there
"#,
        r#"user hi"#,
        expect![[r#"
            > user hi
            turn started by the user
              started   reasoning []
              thought "Weighing.Decided."
              completed reasoning ["Weighing.", "Decided."]
              says "Hello there"
            turn completed after 1 responses
        "#]],
    );
}

fn a_command_and_its_output() {
    check(
        Setting::full(AskForApproval::Never),
        r#"shell echo one; exit 3
say It said {output1}
"#,
        r#"user go"#,
        expect![[r#"
            > user go
            turn started by the user
              started   command "echo one; exit 3" InProgress code None output ""
              output "one\n"
              completed command "echo one; exit 3" Failed code Some(3) output "one\n"
              says "It said one"
            turn completed after 2 responses
        "#]],
    );
}

fn two_commands_side_by_side() {
    check_unordered(
        Setting::full(AskForApproval::Never),
        r#"shell echo a > a.txt; while [ ! -e b.txt ]; do :; done
+ shell while [ ! -e a.txt ]; do :; done; echo b > b.txt
say done
"#,
        r#"user go
file a.txt
file b.txt"#,
        expect![[r#"
            > file a.txt
            > file b.txt
            > user go
            a.txt: a
            b.txt: b
            completed agent "done"
            completed command "echo a > a.txt; while [ ! -e b.txt ]; do :; done" Completed code Some(0) output ""
            completed command "while [ ! -e a.txt ]; do :; done; echo b > b.txt" Completed code Some(0) output ""
            completed user 1
            started   agent ""
            started   command "echo a > a.txt; while [ ! -e b.txt ]; do :; done" InProgress code None output ""
            started   command "while [ ! -e a.txt ]; do :; done; echo b > b.txt" InProgress code None output ""
            started   user 1
            text "done"
            turn completed after 2 responses
            turn started
        "#]],
    );
}

fn a_tool_that_does_not_exist() {
    check(
        Setting::default(),
        r#"call hologram {"x": 1}
say {output1}
"#,
        r#"user go"#,
        expect![[r#"
            > user go
            turn started by the user
              says "unsupported call: hologram"
            turn completed after 2 responses
        "#]],
    );
}

fn arguments_that_cannot_be_read() {
    check(
        Setting::default(),
        r#"call-raw exec_command {broken
say {output1}
"#,
        r#"user go"#,
        expect![[r#"
            > user go
            turn started by the user
              says "the arguments of exec_command could not be read: key must be a string at line 1 column 2"
            turn completed after 2 responses
        "#]],
    );
}

fn a_command_that_runs_on_and_is_written_to() {
    check(
        Setting::full(AskForApproval::Never),
        r#"shell {"cmd": "read line; echo got $line", "tty": true, "yield_time_ms": 250}
stdin x\n
say done
"#,
        r#"user go"#,
        expect![[r#"
            > user go
            turn started by the user
              started   command "read line; echo got $line" InProgress code None output ""
              typed "x\n"
              output "x\r\ngot x\r\n"
              completed command "read line; echo got $line" Completed code Some(0) output "x\r\ngot x\r\n"
              says "done"
            turn completed after 3 responses
        "#]],
    );
}

fn a_stream_that_breaks_is_asked_for_again() {
    check(
        Setting::default(),
        r#"attempt 1 say Half an ans
attempt 1 disconnect
say The whole answer.
"#,
        r#"user go"#,
        expect![[r#"
            > user go
            turn started by the user
              says "Half an ans"
              retry Reconnecting... 1/5
              says "The whole answer."
            turn completed after 1 responses
        "#]],
    );
}

fn a_failure_ends_the_turn_and_the_next_one_works() {
    check(
        Setting::default(),
        r#"[turn 1]
overflow

[turn 2]
say still here
"#,
        r#"user go
user and now?"#,
        expect![[r#"
            > user go
            turn started by the user
              error The conversation no longer fits into the model's context window. Start a new one.
            turn failed: The conversation no longer fits into the model's context window. Start a new one.
            > user and now?
            turn started by the user
              says "still here"
            turn completed after 2 responses
        "#]],
    );
}

fn a_usage_limit() {
    check(
        Setting::default(),
        r#"usage-limit plus reset=1
"#,
        r#"user go"#,
        expect![[r#"
            > user go
            turn started by the user
              error The usage limit of your plan (plus) is reached; it resets on Jan 1, 1970 at 12:00 AM. More can be bought at https://chatgpt.com/settings/usage.
            turn failed: The usage limit of your plan (plus) is reached; it resets on Jan 1, 1970 at 12:00 AM. More can be bought at https://chatgpt.com/settings/usage.
        "#]],
    );
}

fn a_program_is_told() {
    check(
        Setting::default(),
        "[turn 1]\nfail insufficient_quota none\n[turn 2]\nshell echo x\nsay done",
        "notify told
silent
user first
user second
wait told
file told",
        expect![[r#"
            > notify told
            > silent
            > user first
            > user second
            > wait told
            > file told
            told: input-messages":["first","second"],"last-assistant-message":"done"}
        "#]],
    );
}
