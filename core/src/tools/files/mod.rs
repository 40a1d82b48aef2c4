//! Reading files for the model without a command: lines, folders, searches, images.
//!
//! [`ask`] sends a [`job`] into the sandbox, where the [`reader`], this same program started again, carries it out: what a
//! confined command may not read it may not read either, links included. It reads regular files only, waits for
//! nothing, and answers with a bounded text. An interrupt ends it.

pub mod ask;
mod grep;
mod ignored;
mod image;
mod indentation;
pub mod job;
mod list;
mod open;
pub mod reader;
mod text;
