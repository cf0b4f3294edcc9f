//! Warnings and progress bars on standard error.

use std::sync::{Mutex, PoisonError};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::diagnostics;
use crate::cli::args::VerbosityArgs;
use crate::diagnostic::Diagnostic;
use crate::pipeline::{Reporter, Stage};

/// A reporter that shows warnings and one progress bar at a time on standard error. Without a terminal there is no bar.
pub(crate) struct Progress {
    warnings: bool,
    all_warnings: bool,
    bars: bool,
    bar: Mutex<ProgressBar>,
}

impl Progress {
    /// Creates a reporter for these flags.
    pub(crate) fn new(verbosity: &VerbosityArgs) -> Self {
        Self {
            all_warnings: verbosity.verbose,
            ..Self::of(verbosity.quiet, verbosity.json)
        }
    }

    /// Creates a reporter: without warnings and bars if `quiet`, without bars if `json`.
    pub(crate) fn of(quiet: bool, json: bool) -> Self {
        Self {
            warnings: !quiet,
            all_warnings: false,
            bars: !quiet && !json,
            bar: Mutex::new(ProgressBar::hidden()),
        }
    }

    fn update_bar(&self, change: impl FnOnce(&mut ProgressBar)) {
        change(&mut self.bar.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

impl Reporter for Progress {
    fn warn(&self, warnings: &[Diagnostic]) {
        if self.warnings {
            diagnostics::show(warnings, self.all_warnings);
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
        self.update_bar(|bar| {
            *bar = ProgressBar::with_draw_target(Some(work), ProgressDrawTarget::stderr());
            bar.set_style(style);
            bar.set_prefix(stage.as_str());
            bar.set_message(unit);
        });
    }

    fn advance(&self, work: u64) {
        self.update_bar(|bar| bar.inc(work));
    }

    fn end(&self) {
        self.update_bar(|bar| bar.finish_and_clear());
    }
}
