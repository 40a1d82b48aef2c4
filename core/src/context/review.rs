//! A review in words: what the reviewer is told, what its answer means, and what the conversation keeps of it.
//!
//! The answer is to be a JSON object. A model that writes something around it, or no JSON at all, has still reviewed:
//! then the text counts as it is.

use codex_protocol::response_item::ResponseItem;
use codex_protocol::review::{CodeLocation, ReviewFinding, ReviewOutput};
use serde::Deserialize;

use crate::context::environment::{ACTION_CLOSE, ACTION_OPEN};

/// What the reviewer is told about its job.
pub const INSTRUCTIONS: &str = include_str!("prompts/review.md");
/// What the client is shown when the reviewer has said nothing.
const NOTHING: &str = "The reviewer gave no answer.";
/// The same where there was no reviewer any more.
const NO_RESULT: &str = "The review ended without a result: it was interrupted, or it failed.";

/// The answer as models write it: some leave out what they are not sure of.
#[derive(Deserialize)]
struct Answer {
    findings: Vec<Finding>,
    #[serde(default)]
    overall_correctness: Option<String>,
    #[serde(default)]
    overall_explanation: Option<String>,
    #[serde(default)]
    overall_confidence_score: Option<f64>,
}

#[derive(Deserialize)]
struct Finding {
    title: String,
    #[serde(default)]
    body: String,
    #[serde(default)]
    confidence_score: Option<f64>,
    #[serde(default)]
    priority: Option<i64>,
    code_location: CodeLocation,
}

/// What the reviewer's last words mean.
pub fn output(text: &str) -> ReviewOutput {
    let braces = text.find('{').zip(text.rfind('}')).and_then(|(first, last)| text.get(first..=last));
    let answer = [Some(text), braces].into_iter().flatten().find_map(|text| serde_json::from_str(text).ok());
    match answer {
        Some(answer) => structured(answer),
        None => ReviewOutput { overall_explanation: text.trim().to_owned(), ..ReviewOutput::default() },
    }
}

fn structured(answer: Answer) -> ReviewOutput {
    let findings = answer.findings.into_iter().map(|finding| ReviewFinding {
        title: finding.title,
        body: finding.body,
        confidence_score: finding.confidence_score.unwrap_or_default(),
        priority: finding.priority.unwrap_or_default(),
        code_location: finding.code_location,
    });
    ReviewOutput {
        findings: findings.collect(),
        overall_correctness: answer.overall_correctness.unwrap_or_default(),
        overall_explanation: answer.overall_explanation.unwrap_or_default(),
        overall_confidence_score: answer.overall_confidence_score.unwrap_or_default(),
    }
}

/// What the client is shown of the end of a review.
pub fn result(output: Option<&ReviewOutput>) -> String {
    output.map_or_else(|| NO_RESULT.to_owned(), text)
}

/// A review as people read it: the explanation, then the findings.
pub fn text(output: &ReviewOutput) -> String {
    let mut parts = Vec::new();
    let explanation = output.overall_explanation.trim();
    parts.extend((!explanation.is_empty()).then(|| explanation.to_owned()));
    parts.extend(match output.findings.len() {
        0 => None,
        1 => Some("Review comment:".to_owned()),
        _ => Some("Full review comments:".to_owned()),
    });
    parts.extend(output.findings.iter().map(finding_text));
    if parts.is_empty() { NOTHING.to_owned() } else { parts.join("\n\n") }
}

fn finding_text(finding: &ReviewFinding) -> String {
    let CodeLocation { absolute_file_path, line_range } = &finding.code_location;
    let (path, title) = (absolute_file_path.display(), finding.title.trim());
    let mut text = format!("- {title} — {path}:{}-{}", line_range.start, line_range.end);
    for line in finding.body.trim().lines() {
        text.push_str("\n  ");
        text.push_str(line);
    }
    text
}

/// What the model of the conversation is told of it.
pub fn note(hint: &str, result: &str) -> ResponseItem {
    ResponseItem::message(
        "user",
        format!(
            "{ACTION_OPEN}\n<context>The user had a change reviewed by another agent, which saw nothing of this \
             conversation ({hint}). Its answer is below. It is here to be known; act on it when the user asks for \
             that.</context>\n<action>review</action>\n<results>\n{}\n</results>\n{ACTION_CLOSE}",
            result.trim()
        ),
    )
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    const FINDING: &str = r#"{"title":"[P2] Wrong","body":"One.\nTwo.","confidence_score":0.9,"priority":2,"code_location":{"absolute_file_path":"/w/a.rs","line_range":{"start":1,"end":2}}}"#;

    fn check(answer: &str, expected: Expect) {
        expected.assert_eq(&text(&output(answer)));
    }

    #[test]
    fn findings_are_listed_below_the_explanation() {
        let answer = format!(
            r#"{{"findings":[{FINDING}],"overall_correctness":"patch is incorrect","overall_explanation":"One problem.","overall_confidence_score":0.8}}"#
        );
        let one = expect![[r#"
            One problem.

            Review comment:

            - [P2] Wrong — /w/a.rs:1-2
              One.
              Two."#]];
        one.assert_eq(&text(&output(&answer)));
        one.assert_eq(&text(&output(&format!("Here it is:\n```json\n{answer}\n```\nThat is all."))));
        check(
            &format!(r#"{{"findings":[{FINDING},{FINDING}]}}"#),
            expect![[r#"
                Full review comments:

                - [P2] Wrong — /w/a.rs:1-2
                  One.
                  Two.

                - [P2] Wrong — /w/a.rs:1-2
                  One.
                  Two."#]],
        );
    }

    #[test]
    fn what_is_no_answer_in_json_counts_as_it_is() {
        check(" It is fine {as far as I see}. ", expect!["It is fine {as far as I see}."]);
        check(r#"{"findings":[{"title":"no place"}]}"#, expect![[r#"{"findings":[{"title":"no place"}]}"#]]);
        check("{}", expect!["{}"]);
        check(r#"{"findings":[],"overall_explanation":"All good."}"#, expect!["All good."]);
        check(r#"{"findings":[]}"#, expect!["The reviewer gave no answer."]);
        check("", expect!["The reviewer gave no answer."]);
    }

    #[test]
    fn what_a_model_leaves_out_is_no_reason_to_lose_the_rest() {
        let answer = r#"{"findings":[{"title":"t","priority":null,"code_location":{"absolute_file_path":"a","line_range":{"start":1,"end":1}}}]}"#;
        check(
            answer,
            expect![[r#"
                Review comment:

                - t — a:1-1"#]],
        );
    }
}
