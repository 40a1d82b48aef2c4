//! Who is asked, and where a thing runs: the whole table.

use codex_protocol::policy::{GranularApproval, WorkspaceWrite};
use expect_test::expect;

use super::*;

fn granular(sandbox_approval: bool, rules: bool) -> AskForApproval {
    AskForApproval::Granular(GranularApproval {
        sandbox_approval,
        rules,
        skill_approval: true,
        request_permissions: true,
        mcp_elicitations: true,
    })
}

fn outcome(approval: AskForApproval, sandbox: &SandboxPolicy, wish: &Wish) -> &'static str {
    match plan(approval, sandbox, wish) {
        Ok(Plan { ask: false, boundary: Boundary::Sandbox }) => "sandbox",
        Ok(Plan { ask: false, boundary: Boundary::None }) => "free",
        Ok(Plan { ask: true, boundary: Boundary::Sandbox }) => "ask,sandbox",
        Ok(Plan { ask: true, boundary: Boundary::None }) => "ask,free",
        Err(_) => "refused",
    }
}

fn policies() -> [(&'static str, AskForApproval); 8] {
    [
        ("untrusted ", AskForApproval::UnlessTrusted),
        ("on-failure", AskForApproval::OnFailure),
        ("on-request", AskForApproval::OnRequest),
        ("never     ", AskForApproval::Never),
        ("granular  ", granular(true, true)),
        ("no rules  ", granular(true, false)),
        ("no sandbox", granular(false, true)),
        ("neither   ", granular(false, false)),
    ]
}

fn table(wishes: &dyn Fn() -> Vec<Wish>) -> String {
    let sandboxes =
        [SandboxPolicy::WorkspaceWrite(WorkspaceWrite::default()), SandboxPolicy::DangerFullAccess];
    let mut table = String::new();
    for (name, sandbox) in ["write", "full "].into_iter().zip(&sandboxes) {
        for (policy, approval) in policies() {
            let outcomes = wishes().into_iter().map(|wish| outcome(approval, sandbox, &wish));
            let columns: Vec<String> = outcomes.map(|outcome| format!("{outcome:<12}")).collect();
            table += &format!("{name} {policy} {}\n", columns.concat().trim_end());
        }
    }
    table
}

#[test]
fn without_rules_the_risk_decides() {
    let risks = || {
        [Risk::Safe, Risk::Unknown, Risk::Dangerous, Risk::Destructive]
            .map(|risk| Wish { risk, escalate: false, ruling: Ruling::None })
            .into()
    };
    expect![[r#"
        write untrusted  sandbox     ask,sandbox ask,sandbox ask,sandbox
        write on-failure sandbox     sandbox     sandbox     sandbox
        write on-request sandbox     sandbox     ask,sandbox ask,sandbox
        write never      sandbox     sandbox     sandbox     refused
        write granular   sandbox     sandbox     ask,sandbox ask,sandbox
        write no rules   sandbox     sandbox     ask,sandbox ask,sandbox
        write no sandbox sandbox     sandbox     ask,sandbox ask,sandbox
        write neither    sandbox     sandbox     refused     refused
        full  untrusted  free        ask,free    ask,free    ask,free
        full  on-failure free        free        free        free
        full  on-request free        free        ask,free    ask,free
        full  never      free        free        free        refused
        full  granular   free        free        ask,free    ask,free
        full  no rules   free        free        ask,free    ask,free
        full  no sandbox free        free        ask,free    ask,free
        full  neither    free        free        refused     refused
    "#]]
    .assert_eq(&table(&risks));
}

#[test]
fn leaving_the_sandbox_is_asked_for() {
    let risks = || {
        [Risk::Safe, Risk::Unknown, Risk::Destructive]
            .map(|risk| Wish { risk, escalate: true, ruling: Ruling::None })
            .into()
    };
    expect![[r#"
        write untrusted  ask,free    ask,free    ask,free
        write on-failure refused     refused     refused
        write on-request ask,free    ask,free    ask,free
        write never      refused     refused     refused
        write granular   ask,free    ask,free    ask,free
        write no rules   ask,free    ask,free    ask,free
        write no sandbox refused     refused     refused
        write neither    refused     refused     refused
        full  untrusted  free        ask,free    ask,free
        full  on-failure free        free        free
        full  on-request free        free        ask,free
        full  never      free        free        refused
        full  granular   free        free        ask,free
        full  no rules   free        free        ask,free
        full  no sandbox free        free        ask,free
        full  neither    free        free        refused
    "#]]
    .assert_eq(&table(&risks));
}

#[test]
fn rules_come_first() {
    let why = || "why".to_owned();
    let rulings = || {
        [Ruling::Allowed, Ruling::Prompt(why()), Ruling::Forbidden(why())]
            .map(|ruling| Wish { risk: Risk::Destructive, escalate: false, ruling })
            .into()
    };
    expect![[r#"
        write untrusted  free        ask,sandbox refused
        write on-failure free        ask,sandbox refused
        write on-request free        ask,sandbox refused
        write never      free        refused     refused
        write granular   free        ask,sandbox refused
        write no rules   free        refused     refused
        write no sandbox free        ask,sandbox refused
        write neither    free        refused     refused
        full  untrusted  free        ask,free    refused
        full  on-failure free        ask,free    refused
        full  on-request free        ask,free    refused
        full  never      free        refused     refused
        full  granular   free        ask,free    refused
        full  no rules   free        refused     refused
        full  no sandbox free        ask,free    refused
        full  neither    free        refused     refused
    "#]]
    .assert_eq(&table(&rulings));
}

#[test]
fn a_rule_does_not_let_the_model_ask_where_it_may_not() {
    let sandbox = SandboxPolicy::WorkspaceWrite(WorkspaceWrite::default());
    for ruling in [Ruling::Allowed, Ruling::Prompt("why".into())] {
        let wish = Wish { risk: Risk::Unknown, escalate: true, ruling };
        assert_eq!(outcome(AskForApproval::Never, &sandbox, &wish), "refused");
    }
}
