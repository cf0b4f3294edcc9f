//! Targets: what they can import, and targets of one's own.

use insta::assert_snapshot;

use crate::common::World;
use crate::common::pythons::{any_python, pyodide};

/// A library in which `sockets` needs what no browser has, `net` needs `sockets`, `either` can do
/// without, and `zipped` needs what some builds lack.
fn library(world: &World) {
    for (name, text) in [
        ("encodings/__init__.py", ""),
        ("sockets.py", "import termios\n"),
        ("net.py", "import re\nimport sockets\n"),
        ("re.py", ""),
        (
            "either.py",
            "try:\n    import sockets\nexcept ImportError:\n    sockets = None\n",
        ),
        ("zipped.py", "import zlib\n"),
        ("places.py", "import zoneinfo\n"),
        ("zoneinfo/__init__.py", "from zoneinfo import _tzpath\n"),
        ("zoneinfo/_tzpath.py", "import sysconfig\n"),
        ("sysconfig.py", ""),
    ] {
        world.write(&format!("Lib/{name}"), text);
    }
}

fn check(world: &World, profile: &str, more: &[&str]) -> crate::common::Outcome {
    world.write("profile.yaml", profile);
    let python = &any_python().path;
    let flags = [
        "profile",
        "check",
        "profile.yaml",
        "--stdlib",
        "Lib",
        "--build-python",
        python,
    ];
    world.run(&[&flags[..], more].concat())
}

fn states(said: &serde_json::Value, state: &str) -> Vec<String> {
    let modules = said["modules"].as_object().unwrap().iter();
    let python = modules.filter(|(name, _)| {
        [
            "either", "net", "places", "re", "sockets", "zipped", "zoneinfo",
        ]
        .contains(&name.as_str())
    });
    let has = python.filter(|(_, said)| **said == state || said.get(state).is_some());
    has.map(|(name, _)| name.clone()).collect()
}

