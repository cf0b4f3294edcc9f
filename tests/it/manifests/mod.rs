//! Every name in a manifest is in the standard libraries that it is said to be in: a misspelt one would be passed over in
//! silence.

mod claims;
mod library;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread;

use stdlib_pack::manifest::Manifests;
use stdlib_pack::types::{ModuleName, Version};

use crate::common::World;
use crate::common::pythons::{Python, any_python, python, pythons};
use claims::Claims;
use library::Library;

/// The modules into which has to be looked.
fn asked(manifests: &Manifests) -> BTreeSet<&str> {
    let mut asked = BTreeSet::new();
    for version in manifests.versions() {
        for entry in manifests.hidden_imports(version) {
            asked.insert(entry.from.as_str());
            asked.extend(entry.to.iter().map(|module| module.as_str()));
        }
        let redundant = manifests.redundant_imports(version, "emscripten");
        asked.extend(redundant.map(|entry| entry.from.as_str()));
    }
    for entry in manifests.deferred_callbacks() {
        for function in entry.callers.iter().chain([&entry.function]) {
            // Where the module's name ends is not known.
            asked.extend(function.match_indices('.').map(|(dot, _)| &function[..dot]));
        }
    }
    let targets = manifests
        .targets()
        .filter_map(|name| manifests.target(name));
    let calls = targets.flat_map(|target| target.failing_calls.iter().flat_map(|note| &note.calls));
    let lookups = manifests.data_lookups().iter();
    let functions = calls.chain(lookups.flat_map(|entry| &entry.functions));
    asked.extend(
        functions
            .filter_map(|function| function.split_once('.'))
            .map(|(module, _)| module),
    );
    asked.insert("builtins");
    asked
}

fn claims(manifests: &Manifests, python: &Python) -> Claims {
    let version: Version = python.version.parse().unwrap();
    let library = Library::of(python, &asked(manifests));
    Claims::check(manifests, version, &library, &python.stdlib())
}

/// Runs `tests/measure/python_facts.py`.
fn python_facts(python: &Python, words: &[&str]) -> (bool, String) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/measure/python_facts.py");
    let mut command = Command::new(&python.path);
    let output = command.arg(script).args(words).output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    (output.status.success(), said)
}

#[test]
fn versions_are_as_measured() {
    for python in pythons() {
        let (is_same, said) = python_facts(python, &[]);
        assert!(is_same && said.contains(": as measured on "), "{said}");
    }
}

#[test]
fn a_manifest_is_measured_and_written() {
    let (Some(before), Some(python)) = (python("3.14"), python("3.15")) else {
        return;
    };
    let world = World::empty();
    let known = Path::new(env!("CARGO_MANIFEST_DIR")).join("stdlib-manifests");
    for file in ["python-3.14.yaml", "python-3.15.yaml"] {
        world.write(file, fs::read(known.join(file)).unwrap());
    }
    let folder = world.path("");
    let folder = ["--manifests", folder.to_str().unwrap()];
    // What is not so is told.
    let text = fs::read_to_string(known.join("python-3.15.yaml")).unwrap();
    world.write(
        "python-3.15.yaml",
        text.replace("  _sitebuiltins, genericpath,", "  sitebuiltins,"),
    );
    let (is_same, said) = python_facts(python, &folder);
    assert!(
        !is_same && said.contains("frozen: _sitebuiltins is not listed\n"),
        "{said}"
    );
    assert!(
        said.contains("frozen: sitebuiltins is not so here\n"),
        "{said}"
    );

    fs::remove_file(world.path("python-3.15.yaml")).unwrap();
    let write = ["--write", "--before", &before.path];
    let (is_written, said) = python_facts(python, &[&folder[..], &write].concat());
    assert!(is_written, "{said}");
    for left in [
        "  profiling\n",
        "  sre_parse\n",
        "  _math_integer\n",
        "_vendor/d3/",
    ] {
        assert!(said.contains(left), "{left} in {said}");
    }
    let written = String::from_utf8(world.read("python-3.15.yaml")).unwrap();
    assert!(written.contains("\nmagic: 3666\n") && written.contains("\nversion: \"3.15\"\n"));
    assert!(
        written.contains("\nremoved: [sre_compile, sre_constants, sre_parse]\n"),
        "{written}"
    );
    assert!(python_facts(python, &folder).0);
}

/// Prints the names of modules that a module imports at its top level and uses outside of one function.
const USED_ELSEWHERE: &str = "
import ast, importlib.util, sys
module, function, *imported = sys.argv[1:]
with open(importlib.util.find_spec(module).origin, encoding='utf-8') as file:
    body = ast.parse(file.read()).body
others = [node for node in body if getattr(node, 'name', None) != function]
assert len(others) == len(body) - 1, function
imports = [alias for node in others if isinstance(node, ast.Import) for alias in node.names]
bound = {alias.asname or alias.name.partition('.')[0] for alias in imports if alias.name in imported}
used = {name.id for node in others for name in ast.walk(node) if isinstance(name, ast.Name)}
print(*sorted(bound & used))
";

