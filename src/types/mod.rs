//! Basic types for module names, versions, sizes and digests, which all other modules use.

mod byte_size;
mod digest;
mod document_counts;
mod module_name;
mod object_reference;
mod record;
mod syntax;
mod tier;
mod version;

pub use byte_size::ByteSize;
pub use digest::{Sha256, Sha384};
pub use document_counts::DocumentCounts;
pub use module_name::{ModuleName, NameError, unused_name};
pub use object_reference::ObjectReference;
pub use record::{RECORD, paths_in_record};
pub use syntax::Syntax;
pub use tier::Tier;
pub use version::{Magic, Version, VersionError, VersionRange};
