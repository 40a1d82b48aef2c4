//! Conversations go on from an earlier point, and neither they nor what they come from lose anything.

use expect_test::expect;

use crate::setting::Setting;
use crate::story::{check, stories};

const SCRIPT: &str = "[compact]\nsay the note";

stories![
    a_fork_has_the_turns_up_to_its_own,
    a_revert_takes_turns_back,
    of_what_was_summed_up,
    a_fork_of_a_fork_of_what_was_taken_back,
];

fn a_fork_has_the_turns_up_to_its_own() {
    check(
        Setting::default(),
        SCRIPT,
        "silent
user say a
user say b
user say c
fork 2
sound
shown
user say d
sound
shown",
        expect![[r#"
            > silent
            > user say a
            > user say b
            > user say c
            > fork 2
            > sound
            > shown
              [environment]
              user: say a
              assistant: a
              user: say b
              assistant: b
            > user say d
            > sound
            > shown
              [environment]
              user: say a
              assistant: a
              user: say b
              assistant: b
              user: say d
              assistant: d
        "#]],
    );
}

fn a_revert_takes_turns_back() {
    check(
        Setting::default(),
        SCRIPT,
        "silent
user say a
user say b
user say c
revert 2
sound
shown
user say d
resume
sound
shown
revert 1
sound
shown",
        expect![[r#"
            > silent
            > user say a
            > user say b
            > user say c
            > revert 2
            > sound
            > shown
              [environment]
              user: say a
              assistant: a
            > user say d
            > resume
            > sound
            > shown
              [environment]
              user: say a
              assistant: a
              user: say d
              assistant: d
            > revert 1
            > sound
            > shown
        "#]],
    );
}

fn of_what_was_summed_up() {
    check(
        Setting::default(),
        SCRIPT,
        "silent
user say a
compact
user say b
fork 1
sound
shown
revert 1
sound
user say c
shown",
        expect![[r#"
            > silent
            > user say a
            > compact
            > user say b
            > fork 1
            > sound
            > shown
              [environment]
              user: say a
              assistant: a
            > revert 1
            > sound
            > user say c
            > shown
              [environment]
              user: say c
              assistant: c
        "#]],
    );
}

fn a_fork_of_a_fork_of_what_was_taken_back() {
    check(
        Setting::default(),
        SCRIPT,
        "silent
user say a
user say b
revert 2
user say c
fork 2
user say d
compact
user say e
fork 3
sound
shown
revert 3
sound
shown",
        expect![[r#"
            > silent
            > user say a
            > user say b
            > revert 2
            > user say c
            > fork 2
            > user say d
            > compact
            > user say e
            > fork 3
            > sound
            > shown
              [environment]
              user: say a
              assistant: a
              user: say c
              assistant: c
              user: say d
              assistant: d
            > revert 3
            > sound
            > shown
              [environment]
              user: say a
              assistant: a
              user: say c
              assistant: c
        "#]],
    );
}
