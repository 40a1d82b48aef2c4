//! One line of a script ▶ what the model does there. Pure.
//!
//! The words are in [`WORDS`]; the README next to this file explains them. Whatever does not read is
//! refused with a reason that says how it would, because a script that plays something else than was
//! written is worse than none.

use std::ops::RangeInclusive;

use codex_protocol::ids::CallId;
use codex_protocol::response_item::{MessagePhase, ResponseItem};
use codex_protocol::usage::TokenUsage;
use serde_json::{Map, Value, json};

/// Every word that begins a directive.
pub const WORDS: &[&str] = &[
    "say",
    "commentary",
    "final",
    "words",
    "think",
    "think-raw",
    "shell",
    "escalate",
    "stdin",
    "poll",
    "patch",
    "plan",
    "call",
    "call-raw",
    "custom",
    "search",
    "item",
    "pace",
    "wait",
    "usage",
    "limits",
    "header",
    "retry-after",
    "http",
    "usage-limit",
    "fail",
    "overflow",
    "incomplete",
    "disconnect",
    "hang",
    "demo",
    "help",
];

const LONGEST_TEXT: usize = 1_000_000;

/// One thing the model does.
#[derive(Clone, Debug, PartialEq)]
pub enum Directive {
    Say {
        text: String,
        phase: Option<MessagePhase>,
    },
    /// A reasoning item: parts of the summary, or unsummarised text.
    Think {
        summary: Vec<String>,
        raw: Option<String>,
    },
    Call {
        namespace: Option<String>,
        name: String,
        arguments: String,
    },
    /// Input for the command that the last output said is still running.
    Stdin(String),
    Custom {
        name: String,
        input: String,
    },
    /// Any item, as it is.
    Item(Box<ResponseItem>),
    /// Milliseconds before each of the following deltas.
    Pace(u64),
    /// Milliseconds of silence.
    Wait(u64),
    /// What the response reports as used; `None` for no report.
    Usage(Option<TokenUsage>),
    Header {
        name: String,
        value: String,
    },
    /// An error status in place of the answer.
    Http {
        status: u16,
        body: String,
    },
    UsageLimit {
        plan: String,
        resets_at: Option<i64>,
    },
    Fail {
        code: String,
        message: String,
    },
    Incomplete {
        reason: String,
    },
    Disconnect,
    Hang,
}

/// A directive with what stands in front of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Played in these attempts only, counted from 1.
    pub attempts: Option<RangeInclusive<u32>>,
    pub directives: Vec<Directive>,
}

impl Directive {
    /// Bytes of the text that it makes of its line.
    pub fn length(&self) -> usize {
        match self {
            Self::Say { text, .. } => text.len(),
            _ => 0,
        }
    }

    /// Whether the turn goes on with an output for this.
    pub fn is_call(&self) -> bool {
        match self {
            Self::Call { .. } | Self::Stdin(_) | Self::Custom { .. } => true,
            Self::Item(item) => call_of(item).is_some(),
            _ => false,
        }
    }

    /// Whether nothing can follow in the same response.
    pub fn is_end(&self) -> bool {
        matches!(
            self,
            Self::Http { .. }
                | Self::UsageLimit { .. }
                | Self::Fail { .. }
                | Self::Incomplete { .. }
                | Self::Disconnect
                | Self::Hang
        )
    }
}

/// The id under which an output is expected, if the item is a call.
pub fn call_of(item: &ResponseItem) -> Option<CallId> {
    match item {
        ResponseItem::LocalShellCall { call_id: None, id, .. } => id.as_deref().map(CallId::from),
        other => other.call_id().cloned(),
    }
}

