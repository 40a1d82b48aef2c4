//! Anthropic Messages, as Anthropic speaks it, and servers that imitate it.

pub mod decode;
mod model;
pub mod request;