#[test]
fn what_cannot_be_imported_is_derived() {
    let world = World::empty();
    library(&world);
    let said = check(&world, "target: wasi\n", &["--json"]).exits(0).json();
    assert_eq!(states(&said, "importable"), ["either", "re"]);
    assert_eq!(states(&said, "build-dependent"), ["zipped"]);
    assert_eq!(
        states(&said, "unimportable"),
        ["net", "places", "sockets", "zoneinfo"]
    );
    let why = |name: &str| {
        said["modules"][name]["unimportable"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert!(
        why("net").starts_with("net:2 → sockets:1 → termios is not available: "),
        "{}",
        why("net")
    );
    assert_snapshot!(why("places"), @"places:1 → zoneinfo:1 → zoneinfo._tzpath → _sysconfigdata__wasi_wasm32-wasi is not available: the build of the target writes it; pass it with --extra-module or --cpython-build");
}

#[test]
fn exclusions_count_as_what_is_missing() {
    let world = World::empty();
    library(&world);
    let profile = "target: wasi\nexclude: [{modules: [re], reason: not needed}]\n";
    let said = check(&world, profile, &["--json"]).exits(0).json();
    assert_eq!(states(&said, "excluded"), ["re"]);
    assert_eq!(
        said["modules"]["net"]["unimportable"],
        "net:1 → re is excluded: not needed"
    );
}

#[test]
fn people_see_what_is_not_there() {
    let world = World::empty();
    library(&world);
    let said = check(&world, "target: wasi\n", &[]).exits(0).said();
    assert!(said.starts_with("profile: no errors\n"), "{said}");
    assert!(said.contains("\nunimportable ("), "{said}");
    assert!(
        said.contains("\n  net: net:2 → sockets:1 → termios is not available: "),
        "{said}"
    );
}

/// A native Python asked about itself gives a target for which the same bundle is made.
#[test]
fn an_interpreter_is_asked() {
    let world = World::new();
    let python = &any_python().path;
    let probe = [
        "target",
        "probe",
        "--run",
        python,
        "--name",
        "mine",
        "--out",
        "mine.yaml",
    ];
    let said = world.run(&probe).exits(0).out;
    assert!(said.starts_with("mine.yaml: Python 3"), "{said}");
    world.pack(&[]).exits(0);
    let native = world.files("dist");
    world.pack(&["--target", "mine.yaml"]).exits(0);
    let ours = world.files("dist");
    let zip = |files: &std::collections::BTreeMap<String, Vec<u8>>| {
        files
            .iter()
            .find(|(name, _)| name.ends_with(".zip"))
            .unwrap()
            .1
            .clone()
    };
    assert!(zip(&native) == zip(&ours));
    let shown = world.run(&["target", "show", "mine.yaml"]).exits(0).out;
    assert!(shown.starts_with("mine: Python 3"), "{shown}");
}

/// The path of a target in a profile is relative to the profile.
#[test]
fn a_profile_names_a_target_file() {
    let world = World::new();
    let target =
        "name: mine\ndescription: mine\nsys-platform: toaster\nos-name: posix\nfrozen: false\n";
    world.write("there/mine.yaml", target);
    world.write(
        "there/profile.yaml",
        "target: mine.yaml\nroots: [greet]\noutput: {compress: []}\n",
    );
    let python = &any_python().path;
    let flags = [
        "--profile",
        "there/profile.yaml",
        "--stdlib",
        "Lib",
        "--build-python",
        python,
    ];
    world.run(&flags).exits(0);
    let receipt = world.json(&format!("dist/{}.json", any_python().stem()));
    assert_eq!(receipt["target"], "mine");
}

#[test]
fn a_target_of_another_version() {
    let world = World::new();
    let target = "name: old\ndescription: old\nversions: '==3.9'\nsys-platform: wasi\nos-name: posix\nfrozen: true\n";
    world.write("old.yaml", target);
    let said = world.pack(&["--target", "old.yaml"]).exits(2).said();
    assert!(
        said.contains("the target 'old' runs Python ==3.9"),
        "{said}"
    );
    let said = world.pack(&["--target", "no.yaml"]).exits(2).said();
    assert!(said.contains("cannot read the target 'no.yaml'"), "{said}");
}

/// What `configure` wrote down for Pyodide's build of 3.14, as its library has it.
#[test]
fn a_build_is_read() {
    let world = World::empty();
    let library = pyodide("314.0.7").join("python_stdlib.zip");
    let name = "_sysconfigdata__emscripten_wasm32-emscripten.py";
    let mut zip = zip::ZipArchive::new(std::fs::File::open(library).unwrap()).unwrap();
    let mut text = String::new();
    std::io::Read::read_to_string(&mut zip.by_name(name).unwrap(), &mut text).unwrap();
    world.write(name, &text);
    let said = world
        .run(&["target", "probe", "--sysconfigdata", name])
        .exits(0)
        .out;
    assert!(said.contains("versions: \"==3.14\""), "{said}");
    assert!(
        said.contains("sysconfigdata: \"_emscripten_wasm32-emscripten\""),
        "{said}"
    );
    assert!(said.contains("_ssl, _uuid"), "{said}");

    // One that is newer than all manifests is read with the facts of the newest.
    let newer = text.replace("'VERSION': '3.14'", "'VERSION': '3.99'");
    assert!(newer.contains("'VERSION': '3.99'"));
    world.write(name, newer);
    let probed = world.run(&["target", "probe", "--sysconfigdata", name]);
    let said = probed.exits(0).said();
    assert!(said.contains("versions: \"==3.99\""), "{said}");
    assert!(said.contains("warning[newer-python]"), "{said}");
}

#[test]
fn what_cannot_be_probed() {
    let world = World::empty();
    let probe = |flags: &[&str], code: i32| {
        world
            .run(&[&["target", "probe"], flags].concat())
            .exits(code)
            .said()
    };
    assert!(probe(&[], 2).contains("<--run <CMD>|--sysconfigdata <FILE>>"));
    assert!(probe(&["--run", "false"], 3).contains("'false' did not answer as a Python does"));
    assert!(probe(&["--run", "no-such-python"], 3).contains("cannot start the interpreter"));
    assert!(probe(&["--run", "wasi:no.wasm"], 2).contains("there is no file 'no.wasm'"));
    assert!(probe(&["--run", "'"], 2).contains("unbalanced quotes"));
    world.write("x.py", "x = 1\n");
    let said = probe(&["--sysconfigdata", "x.py"], 2);
    assert!(
        said.contains("'x.py' is not a _sysconfigdata file"),
        "{said}"
    );
}

/// The least that `zoneinfo` and `pydoc` can do with.
const DATA: &str = "build_time_vars = {}\n";

#[test]
fn what_a_build_writes_is_put_in() {
    let world = World::empty();
    library(&world);
    let name = "_sysconfigdata__wasi_wasm32-wasi.py";
    world.write(name, DATA);
    let said = check(
        &world,
        "target: wasi\n",
        &["--extra-module", name, "--json"],
    )
    .exits(0)
    .json();
    assert_eq!(states(&said, "unimportable"), ["net", "sockets"]);
    // One that a build wrote says which modules the build lacks.
    let version = &any_python().version;
    let states_of_build = format!(
        "build_time_vars = {{'VERSION': '{version}', 'MACHDEP': 'wasi', 'MODULE_ZLIB_STATE': 'missing'}}\n"
    );
    world.write(name, states_of_build);
    let flags = ["--extra-module", name, "--json"];
    let said = check(&world, "target: wasi\n", &flags).exits(0).json();
    assert_eq!(states(&said, "unimportable"), ["net", "sockets", "zipped"]);
    world.write(name, DATA);
    // In a profile, its place is relative to the profile; it is in the bundle though nobody asks for it.
    let profile =
        format!("target: wasi\nroots: [re]\nextra-modules: [{name}]\noutput: {{compress: []}}\n");
    world.write("profile.yaml", profile);
    world.pack(&[]).exits(0);
    let zip = world.zip_names(&format!("dist/{}.zip", any_python().stem()));
    assert!(zip.contains(&name.replace(".py", ".pyc")), "{zip:?}");
    // Another file of that name is another bundle, with a warm cache too.
    let before = world.files("dist");
    world.write(name, "build_time_vars = {'TZPATH': ''}\n");
    world.pack(&[]).exits(0);
    assert!(before != world.files("dist"));
}

#[test]
fn what_cannot_be_added() {
    let world = World::empty();
    library(&world);
    let add = |name: &str| {
        check(&world, "target: wasi\n", &["--extra-module", name])
            .exits(2)
            .said()
    };
    assert!(add("data.txt").contains("'data.txt' cannot be added: its name is not a module's"));
    assert!(add("a.b.py").contains("'a.b.py' cannot be added"));
    let missing = check(&world, "target: wasi\n", &["--extra-module", "no.py"])
        .exits(2)
        .said();
    assert!(
        missing.contains("'no.py' cannot be added: there is no such file"),
        "{missing}"
    );
}

/// A cross build as CPython makes it: a folder below the sources, with what it generated in a folder of its own.
fn cross_build(world: &World, version: &str) {
    library(world);
    let folder = "builddir/emscripten-browser";
    world.write(
        &format!("{folder}/Makefile"),
        "VERSION=\t3\nsrcdir=\t\t../..\n",
    );
    world.write(&format!("{folder}/pybuilddir.txt"), "build/lib.emscripten");
    let states = "'MODULE_ZLIB_STATE': 'missing', 'MODULE_TERMIOS_STATE': 'yes'";
    let data = format!(
        "build_time_vars = {{'VERSION': '{version}', 'MACHDEP': 'emscripten', 'MULTIARCH': 'wasm64-emscripten', {states}}}\n"
    );
    let name = "_sysconfigdata__emscripten_wasm64-emscripten.py";
    world.write(&format!("{folder}/build/lib.emscripten/{name}"), data);
}

#[test]
fn a_cross_build_tells_all_by_itself() {
    let world = World::empty();
    cross_build(&world, &any_python().version);
    world.write("profile.yaml", "target: emscripten-browser\n");
    let python = &any_python().path;
    let build = [
        "--cpython-build",
        "builddir/emscripten-browser",
        "--build-python",
        python,
    ];
    let flags = [&["profile", "check", "profile.yaml", "--json"], &build[..]].concat();
    let said = world.run(&flags).exits(0).json();
    assert_eq!(
        states(&said, "importable"),
        ["either", "net", "places", "re", "sockets", "zoneinfo"]
    );
    assert_snapshot!(
        said["modules"]["zipped"]["unimportable"].as_str().unwrap(),
        @"zipped:1 → zlib is not available: A library or header that it needs was missing at build time"
    );
    // Modules/Setup.local changes the Makefile alone.
    let makefile = "builddir/emscripten-browser/Makefile";
    let text = "srcdir=\t\t../..\nMODDISABLED_NAMES=  _datetime\n";
    world.write(makefile, text);
    world.write("Lib/dated.py", "import _datetime\n");
    let said = world.run(&flags).exits(0).json();
    assert_snapshot!(
        said["modules"]["dated"]["unimportable"].as_str().unwrap(),
        @"dated:1 → _datetime is not available: Disabled in Modules/Setup.local when CPython was built"
    );
    // What the build wrote is packed where it is needed, and only there.
    for (root, has) in [("places", true), ("re", false)] {
        let profile =
            format!("target: emscripten-browser\nroots: [{root}]\noutput: {{compress: []}}\n");
        world.write("profile.yaml", profile);
        world
            .run(&[&["--profile", "profile.yaml"], &build[..]].concat())
            .exits(0);
        let names = world.zip_names(&format!("dist/{}.zip", any_python().stem()));
        assert_eq!(
            names.iter().any(|name| name.starts_with("_sysconfigdata_")),
            has,
            "{names:?}"
        );
    }
}

#[test]
fn folders_that_are_no_cross_build() {
    let world = World::empty();
    cross_build(&world, &any_python().version);
    let check = |target: &str, folder: &str| {
        world.write("profile.yaml", format!("target: {target}\n"));
        let flags = [
            "profile",
            "check",
            "profile.yaml",
            "--cpython-build",
            folder,
        ];
        let python = ["--build-python", &any_python().path];
        world.run(&[&flags[..], &python].concat()).exits(2).said()
    };
    assert!(check("wasi", "Lib").contains("it holds no pybuilddir.txt: build CPython there first"));
    let other = check("wasi", "builddir/emscripten-browser");
    assert!(
        other.contains("it is for emscripten, and the target 'wasi' is wasi"),
        "{other}"
    );
}
