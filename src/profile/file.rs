//! The YAML format of profiles. The doc comments here are the descriptions in the JSON schema.

use schemars::JsonSchema;
use serde::Deserialize;

use super::Budget;
use super::options::{
    Closure, Compression, Frozen, OnUnimportable, Optimize, Payload, Strip, Tiers,
};
use crate::manifest::RuntimeFeature;
use crate::types::ByteSize;
use crate::yaml::Spanned;

/// What a product needs of Python's standard library. Every key may be left out, and is then inherited.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
#[schemars(title = "A profile of stdlib-pack")]
pub(super) struct ProfileFile {
    /// One sentence for people.
    pub(super) description: Option<String>,
    /// Profiles to begin with, in this order: built-in names, or files relative to this one.
    pub(super) extends: Vec<Spanned<String>>,
    /// Where the bundle will run: a name that `stdlib-pack target list` shows, or a file of `target probe`.
    pub(super) target: Option<Spanned<String>>,
    /// Modules whose whole public API the bundle guarantees. Added to those of `extends`.
    pub(super) roots: Option<Vec<Spanned<String>>>,
    /// Modules that are run with `python -m`.
    pub(super) run_modules: Vec<Spanned<String>>,
    /// Functions of the app or of its dependencies that the program starts with, such as `package.cli:main`.
    pub(super) entry_points: Vec<Spanned<String>>,
    /// Files and folders of the app that are not part of the program: `legacy`, `tools/*.py`. They only count when the
    /// program imports them, like the tests, documentation and build files of a project. `none` makes the latter count.
    pub(super) app_exclude: Vec<String>,
    /// Modules that must not be in the bundle, each with the reason. Added to those of `extends`.
    pub(super) exclude: Vec<ExcludeEntry>,
    /// Which imports are followed.
    pub(super) closure: Option<Closure>,
    /// Split the bundle into zips that are fetched one after the other: `start`, then `later` with the rest of what the
    /// program can reach, then `rest`.
    pub(super) tiers: Option<Tiers>,
    /// What the bundle contains of each module.
    pub(super) payload: Option<Payload>,
    /// Python's own optimisation, 0 to 2: 1 drops assertions, 2 docstrings as well.
    pub(super) optimize: Option<Optimize>,
    /// What is taken out of modules.
    pub(super) strip: Option<Vec<Strip>>,
    /// What happens to modules that cannot be imported on the target.
    pub(super) on_unimportable: Option<OnUnimportable>,
    /// What happens to modules frozen into the target's interpreter.
    pub(super) frozen: Option<Frozen>,
    /// Runtime behaviours to support although no name in the program asks for them.
    pub(super) runtime_features: Option<Vec<RuntimeFeature>>,
    /// Modules that are imported by names that are not literals.
    pub(super) hidden_imports: Vec<Spanned<String>>,
    /// Codecs that are looked up by names that are not literals: names, patterns such as `cp125*`, and the groups `web`
    /// (the encodings of web pages), `email` and `all`.
    pub(super) codecs: Vec<Spanned<String>>,
    /// Files to put in as modules, such as the `_sysconfigdata_….py` of the target's build; relative to this one.
    pub(super) extra_modules: Vec<Spanned<String>>,
    /// What the app depends on: wheels, zips, packages, or folders of packages; relative to this file.
    pub(super) dependencies: Vec<String>,
    /// Include stubs that raise the reason for missing modules.
    pub(super) missing_module_stubs: Option<bool>,
    /// What is written, and where.
    pub(super) output: OutputEntry,
    /// Largest accepted sizes.
    pub(super) budget: BudgetEntry,
}

/// Modules that must not be in the bundle.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct ExcludeEntry {
    /// Names, or patterns: `socket` with all that is in it, `encodings.cp*`, `**.tests`.
    pub(super) modules: Vec<Spanned<String>>,
    /// Why, for people who look for them.
    pub(super) reason: String,
    /// Whether a program that needs one of the modules gets it: an app, roots, or modules that are run.
    #[serde(default)]
    pub(super) unless_needed: bool,
}

/// What is written, and where.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(super) struct OutputEntry {
    /// Folder that the bundle is written to.
    pub(super) dir: Option<String>,
    /// Compressed artifacts beside each zip.
    pub(super) compress: Option<Vec<Compression>>,
    /// Also write the app and what it needs of its dependencies, as `app.zip`.
    pub(super) app: Option<bool>,
    /// What is taken out of the modules in `app.zip`, in addition to the `columns`, `lines` and `dead-branches` of
    /// `strip`. Programs can see all the rest: `click`, for example, prints docstrings.
    pub(super) app_strip: Option<Vec<Strip>>,
}

/// Largest accepted sizes, of both payloads or of each.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct BudgetEntry {
    /// Of the zip.
    pub(super) zip: Option<ByteSize>,
    /// Of the `.zip.br`.
    pub(super) brotli: Option<ByteSize>,
    /// Of the `.zip.packed.br`.
    pub(super) packed: Option<ByteSize>,
    /// Of bundles of bytecode.
    pub(super) bytecode: Budget,
    /// Of bundles of sources.
    pub(super) source: Budget,
    /// Of `app.zip` and its artifacts.
    pub(super) app: Budget,
    /// Of the zip of the tier `later` and its artifacts.
    pub(super) later: Budget,
    /// Of the zip of the tier `rest` and its artifacts.
    pub(super) rest: Budget,
}
