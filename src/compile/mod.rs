//! Compiles sources to bytecode in worker processes of the build Python.

mod command;
mod error;
mod facts;
mod fallback_scan;
mod find;
mod identity;
mod instructions;
mod modules;
mod python;
mod worker;
mod workers;

pub use command::PythonCommand;
pub use error::CompileError;
pub use facts::PythonFacts;
pub(crate) use fallback_scan::parse_summary;
pub use fallback_scan::scan_with_python;
pub use instructions::read_instruction_set;
pub(crate) use modules::answer_body;
pub use modules::{CompileInput, CompiledModules, Compiler};
pub use python::BuildPython;
pub(crate) use worker::{collect_stderr, read_answers};
