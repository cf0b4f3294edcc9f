//! `verify --runtime`: modules are imported where they will run, and apps do what they do with the
//! whole library.

use std::path::PathBuf;

use crate::boot::{boots, packed_by_itself};
use crate::common::World;
use crate::common::pythons::{PYODIDES, pyodide, python, wasi, wasmtime};

/// Prints what it should, ends as it should, uses a module beside it and two dependencies, and has arguments and input.
const APP: [(&str, &str); 4] = [
    (
        "app/main.py",
        "import json, sys\nimport helper, package, zipped\n\
         assert (sys.argv[1:], sys.stdin.read()) == (['-x', 'ü'], 'é\\n'), sys.argv\nprint(json.dumps({'é': helper.NUMBER}), sys.platform)\nsys.exit(3)\n",
    ),
    ("app/helper.py", "NUMBER = 7\n"),
    ("packages/package/__init__.py", "import json\n"),
    ("input.txt", "é\n"),
];
/// Needs a module that Pyodide itself does without.
const GREEDY: &str = "import csv\nprint(csv.QUOTE_ALL)\n";

fn with_apps(world: &World) -> &World {
    for (name, text) in APP {
        world.write(name, text);
    }
    world.write("app/greedy.py", GREEDY);
    world.write_zip("zipped.whl", &[("zipped.py", "")]);
    world
}

/// Verifies both apps: the first is the same, the second is not.
fn tell_apart(world: &World, runtime: &str) {
    tell_apart_with(world, runtime, &[]);
}

fn tell_apart_with(world: &World, runtime: &str, environment: &[(&str, PathBuf)]) {
    let apps = ["--app", "app/main.py", "--app", "app/greedy.py"];
    let dependencies = ["--dependency", "packages", "--dependency", "zipped.whl"];
    let given = ["--stdin", "input.txt", "--", "-x", "ü"];
    let verify = ["verify", "--runtime", runtime];
    let flags = [&verify[..], &apps, &dependencies, &given].concat();
    let mut command = with_apps(world).command();
    command.args(flags).envs(environment.iter().cloned());
    let said = world.finish(command).exits(1).out;
    let lines: Vec<&str> = said.lines().collect();
    let modules: Vec<&str> = lines[0].split(' ').collect();
    assert_eq!(modules[0], modules[2], "{said}");
    assert_eq!(
        lines[1], "app/main.py: same output with only this bundle (1 line, exit code 3)",
        "{said}"
    );
    assert_eq!(
        lines[2], "app/greedy.py: different output with only this bundle",
        "{said}"
    );
    let ended = "  exit code 1 in place of exit code 0: ";
    assert!(lines[3].starts_with(ended), "{said}");
}

#[test]
fn in_pyodide() {
    for (release, stem) in PYODIDES {
        let world = packed_by_itself(release, "");
        boots(&world, release, stem);
        tell_apart(&world, &format!("pyodide:{}", pyodide(release).display()));
    }
}

#[test]
fn in_the_browser() {
    let world = packed_by_itself("314.0.7", "brotli");
    let runtime = format!("browser:{}", pyodide("314.0.7").display());
    tell_apart(&world, &runtime);
    let mut command = world.command();
    command.args(["verify", "--runtime", &runtime]);
    command.env("CHROMIUM", "nowhere");
    let said = world.outcome(&command.output().unwrap()).exits(3).said();
    assert!(said.contains("Chromium is not found: install it"), "{said}");
    crate::demo::works(&world, "314.0.7");
    crate::snippets::work(&world, "314.0.7");
}

