//! What people read when the work is done.

mod picture;
mod summary;

pub use picture::Picture;
pub use summary::{Summary, SummaryOutput};
