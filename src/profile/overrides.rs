//! What the command line says on top of a profile.

use std::path::PathBuf;

use super::diagnostic::{Diagnostic, Provenance, Severity};
use super::options::{Closure, Compression, Optimize, Payload, Strip};
use super::pattern::Pattern;
use super::{Budget, Exclusion, ExtraModule, Profile, Root, Roots, sorted_unique};
use crate::types::{ByteSize, ModuleName};

/// Flags that change a profile.
#[derive(Clone, Debug, Default)]
pub struct Overrides {
    /// `--root`, added to the profile's.
    pub roots: Vec<String>,
    /// `--run-module`, added to the profile's.
    pub run_modules: Vec<String>,
    /// `--exclude`, added to the profile's.
    pub exclude: Vec<String>,
    /// `--target`
    pub target: Option<String>,
    /// `--extra-module`, added to the profile's.
    pub extra_modules: Vec<PathBuf>,
    /// `--closure`
    pub closure: Option<Closure>,
    /// `--payload`
    pub payload: Option<Payload>,
    /// `--strip`
    pub strip: Option<Vec<Strip>>,
    /// `--compress`
    pub compress: Option<Vec<Compression>>,
    /// `--budget`: of the brotli form, or of the zip where there is none.
    pub budget: Option<ByteSize>,
    /// `--optimize`
    pub optimize: Option<Optimize>,
}

impl Overrides {
    /// Changes `profile` as the flags say; mistakes in them are returned.
    pub fn apply(&self, profile: &mut Profile) -> Vec<Diagnostic> {
        let mut mistakes = Vec::new();
        let mut roots = match std::mem::replace(&mut profile.roots, Roots::Default) {
            Roots::Named(roots) => Some(roots),
            Roots::Default => None,
        };
        for name in &self.roots {
            let source = Provenance::Flag(format!("--root {name}"));
            match ModuleName::new(name) {
                Ok(module) => roots.get_or_insert_default().push(Root {
                    module,
                    provenance: source,
                }),
                Err(error) => mistakes.push(override_error(error.to_string(), source)),
            }
        }
        for name in &self.run_modules {
            let source = Provenance::Flag(format!("--run-module {name}"));
            match ModuleName::new(name) {
                Ok(module) => profile.run_modules.push(Root {
                    module,
                    provenance: source,
                }),
                Err(error) => mistakes.push(override_error(error.to_string(), source)),
            }
        }
        profile.roots = roots.map_or(Roots::Default, Roots::Named);
        let mut exclude = Vec::new();
        for text in &self.exclude {
            let source = Provenance::Flag(format!("--exclude {text}"));
            match Pattern::new(text) {
                Ok(modules) => exclude.push(Exclusion {
                    pattern: modules,
                    reason: "excluded on the command line".to_owned(),
                    provenance: source,
                }),
                Err(reason) => mistakes.push(override_error(reason, source)),
            }
        }
        if !exclude.is_empty() {
            match profile.exclude.with(exclude) {
                Ok(exclude) => profile.exclude = exclude,
                Err(problem) => mistakes.push(problem),
            }
        }
        profile
            .extra_modules
            .extend(self.extra_modules.iter().map(|file| ExtraModule {
                file: file.clone(),
                provenance: Provenance::Flag(format!("--extra-module {}", file.display())),
            }));
        if let Some(target) = &self.target {
            profile.target_provenance = Provenance::Flag(format!("--target {target}"));
            profile.target.clone_from(target);
        }
        profile.closure = self.closure.unwrap_or(profile.closure);
        profile.payload = self.payload.unwrap_or(profile.payload);
        if let Some(strip) = &self.strip {
            profile.strip = sorted_unique(strip);
        }
        if let Some(compress) = &self.compress {
            profile.compress = sorted_unique(compress);
        }
        if let Some(size) = self.budget {
            let brotli = profile.compress.contains(&Compression::Brotli);
            let said = Budget {
                zip: Some(size).filter(|_| !brotli),
                brotli: Some(size).filter(|_| brotli),
            };
            profile.budget.override_with(said, &[profile.payload]);
        }
        profile.optimize = self.optimize.unwrap_or(profile.optimize);
        mistakes
    }
}

fn override_error(message: String, source: Provenance) -> Diagnostic {
    Diagnostic {
        severity: Severity::Error,
        message,
        help: None,
        provenance: source,
    }
}
