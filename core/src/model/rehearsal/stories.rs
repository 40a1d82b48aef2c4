//! The rehearsal model through the model client, played as the README next to this file promises.

use expect_test::{Expect, expect};

use crate::model::rehearsal::directives::WORDS;
use crate::model::rehearsal::script::{self, Script};
use crate::model::rehearsal::story::Story;

const README: &str = include_str!("README.md");

async fn check(messages: &[&str], expected: Expect) {
    let mut story = Story::new(None);
    for message in messages {
        story.turn(message).await;
    }
    expected.assert_eq(&story.trace.join("\n"));
}

/// The fenced blocks of the README with this mark.
fn blocks(mark: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut lines = README.lines();
    while let Some(line) = lines.next() {
        if line == format!("```{mark}") {
            blocks.push(lines.by_ref().take_while(|line| *line != "```").collect::<Vec<_>>().join("\n"));
        }
    }
    blocks
}

#[test]
fn the_readme_explains_every_directive_with_a_line_that_plays() {
    let mut explained: Vec<&str> = Vec::new();
    for row in README.lines().filter_map(|line| line.strip_prefix("| `")) {
        let directive = row.split_once("` |").unwrap().0.replace("\\|", "|");
        let whole =
            if directive.ends_with("<<END") { format!("{directive}\ntext\nEND") } else { directive.clone() };
        script::rounds(&whole).unwrap_or_else(|error| panic!("{directive}: {error}"));
        let word = directive.split(' ').next().unwrap().to_owned();
        explained.push(WORDS.iter().find(|known| **known == word).unwrap_or_else(|| panic!("{word}")));
    }
    explained.dedup();
    assert_eq!(explained, WORDS);
}

