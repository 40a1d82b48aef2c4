//! The Responses API.

pub mod decode;
pub mod request;
mod web_search;
