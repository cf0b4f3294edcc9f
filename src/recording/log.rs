//! Reads the log of `recorder.py`: lines with the Python version, a kind and a name, written by all processes.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufRead, Read};
use std::path::{Component, Path, PathBuf};

use super::Recording;
use crate::types::{ModuleName, Version};

/// The maximum length of a line, in bytes. Longer ones are ignored.
const MAX_LINE_BYTES: u64 = 1 << 14;
/// The maximum number of different names. A whole standard library has 2000 files.
const MAX_NAMES: usize = 100_000;

/// What the processes of one Python version wrote.
#[derive(Default)]
struct Entries {
    platform: String,
    libraries: BTreeSet<PathBuf>,
    /// In how many processes each module was loaded: a process takes back those that failed to be imported.
    loaded: BTreeMap<ModuleName, usize>,
    data_files: BTreeSet<String>,
    startup: BTreeSet<ModuleName>,
    /// The part of `startup` that neither the interpreter nor its codecs are.
    from_site: BTreeSet<ModuleName>,
}

/// The content of a log.
#[derive(Default)]
pub(super) struct Log {
    /// The version of the first interpreter that started.
    first: Option<Version>,
    by_version: BTreeMap<Version, Entries>,
    names: usize,
}

impl Log {
    /// Reads a log to its end.
    ///
    /// # Errors
    /// When it cannot be read, or has more names than any standard library.
    pub(super) fn read(mut input: impl BufRead) -> io::Result<Self> {
        let mut log = Self::default();
        let mut line = Vec::new();
        let mut continues = false;
        loop {
            line.clear();
            let mut limited = input.by_ref().take(MAX_LINE_BYTES);
            if limited.read_until(b'\n', &mut line)? == 0 {
                return Ok(log);
            }
            let is_whole = line.pop_if(|byte| *byte == b'\n').is_some();
            if is_whole && !continues {
                // The program can write to the log as well: other lines are ignored.
                let _ = str::from_utf8(&line).ok().and_then(|line| log.add(line));
            }
            continues = !is_whole;
            if log.names > MAX_NAMES {
                return Err(io::Error::other(format!(
                    "the log of the run has more than {MAX_NAMES} names"
                )));
            }
        }
    }

    fn add(&mut self, line: &str) -> Option<()> {
        let mut fields = line.splitn(3, '\t');
        let (version, kind, value) = (fields.next()?, fields.next()?, fields.next()?);
        let version: Version = version.parse().ok()?;
        if kind == "start" {
            self.first.get_or_insert(version);
        } else if !self.by_version.contains_key(&version) {
            return None;
        }
        let entries = self.by_version.entry(version).or_default();
        let is_new = match kind {
            "start" => {
                let (platform, library) = value.split_once('\t')?;
                platform.clone_into(&mut entries.platform);
                entries.libraries.insert(library.into())
            }
            "module" => {
                let count = entries
                    .loaded
                    .entry(ModuleName::new(value).ok()?)
                    .or_default();
                *count += 1;
                *count == 1
            }
            "failed" => {
                let count = entries.loaded.get_mut(value)?;
                *count = count.saturating_sub(1);
                false
            }
            "data-file" => is_inside(value) && entries.data_files.insert(value.to_owned()),
            "startup-module" => entries.startup.insert(ModuleName::new(value).ok()?),
            "site-module" => {
                let name = ModuleName::new(value).ok()?;
                entries.from_site.insert(name.clone());
                entries.startup.insert(name)
            }
            _ => false,
        };
        self.names += usize::from(is_new);
        Some(())
    }

