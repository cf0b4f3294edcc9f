//! A bundle, made in front of people.

use std::io::Write as _;
use std::path::PathBuf;

use super::args::VerbosityArgs;
use super::diagnostics::show_diagnostics;
use super::error::CliError;
use super::inputs::InputFiles;
use super::progress::Progress;
use crate::bundle::{available_dictionary, parse_receipt};
use crate::cache::Cache;
use crate::compare::Snapshot;
use crate::pipeline::{Bundle, PackRequest, Reporter, ScanLock, Timings, load_inputs, pack};
use crate::report::{Summary, SummaryOutput};
use crate::types::{Sha256, Version};

/// A bundle that was made, and what there is to say of it.
pub(super) struct BuiltBundle {
    /// The bundle.
    pub(super) bundle: Bundle,
    /// Name of the profile.
    pub(super) profile: String,
    /// The folder that the profile wants it in.
    pub(super) out: Option<String>,
    /// How long each part took.
    pub(super) stages: Timings,
    /// What it was made from.
    pub(super) inputs: InputFiles,
    python: Version,
    target: String,
    /// What was said of the profile.
    profile_warnings: Vec<String>,
    /// The earlier zip that a delta was made from.
    dictionary: Option<Sha256>,
}

/// Makes what `request` asks for, with progress and warnings on standard error.
pub(super) fn build_bundle(
    request: &PackRequest,
    verbosity: &VerbosityArgs,
) -> Result<BuiltBundle, CliError> {
    let progress = Progress::new(verbosity.quiet, verbosity.json);
    let made = build_bundle_with(request, verbosity.quiet, &progress, &ScanLock::default())?;
    if verbosity.verbose {
        show_discarded_entries(&request.cache);
    }
    Ok(made)
}

/// Names the results that the cache should have had and did not.
pub(super) fn show_discarded_entries(cache: &Cache) {
    for entry in cache.discarded() {
        let entry = entry.display();
        let _ = writeln!(
            anstream::stderr(),
            "thrown away: '{entry}' in the cache does not hold what was kept under its name"
        );
    }
}

/// The same among others that are made at the same time.
pub(super) fn build_bundle_with(
    request: &PackRequest,
    quiet: bool,
    observer: &dyn Reporter,
    turn: &ScanLock,
) -> Result<BuiltBundle, CliError> {
    let mut stages = Timings::default();
    let opened = load_inputs(request, &mut stages)?;
    if !quiet {
        show_diagnostics(&opened.diagnostics);
    }
    let said = opened.diagnostics.iter();
    let said = said.map(|said| format!("{}: {}", said.provenance, said.message));
    let said = said.collect();
    let (profile, out) = (opened.profile.name.clone(), opened.profile.out.clone());
    let (python, target) = (opened.target.version, opened.target.name.clone());
    let manifests: Vec<PathBuf> = opened.manifests.files().to_vec();
    let dictionary = opened.delta_from.as_deref().map(Sha256::of);
    let bundle = pack(request, opened, observer, &mut stages, turn)?;
    Ok(BuiltBundle {
        inputs: InputFiles::new(request, &manifests, &bundle.reads),
        bundle,
        profile,
        out,
        stages,
        python,
        target,
        profile_warnings: said,
        dictionary,
    })
}

impl BuiltBundle {
    /// What it is compared with others by.
    pub(super) fn snapshot(&self) -> Result<Snapshot, CliError> {
        let receipt = parse_receipt(&self.bundle.receipt);
        Ok(receipt.map_err(CliError::Environment)?.into())
    }

    /// The few lines for people.
    pub(super) fn summary(self, outputs: Vec<SummaryOutput>) -> Summary {
        Summary {
            profile: self.profile,
            python: self.python,
            target: self.target,
            totals: self.bundle.totals,
            outputs,
            available_dictionary: self.dictionary.map(available_dictionary),
            cached: self.bundle.cached,
            seconds: self.stages,
            warnings: self
                .profile_warnings
                .into_iter()
                .chain(self.bundle.warnings)
                .collect(),
        }
    }
}