#[tokio::test(start_paused = true)]
async fn the_examples_play_as_they_say() {
    let mut story = Story::new(None);
    for block in blocks("rehearsal") {
        story.trace.push("---".into());
        story.outputs = 0;
        story.turn(&block).await;
    }
    expect![[r#"
        ---
        reasoning rs_1_0["Looking around."] in 2 deltas
        message msg_1_1["I will look."] in 3 deltas
        function_call fc_1_2 exec_command {"cmd":"ls"}
        completed Some(35)
        function_call fc_4_0 exec_command {"cmd":"pwd"}
        function_call fc_4_1 exec_command {"cmd":"date"}
        completed Some(44)
        message msg_6_0["The first said: out 1"] in 5 deltas
        completed Some(64)
        ---
        function_call fc_8_0 exec_command {"cmd":"python3 -i","tty":true,"yield_time_ms":500}
        completed Some(106)
        function_call fc_9_0 write_stdin {"session_id":7,"chars":"print(6 * 7)\n"}
        completed Some(123)
        function_call fc_10_0 write_stdin {"session_id":7,"chars":"\u0004"}
        completed Some(138)
        message msg_11_0["It printed out 2"] in 4 deltas
        completed Some(148)
        ---
        function_call fc_13_0 update_plan {"plan":[{"step":"write","status":"in_progress"},{"step":"check","status":"pending"}]}
        completed Some(205)
        custom_tool_call ctc_14_0 apply_patch *** Begin Patch
        *** Add File: hello.txt
        +hello
        *** End Patch
        completed Some(227)
        function_call fc_15_0 update_plan {"plan":[{"step":"write","status":"completed"},{"step":"check","status":"completed"}]}
        completed Some(255)
        message msg_16_0["Written."] in 1 deltas
        completed Some(264)
        ---
        message msg_19_0["Half an ans"] in 3 deltas
        again: The model's answer broke off: connection closed, as rehearsed
        message msg_20_0["The whole answer."] in 3 deltas
        completed Some(120)
        ---
        failed: UsageLimitExceeded, Some(RateLimitWindow { used_percent: 99.0, window_minutes: Some(300), resets_at: Some(1893456000) })"#]].assert_eq(&story.trace.join("\n"));
}

#[tokio::test(start_paused = true)]
async fn a_script_file_has_sections() {
    let mut story = Story::new(Some(&blocks("file")[0]));
    for message in ["please fix the bug", "and now?", "again", "say scripts in messages win"] {
        story.turn(message).await;
    }
    expect![[r#"
        function_call fc_1_0 exec_command {"cmd":"cat src/main.rs"}
        completed Some(11)
        message msg_2_0["Fixed."] in 1 deltas
        completed Some(19)
        message msg_4_0["This is your second message."] in 5 deltas
        completed Some(28)
        message msg_6_0["I do not know that one."] in 6 deltas
        completed Some(35)
        message msg_8_0["scripts in messages win"] in 4 deltas
        completed Some(47)"#]]
    .assert_eq(&story.trace.join("\n"));
}

#[tokio::test(start_paused = true)]
async fn every_directive_plays() {
    let mut story = Story::new(None);
    for row in README.lines().filter_map(|line| line.strip_prefix("| `")) {
        let directive = row.split_once("` |").unwrap().0.replace("\\|", "|");
        if matches!(directive.as_str(), "words 50000" | "help" | "demo") {
            continue;
        }
        story.trace.push(format!("--- {directive}"));
        story
            .turn(&if directive.ends_with("<<END") { format!("{directive}\ntext\nEND") } else { directive })
            .await;
    }
    expect![[r#"
        --- say Hello, world
        message msg_1_0["Hello, world"] in 2 deltas
        completed Some(7)
        --- commentary I will look first
        message msg_3_0["I will look first"] in 4 deltas
        completed Some(19)
        --- final All done
        message msg_5_0["All done"] in 2 deltas
        completed Some(23)
        --- think Weighing it. | Decided.
        reasoning rs_7_0["Weighing it.", "Decided."] in 3 deltas
        completed Some(36)
        --- think-raw Unsummarised thoughts
        reasoning rs_9_0["Unsummarised thoughts"] in 2 deltas
        completed Some(44)
        --- shell ls -la
        function_call fc_11_0 exec_command {"cmd":"ls -la"}
        completed Some(45)
        message msg_12_0["The script ends here. The last tool gave back:\n\nout 1"] in 11 deltas
        completed Some(66)
        --- shell {"cmd": "vi", "tty": true, "yield_time_ms": 500}
        function_call fc_14_0 exec_command {"cmd":"vi","tty":true,"yield_time_ms":500}
        completed Some(90)
        message msg_15_0["The script ends here. The last tool gave back:\n\nout 2"] in 11 deltas
        completed Some(110)
        --- escalate make install # May I install it?
        function_call fc_17_0 exec_command {"cmd":"make install","sandbox_permissions":"require_escalated","justification":"May I install it?"}
        completed Some(145)
        message msg_18_0["The script ends here. The last tool gave back:\n\nout 3"] in 11 deltas
        completed Some(166)
        --- stdin :q!\n
        function_call fc_20_0 write_stdin {"session_id":0,"chars":":q!\n"}
        completed Some(176)
        message msg_21_0["The script ends here. The last tool gave back:\n\nout 4"] in 11 deltas
        completed Some(196)
        --- poll
        function_call fc_23_0 write_stdin {"session_id":0,"chars":""}
        completed Some(204)
        message msg_24_0["The script ends here. The last tool gave back:\n\nout 5"] in 11 deltas
        completed Some(224)
        --- patch <<END
        custom_tool_call ctc_26_0 apply_patch text
        completed Some(229)
        message msg_27_0["The script ends here. The last tool gave back:\n\nout 6"] in 11 deltas
        completed Some(250)
        --- plan [x] look; [>] edit; [ ] test
        function_call fc_29_0 update_plan {"plan":[{"step":"look","status":"completed"},{"step":"edit","status":"in_progress"},{"step":"test","status":"pending"}]}
        completed Some(289)
        message msg_30_0["The script ends here. The last tool gave back:\n\nout 7"] in 11 deltas
        completed Some(309)
        --- call view_image {"path": "a.png"}
        function_call fc_32_0 view_image {"path":"a.png"}
        completed Some(320)
        message msg_33_0["The script ends here. The last tool gave back:\n\nout 8"] in 11 deltas
        completed Some(341)
        --- call-raw view_image {broken
        function_call fc_35_0 view_image {broken
        completed Some(349)
        message msg_36_0["The script ends here. The last tool gave back:\n\nout 9"] in 11 deltas
        completed Some(369)
        --- custom notes some text
        custom_tool_call ctc_38_0 notes some text
        completed Some(377)
        message msg_39_0["The script ends here. The last tool gave back:\n\nout 10"] in 11 deltas
        completed Some(397)
        --- search weather in Rome
        web_search_call ws_41_0
        completed Some(402)
        --- item {"type": "local_shell_call", "call_id": "c", "status": "completed", "action": {"type": "exec", "command": ["ls"]}}
        local_shell_call 
        completed Some(432)
        message msg_44_0["The script ends here. The last tool gave back:\n\nout 11"] in 11 deltas
        completed Some(453)
        --- pace 40
        completed Some(454)
        --- wait 2000
        completed Some(457)
        --- usage input=900 cached=500 output=40 reasoning=10
        completed Some(940)
        --- limits 12.5 40 reset=1893456000
        limits Some(12.5)
        completed Some(477)
        --- header x-request-id: abc
        completed Some(483)
        --- retry-after 2
        completed Some(486)
        --- http 503 Sorry
        again: The model server at rehearsal answered with status 503: Sorry
        again: The model server at rehearsal answered with status 503: Sorry
        failed: The model server at rehearsal answered with status 503: Sorry
        --- usage-limit plus reset=1893456000
        failed: UsageLimitExceeded, None
        --- fail server_error Out of luck
        again: The model server reported a failure: Out of luck
        again: The model server reported a failure: Out of luck
        failed: The model server reported a failure: Out of luck
        --- overflow
        failed: The conversation no longer fits into the model's context window. Start a new one.
        --- incomplete max_output_tokens
        failed: The model's answer is incomplete, reason: max_output_tokens
        --- disconnect
        again: The model's answer broke off: connection closed, as rehearsed
        again: The model's answer broke off: connection closed, as rehearsed
        failed: The model's answer broke off: connection closed, as rehearsed
        --- hang
        again: The model server was silent for 5 s (`stream_idle_timeout_ms`)
        again: The model server was silent for 5 s (`stream_idle_timeout_ms`)
        failed: The model server was silent for 5 s (`stream_idle_timeout_ms`)"#]].assert_eq(&story.trace.join("\n"));
}

#[tokio::test(start_paused = true)]
async fn the_demonstration_plays() {
    check(&["demo"], expect![[r#"
        reasoning rs_1_0["Looking around first.", "The folder shows what kind of project this is."] in 12 deltas
        message msg_1_1["I will look around, ask for a permission, and then sum up."] in 12 deltas
        function_call fc_1_2 update_plan {"plan":[{"step":"Look around","status":"in_progress"},{"step":"Ask to leave the sandbox","status":"pending"},{"step":"Sum up","status":"pending"}]}
        completed Some(70)
        function_call fc_4_0 exec_command {"cmd":"ls"}
        completed Some(62)
        function_call fc_5_0 update_plan {"plan":[{"step":"Look around","status":"completed"},{"step":"Ask to leave the sandbox","status":"in_progress"},{"step":"Sum up","status":"pending"}]}
        completed Some(107)
        function_call fc_6_0 exec_command {"cmd":"uname -sr","sandbox_permissions":"require_escalated","justification":"This is what an approval looks like: may I run `uname -sr` outside the sandbox?"}
        completed Some(153)
        function_call fc_7_0 update_plan {"plan":[{"step":"Look around","status":"completed"},{"step":"Ask to leave the sandbox","status":"completed"},{"step":"Sum up","status":"completed"}]}
        completed Some(197)
        message msg_8_0["In the sandbox, `ls` printed:\n\nout 2\n\nOutside of it, with your permission or without:\n\nout 4\n\nThat was the rehearsal model: everything you saw was real but the thinking. Send `help` to script it yourself."] in 36 deltas
        completed Some(255)"#]]).await;
}

#[tokio::test(start_paused = true)]
async fn other_messages_are_answered() {
    check(
        &["What can you do?", "plan my holidays", "Please:\n```rehearsal\nsay fenced\n```\nthanks"],
        expect![[r#"
            message msg_1_0["This is the rehearsal model. It is built in, needs neither account nor network, and plays whatever your message tells it to. You wrote: “What can you do?”.\n\nSend `demo` to see a command, a plan and an approval, `shell ls` to run a command, or `help` for everything else."] in 50 deltas
            completed Some(73)
            message msg_3_0["This is the rehearsal model, and your message reads like a script, but line 1: `my holidays` is no step; a plan is written `plan [x] done; [>] now; [ ] later`. Send `help` for the directives."] in 37 deltas
            completed Some(124)
            message msg_5_0["fenced"] in 1 deltas
            completed Some(136)"#]],
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_script_that_does_not_read_says_where() {
    for (text, reason) in [
        ("say a\n\nsay", "line 3: `say` needs something after it"),
        (
            "disconnect\nsay a",
            "line 2: never reached, because the line before ends the response; `attempt 1 …` limits that line to the first attempt",
        ),
        ("attempt 1 shell ls", "line 1: `attempt` cannot stand before a tool call"),
        ("attempt x say a", "line 1: `attempt` is written `attempt N DIRECTIVE` or `attempt N-M DIRECTIVE`"),
        ("say a\npatch <<END\ntext", "line 2: there is no line `END` that ends this text"),
        ("say a\n[turn 1]", "line 2: headings belong into script files"),
        ("dance", "line 1: `dance` is no directive; `help` lists them"),
    ] {
        assert_eq!(script::rounds(text).unwrap_err().to_string(), reason);
    }
    let error = Script::parse("say a\n[when]\nsay b").unwrap_err();
    assert_eq!(
        error.to_string(),
        "line 2: a heading is `[contains TEXT]`, `[turn N]`, `[otherwise]`, `[compact]` or `[review]`"
    );
}

#[tokio::test]
async fn a_script_comes_from_a_file_and_says_what_is_wrong_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("script");
    let mut provider = Story::new(None).client.provider().clone();
    let mut play = async |text: &str, path: &std::path::Path| {
        std::fs::write(folder.path().join("script"), text).unwrap();
        provider.script = Some(path.to_owned());
        let mut story = Story::with_provider(provider.clone(), None);
        story.turn("hello").await;
        story.trace.remove(0).replace(folder.path().to_str().unwrap(), "~")
    };
    assert_eq!(play("say From the file", &path).await, "message msg_1_0[\"From the file\"] in 3 deltas");
    let field = "failed: `model_providers.rehearsal.script`";
    assert_eq!(
        play("\nsay", &path).await,
        format!("{field} (~/script) cannot be played: line 2: `say` needs something after it")
    );
    assert_eq!(
        play("", folder.path()).await,
        format!("{field} (~) must be a file of at most 16777216 bytes")
    );
    assert_eq!(play("", "x".as_ref()).await, format!("{field} (x) must be an absolute path"));
}

#[tokio::test(start_paused = true)]
async fn ids_are_never_used_twice() {
    let mut story = Story::new(None);
    for message in ["say a\ndisconnect", "say a", "shell ls\nsay {output}", "hang", "say b"] {
        story.turn(message).await;
    }
    let words = story.trace.iter().filter_map(|line| line.split([' ', '[']).nth(1));
    let ids: Vec<_> = words.filter(|word| word.starts_with("msg_") || word.starts_with("fc_")).collect();
    assert_eq!(ids.len(), 7);
    let mut unique = ids.clone();
    unique.sort_unstable();
    unique.dedup();
    assert_eq!(unique.len(), ids.len(), "{ids:?}");
    assert!(story.trace.iter().any(|line| line.contains("was silent for 5 s")), "{:#?}", story.trace);
}

#[tokio::test(start_paused = true)]
async fn pace_is_time_and_slow_is_slower() {
    let mut story = Story::new(None);
    let start = tokio::time::Instant::now();
    story.turn("words 1000").await;
    assert!(start.elapsed().is_zero());
    story.turn("wait 100\npace 10\nwords 10\npace 0\nwords 10").await;
    assert_eq!(start.elapsed().as_millis(), 200);
    story.prompt.model = "rehearsal-slow".into();
    story.turn("words 10").await;
    assert!((500..510).contains(&start.elapsed().as_millis()), "{:?}", start.elapsed());
}
