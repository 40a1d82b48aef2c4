//! Facts about repositories.

pub mod info;
pub mod place;
