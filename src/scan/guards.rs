//! Guards: the conditions around a piece of code, as a tree.

use serde::{Deserialize, Serialize};

use super::{Condition, Identifier};

/// A guard of a module; [`GuardId::ALWAYS`] is no condition at all.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct GuardId(u32);

impl GuardId {
    /// No condition.
    pub const ALWAYS: Self = Self(0);
}

/// A `try` statement of a module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct TryId(u32);

/// One condition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Guard {
    /// Inside a branch of an `if`: it runs when the test is `holds`.
    Branch {
        /// The test, as far as it is understood.
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
        /// The handler takes import errors and nothing else.
        import_errors_only: bool,
    },
    /// Inside a module's `__getattr__`, under a test that names these: it runs when something asks for
    /// one of them.
    GetattrName(Vec<Identifier>),
    /// Inside the `else` of a `try`: runs when the body came to its end.
    Else(TryId),
}

/// What is known of a `try` statement (or of `with suppress(ImportError)`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TryBlock {
    /// A handler takes the import errors of the body and does not raise again.
    pub survives_import_errors: bool,
    /// The body can raise import errors of its own: a `raise`, or an import by a computed name.
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

    /// What is known of a `try` statement.
    pub fn try_block(&self, id: TryId) -> &TryBlock {
        &self.attempts[id.0 as usize]
    }

    pub(super) fn try_block_mut(&mut self, id: TryId) -> &mut TryBlock {
        &mut self.attempts[id.0 as usize]
    }

    /// How many `try` statements there are.
    pub fn try_ids(&self) -> impl Iterator<Item = TryId> {
        (0..self.attempts.len()).map(|id| TryId(u32::try_from(id).unwrap_or(u32::MAX)))
    }

    /// A guard and the one around it; none for [`GuardId::ALWAYS`].
    pub fn get(&self, id: GuardId) -> Option<(&Guard, GuardId)> {
        let place = id.0.checked_sub(1)? as usize;
        let (guard, parent) = self.guards.get(place)?;
        Some((guard, *parent))
    }

    /// `id` and the guards around it, innermost first.
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
