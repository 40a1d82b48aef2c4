//! What rules files may say, and what is told of those that say something else.

use expect_test::{Expect, expect};

use super::*;

fn show(rules: &Rules) -> String {
    let rule = |rule: &PrefixRule| {
        let pattern: Vec<String> = rule.pattern.iter().map(|choices| choices.join("|")).collect();
        let why = rule.justification.as_deref().map(|why| format!(" because {why}")).unwrap_or_default();
        format!("{:?} {}{why}\n", rule.decision, pattern.join(" "))
    };
    rules.prefixes.iter().map(rule).collect()
}

fn check(text: &str, expected: Expect) {
    expected.assert_eq(&match parse(text) {
        Ok(rules) => show(&rules),
        Err(RuleError { at, message, remedy }) => {
            format!("`{}`: {message}. {remedy}\n", text.get(at).unwrap_or("?"))
        }
    });
}

#[test]
fn rules_are_read() {
    check(
        r#"
# What is often used.
prefix_rule(pattern=["touch"], decision="allow")
GIT = "git"
READ = ["status", 'log']
prefix_rule(
    pattern = [GIT, READ + ["diff"],],  # three of them
    match = ["git status -s", ["git", "log"]],
    not_match = ["git push"],
)
prefix_rule(["curl"], "forbidden", justification = "use " + "wget"); prefix_rule(pattern=("mkdir",))
"#
        .replace("(\"mkdir\",)", "[\"mkdir\"], decision=\"prompt\", match=None")
        .as_str(),
        expect![[r#"
            Allow touch
            Allow git status|log|diff
            Forbidden curl because use wget
            Prompt mkdir
        "#]],
    );
    check("", expect![""]);
}

#[test]
fn places_of_programs_and_hosts_are_read() {
    let rules = parse(
        "prefix_rule(pattern=['t'], match=['/opt/t'], not_match=['/usr/bin/t'])\n\
         host_executable(name='t', paths=['/opt/t'])\nnetwork_rule(host='x', protocol='https', decision='allow')",
    )
    .unwrap();
    assert_eq!(rules.executables["t"], ["/opt/t"]);
    assert!(rules.network.is_some());
}

#[test]
fn what_is_wrong_is_named_with_its_place_and_the_remedy() {
    for (text, expected) in [
        (
            "prefix_rule(pattern=[\"a\"]\n",
            "``: `,` or `)` is expected, but the line ends. Close the call with `)`\n",
        ),
        ("blah(x=1)", "`blah`: there is no `blah`. Use prefix_rule or host_executable\n"),
        (
            "prefix_rule(pattern=['a'], x=1)",
            "`1`: there is no argument `x`. Remove it, or correct its name\n",
        ),
        (
            "prefix_rule(pattern=['a'], decision='maybe')",
            "`'maybe'`: `maybe` is no decision. Use \"allow\", \"prompt\" or \"forbidden\"\n",
        ),
        (
            "prefix_rule(pattern=[])",
            "`[]`: `pattern` has 0 words. Name at least the program, and not hundreds of words\n",
        ),
        (
            "prefix_rule(pattern=['a', 1])",
            "`1`: a text or a list of texts is expected. Write [\"a\", \"b\"]\n",
        ),
        ("prefix_rule(pattern=['a', []])", "`[]`: the list is empty. Name at least one\n"),
        ("prefix_rule(pattern='a')", "`'a'`: `pattern` is no list. Write [\"git\", \"status\"]\n"),
        ("prefix_rule(decision='allow')", "`prefix_rule`: `pattern` is missing. Add it to the call\n"),
        ("prefix_rule(pattern=[a])", "`a`: `a` has no value. Write texts in quotes\n"),
        (
            "prefix_rule(pattern=['a'], justification='')",
            "`''`: the text is empty. Write something, or leave it out\n",
        ),
        (
            "prefix_rule(pattern=['a'], match=['b c'])",
            "`'b c'`: the rule does not match its example `b c`. Correct the pattern or the example\n",
        ),
        (
            "prefix_rule(pattern=['a'], not_match=['a c'])",
            "`'a c'`: the rule matches `a c`, which it must not. Correct the pattern or the example\n",
        ),
        (
            "prefix_rule(pattern=['a'], match=[\"'\"])",
            "`\"'\"`: the example is no command line. Close its quotes, or give words\n",
        ),
        (
            "def f():\n  pass",
            "`def`: `def` is not understood: only calls and assignments are. Write the rules out one by one\n",
        ),
        (
            "[prefix_rule(pattern=[x]) for x in y]",
            "`[`: a call is expected, but there is `[`. Begin each line with `prefix_rule(`\n",
        ),
        ("a = 'x' + ['y']", "`'x' + ['y']`: only two texts or two lists can be added. Write the value out\n"),
        (
            "prefix_rule(pattern=['a'], pattern=['b'])",
            "`pattern`: `pattern` is given twice. Remove one of them\n",
        ),
        (
            "prefix_rule(['a'], 'allow', [], [], 'x', 'y')",
            "`'y'`: one argument too many. Name the arguments\n",
        ),
        (
            "prefix_rule",
            "``: `(` or `=` is expected, but the line ends. Write a call such as prefix_rule(pattern=[\"ls\"])\n",
        ),
        ("a = [[[[[[[[[[['x']]]]]]]]]]]", "`[`: too many brackets are open. Write it flatter\n"),
    ] {
        let RuleError { at, message, remedy } = parse(text).unwrap_err();
        let said = format!("`{}`: {message}. {remedy}\n", text.get(at).unwrap_or("?"));
        assert_eq!(said, expected, "{text}");
    }
}

proptest::proptest! {
    #[test]
    fn nothing_makes_it_panic(text in "(prefix_rule|host_executable|pattern|=|\\(|\\)|\\[|\\]|,|'a'|x|\n|\\+|;|1){0,24}") {
        let _ = parse(&text);
    }
}
