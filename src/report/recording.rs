//! What a recorded program loaded of a bundle, and what the bundle contains for nothing.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use schemars::JsonSchema;
use serde::Serialize;

use crate::bundle::{Receipt, ReceiptModule};
use crate::escape;
use crate::explain::{ImportStep, KeptBecause, import_steps};
use crate::pipeline::{Plan, SizeAnalysis};
use crate::recording::Recording;
use crate::stdlib::ModuleKind;
use crate::types::{ByteSize, ModuleName};

/// What recorded programs loaded of a bundle.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct RecordingUse {
    /// The modules of the bundle that were loaded, by the programs or when the interpreter starts.
    loaded: ModuleTotals,
    /// The modules of the bundle that were never loaded.
    never_loaded: ModuleTotals,
    /// The modules that were never loaded, largest first.
    unused: Vec<UnusedModule>,
}

/// The number and the sizes of modules.
#[derive(Debug, Default, Serialize, JsonSchema)]
struct ModuleTotals {
    modules: usize,
    /// The size in bytes in the zip.
    bytes: ByteSize,
    /// The sum of the shallow sizes.
    compressed: ByteSize,
}

/// A module that is kept and was never loaded.
#[derive(Debug, Serialize, JsonSchema)]
struct UnusedModule {
    name: ModuleName,
    bytes: ByteSize,
    compressed: ByteSize,
    retained: ByteSize,
    /// The first import of its chain that leads to a module that was never loaded.
    first_link: Option<ImportStep>,
}

impl RecordingUse {
    /// Compares a bundle with recordings.
    pub(super) fn new(
        plan: &Plan,
        receipt: &Receipt,
        sizes: &SizeAnalysis<'_>,
        recordings: &[Recording],
    ) -> Self {
        let startup = recordings.iter().flat_map(|of| &of.startup_modules);
        let loaded = recordings.iter().flat_map(Recording::loaded);
        let mut loaded: BTreeSet<ModuleName> = loaded.chain(startup.cloned()).collect();
        let kept = receipt.kept.iter();
        let at_startup = kept.filter(|(_, kept)| kept.because == KeptBecause::Startup);
        loaded.extend(at_startup.map(|(name, _)| name.clone()));
        let mut of_bundle = Self {
            loaded: ModuleTotals::default(),
            never_loaded: ModuleTotals::default(),
            unused: Vec::new(),
        };
        let is_namespace = |name: &ModuleName| {
            let kept = plan.selection.kept.get(name);
            kept.is_some_and(|kept| kept.kind == ModuleKind::Namespace)
        };
        for (name, kept) in &receipt.kept {
            if is_namespace(name) {
                continue;
            }
            let is_loaded = loaded.contains(name);
            let totals = if is_loaded {
                &mut of_bundle.loaded
            } else {
                &mut of_bundle.never_loaded
            };
            totals.add(kept, sizes.shallow_size(name));
            if !is_loaded {
                let mut chain = import_steps(&plan.graph, name).into_iter();
                of_bundle.unused.push(UnusedModule {
                    name: name.clone(),
                    bytes: kept.bytes,
                    compressed: sizes.shallow_size(name),
                    retained: sizes.retained_size(name),
                    first_link: chain.find(|step| {
                        receipt.kept.contains_key(&step.module) && !loaded.contains(&step.module)
                    }),
                });
            }
        }
        let size = |module: &UnusedModule| (module.compressed, module.bytes);
        of_bundle
            .unused
            .sort_by(|a, b| size(b).cmp(&size(a)).then(a.name.cmp(&b.name)));
        of_bundle
    }

    /// Renders the totals and the largest `limit` modules as Markdown.
    pub(super) fn to_markdown(&self, limit: usize) -> String {
        let Self {
            loaded,
            never_loaded,
            unused,
        } = self;
        let all = ByteSize(loaded.compressed.0 + never_loaded.compressed.0);
        let mut text = format!(
            "\n## Kept and never loaded\n\n{} of {} modules were loaded in the recording. The other {} are {} bytes of \
             the zip, {} bytes compressed: {:.1}%.\n",
            loaded.modules,
            loaded.modules + never_loaded.modules,
            never_loaded.modules,
            never_loaded.bytes,
            never_loaded.compressed,
            never_loaded.compressed.percent_of(all),
        );
        if unused.is_empty() {
            return text;
        }
        text.push_str(
            "\n| Module | Bytes in the zip | Shallow size, compressed | Retained size | First link to what was not loaded |\n",
        );
        text.push_str("|---|---:|---:|---:|---|\n");
        for module in unused.iter().take(limit) {
            let _ = writeln!(
                text,
                "| {} | {} | {} | {} | {} |",
                escape::markdown(module.name.as_str()),
                module.bytes,
                module.compressed,
                module.retained,
                escape::markdown(&module.first_link_text())
            );
        }
        if unused.len() > limit {
            let _ = writeln!(text, "\nAnd {} more.", unused.len() - limit);
        }
        text
    }
}

impl ModuleTotals {
    fn add(&mut self, module: &ReceiptModule, compressed: ByteSize) {
        self.modules += 1;
        self.bytes.0 += module.bytes.0;
        self.compressed.0 += compressed.0;
    }
}

impl UnusedModule {
    fn first_link_text(&self) -> String {
        match &self.first_link {
            Some(step) if step.module == self.name => step.sentence.clone(),
            Some(step) => format!("{}: {}", step.module, step.sentence),
            None => String::new(),
        }
    }
}
