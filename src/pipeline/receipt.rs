//! From a plan and its outputs to the receipt.

use std::collections::{BTreeMap, BTreeSet};

use super::{Artifact, PackError, Plan};
use crate::app::AppFile;
use crate::bundle::{
    AppInput, BuildPythonInput, DroppedReceiptModule, FileDigest, RECEIPT_SCHEMA_VERSION, Receipt,
    ReceiptInputs, ReceiptModule, Totals,
};
use crate::graph::Origin;
use crate::profile::Payload;
use crate::select::{DroppedBecause, KeptModule, explain_failure};
use crate::stdlib::ModuleKind;
use crate::types::{ByteSize, ModuleName, Sha256};

/// Where a kept module lies in the bundle.
pub(super) fn packed_path(kept: &KeptModule, payload: Payload) -> String {
    match kept.path.strip_suffix(".py") {
        Some(stem) => format!("{stem}.{}", payload.extension()),
        None => kept.path.clone(),
    }
}

/// The modules' files as they are in the zip, by path.
pub(super) type Packed = BTreeMap<String, FileDigest>;

/// The text of the receipt.
pub(super) fn build_receipt(
    plan: &Plan,
    stem: &str,
    zip: &[u8],
    forms: &[Artifact],
    packed: &Packed,
    totals: Totals,
) -> Result<String, PackError> {
    let mut outputs = BTreeMap::from([(format!("{stem}.zip"), FileDigest::of(zip))]);
    let named = |form: &Artifact| {
        (
            format!("{stem}.{}", form.extension),
            FileDigest::of(&form.bytes),
        )
    };
    outputs.extend(forms.iter().map(named));
    let companions = plan.companions.extensions().into_iter();
    let receipt = Receipt {
        schema: RECEIPT_SCHEMA_VERSION,
        tool: format!("stdlib-pack {}", env!("CARGO_PKG_VERSION")),
        python: plan.target.version,
        target: plan.target.name.clone(),
        profile: &plan.profile,
        inputs: inputs(plan),
        totals,
        outputs,
        side_files: companions
            .map(|ending| format!("{stem}.{ending}"))
            .collect(),
        kept: kept(plan, packed),
        dropped: dropped(plan),
        c_modules: c_modules(plan),
        third_party: third_party(plan),
    };
    receipt
        .to_json()
        .map_err(|error| PackError::Internal(error.to_string()))
}

/// Places are `module:line`, not paths: a receipt is the same wherever the app lies.
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
        sha256: app.digest(),
    });
    let facts = &plan.python.facts;
    let compiled = plan.profile.payload == Payload::Bytecode;
    ReceiptInputs {
        stdlib_sha256: Sha256::of_parts(sources.flatten()),
        app: app.collect(),
        build_python: compiled.then(|| BuildPythonInput {
            version: facts.release.clone(),
            magic: facts.magic,
        }),
    }
}

fn kept(plan: &Plan, packed: &Packed) -> BTreeMap<ModuleName, ReceiptModule> {
    let module = |name: &ModuleName, kept: &KeptModule| {
        let source = plan.sources.get(name);
        let file = packed.get(&packed_path(kept, plan.profile.payload));
        let has_file = kept.kind != ModuleKind::Namespace;
        ReceiptModule {
            kind: match kept.kind {
                ModuleKind::Module => "module".into(),
                ModuleKind::Package => "package".into(),
                ModuleKind::Namespace => "namespace".into(),
            },
            reason: kept.reason.as_str().into(),
            importer: kept.importer.clone(),
            line: (kept.line > 0).then_some(kept.line),
            detail: kept.reason.detail().map(str::to_owned),
            bytes: file.map_or(ByteSize(0), |file| file.bytes),
            sha256: file.filter(|_| has_file).map(|file| file.sha256),
            source_bytes: source.map_or(ByteSize(0), |source| ByteSize::of(source)),
            source_sha256: source.map(|source| Sha256::of(source)),
        }
    };
    let kept = &plan.selection.kept;
    kept.iter()
        .map(|(name, kept)| (name.clone(), module(name, kept)))
        .collect()
}

fn dropped(plan: &Plan) -> BTreeMap<ModuleName, DroppedReceiptModule> {
    let module = |name: &ModuleName, drop: &DroppedBecause| match drop {
        DroppedBecause::Excluded { pattern, reason } => DroppedReceiptModule {
            reason: "excluded".into(),
            detail: Some(format!("{pattern}: {reason}")),
        },
        DroppedBecause::Unimportable(failure) => DroppedReceiptModule {
            reason: "broken".into(),
            detail: Some(explain_failure(
                name,
                failure.clone(),
                &plan.graph.unimportable,
            )),
        },
        DroppedBecause::Frozen => DroppedReceiptModule {
            reason: "frozen".into(),
            detail: None,
        },
        DroppedBecause::NotReached => DroppedReceiptModule {
            reason: "not-reached".into(),
            detail: None,
        },
    };
    let dropped = &plan.selection.dropped;
    dropped
        .iter()
        .map(|(name, drop)| (name.clone(), module(name, drop)))
        .collect()
}

fn c_modules(plan: &Plan) -> Vec<ModuleName> {
    let of_c = plan.graph.modules().filter(|node| node.origin == Origin::C);
    of_c.map(|node| node.name.clone())
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect()
}
