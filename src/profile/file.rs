//! A profile as it stands in its file.

use serde::Deserialize;

use super::Budget;
use super::choices::{Closure, Compression, Frozen, OnBroken, Optimize, Payload, Strip};
use crate::manifest::Group;
use crate::types::ByteSize;
use crate::yaml::Placed;

/// The keys of a profile. All are optional; one that is not there is inherited.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(super) struct ProfileFile {
    pub(super) description: Option<String>,
    pub(super) extends: Vec<Placed<String>>,
    pub(super) target: Option<Placed<String>>,
    pub(super) roots: Option<Vec<Placed<String>>>,
    pub(super) run: Vec<Placed<String>>,
    pub(super) exclude: Vec<ExcludeEntry>,
    pub(super) closure: Option<Closure>,
    pub(super) payload: Option<Payload>,
    pub(super) optimize: Option<Optimize>,
    pub(super) strip: Option<Vec<Strip>>,
    pub(super) on_broken: Option<OnBroken>,
    pub(super) frozen: Option<Frozen>,
    pub(super) robustness: Option<Vec<Group>>,
    pub(super) also_import: Vec<Placed<String>>,
    pub(super) codecs: Vec<String>,
    pub(super) add: Vec<Placed<String>>,
    pub(super) stubs: Option<bool>,
    pub(super) output: OutputEntry,
    pub(super) budget: BudgetEntry,
}

/// `exclude: [{modules: [socket, ssl], reason: no sockets}]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ExcludeEntry {
    pub(super) modules: Vec<Placed<String>>,
    pub(super) reason: String,
}

/// `output: {dir: dist, compress: [brotli]}`
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct OutputEntry {
    pub(super) dir: Option<String>,
    pub(super) compress: Option<Vec<Compression>>,
}

/// `budget: {brotli: 300 KB, source: {brotli: 160 KB}}`
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct BudgetEntry {
    pub(super) zip: Option<ByteSize>,
    pub(super) brotli: Option<ByteSize>,
    pub(super) bytecode: Budget,
    pub(super) source: Budget,
}
