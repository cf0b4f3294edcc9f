//! What people read when the work is done.

mod summary;

pub use summary::{Summary, SummaryOutput};
