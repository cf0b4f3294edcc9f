//! Explanations as types: why a module is kept or dropped, why it cannot be imported, and why a function is live.
//!
//! Each type has one `Display`, which `why`, `-v`, `report`, the receipt and error messages share.

mod dropped;
mod failure_chain;
mod kept;
mod liveness;

pub use dropped::DroppedBecause;
pub use failure_chain::{FailureCause, FailureChain, FailureStep};
pub use kept::{ImportStep, KeptBecause, import_steps};
pub use liveness::explain_liveness;
