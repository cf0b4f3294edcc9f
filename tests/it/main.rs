//! The program as a user runs it, one module for each feature. All are in one binary, because linking takes longer
//! than compiling any of them: `cargo test --test it pack::` runs those of one feature.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../common/mod.rs"]
mod common;

mod bad_input;
mod cache;
mod cli;
mod completions;
mod diagnostics;
mod docs;
mod escape;
mod faults;
mod getting_started;
mod graph;
mod inspect;
mod manifests;
mod pack;
mod packed;
mod pipelines;
mod project;
mod record;
mod report;
mod reproducible;
mod schema;
mod targets;
mod tiers;
mod trust;
mod verify;
mod web;
