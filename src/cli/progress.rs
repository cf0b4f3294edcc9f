//! What people see while the work goes on: warnings, and progress bars at a terminal.

use std::sync::Mutex;
use std::sync::PoisonError;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::diagnostics::warn;
use crate::pipeline::{Reporter, Stage};

/// Shows warnings, and one bar at a time, on standard error; no bar when that is no terminal.
pub(super) struct Progress {
    warnings: bool,
    bars: bool,
    bar: Mutex<ProgressBar>,
}

impl Progress {
    /// What is shown to somebody who wants no talk, or JSON.
    pub(super) fn new(quiet: bool, json: bool) -> Self {
        Self {
            warnings: !quiet,
            bars: !quiet && !json,
            bar: Mutex::new(ProgressBar::hidden()),
        }
    }

    fn with(&self, change: impl FnOnce(&mut ProgressBar)) {
        change(&mut self.bar.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

impl Reporter for Progress {
    fn warn(&self, message: &str) {
        if self.warnings {
            warn(message);
        }
    }

    fn begin(&self, stage: Stage, work: u64, unit: &'static str) {
        if !self.bars {
            return;
        }
        let counts = if unit == "bytes" {
            "{bytes}/{total_bytes}"
        } else {
            "{pos}/{len} {msg}"
        };
        let template = format!("{{prefix:>8}} [{{bar:30}}] {counts} {{elapsed}}");
        let style = ProgressStyle::with_template(&template)
            .unwrap_or_else(|_| ProgressStyle::default_bar())
            .progress_chars("=> ");
        self.with(|bar| {
            *bar = ProgressBar::with_draw_target(Some(work), ProgressDrawTarget::stderr());
            bar.set_style(style);
            bar.set_prefix(stage.as_str());
            bar.set_message(unit);
        });
    }

    fn advance(&self, work: u64) {
        self.with(|bar| bar.inc(work));
    }

    fn end(&self) {
        self.with(|bar| bar.finish_and_clear());
    }
}
