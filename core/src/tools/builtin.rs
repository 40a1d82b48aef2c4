//! The list of all tools, with the condition for each.

use std::sync::Arc;

use crate::tools::handlers::exec_command::ExecCommand;
use crate::tools::handlers::update_plan::UpdatePlan;
use crate::tools::handlers::write_stdin::WriteStdin;
use crate::tools::registry::{ToolHandler, ToolRegistry};

/// The tools of a conversation, in the order in which the model sees them.
pub fn tools() -> ToolRegistry {
    let handlers: Vec<Arc<dyn ToolHandler>> = vec![
        Arc::new(ExecCommand), // always
        Arc::new(WriteStdin),  // always
        Arc::new(UpdatePlan),  // always
    ];
    ToolRegistry::new(handlers)
}
