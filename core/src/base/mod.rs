//! Leaves: small things without domain words, usable everywhere.

pub mod backoff;
pub mod cancel;
pub mod paths;
pub mod spawn;
pub mod text;
pub mod time;
