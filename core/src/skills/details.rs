//! How a skill is shown and what it needs, as `agents/openai.yaml` beside its `SKILL.md` says. Pure.
//!
//! All of it is for clients: what is missing, broken or leads out of the skill's folder is as if it were not there.

use std::path::{Component, Path, PathBuf};

use super::manifest::first_characters;
use super::yaml::{self, Node};

/// In characters.
const LONGEST_PROMPT: usize = 1024;
const LONGEST_LINE: usize = 1024;
const MOST_TOOLS: usize = 64;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Details {
    pub interface: Option<Interface>,
    pub tools: Vec<Tool>,
    /// Whether the model may choose it without being told to.
    pub is_offered: bool,
}

impl Default for Details {
    fn default() -> Self {
        Self { interface: None, tools: Vec::new(), is_offered: true }
    }
}

/// How to show it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Interface {
    pub display_name: Option<String>,
    pub short_description: Option<String>,
    pub icon_small: Option<PathBuf>,
    pub icon_large: Option<PathBuf>,
    pub brand_color: Option<String>,
    pub default_prompt: Option<String>,
}

/// A tool that it needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tool {
    pub kind: String,
    pub value: String,
    pub description: Option<String>,
    pub transport: Option<String>,
    pub command: Option<String>,
    pub url: Option<String>,
}

/// `folder` is that of the skill.
pub fn parse(text: &str, folder: &Path) -> Details {
    let Ok(root) = yaml::parse(text) else { return Details::default() };
    let tools = match root.get("dependencies").and_then(|needs| needs.get("tools")) {
        Some(Node::List(tools)) => tools.iter().filter_map(tool).take(MOST_TOOLS).collect(),
        Some(Node::Text(_) | Node::Map(_)) | None => Vec::new(),
    };
    let implicit = root.get("policy").and_then(|policy| policy.line("allow_implicit_invocation"));
    Details {
        interface: root.get("interface").and_then(|node| interface(node, folder)),
        tools,
        is_offered: implicit.as_deref() != Some("false"),
    }
}

fn interface(node: &Node, folder: &Path) -> Option<Interface> {
    let interface = Interface {
        display_name: line(node, "display_name"),
        short_description: line(node, "short_description"),
        icon_small: node.line("icon_small").and_then(|path| inside(folder, &path)),
        icon_large: node.line("icon_large").and_then(|path| inside(folder, &path)),
        brand_color: node.line("brand_color").filter(|color| is_color(color)),
        default_prompt: node
            .line("default_prompt")
            .filter(|prompt| first_characters(prompt, LONGEST_PROMPT) == prompt),
    };
    matches!(node, Node::Map(entries) if !entries.is_empty()).then_some(interface)
}

fn tool(node: &Node) -> Option<Tool> {
    Some(Tool {
        kind: line(node, "type")?,
        value: line(node, "value")?,
        description: line(node, "description"),
        transport: line(node, "transport"),
        command: line(node, "command"),
        url: line(node, "url"),
    })
}

fn line(node: &Node, key: &str) -> Option<String> {
    node.line(key).map(|text| first_characters(&text, LONGEST_LINE).to_owned())
}

fn inside(folder: &Path, path: &str) -> Option<PathBuf> {
    let parts = Path::new(path).components();
    let parts: Vec<_> = parts.filter(|part| !matches!(part, Component::CurDir)).collect();
    let is_inside = !parts.is_empty() && parts.iter().all(|part| matches!(part, Component::Normal(_)));
    is_inside.then(|| folder.join(parts.iter().collect::<PathBuf>()))
}

/// `#` and six hexadecimal digits.
fn is_color(text: &str) -> bool {
    text.strip_prefix('#')
        .is_some_and(|hex| hex.len() == 6 && hex.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_can_be_said() {
        let details = parse(
            "interface:\n  display_name: Nice\n  icon_small: ./assets/s.svg\n  icon_large: l.png\n  \
             brand_color: '#3B82F6'\n  default_prompt: Use $x\n\
             dependencies:\n  tools:\n    - type: mcp\n      value: gh\n      url: https://x/y\n    - value: untyped\n\
             policy:\n  allow_implicit_invocation: false\n",
            Path::new("/s"),
        );
        let interface = details.interface.unwrap();
        assert_eq!(interface.display_name.as_deref(), Some("Nice"));
        assert_eq!(interface.icon_small, Some("/s/assets/s.svg".into()));
        assert_eq!(interface.icon_large, Some("/s/l.png".into()));
        assert_eq!(interface.brand_color.as_deref(), Some("#3B82F6"));
        assert_eq!(interface.default_prompt.as_deref(), Some("Use $x"));
        assert_eq!(details.tools.len(), 1);
        assert_eq!(details.tools[0].url.as_deref(), Some("https://x/y"));
        assert!(!details.is_offered);
    }

    #[test]
    fn what_is_wrong_is_not_there() {
        assert_eq!(parse("interface: [", Path::new("/s")), Details::default());
        let text = format!(
            "interface:\n  icon_small: ../x.svg\n  icon_large: /x.png\n  brand_color: red\n  default_prompt: {}",
            "p".repeat(1025)
        );
        assert_eq!(parse(&text, Path::new("/s")).interface, Some(Interface::default()));
        assert_eq!(parse("interface: x\ndependencies: {tools: x}", Path::new("/s")), Details::default());
    }
}
