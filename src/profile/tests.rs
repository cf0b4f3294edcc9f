#![allow(clippy::unwrap_used, clippy::panic)]

use std::fs;
use std::path::Path;

use super::*;
use crate::diagnostic::{Diagnostic, Location, Severity, Sourced};
use crate::manifest::{Manifests, NativePlatform, TargetFacts};
use crate::stdlib::Stdlib;
use crate::types::Version;

/// Writes profiles to a folder and loads the first one.
fn load_files(files: &[(&str, &str)]) -> Result<Profile, Vec<Diagnostic>> {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    load(folder.path().join(files[0].0).to_str().unwrap())
}

/// Returns the message, line and column of the only error in a profile.
fn single_error(text: &str) -> (String, (usize, usize)) {
    let errors = load_files(&[("a.yaml", text)]).unwrap_err();
    let [error] = &errors[..] else {
        panic!("{errors:?}")
    };
    (
        error.message.clone(),
        provenance(error).line_and_column().unwrap(),
    )
}

fn roots(profile: &Profile) -> Vec<&str> {
    match &profile.roots {
        Roots::Named(roots) => roots.iter().map(|root| root.module.as_str()).collect(),
        Roots::Default => panic!("the profile names no roots"),
    }
}

#[test]
fn built_in_profiles_load() {
    for (name, _) in BUILT_IN {
        let profile = load(name).unwrap();
        assert_eq!(profile.name, name);
        assert!(!profile.description.is_empty());
        let tests = ModuleName::new("test.support").unwrap();
        assert!(
            profile
                .exclusion_of(&tests)
                .unwrap()
                .provenance
                .is_built_in()
        );
    }
}

#[test]
fn empty_profile_has_defaults() {
    let profile = load_files(&[("mine.yaml", "{}")]).unwrap();
    assert_eq!((&*profile.name, &*profile.target), ("mine", "native"));
    assert!(matches!(profile.roots, Roots::Default));
    assert_eq!(profile.closure, Closure::Reachable);
    assert_eq!(profile.on_unimportable, OnUnimportable::Drop);
}

#[test]
fn a_program_gets_what_it_needs() {
    let is_excluded = |text: &str, has_app: bool| {
        let mut profile = load_files(&[("a.yaml", text)]).unwrap();
        profile.include_needed(has_app);
        let [x, y] = ["x", "y"].map(|name| ModuleName::new(name).unwrap());
        assert!(profile.exclude.first_match_unneeded(&y).is_some());
        [x, y].map(|name| profile.exclusion_of(&name).is_some())
    };
    let text = "exclude:\n  - {modules: [x], reason: a}\n  - {modules: [y], reason: b, unless-needed: true}\n";
    assert_eq!(is_excluded(text, false), [true, true]);
    assert_eq!(is_excluded(text, true), [true, false]);
    assert_eq!(
        is_excluded(&format!("roots: [y]\n{text}"), false),
        [true, false]
    );
}

#[test]
fn extends_appends_lists_and_replaces_values() {
    let profile = load_files(&[
        (
            "a.yaml",
            "extends: [b.yaml, c.yaml]\nroots: [json]\npayload: source",
        ),
        (
            "b.yaml",
            "target: wasi\nroots: [re]\nexclude: [{modules: [x], reason: b}]\nclosure: everything",
        ),
        (
            "c.yaml",
            "target: pyodide\nroots: [os]\nexclude: [{modules: [y], reason: c}]",
        ),
    ])
    .unwrap();
    assert_eq!(roots(&profile), ["re", "os", "json"]);
    let excluded: Vec<&str> = profile.exclude.iter().map(|e| &*e.reason).collect();
    assert_eq!(excluded, ["b", "c"]);
    assert_eq!(profile.target, "pyodide");
    assert_eq!(profile.closure, Closure::Everything);
    assert_eq!(profile.payload, Payload::Source);
}

#[test]
fn errors_have_line_and_column() {
    assert_eq!(
        single_error("rots: [json]"),
        ("unknown key 'rots'".to_owned(), (1, 1))
    );
    let (message, position) = single_error("roots:\n  - json\n  - a..b");
    assert_eq!((message.contains("'a..b'"), position), (true, (3, 5)));
    let (message, position) = single_error("closure: all");
    assert_eq!((message.contains("'all'"), position), (true, (1, 10)));
    let (message, position) = single_error("exclude:\n  - {modules: ['a/b'], reason: x}");
    assert_eq!((message.contains("dots"), position), (true, (2, 16)));
    assert_eq!(single_error("extends: [nothing]").1, (1, 11));
    assert_eq!(single_error("roots: [a]\nroots: [b]").1.0, 2);
}

