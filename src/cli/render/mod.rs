//! Rendering of text, JSON, diagnostics and progress.

pub(crate) mod diagnostics;
pub(crate) mod json;
pub(crate) mod progress;
pub(crate) mod stdout;
