//! Planning before the work: questions to the user, and the plan as an item of its own.

use expect_test::expect;

use crate::setting::Setting;
use crate::story::{check, stories};

stories![
    a_question_and_a_plan,
    a_mode_is_told_when_it_changes,
    further_plans_have_names_of_their_own,
    a_broken_plan_ends,
    nobody_to_ask,
    an_interrupt_while_the_user_is_asked,
    what_belongs_to_the_other_mode,
];

const ASK: &str = r#"call request_user_input {"questions": [{"id": "colour", "header": "Colour", "question": "Which colour?", "options": [{"label": "red", "description": "warm"}]}]}"#;

fn a_question_and_a_plan() {
    check(
        Setting::default(),
        &format!(
            "{ASK}\nsay I see.\\n<proposed_plan>\\n1. Paint it {{output1}}\\n</proposed_plan>\\nWell?\n"
        ),
        "plan go\nsay colour=red\nresults\nshown",
        expect![[r#"
            > plan go
            turn started by the user
              ask the user Which colour?
            > say colour=red
              started   agent ""
              text "I see.\n"
              started   plan ""
              plan "1. Paint it {\"answers\":{\"colour\":{\"answers\":[\"red\"]}}}\n"
              text "Well?"
              completed plan "1. Paint it {\"answers\":{\"colour\":{\"answers\":[\"red\"]}}}\n"
              completed agent "I see.\nWell?"
            turn completed after 2 responses
            > results
              result {"answers":{"colour":{"answers":["red"]}}}
            > shown
              [environment]
              [mode: # Plan mode]
              user: go
              call
              output
              assistant: I see.|<proposed_plan>|1. Paint it {"answers":{"colour":{"answers":["red"]}}}|</proposed_plan>|Well?
        "#]],
    );
}

fn a_mode_is_told_when_it_changes() {
    check(
        Setting::default(),
        "say <proposed_plan>\\nx\\n</proposed_plan>\n",
        "plan one\nuser two\nresume\nuser three\nwork four\nuser five\nresume\nuser six\nshown",
        expect![[r#"
            > plan one
            turn started by the user
              started   plan ""
              plan "x\n"
              completed plan "x\n"
            turn completed after 1 responses
            > user two
            turn started by the user
              started   plan ""
              plan "x\n"
              completed plan "x\n"
            turn completed after 1 responses
            > resume
            > user three
            turn started by the user
              started   plan ""
              plan "x\n"
              completed plan "x\n"
            turn completed after 1 responses
            > work four
            turn started by the user
              says "<proposed_plan>\nx\n</proposed_plan>"
            turn completed after 1 responses
            > user five
            turn started by the user
              says "<proposed_plan>\nx\n</proposed_plan>"
            turn completed after 1 responses
            > resume
            > user six
            turn started by the user
              says "<proposed_plan>\nx\n</proposed_plan>"
            turn completed after 1 responses
            > shown
              [environment]
              [mode: # Plan mode]
              user: one
              assistant: <proposed_plan>|x|</proposed_plan>
              user: two
              assistant: <proposed_plan>|x|</proposed_plan>
              user: three
              assistant: <proposed_plan>|x|</proposed_plan>
              [mode: # Default mode]
              user: four
              assistant: <proposed_plan>|x|</proposed_plan>
              user: five
              assistant: <proposed_plan>|x|</proposed_plan>
              user: six
              assistant: <proposed_plan>|x|</proposed_plan>
        "#]],
    );
}

fn further_plans_have_names_of_their_own() {
    check(
        Setting::default(),
        "say <proposed_plan>\\none\\n</proposed_plan>\\nor\\n<proposed_plan>\\ntwo\\n</proposed_plan>\nshell true\nsay <proposed_plan>\\nthree\n",
        "quiet\nplan go",
        expect![[r#"
            > quiet
            > plan go
            turn started by the user
              started   plan ""
              plan "one\n"
              started   agent ""
              completed plan "one\n"
              started   plan-2 ""
              plan "two\n"
              completed plan-2 "two\n"
              completed agent "or\n"
              ran "true" Completed code Some(0) output ""
              started   plan-3 ""
              plan "three"
              completed plan-3 "three"
            turn completed after 2 responses
        "#]],
    );
}

fn a_broken_plan_ends() {
    check(
        Setting::default(),
        "attempt 1 say Look:\\n<proposed_plan>\\none\\ntw\nattempt 1 disconnect\nsay <proposed_plan>\\nwhole\\n</proposed_plan>\n",
        "quiet\nplan go",
        expect![[r#"
            > quiet
            > plan go
            turn started by the user
              started   agent ""
              started   plan ""
              plan "one\ntw"
              completed plan "one\ntw"
              completed agent "Look:\n"
              retry Reconnecting... 1/5
              started   plan-2 ""
              plan "whole\n"
              completed plan-2 "whole\n"
            turn completed after 1 responses
        "#]],
    );
}

fn nobody_to_ask() {
    check(
        Setting::default(),
        &format!("{ASK}\n{ASK}\nsay done\n"),
        "plan go\nnobody\nsay\nresults",
        expect![[r#"
            > plan go
            turn started by the user
              ask the user Which colour?
            > nobody
              ask the user Which colour?
            > say
              says "done"
            turn completed after 3 responses
            > results
              result the user could not be asked; decide yourself, and say what you assumed
              result {"answers":{}}
        "#]],
    );
}

fn an_interrupt_while_the_user_is_asked() {
    check(
        Setting::default(),
        &format!("[turn 1]\n{ASK}\n\n[turn 2]\nsay again\n"),
        "plan go\ninterrupt\nuser again\ncount aborted by user",
        expect![[r#"
            > plan go
            turn started by the user
              ask the user Which colour?
            > interrupt
            turn aborted: Interrupted
            > user again
            turn started by the user
              says "again"
            turn completed after 2 responses
            > count aborted by user
            1 of 1 results
        "#]],
    );
}

fn what_belongs_to_the_other_mode() {
    check(
        Setting::default(),
        &format!(
            "[turn 1]\n{ASK}\nsay <proposed_plan>\\nx\\n</proposed_plan>\n\n[turn 2]\nplan [ ] test\nsay ok\n"
        ),
        "user go\nplan go\nresults",
        expect![[r#"
            > user go
            turn started by the user
              says "<proposed_plan>\nx\n</proposed_plan>"
            turn completed after 2 responses
            > plan go
            turn started by the user
              says "ok"
            turn completed after 2 responses
            > results
              result the user is only asked in plan mode; decide yourself, and say what you assumed
              result update_plan is not used in plan mode; write the plan between <proposed_plan> tags
        "#]],
    );
}
