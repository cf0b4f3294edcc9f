//! What people read when the work is done.

mod bundle;
mod difference;
mod picture;
mod summary;

pub use bundle::BundleReport;
pub use difference::{difference_json, difference_markdown, difference_text};
pub use picture::Picture;
pub use summary::{Summary, SummaryOutput};
