//! Two bundles side by side: what came in, what went, and what it costs.
//!
//! A [`Snapshot`] is all that two bundles are compared by. Receipts are turned into one; a [`Lock`] keeps them
//! under names, to say later whether anything differs.

mod difference;
mod lock;
mod read;
mod snapshot;

pub use difference::{Change, Difference, Moved};
pub use lock::{LOCK_FILE, Lock, LockError, LockFile};
pub use read::{ReadError, read_snapshot};
pub use snapshot::{ModuleState, Snapshot};
