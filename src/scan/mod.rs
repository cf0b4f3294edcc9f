//! Scans a source file into a [`ModuleSummary`].
//!
//! A summary is independent of the target and of the import graph: conditions stay symbolic ([`Guard`], [`Condition`]),
//! and `graph` folds them against the target's facts.

mod branches;
mod builder;
mod call_sites;
mod calls;
mod codecs;
mod computed_text;
mod condition;
mod constant_text;
mod constants;
mod data_file;
mod decode;
mod decorators;
mod definitions;
mod except_handlers;
mod exports;
mod expressions;
mod extension_strings;
mod future;
mod guards;
mod ipython;
mod lazy;
mod lzss;
mod nesting;
mod parse;
mod pickled;
mod receivers;
mod source_origin;
mod string_code;
mod string_table;
mod summary;
mod summary_store;
pub mod symbols;
mod tables;
#[cfg(test)]
mod tests;
mod uses;
mod visit;

pub use call_sites::{CallSite, Referent};
pub use condition::{Condition, Subject, VersionOrder};
pub use constants::Constants;
pub use data_file::{DataFileKind, NamedInDataFile};
pub use decode::{Decoded, declared_encoding, decode};
pub use decorators::may_register;
pub use exports::Exports;
pub use extension_strings::{ExtensionModuleStrings, ExtractionBudget};
pub use guards::{Guard, GuardId, Guards, TryBlock, TryId};
pub use ipython::python_of_cell;
pub use parse::{ScanError, Scanned, codec_aliases, is_identifier, scan, scan_text, with_parsed};
pub use source_origin::SourceOrigin;
pub use string_code::PLACEHOLDER;
pub use summary::{
    ANNOTATION_ATTRIBUTES, Binding, Class, ClassId, DYNAMIC_ATTR, DynamicLookup, Identifier,
    Import, ImportSite, LookupKind, ModuleSummary, NameChain, RaiseSite, Reflection, Scope,
    ScopeId, SitePlace,
};
pub use summary_store::{FallbackScanner, ScannedModule, SourceReader, SummaryCache, SummaryStore};
