//! The files that are written: the zip, its compressed forms, and the receipt.

mod brotli;
mod receipt;
mod stubs;
mod write;
mod zip;

pub(crate) use brotli::RECIPE as BROTLI_RECIPE;
pub use brotli::brotli;
pub use receipt::{
    AppInput, BuildPythonInput, DroppedModule, Inputs, KeptModule, Output, Promise, Receipt,
    SCHEMA, Totals, read_receipt,
};
pub use stubs::stubs;
pub use write::{OutputFile, WriteError, write};
pub use zip::{Entry, zip};
