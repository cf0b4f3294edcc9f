//! Facts about Python versions and targets: the files of `stdlib-manifests/`.
//!
//! They are built into the program, and can be read from a folder instead.

mod embedded;
mod facts;
mod files;
mod target;
mod write;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

pub use facts::{NativePlatform, Presence, TargetFacts};
pub use files::{
    CAttributeReads, DataFiles, DeferredCallback, HiddenImport, ImportFailureEntry,
    RedundantImport, RuntimeFeature, SYSCONFIGDATA, Trigger, VersionManifest,
};
pub use target::{ModuleNote, TargetManifest};

use self::embedded::{
    C_ATTRIBUTE_READS, DEFERRED_CALLBACKS, HIDDEN_IMPORTS, IMPORT_FAILURES, REDUNDANT_IMPORTS,
    TARGETS, VERSIONS,
};
use crate::fs::limited;
use crate::types::{Magic, ModuleName, Version};
use crate::yaml::{self, YamlError};

/// Every manifest that is known.
#[derive(Debug)]
pub struct Manifests {
    versions: BTreeMap<Version, VersionManifest>,
    targets: BTreeMap<String, TargetManifest>,
    hidden_imports: Vec<HiddenImport>,
    import_failures: Vec<ImportFailureEntry>,
    c_attribute_reads: Vec<CAttributeReads>,
    deferred_callbacks: Vec<DeferredCallback>,
    redundant_imports: Vec<RedundantImport>,
    /// The files that were read, besides those built in.
    files: Vec<PathBuf>,
}

/// A manifest that cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ManifestError {
    /// A mistake in its YAML.
    #[error("manifest '{file}' at byte {}: {}", problem.range.start, problem.message)]
    Yaml {
        /// The file's name.
        file: String,
        /// The mistake.
        problem: YamlError,
    },
    /// A manifest that cannot be read.
    #[error("cannot read the target '{file}': {source}")]
    File {
        /// The file.
        file: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// A folder of manifests that cannot be read.
    #[error("cannot read manifests in '{folder}': {source}")]
    Io {
        /// The folder.
        folder: String,
        /// What the system said.
        source: std::io::Error,
    },
}

impl Manifests {
    /// The manifests built into the program.
    ///
    /// # Errors
    /// Never, as released: a test reads them all.
    pub fn embedded() -> Result<Self, ManifestError> {
        let mut manifests = Self {
            versions: BTreeMap::new(),
            targets: BTreeMap::new(),
            hidden_imports: parse(HIDDEN_IMPORTS.0, HIDDEN_IMPORTS.1)?,
            import_failures: parse(IMPORT_FAILURES.0, IMPORT_FAILURES.1)?,
            c_attribute_reads: parse(C_ATTRIBUTE_READS.0, C_ATTRIBUTE_READS.1)?,
            deferred_callbacks: parse(DEFERRED_CALLBACKS.0, DEFERRED_CALLBACKS.1)?,
            redundant_imports: parse(REDUNDANT_IMPORTS.0, REDUNDANT_IMPORTS.1)?,
            files: Vec::new(),
        };
        for (file, text) in VERSIONS {
            manifests.add_version(parse(file, text)?);
        }
        for (file, text) in TARGETS {
            manifests.add_target(parse(file, text)?);
        }
        Ok(manifests)
    }

    /// The manifests built into the program, with those of `folder` in their place or added:
    /// `python-*.yaml`, `targets/*.yaml`, `hidden-imports.yaml` and the others by their names.
    ///
    /// # Errors
    /// When a file cannot be read or holds a mistake.
    pub fn with_folder(folder: &Path) -> Result<Self, ManifestError> {
        let mut manifests = Self::embedded()?;
        let failed = |source| ManifestError::Io {
            folder: folder.display().to_string(),
            source,
        };
        fs::metadata(folder).map_err(failed)?;
        for path in yaml_files(folder) {
            let text = read(&path).map_err(failed)?;
            manifests.files.push(path.clone());
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if name == HIDDEN_IMPORTS.0 {
                manifests.hidden_imports = parse(&name, &text)?;
            } else if name == DEFERRED_CALLBACKS.0 {
                manifests.deferred_callbacks = parse(&name, &text)?;
            } else if name == REDUNDANT_IMPORTS.0 {
                manifests.redundant_imports = parse(&name, &text)?;
            } else if name == C_ATTRIBUTE_READS.0 {
                manifests.c_attribute_reads = parse(&name, &text)?;
            } else if name == IMPORT_FAILURES.0 {
                manifests.import_failures = parse(&name, &text)?;
            } else if name.starts_with("python-") {
                manifests.add_version(parse(&name, &text)?);
            }
        }
        for path in yaml_files(&folder.join("targets")) {
            let text = read(&path).map_err(failed)?;
            manifests.files.push(path.clone());
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            manifests.add_target(parse(&name, &text)?);
        }
        Ok(manifests)
    }

