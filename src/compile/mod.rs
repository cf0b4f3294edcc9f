//! Sources → bytecode, by worker processes of the build Python.

mod cache;
mod command;
mod error;
mod facts;
mod identity;
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
pub(crate) use modules::done;
pub use modules::{Compiled, Compiler, Source};
pub use opinion::judge;
pub(crate) use opinion::summary;
pub use python::BuildPython;
pub(crate) use worker::{read_answers, remember};
