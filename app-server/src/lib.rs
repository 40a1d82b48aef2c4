//! The app server.

#![allow(dead_code)]

mod convert;
mod projection;
