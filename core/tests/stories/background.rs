//! Commands that run on after their call end with the conversation, and their end is told.

use codex_protocol::policy::AskForApproval;
use expect_test::expect;

use crate::setting::Setting;
use crate::story::{check, stories};

stories![ends_with_the_conversation, is_cleaned_without_the_command_of_a_call,];

fn ends_with_the_conversation() {
    check(
        Setting::full(AskForApproval::Never),
        r#"shell {"cmd": "echo begun; sleep 1000", "yield_time_ms": 250}
say done
"#,
        "user go\nend",
        expect![[r#"
            > user go
            turn started by the user
              started   command "echo begun; sleep 1000" InProgress code None output ""
              output "begun\n"
              says "done"
            turn completed after 2 responses
            > end
              completed command "echo begun; sleep 1000" Failed code Some(-1) output "begun\n"
              ShutdownComplete
        "#]],
    );
}

fn is_cleaned_without_the_command_of_a_call() {
    check(
        Setting::full(AskForApproval::Never),
        r#"shell {"cmd": "sleep 1000", "yield_time_ms": 250}
shell echo foreground; until [ -e go.txt ]; do sleep 0.01; done
say done
"#,
        "user go\ndeaf\nclean\nhear-end\nwrite go.txt\nlisten",
        expect![[r#"
            > user go
            turn started by the user
              started   command "sleep 1000" InProgress code None output ""
              started   command "echo foreground; until [ -e go.txt ]; do sleep 0.01; done" InProgress code None output ""
              output "foreground\n"
            > deaf
            > clean
            > hear-end
              completed command "sleep 1000" Failed code Some(-1) output ""
            > write go.txt
            > listen
              completed command "echo foreground; until [ -e go.txt ]; do sleep 0.01; done" Completed code Some(0) output "foreground\n"
              says "done"
            turn completed after 3 responses
        "#]],
    );
}
