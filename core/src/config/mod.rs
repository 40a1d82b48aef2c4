//! Settings.

pub mod provider;
