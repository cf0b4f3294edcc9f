//! Packing: what goes into a bundle, and that it works.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../common/mod.rs"]
mod common;

mod app;
mod every_python;
mod flags;
mod forms;
mod native_run;
mod source;
mod started;
mod stubs;
mod unneeded;
mod words;
