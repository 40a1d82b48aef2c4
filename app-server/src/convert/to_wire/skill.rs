//! Skills, as clients are told of them.

use codex_app_server_protocol::v2::skills as wire;
use codex_core::skills::details::{Interface, Tool};
use codex_core::skills::{Problem, Scope, Skill};

use super::path as text_of;

pub(crate) fn skill(skill: Skill) -> wire::SkillMetadata {
    let tools: Vec<_> = skill.tools.into_iter().map(tool).collect();
    wire::SkillMetadata {
        name: skill.name,
        description: skill.description,
        short_description: skill.short_description,
        interface: skill.interface.map(interface),
        dependencies: (!tools.is_empty()).then_some(wire::SkillDependencies { tools }),
        path: text_of(&skill.path),
        scope: match skill.scope {
            Scope::Repo => wire::SkillScope::Repo,
            Scope::User => wire::SkillScope::User,
            Scope::System => wire::SkillScope::System,
            Scope::Admin => wire::SkillScope::Admin,
        },
        enabled: skill.is_enabled,
        plugin_id: None,
    }
}

pub(crate) fn problem(Problem { path, message }: Problem) -> wire::SkillErrorInfo {
    wire::SkillErrorInfo { path: text_of(&path), message }
}

fn interface(interface: Interface) -> wire::SkillInterface {
    wire::SkillInterface {
        display_name: interface.display_name,
        short_description: interface.short_description,
        icon_small: interface.icon_small.as_deref().map(text_of),
        icon_large: interface.icon_large.as_deref().map(text_of),
        icon_small_url: None,
        icon_large_url: None,
        brand_color: interface.brand_color,
        default_prompt: interface.default_prompt,
    }
}

fn tool(tool: Tool) -> wire::SkillToolDependency {
    let Tool { kind, value, description, transport, command, url } = tool;
    wire::SkillToolDependency { kind, value, description, transport, command, url }
}
