//! The files that are written: the zip, its compressed forms, and the receipt.

mod brotli;
mod checksums;
mod deflate;
mod delta;
mod depfile;
mod files;
mod forms;
mod ownership;
mod receipt;
mod replace;
mod sbom;
mod stubs;
mod write;
mod zip;
mod zstd;

pub use brotli::quick_size;
pub use checksums::{CHECKSUMS, checksums};
pub use delta::available_dictionary;
pub use depfile::{depfile, is_depfile};
pub use files::{BundleError, BundleFiles, receipt_at};
pub use forms::{Form, endings};
pub use ownership::{OwnershipError, all_endings, receipt_naming};
pub use receipt::{
    AppInput, BuildPythonInput, Companions, DroppedReceiptModule, Inputs, Output, Receipt,
    ReceiptModule, SCHEMA, Totals, read_receipt,
};
pub use sbom::{SBOM, sbom};
pub use stubs::{STUB_START, is_stub, stubs};
pub use write::{BundleOutput, Change, OutputFile, WriteError, write, write_bundle};
pub use zip::{Entry, zip};
