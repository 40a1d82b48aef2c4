//! What the model can call.
//!
//! A call goes through this folder from top to bottom: the [`router`] reads a call out of a model
//! item, the [`runtime`] runs the calls of one response (side by side where that is allowed), a
//! handler of the [`registry`] does the work, and the [`orchestrator`] decides for those that touch
//! the machine whether to ask and where to run. [`planning`] makes a launch of a
//! command. [`builtin`] is the list of all tools. What tools do to files (a [`patch`]) or read of them
//! ([`files`]) is done by an [`errand`] inside the sandbox.

pub mod assessment;
pub mod builtin;
pub mod call;
pub mod dynamic;
pub mod errand;
pub mod files;
pub mod gate;
pub mod handlers;
pub mod orchestrator;
pub mod patch;
pub mod planning;
pub mod progress;
pub mod registry;
pub mod router;
pub mod runtime;
pub mod sandboxed;
