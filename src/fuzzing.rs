//! The fuzz targets of `fuzz/`: one function for each kind of untrusted bytes. They are not part of the public API, and
//! change with `fuzz/`.
//!
//! A function must return for any bytes. It panics if an invariant is violated, which the fuzzer reports.
#![allow(clippy::panic)]

use std::path::Path;
use std::sync::mpsc::channel;
use std::sync::{LazyLock, Mutex};

use pyc::{Lines, normalize};

use crate::bundle::{build_sbom, parse_receipt};
use crate::compare::{Difference, Lock, Snapshot};
use crate::compile::{PythonFacts, answer_body, collect_stderr, parse_summary, read_answers};
use crate::dependency::lock_file::parse_lock_file;
use crate::diagnostic::Diagnostic;
use crate::embedded::{
    Document, DocumentError, join, read_javascript, read_notebook, read_page, read_pyscript_config,
};
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

/// Parses YAML as a profile and as a project, and TOML as a project.
pub fn profile(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else {
        return;
    };
    let _ = parse_project("fuzz.yaml", Path::new(""), text)
        .map_err(|errors| errors.iter().for_each(render));
    let _ = parse_project("fuzz.toml", Path::new(""), text)
        .map_err(|errors| errors.iter().for_each(render));
    let profile = match load_text("fuzz.yaml", text) {
        Ok(profile) => profile,
        Err(errors) => return errors.iter().for_each(render),
    };
    let _ = check_target(&profile, &MANIFESTS).map_err(|errors| errors.iter().for_each(render));
    for name in ["os", "xml.etree.ElementTree", "_frozen_importlib"] {
        let name = ModuleName::new(name).ok();
        name.and_then(|name| profile.exclusion_of(&name).map(|_| ()));
    }
    // A rebuild reads the profile in the receipt, so it must round-trip.
    let serialized = serialize_profile(&profile);
    let reloaded = load_merged(&serialized, "fuzz");
    let reloaded = reloaded.map(|reloaded| serialize_profile(&reloaded));
    assert_eq!(reloaded, Ok(serialized));
}

/// Reads a zip as a standard library, as a wheel, and for its contents.
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

/// Scans a Python source as library and app code, and strips it.
pub fn source(bytes: &[u8]) {
    let summary = checked_summary(scan(bytes.to_vec(), SourceOrigin::Library));
    checked_summary(scan(bytes.to_vec(), SourceOrigin::App));
    let count_lines = |text: &str| text.matches(['\n', '\r']).count();
    let all = Strip::ALL;
    let all_but_lines: Vec<Strip> = all.iter().copied().filter(|&s| s != Strip::Lines).collect();
    for (strip, may_be_main) in [(all, false), (&all_but_lines, true)] {
        let target = &TARGET;
        let stripper = Stripper { strip, target };
        let compiled = stripper.strip_for_compiler(bytes, may_be_main);
        let bundled = stripper.strip_for_bundle(bytes, may_be_main);
        if let Some(compiled) = &compiled {
            let line_count = match decode(bytes.to_vec()) {
                Decoded::Text(text) => count_lines(&text),
                other => panic!("{other:?} was stripped"),
            };
            assert_eq!(count_lines(&String::from_utf8_lossy(compiled)), line_count);
        }
        for stripped in [compiled, bundled].into_iter().flatten() {
            assert!(summary.is_some(), "an invalid source was stripped");
            let rescanned = checked_summary(scan(stripped, SourceOrigin::Library));
            assert!(rescanned.is_some(), "the stripped source is invalid");
        }
    }
}

/// Normalizes a marshalled code object.
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

