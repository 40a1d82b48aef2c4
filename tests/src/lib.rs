//! The harness for tests of the real process.
