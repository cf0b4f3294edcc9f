//! A bundle, made in front of people.

use std::path::PathBuf;

use super::args::TalkArguments;
use super::diagnostics::show_diagnostics;
use super::error::CliError;
use super::progress::Progress;
use crate::bundle::{available_dictionary, read_receipt};
use crate::compare::Snapshot;
use crate::pipeline::{Bundle, Observer, Request, Stages, Turn, open, pack};
use crate::report::{Summary, SummaryOutput};
use crate::types::{Sha256, Version};

/// A bundle that was made, and what there is to say of it.
pub(super) struct Made {
    /// The bundle.
    pub(super) bundle: Bundle,
    /// Name of the profile.
    pub(super) profile: String,
    /// The folder that the profile wants it in.
    pub(super) out: Option<String>,
    /// How long each part took.
    pub(super) stages: Stages,
    /// The files that facts of targets and versions were read from.
    pub(super) manifests: Vec<PathBuf>,
    python: Version,
    target: String,
    /// What was said of the profile.
    said: Vec<String>,
    /// The earlier zip that a delta was made from.
    dictionary: Option<Sha256>,
}

/// Makes what `request` asks for, with progress and warnings on standard error.
pub(super) fn make(request: &Request, talk: &TalkArguments) -> Result<Made, CliError> {
    let progress = Progress::new(talk.quiet, talk.json);
    make_among(request, talk.quiet, &progress, &Turn::default())
}

/// The same among others that are made at the same time.
pub(super) fn make_among(
    request: &Request,
    quiet: bool,
    observer: &dyn Observer,
    turn: &Turn,
) -> Result<Made, CliError> {
    let mut stages = Stages::default();
    let opened = open(request, &mut stages)?;
    if !quiet {
        show_diagnostics(&opened.diagnostics);
    }
    let said = opened.diagnostics.iter();
    let said = said.map(|said| format!("{}: {}", said.source, said.message));
    let said = said.collect();
    let (profile, out) = (opened.profile.name.clone(), opened.profile.out.clone());
    let (python, target) = (opened.target.version, opened.target.name.clone());
    let manifests = opened.manifests.files().to_vec();
    let dictionary = opened.delta_from.as_deref().map(Sha256::of);
    let bundle = pack(request, opened, observer, &mut stages, turn)?;
    Ok(Made {
        bundle,
        profile,
        out,
        stages,
        manifests,
        python,
        target,
        said,
        dictionary,
    })
}

impl Made {
    /// What it is compared with others by.
    pub(super) fn snapshot(&self) -> Result<Snapshot, CliError> {
        let receipt = read_receipt(&self.bundle.receipt);
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
            warnings: self.said.into_iter().chain(self.bundle.warnings).collect(),
        }
    }
}
