//! Programs that are recorded in a runtime, and bundles whose first tier is what they loaded.

use crate::common::World;
use crate::common::pythons::{pyodide, python, wasi};

/// A program that imports one module when it is called to.
fn world() -> World {
    let world = World::empty();
    let program =
        "import sys\nif sys.argv[1:]:\n    import csv\n    print(csv.__name__, *sys.argv[1:])\n";
    world.write("app.py", program);
    world
}

#[test]
fn wasi_starts_from_a_recording() {
    let world = world();
    let runtime = format!("wasi:{}", wasi().display());
    let record = ["record", "--runtime", &runtime, "--", "app.py"];
    let said = world.run(&[&record[..], &["a b"]].concat()).exits(0);
    assert_eq!(said.out, "csv a b\n");
    let recording = String::from_utf8(world.read("recording.yaml")).unwrap();
    assert!(recording.contains("platform: wasi"), "{recording}");
    assert!(recording.contains("- csv\n"), "{recording}");
    let python = python("3.12").unwrap();
    world.write("profile.yaml", "extends: [wasi]\nroots: []\nexclude: [{modules: [ssl], reason: this build has no OpenSSL}]\noutput: {compress: []}\n");
    let flags = ["--profile", "profile.yaml", "--build-python", &python.path];
    let start = ["--app", "app.py", "--start-recorded", "recording.yaml"];
    world.run(&[flags, start].concat()).exits(0);
    let receipt = world.json(&format!("dist/{}.json", python.stem()));
    let tier = |module: &str| &receipt["kept"][module]["tier"];
    assert_eq!(
        (tier("csv"), tier("json")),
        (&"start".into(), &"rest".into())
    );
    let verify = ["verify", "dist", "--runtime", &runtime, "--app", "app.py"];
    world.run(&[&verify[..], &["--", "a"]].concat()).exits(0);
}

#[test]
fn pyodide_tells_what_it_starts_with() {
    let world = world();
    let runtime = format!("pyodide:{}", pyodide("314.0.7").display());
    let record = ["record", "--runtime", &runtime, "--", "app.py"];
    world.run(&[&record[..], &["a"]].concat()).exits(0);
    let recording = String::from_utf8(world.read("recording.yaml")).unwrap();
    let (program, startup) = recording.split_once("startup-modules:").unwrap();
    assert!(startup.contains("- _pyodide\n"), "{recording}");
    assert!(startup.contains("- asyncio\n"), "{recording}");
    assert!(program.contains("modules:\n- _csv\n- csv\n"), "{recording}");
    world.write("app.py", "import os\nos._exit(3)\n");
    let said = world.run(&record).exits(2).err;
    assert!(said.contains("did not come to its end"), "{said}");
    let native = ["record", "--runtime", "native", "--", "app.py"];
    let said = world.run(&native).exits(2).err;
    assert!(said.contains("run the program itself"), "{said}");
}
