//! The behaviour of the methods, one file each, in folders by resource.

mod account;
mod config;
pub mod initialize;
mod model;
mod paging;
mod permission;
mod skills;
mod thread;
mod turn;
