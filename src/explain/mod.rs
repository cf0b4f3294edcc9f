//! Explanations: why a module is in the bundle, why it is not, and why it cannot be imported.
//!
//! Values first, sentences second: each type here has one `Display`, which `why`, `-v`, `report`, the receipt and error
//! messages share.

mod dropped;
mod failure_chain;
mod kept;
mod liveness;

pub use dropped::DroppedBecause;
pub use failure_chain::{FailureCause, FailureChain, FailureStep};
pub use kept::{ImportStep, KeptBecause, import_steps};
pub use liveness::explain_liveness;
