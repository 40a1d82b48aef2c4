//! Chat Completions, as OpenAI has defined it and many servers speak it, each with habits of its own.

mod calls;
mod chunk;
pub mod decode;
mod details;
pub mod request;
