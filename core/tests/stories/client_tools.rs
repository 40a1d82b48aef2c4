//! Tools that the client carries out.

use codex_protocol::dynamic_tool::DynamicToolSpec;
use expect_test::expect;
use serde_json::json;

use crate::setting::Setting;
use crate::story::{check, stories};

stories![
    what_it_gives_back_is_shown_to_the_model,
    a_tool_can_fail,
    an_interrupt_ends_the_call,
    a_resumed_conversation_still_has_them,
    arguments_that_are_no_json_do_not_reach_the_client,
];

fn setting() -> Setting {
    let tool =
        json!({"type": "function", "name": "lookup", "description": "d", "inputSchema": {"type": "object"}});
    let group = json!({"type": "namespace", "name": "shop", "description": "d", "tools": [tool]});
    let tools: Vec<DynamicToolSpec> = serde_json::from_value(json!([tool, group])).unwrap();
    Setting { tools, ..Setting::default() }
}

fn what_it_gives_back_is_shown_to_the_model() {
    check(
        setting(),
        "call lookup {\"q\": 1}\ncall shop/lookup {}\ncall shop__lookup\nsay {output1} {output2} {output3}\n",
        "quiet\nuser go\ngives one\ngives two\ngives three",
        expect![[r#"
            > quiet
            > user go
            turn started by the user
              started   tool lookup InProgress gave null 
              the client runs lookup {"q":1}
            > gives one
              completed tool lookup Completed gave [{"type":"inputText","text":"one"}] 
              started   tool lookup InProgress gave null 
              the client runs shop/lookup {}
            > gives two
              completed tool lookup Completed gave [{"type":"inputText","text":"two"}] 
              started   tool lookup InProgress gave null 
              the client runs shop/lookup {}
            > gives three
              completed tool lookup Completed gave [{"type":"inputText","text":"three"}] 
              agent "one two three"
            turn completed after 4 responses
        "#]],
    );
}

fn a_tool_can_fail() {
    check(
        setting(),
        "call lookup\ncall lookup\ncall elsewhere\nsay done\n",
        "quiet\nuser go\ngives error 5\nfails the client is gone\nresults",
        expect![[r#"
            > quiet
            > user go
            turn started by the user
              started   tool lookup InProgress gave null 
              the client runs lookup {}
            > gives error 5
              completed tool lookup Failed gave [{"type":"inputText","text":"error 5"}] 
              started   tool lookup InProgress gave null 
              the client runs lookup {}
            > fails the client is gone
              completed tool lookup Failed gave [{"type":"inputText","text":"the client is gone"}] 
              agent "done"
            turn completed after 4 responses
            > results
              result error 5
              result the client is gone
              result unsupported call: elsewhere
        "#]],
    );
}

fn an_interrupt_ends_the_call() {
    check(
        setting(),
        "[turn 1]\ncall lookup\n\n[turn 2]\nsay again\n",
        "quiet\nuser go\ninterrupt\nuser again\ncount aborted by user",
        expect![[r#"
            > quiet
            > user go
            turn started by the user
              started   tool lookup InProgress gave null 
              the client runs lookup {}
            > interrupt
              completed tool lookup Failed gave [] the turn was interrupted
            turn aborted: Interrupted
            > user again
            turn started by the user
              agent "again"
            turn completed after 2 responses
            > count aborted by user
            1 of 1 results
        "#]],
    );
}

fn a_resumed_conversation_still_has_them() {
    check(
        setting(),
        "[turn 1]\nsay hello\n\n[turn 2]\ncall shop/lookup\nsay {output1}\n",
        "quiet\nuser one\nresume\nuser two\ngives found",
        expect![[r#"
            > quiet
            > user one
            turn started by the user
              agent "hello"
            turn completed after 1 responses
            > resume
            > user two
            turn started by the user
              started   tool lookup InProgress gave null 
              the client runs shop/lookup {}
            > gives found
              completed tool lookup Completed gave [{"type":"inputText","text":"found"}] 
              agent "found"
            turn completed after 2 responses
        "#]],
    );
}

fn arguments_that_are_no_json_do_not_reach_the_client() {
    check(
        setting(),
        "call-raw lookup {nope\nsay done\n",
        "quiet\nuser go\nresults",
        expect![[r#"
            > quiet
            > user go
            turn started by the user
              agent "done"
            turn completed after 2 responses
            > results
              result the arguments of lookup could not be read: key must be a string at line 1 column 2
        "#]],
    );
}
