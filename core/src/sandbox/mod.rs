//! The boundary around commands.
