//! Tools by name.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use futures::future::BoxFuture;

use crate::model::tool_spec::ToolSpec;
use crate::tools::call::{ToolCall, ToolError, ToolOutput};
use crate::turn::port::SessionTaskContext;

/// A tool. The one open set of the engine, because tool servers add to it while it runs.
pub trait ToolHandler: Send + Sync {
    fn name(&self) -> &str;

    /// What the model is told about it; none for a tool that is only understood.
    fn spec(&self) -> Option<ToolSpec>;

    /// Whether it may run beside other calls of the same response.
    fn is_parallel(&self) -> bool {
        false
    }

    /// Whether a call waits until it is known what the files were before it. What only looks or asks says no.
    fn may_change_files(&self) -> bool {
        true
    }

    fn run<'a>(&'a self, call: &'a ToolCall, context: &'a SessionTaskContext) -> Running<'a>;
}

/// A call at work.
pub type Running<'a> = BoxFuture<'a, Result<ToolOutput, ToolError>>;

/// The tools of a conversation, in the order in which they are offered.
#[derive(Default)]
pub struct ToolRegistry {
    handlers: BTreeMap<String, Arc<dyn ToolHandler>>,
    specs: Vec<ToolSpec>,
}

impl ToolRegistry {
    /// Adds a tool behind those that the model is told of.
    pub fn offer(&mut self, handler: Arc<dyn ToolHandler>) {
        self.specs.extend(handler.spec());
        self.understand(handler);
    }

    /// Adds a tool that the model is not told of.
    pub fn understand(&mut self, handler: Arc<dyn ToolHandler>) {
        self.handlers.insert(handler.name().to_owned(), handler);
    }

    /// Takes a tool away.
    pub fn withdraw(&mut self, name: &str) {
        if let Some(handler) = self.handlers.remove(name) {
            let spec = handler.spec();
            self.specs.retain(|offered| Some(offered) != spec.as_ref());
        }
    }

    pub fn get(&self, name: &str) -> Option<Arc<dyn ToolHandler>> {
        self.handlers.get(name).cloned()
    }

    #[cfg(test)]
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.handlers.keys().map(String::as_str)
    }

    pub fn specs(&self) -> Arc<[ToolSpec]> {
        self.specs.as_slice().into()
    }
}

impl fmt::Debug for ToolRegistry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.handlers.keys()).finish()
    }
}
