#![allow(clippy::unwrap_used, clippy::panic)]

use std::fs;
use std::path::Path;

use super::*;
use crate::diagnostic::{Diagnostic, Location, Severity, Sourced};
use crate::manifest::{Manifests, NativePlatform, TargetFacts};
use crate::stdlib::Stdlib;
use crate::types::Version;

/// Writes profiles into a folder and loads the first.
fn loaded(files: &[(&str, &str)]) -> Result<Profile, Vec<Diagnostic>> {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    load(folder.path().join(files[0].0).to_str().unwrap())
}

/// The only mistake in a profile: its message, line and column.
fn mistake(text: &str) -> (String, (usize, usize)) {
    let mistakes = loaded(&[("a.yaml", text)]).unwrap_err();
    let [only] = &mistakes[..] else {
        panic!("{mistakes:?}")
    };
    (only.message.clone(), place(only).line_and_column().unwrap())
}

fn roots(profile: &Profile) -> Vec<&str> {
    match &profile.roots {
        Roots::Named(roots) => roots.iter().map(|root| root.module.as_str()).collect(),
        Roots::Default => panic!("no roots are named"),
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
fn an_empty_profile_has_the_defaults() {
    let profile = loaded(&[("mine.yaml", "{}")]).unwrap();
    assert_eq!((&*profile.name, &*profile.target), ("mine", "native"));
    assert!(matches!(profile.roots, Roots::Default));
    assert_eq!(profile.closure, Closure::Reachable);
    assert_eq!(profile.on_unimportable, OnUnimportable::Drop);
}

#[test]
fn lists_add_up_and_single_values_are_replaced() {
    let profile = loaded(&[
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
fn mistakes_are_shown_where_they_stand() {
    assert_eq!(
        mistake("rots: [json]"),
        ("unknown key 'rots'".to_owned(), (1, 1))
    );
    let (message, place) = mistake("roots:\n  - json\n  - a..b");
    assert_eq!((message.contains("'a..b'"), place), (true, (3, 5)));
    let (message, place) = mistake("closure: all");
    assert_eq!((message.contains("'all'"), place), (true, (1, 10)));
    let (message, place) = mistake("exclude:\n  - {modules: ['a/b'], reason: x}");
    assert_eq!((message.contains("dots"), place), (true, (2, 16)));
    assert_eq!(mistake("extends: [nothing]").1, (1, 11));
    assert_eq!(mistake("roots: [a]\nroots: [b]").1.0, 2);
}

#[test]
fn every_mistake_is_told_at_once() {
    let text = "roots: [a..b, 'c d']\nextends: [nothing]";
    assert_eq!(loaded(&[("a.yaml", text)]).unwrap_err().len(), 3);
}

#[test]
fn profiles_that_extend_each_other() {
    let files = [
        ("a.yaml", "extends: [b.yaml]"),
        ("b.yaml", "extends: [./a.yaml]"),
    ];
    let mistakes = loaded(&files).unwrap_err();
    assert!(mistakes[0].message.contains("in a loop"), "{mistakes:?}");
    // The same profile by two ways is no loop.
    let twice = loaded(&[
        ("a.yaml", "extends: [b.yaml, c.yaml]"),
        ("b.yaml", "extends: [c.yaml]"),
        ("c.yaml", "roots: [re]"),
    ]);
    assert_eq!(roots(&twice.unwrap()), ["re"]);
}

#[test]
fn what_is_extended_again_replaces_values_again() {
    let profile = loaded(&[
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
fn profiles_that_extend_many_times() {
    let many = |next: &str| format!("extends: [{}]", vec![next; 1000].join(", "));
    let mistakes = loaded(&[
        ("a.yaml", &many("b.yaml")),
        ("b.yaml", &many("c.yaml")),
        ("c.yaml", "roots: [re]"),
    ]);
    let only_mistake = |loaded: Result<Profile, Vec<Diagnostic>>| {
        let mistakes = loaded.unwrap_err();
        assert_eq!(mistakes.len(), 1, "{mistakes:?}");
        mistakes[0].message.clone()
    };
    assert!(only_mistake(mistakes).contains("more than 256 times"));
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
    assert!(only_mistake(loaded(&files)).contains("more than 256 times"));
}

fn flag(flag: &str, name: &str) -> Sourced<String> {
    Sourced::of_flag(flag, name, name.to_owned())
}

/// Where a diagnostic is about a profile or a flag.
fn place(diagnostic: &Diagnostic) -> &Provenance {
    match &diagnostic.location {
        Some(Location::Source(provenance)) => provenance,
        other => panic!("{other:?} is no place in a profile"),
    }
}

#[test]
fn flags_add_to_lists_and_replace_values() {
    let mut profile = loaded(&[("a.yaml", "roots: [re]\nclosure: everything")]).unwrap();
    let flags = Overrides {
        roots: ["json", "a b"].map(|name| flag("--root", name)).into(),
        exclude: ["ssl", "["].map(|name| flag("--exclude", name)).into(),
        closure: Some(Closure::ImportTime),
        ..Overrides::default()
    };
    let mistakes = flags.apply(&mut profile);
    let places: Vec<String> = mistakes.iter().map(|m| place(m).to_string()).collect();
    assert_eq!(places, ["--root a b", "--exclude ["]);
    assert_eq!(roots(&profile), ["re", "json"]);
    assert_eq!(profile.closure, Closure::ImportTime);
    let ssl = profile
        .exclusion_of(&ModuleName::new("ssl").unwrap())
        .unwrap();
    assert_eq!(ssl.provenance.to_string(), "--exclude ssl");
}

/// What there is to say of a profile with a library of `os`, `json` and `json.decoder`.
fn said(text: &str) -> Vec<(Severity, String, Option<String>)> {
    let folder = tempfile::tempdir().unwrap();
    library(folder.path());
    let manifests = Manifests::embedded().unwrap();
    let stdlib = Stdlib::open(folder.path(), &manifests).unwrap();
    let target = manifests.target("wasi").unwrap();
    let version = Version {
        major: 3,
        minor: 13,
    };
    let facts = TargetFacts::new(target, version, &manifests, &NativePlatform::default()).unwrap();
    let profile = loaded(&[("a.yaml", text)]).unwrap();
    let found = check(&profile, &stdlib, &facts, &|_| false).into_iter();
    found.map(|d| (d.severity, d.message, d.help)).collect()
}

fn library(folder: &Path) {
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
fn roots_have_to_exist_and_not_be_excluded() {
    assert_eq!(said("roots: [os, json.decoder, math]"), []);
    let missing = said("roots: [jso]");
    let hint = Some("did you mean 'json'?".to_owned());
    let message = "Python 3.13 has no module 'jso'".to_owned();
    assert_eq!(missing, [(Severity::Error, message, hint)]);
    let excluded = said("roots: [json.decoder]\nexclude: [{modules: [json], reason: big}]");
    assert_eq!(excluded[0].0, Severity::Error);
    assert!(excluded[0].1.ends_with("is excluded: big"), "{excluded:?}");
    let twice = said("roots: [os, os]");
    assert_eq!((twice.len(), twice[0].0), (1, Severity::Warning));
}

#[test]
fn exclusions_that_hold_nothing_are_told() {
    assert_eq!(
        said("exclude: [{modules: ['json.*', math], reason: x}]"),
        []
    );
    let idle = said("exclude: [{modules: [jsn], reason: x}]");
    let message = "no module of Python 3.13 matches 'jsn'".to_owned();
    let hint = Some("did you mean 'json'?".to_owned());
    assert_eq!(idle, [(Severity::Warning, message, hint)]);
    // Built-in profiles name modules of every version.
    assert_eq!(said("extends: [no-tests]"), []);
}

#[test]
fn targets_have_to_exist() {
    let manifests = Manifests::embedded().unwrap();
    let profile = loaded(&[("a.yaml", "roots: [os]\ntarget: wasy")]).unwrap();
    let [wrong] = &check_target(&profile, &manifests).unwrap_err()[..] else {
        panic!("one thing is wrong")
    };
    assert_eq!(place(wrong).line_and_column(), Some((2, 9)));
    assert_eq!(wrong.help.as_deref(), Some("did you mean 'wasi'?"));
}

#[test]
fn merged_profiles_are_read_as_they_were_written() {
    for (name, _) in BUILT_IN {
        let profile = load(name).unwrap();
        let written = serde_json::to_value(&profile).unwrap();
        let read = load_merged(&written, "receipt").unwrap();
        assert_eq!(serde_json::to_value(&read).unwrap(), written, "{name}");
    }
}

/// It is for what the built-in profile packs by itself; between files of one's own it is inherited.
#[test]
fn budgets_of_built_in_profiles_stay_with_them() {
    let brotli = |profile: &Profile| profile.budget.of(Payload::Bytecode).brotli;
    assert!(brotli(&load("browser-minimal").unwrap()).is_some());
    let own = loaded(&[("own.yaml", "extends: [browser-minimal]\nroots: [csv]")]).unwrap();
    assert_eq!(brotli(&own), None);
    let files = [
        ("own.yaml", "extends: [base.yaml]"),
        (
            "base.yaml",
            "extends: [browser-minimal]\nbudget: {brotli: 1 KB}",
        ),
    ];
    assert_eq!(brotli(&loaded(&files).unwrap()), Some(ByteSize(1_000)));
}
