//! The way of the data, from what the user asks for to the files of a bundle.

mod error;
mod make;
mod plan;
mod scanned;
mod stages;

pub use error::PackError;
pub use make::{Bundle, make};
pub use plan::{Plan, Request, plan};
pub use stages::{Observer, Stage, Stages};