#[test]
fn what_is_removed_with_a_function_is_used_nowhere_else() {
    let manifests = Manifests::embedded().unwrap();
    let mut checked = 0;
    for python in pythons() {
        let version: Version = python.version.parse().unwrap();
        for entry in manifests.redundant_imports(version, "emscripten") {
            let Some(function) = &entry.unneeded_function else {
                continue;
            };
            let output = Command::new(&python.path)
                .args(["-c", USED_ELSEWHERE, entry.from.as_str(), function])
                .args(entry.to.iter().map(ModuleName::as_str))
                .output()
                .unwrap();
            let said = [output.stdout, output.stderr].concat();
            assert_eq!(
                String::from_utf8_lossy(&said),
                "\n",
                "{} {}",
                entry.from,
                version
            );
            checked += 1;
        }
    }
    assert!(checked > 0 || python("3.15").is_none());
}

#[test]
fn every_name_is_that_of_something() {
    let manifests = Manifests::embedded().unwrap();
    let mut all = Claims::default();
    thread::scope(|scope| {
        let runs = pythons()
            .iter()
            .map(|python| scope.spawn(|| claims(&manifests, python)));
        for run in runs.collect::<Vec<_>>() {
            all.add(run.join().unwrap());
        }
    });
    let versions = manifests.versions().map(|version| version.to_string());
    let every_version = versions.into_iter().all(|version| {
        let mut pythons = pythons().iter();
        pythons.any(|python| python.version == version)
    });
    let wrong = all.wrong(every_version);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A manifest's file, what is in it, what takes its place, and what is then wrong.
const MISSPELT: [[&str; 4]; 13] = [
    [
        "codec-groups.yaml",
        "koi8_u",
        "koi8_v",
        "codec-groups.yaml, web: 'koi8_v'",
    ],
    [
        "hidden-imports.yaml",
        "from: _pickle",
        "from: _pikle",
        "there is no module '_pikle'",
    ],
    [
        "hidden-imports.yaml",
        "to: [_strptime]",
        "to: [_strptim]",
        "there is no module '_strptim'",
    ],
    [
        "hidden-imports.yaml",
        "[strptime]",
        "[strptim]",
        "if-referenced: 'strptim'",
    ],
    [
        "hidden-imports.yaml",
        "[search_function]",
        "[search_func]",
        "calls: 'search_func'",
    ],
    [
        "deferred-callbacks.yaml",
        "function: uuid._arp_getnode",
        "function: uuid._arp_node",
        "'uuid._arp_node' is defined",
    ],
    [
        "deferred-callbacks.yaml",
        "[shutil.make_archive]",
        "[shutil.make_arch]",
        "'shutil.make_arch' is defined",
    ],
    [
        "deferred-callbacks.yaml",
        "[as_uri]",
        "[as_url_]",
        "unless-referenced: 'as_url_'",
    ],
    [
        "redundant-imports.yaml",
        "to: [hashlib]",
        "to: [logging]",
        "random: it does not import 'logging'",
    ],
    [
        "c-attribute-reads.yaml",
        "utcoffset",
        "utcofset",
        "'utcofset'",
    ],
    [
        "import-failures.yaml",
        "[encodings.mbcs",
        "[encodings.mbc",
        "there is no module 'encodings.mbc'",
    ],
    [
        "python-3.13.yaml",
        "genericpath",
        "genericpaht",
        "there is no 'genericpaht' in a file",
    ],
    [
        "targets/wasi.yaml",
        "webbrowser",
        "webrowser",
        "there is no module 'webrowser'",
    ],
];

#[test]
fn misspelt_names_are_told() {
    let world = World::empty();
    let manifests = Path::new(env!("CARGO_MANIFEST_DIR")).join("stdlib-manifests");
    for [file, right, misspelt, _] in MISSPELT {
        let copy = world.path(&format!("manifests/{file}"));
        let text = fs::read_to_string(if copy.exists() {
            copy
        } else {
            manifests.join(file)
        });
        let text = text.unwrap();
        assert!(text.contains(right), "{file}: {right}");
        world.write(
            &format!("manifests/{file}"),
            text.replacen(right, misspelt, 1),
        );
    }
    let manifests = Manifests::with_folder(&world.path("manifests")).unwrap();
    let python = pythons().iter().find(|python| python.version == "3.13");
    let wrong = claims(&manifests, python.unwrap_or(any_python())).wrong(true);
    for [file, _, _, claim] in MISSPELT {
        let mut of_file = wrong.iter().filter(|wrong| wrong.contains(file));
        assert!(
            of_file.any(|wrong| wrong.ends_with(claim)),
            "{file}: {claim}\n{}",
            wrong.join("\n")
        );
    }
}
