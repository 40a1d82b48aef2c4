//! A small tree from a YAML text, bounded in depth. Pure.
//!
//! Every scalar is a text; tags say nothing. References to other parts of the text are refused, because a few of them
//! can stand for more than fits into memory.

use saphyr_parser::{Event, Parser};

/// Deeper than anything that makes sense.
const DEEPEST: usize = 16;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node {
    Text(String),
    List(Vec<Node>),
    Map(Vec<(String, Node)>),
}

impl Node {
    pub fn get(&self, key: &str) -> Option<&Node> {
        match self {
            Node::Map(entries) => entries.iter().find(|(found, _)| found == key).map(|(_, node)| node),
            Node::Text(_) | Node::List(_) => None,
        }
    }

    /// A text that says something, on one line.
    pub fn line(&self, key: &str) -> Option<String> {
        match self.get(key)? {
            Node::Text(text) => Some(one_line(text)).filter(|text| !text.is_empty()),
            Node::List(_) | Node::Map(_) => None,
        }
    }
}

/// The text with every run of white space and control characters as one space.
pub fn one_line(text: &str) -> String {
    let words = text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ")
}

/// What is still open.
enum Open {
    List(Vec<Node>),
    Map { entries: Vec<(String, Node)>, key: Option<String> },
}

/// The first document of a text, or what is wrong with it.
pub fn parse(text: &str) -> Result<Node, String> {
    let mut open: Vec<Open> = Vec::new();
    for event in Parser::new_from_str(text) {
        let (event, _) = event
            .map_err(|error| format!("{} (line {} of the YAML text)", error.info(), error.marker().line()))?;
        let complete = match event {
            Event::Scalar(text, ..) => Node::Text(text.into_owned()),
            Event::SequenceStart(..) | Event::MappingStart(..) if open.len() >= DEEPEST => {
                return Err(format!("it is nested more than {DEEPEST} levels deep"));
            }
            Event::SequenceStart(..) => {
                open.push(Open::List(Vec::new()));
                continue;
            }
            Event::MappingStart(..) => {
                open.push(Open::Map { entries: Vec::new(), key: None });
                continue;
            }
            Event::SequenceEnd | Event::MappingEnd => match open.pop() {
                Some(Open::List(nodes)) => Node::List(nodes),
                Some(Open::Map { entries, .. }) => Node::Map(entries),
                None => continue,
            },
            Event::Alias(_) => return Err("references (`*name`) are not supported".to_owned()),
            Event::DocumentEnd | Event::StreamEnd => break,
            Event::Nothing | Event::StreamStart | Event::DocumentStart(_) => continue,
        };
        match (open.last_mut(), complete) {
            (None, node) => return Ok(node),
            (Some(Open::List(nodes)), node) => nodes.push(node),
            (Some(Open::Map { entries, key }), node) => match (key.take(), node) {
                (Some(key), node) => entries.push((key, node)),
                (None, Node::Text(text)) => *key = Some(text),
                (None, Node::List(_) | Node::Map(_)) => {
                    return Err("a key must be a text".to_owned());
                }
            },
        }
    }
    Ok(Node::Map(Vec::new()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_lists_and_maps() {
        let node = parse("a: one\nb:\n  - x\n  - y: \"two\\nlines\"\nc: |\n  1\n  2\n").unwrap();
        assert_eq!(node.line("a").as_deref(), Some("one"));
        assert_eq!(node.line("c").as_deref(), Some("1 2"));
        let Some(Node::List(items)) = node.get("b") else { panic!() };
        assert_eq!(items[0], Node::Text("x".into()));
        assert_eq!(items[1].line("y").as_deref(), Some("two lines"));
        assert_eq!(parse("").unwrap(), Node::Map(Vec::new()));
    }

    #[test]
    fn bombs_and_nonsense_are_refused() {
        assert!(parse("a: &x [1]\nb: *x").unwrap_err().contains("references"));
        assert!(parse(&"[".repeat(50)).unwrap_err().contains("levels deep"));
        assert!(parse(&"[".repeat(10_000)).is_err());
        assert!(parse("a: [1").is_err());
        assert!(parse("? [a]\n: b").unwrap_err().contains("key"));
    }
}
