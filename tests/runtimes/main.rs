//! Bundles in the runtimes that they are made for: Pyodide under Node.js and in Chromium, CPython for
//! WASI. What is promised is imported there, and programs do what they do with the whole library.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![allow(clippy::print_stdout)]

#[path = "../common/mod.rs"]
mod common;

mod boot;
mod calls;
mod delta;
mod demo;
mod drop_in;
mod examples;
mod matrix;
mod packages;
mod record;
mod refused;
mod report;
mod snippets;
mod tiers;
mod verify;
mod wasm_builds;
