//! Facts about repositories.
