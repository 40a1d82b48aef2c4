//! A conversation that has a goal goes on by itself.

use codex_protocol::policy::AskForApproval;
use expect_test::expect;

use crate::setting::Setting;
use crate::story::{check, stories};

stories![
    a_goal_begins_turns_until_it_is_complete,
    a_failure_blocks_it,
    after_an_interrupt_it_waits,
    a_spent_budget_ends_it_with_the_turn,
    a_change_reaches_the_running_turn,
    it_is_what_it_was_after_a_resume,
    the_model_makes_one_itself,
    it_is_told_again_after_a_summary,
    mere_talk_does_not_go_on_for_ever,
    in_plan_mode_it_waits,
];

fn a_goal_begins_turns_until_it_is_complete() {
    check(
        Setting::full(AskForApproval::Never),
        r#"[turn 1]
say one step
[turn 2]
call get_goal {}
call update_goal {"status":"complete"}
say done
"#,
        r#"quiet
goal make it work
go-on
go-on
go-on"#,
        expect![[r#"
            > quiet
            > goal make it work
            > go-on
              goal make it work Active by the user
            turn started
              agent "one step"
              goal make it work Active
            turn completed after 1 responses
            > go-on
            turn started
              goal make it work Active
              goal make it work Complete
              agent "done"
            turn completed after 3 responses
            > go-on
            nothing begins
        "#]],
    );
}

fn a_failure_blocks_it() {
    check(
        Setting::default(),
        r#"[turn 1]
http 400 no
[turn 2]
usage-limit plus
"#,
        "goal x\ngo-on\ngo-on\ngoal\ngo-on\ngo-on",
        expect![[r#"
            > goal x
            > go-on
              goal x Active by the user
            turn started
              goal x Blocked
              error no
            turn failed: no
            > go-on
            nothing begins
            > goal
            > go-on
              goal x Active by the user
            turn started
              goal x UsageLimited
              error The usage limit of your plan (plus) is reached; it resets later. More can be bought at https://chatgpt.com/settings/usage.
            turn failed: The usage limit of your plan (plus) is reached; it resets later. More can be bought at https://chatgpt.com/settings/usage.
            > go-on
            nothing begins
        "#]],
    );
}

fn after_an_interrupt_it_waits() {
    check(
        Setting::default(),
        "[turn 1]\nsay so\nwait 60000\n[turn 2]\nsay never mind\n",
        "goal x\ngo-on\ninterrupt\nuser hi",
        expect![[r#"
            > goal x
            > go-on
              goal x Active by the user
            turn started
              started   agent ""
              text "so"
            > interrupt
              completed agent "so"
            turn aborted: Interrupted
            > user hi
            turn started by the user
              says "never mind"
              goal x Active
            turn completed after 1 responses
        "#]],
    );
}

fn a_spent_budget_ends_it_with_the_turn() {
    check(
        Setting::default(),
        r#"usage input=100 output=20
call get_goal {}
usage input=200 cached=100 output=20
say that is all
"#,
        "quiet\ngoal x\nbudget 100\ngo-on\ngo-on\nbudget 500\ngo-on\ngoal\nshown",
        expect![[r#"
            > quiet
            > goal x
            > budget 100
            > go-on
              goal x Active by the user
              goal x Active, 0 of 100 by the user
            turn started
              goal x BudgetLimited, 120 of 100
              agent "that is all"
              goal x BudgetLimited, 240 of 100
            turn completed after 2 responses
            > go-on
            nothing begins
            > budget 500
            > go-on
            nothing begins
            > goal
            > shown
              [environment]
              [objective x]
              call
              output
              [reached_limit x]
              assistant: that is all
        "#]],
    );
}

fn a_change_reaches_the_running_turn() {
    check(
        Setting::read_only(AskForApproval::OnRequest),
        "escalate echo x # May I?\nsay end\n",
        "quiet\ngoal first\ngo-on\ngoal second\napprove\nno-goal\nshown",
        expect![[r#"
            > quiet
            > goal first
            > go-on
              goal first Active by the user
            turn started
              started   command "echo x" InProgress code None output ""
              ask echo x (May I?) or always [echo x]
            > goal second
              goal second Active by the user
            > approve
              completed command "echo x" Completed code Some(0) output "x\n"
              agent "end"
              goal second Active
            turn completed after 2 responses
            > no-goal
            > shown
              [environment]
              [objective first]
              call
              output
              [new_objective second]
              assistant: end
        "#]],
    );
}

fn it_is_what_it_was_after_a_resume() {
    check(
        Setting::default(),
        "say a step\n",
        "quiet\ngoal x\ngo-on\nresume\ngo-on\ncompact\nresume\ngo-on\nresume\ngo-on\nno-goal\nresume\ngo-on",
        expect![[r#"
            > quiet
            > goal x
            > go-on
              goal x Active by the user
            turn started
              agent "a step"
              goal x Active
            turn completed after 1 responses
            > resume
            > go-on
            turn started
              agent "a step"
              goal x Active
            turn completed after 1 responses
            > compact
            turn started
              started   compaction
              completed compaction
              goal x Active
            turn completed after 2 responses
            > resume
            > go-on
            turn started
              agent "a step"
              goal x Active
            turn completed after 1 responses
            > resume
            > go-on
            turn started
              agent "a step"
              goal x Active
            turn completed after 1 responses
            > no-goal
            > resume
            > go-on
            nothing begins
        "#]],
    );
}

fn the_model_makes_one_itself() {
    check(
        Setting::default(),
        r#"[turn 1]
usage input=1000 output=10
call create_goal {"objective":"  reach it ","token_budget":5000}
usage input=200 output=10
call create_goal {"objective":"another"}
usage input=300 output=10
call update_goal {"status":"active"}
usage input=400 output=10
say set
[turn 2]
usage input=500 output=10
call update_goal {"status":"complete"}
call create_goal {"objective":" "}
say reached
"#,
        "quiet\nuser make a goal of it\ngo-on\ncount remainingTokens\ncount not complete yet\ncount could not be read\ncount must not be empty",
        expect![[r#"
            > quiet
            > user make a goal of it
            turn started by the user
              goal reach it Active, 0 of 5000
              goal reach it Active, 210 of 5000
              goal reach it Active, 520 of 5000
              agent "set"
              goal reach it Active, 930 of 5000
            turn completed after 4 responses
            > go-on
            turn started
              goal reach it Complete, 1440 of 5000
              agent "reached"
            turn completed after 3 responses
            > count remainingTokens
            2 of 5 results
            > count not complete yet
            1 of 5 results
            > count could not be read
            1 of 5 results
            > count must not be empty
            1 of 5 results
        "#]],
    );
}

fn it_is_told_again_after_a_summary() {
    check(
        Setting::default(),
        "[compact]\nsay the note\n[otherwise]\nusage input=300000\ncall get_goal {}\nsay done\n",
        "quiet\ngoal x\ngo-on\nshown",
        expect![[r#"
            > quiet
            > goal x
            > go-on
              goal x Active by the user
            turn started
              started   compaction
              completed compaction
              goal x Active
              warning The conversation takes 300000 tokens even after it was summed up, and is to be summed up at 244800. Raise `model_auto_compact_token_limit`, or start a new thread; until then it is summed up whenever it has grown by a quarter.
              goal x Active
              agent "done"
              goal x Active
            turn completed after 5 responses
            > shown
              [environment]
              [summary: the note]
              [objective x]
              call
              output
              assistant: done
        "#]],
    );
}

fn mere_talk_does_not_go_on_for_ever() {
    let steps = format!("quiet\ngoal x\n{}", "go-on\n".repeat(11));
    check(
        Setting::default(),
        "say I will.\n",
        &steps,
        expect![[r#"
        > quiet
        > goal x
        > go-on
          goal x Active by the user
        turn started
          agent "I will."
          goal x Active
        turn completed after 1 responses
        > go-on
        turn started
          agent "I will."
          goal x Active
        turn completed after 1 responses
        > go-on
        turn started
          agent "I will."
          goal x Active
        turn completed after 1 responses
        > go-on
        turn started
          agent "I will."
          goal x Active
        turn completed after 1 responses
        > go-on
        turn started
          agent "I will."
          goal x Active
        turn completed after 1 responses
        > go-on
        turn started
          agent "I will."
          goal x Active
        turn completed after 1 responses
        > go-on
        turn started
          agent "I will."
          goal x Active
        turn completed after 1 responses
        > go-on
        turn started
          agent "I will."
          goal x Active
        turn completed after 1 responses
        > go-on
        turn started
          agent "I will."
          goal x Active
        turn completed after 1 responses
        > go-on
        turn started
          agent "I will."
          goal x Active
          warning The goal is blocked: in 10 turns one after the other the model has only talked and called nothing. Say more exactly what is to be done, or make the goal active again.
          goal x Blocked
        turn completed after 1 responses
        > go-on
        nothing begins
    "#]],
    );
}

fn in_plan_mode_it_waits() {
    check(
        Setting::default(),
        "say as you like\n",
        "quiet\ngoal x\nplan well\ngo-on\nwork go\ngo-on",
        expect![[r#"
            > quiet
            > goal x
            > plan well
              goal x Active by the user
            turn started by the user
              agent "as you like"
            turn completed after 1 responses
            > go-on
            nothing begins
            > work go
            turn started by the user
              agent "as you like"
              goal x Active
            turn completed after 1 responses
            > go-on
            turn started
              agent "as you like"
              goal x Active
            turn completed after 1 responses
        "#]],
    );
}
