//! Reviews: another agent works inside of a turn, and the conversation knows of it only what came of it.

use codex_protocol::policy::AskForApproval;
use expect_test::expect;

use crate::setting::Setting;
use crate::story::{check, stories};

stories![
    an_answer_with_findings,
    remarks_on_the_way,
    questions_are_those_of_the_turn,
    cut_off,
    a_model_that_fails,
    too_much_to_read,
    in_the_place_of_a_turn,
];

fn an_answer_with_findings() {
    check(
        Setting::default(),
        r#"[review]
shell echo looking
say {"findings":[{"title":"[P1] Wrong","body":"Here.","priority":1,"code_location":{"absolute_file_path":"/a","line_range":{"start":1,"end":2}}}],"overall_explanation":"One thing."}
[turn 1]
say first
[turn 2]
say second"#,
        "user one
review the change
user two
resume
shown",
        expect![[r#"
            > user one
            turn started by the user
              says "first"
            turn completed after 1 responses
            > review the change
              started   review of the change
              completed review of the change
            turn started by the user
              started   command "echo looking" InProgress code None output ""
              output "looking\n"
              completed command "echo looking" Completed code Some(0) output "looking\n"
              started   result of the review: One thing.||Review comment:||- [P1] Wrong — /a:1-2|  Here.
              completed result of the review: One thing.||Review comment:||- [P1] Wrong — /a:1-2|  Here.
              started   agent "One thing.\n\nReview comment:\n\n- [P1] Wrong — /a:1-2\n  Here."
              completed agent "One thing.\n\nReview comment:\n\n- [P1] Wrong — /a:1-2\n  Here."
            turn completed after 0 responses
            > user two
            turn started by the user
              says "second"
            turn completed after 1 responses
            > resume
            > shown
              [environment]
              user: one
              assistant: first
              user: <user_action>|<context>The user had a change reviewed by another agent, which saw nothing of this conversation (the change). Its answer is below. It is here to be known; act on it when the user asks for that.</context>|<action>review</action>|<results>|One thing.||Review comment:||- [P1] Wrong — /a:1-2|  Here.|</results>|</user_action>
              user: two
              assistant: second
        "#]],
    );
}

fn remarks_on_the_way() {
    check(
        Setting::default(),
        "[review]\nsay I look.\nshell true\nthink Hm.\nsay All is well.",
        "review it",
        expect![[r#"
            > review it
              started   review of it
              completed review of it
            turn started by the user
              says "I look."
              ran "true" Completed code Some(0) output ""
              started   reasoning []
              thought "Hm."
              completed reasoning ["Hm."]
              started   result of the review: All is well.
              completed result of the review: All is well.
              started   agent "All is well."
              completed agent "All is well."
            turn completed after 0 responses
        "#]],
    );
}

fn questions_are_those_of_the_turn() {
    check(
        Setting::read_only(AskForApproval::OnRequest),
        "[review]\nescalate touch made.txt # May I?\nsay Done.",
        "review it
deny",
        expect![[r#"
            > review it
              started   review of it
              completed review of it
            turn started by the user
              started   command "touch made.txt" InProgress code None output ""
              ask touch made.txt (May I?) or always [touch made.txt]
            > deny
              completed command "touch made.txt" Declined code None output ""
              started   result of the review: Done.
              completed result of the review: Done.
              started   agent "Done."
              completed agent "Done."
            turn completed after 0 responses
        "#]],
    );
}

fn cut_off() {
    check(
        Setting::default(),
        "[review]\nshell echo looking; sleep 1000\n[turn 1]\nsay seen",
        "review it
interrupt
user what now?
shown",
        expect![[r#"
            > review it
              started   review of it
              completed review of it
            turn started by the user
              started   command "echo looking; sleep 1000" InProgress code None output ""
              output "looking\n"
            > interrupt
              completed command "echo looking; sleep 1000" Failed code Some(-1) output "looking\n"
              started   result of the review: The review ended without a result: it was interrupted, or it failed.
              completed result of the review: The review ended without a result: it was interrupted, or it failed.
            turn aborted: Interrupted
            > user what now?
            turn started by the user
              says "seen"
            turn completed after 1 responses
            > shown
              [environment]
              user: <user_action>|<context>The user had a change reviewed by another agent, which saw nothing of this conversation (it). Its answer is below. It is here to be known; act on it when the user asks for that.</context>|<action>review</action>|<results>|The review was interrupted before it was done.|</results>|</user_action>
              user: what now?
              assistant: seen
        "#]],
    );
}

fn a_model_that_fails() {
    check(
        Setting::default(),
        "[review]\nfail invalid_prompt Not this\n[turn 1]\nsay seen",
        "review it
user what now?
shown",
        expect![[r#"
            > review it
              started   review of it
              completed review of it
            turn started by the user
              started   result of the review: The review ended without a result: it was interrupted, or it failed.
              completed result of the review: The review ended without a result: it was interrupted, or it failed.
              error The model server reported a failure: Not this
            turn failed: The model server reported a failure: Not this
            > user what now?
            turn started by the user
              says "seen"
            turn completed after 1 responses
            > shown
              [environment]
              user: <user_action>|<context>The user had a change reviewed by another agent, which saw nothing of this conversation (it). Its answer is below. It is here to be known; act on it when the user asks for that.</context>|<action>review</action>|<results>|The review failed: The model server reported a failure: Not this|</results>|</user_action>
              user: what now?
              assistant: seen
        "#]],
    );
}

fn too_much_to_read() {
    check(
        Setting::default(),
        "[review]\nshell echo looking\nattempt 1 overflow\nsay All is well.",
        "review it",
        expect![[r#"
            > review it
              started   review of it
              completed review of it
            turn started by the user
              started   command "echo looking" InProgress code None output ""
              output "looking\n"
              completed command "echo looking" Completed code Some(0) output "looking\n"
              started   result of the review: All is well.
              completed result of the review: All is well.
              started   agent "All is well."
              completed agent "All is well."
            turn completed after 0 responses
        "#]],
    );
}

fn in_the_place_of_a_turn() {
    check(
        Setting::default(),
        "[review]\nsay All is well.\n[otherwise]\nsay half\nhang",
        "user one
review-now it
shown",
        expect![[r#"
            > user one
            turn started by the user
              started   agent ""
              text "half"
            > review-now it
              completed agent "half"
            turn aborted: Replaced
              started   review of it
              completed review of it
            turn started by the user
              started   result of the review: All is well.
              completed result of the review: All is well.
              started   agent "All is well."
              completed agent "All is well."
            turn completed after 0 responses
            > shown
              [environment]
              user: one
              assistant: half
              user: <user_action>|<context>The user had a change reviewed by another agent, which saw nothing of this conversation (it). Its answer is below. It is here to be known; act on it when the user asks for that.</context>|<action>review</action>|<results>|All is well.|</results>|</user_action>
        "#]],
    );
}
