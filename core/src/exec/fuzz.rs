//! What a fuzzer feeds to the readers of command lines and of rules: whatever a model or a file says is read, judged,
//! summed up and shown, and what a rule allows as a whole it allows in each of its commands.

use crate::base::mutate;
use crate::exec::parse::nested::every_command;
use crate::exec::parse::patch_script;
use crate::exec::parse::summary::summarize;
use crate::exec::policy::files::{RuleSet, Rulebook};
use crate::exec::policy::judge::{Ruling, commands};
use crate::exec::policy::language;
use crate::exec::policy::proposal::Cause;
use crate::exec::safety;

const RULES: &str = r#"prefix_rule(pattern=["git", ["status", "log"]])
prefix_rule(pattern=["ls"])
prefix_rule(pattern=["rm"], decision="forbidden", justification="no")
"#;

fn script(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let argv = ["bash", "-lc", &text].map(str::to_owned);
    let summary = summarize(&argv);
    assert!(!summary.is_empty());
    let is_safe = safety::is_known_safe(&argv);
    assert!(!is_safe || safety::danger(&argv).is_none(), "both harmless and dangerous");
    every_command(&argv);
    patch_script::find_in(&argv);
    let book = book(RULES);
    if book.judge(&argv) == Ruling::Allowed {
        assert!(commands(&argv).iter().all(|words| book.allows(words)));
    }
    book.propose(&argv, None, Cause::Untrusted);
}

fn rules(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    match language::parse(&text) {
        Ok(rules) => assert!(rules.prefixes.iter().all(|rule| !rule.pattern.is_empty())),
        Err(error) => assert!(!error.message.is_empty() && text.get(error.at).is_some()),
    }
}

fn book(text: &str) -> Rulebook {
    let rules = language::parse(text).unwrap();
    let set = RuleSet { prefixes: rules.prefixes, executables: rules.executables };
    Rulebook { sets: vec![set], ..Rulebook::default() }
}

#[test]
fn changed_scripts_are_survived() {
    let corpus = [
        "git status && ls -la | head -n 3; rm -rf 'a b'",
        "cd x && apply_patch <<'EOF'\n*** Begin Patch\n*** Delete File: a\n*** End Patch\nEOF\n",
        "for f in *.rs; do sed -n '1,20p' \"$f\"; done > out 2>&1",
        "find . -name '*.rs' -exec grep -n \"a$(id)b\" {} \\; || true",
        "bash -c \"env X=1 sudo -u me rg --files | xargs -n1 cat\"",
        "if [ -f a ]; then echo `pwd` ${HOME:-x}; fi &",
    ];
    let words = [
        "'", "\"", "`", "$(", ")", "${", "}", "\\", "\n", "&&", "||", ";", "|", "<<EOF\n", "EOF", "rm -rf ",
        "git ", "\0", "ä",
    ];
    mutate::feed_less(10, &corpus.map(|text| text.as_bytes().to_vec()), &words, script);
}

#[test]
fn changed_rules_are_survived() {
    let words = ["prefix_rule(", "pattern=", "[", "]", ")", "\"", "'''", "#", "\\", ",", "\n", "\0", "ä"];
    let hosts = "host_executable(name=\"git\", paths=[\"/usr/bin/git\"])\n# why\n";
    mutate::feed(&[RULES.as_bytes().to_vec(), hosts.as_bytes().to_vec()], &words, rules);
}
