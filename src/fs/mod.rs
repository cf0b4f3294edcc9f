//! Files: written whole or not at all, and read within limits.

mod atomic_write;
pub mod limited;

pub use atomic_write::{AtomicFile, Backup, remove_stale};
