//! The agent's own questions: shown one by one, answered by a number or in other words.
//!
//! An empty line passes a question over; so does whoever is not there.

use codex_app_server_protocol::v2::user_input::{
    ToolRequestUserInputAnswer, ToolRequestUserInputParams, ToolRequestUserInputQuestion,
    ToolRequestUserInputResponse,
};

use super::Error;
use super::person::Person;

pub async fn ask(
    params: &ToolRequestUserInputParams,
    person: &mut Person<'_>,
) -> Result<ToolRequestUserInputResponse, Error> {
    let mut response = ToolRequestUserInputResponse::default();
    for question in &params.questions {
        for line in shown(question) {
            person.terminal.complain(line);
        }
        person.typed.forget();
        person.terminal.ask("  a number, or your own words: ");
        let line = tokio::select! {
            line = person.typed.line() => line?,
            () = person.interrupts.next() => return Ok(response),
        };
        let Some(line) = line else { return Ok(response) };
        if let Some(answer) = understood(question, line.trim()) {
            let answer = ToolRequestUserInputAnswer { answers: vec![answer] };
            response.answers.insert(question.id.clone(), answer);
        }
    }
    Ok(response)
}

/// The first option of each is the one that the agent would choose.
pub fn first_options(params: &ToolRequestUserInputParams) -> ToolRequestUserInputResponse {
    let mut response = ToolRequestUserInputResponse::default();
    for question in &params.questions {
        let first = question.options.iter().flatten().next();
        let answers = first.map(|option| option.label.clone()).into_iter().collect();
        response.answers.insert(question.id.clone(), ToolRequestUserInputAnswer { answers });
    }
    response
}

pub fn shown(question: &ToolRequestUserInputQuestion) -> Vec<String> {
    let options = question.options.iter().flatten().zip(1..);
    let options =
        options.map(|(option, number)| format!("  {number}. {}: {}", option.label, option.description));
    std::iter::once(question.question.clone()).chain(options).collect()
}

fn understood(question: &ToolRequestUserInputQuestion, line: &str) -> Option<String> {
    let options = question.options.as_deref().unwrap_or_default();
    let chosen = line.parse::<usize>().ok().and_then(|number| options.get(number.checked_sub(1)?));
    let answer = chosen.map_or(line, |option| &option.label);
    (!answer.is_empty()).then(|| answer.to_owned())
}

#[cfg(test)]
mod tests {
    use codex_app_server_protocol::v2::user_input::ToolRequestUserInputOption;

    use super::*;

    #[test]
    fn a_number_chooses_and_other_words_stand_for_themselves() {
        let option =
            |label: &str| ToolRequestUserInputOption { label: label.into(), description: "d".into() };
        let question = ToolRequestUserInputQuestion {
            id: "colour".into(),
            header: "Colour".into(),
            question: "Which colour?".into(),
            is_other: true,
            is_secret: false,
            options: Some(vec![option("red"), option("blue")]),
        };
        assert_eq!(shown(&question), ["Which colour?", "  1. red: d", "  2. blue: d"]);
        for (line, answer) in
            [("2", Some("blue")), ("3", Some("3")), ("0", Some("0")), ("a b", Some("a b")), ("", None)]
        {
            assert_eq!(understood(&question, line).as_deref(), answer, "{line}");
        }
    }
}
