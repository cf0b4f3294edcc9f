//! Real interpreters: how they are named, started and read from.

mod process;
mod scripted;
mod spec;

pub use process::{ProcessOutput, run};
pub use scripted::{Files, RuntimeError, ScriptedRuntime};
pub use spec::Runtime;

/// What every Python program of this tool's begins with: `say()` and what makes an interpreter look like
/// another.
pub const SANDBOX_SETUP: &str = include_str!("setting.py");