/// Reads a directive whose first word is known to be one. `demo` and `help` are the script's business.
pub fn parse(word: &str, rest: &str) -> Result<Vec<Directive>, String> {
    let one = match word {
        "say" => Directive::Say { text: unescaped(needed(word, rest)?), phase: None },
        "commentary" => {
            Directive::Say { text: unescaped(needed(word, rest)?), phase: Some(MessagePhase::Commentary) }
        }
        "final" => {
            Directive::Say { text: unescaped(needed(word, rest)?), phase: Some(MessagePhase::FinalAnswer) }
        }
        "words" => Directive::Say { text: numbered_words(number(word, rest)?)?, phase: None },
        "think" => {
            let parts = needed(word, rest)?.split(" | ").map(unescaped).collect();
            Directive::Think { summary: parts, raw: None }
        }
        "think-raw" => Directive::Think { summary: Vec::new(), raw: Some(unescaped(needed(word, rest)?)) },
        "shell" => function("exec_command", shell_arguments(needed(word, rest)?)?),
        "escalate" => function("exec_command", escalated_arguments(needed(word, rest)?)),
        "stdin" => Directive::Stdin(unescaped(needed(word, rest)?)),
        "poll" => Directive::Stdin(String::new()),
        "patch" => Directive::Custom { name: "apply_patch".into(), input: needed(word, rest)?.to_owned() },
        "plan" => function("update_plan", plan_arguments(needed(word, rest)?)?),
        "call" | "call-raw" => call(word, rest)?,
        "custom" => {
            let (name, input) = two(needed(word, rest)?);
            Directive::Custom { name: name.to_owned(), input: input.to_owned() }
        }
        "search" => item(json!({
            "type": "web_search_call", "status": "completed",
            "action": {"type": "search", "query": needed(word, rest)?},
        }))?,
        "item" => {
            let value = serde_json::from_str(needed(word, rest)?);
            item(value.map_err(|error| format!("`item` needs the JSON of an output item: {error}"))?)?
        }
        "pace" => Directive::Pace(number(word, rest)?),
        "wait" => Directive::Wait(number(word, rest)?),
        "usage" => Directive::Usage(usage(rest)?),
        "limits" => return limits(rest),
        "header" => {
            let (name, value) = rest.split_once(':').ok_or("`header` is written `header NAME: VALUE`")?;
            header(name.trim(), value.trim())?
        }
        "retry-after" => header("retry-after", &number(word, rest)?.to_string())?,
        "http" => http(rest)?,
        "usage-limit" => {
            let (words, fields) = words_and_fields(rest, &["reset"])?;
            let plan = words.first().copied().unwrap_or("plus").to_owned();
            Directive::UsageLimit { plan, resets_at: fields.first().copied().flatten() }
        }
        "fail" => {
            let (code, message) = two(needed(word, rest)?);
            let message = if message.is_empty() { "The rehearsed failure." } else { message };
            Directive::Fail { code: code.to_owned(), message: message.to_owned() }
        }
        "overflow" => Directive::Fail { code: "context_length_exceeded".into(), message: rest.to_owned() },
        "incomplete" => {
            let reason = if rest.is_empty() { "max_output_tokens" } else { rest };
            Directive::Incomplete { reason: reason.to_owned() }
        }
        "disconnect" => Directive::Disconnect,
        "hang" => Directive::Hang,
        _ => return Err(format!("`{word}` is no directive; `help` lists them")),
    };
    Ok(vec![one])
}

fn needed<'a>(word: &str, rest: &'a str) -> Result<&'a str, String> {
    if rest.trim().is_empty() { Err(format!("`{word}` needs something after it")) } else { Ok(rest) }
}

fn number(word: &str, rest: &str) -> Result<u64, String> {
    rest.trim().parse().map_err(|_| format!("`{word}` needs a whole number, not `{rest}`"))
}

fn two(rest: &str) -> (&str, &str) {
    let (first, second) = rest.trim_start().split_once(char::is_whitespace).unwrap_or((rest.trim(), ""));
    (first, second.trim_start())
}

/// `\n`, `\t`, `\\` and `\xHH` as in most languages; any other backslash stands for itself.
fn unescaped(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        let (before, after) = rest.split_at(at);
        result.push_str(before);
        let code = after.get(2..4).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        let (character, length) = match (after.as_bytes().get(1), code) {
            (Some(b'n'), _) => ('\n', 2),
            (Some(b't'), _) => ('\t', 2),
            (Some(b'\\'), _) => ('\\', 2),
            (Some(b'x'), Some(code)) => (char::from(code), 4),
            _ => ('\\', 1),
        };
        result.push(character);
        rest = after.get(length..).unwrap_or("");
    }
    result + rest
}

fn numbered_words(count: u64) -> Result<String, String> {
    let most = LONGEST_TEXT as u64;
    if count == 0 || count > most {
        return Err(format!("`words` takes 1 to {most}"));
    }
    Ok((0..count).map(|index| format!("word{index} ")).collect())
}

fn function(name: &str, arguments: Value) -> Directive {
    Directive::Call { namespace: None, name: name.to_owned(), arguments: arguments.to_string() }
}

