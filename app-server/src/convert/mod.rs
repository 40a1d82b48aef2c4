//! Between the words of the engine and the words of the wire. Pure: no I/O, no state, no clock.
//!
//! `to_core` reads what a client sends and refuses what the engine cannot do, naming the field. `to_wire` never
//! fails: what a client cannot be told exactly it is told as closely as the wire allows.

pub(crate) mod to_core;
pub(crate) mod to_wire;