    fn add_version(&mut self, manifest: VersionManifest) {
        self.versions.insert(manifest.version, manifest);
    }

    /// Reads the target in `file` and adds it, or puts it in place of one of the same name, which is returned.
    ///
    /// # Errors
    /// When the file cannot be read or holds a mistake.
    pub fn add_target_file(&mut self, file: &Path) -> Result<String, ManifestError> {
        let text = read(file).map_err(|source| ManifestError::File {
            file: file.display().to_string(),
            source,
        })?;
        self.files.push(file.to_owned());
        let target: TargetManifest = parse(&file.display().to_string(), &text)?;
        let name = target.name.clone();
        self.add_target(target);
        Ok(name)
    }

    /// Adds a target, or puts it in place of the one of its name.
    pub fn add_target(&mut self, manifest: TargetManifest) {
        self.targets.insert(manifest.name.clone(), manifest);
    }

    /// Notes that facts come from these files as well.
    pub fn add_files(&mut self, files: impl IntoIterator<Item = PathBuf>) {
        self.files.extend(files);
    }

    /// The files that facts were read from, besides the manifests built in.
    pub fn files(&self) -> &[PathBuf] {
        &self.files
    }

    /// Versions with a manifest, oldest first.
    pub fn versions(&self) -> impl Iterator<Item = Version> {
        self.versions.keys().copied()
    }

    /// The facts of a version. A version newer than all is served by the newest.
    pub fn version(&self, version: Version) -> Option<&VersionManifest> {
        let newest = self.versions.values().next_back()?;
        if version > newest.version {
            return Some(newest);
        }
        self.versions.get(&version)
    }

    /// The version whose bytecode has that magic number.
    pub fn version_of_magic(&self, magic: Magic) -> Option<Version> {
        self.versions
            .values()
            .find(|facts| facts.magic == magic)
            .map(|facts| facts.version)
    }

    /// The version whose telling modules are there, by `has`.
    pub fn detect_version(&self, has: impl Fn(&str) -> bool) -> Option<Version> {
        let fits = |facts: &&VersionManifest| {
            let mark = &facts.detect;
            mark.has.iter().all(|name| has(name.as_str()))
                && !mark.lacks.iter().any(|name| has(name.as_str()))
        };
        self.versions.values().find(fits).map(|facts| facts.version)
    }

    /// The target of that name.
    pub fn target(&self, name: &str) -> Option<&TargetManifest> {
        self.targets.get(name)
    }

    /// Names of all targets, sorted.
    pub fn targets(&self) -> impl Iterator<Item = &str> + Clone {
        self.targets.keys().map(String::as_str)
    }

    /// Modules that cannot be imported though their imports can, on that version and platform, each
    /// with the reason.
    pub fn import_failures(
        &self,
        version: Version,
        sys_platform: &str,
    ) -> BTreeMap<ModuleName, String> {
        let entries = self.import_failures.iter();
        let holding = entries.filter(|entry| entry.applies_to(version, sys_platform));
        let reasons = |entry: &ImportFailureEntry| {
            let reason = entry.reason.clone();
            entry
                .modules
                .clone()
                .into_iter()
                .map(move |name| (name, reason.clone()))
        };
        holding.flat_map(reasons).collect()
    }

    /// Callbacks that are registered at import time and that most programs never call.
    pub fn deferred_callbacks(&self) -> &[DeferredCallback] {
        &self.deferred_callbacks
    }

    /// Imports that a target's modules spare `version`.
    pub fn redundant_imports(&self, version: Version) -> impl Iterator<Item = &RedundantImport> {
        let entries = self.redundant_imports.iter();
        entries.filter(move |entry| entry.versions.contains(version))
    }

    /// Names of members that the interpreter and its C modules read of objects.
    pub fn c_attribute_reads(&self) -> &[CAttributeReads] {
        &self.c_attribute_reads
    }

    /// Imports that no source text shows, for `version`.
    pub fn hidden_imports(&self, version: Version) -> impl Iterator<Item = &HiddenImport> {
        self.hidden_imports
            .iter()
            .filter(move |edge| edge.versions.contains(version))
    }
}

fn read(file: &Path) -> Result<String, std::io::Error> {
    Ok(limited::read_text(file, limited::MAX_YAML)?)
}

fn parse<T: serde::de::DeserializeOwned>(file: &str, text: &str) -> Result<T, ManifestError> {
    yaml::parse(text).map_err(|problem| ManifestError::Yaml {
        file: file.to_owned(),
        problem,
    })
}

fn yaml_files(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files: Vec<_> = entries
        .map(|entry| entry.path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "yaml")
        })
        .collect();
    files.sort();
    files
}
