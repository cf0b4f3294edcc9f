//! What release pipelines rely on: locks, differences, rebuilds, and runs that depend on nothing else.

mod action;
mod bill;
mod build;
mod diff;
mod hermetic;
mod lock;
mod rebuild;
mod serve;

use crate::common::{Outcome, World, any_python};

/// Runs a command on the tiny library with its profile.
fn run(world: &World, command: &str, more: &[&str]) -> Outcome {
    let python = &any_python().path;
    let flags = ["--profile", "profile.yaml", "--stdlib", "Lib"];
    world.run(&[&[command][..], &flags, &["--build-python", python], more].concat())
}
