//! The behaviour of the methods, one file each, in folders by resource.

pub mod initialize;
mod not_yet;
