//! Recordings: what a program really loaded of the standard library, as YAML.

mod log;
mod run;

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use run::{ProgramRun, RunError, run};

use crate::fs::limited::{self, MAX_YAML};
use crate::types::{ModuleName, Version};
use crate::yaml;

/// The default file name of a recording.
pub const RECORDING_FILE: &str = "recording.yaml";

/// The version of the layout. It increases with every incompatible change.
const RECORDING_VERSION: u32 = 1;

const HEADER: &str = "\
# Written by 'stdlib-pack record': what a program loaded of the standard library. 'stdlib-pack --check-against' fails if
# a bundle lacks any of it. Lines may be deleted.
";

/// What a program loaded of the standard library, in one run or several.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Recording {
    /// The version of the layout.
    version: u32,
    /// The version of the Python that ran the program.
    pub python: Version,
    /// Its `sys.platform`.
    pub platform: String,
    /// The exit codes of the runs, each once; 128 more than its number for a signal.
    pub exit_codes: BTreeSet<u8>,
    /// The modules that the program loaded, in Python or C, without those of codecs.
    pub modules: BTreeSet<ModuleName>,
    /// The codecs that it looked up, by the name of their module in `encodings`.
    pub codecs: BTreeSet<ModuleName>,
    /// The data files of the library that it opened, with paths relative to the library.
    pub data_files: BTreeSet<String>,
    /// The modules that were loaded before the program started: by the interpreter, `.pth` files and `sitecustomize`.
    pub startup_modules: BTreeSet<ModuleName>,
}

/// A recording with the path of its file.
#[derive(Clone, Debug)]
pub struct RecordingFile {
    /// The path, as the user wrote it.
    pub path: PathBuf,
    /// Its content.
    pub recording: Recording,
}

impl RecordingFile {
    /// Reads a recording.
    ///
    /// # Errors
    /// When the file cannot be read, or is not a recording.
    pub fn read(path: &Path) -> Result<Self, RecordingError> {
        Ok(Self {
            path: path.to_owned(),
            recording: Recording::read(path)?,
        })
    }
}

/// The reason why a recording cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecordingError {
    /// The file cannot be read.
    #[error("cannot read the recording '{}': {source}", path.display())]
    Io {
        /// The path of the file.
        path: PathBuf,
        /// The operating system's error.
        source: io::Error,
    },
    /// The file is not a recording.
    #[error("'{}' is not a recording: {message}", path.display())]
    Invalid {
        /// The path of the file.
        path: PathBuf,
        /// The reason why it is not one.
        message: String,
    },
    /// Recordings that cannot be merged.
    #[error("cannot add a recording of {new} to one of {old}: write it to another file with --out")]
    Different {
        /// The Python and platform of the earlier recording.
        old: String,
        /// Those of the new one.
        new: String,
    },
}

impl Recording {
    /// Returns a recording of nothing.
    pub fn new(python: Version, platform: String) -> Self {
        Self {
            version: RECORDING_VERSION,
            python,
            platform,
            exit_codes: BTreeSet::new(),
            modules: BTreeSet::new(),
            codecs: BTreeSet::new(),
            data_files: BTreeSet::new(),
            startup_modules: BTreeSet::new(),
        }
    }

    /// Reads the recording at `path`.
    ///
    /// # Errors
    /// When the file cannot be read, or is not a recording.
    pub fn read(path: &Path) -> Result<Self, RecordingError> {
        let text = limited::read_text(path, MAX_YAML).map_err(|error| RecordingError::Io {
            path: path.to_owned(),
            source: error.into(),
        })?;
        Self::parse(&text).map_err(|message| RecordingError::Invalid {
            path: path.to_owned(),
            message,
        })
    }

