//! Whole turns as clients hear of them.

use codex_app_server_protocol::v2::approval as wire;
use codex_protocol::event::EventMsg;
use codex_protocol::events::approval::{
    ApplyPatchApprovalRequestEvent, ElicitationRequestEvent, RequestUserInputEvent,
};
use codex_protocol::events::exec::{ExecOutputDeltaEvent, OutputStream, TerminalInteractionEvent};
use codex_protocol::events::message::PlanDeltaEvent;
use codex_protocol::events::notice::{
    DeprecationNoticeEvent, MessageEvent, StreamErrorEvent, ThreadNameUpdatedEvent,
};
use codex_protocol::events::turn::{PlanUpdateEvent, TurnDiffEvent};
use codex_protocol::events::usage::TokenCountEvent;
use codex_protocol::plan::{PlanStep, StepStatus};
use codex_protocol::policy::ReviewDecision;
use codex_protocol::question::{QuestionOption, UserQuestion};
use codex_protocol::turn_item::{CommandStatus, PlanItem, TurnItem};
use expect_test::expect;
use serde_json::json;

use super::approval::{command_decision, file_change_decision};
use super::testing::*;

#[test]
fn a_plain_turn() {
    Story::new()
        .event(turn_started())
        .event(started(user("u", "hi")))
        .event(ended(user("u", "hi")))
        .event(started(agent("m", "")))
        .event(delta("m", "Hel"))
        .event(delta("m", "lo"))
        .event(ended(agent("m", "Hello")))
        .event(tokens(120))
        .event(complete())
        .check(expect![[r#"
            all: status {"type":"active","activeFlags":[]}
            turn started t1 inProgress 1..-1 -1ms notLoaded[]
            item started user u [{"type":"text","text":"hi","text_elements":[]}] at 1100 of t1
            item completed user u [{"type":"text","text":"hi","text_elements":[]}] at 1200 of t1
            item started agent m "" at 1100 of t1
            delta m "Hel"
            delta m "lo"
            item completed agent m "Hello" at 1200 of t1
            tokens 120
            all: limits
            all: status {"type":"idle"}
            turn completed t1 completed 1..3 2000ms summary[agent m "Hello"]
        "#]]);
}

#[test]
fn a_turn_without_a_message_shows_no_items() {
    Story::in_turn().event(complete()).check(expect![[r#"
        all: status {"type":"idle"}
        turn completed t1 completed 1..3 2000ms notLoaded[]
    "#]]);
}

#[test]
fn a_failed_turn_says_so_before_it_ends() {
    Story::in_turn()
        .event(ended(agent("m", "half a")))
        .heard()
        .event(EventMsg::Error(error("no")))
        .event(failed("no"))
        .check(expect![[r#"
            all: status {"type":"systemError"}
            error "no" of t1
            turn completed t1 failed "no" 1..3 2000ms notLoaded[]
        "#]])
        .event(turn_started())
        .check(expect![[r#"
            all: status {"type":"active","activeFlags":[]}
            turn started t1 inProgress 1..-1 -1ms notLoaded[]
        "#]]);
}

#[test]
fn a_failure_that_was_not_announced_is_announced() {
    Story::in_turn().event(failed("no")).check(expect![[r#"
        all: status {"type":"systemError"}
        error "no" of t1
        turn completed t1 failed "no" 1..3 2000ms notLoaded[]
    "#]]);
}

/// As when a turn cannot be stored: only whoever tells it knows.
#[test]
fn a_turn_fails_with_an_error_that_its_end_does_not_know_of() {
    Story::in_turn().event(EventMsg::Error(error("no room"))).heard().event(complete()).check(expect![[r#"
        turn completed t1 failed "no room" 1..3 2000ms notLoaded[]
    "#]]);
}

#[test]
fn an_error_beside_the_turn_leaves_it_alone() {
    Story::in_turn().event_of("other", EventMsg::Error(error("no such thing"))).event(complete()).check(
        expect![[r#"
            error "no such thing" of other
            all: status {"type":"idle"}
            turn completed t1 completed 1..3 2000ms notLoaded[]
        "#]],
    );
}

#[test]
fn a_retry_is_an_error_that_does_not_end_the_turn() {
    let event = StreamErrorEvent {
        message: "again 1/3".into(),
        codex_error_info: None,
        additional_details: Some("cut".into()),
    };
    Story::in_turn().event(EventMsg::StreamError(event)).check(expect![[r#"
        error "again 1/3" (retrying) of t1
    "#]]);
}

#[test]
fn an_end_without_its_turn_is_not_told() {
    Story::new().event(complete()).event(aborted()).check(expect![""]);
    Story::in_turn().event(complete()).heard().event(complete()).check(expect![""]);
}

#[test]
fn an_approved_command() {
    Story::in_turn()
        .event(started(command("c", None, CommandStatus::InProgress)))
        .event(approval("c"))
        .resolved("c", 0)
        .event(ended(command("c", Some("7"), CommandStatus::Completed)))
        .check(expect![[r#"
            item started command c "bash -lc 'ls -l'" inProgress at 1100 of t1
            all: status {"type":"active","activeFlags":["waitingOnApproval"]}
            ask c command "bash -lc 'ls -l'" in /w since 1100 because None, decisions ["accept","acceptForSession",{"acceptWithExecpolicyAmendment":{"execpolicy_amendment":["ls"]}},"decline","cancel"]
            resolved 0
            all: status {"type":"active","activeFlags":[]}
            item completed command c "bash -lc 'ls -l'" completed process 7 at 1200 of t1
        "#]]);
}

#[test]
fn the_flag_goes_with_the_last_question() {
    Story::in_turn()
        .event(approval("a"))
        .event(approval("b"))
        .heard()
        .resolved("a", 0)
        .resolved("b", 1)
        .check(expect![[r#"
            resolved 0
            resolved 1
            all: status {"type":"active","activeFlags":[]}
        "#]]);
}

#[test]
fn an_interrupt_withdraws_questions_after_the_end() {
    Story::in_turn().event(approval("c")).heard().event(aborted()).resolved("c", 3).check(expect![[r#"
        all: status {"type":"idle"}
        turn completed t1 interrupted 1..2 1000ms notLoaded[]
        withdraw c
        resolved 3
    "#]]);
}

#[test]
fn an_answer_after_a_failure_does_not_hide_it() {
    Story::in_turn().event(approval("c")).event(EventMsg::Error(error("no"))).heard().resolved("c", 0).check(
        expect![[r#"
            resolved 0
        "#]],
    );
}

#[test]
fn a_change_of_files_is_asked_for() {
    let event = ApplyPatchApprovalRequestEvent {
        call_id: "p".into(),
        changes: Default::default(),
        reason: None,
        grant_root: Some("/w".into()),
    };
    Story::in_turn().event(EventMsg::ApplyPatchApprovalRequest(event)).check(expect![[r#"
        all: status {"type":"active","activeFlags":["waitingOnApproval"]}
        ask p file change {"threadId":"thread","turnId":"t1","itemId":"p","startedAtMs":5000,"reason":null,"grantRoot":"/w"}
    "#]]);
}

#[test]
fn what_cannot_be_asked_is_refused_at_once() {
    let elicitation =
        ElicitationRequestEvent { server_name: "s".into(), id: json!(4), request: json!({"message": "?"}) };
    Story::in_turn().event(EventMsg::ElicitationRequest(elicitation)).check(expect![[r#"
        submit {"type":"resolve_elicitation","server_name":"s","request_id":4,"decision":"decline"}
    "#]]);
}

#[test]
fn the_user_is_asked_and_waited_for() {
    let question = UserQuestion {
        id: "colour".into(),
        header: "Colour".into(),
        question: "Which?".into(),
        is_secret: true,
        options: vec![QuestionOption { label: "red".into(), description: "warm".into() }],
    };
    let input = RequestUserInputEvent { call_id: "q".into(), questions: vec![question], is_blocking: true };
    Story::in_turn()
        .event(EventMsg::RequestUserInput(input))
        .event(approval("c"))
        .resolved("q", 0)
        .event(aborted())
        .check(expect![[r#"
            all: status {"type":"active","activeFlags":["waitingOnUserInput"]}
            ask q user input {"threadId":"thread","turnId":"t1","itemId":"q","questions":[{"id":"colour","header":"Colour","question":"Which?","isOther":true,"isSecret":true,"options":[{"label":"red","description":"warm"}]}],"isBlocking":true,"autoResolutionMs":null}
            all: status {"type":"active","activeFlags":["waitingOnApproval","waitingOnUserInput"]}
            ask c command "bash -lc 'ls -l'" in /w since 5000 because None, decisions ["accept","acceptForSession",{"acceptWithExecpolicyAmendment":{"execpolicy_amendment":["ls"]}},"decline","cancel"]
            resolved 0
            all: status {"type":"active","activeFlags":["waitingOnApproval"]}
            all: status {"type":"idle"}
            turn completed t1 interrupted 1..2 1000ms notLoaded[]
            withdraw c
        "#]]);
}

#[test]
fn a_plan_is_an_item_of_its_own() {
    let plan = |text: &str| TurnItem::Plan(PlanItem { id: "t1-plan".into(), text: text.into() });
    let delta = PlanDeltaEvent { item_id: "t1-plan".into(), delta: "1. Paint\n".into() };
    let story = Story::in_turn().event(started(plan(""))).event(EventMsg::PlanDelta(delta));
    assert_eq!(json!(story.projection.told().running.unwrap().open[0].details)["text"], "1. Paint\n");
    story.event(ended(plan("1. Paint\n"))).check(expect![[r#"
        item started {"type":"plan","id":"t1-plan","text":""} at 1100 of t1
        {"method":"item/plan/delta","params":{"threadId":"thread","turnId":"t1","itemId":"t1-plan","delta":"1. Paint\n"}}
        item completed {"type":"plan","id":"t1-plan","text":"1. Paint\n"} at 1200 of t1
    "#]]);
}

#[test]
fn decisions_become_decisions_and_everything_else_a_no() {
    let decide = |decision: serde_json::Value| {
        command_decision(serde_json::from_value(json!({ "decision": decision })).ok())
    };
    assert_eq!(decide(json!("accept")), ReviewDecision::Approved);
    assert_eq!(decide(json!("acceptForSession")), ReviewDecision::ApprovedForSession);
    assert_eq!(
        decide(json!({"acceptWithExecpolicyAmendment": {"execpolicy_amendment": ["git"]}})),
        ReviewDecision::ApprovedExecpolicyAmendment { proposed_execpolicy_amendment: vec!["git".into()] }
    );
    assert_eq!(decide(json!("cancel")), ReviewDecision::Abort);
    for no in [json!("decline"), json!("yes"), json!(null), json!({"accept": {}, "x": 1})] {
        assert_eq!(decide(no), ReviewDecision::Denied);
    }
    assert_eq!(command_decision(None), ReviewDecision::Denied);
    assert_eq!(file_change_decision(None), ReviewDecision::Denied);
    let answer =
        wire::FileChangeRequestApprovalResponse { decision: wire::FileChangeApprovalDecision::Accept };
    assert_eq!(file_change_decision(Some(answer)), ReviewDecision::Approved);
}

#[test]
fn a_process_outlives_its_turn() {
    let output = |text: &str| {
        EventMsg::ExecOutputDelta(ExecOutputDeltaEvent {
            item_id: "c".into(),
            stream: OutputStream::Stdout,
            delta: text.into(),
        })
    };
    let typed = EventMsg::TerminalInteraction(TerminalInteractionEvent {
        item_id: "c".into(),
        process_id: "7".into(),
        stdin: "x\n".into(),
    });
    Story::in_turn()
        .event(started(command("c", Some("7"), CommandStatus::InProgress)))
        .event(output("a"))
        .event(typed)
        .event(complete())
        .event_of(TURN, output("b"))
        .event(ended(command("c", Some("7"), CommandStatus::Completed)))
        .check(expect![[r#"
            item started command c "bash -lc 'ls -l'" inProgress process 7 at 1100 of t1
            output c "a" of t1
            {"method":"item/commandExecution/terminalInteraction","params":{"threadId":"thread","turnId":"t1","itemId":"c","processId":"7","stdin":"x\n"}}
            all: status {"type":"idle"}
            turn completed t1 completed 1..3 2000ms notLoaded[]
            output c "b" of t1
            item completed command c "bash -lc 'ls -l'" completed process 7 at 1200 of t1
        "#]]);
}

#[test]
fn notices() {
    let step = |step: &str, status| PlanStep { step: step.into(), status };
    let plan = PlanUpdateEvent {
        explanation: None,
        plan: vec![step("one", StepStatus::Completed), step("two", StepStatus::InProgress)],
    };
    Story::in_turn()
        .event(EventMsg::PlanUpdate(plan))
        .event(EventMsg::TurnDiff(TurnDiffEvent { unified_diff: "diff".into() }))
        .event(EventMsg::Warning(MessageEvent { message: "careful".into() }))
        .event(EventMsg::DeprecationNotice(DeprecationNoticeEvent { summary: "old".into(), details: None }))
        .event(EventMsg::TokenCount(TokenCountEvent { info: None, rate_limits: None }))
        .event(EventMsg::BackgroundEvent(MessageEvent { message: "not told".into() }))
        .event(EventMsg::ThreadNameUpdated(ThreadNameUpdatedEvent {
            thread_id: "01a204c1-7d69-75a2-ab12-7923d3d24db5".parse().unwrap(),
            thread_name: Some("n".into()),
        }))
        .check(expect![[r#"
            {"method":"turn/plan/updated","params":{"threadId":"thread","turnId":"t1","explanation":null,"plan":[{"step":"one","status":"completed"},{"step":"two","status":"inProgress"}]}}
            {"method":"turn/diff/updated","params":{"threadId":"thread","turnId":"t1","diff":"diff"}}
            {"method":"warning","params":{"threadId":"thread","message":"careful"}}
            {"method":"deprecationNotice","params":{"summary":"old","details":null}}
            all: limits
            all: {"method":"thread/name/updated","params":{"threadId":"01a204c1-7d69-75a2-ab12-7923d3d24db5","threadName":"n"}}
        "#]]);
}

#[test]
fn who_joins_sees_the_turn_so_far() {
    let story = Story::in_turn()
        .event(ended(user("u", "hi")))
        .event(started(agent("m", "")))
        .event(delta("m", "Hel"))
        .event(delta("m", "lo"));
    let progress = story.projection.told().running.unwrap();
    expect![[r#"t1 inProgress 1..-1 -1ms notLoaded[agent m "Hello"] ["u"]"#]].assert_eq(&format!(
        "{} {:?}",
        turn(&codex_app_server_protocol::v2::turn::Turn { items: progress.open, ..progress.turn }),
        progress.completed.iter().map(|id| id.as_str()).collect::<Vec<_>>(),
    ));
    assert!(story.event(complete()).projection.told().running.is_none());
}