#[test]
fn load_reports_all_errors() {
    let text = "roots: [a..b, 'c d']\nextends: [nothing]";
    assert_eq!(load_files(&[("a.yaml", text)]).unwrap_err().len(), 3);
}

#[test]
fn extends_loop_is_an_error() {
    let files = [
        ("a.yaml", "extends: [b.yaml]"),
        ("b.yaml", "extends: [./a.yaml]"),
    ];
    let errors = load_files(&files).unwrap_err();
    assert!(errors[0].message.contains("in a loop"), "{errors:?}");
    // A profile that is reached in two ways is not a loop.
    let twice = load_files(&[
        ("a.yaml", "extends: [b.yaml, c.yaml]"),
        ("b.yaml", "extends: [c.yaml]"),
        ("c.yaml", "roots: [re]"),
    ]);
    assert_eq!(roots(&twice.unwrap()), ["re"]);
}

#[test]
fn repeated_extends_replaces_values_again() {
    let profile = load_files(&[
        ("a.yaml", "extends: [b.yaml, c.yaml]"),
        (
            "b.yaml",
            "extends: [c.yaml]\npayload: bytecode\nexclude: [{modules: [ssl], reason: b}]",
        ),
        (
            "c.yaml",
            "payload: source\nexclude: [{modules: [ssl], reason: c}]",
        ),
    ]);
    let profile = profile.unwrap();
    assert_eq!(profile.payload, Payload::Source);
    let reasons: Vec<&str> = profile.exclude.iter().map(|e| &*e.reason).collect();
    assert_eq!(reasons, ["c", "b"]);
    assert_eq!(profile.files.len(), 3);
}

#[test]
fn extends_count_is_limited() {
    let many = |next: &str| format!("extends: [{}]", vec![next; 1000].join(", "));
    let errors = load_files(&[
        ("a.yaml", &many("b.yaml")),
        ("b.yaml", &many("c.yaml")),
        ("c.yaml", "roots: [re]"),
    ]);
    let only_message = |result: Result<Profile, Vec<Diagnostic>>| {
        let errors = result.unwrap_err();
        assert_eq!(errors.len(), 1, "{errors:?}");
        errors[0].message.clone()
    };
    assert!(only_message(errors).contains("more than 256 times"));
    let names: Vec<String> = (0..24).map(|file| format!("{file}.yaml")).collect();
    let twice: Vec<String> = names
        .iter()
        .map(|next| format!("extends: [{next}, {next}]"))
        .collect();
    let mut files: Vec<(&str, &str)> = names
        .iter()
        .map(String::as_str)
        .zip(twice[1..].iter().map(String::as_str))
        .collect();
    files.push(("23.yaml", "roots: [re]"));
    assert!(only_message(load_files(&files)).contains("more than 256 times"));
}

fn flag(flag: &str, name: &str) -> Sourced<String> {
    Sourced::of_flag(flag, name, name.to_owned())
}

/// Returns the provenance of a diagnostic about a profile or a flag.
fn provenance(diagnostic: &Diagnostic) -> &Provenance {
    match &diagnostic.location {
        Some(Location::Source(provenance)) => provenance,
        other => panic!("{other:?} is not in a profile or flag"),
    }
}

#[test]
fn overrides_append_lists_and_replace_values() {
    let mut profile = load_files(&[("a.yaml", "roots: [re]\nclosure: everything")]).unwrap();
    let flags = Overrides {
        roots: ["json", "a b"].map(|name| flag("--root", name)).into(),
        exclude: ["ssl", "["].map(|name| flag("--exclude", name)).into(),
        closure: Some(Closure::ImportTime),
        ..Overrides::default()
    };
    let errors = flags.apply(&mut profile);
    let provenances: Vec<String> = errors.iter().map(|m| provenance(m).to_string()).collect();
    assert_eq!(provenances, ["--root a b", "--exclude ["]);
    assert_eq!(roots(&profile), ["re", "json"]);
    assert_eq!(profile.closure, Closure::ImportTime);
    let ssl = profile
        .exclusion_of(&ModuleName::new("ssl").unwrap())
        .unwrap();
    assert_eq!(ssl.provenance.to_string(), "--exclude ssl");
}

