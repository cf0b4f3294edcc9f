//! Real interpreters: which there are, how they are started, and what they say.

mod named;
mod scripted;
mod session;

pub use named::Runtime;
pub use scripted::{Files, RuntimeError, ScriptedRuntime};
pub use session::{Heard, run};

/// What every Python program of this tool's begins with: `say()` and what makes an interpreter look like
/// another.
pub const SETTING: &str = include_str!("setting.py");
