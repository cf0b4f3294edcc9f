//! File system access: atomic writes, reads with limits, and a log of reads.

mod atomic_write;
pub mod limited;
mod read_log;

pub use atomic_write::{AtomicFile, Backup, remove_stale};
pub use read_log::ReadLog;