/// Checks a profile against a library of `os`, `encodings`, `json` and `json.decoder`, for WASI.
fn diagnostics(text: &str) -> Vec<(Severity, String, Option<String>)> {
    let folder = tempfile::tempdir().unwrap();
    write_library(folder.path());
    let manifests = Manifests::embedded().unwrap();
    let stdlib = Stdlib::open(folder.path(), &manifests).unwrap();
    let target = manifests.target("wasi").unwrap();
    let version = Version {
        major: 3,
        minor: 13,
    };
    let facts = TargetFacts::new(target, version, &manifests, &NativePlatform::default()).unwrap();
    let profile = load_files(&[("a.yaml", text)]).unwrap();
    let diagnostics = check(&profile, &stdlib, &facts, &|_| false).into_iter();
    diagnostics
        .map(|d| (d.severity, d.message, d.help))
        .collect()
}

fn write_library(folder: &Path) {
    for package in ["encodings", "json"] {
        fs::create_dir(folder.join(package)).unwrap();
    }
    for file in [
        "os.py",
        "encodings/__init__.py",
        "json/__init__.py",
        "json/decoder.py",
    ] {
        fs::write(folder.join(file), "").unwrap();
    }
}

#[test]
fn check_rejects_missing_and_excluded_roots() {
    assert_eq!(diagnostics("roots: [os, json.decoder, math]"), []);
    let missing = diagnostics("roots: [jso]");
    let hint = Some("did you mean 'json'?".to_owned());
    let message = "Python 3.13 has no module 'jso'".to_owned();
    assert_eq!(missing, [(Severity::Error, message, hint)]);
    let excluded = diagnostics("roots: [json.decoder]\nexclude: [{modules: [json], reason: big}]");
    assert_eq!(excluded[0].0, Severity::Error);
    assert!(excluded[0].1.ends_with("is excluded: big"), "{excluded:?}");
    let duplicate = diagnostics("roots: [os, os]");
    assert_eq!((duplicate.len(), duplicate[0].0), (1, Severity::Warning));
}

#[test]
fn check_warns_about_unmatched_exclusions() {
    assert_eq!(
        diagnostics("exclude: [{modules: ['json.*', math], reason: x}]"),
        []
    );
    let unmatched = diagnostics("exclude: [{modules: [jsn], reason: x}]");
    let message = "no module of Python 3.13 matches 'jsn'".to_owned();
    let hint = Some("did you mean 'json'?".to_owned());
    assert_eq!(unmatched, [(Severity::Warning, message, hint)]);
    // Built-in profiles name modules of all versions.
    assert_eq!(diagnostics("extends: [no-tests]"), []);
}

#[test]
fn check_target_rejects_unknown_target() {
    let manifests = Manifests::embedded().unwrap();
    let profile = load_files(&[("a.yaml", "roots: [os]\ntarget: wasy")]).unwrap();
    let [error] = &check_target(&profile, &manifests).unwrap_err()[..] else {
        panic!("expected a single error")
    };
    assert_eq!(provenance(error).line_and_column(), Some((2, 9)));
    assert_eq!(error.help.as_deref(), Some("did you mean 'wasi'?"));
}

#[test]
fn merged_profiles_round_trip() {
    for (name, _) in BUILT_IN {
        let profile = load(name).unwrap();
        let serialized = serde_json::to_value(&profile).unwrap();
        let reloaded = load_merged(&serialized, "receipt").unwrap();
        assert_eq!(
            serde_json::to_value(&reloaded).unwrap(),
            serialized,
            "{name}"
        );
    }
}

/// Such a budget is for the unchanged profile. Budgets of user profiles are inherited.
#[test]
fn budgets_of_built_in_profiles_are_not_inherited() {
    let brotli = |profile: &Profile| profile.budget.of(Payload::Bytecode).brotli;
    assert!(brotli(&load("browser-minimal").unwrap()).is_some());
    let profile = load_files(&[("own.yaml", "extends: [browser-minimal]\nroots: [csv]")]).unwrap();
    assert_eq!(brotli(&profile), None);
    let files = [
        ("own.yaml", "extends: [base.yaml]"),
        (
            "base.yaml",
            "extends: [browser-minimal]\nbudget: {brotli: 1 KB}",
        ),
    ];
    assert_eq!(brotli(&load_files(&files).unwrap()), Some(ByteSize(1_000)));
}
