//! The list of all tools, with the condition for each.

use std::sync::Arc;

use codex_protocol::dynamic_tool::DynamicToolSpec;
use codex_protocol::mode::ModeKind;

use crate::config::{Config, features};
use crate::model::catalog::{ModelInfo, ShellKind};
use crate::tools::dynamic;
use crate::tools::handlers::apply_patch::ApplyPatch;
use crate::tools::handlers::create_goal::CreateGoal;
use crate::tools::handlers::dynamic_tool::ClientTool;
use crate::tools::handlers::exec_command::ExecCommand;
use crate::tools::handlers::get_goal::GetGoal;
use crate::tools::handlers::grep_files::GrepFiles;
use crate::tools::handlers::list_dir::ListDir;
use crate::tools::handlers::read_file::ReadFile;
use crate::tools::handlers::request_permissions::RequestPermissions;
use crate::tools::handlers::request_user_input::RequestUserInput;
use crate::tools::handlers::shell::Shell;
use crate::tools::handlers::shell_command::ShellCommand;
use crate::tools::handlers::update_goal::UpdateGoal;
use crate::tools::handlers::update_plan::UpdatePlan;
use crate::tools::handlers::view_image::ViewImage;
use crate::tools::handlers::web_search::WebSearch;
use crate::tools::handlers::write_stdin::WriteStdin;
use crate::tools::registry::{ToolHandler, ToolRegistry};

/// Whether the model is told of a tool, or it is only carried out when the model has learned of it elsewhere.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tool {
    Offered,
    Understood,
    Absent,
}

/// Names of the tools below, and those under which model servers have tools of their own. The tools that only read files
/// are left out: where a client has better ones, those take their place.
pub const NAMES: [&str; 15] = [
    "exec_command",
    "write_stdin",
    "shell",
    "shell_command",
    "local_shell",
    "container.exec",
    "get_goal",
    "create_goal",
    "update_goal",
    "update_plan",
    "request_user_input",
    "request_permissions",
    "apply_patch",
    "view_image",
    "web_search",
];

/// What the offer depends on besides the configuration.
#[derive(Clone, Copy, Debug)]
pub struct Offer<'a> {
    pub model: &'a ModelInfo,
    pub mode: ModeKind,
    /// Tools that the client carries out.
    pub client: &'a [DynamicToolSpec],
    /// Whether there can be a goal.
    pub goals: bool,
}

/// The tools of a conversation, in the order in which the model sees them.
pub fn tools(config: &Config, Offer { model, mode, client, goals }: Offer<'_>) -> ToolRegistry {
    let runs_commands = config.is_enabled(&features::SHELL_TOOL);
    let has_sessions = runs_commands && config.is_enabled(&features::UNIFIED_EXEC);
    let kind = match model.shell {
        ShellKind::Words if config.is_enabled(&features::SHELL_COMMAND_TOOL) => ShellKind::Script,
        kind => kind,
    };
    let session = if has_sessions { Tool::Offered } else { Tool::Absent };
    let shell = |of: ShellKind| match (runs_commands, has_sessions) {
        (false, _) => Tool::Absent,
        (true, false) if kind == of => Tool::Offered,
        (true, _) => Tool::Understood,
    };
    let container = if runs_commands { Tool::Understood } else { Tool::Absent };
    // In the form that the model knows.
    let patch = if model.freeform_patch { ApplyPatch::Freeform } else { ApplyPatch::Function };
    let settings = &config.tools;
    let offered_if = |condition: bool| if condition { Tool::Offered } else { Tool::Absent };
    // A tool of the client was checked not to take the name of another when the conversation began; of a later version's
    // it may have one.
    let mut client = dynamic::offered(client);
    client.retain(|tool| !NAMES.contains(&tool.name().as_str()));
    let is_clients = |name: &str| client.iter().any(|tool| tool.name() == name);
    let reads = |name: &str, setting: Option<bool>| {
        offered_if(setting.unwrap_or(model.file_tools) && !is_clients(name))
    };
    let plans = mode == ModeKind::Plan;
    let asks = plans || config.is_enabled(&features::DEFAULT_MODE_REQUEST_USER_INPUT);
    let permissions = offered_if(config.is_enabled(&features::REQUEST_PERMISSIONS_TOOL));
    // What belongs to the other mode says so.
    let in_mode = |is_offered: bool| if is_offered { Tool::Offered } else { Tool::Understood };
    let all: [(Tool, Arc<dyn ToolHandler>); 17] = [
        (session, Arc::new(ExecCommand)),
        (session, Arc::new(WriteStdin)),
        (shell(ShellKind::Words), Arc::new(Shell::Function)),
        (shell(ShellKind::Script), Arc::new(ShellCommand)),
        (shell(ShellKind::Local), Arc::new(Shell::Local)),
        (container, Arc::new(Shell::Container)),
        (in_mode(!plans), Arc::new(UpdatePlan { is_offered: !plans })),
        (in_mode(asks), Arc::new(RequestUserInput { is_offered: asks })),
        (permissions, Arc::new(RequestPermissions)),
        (offered_if(goals), Arc::new(GetGoal)),
        (offered_if(goals), Arc::new(CreateGoal)),
        (offered_if(goals), Arc::new(UpdateGoal)),
        (Tool::Offered, Arc::new(patch)),
        (reads("grep_files", settings.grep_files), Arc::new(GrepFiles)),
        (reads("read_file", settings.read_file), Arc::new(ReadFile)),
        (reads("list_dir", settings.list_dir), Arc::new(ListDir)),
        (offered_if(model.images && shows_images(config)), Arc::new(ViewImage::default())),
    ];
    let mut registry = ToolRegistry::default();
    for (tool, handler) in all {
        match tool {
            Tool::Offered => registry.offer(handler),
            Tool::Understood => registry.understand(handler),
            Tool::Absent => {}
        }
    }
    if let Some(search) = WebSearch::configured(config, model) {
        registry.offer(Arc::new(search));
    }
    client.into_iter().for_each(|tool| registry.offer(Arc::new(ClientTool::new(tool))));
    registry
}

