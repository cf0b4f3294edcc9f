//! File system access: atomic writes, and reads with limits.

mod atomic_write;
pub mod limited;

pub use atomic_write::{AtomicFile, Backup, remove_stale};
