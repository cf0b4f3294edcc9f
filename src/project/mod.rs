//! Reads the bundles of a project, which `stdlib-pack.yaml` or `[tool.stdlib-pack]` of a `pyproject.toml` lists with the
//! flags of `pack` as keys.

mod entry;
mod find;
mod parse;

pub use find::find_project;
pub use parse::{ProjectBundle, parse_project, read_project};

pub use crate::pipeline::PROJECT_FILE;
