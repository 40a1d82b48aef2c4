//! Permissions beyond the sandbox: asked for, granted in part, and kept for as long as was said.

use codex_protocol::policy::AskForApproval;
use expect_test::expect;

use crate::setting::Setting;
use crate::story::{check, stories};

stories![
    a_grant_for_the_turn_ends_with_it,
    a_grant_for_the_session_goes_on,
    a_patch_may_use_it_too,
    only_what_was_asked_for_is_granted,
    what_may_only_read_gets_the_folder_alone,
    nobody_is_asked_where_that_is_not_allowed,
    an_interrupt_grants_nothing,
];

const ASK: &str = r#"call request_permissions {"permissions": {"file_system": {"write": ["../other"]}}, "reason": "To note it."}"#;
const WRITE: &str = "shell (echo x > ../other/made) 2> /dev/null && echo written || echo refused";

fn a_grant_for_the_turn_ends_with_it() {
    check(
        Setting::workspace(AskForApproval::OnRequest),
        &format!("[turn 1]\n{ASK}\n{WRITE}\nsay done\n\n[turn 2]\n{WRITE}\nsay done\n"),
        "quiet\nuser go\ngrant other\nuser again\ncount written\ncount refused",
        expect![[r#"
            > quiet
            > user go
            turn started by the user
              ask for {"network":null,"file_system":{"write":["~/other"]}} To note it.
            > grant other
              ran "(echo x > ../other/made) 2> /dev/null && echo written || echo refused" Completed code Some(0) output "written\n"
              agent "done"
            turn completed after 3 responses
            > user again
            turn started by the user
              ran "(echo x > ../other/made) 2> /dev/null && echo written || echo refused" Completed code Some(0) output "refused\n"
              agent "done"
            turn completed after 2 responses
            > count written
            1 of 3 results
            > count refused
            1 of 3 results
        "#]],
    );
}

fn a_grant_for_the_session_goes_on() {
    check(
        Setting::workspace(AskForApproval::OnRequest),
        &format!(
            "[turn 1]\n{ASK}\nsay done\n\n[turn 2]\n{ASK}\n{WRITE}\nsay done\n\n[turn 3]\n{WRITE}\nsay done\n"
        ),
        "quiet\nuser go\ngrant-session other\nuser again\nresume\nuser third\ncount written\ncount refused",
        expect![[r#"
            > quiet
            > user go
            turn started by the user
              ask for {"network":null,"file_system":{"write":["~/other"]}} To note it.
            > grant-session other
              agent "done"
            turn completed after 2 responses
            > user again
            turn started by the user
              ran "(echo x > ../other/made) 2> /dev/null && echo written || echo refused" Completed code Some(0) output "written\n"
              agent "done"
            turn completed after 3 responses
            > resume
            > user third
            turn started by the user
              ran "(echo x > ../other/made) 2> /dev/null && echo written || echo refused" Completed code Some(0) output "refused\n"
              agent "done"
            turn completed after 2 responses
            > count written
            1 of 4 results
            > count refused
            1 of 4 results
        "#]],
    );
}

fn a_patch_may_use_it_too() {
    check(
        Setting::workspace(AskForApproval::OnRequest),
        &format!(
            "{ASK}\npatch <<END\n*** Begin Patch\n*** Add File: ../other/new.txt\n+hello\n*** End Patch\nEND\nsay done\n"
        ),
        "quiet\nuser go\ngrant other\nfile ../other/new.txt",
        expect![[r#"
            > quiet
            > user go
            turn started by the user
              ask for {"network":null,"file_system":{"write":["~/other"]}} To note it.
            > grant other
              started   change InProgress [add ~/other/new.txt "hello\n"]
              completed change Completed [add ~/other/new.txt "hello\n"]
              diff diff --git a/~/other/new.txt b/~/other/new.txt +hello
              agent "done"
            turn completed after 3 responses
            > file ../other/new.txt
            ../other/new.txt: hello
        "#]],
    );
}

fn only_what_was_asked_for_is_granted() {
    check(
        Setting::workspace(AskForApproval::OnRequest),
        &format!("{ASK}\n{WRITE}\n{ASK}\n{WRITE}\nsay done\n"),
        "quiet\nuser go\ngrant home\ngrant\nresults",
        expect![[r#"
            > quiet
            > user go
            turn started by the user
              ask for {"network":null,"file_system":{"write":["~/other"]}} To note it.
            > grant home
              ran "(echo x > ../other/made) 2> /dev/null && echo written || echo refused" Completed code Some(0) output "refused\n"
              ask for {"network":null,"file_system":{"write":["~/other"]}} To note it.
            > grant
              ran "(echo x > ../other/made) 2> /dev/null && echo written || echo refused" Completed code Some(0) output "refused\n"
              agent "done"
            turn completed after 5 responses
            > results
              result {"permissions":{"network":null,"file_system":null},"scope":"turn"}
              result Process exited with code 0|Original token count: 2|Output:|refused
              result {"permissions":{"network":null,"file_system":null},"scope":"turn"}
              result Process exited with code 0|Original token count: 2|Output:|refused
        "#]],
    );
}

fn what_may_only_read_gets_the_folder_alone() {
    check(
        Setting::read_only(AskForApproval::OnRequest),
        &format!(
            "{ASK}\n{WRITE}\nshell (echo x > here) 2> /dev/null && echo written || echo refused\nsay done\n"
        ),
        "quiet\nuser go\ngrant other\nresults",
        expect![[r#"
            > quiet
            > user go
            turn started by the user
              ask for {"network":null,"file_system":{"write":["~/other"]}} To note it.
            > grant other
              ran "(echo x > ../other/made) 2> /dev/null && echo written || echo refused" Completed code Some(0) output "written\n"
              ran "(echo x > here) 2> /dev/null && echo written || echo refused" Completed code Some(0) output "refused\n"
              agent "done"
            turn completed after 4 responses
            > results
              result {"permissions":{"network":null,"file_system":{"write":["~/other"]}},"scope":"turn"}
              result Process exited with code 0|Original token count: 2|Output:|written
              result Process exited with code 0|Original token count: 2|Output:|refused
        "#]],
    );
}

fn nobody_is_asked_where_that_is_not_allowed() {
    check(
        Setting::workspace(AskForApproval::Never),
        &format!("{ASK}\ncall request_permissions {{\"permissions\": {{}}}}\nsay done\n"),
        "quiet\nuser go\nresults",
        expect![[r#"
            > quiet
            > user go
            turn started by the user
              agent "done"
            turn completed after 3 responses
            > results
              result the approval policy does not let the user be asked for permissions; do without
              result the approval policy does not let the user be asked for permissions; do without
        "#]],
    );
    check(
        Setting::default(),
        &format!("{ASK}\nsay done\n"),
        "quiet\nuser go\nresults",
        expect![[r#"
            > quiet
            > user go
            turn started by the user
              agent "done"
            turn completed after 2 responses
            > results
              result commands run without a sandbox; there is nothing to ask for
        "#]],
    );
}

fn an_interrupt_grants_nothing() {
    check(
        Setting::workspace(AskForApproval::OnRequest),
        &format!("[turn 1]\n{ASK}\n\n[turn 2]\n{WRITE}\nsay done\n"),
        "quiet\nuser go\ninterrupt\nuser again\ncount refused",
        expect![[r#"
            > quiet
            > user go
            turn started by the user
              ask for {"network":null,"file_system":{"write":["~/other"]}} To note it.
            > interrupt
            turn aborted: Interrupted
            > user again
            turn started by the user
              ran "(echo x > ../other/made) 2> /dev/null && echo written || echo refused" Completed code Some(0) output "refused\n"
              agent "done"
            turn completed after 3 responses
            > count refused
            1 of 2 results
        "#]],
    );
}
