//! stdlib-pack: the smallest part of CPython's standard library that still runs your program, as a
//! bundle that can be rebuilt byte for byte.
//!
//! The modules below stand in the order that the data takes: sources ([`stdlib`], [`app`]), what is
//! known of Pythons and targets ([`manifest`]), what the user wants ([`profile`]), what each file
//! says ([`scan`]), who needs whom ([`graph`]), what is therefore in the bundle ([`select`]),
//! what of each module goes ([`strip`]), bytecode ([`compile`]), files ([`bundle`]), what became of them since
//! ([`compare`]), and the proof that they work ([`verify`]). [`runtime`] starts real
//! interpreters, for that proof and to learn of targets ([`probe`]).
//! [`pipeline`] puts these together, [`cli`] talks to people.

pub mod app;
pub mod bundle;
pub mod cache;
#[cfg(feature = "cli")]
pub mod cli;
pub mod compare;
pub mod compile;
pub mod diagnostic;
pub mod did_you_mean;
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
pub mod report;
pub mod runtime;
pub mod scan;
pub mod select;
pub mod stdlib;
pub mod strip;
pub mod types;
pub mod verify;
pub mod yaml;
