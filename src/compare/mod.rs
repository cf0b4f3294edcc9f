//! Compares bundles: snapshots, differences and locks.
//!
//! A [`Snapshot`] is the comparable state of a bundle, made from its receipt. A [`Lock`] stores snapshots by name, to
//! compare later bundles with them.

mod difference;
mod lock;
mod locks;
mod read;
mod snapshot;

pub use difference::{Changed, Difference, ReasonChange};
pub use lock::{LOCK_FILE, Lock, LockError, LockFile};
pub use locks::{BundleChange, LockDifference};
pub use read::{SnapshotError, read_locks, read_snapshot};
pub use snapshot::{AppZipSnapshot, ModuleSnapshot, Snapshot};
