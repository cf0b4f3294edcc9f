//! The way of the data, from what the user asks for to the files of a bundle.

mod availability;
mod boot;
mod codecs;
mod cpython_build;
mod error;
mod forms;
mod make;
mod memory;
mod open;
mod pack;
mod plan;
mod receipt;
mod said;
mod savings;
mod scanned;
mod shares;
mod stages;
mod world;

pub use availability::{Availability, availability};
pub use error::PackError;
pub use forms::FormFile;
pub use make::{Bundle, Compiled, compile, finish};
pub use open::{LibrarySize, Opened, Request, open};
pub use pack::{Turn, pack};
pub use plan::{Plan, plan};
pub use savings::{Saving, kept_by};
pub use shares::Shares;
pub use stages::{Observer, Stage, Stages};
