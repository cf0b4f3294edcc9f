//! Reporting of progress and warnings, and the time that each stage takes.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use schemars::JsonSchema;
use serde::{Serialize, Serializer};

use crate::diagnostic::Diagnostic;

/// A stage of making a bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    /// Starting the build Python and listing the standard library.
    Open,
    /// Reading sources, building the graph and selecting modules.
    Scan,
    /// Compiling the kept modules.
    Compile,
    /// Building the zip.
    Zip,
    /// Compressing the zip.
    Compress,
    /// Writing the files.
    Write,
}

impl Stage {
    /// Returns the name that is shown to users.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Scan => "scan",
            Self::Compile => "compile",
            Self::Zip => "zip",
            Self::Compress => "compress",
            Self::Write => "write",
        }
    }
}

/// Receives progress and warnings.
pub trait Reporter: Sync {
    /// Receives all warnings about a bundle, once.
    fn warn(&self, warnings: &[Diagnostic]);
    /// Receives the start of a stage that consists of `work` `unit`s; 0 if that is not known.
    fn begin(&self, stage: Stage, work: u64, unit: &'static str);
    /// Receives that another `work` units are done.
    fn advance(&self, work: u64);
    /// Receives the end of the stage.
    fn end(&self);
}

/// A reporter that ignores everything. The plan and the bundle also contain the warnings.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Reporter for Silent {
    fn warn(&self, _: &[Diagnostic]) {}
    fn begin(&self, _: Stage, _: u64, _: &'static str) {}
    fn advance(&self, _: u64) {}
    fn end(&self) {}
}

/// The seconds that each stage took, in the order in which the stages ran.
#[derive(Clone, Debug, Default, JsonSchema)]
pub struct Timings(#[schemars(with = "BTreeMap<Stage, f64>")] Vec<(Stage, Duration)>);

impl Timings {
    /// Runs `work`, and adds its time to that of `stage`.
    pub fn time<T>(&mut self, stage: Stage, work: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        let result = work();
        let elapsed = start.elapsed();
        match self.0.iter_mut().find(|(recorded, _)| *recorded == stage) {
            Some((_, time)) => *time += elapsed,
            None => self.0.push((stage, elapsed)),
        }
        result
    }

    /// Returns the recorded stages with their times.
    pub fn iter(&self) -> impl Iterator<Item = (Stage, Duration)> {
        self.0.iter().copied()
    }
}

impl Serialize for Timings {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter().map(|(stage, time)| (stage, time.as_secs_f64())))
    }
}
