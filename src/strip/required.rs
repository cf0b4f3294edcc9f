//! Statements that must stay, because names would change their meaning without them.

use std::collections::HashMap;

/// What has to stay of a statement that could go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum KeepAs {
    /// The bodies of an `if`: only its tests are replaced. All of any other statement.
    Bodies,
    /// All of it.
    Everything,
}

/// What has to stay, by where the statements begin.
pub(super) type RequiredStatements = HashMap<usize, KeepAs>;
