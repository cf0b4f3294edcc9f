//! Manifests: facts about Python versions, targets and imports, from the files in `stdlib-manifests/`.
//!
//! They are embedded in the program, and can be read from a folder instead.

mod embedded;
mod extension_file;
mod facts;
mod files;
mod names;
mod target;
mod write;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

pub use facts::{NativePlatform, Presence, TargetFacts};
pub use files::{
    CAttributeReads, CodecGroup, DataFiles, DataLookup, DeferredCallback, FunctionalCheck,
    HiddenImport, ImportFailureEntry, RedundantImport, RuntimeFeature, SYSCONFIGDATA, StartupCall,
    Trigger, VersionManifest, Wanted,
};
pub use names::{
    CodecFunctionEntry, Decorated, DecoratorEntry, codec_arguments, codec_function_entries,
    decorator_entries, is_non_registering, module_takes_codec, takes_codec,
};
pub use target::{CallNote, ModuleNote, PackageNote, TargetManifest};

use self::embedded::{
    C_ATTRIBUTE_READS, CODEC_GROUPS, DATA_LOOKUPS, DEFERRED_CALLBACKS, FUNCTIONAL_CHECKS,
    HIDDEN_IMPORTS, IMPORT_FAILURES, REDUNDANT_IMPORTS, TARGETS, VERSIONS,
};
use crate::diagnostic::{Code, Diagnostic};
use crate::fs::limited;
use crate::types::{Magic, ModuleName, Version};
use crate::yaml::{self, YamlError};

/// All manifests.
#[derive(Debug)]
pub struct Manifests {
    versions: BTreeMap<Version, VersionManifest>,
    targets: BTreeMap<String, TargetManifest>,
    hidden_imports: Vec<HiddenImport>,
    import_failures: Vec<ImportFailureEntry>,
    c_attribute_reads: Vec<CAttributeReads>,
    deferred_callbacks: Vec<DeferredCallback>,
    redundant_imports: Vec<RedundantImport>,
    codec_groups: Vec<CodecGroup>,
    data_lookups: Vec<DataLookup>,
    functional_checks: Vec<FunctionalCheck>,
    /// The files that were read in addition to the embedded manifests.
    files: Vec<PathBuf>,
}

/// An error in a manifest, or in reading one.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ManifestError {
    /// An error in the YAML of a manifest.
    #[error("manifest '{file}' at byte {}: {}", problem.range.start, problem.message)]
    Yaml {
        /// The name of the file.
        file: String,
        /// The error and its position.
        problem: YamlError,
    },
    /// A target file that cannot be read.
    #[error("cannot read the target '{file}': {source}")]
    File {
        /// The path of the file.
        file: String,
        /// The error of the operating system.
        source: std::io::Error,
    },
    /// A folder of manifests that cannot be read.
    #[error("cannot read manifests in '{folder}': {source}")]
    Io {
        /// The path of the folder.
        folder: String,
        /// The error of the operating system.
        source: std::io::Error,
    },
}

