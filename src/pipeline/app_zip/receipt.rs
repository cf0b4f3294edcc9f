//! Describes `app.zip` in the receipt of its bundle.

use std::collections::BTreeMap;

use super::build::AppZipData;
use super::{AppZipModule, AppZipPlan, CompiledAppZip, ModuleContent, Owner};
use crate::bundle::{FileDigest, ReceiptAppModule, ReceiptAppZip, ReceiptModule};
use crate::stdlib::ModuleKind;
use crate::types::{ByteSize, ModuleName, Sha256};

/// Returns the description of `app.zip`, which contains the files `data` beside its modules.
pub(in crate::pipeline) fn receipt_of(
    plan: &AppZipPlan,
    compiled: &CompiledAppZip,
    data: AppZipData,
) -> ReceiptAppZip {
    let module = |(name, module): (&ModuleName, &AppZipModule)| {
        let entry = compiled.entries.get(name);
        let packed = entry.map(|entry| FileDigest::of(&entry.bytes));
        let has_file = !matches!(module.content, ModuleContent::Namespace);
        let source = match &module.content {
            ModuleContent::Source(source) | ModuleContent::OpenedSource(source) => Some(source),
            _ => None,
        };
        let kept = ReceiptModule {
            kind: match (&module.content, module.kind) {
                (ModuleContent::Extension(_), _) => "extension".into(),
                (_, ModuleKind::Module) => "module".into(),
                (_, ModuleKind::Package) => "package".into(),
                (_, ModuleKind::Namespace) => "namespace".into(),
            },
            because: module.because.clone(),
            tier: None,
            bytes: packed.as_ref().map_or(ByteSize(0), |packed| packed.bytes),
            sha256: packed.filter(|_| has_file).map(|packed| packed.sha256),
            source_bytes: source.map_or(ByteSize(0), |source| ByteSize::of(source)),
            source_sha256: source.map(|source| Sha256::of(source)),
        };
        let of = match module.owner {
            Owner::App(_) | Owner::Generated => "app",
            Owner::Dependency => "dependency",
        };
        let described = ReceiptAppModule {
            of: of.into(),
            module: kept,
        };
        (name.clone(), described)
    };
    let distributions = plan.distributions.iter();
    let distributions: BTreeMap<String, String> = distributions
        .map(|distribution| (distribution.name.clone(), distribution.version.clone()))
        .collect();
    ReceiptAppZip {
        modules: plan.modules.iter().map(module).collect(),
        files: data,
        distributions,
    }
}
