//! The app server.
pub mod transport;