/// Under its own name, or one of those that it once had.
fn shows_images(config: &Config) -> bool {
    let is_off = config.features.get("view_image") == Some(&false);
    config.is_enabled(&features::VIEW_IMAGE) && !is_off && config.tools.view_image != Some(false)
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::base::paths::AbsolutePath;
    use crate::model::catalog;

    fn offer(model: &ModelInfo) -> Offer<'_> {
        Offer { model, mode: ModeKind::Default, client: &[], goals: false }
    }

    #[test]
    fn every_name_is_known_and_those_of_tools_that_read_may_be_taken() {
        let path = AbsolutePath::new("/").unwrap();
        let mut config = Config::defaults(path.clone(), path);
        config.features.extend(features::FEATURES.map(|feature| (feature.key.to_owned(), true)));
        let model = catalog::find("codex-exp-1");
        let reading = ["grep_files", "list_dir", "read_file"];
        for mode in [ModeKind::Plan, ModeKind::Default] {
            let registry = tools(&config, Offer { mode, ..offer(&model) });
            let unknown: Vec<_> = registry.names().filter(|name| !NAMES.contains(name)).collect();
            assert_eq!(unknown, reading, "missing in NAMES");
        }
        let tool = |name: &str| {
            let text =
                format!(r#"{{"type":"function","name":"{name}","description":"mine","inputSchema":{{}}}}"#);
            serde_json::from_str(&text).unwrap()
        };
        let client = ["read_file", "exec_command"].map(tool);
        let specs = tools(&config, Offer { client: &client, ..offer(&model) }).specs();
        let count = |name: &str| specs.iter().filter(|spec| spec.name() == name).count();
        assert_eq!((count("read_file"), count("exec_command")), (1, 1));
    }

    fn commands_offered(model: &str, switches: &[(&str, bool)]) -> String {
        let folder = AbsolutePath::new("/w").unwrap();
        let mut config = Config::defaults(folder.clone(), folder);
        for (key, on) in switches {
            config.features.insert((*key).to_owned(), *on);
        }
        let registry = tools(&config, offer(&catalog::find(model)));
        let specs = registry.specs();
        let names: Vec<&str> = specs.iter().map(|spec| spec.name()).collect();
        let understood = ["shell", "container.exec", "local_shell", "shell_command", "exec_command"];
        let understood: Vec<&str> = understood
            .into_iter()
            .filter(|name| !names.contains(name) && registry.get(name).is_some())
            .collect();
        format!("{model} {switches:?}: {} ({})\n", names.join(" "), understood.join(" "))
    }

    #[test]
    fn the_command_tool_is_that_of_the_settings_and_of_the_model() {
        let mut table = String::new();
        for switches in [
            &[][..],
            &[("unified_exec", false)],
            &[("unified_exec", false), ("shell_command_tool", true)],
            &[("shell_tool", false)],
        ] {
            for model in ["gpt-5", "gpt-5.1-codex-max", "codex-mini-latest"] {
                table += &commands_offered(model, switches);
            }
        }
        expect![[r#"
            gpt-5 []: exec_command write_stdin update_plan apply_patch view_image web_search (shell container.exec local_shell shell_command)
            gpt-5.1-codex-max []: exec_command write_stdin update_plan apply_patch view_image web_search (shell container.exec local_shell shell_command)
            codex-mini-latest []: exec_command write_stdin update_plan apply_patch view_image web_search (shell container.exec local_shell shell_command)
            gpt-5 [("unified_exec", false)]: shell update_plan apply_patch view_image web_search (container.exec local_shell shell_command)
            gpt-5.1-codex-max [("unified_exec", false)]: shell_command update_plan apply_patch view_image web_search (shell container.exec local_shell)
            codex-mini-latest [("unified_exec", false)]: local_shell update_plan apply_patch view_image web_search (shell container.exec shell_command)
            gpt-5 [("unified_exec", false), ("shell_command_tool", true)]: shell_command update_plan apply_patch view_image web_search (shell container.exec local_shell)
            gpt-5.1-codex-max [("unified_exec", false), ("shell_command_tool", true)]: shell_command update_plan apply_patch view_image web_search (shell container.exec local_shell)
            codex-mini-latest [("unified_exec", false), ("shell_command_tool", true)]: local_shell update_plan apply_patch view_image web_search (shell container.exec shell_command)
            gpt-5 [("shell_tool", false)]: update_plan apply_patch view_image web_search ()
            gpt-5.1-codex-max [("shell_tool", false)]: update_plan apply_patch view_image web_search ()
            codex-mini-latest [("shell_tool", false)]: update_plan apply_patch view_image web_search ()
        "#]].assert_eq(&table);
    }

    fn offered(model: &str, set: impl FnOnce(&mut Config)) -> String {
        let path = |path: &str| AbsolutePath::new(path).unwrap();
        let mut config = Config::defaults(path("/home"), path("/work"));
        set(&mut config);
        let specs = tools(&config, offer(&catalog::find(model))).specs();
        specs.iter().map(|spec| spec.name().to_owned()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_conversation_that_can_have_a_goal_has_the_tools_for_it() {
        let path = |path: &str| AbsolutePath::new(path).unwrap();
        let config = Config::defaults(path("/home"), path("/work"));
        let model = catalog::find("gpt-5.5");
        let without = tools(&config, offer(&model)).specs();
        let with = tools(&config, Offer { goals: true, ..offer(&model) }).specs();
        let added = with
            .iter()
            .map(|spec| spec.name())
            .filter(|name| !without.iter().any(|spec| spec.name() == *name));
        assert_eq!(added.collect::<Vec<_>>(), ["get_goal", "create_goal", "update_goal"]);
    }

    #[test]
    fn which_tools_a_model_is_offered() {
        let usual = "exec_command write_stdin update_plan apply_patch";
        assert_eq!(offered("gpt-5.5", |_| ()), format!("{usual} view_image web_search"));
        assert_eq!(
            offered("codex-exp-1", |_| ()),
            format!("{usual} grep_files read_file list_dir view_image web_search")
        );
        assert_eq!(offered("gpt-oss", |_| ()), format!("{usual} web_search"), "it takes no images");
        let set = |config: &mut Config| {
            config.tools.read_file = Some(true);
            config.tools.view_image = Some(false);
            config.model_provider.requires_openai_auth = false;
        };
        assert_eq!(offered("llama-4", set), format!("{usual} read_file"));
        for key in ["view_image", "view_image_tool"] {
            let shown = offered("gpt-5.5", |config| {
                config.features.insert(key.to_owned(), false);
            });
            assert_eq!(shown, format!("{usual} web_search"));
        }
    }
}
