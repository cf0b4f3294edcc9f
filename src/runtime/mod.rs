//! Real interpreters: parses their specifications, starts them and reads their answers.

mod library;
mod process;
mod scripted;
mod side_modules;
mod spec;

pub use library::complete_library;
pub use process::{ProcessOutput, run};
pub use scripted::{Files, Mount, RuntimeError, ScriptedRuntime, View};
pub use spec::Runtime;

/// The Python code at the start of every program that is run: `say()`, and functions that make an interpreter look like
/// another.
pub const SANDBOX_SETUP: &str = include_str!("setting.py");
