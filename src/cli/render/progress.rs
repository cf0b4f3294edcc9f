//! Warnings and progress bars on standard error.

use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::diagnostics;
use crate::cli::args::{is_quiet, is_verbose};
use crate::diagnostic::Diagnostic;
use crate::pipeline::{Reporter, Stage};

/// The template for work whose length is unknown.
const SPINNER: &str = "{prefix:>8} {spinner} {elapsed}";
/// What is done sooner needs no bar.
const DELAY: Duration = Duration::from_millis(500);
/// The time between two redraws of a bar.
const TICK: Duration = Duration::from_millis(100);

/// A reporter that shows warnings and one progress bar at a time on standard error. Without a terminal there is no bar.
pub(crate) struct Progress {
    warnings: bool,
    all_warnings: bool,
    bars: bool,
    bar: Mutex<ProgressBar>,
}

impl Progress {
    /// Creates a reporter; with `json`, it shows no bars.
    pub(crate) fn new(json: bool) -> Self {
        Self {
            warnings: !is_quiet(),
            all_warnings: is_verbose(),
            bars: !is_quiet() && !json,
            bar: Mutex::new(ProgressBar::hidden()),
        }
    }

    /// Runs `work`, whose length is unknown, as a stage.
    pub(crate) fn during<T>(&self, stage: &'static str, work: impl FnOnce() -> T) -> T {
        self.show(stage, ProgressBar::no_length(), SPINNER);
        let result = work();
        self.end();
        result
    }

    /// Shows a bar, unless it is done within [`DELAY`].
    fn show(&self, stage: &'static str, bar: ProgressBar, template: &str) {
        if !self.bars {
            return;
        }
        let style = ProgressStyle::with_template(template);
        let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
        bar.set_draw_target(ProgressDrawTarget::hidden());
        bar.set_style(style.progress_chars("=> "));
        bar.set_prefix(stage);
        let shown = bar.clone();
        // If there is no thread for it, there is no bar.
        let _ = thread::Builder::new().spawn(move || {
            thread::sleep(DELAY);
            if !shown.is_finished() {
                shown.set_draw_target(ProgressDrawTarget::stderr());
                shown.enable_steady_tick(TICK);
            }
        });
        self.update_bar(|current| *current = bar);
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
        if work == 0 {
            let bar = ProgressBar::no_length();
            return self.show(stage.as_str(), bar, SPINNER);
        }
        let counts = if unit == "bytes" {
            "{bytes}/{total_bytes}"
        } else {
            "{pos}/{len} {msg}"
        };
        let template = format!("{{prefix:>8}} [{{bar:30}}] {counts} {{elapsed}}");
        let bar = ProgressBar::new(work).with_message(unit);
        self.show(stage.as_str(), bar, &template);
    }

    fn advance(&self, work: u64) {
        self.update_bar(|bar| bar.inc(work));
    }

    fn end(&self) {
        self.update_bar(|bar| bar.finish_and_clear());
    }
}
