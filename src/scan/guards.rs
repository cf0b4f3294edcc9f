//! The tree of guards of a module: the conditions that its code is under.

use serde::{Deserialize, Serialize};

use super::{Condition, Identifier};

/// Identifies a guard of a module; [`GuardId::ALWAYS`] means no condition.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct GuardId(u32);

impl GuardId {
    /// No condition.
    pub const ALWAYS: Self = Self(0);
}

/// Identifies a `try` statement of a module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct TryId(u32);

/// One condition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Guard {
    /// Inside a branch of an `if`, which runs when the test evaluates to `holds`.
    Branch {
        /// The test, as far as it is recognised.
        test: Condition,
        /// The outcome under which the branch runs.
        holds: bool,
    },
    /// Inside the body of a `try`.
    Body(TryId),
    /// Inside a handler of a `try`.
    Handler {
        /// The `try`.
        attempt: TryId,
        /// The handler catches import errors and nothing else.
        import_errors_only: bool,
        /// Import errors of the body certainly end up here: the handler catches them, and none comes before it.
        receives_import_errors: bool,
    },
    /// Runs when one of these names is used anywhere.
    NameReferenced(Vec<Identifier>),
    /// Inside the `__getattr__` of a module, under a test for these names: runs when one of them is read from the module.
    AttributeRequested(Vec<Identifier>),
    /// Inside the `else` of a `try`, which runs when the body completes.
    Else(TryId),
}

/// The properties of a `try` statement, or of `with suppress(ImportError)`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TryBlock {
    /// A handler catches the import errors of the body and does not raise again.
    pub survives_import_errors: bool,
    /// The body can raise import errors that its import statements do not show, by a `raise` or an import by a computed
    /// name.
    pub unpredictable: bool,
}

/// The guards and `try` statements of one module.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guards {
    guards: Vec<(Guard, GuardId)>,
    attempts: Vec<TryBlock>,
}

impl Guards {
    /// Adds a guard inside `parent`.
    pub fn add(&mut self, guard: Guard, parent: GuardId) -> GuardId {
        self.guards.push((guard, parent));
        GuardId(u32::try_from(self.guards.len()).unwrap_or(u32::MAX))
    }

    /// Adds a `try` statement.
    pub fn add_try(&mut self, attempt: TryBlock) -> TryId {
        self.attempts.push(attempt);
        TryId(u32::try_from(self.attempts.len() - 1).unwrap_or(u32::MAX))
    }

    /// Returns the properties of a `try` statement.
    pub fn try_block(&self, id: TryId) -> &TryBlock {
        &self.attempts[id.0 as usize]
    }

    pub(super) fn try_block_mut(&mut self, id: TryId) -> &mut TryBlock {
        &mut self.attempts[id.0 as usize]
    }

    /// Returns the IDs of all `try` statements.
    pub fn try_ids(&self) -> impl Iterator<Item = TryId> {
        (0..self.attempts.len()).map(|id| TryId(u32::try_from(id).unwrap_or(u32::MAX)))
    }

    /// Returns a guard and its parent, or `None` for [`GuardId::ALWAYS`].
    pub fn get(&self, id: GuardId) -> Option<(&Guard, GuardId)> {
        let index = id.0.checked_sub(1)? as usize;
        let (guard, parent) = self.guards.get(index)?;
        Some((guard, *parent))
    }

    /// Returns `id` and its ancestors, innermost first.
    pub fn chain(&self, id: GuardId) -> impl Iterator<Item = (GuardId, &Guard)> {
        let mut next = id;
        std::iter::from_fn(move || {
            let id = next;
            let (guard, parent) = self.get(id)?;
            next = parent;
            Some((id, guard))
        })
    }
}
