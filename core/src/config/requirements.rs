//! What an administrator demands of all settings. Nothing reads such demands yet, so there are none.

/// Demands that settings must meet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirements {}

/// The demands in force.
pub fn in_force() -> Option<Requirements> {
    None
}
