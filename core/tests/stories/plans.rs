//! The plan tool.

use expect_test::expect;

use crate::setting::Setting;
use crate::story::{check, stories};

stories![a_plan_is_shown];

fn a_plan_is_shown() {
    check(
        Setting::default(),
        r#"plan [x] look; [>] edit; [ ] test
say done
"#,
        r#"user go"#,
        expect![[r#"
            > user go
            turn started by the user
              plan look Completed, edit InProgress, test Pending
              says "done"
            turn completed after 2 responses
        "#]],
    );
}
