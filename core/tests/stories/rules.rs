//! The user's rules about commands: written by hand or accepted, and what comes of them under each policy.

use codex_protocol::policy::AskForApproval;
use expect_test::expect;

use crate::setting::{NO_QUESTIONS, Setting};
use crate::story::{check, stories};

stories![
    a_rule_does_not_cover_what_is_typed_later,
    accepted_for_good_is_kept_and_counts_at_once,
    a_rule_that_allows_lets_it_leave_the_sandbox,
    a_rule_that_asks_asks_under_every_policy_that_may,
    a_rule_that_asks_is_a_refusal_where_nobody_is_asked,
    a_rule_that_forbids_is_told_to_the_model,
    a_rule_that_cannot_be_kept_is_told_and_the_command_runs,
    a_rule_about_another_command_is_not_kept,
    accepted_for_good_and_cut_off_it_still_ends,
    while_a_file_is_broken_nothing_is_allowed,
    switched_off_questions_count_as_declined,
];

fn accepted_for_good_is_kept_and_counts_at_once() {
    check(
        Setting::full(AskForApproval::UnlessTrusted),
        r#"shell touch a.txt
shell touch a.txt b.txt
shell touch c.txt
say done
"#,
        r#"user go
approve-rule touch a.txt
deny
rules
resume
user again
deny"#,
        expect![[r#"
            > user go
            turn started by the user
              started   command "touch a.txt" InProgress code None output ""
              ask touch a.txt (no reason) or always [touch a.txt]
            > approve-rule touch a.txt
              completed command "touch a.txt" Completed code Some(0) output ""
              ran "touch a.txt b.txt" Completed code Some(0) output ""
              started   command "touch c.txt" InProgress code None output ""
              ask touch c.txt (no reason) or always [touch c.txt]
            > deny
              completed command "touch c.txt" Declined code None output ""
              says "done"
            turn completed after 4 responses
            > rules
            prefix_rule(pattern=["touch", "a.txt"], decision="allow")
            > resume
            > user again
            turn started by the user
              ran "touch a.txt" Completed code Some(0) output ""
              ran "touch a.txt b.txt" Completed code Some(0) output ""
              started   command "touch c.txt" InProgress code None output ""
              ask touch c.txt (no reason) or always [touch c.txt]
            > deny
              completed command "touch c.txt" Declined code None output ""
              says "done"
            turn completed after 4 responses
        "#]],
    );
}

fn a_rule_that_allows_lets_it_leave_the_sandbox() {
    check(
        Setting::workspace(AskForApproval::Never),
        r#"shell touch ../outside.txt
shell touch ../outside.txt && ls
say done
"#,
        r#"quiet
rule prefix_rule(pattern=["touch"])
user go
file ../outside.txt"#,
        expect![[r#"
            > quiet
            > rule prefix_rule(pattern=["touch"])
            > user go
            turn started by the user
              ran "touch ../outside.txt" Completed code Some(0) output ""
              ran "touch ../outside.txt && ls" Failed code Some(1) output "touch: cannot touch '../outside.txt': Read-only file system\n"
              agent "done"
            turn completed after 3 responses
            > file ../outside.txt
            ../outside.txt: 
        "#]],
    );
}

fn a_rule_does_not_cover_what_is_typed_later() {
    check(
        Setting::full(AskForApproval::UnlessTrusted),
        r#"shell {"cmd": "touch made.txt", "tty": true}
say done
"#,
        r#"rule prefix_rule(pattern=["touch"])
user go
deny"#,
        expect![[r#"
            > rule prefix_rule(pattern=["touch"])
            > user go
            turn started by the user
              started   command "touch made.txt" InProgress code None output ""
              ask touch made.txt (no reason)
            > deny
              completed command "touch made.txt" Declined code None output ""
              says "done"
            turn completed after 2 responses
        "#]],
    );
}

fn a_rule_that_asks_asks_under_every_policy_that_may() {
    check(
        Setting::workspace(AskForApproval::OnRequest),
        r#"shell echo $(mkdir made)
say {output1}
"#,
        r#"rule prefix_rule(pattern=["mkdir"], decision="prompt", justification="folders are mine")
user go
deny"#,
        expect![[r#"
            > rule prefix_rule(pattern=["mkdir"], decision="prompt", justification="folders are mine")
            > user go
            turn started by the user
              started   command "echo $(mkdir made)" InProgress code None output ""
              ask echo $(mkdir made) (Your rules ask before this command: folders are mine)
            > deny
              completed command "echo $(mkdir made)" Declined code None output ""
              says "exec command rejected by user"
            turn completed after 2 responses
        "#]],
    );
}

fn a_rule_that_asks_is_a_refusal_where_nobody_is_asked() {
    check(
        Setting::full(AskForApproval::Never),
        r#"shell mkdir made
say {output1}
"#,
        r#"rule prefix_rule(pattern=["mkdir"], decision="prompt", justification="folders are mine")
user go"#,
        expect![[r#"
            > rule prefix_rule(pattern=["mkdir"], decision="prompt", justification="folders are mine")
            > user go
            turn started by the user
              says "the user's rules ask before this command (folders are mine), and the approval policy does not let the user be asked"
            turn completed after 2 responses
        "#]],
    );
}

fn a_rule_that_forbids_is_told_to_the_model() {
    check(
        Setting::full(AskForApproval::OnRequest),
        r#"shell touch made.txt; bash -c 'curl x'
say {output1}
"#,
        r#"rule prefix_rule(pattern=["curl"], decision="forbidden", justification="use wget")
user go
file made.txt"#,
        expect![[r#"
            > rule prefix_rule(pattern=["curl"], decision="forbidden", justification="use wget")
            > user go
            turn started by the user
              says "the user's rules forbid this command: use wget"
            turn completed after 2 responses
            > file made.txt
            made.txt: not there
        "#]],
    );
}

fn a_rule_that_cannot_be_kept_is_told_and_the_command_runs() {
    check(
        Setting::full(AskForApproval::UnlessTrusted),
        r#"shell touch a.txt
say done
"#,
        r#"rule prefix_rule(pattern=["x"
user go
approve-rule
file a.txt"#,
        expect![[r#"
            > rule prefix_rule(pattern=["x"
            > user go
            turn started by the user
              started   command "touch a.txt" InProgress code None output ""
              ask touch a.txt (no reason)
            > approve-rule
              warning The command is run, but the rule was not kept: the rule has no words; name at least the program
              completed command "touch a.txt" Completed code Some(0) output ""
              says "done"
            turn completed after 2 responses
            > file a.txt
            a.txt: 
        "#]],
    );
}

fn a_rule_about_another_command_is_not_kept() {
    check(
        Setting::full(AskForApproval::UnlessTrusted),
        r#"shell mkdir -p made && touch a.txt
shell mkdir -p made && touch a.txt
say done
"#,
        r#"user go
approve-rule touch /
approve-rule touch
rules"#,
        expect![[r#"
            > user go
            turn started by the user
              started   command "mkdir -p made && touch a.txt" InProgress code None output ""
              ask mkdir -p made && touch a.txt (no reason) or always [mkdir -p made]
            > approve-rule touch /
              warning The command is run, but the rule was not kept: no command that was asked about begins with `touch /`; send the words of the proposal, or the first ones of the command
              completed command "mkdir -p made && touch a.txt" Completed code Some(0) output ""
              started   command "mkdir -p made && touch a.txt" InProgress code None output ""
              ask mkdir -p made && touch a.txt (no reason) or always [mkdir -p made]
            > approve-rule touch
              completed command "mkdir -p made && touch a.txt" Completed code Some(0) output ""
              says "done"
            turn completed after 3 responses
            > rules
            prefix_rule(pattern=["touch"], decision="allow")
        "#]],
    );
}

/// Whether the interrupt comes while the rule is kept or while the command runs.
fn accepted_for_good_and_cut_off_it_still_ends() {
    check(
        Setting::full(AskForApproval::UnlessTrusted),
        "shell python3 -c 'import time; time.sleep(1000)'\nsay never\n",
        "user go\napprove-rule-interrupt python3\nrules",
        expect![[r#"
            > user go
            turn started by the user
              started   command "python3 -c 'import time; time.sleep(1000)'" InProgress code None output ""
              ask python3 -c 'import time; time.sleep(1000)' (no reason)
            > approve-rule-interrupt python3
              completed command "python3 -c 'import time; time.sleep(1000)'" Failed code Some(-1) output ""
            turn aborted: Interrupted
            > rules
            prefix_rule(pattern=["python3"], decision="allow")
        "#]],
    );
}

fn while_a_file_is_broken_nothing_is_allowed() {
    check(
        Setting::full(AskForApproval::UnlessTrusted),
        r#"shell touch a.txt
say done
"#,
        r#"rule prefix_rule(pattern=["touch"])
rule oops(
user go
deny"#,
        expect![[r#"
            > rule prefix_rule(pattern=["touch"])
            > rule oops(
            > user go
            turn started by the user
              started   command "touch a.txt" InProgress code None output ""
              ask touch a.txt (no reason)
            > deny
              completed command "touch a.txt" Declined code None output ""
              says "done"
            turn completed after 2 responses
        "#]],
    );
}

fn switched_off_questions_count_as_declined() {
    check(
        Setting::workspace(AskForApproval::Granular(NO_QUESTIONS)),
        r#"shell mkdir made
shell rm -rf x
escalate ls # why
shell touch ../outside.txt
say {output1} {output2} {output3}
"#,
        r#"quiet
rule prefix_rule(pattern=["mkdir"], decision="prompt")
user go
file ../outside.txt"#,
        expect![[r#"
            > quiet
            > rule prefix_rule(pattern=["mkdir"], decision="prompt")
            > user go
            turn started by the user
              ran "touch ../outside.txt" Failed code Some(1) output "touch: cannot touch '../outside.txt': Read-only file system\n"
              started   agent ""
              completed agent, a long text
            turn completed after 5 responses
            > file ../outside.txt
            ../outside.txt: not there
        "#]],
    );
}
