//! What people read when the work is done.

mod bundle;
mod difference;
mod drawing;
mod picture;
mod snippets;
mod summary;

pub use bundle::BundleReport;
pub use difference::{difference_markdown, difference_text};
pub use picture::Picture;
pub use snippets::{Served, Snippet, ending};
pub use summary::{Summary, SummaryOutput};