/// The interpreter alone starts from three files.
#[test]
fn three_modules_start_an_interpreter() {
    let world = World::empty();
    world.write("hello.py", "print('hello')\n");
    let python = format!("pyodide:{}", pyodide("0.27.7").display());
    world
        .run(&["--profile", "interpreter", "--build-python", &python])
        .exits(0);
    let names = world.zip_names("dist/python312.zip");
    let expected = [
        "encodings/__init__.pyc",
        "encodings/aliases.pyc",
        "encodings/utf_8.pyc",
    ];
    assert_eq!(names, expected);
    let runtime = format!("wasi:{}", wasi().display());
    let flags = ["verify", "--runtime", &runtime, "--app", "hello.py"];
    let said = world.run(&flags).exits(0).out;
    assert!(
        said.contains("hello.py: same output with only this bundle"),
        "{said}"
    );
}

/// The build Python is a Pyodide: its bytecode is that of every CPython 3.12.
#[test]
fn in_wasi() {
    let world = World::empty();
    let python = format!("pyodide:{}", pyodide("0.27.7").display());
    // zoneinfo asks sysconfig while it is imported.
    let data = "_sysconfigdata__wasi_wasm32-wasi.py";
    world.write(data, "build_time_vars = {}\n");
    let profile = "extends: [wasi]\nroots: [json, zoneinfo]\noutput: {compress: []}\n";
    world.write(
        "profile.yaml",
        format!("{profile}extra-modules: [{data}]\n"),
    );
    let flags = ["--profile", "profile.yaml", "--build-python", &python];
    world.run(&flags).exits(0);
    tell_apart(&world, &format!("wasi:{}", wasi().display()));
    let wasmtime = [("PYTHONPATH", wasmtime())];
    tell_apart_with(&world, &format!("wasmtime:{}", wasi().display()), &wasmtime);
}

/// A Pyodide of the same version makes the very bytes that a native Python makes.
#[test]
fn pyodide_compiles_as_a_native_python_does() {
    let Some(native) = python("3.14") else {
        return;
    };
    let library = pyodide("314.0.7").join("python_stdlib.zip");
    let library = library.to_str().unwrap();
    let world = packed_by_itself("314.0.7", "");
    let own = world.read("dist/python314.zip");
    let flags = ["--profile", "profile.yaml", "--stdlib", library];
    world
        .run(&[&flags[..], &["--build-python", &native.path]].concat())
        .exits(0);
    assert!(own == world.read("dist/python314.zip"));
}

#[test]
fn pyodide_is_no_native_python() {
    let world = packed_by_itself("314.0.7", "");
    let python = format!("pyodide:{}", pyodide("314.0.7").display());
    let said = world
        .run(&["verify", "--build-python", &python])
        .exits(2)
        .said();
    assert!(
        said.contains("is not a native Python: try the bundle there with --runtime"),
        "{said}"
    );
}

/// Pyodide adds a note on modules that it does not find, which is not true of those that a bundle lacks.
#[test]
fn stubs_in_pyodide_have_no_false_note() {
    for (release, _) in PYODIDES {
        let world = World::empty();
        world.write(
            "profile.yaml",
            "extends: [pyodide-minimal]\nmissing-module-stubs: true\noutput: {compress: []}\n",
        );
        world.write(
            "ask.py",
            "try:\n    import csv\n    print('there')\nexcept ImportError as error:\n    \
             sys = __import__('sys')\n    hook = sys.modules['_pyodide._importhook']\n    \
             getattr(hook, 'add_note_to_module_not_found_error', print)(error)\n    \
             print(error, getattr(error, '__notes__', []))\n",
        );
        let place = pyodide(release);
        let python = format!("pyodide:{}", place.display());
        let flags = ["--profile", "profile.yaml", "--build-python", &python];
        world.run(&flags).exits(0);
        let flags = ["verify", "--runtime", &python, "--app", "ask.py", "--json"];
        let said = world.run(&flags).exits(1).json();
        let printed = said["programs"][0]["got"]["printed"].as_str().unwrap();
        let last = printed.lines().next_back().unwrap();
        assert!(
            last.starts_with("csv is not in this bundle: ") && last.ends_with(" []"),
            "{release}: {printed}"
        );
    }
}
