//! Packs the part of CPython's standard library that a program needs, as a bundle that can be rebuilt byte for byte.
//!
//! A bundle is built in four steps, each a function from one value to the next:
//!
//! ```no_run
//! use stdlib_pack::pipeline::{
//!     PackRequest, Silent, Timings, assemble, build_plan, compile_plan, load_inputs,
//! };
//! use stdlib_pack::profile::load;
//! use stdlib_pack::types::ModuleName;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // What to pack: a built-in profile, or the path of a YAML file.
//! let profile = load("browser-minimal").map_err(|errors| errors[0].message.clone())?;
//! let mut request = PackRequest::new(profile);
//! request.apps = vec!["my_app".into()];
//!
//! // The library, the build Python, the target and the app.
//! let mut timings = Timings::default();
//! let inputs = load_inputs(&request, &mut timings)?;
//!
//! // Which modules are kept, and why.
//! let plan = build_plan(inputs, &mut timings)?;
//! if let Some(kept) = plan.selection.kept.get(&ModuleName::new("json")?) {
//!     println!("json: {}", kept.because);
//! }
//!
//! // Bytecode, and the files of the bundle.
//! let compiled = compile_plan(&plan, &request.cache, request.workers, &Silent, &mut timings)?;
//! let bundle = assemble(&plan, &compiled, &request.cache, &Silent, &mut timings)?;
//! std::fs::write("python313.zip", &bundle.zip)?;
//! std::fs::write("python313.json", bundle.receipt.to_json()?)?;
//! # Ok(())
//! # }
//! ```
//!
//! The modules, lowest layer first. Each one uses only those before it, which `layers.rs` tests:
//!
//! - basics: [`types`], [`escape`], [`exit_guard`], [`fs`], [`did_you_mean`], [`yaml`], [`pyproject`], [`diagnostic`],
//!   [`cache`]
//! - facts and inputs: [`manifest`], [`stdlib`], [`app`], [`dependency`], [`profile`]
//! - analysis: [`scan`] summarizes modules, [`graph`] finds the closure, [`explain`] explains it, [`select`] selects
//!   the modules to keep
//! - output: [`strip`], [`compile`], [`bundle`], [`web`], [`compare`]
//! - what programs really load: [`recording`]
//! - real runtimes: [`runtime`], [`probe`], [`verify`]
//! - the program: [`pipeline`], [`project`], [`report`], and the command line in `cli`, behind the feature `cli`

pub mod app;
pub mod bundle;
pub mod cache;
#[cfg(feature = "cli")]
pub mod cli;
pub mod compare;
pub mod compile;
pub mod dependency;
pub mod diagnostic;
pub mod did_you_mean;
pub mod embedded;
pub mod escape;
pub mod exit_guard;
pub mod explain;
pub mod fs;
#[doc(hidden)]
pub mod fuzzing;
pub mod graph;
#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod layers;
pub mod manifest;
pub mod pipeline;
pub mod probe;
pub mod profile;
pub mod project;
pub mod pyproject;
pub mod recording;
pub mod report;
pub mod runtime;
pub mod scan;
pub mod select;
pub mod stdlib;
pub mod strip;
pub mod types;
pub mod verify;
pub mod web;
pub mod yaml;
