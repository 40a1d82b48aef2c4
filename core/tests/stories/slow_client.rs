//! A client that does not take its events for a while holds the conversation up and loses nothing.

use codex_protocol::policy::AskForApproval;
use expect_test::expect;

use crate::setting::Setting;
use crate::story::{check_unordered, stories};

stories![
    a_command_that_ends_while_nobody_listens_has_ended,
    what_an_interrupt_ends_while_nobody_listens_is_told,
    a_question_that_an_interrupt_overtakes_leaves_nothing_open,
];

/// Its time is over and it has ended before its first output could be told.
fn a_command_that_ends_while_nobody_listens_has_ended() {
    check_unordered(
        Setting::full(AskForApproval::Never),
        r#"shell {"cmd": "sleep 0.4; echo x; touch almost.txt", "yield_time_ms": 1000}
+ shell until [ -e almost.txt ]; do sleep 0.01; done; sleep 1; touch over.txt
+ wait 100
+ words 400
"#,
        "quiet\ndeaf\nuser go\nwait over.txt\nlisten\nresults",
        expect![[r#"
            > deaf
            > listen
            > quiet
            > results
            > user go
            > wait over.txt
            completed agent "The script ends here. The last tool gave back:\n\n"
            completed agent, a long text
            completed command "sleep 0.4; echo x; touch almost.txt" Completed code Some(0) output "x\n"
            completed command "until [ -e almost.txt ]; do sleep 0.01; done; sleep 1; touch over.txt" Completed code Some(0) output ""
            completed user 1
            result Process exited with code 0|Original token count: 0|Output:
            result Process exited with code 0|Original token count: 1|Output:|x
            started   agent ""
            started   agent ""
            started   command "sleep 0.4; echo x; touch almost.txt" InProgress code None output ""
            started   command "until [ -e almost.txt ]; do sleep 0.01; done; sleep 1; touch over.txt" InProgress code None output ""
            started   user 1
            turn completed after 2 responses
            turn started
        "#]],
    );
}

/// However long nobody listens after the interrupt.
fn what_an_interrupt_ends_while_nobody_listens_is_told() {
    check_unordered(
        Setting::full(AskForApproval::Never),
        r#"shell touch begun.txt; sleep 1000
+ wait 100
+ words 400
"#,
        "quiet\ndeaf\nuser go\nwait begun.txt\nfull\ninterrupt\nidle\nlisten",
        expect![[r#"
            > deaf
            > full
            > idle
            > interrupt
            > listen
            > quiet
            > user go
            > wait begun.txt
            completed agent, a long text
            completed command "touch begun.txt; sleep 1000" Failed code Some(-1) output ""
            completed user 1
            started   agent ""
            started   command "touch begun.txt; sleep 1000" InProgress code None output ""
            started   user 1
            turn aborted: Interrupted
            turn started
        "#]],
    );
}

/// The sandbox has stopped the command, and the question whether to run it without is not heard yet. The
/// code is that of a command that a filter of system calls has ended.
fn a_question_that_an_interrupt_overtakes_leaves_nothing_open() {
    check_unordered(
        Setting::workspace(AskForApproval::OnFailure),
        r#"shell touch begun.txt; sleep 0.3; exit 159
+ shell until [ -e begun.txt ]; do sleep 0.01; done; sleep 1; touch over.txt; sleep 1000
+ wait 100
+ words 400
"#,
        "quiet\ndeaf\nuser go\nwait over.txt\ninterrupt\nidle\nlisten",
        expect![[r#"
            > deaf
            > idle
            > interrupt
            > listen
            > quiet
            > user go
            > wait over.txt
            completed agent, a long text
            completed command "touch begun.txt; sleep 0.3; exit 159" Failed code Some(159) output ""
            completed command "until [ -e begun.txt ]; do sleep 0.01; done; sleep 1; touch over.txt; sleep 1000" Failed code Some(-1) output ""
            completed user 1
            started   agent ""
            started   command "touch begun.txt; sleep 0.3; exit 159" InProgress code None output ""
            started   command "until [ -e begun.txt ]; do sleep 0.01; done; sleep 1; touch over.txt; sleep 1000" InProgress code None output ""
            started   user 1
            turn aborted: Interrupted
            turn started
        "#]],
    );
}