/// A command line, or all arguments as JSON.
fn shell_arguments(text: &str) -> Result<Value, String> {
    if text.trim_start().starts_with("{\"") {
        let arguments = object("shell", text)?;
        return match arguments.get("cmd") {
            Some(Value::String(_)) => Ok(Value::Object(arguments)),
            _ => Err("`shell {…}` needs a string `cmd`".to_owned()),
        };
    }
    Ok(json!({"cmd": text.trim()}))
}

/// `COMMAND # why`
fn escalated_arguments(text: &str) -> Value {
    let (command, why) =
        text.rsplit_once(" # ").unwrap_or((text, "May this command run outside the sandbox?"));
    json!({"cmd": command.trim(), "sandbox_permissions": "require_escalated", "justification": why.trim()})
}

/// `[x] done; [>] running; [ ] to do`
fn plan_arguments(text: &str) -> Result<Value, String> {
    let steps = text.split(';').map(|step| {
        let step = step.trim();
        let marks = [("[x]", "completed"), ("[>]", "in_progress"), ("[ ]", "pending")];
        let found = marks.iter().find_map(|(mark, status)| Some((step.strip_prefix(mark)?, status)));
        let (step, status) = found.ok_or_else(|| {
            format!("`{step}` is no step; a plan is written `plan [x] done; [>] now; [ ] later`")
        })?;
        Ok(json!({"step": step.trim(), "status": status}))
    });
    Ok(json!({"plan": steps.collect::<Result<Vec<_>, String>>()?}))
}

/// `NAME JSON` or `NAMESPACE/NAME JSON`
fn call(word: &str, rest: &str) -> Result<Directive, String> {
    let (name, arguments) = two(needed(word, rest)?);
    let arguments = match word {
        "call-raw" => arguments.to_owned(),
        _ if arguments.is_empty() => "{}".to_owned(),
        _ => Value::Object(object(word, arguments)?).to_string(),
    };
    let (namespace, name) = match name.split_once('/') {
        Some((namespace, name)) => (Some(namespace.to_owned()), name),
        None => (None, name),
    };
    Ok(Directive::Call { namespace, name: name.to_owned(), arguments })
}

fn object(word: &str, text: &str) -> Result<Map<String, Value>, String> {
    serde_json::from_str(text).map_err(|error| format!("`{word}` needs a JSON object: {error}"))
}

fn item(value: Value) -> Result<Directive, String> {
    let kind = value.get("type").and_then(Value::as_str).unwrap_or("").to_owned();
    match serde_json::from_value(value) {
        Ok(ResponseItem::Other) => Err(format!("`{kind}` is no type of an item")),
        Ok(item @ ResponseItem::LocalShellCall { .. }) if call_of(&item).is_none() => {
            Err(format!("`{kind}` needs a `call_id`"))
        }
        Ok(item) => Ok(Directive::Item(Box::new(item))),
        Err(error) => Err(format!("this is no output item: {error}")),
    }
}

/// Bare words, and the values of the named fields (`name=number`) in the given order.
fn words_and_fields<'a>(rest: &'a str, names: &[&str]) -> Result<(Vec<&'a str>, Vec<Option<i64>>), String> {
    let mut fields = vec![None; names.len()];
    let mut words = Vec::new();
    for word in rest.split_whitespace() {
        let Some((name, value)) = word.split_once('=') else {
            words.push(word);
            continue;
        };
        let field = names.iter().position(|known| *known == name).and_then(|index| fields.get_mut(index));
        let field = field.ok_or_else(|| format!("`{name}` is unknown here; known: {}", names.join(", ")))?;
        *field = Some(value.parse().map_err(|_| format!("`{name}` needs a whole number"))?);
    }
    Ok((words, fields))
}

fn usage(rest: &str) -> Result<Option<TokenUsage>, String> {
    if rest.trim() == "none" {
        return Ok(None);
    }
    let (words, fields) = words_and_fields(rest, &["input", "cached", "output", "reasoning"])?;
    let [input, cached, output, reasoning] = fields.as_slice() else { return Ok(None) };
    if !words.is_empty() || fields.iter().all(Option::is_none) {
        return Err("`usage` is written `usage input=N cached=N output=N reasoning=N` or `usage none`".into());
    }
    let [input, output] = [input.unwrap_or(0), output.unwrap_or(0)];
    Ok(Some(TokenUsage {
        input_tokens: input,
        cached_input_tokens: cached.unwrap_or(0),
        output_tokens: output,
        reasoning_output_tokens: reasoning.unwrap_or(0),
        total_tokens: input.saturating_add(output),
        ..TokenUsage::default()
    }))
}

