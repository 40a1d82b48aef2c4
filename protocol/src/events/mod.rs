//! The payloads of [`crate::event::EventMsg`].

pub mod approval;
pub mod exec;
pub mod goal;
pub mod item;
pub mod mcp;
pub mod message;
pub mod notice;
pub mod review;
pub mod turn;
pub mod usage;
