//! Builds, writes and reads the files of a bundle: the zip, its artifacts, the receipt and the side files.

mod brotli;
mod bundle_file;
mod checksums;
mod deflate;
mod delta;
mod depfile;
mod encoding;
mod files;
mod missing_messages;
mod ownership;
mod packed;
mod receipt;
mod replace;
mod sbom;
mod stubs;
mod write;
mod zip;
mod zstd;

pub use brotli::{estimate_compressed_size, quick_brotli_size};
pub use bundle_file::BundleFile;
pub use checksums::{CHECKSUM_EXTENSIONS, build_checksums};
pub use delta::available_dictionary;
pub use depfile::{build_depfile, is_depfile};
pub use encoding::{Encoding, artifact_extensions, delta_extensions};
pub use files::{BundleError, BundleFiles, read_receipt_at};
pub use missing_messages::{
    build_messages_module, build_missing_stdlib_config, has_missing_messages,
    is_missing_stdlib_config,
};
pub use ownership::{
    APP_STEM, OwnershipError, all_file_names, find_owning_receipt, other_receipts,
};
pub use packed::{LOADER_MODULE, UNPACK_MODULE, decompress_packed, raw_modules, unpack_zip};
pub use receipt::{
    AppInput, BuildPythonInput, DroppedReceiptModule, FileDigest, RECEIPT_SCHEMA_VERSION, Receipt,
    ReceiptAppModule, ReceiptAppZip, ReceiptError, ReceiptInputs, ReceiptModule, SideFiles, Totals,
    parse_receipt,
};
pub use sbom::{SBOM_EXTENSION, build_sbom};
pub use stubs::build_stubs;
pub use write::{BundleOutput, FileChange, WriteError, write_bundle, write_files};
pub use zip::{Entry, build_zip, entry_path};
