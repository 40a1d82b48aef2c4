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
            turn started
              started   user 1
              completed user 1
              plan look Completed, edit InProgress, test Pending
              started   agent ""
              text "done"
              completed agent "done"
            turn completed after 2 responses
        "#]],
    );
}
