//! Sources → bytecode, by worker processes of the build Python.

mod cache;
mod command;
mod error;
mod facts;
mod modules;
mod opinion;
mod pool;
pub mod pyc;
mod python;
mod worker;

pub use cache::{Cache, CacheInfo};
pub use command::PythonCommand;
pub use error::CompileError;
pub use facts::PythonFacts;
pub use modules::{Compiled, Compiler, Source};
pub use opinion::judge;
pub use python::BuildPython;
