//! A conversation that is loaded again goes on where it ended.

use expect_test::expect;

use crate::setting::Setting;
use crate::story::{check, stories};

stories![the_model_sees_what_was_said_before];

fn the_model_sees_what_was_said_before() {
    check(
        Setting::default(),
        r#"[turn 1]
say first

[turn 2]
say second
"#,
        r#"user one
resume
user two"#,
        expect![[r#"
            > user one
            turn started by the user
              says "first"
            turn completed after 1 responses
            > resume
            > user two
            turn started by the user
              says "second"
            turn completed after 1 responses
        "#]],
    );
}