/// `PRIMARY [SECONDARY] [reset=UNIX]`, in percent used
fn limits(rest: &str) -> Result<Vec<Directive>, String> {
    let (words, fields) = words_and_fields(rest, &["reset"])?;
    if words.is_empty() || words.len() > 2 || words.iter().any(|word| word.parse::<f64>().is_err()) {
        return Err("`limits` is written `limits PRIMARY [SECONDARY] [reset=UNIX]`, in percent used".into());
    }
    let mut headers = Vec::new();
    for (word, (name, minutes)) in words.iter().zip([("primary", "300"), ("secondary", "10080")]) {
        headers.push(header(&format!("x-codex-{name}-used-percent"), word)?);
        headers.push(header(&format!("x-codex-{name}-window-minutes"), minutes)?);
        if let Some(reset) = fields.first().copied().flatten() {
            headers.push(header(&format!("x-codex-{name}-reset-at"), &reset.to_string())?);
        }
    }
    Ok(headers)
}

fn header(name: &str, value: &str) -> Result<Directive, String> {
    let good = name.parse::<reqwest::header::HeaderName>().is_ok()
        && reqwest::header::HeaderValue::from_str(value).is_ok();
    if !good {
        return Err(format!("`{name}: {value}` is no header"));
    }
    Ok(Directive::Header { name: name.to_owned(), value: value.to_owned() })
}

/// `STATUS [BODY]`; a body that is not JSON is the message of an ordinary error body.
fn http(rest: &str) -> Result<Directive, String> {
    let (status, body) = two(rest);
    let status = status.parse().ok().filter(|status| (300..600).contains(status));
    let status = status.ok_or("`http` needs a status from 300 to 599")?;
    let body = match body {
        "" => json!({"error": {"message": "The rehearsed error."}}).to_string(),
        body if body.starts_with('{') => body.to_owned(),
        body => json!({"error": {"message": body}}).to_string(),
    };
    Ok(Directive::Http { status, body })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_written_as_a_model_would() {
        let arguments = |line: &str| {
            let (word, rest) = line.split_once(' ').unwrap();
            match parse(word, rest).unwrap().remove(0) {
                Directive::Call { name, arguments, .. } => format!("{name} {arguments}"),
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(arguments("shell ls -la | wc"), r#"exec_command {"cmd":"ls -la | wc"}"#);
        assert_eq!(arguments(r#"shell {"cmd":"vi","tty":true}"#), r#"exec_command {"cmd":"vi","tty":true}"#);
        assert_eq!(
            arguments("escalate touch /x # May I?"),
            r#"exec_command {"cmd":"touch /x","sandbox_permissions":"require_escalated","justification":"May I?"}"#
        );
        assert_eq!(
            arguments("plan [x] a; [ ] b"),
            r#"update_plan {"plan":[{"step":"a","status":"completed"},{"step":"b","status":"pending"}]}"#
        );
        assert_eq!(arguments("call-raw tool {not json"), "tool {not json");
    }

    #[test]
    fn escapes_are_those_of_most_languages() {
        assert_eq!(unescaped(r"a\nb\\n\x03\q\"), "a\nb\\n\u{3}\\q\\");
        assert_eq!(unescaped("\\xä"), "\\xä");
    }

    #[test]
    fn what_does_not_read_is_refused_with_the_remedy() {
        for (word, rest, reason) in [
            ("say", " ", "`say` needs something after it"),
            ("words", "many", "`words` needs a whole number, not `many`"),
            ("words", "0", "`words` takes 1 to 1000000"),
            (
                "plan",
                "the work",
                "`the work` is no step; a plan is written `plan [x] done; [>] now; [ ] later`",
            ),
            ("call", "tool {", "`call` needs a JSON object: EOF while parsing an object at line 1 column 1"),
            ("http", "200", "`http` needs a status from 300 to 599"),
            ("usage", "in=3", "`in` is unknown here; known: input, cached, output, reasoning"),
            ("item", r#"{"type":"x"}"#, "`x` is no type of an item"),
            ("header", "x y: z", "`x y: z` is no header"),
        ] {
            assert_eq!(parse(word, rest).unwrap_err(), reason);
        }
    }
}
