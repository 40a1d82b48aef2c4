//! The model client.
