//! Input that comes while a turn runs joins it, and is never lost.

use codex_protocol::policy::AskForApproval;
use expect_test::expect;

use crate::setting::Setting;
use crate::story::{check, stories};

stories![joins_before_the_next_request, late_input_is_answered_in_the_same_turn,];

fn joins_before_the_next_request() {
    check(
        Setting::full(AskForApproval::Never),
        r#"[contains left]
say going left

[otherwise]
say so far
shell echo x
say never
"#,
        r#"user go
steer left"#,
        expect![[r#"
            > user go
            turn started by the user
              started   agent ""
              text "so "
            > steer left
              text "far"
              completed agent "so far"
              started   command "echo x" InProgress code None output ""
              output "x\n"
              completed command "echo x" Completed code Some(0) output "x\n"
              started   user 1
              completed user 1
              says "going left"
            turn completed after 2 responses
        "#]],
    );
}

fn late_input_is_answered_in_the_same_turn() {
    check(
        Setting::default(),
        r#"[contains left]
say going left

[otherwise]
say one two
wait 300
say three
"#,
        r#"user go
steer left"#,
        expect![[r#"
            > user go
            turn started by the user
              started   agent ""
              text "one "
            > steer left
              text "two"
              completed agent "one two"
              says "three"
              started   user 1
              completed user 1
              says "going left"
            turn completed after 2 responses
        "#]],
    );
}
