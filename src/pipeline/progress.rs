//! Progress reporting, and timings of the stages.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use schemars::JsonSchema;
use serde::{Serialize, Serializer};

use crate::diagnostic::Diagnostic;

/// A part of the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    /// Starting the build Python and listing the standard library.
    Open,
    /// Reading sources, building the graph, taking the closure.
    Scan,
    /// Compiling.
    Compile,
    /// Putting the zip together.
    Zip,
    /// Compressing it.
    Compress,
    /// Writing the files.
    Write,
}

impl Stage {
    /// As people read it.
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
    /// What the bundle's maker should know, all of it at once.
    fn warn(&self, warnings: &[Diagnostic]);
    /// A stage begins; it will do that many `unit`s of work.
    fn begin(&self, stage: Stage, work: u64, unit: &'static str);
    /// So much of it is done.
    fn advance(&self, work: u64);
    /// The stage is over.
    fn end(&self);
}

/// A reporter that reports nothing. Warnings are in the plan and the bundle as well.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Reporter for Silent {
    fn warn(&self, _: &[Diagnostic]) {}
    fn begin(&self, _: Stage, _: u64, _: &'static str) {}
    fn advance(&self, _: u64) {}
    fn end(&self) {}
}

/// Seconds by stage, in the order of the work.
#[derive(Clone, Debug, Default, JsonSchema)]
pub struct Timings(#[schemars(with = "BTreeMap<Stage, f64>")] Vec<(Stage, Duration)>);

impl Timings {
    /// Times `work`.
    pub fn time<T>(&mut self, stage: Stage, work: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        let result = work();
        self.0.push((stage, start.elapsed()));
        result
    }

    /// The stages so far, each with its time.
    pub fn iter(&self) -> impl Iterator<Item = (Stage, Duration)> {
        self.0.iter().copied()
    }
}

impl Serialize for Timings {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter().map(|(stage, time)| (stage, time.as_secs_f64())))
    }
}
