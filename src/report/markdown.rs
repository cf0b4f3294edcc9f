//! What all Markdown that is written has in common.

/// Names and descriptions come from other people's files: nothing in them is Markdown.
pub(super) fn code(text: &str) -> String {
    let text = text.replace(['`', '\n', '\r'], "'").replace('|', "\\|");
    format!("`{text}`")
}
