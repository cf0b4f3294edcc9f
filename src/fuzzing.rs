//! What the fuzzer in `fuzz/` runs: one function for each kind of bytes that come from somebody else. No part of the
//! interface: it is for `fuzz/` alone, and changes with it.
//!
//! A function returns whatever the bytes are. It panics where something that always holds does not: that is how
//! fuzzers hear of it.
#![allow(clippy::panic)]

use std::path::Path;
use std::sync::mpsc::channel;
use std::sync::{LazyLock, Mutex};

use pyc::{Lines, normalize};

use crate::bundle::{build_sbom, parse_receipt};
use crate::compare::{Difference, Lock, Snapshot};
use crate::compile::{PythonFacts, build_pyc, collect_stderr, parse_summary, read_answers};
use crate::diagnostic::Diagnostic;
use crate::manifest::{Manifests, NativePlatform, TargetFacts};
use crate::profile::{Profile, Strip, check_target, load_merged, load_text};
use crate::project::parse_project;
use crate::report::{difference_markdown, difference_text};
use crate::scan::{Decoded, ModuleSummary, Scanned, SourceOrigin, decode, scan, scan_text};
use crate::stdlib::{
    Archive, ArchiveContents, ArchiveLimits, ModuleEntries, ModuleKind, StdlibError,
};
use crate::strip::Stripper;
use crate::types::{ModuleName, Version};

/// The profile of a user, and a project's file: YAML.
pub fn profile(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else {
        return;
    };
    let _ = parse_project("fuzz.yaml", Path::new(""), text)
        .map_err(|errors| errors.iter().for_each(render));
    let profile = match load_text("fuzz.yaml", text) {
        Ok(profile) => profile,
        Err(mistakes) => return mistakes.iter().for_each(render),
    };
    let _ = check_target(&profile, &MANIFESTS).map_err(|mistakes| mistakes.iter().for_each(render));
    for name in ["os", "xml.etree.ElementTree", "_frozen_importlib"] {
        let name = ModuleName::new(name).ok();
        name.and_then(|name| profile.exclusion_of(&name).map(|_| ()));
    }
    // The receipt has the profile, from which the bundle is made again.
    let written = as_in_receipt(&profile);
    let again = load_merged(&written, "fuzz");
    let again = again.map(|again| as_in_receipt(&again));
    assert_eq!(again, Ok(written));
}

/// A standard library in a zip, an app's wheel, and any zip that is looked into.
pub fn archive(bytes: &[u8]) {
    let path = Path::new("fuzz.zip");
    let _ = ArchiveContents::of(path, bytes.to_vec()).map_err(|error| error.to_string());
    for read in [Archive::of_library, Archive::of_any] {
        match read(path, bytes.to_vec()) {
            Ok((archive, entries)) => unpack(&archive, &entries),
            Err(error) => assert!(!error.to_string().is_empty()),
        }
    }
}

/// A Python source: of the library, of an app, and what is stripped of it.
pub fn source(bytes: &[u8]) {
    let summary = understood(scan(bytes.to_vec(), SourceOrigin::Library));
    understood(scan(bytes.to_vec(), SourceOrigin::App));
    let lines = |text: &str| text.matches(['\n', '\r']).count();
    let all = Strip::ALL;
    let but_lines: Vec<Strip> = all.iter().copied().filter(|&s| s != Strip::Lines).collect();
    for (strip, runs) in [(all, false), (&but_lines, true)] {
        let target = &TARGET;
        let stripper = Stripper { strip, target };
        let compiled = stripper.strip_for_compiler(bytes, runs);
        let bundled = stripper.strip_for_bundle(bytes, runs);
        if let Some(compiled) = &compiled {
            let before = match decode(bytes.to_vec()) {
                Decoded::Text(text) => lines(&text),
                other => panic!("{other:?} was stripped"),
            };
            assert_eq!(lines(&String::from_utf8_lossy(compiled)), before);
        }
        for stripped in [compiled, bundled].into_iter().flatten() {
            assert!(summary.is_some(), "what is no Python was stripped");
            let again = understood(scan(stripped, SourceOrigin::Library));
            assert!(again.is_some(), "what was stripped is no Python");
        }
    }
}

/// A marshalled code object.
pub fn bytecode(bytes: &[u8]) {
    for lines in [Lines::Keep, Lines::WithoutColumns, Lines::OfDefinitions] {
        match normalize(bytes, lines) {
            Ok(once) => {
                assert_eq!(normalize(&once, lines).as_ref(), Ok(&once));
                assert_eq!(normalize(&once, Lines::Keep), Ok(once));
            }
            Err(error) => assert!(!error.to_string().is_empty()),
        }
    }
}

/// All that a build Python writes to its standard output: its introduction, and answers to requests.
pub fn worker(bytes: &[u8]) {
    let (outbox, answers) = channel();
    read_answers(bytes, &outbox);
    drop(outbox);
    let mut frames = answers.into_iter().map_while(Result::ok);
    let Some(introduction) = frames.next() else {
        // What is no worker complains elsewhere.
        return collect_stderr(bytes, &Mutex::default());
    };
    if let Some(facts) = PythonFacts::read(&introduction) {
        let native = MANIFESTS.target("native");
        native
            .and_then(|native| TargetFacts::new(native, facts.version, &MANIFESTS, &facts.native));
    }
    for answer in frames {
        match build_pyc(&answer, "os.py", &|| "python3".to_owned()) {
            Ok(body) => {
                let _ = normalize(body, Lines::WithoutColumns);
                let text = String::from_utf8_lossy(body);
                remembered(&parse_summary(&text));
                understood(scan_text(
                    &text,
                    Some("koi8-r".to_owned()),
                    SourceOrigin::Library,
                ));
            }
            Err(error) => assert!(!error.to_string().is_empty()),
        }
    }
}

