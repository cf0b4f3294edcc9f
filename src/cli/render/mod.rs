//! Rendering for people and programs: lines, JSON, diagnostics, progress.

pub(crate) mod diagnostics;
pub(crate) mod json;
pub(crate) mod progress;
pub(crate) mod stdout;