    /// Parses the text of a recording.
    ///
    /// # Errors
    /// A message with the reason why it is not one.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let recording: Self = yaml::parse(text).map_err(|error| {
            let line = text[..error.range.start].lines().count().max(1);
            format!("line {line}: {}", error.message)
        })?;
        if recording.version != RECORDING_VERSION {
            return Err(format!(
                "its layout is version {}, this program knows {RECORDING_VERSION}",
                recording.version
            ));
        }
        Ok(recording)
    }

    /// Returns whether a file contains a recording.
    pub fn is_recording(bytes: &[u8]) -> bool {
        str::from_utf8(bytes).is_ok_and(|text| Self::parse(text).is_ok())
    }

    /// Returns the text of the recording's file.
    ///
    /// # Errors
    /// A message when it would be larger than [`Recording::read`] accepts.
    pub fn to_yaml(&self) -> Result<String, String> {
        let text = yaml::write(self).map_err(|error| error.to_string())?;
        let text = format!("{HEADER}{text}");
        if text.len() as u64 > MAX_YAML.0 {
            return Err(format!(
                "the recording would have more than {MAX_YAML} bytes"
            ));
        }
        Ok(text)
    }

    /// Adds what another recording has.
    ///
    /// # Errors
    /// When it is of another Python version or platform.
    pub fn merge(&mut self, other: Self) -> Result<(), RecordingError> {
        if (self.python, &self.platform) != (other.python, &other.platform) {
            let name = |of: &Self| format!("Python {} on {}", of.python, of.platform);
            return Err(RecordingError::Different {
                old: name(self),
                new: name(&other),
            });
        }
        self.exit_codes.extend(other.exit_codes);
        self.modules.extend(other.modules);
        self.codecs.extend(other.codecs);
        self.data_files.extend(other.data_files);
        self.startup_modules.extend(other.startup_modules);
        Ok(())
    }

    /// Removes what another recording has, except for the modules that were loaded at startup.
    pub fn subtract(&mut self, other: &Self) {
        self.modules.retain(|name| !other.modules.contains(name));
        self.codecs.retain(|name| !other.codecs.contains(name));
        self.data_files
            .retain(|path| !other.data_files.contains(path));
    }

    /// Iterates over the names of all modules that the program loaded, with those of codecs.
    pub fn loaded(&self) -> impl Iterator<Item = ModuleName> {
        let codecs = self.codecs.iter().filter_map(codec_module);
        self.modules.iter().cloned().chain(codecs)
    }
}

/// Returns the module of a codec, which is in the package `encodings`.
pub fn codec_module(codec: &ModuleName) -> Option<ModuleName> {
    ModuleName::new(&format!("encodings.{codec}")).ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn recording(modules: &[&str], exit_code: u8) -> Recording {
        let names = modules.iter().map(|name| ModuleName::new(name).unwrap());
        let mut recording = Recording::new("3.13".parse().unwrap(), "linux".to_owned());
        recording.modules = names.collect();
        recording.exit_codes.insert(exit_code);
        recording
    }

    #[test]
    fn to_yaml_is_sorted_and_read_again() {
        let mut both = recording(&["json", "argparse"], 0);
        both.merge(recording(&["json", "csv"], 139)).unwrap();
        both.codecs.insert(ModuleName::new("cp1252").unwrap());
        both.data_files.insert("a/b: c#.txt".to_owned());
        let text = both.to_yaml().unwrap();
        assert!(
            text.contains("modules:\n- argparse\n- csv\n- json\n"),
            "{text}"
        );
        assert_eq!(Recording::parse(&text), Ok(both));
    }

    #[test]
    fn subtract_leaves_what_only_the_first_has() {
        let mut tests = recording(&["json", "argparse"], 0);
        tests.subtract(&recording(&["argparse", "pdb"], 5));
        assert_eq!(tests, recording(&["json"], 0));
    }

    #[test]
    fn merge_refuses_another_python() {
        let mut other = recording(&[], 0);
        other.platform = "darwin".to_owned();
        let error = recording(&[], 0).merge(other).unwrap_err();
        assert!(
            error.to_string().contains("Python 3.13 on darwin"),
            "{error}"
        );
    }

    #[test]
    fn parse_tells_what_is_wrong() {
        for (text, expected) in [
            ("modules: [a]\n", "is missing"),
            ("version: 1\nnonsense: 2\n", "unknown key 'nonsense'"),
            ("- a\n", "expected"),
        ] {
            let error = Recording::parse(text).unwrap_err();
            assert!(error.contains(expected), "{error}");
        }
        let text = recording(&[], 0).to_yaml().unwrap();
        let error = Recording::parse(&text.replace("version: 1", "version: 9")).unwrap_err();
        assert!(error.contains("layout is version 9"), "{error}");
    }
}
