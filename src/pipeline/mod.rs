//! The phases that make a bundle: options → request → inputs → plan → compiled entries → bundle.

mod app_zip;
mod artifacts;
mod assemble;
mod boot;
mod bundle_cache;
mod codecs;
mod context;
mod cpython_build;
mod error;
mod importability;
mod inputs;
mod module_provider;
mod named_in_data;
mod options;
mod pack;
mod plan;
mod progress;
mod receipt;
mod recorded;
mod retained;
mod size_analysis;
mod unseen;
mod warning;
mod warnings;

pub use app_zip::{AppZip, AppZipFile, AppZipModule, AppZipPlan, ModuleContent, Owner};
pub use artifacts::Artifact;
pub use assemble::{Bundle, CompiledEntries, assemble, compile_plan};
pub use error::PackError;
pub use importability::{Importability, check_importability};
pub use inputs::{Inputs, PackRequest, StdlibSize, available_cores, load_inputs};
pub use options::{InputPaths, PROJECT_FILE, PackOptions};
pub use pack::{ScanLock, pack};
pub use plan::{Plan, build_plan};
pub use progress::{Reporter, Silent, Stage, Timings};
pub use retained::{RetainedModule, describe_importers};
pub use size_analysis::SizeAnalysis;
