//! Renders plans and receipts as text, Markdown, HTML, DOT, Mermaid and data for JSON.

mod bundle;
mod difference;
mod difference_page;
mod graph_view;
mod recording;
mod snippets;
mod summary;

pub use bundle::BundleReport;
pub use difference::{
    difference_markdown, difference_text, lock_difference_markdown, lock_difference_text,
};
pub use difference_page::{difference_html, lock_difference_html};
pub use graph_view::GraphView;
pub use snippets::{ServedApp, ServedEncoding, ServedTier, ServedZip, Snippet, served_extension};
pub use summary::{AppZipTotals, Summary, SummaryOutput};