/// A receipt, and a lock.
pub fn receipt(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else {
        return;
    };
    if let Ok(lock) = Lock::parse(text) {
        locked(&lock);
    }
    let Ok(receipt) = parse_receipt(text) else {
        return;
    };
    receipt.roots();
    assert!(build_sbom(&receipt).is_ok());
    if let Err(mistakes) = load_merged(&receipt.profile, "fuzz") {
        mistakes.iter().for_each(render);
    }
    let snapshot = Snapshot::from(receipt);
    assert!(Difference::new(&snapshot, &snapshot).is_empty());
    let mut other = snapshot.clone();
    other.outputs.clear();
    other.profile = "another".into();
    let mut odd = true;
    other.modules.retain(|_, module| {
        module.bytes.0 /= 2;
        module.source = None;
        odd = !odd;
        odd
    });
    for difference in [
        Difference::new(&snapshot, &other),
        Difference::new(&other, &snapshot),
    ] {
        assert!(serde_json::to_string(&difference).is_ok());
        difference_markdown(&difference);
        difference_text(&difference);
    }
    let bundles = [("fuzz".to_owned(), snapshot)].into();
    locked(&Lock { bundles });
}

static MANIFESTS: LazyLock<Manifests> = LazyLock::new(|| match Manifests::embedded() {
    Ok(manifests) => manifests,
    Err(error) => panic!("{error}"),
});

static TARGET: LazyLock<TargetFacts> = LazyLock::new(|| {
    let version = Version {
        major: 3,
        minor: 13,
    };
    let target = MANIFESTS.target("emscripten-browser");
    let facts = target.and_then(|target| {
        TargetFacts::new(target, version, &MANIFESTS, &NativePlatform::default())
    });
    facts.unwrap_or_else(|| panic!("no facts of 3.13"))
});

fn render(mistake: &Diagnostic) {
    assert!(!mistake.message.is_empty());
    #[cfg(feature = "cli")]
    assert!(!crate::cli::render_diagnostic(mistake).is_empty());
}

fn as_in_receipt(profile: &Profile) -> serde_json::Value {
    let written = serde_json::to_value(profile);
    written.unwrap_or_else(|error| panic!("{error}"))
}

/// Reads what is in an archive, at most as much as it promised.
fn unpack(archive: &Archive, entries: &ModuleEntries) {
    let of_modules = entries.modules.values();
    let of_modules = of_modules.filter(|module| module.kind != ModuleKind::Namespace);
    let paths = of_modules.map(|module| &module.path).chain(&entries.data);
    let mut unpacked = 0;
    for path in paths {
        let promised = archive.size(path).ok();
        match archive.read(path) {
            Ok(bytes) => {
                let size = bytes.len() as u64;
                assert!(Some(size) <= promised, "{path:?}: {size}, not {promised:?}");
                unpacked += size;
            }
            Err(StdlibError::Damaged { .. } | StdlibError::TooLarge { .. }) => {}
            Err(error) => panic!("{error}"),
        }
    }
    assert!(unpacked <= ArchiveLimits::default().archive);
}

/// The summary, if there is one.
fn understood(scanned: Scanned) -> Option<ModuleSummary> {
    match scanned {
        Scanned::Summary(summary) => {
            remembered(&summary);
            Some(*summary)
        }
        Scanned::Rejected(error) => {
            assert!(!error.to_string().is_empty());
            None
        }
    }
}

/// A summary is the same when it comes from the cache.
fn remembered(summary: &ModuleSummary) {
    let kept = postcard::to_stdvec(summary).unwrap_or_default();
    assert_eq!(postcard::from_bytes(&kept).as_ref(), Ok(summary));
}

/// A lock is the same when it is read again.
fn locked(lock: &Lock) {
    let text = lock.to_yaml();
    let again = text.as_deref().map(Lock::parse);
    assert_eq!(again, Ok(Ok(lock.clone())), "{text:?}");
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::fs;
    use std::path::PathBuf;
    use std::thread;

    use super::*;

    type Target = fn(&[u8]);
    const TARGETS: [(&str, Target); 6] = [
        ("archive", archive),
        ("bytecode", bytecode),
        ("profile", profile),
        ("receipt", receipt),
        ("source", source),
        ("worker", worker),
    ];

    /// The files in a folder, in their order; none when there is no such folder.
    fn files(folder: &Path) -> Vec<PathBuf> {
        let entries = fs::read_dir(folder).into_iter().flatten();
        let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
        files.sort();
        files
    }

    #[test]
    fn every_found_input_is_survived() {
        let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds");
        for (name, target) in TARGETS {
            let own = files(&seeds.join(name));
            assert!(!own.is_empty(), "{name} has no seeds");
            for file in [own, files(&seeds.join("regressions").join(name))].concat() {
                let bytes = fs::read(&file).unwrap();
                // As large as the program's own threads have it.
                let thread = thread::Builder::new().stack_size(512 << 20);
                let survived = thread.spawn(move || target(&bytes)).unwrap().join();
                assert!(survived.is_ok(), "{}", file.display());
            }
        }
    }
}
