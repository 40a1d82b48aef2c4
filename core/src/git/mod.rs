//! Facts about repositories.

pub mod info;
