//! How bundles travel over HTTP: a server for development, and what is wrong with an answer of another server.

mod accept;
mod answer;
mod check;
mod site;

pub use accept::accepts;
pub use answer::{Answer, decode};
pub use check::{ExpectedFile, Problem, ProblemKind, check};
pub use site::{Request, Response, Site};
