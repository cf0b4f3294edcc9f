//! What `pack` says: to people, to programs, or not at all.

use insta::assert_snapshot;
use serde_json::Value;

use crate::common::{World, any_python, steady};

#[test]
fn to_people() {
    let outcome = World::new().pack(&[]).exits(0);
    steady(|| {
        assert_snapshot!(outcome.said(), @"
        profile for native on Python 3.x: 5 of 7 modules, 81.8% of the library's source
          dist/python3xx.zip [n] bytes
          dist/python3xx.json [n] bytes
          seconds: open [s], scan [s], compile [s], zip [s], write [s]
        ");
    });
}

#[test]
fn with_reasons() {
    let outcome = World::new().pack(&["--verbose"]).exits(0);
    steady(|| {
        assert_snapshot!(outcome.said(), @"
        encodings: imported by the interpreter at startup
        greet: a root
        lazily: imported by greet:5 in again()
        names: parent package of names.world
        names.world: imported by greet:2
        profile for native on Python 3.x: 5 of 7 modules, 81.8% of the library's source
          dist/python3xx.zip [n] bytes
          dist/python3xx.json [n] bytes
          seconds: open [s], scan [s], compile [s], zip [s], write [s]
        ");
    });
}

#[test]
fn to_programs() {
    let world = World::new();
    let outcome = world.pack(&["--json", "--exclude", "nothing"]).exits(0);
    let said = outcome.json();
    assert_eq!(said["profile"], "profile");
    assert_eq!(said["target"], "native");
    assert_eq!(said["python"], any_python().version);
    assert_eq!(said["totals"]["modules"], 5);
    let receipt = world.json(&format!("dist/{}.json", any_python().stem()));
    let name = format!("{}.zip", any_python().stem());
    assert_eq!(
        said["outputs"][0]["sha256"],
        receipt["outputs"][&name]["sha256"]
    );
    let stages: Vec<&str> = said["seconds"]
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    assert_eq!(stages, ["compile", "open", "scan", "write", "zip"]);
}

/// What a person would see as a warning, a program finds in the JSON.
#[test]
fn warnings_are_in_the_json() {
    let world = World::new();
    world.write("Lib/lazily.py", "def f(:\n");
    let said = world.pack(&["--json"]).exits(0).json();
    let warning = &said["warnings"][0];
    assert_eq!(warning["code"], "stdlib-syntax-error", "{said}");
    assert_eq!(warning["file"], "lazily.py");
    assert_eq!(
        (&warning["line"], &warning["column"]),
        (&1.into(), &7.into())
    );
    let said = world
        .pack(&["--json", "--exclude", "nothing"])
        .exits(0)
        .json();
    let warnings = said["warnings"].to_string();
    assert!(warnings.contains("matches 'nothing'"), "{warnings}");
}

#[test]
fn not_at_all() {
    let world = World::new();
    world.write("Lib/lazily.py", "def f(:\n");
    let outcome = world.pack(&["--quiet"]).exits(0);
    assert_eq!(outcome.said(), "");
    world.write("Lib/names/world.py", "def f(:\n");
    let outcome = world.pack(&["--quiet"]).exits(2);
    assert!(
        outcome
            .err
            .starts_with("error[unimportable-root]: the root 'greet'"),
        "{}",
        outcome.err
    );
}

/// The receipt: every module of the library is kept or dropped, with the reason.
#[test]
fn in_the_receipt() {
    let world = World::new();
    let outcome = world.pack(&["--exclude", "test"]);
    outcome.exits(0);
    let receipt = world.json(&format!("dist/{}.json", any_python().stem()));
    let reasons = |part: &str| -> Vec<String> {
        let modules = receipt[part].as_object().unwrap().iter();
        modules
            .map(|(name, module)| {
                let word = |key: &str| match &module[key] {
                    Value::Null => String::new(),
                    Value::String(text) => format!(" {text}"),
                    other => format!(" {other}"),
                };
                format!(
                    "{name}:{}{}{}{}",
                    word("reason"),
                    word("importer"),
                    word("line"),
                    word("detail")
                )
            })
            .collect()
    };
    assert_snapshot!(reasons("kept").join("\n"), @"
    encodings: startup
    greet: root
    lazily: lazy greet 5 again
    names: parent names.world
    names.world: eager greet 2
    ");
    assert_snapshot!(reasons("dropped").join("\n"), @"
    lonely: not-reached
    test: excluded test: excluded on the command line
    test.test_greet: excluded test: excluded on the command line
    ");
}

/// A page may still load them, so they stay.
#[test]
fn bundles_of_other_versions_in_the_folder_are_named() {
    let world = World::new();
    world.pack(&[]).exits(0);
    let stem = any_python().stem();
    let receipt = String::from_utf8(world.read(&format!("dist/{stem}.json"))).unwrap();
    world.write("dist/python399.json", receipt.replace(&stem, "python399"));
    world.write("dist/python399.zip", "");
    let said = world.pack(&[]).exits(0).err;
    assert!(
        said.contains("which were not changed: dist/python399.zip"),
        "{said}"
    );
    assert_eq!(world.pack(&["--quiet"]).exits(0).err, "");
}
