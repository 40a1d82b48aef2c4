//! The list of all tools, with the condition for each.

use std::sync::Arc;

use crate::config::{Config, features};
use crate::model::catalog::ModelInfo;
use crate::tools::handlers::apply_patch::ApplyPatch;
use crate::tools::handlers::exec_command::ExecCommand;
use crate::tools::handlers::update_plan::UpdatePlan;
use crate::tools::handlers::write_stdin::WriteStdin;
use crate::tools::registry::{ToolHandler, ToolRegistry};

/// The tools of a conversation, in the order in which the model sees them.
pub fn tools(config: &Config, model: &ModelInfo) -> ToolRegistry {
    let runs_commands = config.is_enabled(&features::UNIFIED_EXEC);
    // In the form that the model knows.
    let patch = if model.freeform_patch { ApplyPatch::Freeform } else { ApplyPatch::Function };
    let all: [(bool, Arc<dyn ToolHandler>); 4] = [
        (runs_commands, Arc::new(ExecCommand)),
        (runs_commands, Arc::new(WriteStdin)),
        (true, Arc::new(UpdatePlan)),
        (true, Arc::new(patch)),
    ];
    let offered = all.into_iter().filter(|(is_offered, _)| *is_offered);
    ToolRegistry::new(offered.map(|(_, handler)| handler).collect())
}
