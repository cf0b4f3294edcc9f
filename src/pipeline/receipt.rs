//! Builds the receipt of a bundle from its plan and its files.

use std::collections::{BTreeMap, BTreeSet};

use super::{BundleZip, PackError, Plan};
use crate::app::{App, AppFile};
use crate::bundle::{
    AppInput, BuildPythonInput, DroppedReceiptModule, FileDigest, RECEIPT_SCHEMA_VERSION, Receipt,
    ReceiptInputs, ReceiptModule, Totals, entry_path,
};
use crate::dependency::Dependencies;
use crate::explain::DroppedBecause;
use crate::graph::Origin;
use crate::profile::Payload;
use crate::select::KeptModule;
use crate::stdlib::ModuleKind;
use crate::types::{ByteSize, DocumentCounts, ModuleName, Sha256};

/// The sizes and digests of the modules' files in the zip, by path.
pub(super) type Packed = BTreeMap<String, FileDigest>;

/// Builds the receipt of a bundle, without its outputs.
pub(super) fn build_receipt(
    plan: &Plan,
    stem: &str,
    packed: &Packed,
    totals: Totals,
) -> Result<Receipt, PackError> {
    let side_files = plan.side_files.extensions().into_iter();
    let profile = serde_json::to_value(&plan.profile);
    Ok(Receipt {
        schema: RECEIPT_SCHEMA_VERSION,
        tool: format!("stdlib-pack {}", env!("CARGO_PKG_VERSION")),
        python: plan.target.version,
        target: plan.target.name.clone(),
        profile: profile.map_err(|error| PackError::Internal(error.to_string()))?,
        inputs: inputs(plan),
        totals,
        outputs: BTreeMap::new(),
        side_files: side_files
            .map(|extension| format!("{stem}.{extension}"))
            .collect(),
        kept: kept_modules(plan, packed),
        app_zip: None,
        dropped: dropped_modules(plan),
        c_modules: c_modules(plan),
        third_party: third_party(plan),
    })
}

/// Returns the digests of a zip and its artifacts, by file name.
pub(super) fn outputs(zip: &BundleZip) -> BTreeMap<String, FileDigest> {
    let artifacts = zip.artifacts.iter();
    let artifacts = artifacts.map(|artifact| (&*artifact.extension, &artifact.bytes[..]));
    let files = std::iter::once(("zip", &zip.zip[..])).chain(artifacts);
    let stem = &zip.stem;
    let output = |(extension, bytes)| (format!("{stem}.{extension}"), FileDigest::of(bytes));
    files.map(output).collect()
}

/// Returns the third-party modules, with the place of the first import as `module:line`. A path would make the receipt
/// depend on where the app is.
fn third_party(plan: &Plan) -> BTreeMap<String, String> {
    let places = plan.graph.third_party.iter();
    places
        .map(|(name, (module, line))| (name.clone(), format!("{module}:{line}")))
        .collect()
}

fn inputs(plan: &Plan) -> ReceiptInputs {
    let sources = plan
        .selection
        .kept
        .iter()
        .filter_map(|(name, kept)| Some([kept.path.as_bytes(), plan.sources.get(name)?]));
    // A namespace package has no file.
    let is_file = |file: &&AppFile| file.kind != ModuleKind::Namespace;
    let app = plan.apps.iter().map(|app| AppInput {
        name: app.name.clone(),
        files: app.modules.values().filter(is_file).count(),
        documents: app.documents,
        installed_packages: app.installed.as_ref().map(|packages| packages.count),
        sha256: digest_of(app, &plan.dependencies),
    });
    let dependencies = plan.dependencies.inputs().into_iter();
    let dependencies = dependencies.map(|(name, files, sha256)| AppInput {
        name,
        files,
        documents: DocumentCounts::default(),
        installed_packages: None,
        sha256,
    });
    let facts = &plan.python.facts;
    let compiled = plan.profile.payload == Payload::Bytecode;
    ReceiptInputs {
        stdlib_sha256: Sha256::of_parts(sources.flatten()),
        app: app.collect(),
        dependencies: dependencies.collect(),
        build_python: compiled.then(|| BuildPythonInput {
            version: facts.release.clone(),
            magic: facts.magic,
        }),
    }
}

/// Returns the digest of an app, with that of the packages that are installed in it, as far as they were read.
fn digest_of(app: &App, dependencies: &Dependencies) -> Sha256 {
    let digest = app.digest();
    let installed = app.installed.as_ref();
    match installed.and_then(|packages| dependencies.installed_input(&packages.path)) {
        Some(installed) => Sha256::of_parts([digest.as_bytes(), installed.as_bytes()]),
        None => digest,
    }
}

fn kept_modules(plan: &Plan, packed: &Packed) -> BTreeMap<ModuleName, ReceiptModule> {
    let module = |name: &ModuleName, kept: &KeptModule| {
        let source = plan.sources.get(name);
        let file = packed.get(&entry_path(&kept.path, plan.profile.payload));
        let has_file = kept.kind != ModuleKind::Namespace;
        ReceiptModule {
            kind: match kept.kind {
                ModuleKind::Module => "module".into(),
                ModuleKind::Package => "package".into(),
                ModuleKind::Namespace => "namespace".into(),
            },
            because: kept.because.clone(),
            tier: plan.profile.tiers.is_some().then_some(kept.tier),
            bytes: file.map_or(ByteSize(0), |file| file.bytes),
            sha256: file.filter(|_| has_file).map(|file| file.sha256),
            source_bytes: source.map_or(ByteSize(0), |source| ByteSize::of(source)),
            source_sha256: source.map(|source| Sha256::of(source)),
        }
    };
    let kept = plan.selection.kept.iter();
    kept.map(|(name, kept)| (name.clone(), module(name, kept)))
        .collect()
}

fn dropped_modules(plan: &Plan) -> BTreeMap<ModuleName, DroppedReceiptModule> {
    let module = |because: &DroppedBecause| DroppedReceiptModule {
        reason: because.as_str().into(),
        detail: because.detail(),
    };
    let dropped = plan.selection.dropped.iter();
    dropped
        .map(|(name, because)| (name.clone(), module(because)))
        .collect()
}

fn c_modules(plan: &Plan) -> Vec<ModuleName> {
    let c_nodes = plan.graph.modules().filter(|node| node.origin == Origin::C);
    c_nodes
        .map(|node| node.name.clone())
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect()
}
