//! Turns: starting one, adding to it, ending it.

mod interrupt;
mod start;
mod steer;