impl Manifests {
    /// Returns the manifests that are embedded in the program.
    ///
    /// # Errors
    /// Never in a release, because a test parses them all.
    pub fn embedded() -> Result<Self, ManifestError> {
        let mut manifests = Self {
            versions: BTreeMap::new(),
            targets: BTreeMap::new(),
            hidden_imports: parse(HIDDEN_IMPORTS.0, HIDDEN_IMPORTS.1)?,
            import_failures: parse(IMPORT_FAILURES.0, IMPORT_FAILURES.1)?,
            c_attribute_reads: parse(C_ATTRIBUTE_READS.0, C_ATTRIBUTE_READS.1)?,
            codec_groups: parse(CODEC_GROUPS.0, CODEC_GROUPS.1)?,
            data_lookups: parse(DATA_LOOKUPS.0, DATA_LOOKUPS.1)?,
            deferred_callbacks: parse(DEFERRED_CALLBACKS.0, DEFERRED_CALLBACKS.1)?,
            redundant_imports: parse(REDUNDANT_IMPORTS.0, REDUNDANT_IMPORTS.1)?,
            functional_checks: parse(FUNCTIONAL_CHECKS.0, FUNCTIONAL_CHECKS.1)?,
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

    /// Returns the embedded manifests, replaced or extended by those in `folder`: `python-*.yaml`, `targets/*.yaml`,
    /// `hidden-imports.yaml` and the other files by their names.
    ///
    /// # Errors
    /// If a file cannot be read or is invalid.
    pub fn with_folder(folder: &Path) -> Result<Self, ManifestError> {
        let mut manifests = Self::embedded()?;
        let to_error = |source| ManifestError::Io {
            folder: folder.display().to_string(),
            source,
        };
        fs::metadata(folder).map_err(to_error)?;
        for path in yaml_files(folder) {
            let text = read(&path).map_err(to_error)?;
            manifests.files.push(path.clone());
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if name == HIDDEN_IMPORTS.0 {
                manifests.hidden_imports = parse(&name, &text)?;
            } else if name == DEFERRED_CALLBACKS.0 {
                manifests.deferred_callbacks = parse(&name, &text)?;
            } else if name == CODEC_GROUPS.0 {
                manifests.codec_groups = parse(&name, &text)?;
            } else if name == DATA_LOOKUPS.0 {
                manifests.data_lookups = parse(&name, &text)?;
            } else if name == REDUNDANT_IMPORTS.0 {
                manifests.redundant_imports = parse(&name, &text)?;
            } else if name == C_ATTRIBUTE_READS.0 {
                manifests.c_attribute_reads = parse(&name, &text)?;
            } else if name == IMPORT_FAILURES.0 {
                manifests.import_failures = parse(&name, &text)?;
            } else if name == FUNCTIONAL_CHECKS.0 {
                manifests.functional_checks = parse(&name, &text)?;
            } else if name.starts_with("python-") {
                manifests.add_version(parse(&name, &text)?);
            }
        }
        for path in yaml_files(&folder.join("targets")) {
            let text = read(&path).map_err(to_error)?;
            manifests.files.push(path.clone());
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            manifests.add_target(parse(&name, &text)?);
        }
        Ok(manifests)
    }

    fn add_version(&mut self, manifest: VersionManifest) {
        self.versions.insert(manifest.version, manifest);
    }

    /// Reads the target in `file`, adds it or replaces the one with the same name, and returns its name.
    ///
    /// # Errors
    /// If the file cannot be read or is invalid.
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

    /// Adds a target, or replaces the one with the same name.
    pub fn add_target(&mut self, manifest: TargetManifest) {
        self.targets.insert(manifest.name.clone(), manifest);
    }

    /// Records further files that facts were read from.
    pub fn add_files(&mut self, files: impl IntoIterator<Item = PathBuf>) {
        self.files.extend(files);
    }

    /// Returns the files that facts were read from in addition to the embedded manifests.
    pub fn files(&self) -> &[PathBuf] {
        &self.files
    }

    /// Iterates over the versions that have a manifest, oldest first.
    pub fn versions(&self) -> impl Iterator<Item = Version> {
        self.versions.keys().copied()
    }

    /// Returns the facts of a version. For a version newer than all manifests, returns those of the newest.
    pub fn version(&self, version: Version) -> Option<&VersionManifest> {
        let newest = self.versions.values().next_back()?;
        if version > newest.version {
            return Some(newest);
        }
        self.versions.get(&version)
    }

    /// Returns the newest version that has a manifest.
    pub fn newest_version(&self) -> Option<Version> {
        self.versions.keys().next_back().copied()
    }

    /// Returns a warning if `version` is newer than all manifests, so that the facts of the newest are used.
    pub fn newer_python_warning(&self, version: Version) -> Option<Diagnostic> {
        let newest = self.newest_version().filter(|newest| version > *newest)?;
        let message = format!(
            "the facts of Python {newest} are used for {version}, which this stdlib-pack does not know: what {version} imports \
             in other places may be missing"
        );
        let help = "run 'stdlib-pack verify' on the bundle";
        Some(Diagnostic::warning(Code::NewerPython, message).with_help(help.to_owned()))
    }

    /// Returns the modules that versions before `version` had, each with the version that no longer has it.
    pub fn removed_modules(&self, version: Version) -> BTreeMap<ModuleName, Version> {
        let versions = self.versions.range(..=version);
        let removed = versions.flat_map(|(version, facts)| {
            let modules = facts.removed.iter();
            modules.map(|module| (module.clone(), *version))
        });
        removed.collect()
    }

    /// Returns the version whose bytecode has this magic number.
    pub fn version_of_magic(&self, magic: Magic) -> Option<Version> {
        self.versions
            .values()
            .find(|facts| facts.magic == magic)
            .map(|facts| facts.version)
    }

    /// Detects the version from the modules that a library has, according to `has`.
    pub fn detect_version(&self, has: impl Fn(&str) -> bool) -> Option<Version> {
        let matches = |facts: &&VersionManifest| {
            let detection = &facts.detect;
            detection.has.iter().all(|name| has(name.as_str()))
                && !detection.lacks.iter().any(|name| has(name.as_str()))
        };
        self.versions
            .values()
            .find(matches)
            .map(|facts| facts.version)
    }

    /// Returns the target with this name.
    pub fn target(&self, name: &str) -> Option<&TargetManifest> {
        self.targets.get(name)
    }

    /// Iterates over the names of all targets, sorted.
    pub fn targets(&self) -> impl Iterator<Item = &str> + Clone {
        self.targets.keys().map(String::as_str)
    }

    /// Returns the modules that fail to import on this version and platform although their imports are available, each
    /// with the reason.
    pub fn import_failures(
        &self,
        version: Version,
        sys_platform: &str,
    ) -> impl Iterator<Item = &ImportFailureEntry> {
        let entries = self.import_failures.iter();
        entries.filter(move |entry| entry.applies_to(version, sys_platform))
    }

    /// Returns the checks that `target probe` runs.
    pub fn functional_checks(&self) -> &[FunctionalCheck] {
        &self.functional_checks
    }

    /// Returns the callbacks that are registered at import time and that most programs never call.
    pub fn deferred_callbacks(&self) -> &[DeferredCallback] {
        &self.deferred_callbacks
    }

    /// Returns the groups of codecs that profiles can request.
    pub fn codec_groups(&self) -> &[CodecGroup] {
        &self.codec_groups
    }

    /// Returns the functions that find codecs or code by names in data.
    pub fn data_lookups(&self) -> &[DataLookup] {
        &self.data_lookups
    }

    /// Iterates over the redundant imports of `version` on `sys_platform`.
    pub fn redundant_imports(
        &self,
        version: Version,
        sys_platform: &str,
    ) -> impl Iterator<Item = &RedundantImport> {
        let entries = self.redundant_imports.iter();
        entries.filter(move |entry| entry.applies_to(version, sys_platform))
    }

    /// Returns the names of attributes that C code reads from Python objects.
    pub fn c_attribute_reads(&self) -> &[CAttributeReads] {
        &self.c_attribute_reads
    }

    /// Iterates over the hidden imports of `version`.
    pub fn hidden_imports(&self, version: Version) -> impl Iterator<Item = &HiddenImport> {
        self.hidden_imports
            .iter()
            .filter(move |entry| entry.versions.contains(version))
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
