//! What the command line says on top of a profile.

use std::path::PathBuf;

use super::choices::{Closure, Compression, Optimize, Payload, Strip};
use super::diagnostic::{Diagnostic, Severity, Source};
use super::pattern::Pattern;
use super::{Added, Budget, Exclusion, Profile, Root, Roots, each_once};
use crate::types::{ByteSize, ModuleName};

/// Flags that change a profile.
#[derive(Clone, Debug, Default)]
pub struct Overrides {
    /// `--root`, added to the profile's.
    pub roots: Vec<String>,
    /// `--run-module`, added to the profile's.
    pub run: Vec<String>,
    /// `--exclude`, added to the profile's.
    pub exclude: Vec<String>,
    /// `--target`
    pub target: Option<String>,
    /// `--add`, added to the profile's.
    pub add: Vec<PathBuf>,
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
        let mut roots = match std::mem::replace(&mut profile.roots, Roots::Unsaid) {
            Roots::Named(roots) => Some(roots),
            Roots::Unsaid => None,
        };
        for name in &self.roots {
            let source = Source::Flag(format!("--root {name}"));
            match ModuleName::new(name) {
                Ok(module) => roots.get_or_insert_default().push(Root { module, source }),
                Err(error) => mistakes.push(mistake(error.to_string(), source)),
            }
        }
        for name in &self.run {
            let source = Source::Flag(format!("--run-module {name}"));
            match ModuleName::new(name) {
                Ok(module) => profile.run.push(Root { module, source }),
                Err(error) => mistakes.push(mistake(error.to_string(), source)),
            }
        }
        profile.roots = roots.map_or(Roots::Unsaid, Roots::Named);
        let mut exclude = Vec::new();
        for text in &self.exclude {
            let source = Source::Flag(format!("--exclude {text}"));
            match Pattern::new(text) {
                Ok(modules) => exclude.push(Exclusion {
                    modules,
                    reason: "excluded on the command line".to_owned(),
                    source,
                }),
                Err(reason) => mistakes.push(mistake(reason, source)),
            }
        }
        if !exclude.is_empty() {
            match profile.exclude.with(exclude) {
                Ok(exclude) => profile.exclude = exclude,
                Err(problem) => mistakes.push(problem),
            }
        }
        profile.add.extend(self.add.iter().map(|file| Added {
            file: file.clone(),
            source: Source::Flag(format!("--add {}", file.display())),
        }));
        if let Some(target) = &self.target {
            profile.target_source = Source::Flag(format!("--target {target}"));
            profile.target.clone_from(target);
        }
        profile.closure = self.closure.unwrap_or(profile.closure);
        profile.payload = self.payload.unwrap_or(profile.payload);
        if let Some(strip) = &self.strip {
            profile.strip = each_once(strip);
        }
        if let Some(compress) = &self.compress {
            profile.compress = each_once(compress);
        }
        if let Some(size) = self.budget {
            let brotli = profile.compress.contains(&Compression::Brotli);
            let said = Budget {
                zip: Some(size).filter(|_| !brotli),
                brotli: Some(size).filter(|_| brotli),
            };
            profile.budget.take(said, &[profile.payload]);
        }
        profile.optimize = self.optimize.unwrap_or(profile.optimize);
        mistakes
    }
}

fn mistake(message: String, source: Source) -> Diagnostic {
    Diagnostic {
        severity: Severity::Error,
        message,
        help: None,
        source,
    }
}
