//! Statements that must stay, because removing them would change the scope of a name.

use std::collections::HashMap;

/// The part of a removable statement that must stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum KeepAs {
    /// The bodies of an `if` statement, whose tests may be replaced. Other statements stay unchanged.
    Bodies,
    /// The whole statement.
    Everything,
}

/// The required statements, by the offset of their start.
pub(super) type RequiredStatements = HashMap<usize, KeepAs>;