/// Unpacks a packed form. Unpacked files can be packed again.
pub fn packed(bytes: &[u8]) {
    let unpacked = match packed::unpack(bytes, 1 << 22) {
        Ok(unpacked) => unpacked,
        Err(error) => return assert!(!error.to_string().is_empty()),
    };
    let entries = unpacked.entries.iter();
    let entries = entries.map(|(path, bytes)| packed::Entry { path, bytes });
    let entries: Vec<packed::Entry<'_>> = entries.collect();
    let packed = packed::pack(
        &packed::InstructionSet::default(),
        &entries,
        unpacked.digest,
        unpacked.size,
    );
    assert_eq!(
        packed::unpack(&packed.segments.concat(), unpacked.size),
        Ok(unpacked)
    );
}

/// Reads the standard output of a build Python: its introduction, and answers to requests.
pub fn worker(bytes: &[u8]) {
    let (outbox, answers) = channel();
    read_answers(bytes, &outbox);
    drop(outbox);
    let mut frames = answers.into_iter().map_while(Result::ok);
    let Some(introduction) = frames.next() else {
        // A command that is not a worker prints an error to standard error.
        return collect_stderr(bytes, &Mutex::default());
    };
    if let Some(facts) = PythonFacts::read(&introduction) {
        let native = MANIFESTS.target("native");
        native
            .and_then(|native| TargetFacts::new(native, facts.version, &MANIFESTS, &facts.native));
    }
    for answer in frames {
        match answer_body(&answer, "os.py", &|| "python3".to_owned()) {
            Ok(body) => {
                let _ = normalize(body, Lines::WithoutColumns);
                let text = String::from_utf8_lossy(body);
                check_summary_round_trip(&parse_summary(&text));
                checked_summary(scan_text(
                    &text,
                    Some("koi8-r".to_owned()),
                    SourceOrigin::Library,
                ));
            }
            Err(error) => assert!(!error.to_string().is_empty()),
        }
    }
}

