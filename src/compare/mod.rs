//! Compares bundles: snapshots, differences and locks.
//!
//! A [`Snapshot`] is all that two bundles are compared by. Receipts are turned into one; a [`Lock`] keeps them
//! under names, to say later whether anything differs.

mod difference;
mod lock;
mod read;
mod snapshot;

pub use difference::{Changed, Difference, ReasonChange};
pub use lock::{LOCK_FILE, Lock, LockError, LockFile};
pub use read::{SnapshotError, read_snapshot};
pub use snapshot::{ModuleSnapshot, Snapshot};
