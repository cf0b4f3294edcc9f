//! Real standard libraries: what is packed is what the receipt says, and all of it can be imported.

use std::thread;

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::common::World;
use crate::common::pythons::{PYODIDES, Python, any_python, pyodide_stdlib, python, pythons};

fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// Looks at the bundle in `dist`: the files there are those of the receipt, with their sizes and
/// digests, and the brotli form is the zip's.
fn check_bundle(world: &World, python: &Python) -> Value {
    let stem = python.stem();
    let files = world.files("dist");
    let receipt: Value = serde_json::from_slice(&files[&format!("{stem}.json")]).unwrap();
    assert_eq!(receipt["python"], python.version);
    let outputs = receipt["outputs"].as_object().unwrap();
    assert_eq!(files.len(), outputs.len() + 1, "{:?}", files.keys());
    for (name, output) in outputs {
        assert_eq!(output["sha256"], hex(&files[name]), "{name}");
        assert_eq!(output["bytes"], files[name].len(), "{name}");
    }
    let zip = &files[&format!("{stem}.zip")];
    if let Some(packed) = files.get(&format!("{stem}.zip.br")) {
        let mut unpacked = Vec::new();
        brotli::BrotliDecompress(&mut packed.as_slice(), &mut unpacked).unwrap();
        assert!(unpacked == *zip, "the brotli form is of another zip");
    }
    receipt
}

/// Imports all of the bundle with nothing else as standard library.
fn check_imports(world: &World, python: &Python) {
    let verified = world
        .run(&["verify", "dist", "--json", "--build-python", &python.path])
        .exits(0)
        .json();
    assert_eq!(verified["passed"], true);
    let kept = world.json(&format!("dist/{}.json", python.stem()))["kept"].clone();
    let tried = verified["modules"].as_array().unwrap().len();
    assert!(
        tried >= kept.as_object().unwrap().len(),
        "some were not tried"
    );
}

fn browser_minimal(python: &Python) {
    let world = World::empty();
    world
        .run(&[
            "--profile",
            "browser-minimal",
            "--build-python",
            &python.path,
        ])
        .exits(0);
    let receipt = check_bundle(&world, python);
    assert_eq!(receipt["outputs"].as_object().unwrap().len(), 3);
    for root in ["json", "re", "datetime", "traceback"] {
        assert_eq!(receipt["kept"][root]["reason"], "root", "{root}");
    }
    for absent in ["ssl", "subprocess", "test", "tkinter"] {
        assert_eq!(receipt["kept"][absent], Value::Null, "{absent}");
    }
    check_imports(&world, python);
}

#[test]
fn browser_minimal_on_every_python() {
    thread::scope(|scope| {
        let each = pythons()
            .iter()
            .map(|one| scope.spawn(|| browser_minimal(one)));
        for one in each.collect::<Vec<_>>() {
            one.join().unwrap();
        }
    });
}

/// Without roots or an app, the profile `native` packs everything but the tests.
#[test]
fn the_whole_library_on_every_python() {
    for python in pythons() {
        let world = World::empty();
        let profile = "extends: [native]\noutput: {compress: []}\n";
        world.write("all.yaml", profile);
        world
            .run(&["--profile", "all.yaml", "--build-python", &python.path])
            .exits(0);
        let receipt = check_bundle(&world, python);
        assert!(receipt["kept"].as_object().unwrap().len() > 400);
        assert_eq!(receipt["dropped"]["test"]["reason"], "excluded");
        check_imports(&world, python);
    }
}

/// Each Pyodide's own library, compiled by the CPython of its version.
#[test]
fn the_libraries_of_pyodide() {
    let mut packed = 0;
    for (pyodide, stem) in PYODIDES {
        let Some(python) = python(&stem.replace("python3", "3.")) else {
            continue;
        };
        let world = World::empty();
        let profile = "extends: [browser-minimal]\ntarget: pyodide\noutput: {compress: []}\n";
        world.write("page.yaml", profile);
        let stdlib = pyodide_stdlib(pyodide);
        let stdlib = stdlib.to_str().unwrap();
        let flags = ["--profile", "page.yaml", "--stdlib", stdlib];
        world
            .run(&[&flags[..], &["--build-python", &python.path]].concat())
            .exits(0);
        check_bundle(&world, python);
        check_imports(&world, python);
        packed += 1;
    }
    assert_eq!(packed, pythons().len(), "each Python has its Pyodide");
}

/// Codecs are requested by name, by pattern and by group.
#[test]
fn groups_of_codecs() {
    let python = any_python();
    let world = World::empty();
    world.write("app.py", "");
    let kept = |codecs: &str| {
        world.write(
            "codecs.yaml",
            format!("codecs: [{codecs}]\noutput: {{compress: []}}\n"),
        );
        let flags = ["--profile", "codecs.yaml", "--app", "app.py"];
        world
            .run(&[&flags[..], &["--build-python", &python.path]].concat())
            .exits(0);
        let names = world.zip_names(&format!("dist/{}.zip", python.stem()));
        let codecs = names.into_iter().filter_map(|name| {
            let name = name.strip_prefix("encodings/")?.strip_suffix(".pyc")?;
            Some(name.to_owned())
        });
        codecs.collect::<Vec<_>>()
    };
    let pattern = kept("'CP125*'");
    assert!(pattern.contains(&"cp1258".to_owned()), "{pattern:?}");
    assert!(!pattern.contains(&"koi8_r".to_owned()), "{pattern:?}");
    let (web, email, all) = (kept("web"), kept("email"), kept("all"));
    assert!(web.contains(&"gb18030".to_owned()), "{web:?}");
    assert!(email.contains(&"iso2022_jp".to_owned()), "{email:?}");
    for group in [&web, &email] {
        assert!(group.iter().all(|codec| all.contains(codec)));
        assert!(group.len() < all.len() - 20, "{group:?}");
    }
    world.write("codecs.yaml", "codecs: [webb, 'zz*']\n");
    let flags = ["--profile", "codecs.yaml", "--app", "app.py"];
    let refused = world.run(&[&flags[..], &["--build-python", &python.path]].concat());
    let said = refused.exits(2).err;
    assert!(said.contains("did you mean 'web'?"), "{said}");
    assert!(
        said.contains("no codec of the library matches 'zz*'"),
        "{said}"
    );
}