/// Parses a receipt and a lock, and compares snapshots.
pub fn receipt(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else {
        return;
    };
    if let Ok(lock) = Lock::parse(text) {
        check_lock_round_trip(&lock);
    }
    let Ok(receipt) = parse_receipt(text) else {
        return;
    };
    receipt.roots();
    assert!(build_sbom(&receipt).is_ok());
    if let Err(errors) = load_merged(&receipt.profile, "fuzz") {
        errors.iter().for_each(render);
    }
    let snapshot = Snapshot::from(receipt);
    assert!(Difference::new(&snapshot, &snapshot).is_empty());
    let mut other = snapshot.clone();
    other.outputs.clear();
    other.profile = "another".into();
    let mut keep = true;
    other.modules.retain(|_, module| {
        module.bytes.0 /= 2;
        module.source = None;
        keep = !keep;
        keep
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
    check_lock_round_trip(&Lock { bundles });
}

/// Reads a file with Python in it: a notebook, a page, a script, and a configuration of PyScript.
pub fn document(bytes: &[u8]) {
    let notebook = read_notebook(bytes);
    notebook.as_ref().map_or_else(check_refused, check_document);
    let Ok(text) = str::from_utf8(bytes) else {
        return;
    };
    check_document(&read_page(text));
    for name in ["fuzz.js", "fuzz.ts", "fuzz.tsx"] {
        read_javascript(text, name)
            .as_ref()
            .map_or_else(check_refused, check_document);
    }
    for is_json in [false, true] {
        read_pyscript_config(text, is_json)
            .as_ref()
            .map_or_else(check_refused, check_document);
    }
}

/// Parses a lock file of packages, and a list of requirements.
pub fn requirements(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else {
        return;
    };
    for name in [
        "requirements.txt",
        "pylock.toml",
        "uv.lock",
        "pyodide-lock.json",
    ] {
        if let Err(message) = parse_lock_file(Path::new(name), text) {
            assert!(!message.is_empty());
        }
    }
}

fn check_refused(error: &DocumentError) {
    assert!(!error.to_string().is_empty());
}

/// Checks that every line of the source of a document has a place.
fn check_document(document: &Document) {
    for texts in [&document.texts[..]].into_iter().chain(
        document
            .modules
            .iter()
            .map(|(_, text)| std::slice::from_ref(text)),
    ) {
        let joined = join(texts);
        assert_eq!(
            joined.places.len(),
            joined.code.lines().count(),
            "{joined:?}"
        );
        assert!(
            matches!(
                scan_text(&joined.code, None, SourceOrigin::App),
                Scanned::Summary(_)
            ),
            "{joined:?}"
        );
    }
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

fn render(diagnostic: &Diagnostic) {
    assert!(!diagnostic.message.is_empty());
    #[cfg(feature = "cli")]
    assert!(!crate::cli::render_diagnostic(diagnostic).is_empty());
}

fn serialize_profile(profile: &Profile) -> serde_json::Value {
    let value = serde_json::to_value(profile);
    value.unwrap_or_else(|error| panic!("{error}"))
}

/// Unpacks the files of an archive, which must not exceed their declared sizes.
fn unpack(archive: &Archive, entries: &ModuleEntries) {
    let modules = entries.modules.values();
    let modules = modules.filter(|module| module.kind != ModuleKind::Namespace);
    let paths = modules.map(|module| &module.path).chain(&entries.data);
    let mut unpacked = 0;
    for path in paths {
        let declared = archive.size(path).ok();
        match archive.read(path) {
            Ok(bytes) => {
                let size = bytes.len() as u64;
                assert!(
                    Some(size) <= declared,
                    "{path:?}: {size} bytes, but {declared:?} declared"
                );
                unpacked += size;
            }
            Err(StdlibError::Damaged { .. } | StdlibError::TooLarge { .. }) => {}
            Err(error) => panic!("{error}"),
        }
    }
    assert!(unpacked <= ArchiveLimits::default().archive);
}

/// Returns the summary of a source, or `None` if it was rejected.
fn checked_summary(scanned: Scanned) -> Option<ModuleSummary> {
    match scanned {
        Scanned::Summary(summary) => {
            check_summary_round_trip(&summary);
            Some(*summary)
        }
        Scanned::Rejected(error) => {
            assert!(!error.to_string().is_empty());
            None
        }
    }
}

/// Checks that a summary is unchanged when it is read from the cache.
fn check_summary_round_trip(summary: &ModuleSummary) {
    let bytes = postcard::to_stdvec(summary).unwrap_or_default();
    assert_eq!(postcard::from_bytes(&bytes).as_ref(), Ok(summary));
}

/// Checks that a lock is unchanged when it is written and parsed.
fn check_lock_round_trip(lock: &Lock) {
    let text = lock.to_yaml();
    let parsed = text.as_deref().map(Lock::parse);
    assert_eq!(parsed, Ok(Ok(lock.clone())), "{text:?}");
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::fs;
    use std::path::PathBuf;
    use std::thread;

    use super::*;

    type Target = fn(&[u8]);
    const TARGETS: [(&str, Target); 9] = [
        ("archive", archive),
        ("bytecode", bytecode),
        ("document", document),
        ("packed", packed),
        ("profile", profile),
        ("receipt", receipt),
        ("requirements", requirements),
        ("source", source),
        ("worker", worker),
    ];

    /// Returns the sorted files in a folder; empty if there is no such folder.
    fn files(folder: &Path) -> Vec<PathBuf> {
        let entries = fs::read_dir(folder).into_iter().flatten();
        let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
        files.sort();
        files
    }

    #[test]
    fn seeds_and_regressions_do_not_panic() {
        let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds");
        for (name, target) in TARGETS {
            let seed_files = files(&seeds.join(name));
            assert!(!seed_files.is_empty(), "{name} has no seeds");
            for file in [seed_files, files(&seeds.join("regressions").join(name))].concat() {
                let bytes = fs::read(&file).unwrap();
                // The stack size of the threads of the program.
                let thread = thread::Builder::new().stack_size(512 << 20);
                let result = thread.spawn(move || target(&bytes)).unwrap().join();
                assert!(result.is_ok(), "{}", file.display());
            }
        }
    }
}
