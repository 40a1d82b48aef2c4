//! A conversation is summed up: when it is asked for, before a turn, in its middle, and when the model can read no more.

use expect_test::expect;

use crate::setting::Setting;
use crate::story::{check, stories};

stories![
    asked_for,
    again_and_after_a_restart,
    before_a_turn,
    in_the_middle_of_a_turn,
    when_the_model_can_read_no_more,
    still_too_long,
    nothing_to_sum_up,
    too_long_to_be_summed_up_whole,
    cut_off,
    in_the_place_of_a_turn,
    no_summary,
    an_empty_summary,
    a_limit_that_is_too_low,
];

fn asked_for() {
    check(
        Setting::default(),
        "[compact]\nsay the note\n[turn 1]\nsay first\n[turn 2]\nsay second",
        "user one
compact
shown
user two
shown",
        expect![[r#"
            > user one
            turn started by the user
              says "first"
            turn completed after 1 responses
            > compact
            turn started
              started   compaction
              completed compaction
            turn completed after 2 responses
            > shown
              [environment]
              user: one
              [summary: the note]
            > user two
            turn started by the user
              says "second"
            turn completed after 1 responses
            > shown
              [environment]
              user: one
              [summary: the note]
              user: two
              assistant: second
        "#]],
    );
}

fn again_and_after_a_restart() {
    check(
        Setting::default(),
        "[compact]\nsay the note\n[turn 1]\nsay first\n[turn 2]\nsay second\n[turn 3]\nsay third",
        "user one
compact
resume
user two
compact
resume
shown
user three",
        expect![[r#"
            > user one
            turn started by the user
              says "first"
            turn completed after 1 responses
            > compact
            turn started
              started   compaction
              completed compaction
            turn completed after 2 responses
            > resume
            > user two
            turn started by the user
              says "second"
            turn completed after 1 responses
            > compact
            turn started
              started   compaction
              completed compaction
            turn completed after 2 responses
            > resume
            > shown
              [environment]
              user: one
              user: two
              [summary: the note]
            > user three
            turn started by the user
              says "third"
            turn completed after 1 responses
        "#]],
    );
}

fn before_a_turn() {
    check(
        Setting::default(),
        "[compact]\nsay the note\n[turn 1]\nusage input=2000\nsay first\n[turn 2]\nsay second",
        "compact-at 1800
user one
user two
shown",
        expect![[r#"
            > compact-at 1800
            > user one
            turn started by the user
              says "first"
            turn completed after 1 responses
            > user two
            turn started
              started   compaction
              completed compaction
              started   user 1
              completed user 1
              says "second"
            turn completed after 3 responses
            > shown
              [environment]
              user: one
              [summary: the note]
              user: two
              assistant: second
        "#]],
    );
}

fn in_the_middle_of_a_turn() {
    check(
        Setting::full(codex_protocol::policy::AskForApproval::Never),
        "usage input=2000\nshell echo 1\nshell echo 2\nusage input=100\nsay done",
        "compact-at 1800
user one
shown",
        expect![[r#"
            > compact-at 1800
            > user one
            turn started by the user
              started   command "echo 1" InProgress code None output ""
              output "1\n"
              completed command "echo 1" Completed code Some(0) output "1\n"
              started   compaction
              completed compaction
              started   command "echo 2" InProgress code None output ""
              output "2\n"
              completed command "echo 2" Completed code Some(0) output "2\n"
              says "done"
            turn completed after 5 responses
            > shown
              [environment]
              user: one
              [summary: This is the note of the rehearsal model, which sums nothing up. Messages of the user so far: 1. The last of them was “one”.|(outputs since then and items so far: 1, 2)]
              call
              output
              assistant: done
        "#]],
    );
}

fn when_the_model_can_read_no_more() {
    check(
        Setting::default(),
        "[compact]\nsay the note\n[turn 1]\nsay first\n[turn 2]\nattempt 1 overflow\nsay second",
        "user one
user two
shown",
        expect![[r#"
            > user one
            turn started by the user
              says "first"
            turn completed after 1 responses
            > user two
            turn started by the user
              started   compaction
              completed compaction
              says "second"
            turn completed after 3 responses
            > shown
              [environment]
              user: one
              user: two
              [summary: the note]
              assistant: second
        "#]],
    );
}

fn still_too_long() {
    check(
        Setting::default(),
        "[compact]\nsay the note\n[turn 1]\nsay first\n[turn 2]\noverflow\n[turn 3]\nsay third",
        "user one
user two
user three",
        expect![[r#"
            > user one
            turn started by the user
              says "first"
            turn completed after 1 responses
            > user two
            turn started by the user
              started   compaction
              completed compaction
              error The conversation does not fit into the model's context window even after it was summed up: its last message, or what the model is told before it, is too long. Send a shorter message, or start a new thread.
            turn failed: The conversation does not fit into the model's context window even after it was summed up: its last message, or what the model is told before it, is too long. Send a shorter message, or start a new thread.
            > user three
            turn started by the user
              says "third"
            turn completed after 4 responses
        "#]],
    );
}

fn nothing_to_sum_up() {
    check(
        Setting::default(),
        "overflow",
        "user one",
        expect![[r#"
        > user one
        turn started by the user
          error The conversation no longer fits into the model's context window. Start a new one.
        turn failed: The conversation no longer fits into the model's context window. Start a new one.
    "#]],
    );
}

fn too_long_to_be_summed_up_whole() {
    check(
        Setting::default(),
        "[compact]\nattempt 1-2 overflow\nsay the note\n[otherwise]\nwords 8",
        "quiet
user one
user two
compact
shown",
        expect![[r#"
            > quiet
            > user one
            turn started by the user
              agent "word0 word1 word2 word3 word4 word5 word6 word7 "
            turn completed after 1 responses
            > user two
            turn started by the user
              agent "word0 word1 word2 word3 word4 word5 word6 word7 "
            turn completed after 1 responses
            > compact
            turn started
              started   compaction
              warning The conversation was longer than the model can read. Its summary is made without 1 of 5 entries, the oldest ones first.
              completed compaction
            turn completed after 2 responses
            > shown
              [environment]
              user: one
              user: two
              [summary: the note]
        "#]],
    );
}

fn cut_off() {
    check(
        Setting::default(),
        "[compact]\nhang\n[turn 1]\nsay first\n[turn 2]\nsay second",
        "user one
compact
interrupt
user two
shown",
        expect![[r#"
            > user one
            turn started by the user
              says "first"
            turn completed after 1 responses
            > compact
            turn started
              started   compaction
            > interrupt
            turn aborted: Interrupted
            > user two
            turn started by the user
              says "second"
            turn completed after 1 responses
            > shown
              [environment]
              user: one
              assistant: first
              user: two
              assistant: second
        "#]],
    );
}

fn in_the_place_of_a_turn() {
    check(
        Setting::default(),
        "[compact]\nsay the note\n[otherwise]\nsay half\nhang",
        "user one
compact-now
shown",
        expect![[r#"
            > user one
            turn started by the user
              started   agent ""
              text "half"
            > compact-now
              completed agent "half"
            turn aborted: Replaced
            turn started
              started   compaction
              completed compaction
            turn completed after 2 responses
            > shown
              [environment]
              user: one
              [summary: the note]
        "#]],
    );
}

fn no_summary() {
    check(
        Setting::default(),
        "[compact]\nfail invalid_prompt Not this\n[turn 1]\nsay first\n[turn 2]\nsay second",
        "user one
compact
user two
shown",
        expect![[r#"
            > user one
            turn started by the user
              says "first"
            turn completed after 1 responses
            > compact
            turn started
              started   compaction
              error The conversation could not be summed up and is unchanged. The model server reported a failure: Not this
            turn failed: The conversation could not be summed up and is unchanged. The model server reported a failure: Not this
            > user two
            turn started by the user
              says "second"
            turn completed after 1 responses
            > shown
              [environment]
              user: one
              assistant: first
              user: two
              assistant: second
        "#]],
    );
}

fn an_empty_summary() {
    check(
        Setting::default(),
        "[compact]\nthink Hm\n[otherwise]\nsay first",
        "user one\ncompact",
        expect![[r#"
            > user one
            turn started by the user
              says "first"
            turn completed after 1 responses
            > compact
            turn started
              started   compaction
              error The conversation could not be summed up and is unchanged. The model answered without a summary. Try again, or choose another model.
            turn failed: The conversation could not be summed up and is unchanged. The model answered without a summary. Try again, or choose another model.
        "#]],
    );
}

fn a_limit_that_is_too_low() {
    check(
        Setting::full(codex_protocol::policy::AskForApproval::Never),
        "usage input=2000\nshell echo 1\nusage input=2000\nshell echo 2\nusage input=2400\nshell echo 3\nusage \
         input=2600\nshell echo 4\nsay done",
        "compact-at 1000
user one",
        expect![[r#"
            > compact-at 1000
            > user one
            turn started by the user
              started   command "echo 1" InProgress code None output ""
              output "1\n"
              completed command "echo 1" Completed code Some(0) output "1\n"
              started   compaction
              completed compaction
              warning The conversation takes 2000 tokens even after it was summed up, and is to be summed up at 1000. Raise `model_auto_compact_token_limit`, or start a new thread; until then it is summed up whenever it has grown by a quarter.
              started   command "echo 2" InProgress code None output ""
              output "2\n"
              completed command "echo 2" Completed code Some(0) output "2\n"
              started   command "echo 3" InProgress code None output ""
              output "3\n"
              completed command "echo 3" Completed code Some(0) output "3\n"
              started   command "echo 4" InProgress code None output ""
              output "4\n"
              completed command "echo 4" Completed code Some(0) output "4\n"
              started   compaction
              completed compaction
              says "done"
            turn completed after 9 responses
        "#]],
    );
}