    /// Returns the recording of the Python that started first, and the modules that were loaded before the program by
    /// something else than the interpreter. `None` if no Python started.
    pub(super) fn recording(&self) -> Option<(Recording, BTreeSet<ModuleName>)> {
        let python = self.first?;
        let entries = self.by_version.get(&python)?;
        let mut recording = Recording::new(python, entries.platform.clone());
        let loaded = entries.loaded.iter().filter(|(_, count)| **count > 0);
        for (name, _) in loaded {
            let codec = name.as_str().strip_prefix("encodings.");
            match codec.and_then(|codec| ModuleName::new(codec).ok()) {
                Some(codec) if codec.as_str() != "aliases" => recording.codecs.insert(codec),
                _ => recording.modules.insert(name.clone()),
            };
        }
        // Programs also try to open files that do not exist.
        let exists = |path: &&String| {
            let mut libraries = entries.libraries.iter();
            libraries.any(|library| library.join(path).is_file())
        };
        let data_files = entries.data_files.iter().filter(exists);
        recording.data_files = data_files.cloned().collect();
        recording.startup_modules.clone_from(&entries.startup);
        Some((recording, entries.from_site.clone()))
    }

    /// Returns the versions of the other Pythons that started.
    pub(super) fn other_versions(&self) -> Vec<Version> {
        let versions = self.by_version.keys().copied();
        versions
            .filter(|version| Some(*version) != self.first)
            .collect()
    }
}

/// Returns whether a relative path does not lead out of its folder.
fn is_inside(path: &str) -> bool {
    let is_name = |component| matches!(component, Component::Normal(_));
    !path.is_empty() && Path::new(path).components().all(is_name)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn read(log: &str) -> Log {
        Log::read(log.as_bytes()).unwrap()
    }

    #[test]
    fn the_processes_of_the_first_version_are_recorded() {
        let library = tempfile::tempdir().unwrap();
        std::fs::write(library.path().join("a.txt"), "").unwrap();
        let log = read(&format!(
            "3.12\tstart\tlinux\t{}\n3.12\tstartup-module\tos\n3.12\tsite-module\tpathlib\n3.11\tstart\tlinux\t/x\n\
             3.11\tmodule\timp\n3.12\tmodule\tjson\n3.12\tmodule\tencodings.cp1252\n3.12\tmodule\tcurses\n\
             3.12\tfailed\tcurses\n3.12\tdata-file\ta.txt\n3.12\tdata-file\tnone.txt\n3.12\tdata-file\t../b\n",
            library.path().display()
        ));
        let (recording, from_site) = log.recording().unwrap();
        assert_eq!(recording.python.to_string(), "3.12");
        assert_eq!(format!("{:?}", recording.modules), "{json}");
        assert_eq!(format!("{:?}", recording.codecs), "{cp1252}");
        assert_eq!(format!("{:?}", recording.data_files), "{\"a.txt\"}");
        assert_eq!(format!("{:?}", recording.startup_modules), "{os, pathlib}");
        assert_eq!(format!("{from_site:?}"), "{pathlib}");
        assert_eq!(log.other_versions().len(), 1);
    }

    #[test]
    fn a_module_that_failed_in_one_process_only_was_loaded() {
        let log = read(
            "3.12\tstart\tlinux\t/x\n3.12\tmodule\tcurses\n3.12\tmodule\tcurses\n3.12\tfailed\tcurses\n",
        );
        assert_eq!(log.recording().unwrap().0.modules.len(), 1);
    }

    #[test]
    fn other_lines_are_ignored() {
        let long = "x".repeat(40_000);
        let log = read(&format!(
            "3.12\tmodule\tearly\n3.12\tstart\tlinux\t/x\n\n3.12\tmodule\n3.12\tmodule\t{long}\nmodule\n\
             3.12\tmodule\ta b\n3.12\tmodule\tjson\n3.12\tmodule\tcut"
        ));
        let (recording, _) = log.recording().unwrap();
        assert_eq!(format!("{:?}", recording.modules), "{json}");
        assert!(read("").recording().is_none());
    }

    #[test]
    fn a_log_that_does_not_end_is_refused() {
        let names = (0..=MAX_NAMES).map(|number| format!("3.12\tmodule\tm{number}\n"));
        let log = format!("3.12\tstart\tlinux\t/x\n{}", names.collect::<String>());
        assert!(Log::read(log.as_bytes()).is_err());
    }
}
