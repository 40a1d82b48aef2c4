//! Leaves: small things without domain words, usable everywhere.

pub mod alike;
pub mod backoff;
pub mod cancel;
pub mod descriptors;
pub mod digest;
pub mod environment;
pub mod files;
pub mod http;
pub mod image;
pub mod json;
pub mod line_diff;
#[cfg(test)]
pub mod mutate;
pub mod nearest;
pub mod paths;
pub mod private_folder;
pub mod secret;
pub mod spawn;
pub mod text;
pub mod time;
