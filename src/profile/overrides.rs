//! Overrides of a profile, by flags or by the entry of a project.

use std::path::PathBuf;

use super::options::{Closure, Compression, Optimize, Payload, StartTier, Strip};
use super::pattern::Pattern;
use super::{
    Budget, Exclusion, ExtraModule, Profile, ProgramEntryPoint, Root, Roots, encodings,
    sorted_unique,
};
use crate::diagnostic::{Code, Diagnostic, Sourced};
use crate::types::{ByteSize, ModuleName, ObjectReference};

/// Changes to a profile. The fields are named after the flags.
#[derive(Clone, Debug, Default)]
pub struct Overrides {
    /// `--root`: added to the profile's roots.
    pub roots: Vec<Sourced<String>>,
    /// `--run-module`: added to the profile's run modules.
    pub run_modules: Vec<Sourced<String>>,
    /// `--entry`: added to the profile's entry points.
    pub entries: Vec<Sourced<String>>,
    /// `--app-exclude`: added to the profile's.
    pub app_exclude: Vec<String>,
    /// `--exclude`: added to the profile's exclusions.
    pub exclude: Vec<Sourced<String>>,
    /// `--target`
    pub target: Option<Sourced<String>>,
    /// `--extra-module`: added to the profile's extra modules.
    pub extra_modules: Vec<Sourced<PathBuf>>,
    /// `--closure`
    pub closure: Option<Closure>,
    /// `--tiers`
    pub tiers: Option<bool>,
    /// `--start-recorded`: the recording whose modules the first of the tiers has.
    pub start_recorded: Option<PathBuf>,
    /// `--payload`
    pub payload: Option<Payload>,
    /// `--strip`
    pub strip: Option<Vec<Strip>>,
    /// `--compress`
    pub compress: Option<Vec<Compression>>,
    /// `--app-zip`
    pub app_zip: Option<bool>,
    /// `--app-strip`
    pub app_strip: Option<Vec<Strip>>,
    /// `--budget`: the maximum size of the `.zip.packed.br`, of the `.zip.br`, or of the zip: the first that there is.
    pub budget: Option<ByteSize>,
    /// `--optimize`
    pub optimize: Option<Optimize>,
}

impl Overrides {
    /// Returns whether these overrides change which modules or parts of modules the bundle contains.
    pub fn change_contents(&self) -> bool {
        let adds =
            !self.roots.is_empty() || !self.run_modules.is_empty() || !self.entries.is_empty();
        let chooses = self.closure.is_some()
            || self.tiers.is_some()
            || self.start_recorded.is_some()
            || self.strip.is_some()
            || self.optimize.is_some();
        adds || chooses
    }

    /// Applies the overrides to `profile`, and returns the errors in them.
    pub fn apply(&self, profile: &mut Profile) -> Vec<Diagnostic> {
        let mut errors = Vec::new();
        let roots = parse_modules(&self.roots, &mut errors);
        if !roots.is_empty() {
            match &mut profile.roots {
                Roots::Named(inherited) => inherited.extend(roots),
                Roots::Default => profile.roots = Roots::Named(roots),
            }
        }
        let run_modules = parse_modules(&self.run_modules, &mut errors);
        profile.run_modules.extend(run_modules);
        for entry in &self.entries {
            match parse_entry_point(entry) {
                Ok(entry_point) => profile.entry_points.push(entry_point),
                Err(error) => errors.push(*error),
            }
        }
        profile.app_exclude.extend(self.app_exclude.iter().cloned());
        self.apply_exclusions(profile, &mut errors);
        let extra_modules = self.extra_modules.iter().cloned();
        profile
            .extra_modules
            .extend(extra_modules.map(|file| ExtraModule {
                file: file.value,
                provenance: file.provenance,
            }));
        if let Some(target) = &self.target {
            profile.target_provenance = target.provenance.clone();
            profile.target.clone_from(&target.value);
        }
        self.apply_options(profile);
        errors
    }

    fn apply_exclusions(&self, profile: &mut Profile, errors: &mut Vec<Diagnostic>) {
        let mut exclude = Vec::new();
        for Sourced { value, provenance } in &self.exclude {
            match Pattern::new(value) {
                Ok(pattern) => exclude.push(Exclusion {
                    pattern,
                    reason: "excluded on the command line".to_owned(),
                    unless_needed: false,
                    provenance: provenance.clone(),
                }),
                Err(reason) => {
                    errors.push(
                        Diagnostic::error(Code::InvalidPattern, reason.to_string())
                            .with_provenance(provenance),
                    );
                }
            }
        }
        if exclude.is_empty() {
            return;
        }
        match profile.exclude.with(exclude) {
            Ok(exclude) => profile.exclude = exclude,
            Err(error) => errors.push(*error),
        }
    }

    fn apply_options(&self, profile: &mut Profile) {
        profile.closure = self.closure.unwrap_or(profile.closure);
        match self.tiers {
            Some(true) => profile.tiers = Some(profile.tiers.take().unwrap_or_default()),
            Some(false) => profile.tiers = None,
            None => {}
        }
        if let Some(file) = &self.start_recorded {
            profile.tiers.get_or_insert_default().start = StartTier::Recorded(file.clone());
        }
        profile.payload = self.payload.unwrap_or(profile.payload);
        profile.optimize = self.optimize.unwrap_or(profile.optimize);
        if let Some(strip) = &self.strip {
            profile.strip = sorted_unique(strip);
        }
        if let Some(compress) = &self.compress {
            profile.output.compress = encodings(compress);
        }
        profile.output.app = self.app_zip.unwrap_or(profile.output.app);
        if let Some(strip) = &self.app_strip {
            profile.output.app_strip = sorted_unique(strip);
        }
        if let Some(size) = self.budget {
            // It is that of the smallest download.
            let has = |compression| profile.output.compress.contains(&compression);
            let mut budget = Budget::default();
            if has(Compression::Packed) && profile.payload == Payload::Bytecode {
                budget.packed = Some(size);
            } else if has(Compression::Brotli) {
                budget.brotli = Some(size);
            } else {
                budget.zip = Some(size);
            }
            profile.budget.override_with(budget, &[profile.payload]);
        }
    }
}

/// Parses the name of a function that a program starts with.
pub(super) fn parse_entry_point(
    text: &Sourced<String>,
) -> Result<ProgramEntryPoint, Box<Diagnostic>> {
    match ObjectReference::parse(&text.value) {
        Some(object) => Ok(ProgramEntryPoint {
            object,
            provenance: text.provenance.clone(),
        }),
        None => {
            let message = format!("'{}' is not an entry point", text.value);
            let help = "write it like package.module:function, or the name of a module".to_owned();
            let error = Diagnostic::error(Code::InvalidModuleName, message).with_help(help);
            Err(error.with_provenance(&text.provenance).into())
        }
    }
}

fn parse_modules(names: &[Sourced<String>], errors: &mut Vec<Diagnostic>) -> Vec<Root> {
    let mut modules = Vec::new();
    for Sourced { value, provenance } in names {
        match ModuleName::new(value) {
            Ok(module) => modules.push(Root {
                module,
                provenance: provenance.clone(),
            }),
            Err(error) => {
                let error = Diagnostic::error(Code::InvalidModuleName, error.to_string());
                errors.push(error.with_provenance(provenance));
            }
        }
    }
    modules
}
