//! `--app-zip`: the app, what it needs of its dependencies, and their data, as a second zip.

use std::process::Command;

use insta::assert_snapshot;

use crate::common::{World, any_python, zip_of};

/// An app with data, and a dependency of which one module is unused.
fn world() -> World {
    let world = World::new();
    world.write("profile.yaml", "output: {compress: []}\n");
    world.write("app/__main__.py", "import demo.used, helper\n");
    world.write("app/helper.py", "'Doc.'\nassert __doc__\n");
    world.write("app/table.csv", "1;2\n");
    world.write("app/.env", "SECRET=1\n");
    for (path, text) in PACKAGE {
        world.write(&format!("site/{path}"), text);
    }
    world
}

const PACKAGE: [(&str, &str); 15] = [
    ("demo/__init__.py", "import greet\n"),
    ("demo/used.py", "import spaces.inner.leaf\n"),
    ("demo/used.pyi", ""),
    ("demo/py.typed", ""),
    ("demo/unused.py", ""),
    ("demo/data/a.txt", "A"),
    ("demo/tests/case.txt", ""),
    ("spaces/inner/leaf.py", ""),
    ("spaces/inner/leaf.txt", ""),
    ("spaces/other/leaf.py", ""),
    ("spaces/other/leaf.txt", ""),
    ("absent/__init__.py", ""),
    ("absent/data.txt", ""),
    (
        "demo-1.0.dist-info/METADATA",
        "Name: demo\nVersion: 1.0\nLicense-File: LICENSE\n\nText\n",
    ),
    (
        "demo-1.0.dist-info/RECORD",
        "demo/__init__.py,sha256=x,1\ndemo/unused.py,,\ndemo/data/a.txt,,\n",
    ),
];

const FLAGS: [&str; 5] = ["--app", "app", "--dependency", "site", "--app-zip"];

#[track_caller]
fn packed(world: &World, flags: &[&str]) -> Vec<String> {
    world.pack(flags).exits(0);
    world.zip_names("dist/app.zip")
}

/// Runs a Python with a path in place of everything installed beside it.
fn run(world: &World, arguments: &[&str]) -> String {
    let mut command = Command::new(&any_python().path);
    command
        .args(["-I", "-S", "-B"])
        .args(arguments)
        .current_dir(world.path(""));
    let output = command.output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    String::from_utf8(text).unwrap()
}

#[test]
fn has_the_app_and_what_is_reached_of_its_dependencies_with_their_data() {
    let world = world();
    world.write("site/demo-1.0.dist-info/LICENSE", "Free.");
    world.write("site/absent-1.0.dist-info/METADATA", "Name: absent\n");
    world.write("site/absent-1.0.dist-info/RECORD", "absent/__init__.py,,\n");
    let names = packed(&world, &FLAGS);
    assert_snapshot!(names.join("\n"), @r"
    __main__.pyc
    demo-1.0.dist-info/LICENSE
    demo-1.0.dist-info/METADATA
    demo-1.0.dist-info/RECORD
    demo/__init__.pyc
    demo/data/a.txt
    demo/used.pyc
    helper.pyc
    spaces/
    spaces/inner/
    spaces/inner/leaf.pyc
    spaces/inner/leaf.txt
    table.csv
    ");
    // It lists what is there.
    let record = world.zip_file("dist/app.zip", "demo-1.0.dist-info/RECORD");
    assert_eq!(
        String::from_utf8(record).unwrap(),
        "demo/__init__.pyc,,\ndemo/data/a.txt,,\n"
    );
    let sources = packed(&world, &[&FLAGS[..], &["--payload", "source"]].concat());
    assert!(sources.contains(&"demo/used.py".to_owned()), "{sources:?}");
}

#[test]
fn of_a_wheel_is_the_same_as_of_a_folder() {
    let world = world();
    let folder = packed(&world, &FLAGS);
    let first = world.read("dist/app.zip");
    world.write("demo-1.0-py3-none-any.whl", zip_of(&PACKAGE));
    let wheel = ["--dependency", "demo-1.0-py3-none-any.whl", "--app-zip"];
    assert_eq!(packed(&world, &[&FLAGS[..2], &wheel].concat()), folder);
    assert_eq!(world.read("dist/app.zip"), first);
}

#[test]
fn runs_as_a_zip_and_unpacked() {
    let world = World::new();
    world.write("profile.yaml", "output: {compress: []}\n");
    let main = "import importlib.resources, importlib.metadata, pkgutil\nimport demo\n\
                print(importlib.resources.files(demo).joinpath('data.txt').read_text(), \
                pkgutil.get_data('demo', 'data.txt').decode(), importlib.metadata.version('demo'), demo.__doc__)\n\
                def f():\n    1 / 0\nf()\n";
    world.write("main.py", main);
    world.write("site/demo/__init__.py", "'Doc.'\n");
    world.write("site/demo/data.txt", "data");
    world.write(
        "site/demo-2.5.dist-info/METADATA",
        "Name: demo\nVersion: 2.5\n",
    );
    world.write("site/demo-2.5.dist-info/RECORD", "demo/__init__.py,,\n");
    let flags = ["--app", "main.py", "--dependency", "site", "--app-zip"];
    let python = &any_python().path;
    let command = ["--profile", "profile.yaml", "--build-python", python];
    // The library of the Python itself, because the tiny one has no importlib.metadata.
    let strict = ["--optimize", "2", "--strip", "docstrings,asserts,columns"];
    world
        .run(&[&command[..], &flags, &strict].concat())
        .exits(0);
    let zip = run(&world, &["dist/app.zip"]);
    assert!(zip.starts_with("data data 2.5 Doc.\n"), "{zip}");
    assert!(
        zip.contains("File \"__main__.py\", line 6, in <module>"),
        "{zip}"
    );
    assert!(!zip.contains("[dir]"), "{zip}");
    let unpack = "import zipfile; zipfile.ZipFile('dist/app.zip').extractall('unpacked')";
    assert_eq!(run(&world, &["-c", unpack]), "");
    assert_eq!(run(&world, &["unpacked"]), zip);
    // It is in the library what the zip needs to run.
    let verified = world.run(&["verify", "--build-python", python, "--app", "dist/app.zip"]);
    // The program raises an exception with both libraries, so that it cannot be compared.
    let said = verified.exits(1).said();
    assert!(said.contains(" from app.zip"), "{said}");
    assert!(
        said.contains("dist/app.zip: fails with the full library as well"),
        "{said}"
    );
}

#[test]
fn starts_where_the_program_does() {
    let world = world();
    world.write(
        "site/tool.py",
        "def main():\n    print('tool')\n    return 3\n",
    );
    world.write("script.py", "print('script')\n");
    let start = |flags: &[&str]| {
        let all = [flags, &["--dependency", "site", "--app-zip"]].concat();
        packed(&world, &all);
        run(
            &world,
            &[
                "-c",
                "import runpy, sys; sys.path[:0] = ['Lib']; runpy.run_path('dist/app.zip', run_name='__main__')",
            ],
        )
    };
    assert_eq!(start(&["--app", "script.py"]), "script\n");
    // Like the script of an entry point.
    assert_eq!(start(&["--entry", "tool:main"]), "tool\n");
    let main = world.zip_file("dist/app.zip", "__main__.pyc");
    let source = packed(
        &world,
        &[
            "--entry",
            "tool:main",
            "--dependency",
            "site",
            "--app-zip",
            "--payload",
            "source",
        ],
    );
    assert!(source.contains(&"__main__.py".to_owned()) && !main.is_empty());
    let text = world.zip_file("dist/app.zip", "__main__.py");
    assert_eq!(
        String::from_utf8(text).unwrap(),
        "import sys\nfrom tool import main\nsys.exit(main())\n"
    );
    // Where it starts is not clear.
    let two = ["--app", "script.py", "--app", "app/helper.py", "--app-zip"];
    assert_eq!(packed(&world, &two), Vec::<String>::new());
    let outcome = world.pack(&["--app-zip"]);
    assert_snapshot!(outcome.exits(2).err, @"
    error[invalid-argument]: there is nothing to pack into app.zip
     |
     = help: name your program with --app, or a function of a dependency with --entry
    ");
}

/// Programs read docstrings and annotations, and rely on assertions.
#[test]
fn strips_what_programs_see_only_when_asked() {
    let world = world();
    let strip = ["--optimize", "2", "--strip", "docstrings,asserts,lines"];
    let flags = [&FLAGS[..], &strip].concat();
    let has = |flags: &[&str], name: &str, text: &str| {
        packed(&world, flags);
        let bytes = world.zip_file("dist/app.zip", name);
        bytes
            .windows(text.len())
            .any(|part| part == text.as_bytes())
    };
    assert!(has(&flags, "helper.pyc", "Doc."));
    assert!(has(&flags, "helper.pyc", "AssertionError") || has(&flags, "helper.pyc", "__doc__"));
    let stripped = [&flags[..], &["--app-strip", "docstrings,asserts"]].concat();
    assert!(!has(&stripped, "helper.pyc", "Doc."));
    assert!(!has(&stripped, "helper.pyc", "__doc__"));
    world.write(
        "profile.yaml",
        "output: {compress: [], app: true, app-strip: [docstrings, asserts]}\n",
    );
    assert!(!has(&FLAGS[..4], "helper.pyc", "Doc."));
}

#[test]
fn leaves_out_what_is_no_part_of_a_project() {
    let world = World::new();
    world.write("profile.yaml", "output: {compress: []}\n");
    for (path, text) in [
        ("pyproject.toml", ""),
        ("README.md", ""),
        ("src/demo/__init__.py", "from . import shared\n"),
        ("src/demo/shared.py", ""),
        ("src/demo/page.html", ""),
        ("tests/test_demo.py", ""),
        ("tests/data.txt", ""),
        ("docs/conf.py", ""),
    ] {
        world.write(&format!("project/{path}"), text);
    }
    let found = packed(&world, &["--app", "project", "--app-zip"]);
    assert_eq!(
        found,
        ["demo/__init__.pyc", "demo/page.html", "demo/shared.pyc"]
    );
    // A module in the folder itself makes its files data.
    world.write("project/main.py", "");
    let found = packed(&world, &["--app", "project", "--app-zip"]);
    assert!(found.contains(&"README.md".to_owned()), "{found:?}");
    let exclude = ["--app-exclude", "*.md", "--app-exclude", "**/page.html"];
    let found = packed(
        &world,
        &[&["--app", "project", "--app-zip"], &exclude[..]].concat(),
    );
    assert!(
        !found
            .iter()
            .any(|name| name.ends_with(".md") || name.ends_with(".html"))
    );
}

/// A bundle in the folder of the app, and what this program reads there, would make each bundle another one.
#[test]
fn does_not_contain_itself() {
    let world = world();
    world.write(
        "app/own.yaml",
        "output: {compress: [], app: true, dir: app/web}\n",
    );
    let flags = [
        "--app",
        "app",
        "--dependency",
        "site",
        "--depfile",
        "app/deps.d",
    ];
    let pack = || {
        let python = &any_python().path;
        let named = [
            "--profile",
            "app/own.yaml",
            "--stdlib",
            "Lib",
            "--build-python",
            python,
        ];
        world.run(&[&named[..], &flags].concat()).exits(0);
        (
            world.zip_names("app/web/app.zip"),
            world.read("app/web/app.zip"),
        )
    };
    let first = pack();
    world.write("app/stdlib-pack.lock", "version: 1\nbundles: {}\n");
    assert_eq!(pack(), first);
    assert!(!first.0.contains(&"own.yaml".to_owned()));
    assert!(first.0.contains(&"table.csv".to_owned()));
}

#[test]
fn is_all_written_or_nothing() {
    let world = world();
    world.write("dist/app.zip", "mine");
    let outcome = world.pack(&FLAGS);
    assert_snapshot!(outcome.exits(2).err, @"error[output-conflict]: 'dist/app.zip' exists and belongs to no bundle: move it away, or choose another folder; nothing was written");
    assert_eq!(world.files("dist").len(), 1);
    std::fs::remove_file(world.path("dist/app.zip")).unwrap();
    packed(&world, &FLAGS);
    // Without it, the old one goes.
    world.pack(&FLAGS[..4]).exits(0);
    assert!(!world.files("dist").contains_key("app.zip"));
}

#[test]
fn is_in_the_receipt_the_lock_and_the_cache_and_is_rebuilt() {
    let world = world();
    packed(&world, &FLAGS);
    let receipt = world.json(&format!("dist/{}.json", any_python().stem()));
    let app = &receipt["app_zip"];
    assert_eq!(app["modules"]["demo.used"]["of"], "dependency");
    assert_eq!(app["modules"]["demo.used"]["importer"], "__main__");
    assert_eq!(app["modules"]["helper"]["of"], "app");
    assert_eq!(app["modules"]["spaces"]["kind"], "namespace");
    assert_eq!(app["distributions"]["demo"], "1.0");
    assert_eq!(app["files"]["table.csv"]["bytes"], 4);
    assert!(receipt["outputs"]["app.zip"]["sha256"].is_string());
    let inputs = ["--stdlib", "Lib", "--build-python", &any_python().path];
    let rebuild = [&["verify", "--rebuild", "dist"], &inputs[..], &FLAGS[..4]].concat();
    world.run(&rebuild).exits(0);
    let lock = |more: &[&str]| {
        let profile = ["--profile", "profile.yaml"];
        world.run(&[&["lock"], &profile[..], &inputs, &FLAGS, more].concat())
    };
    lock(&[]).exits(0);
    world.pack(&[&FLAGS[..], &["--locked"]].concat()).exits(0);
    // Other data makes another bundle, whose lock says which file differs.
    world.write("app/table.csv", "1;3\n");
    let outcome = world.pack(&[&FLAGS[..], &["--locked"]].concat()).exits(1);
    assert!(
        outcome
            .out
            .contains("other files in app.zip (1, ±0 bytes in the zip):"),
        "{}",
        outcome.out
    );
    packed(&world, &FLAGS);
    let table = world.zip_file("dist/app.zip", "table.csv");
    assert_eq!(table, b"1;3\n");
    world.run(&rebuild).exits(0);
    world.write("site/demo/data/a.txt", "B");
    packed(&world, &FLAGS);
    assert_eq!(world.zip_file("dist/app.zip", "demo/data/a.txt"), b"B");
    world.write("app/table.csv", "1;4\n");
    world.run(&rebuild).exits(1);
}

#[test]
fn is_explained_and_limited_by_a_budget() {
    let world = world();
    let why = |module: &str, flags: &[&str]| {
        let python = &any_python().path;
        let inputs = [
            "--profile",
            "profile.yaml",
            "--stdlib",
            "Lib",
            "--build-python",
            python,
        ];
        world.run(&[&["why", module], &inputs[..], flags].concat())
    };
    let said = why("demo.used", &FLAGS).exits(0).out;
    let chain = said.split("size:").next().unwrap().to_owned();
    assert_snapshot!(chain, @"
    demo.used is in app.zip:
      __main__   part of the app
      demo.used  imported by __main__:1
    ");
    assert_snapshot!(why("demo.unused", &FLAGS).exits(1).out, @"demo.unused is not in the bundle: nothing in the bundle imports it");
    assert_snapshot!(why("helper", &FLAGS[..4]).exits(1).out, @"
    helper is not in the bundle: it is of the app or of a dependency, and needed: --app-zip packs it into app.zip
      helper  part of the app
    ");
    world.write(
        "profile.yaml",
        "output: {compress: []}\nbudget: {app: {zip: 1 KB}}\n",
    );
    let error = world.pack(&FLAGS).exits(1).err;
    assert!(
        error.starts_with("error[budget-exceeded]: app.zip is "),
        "{error}"
    );
    assert!(error.contains("demo, kept by"), "{error}");
    assert!(!world.path("dist").exists());
}

/// The name of an extension module says what loads it.
#[test]
fn has_extension_modules_that_the_target_loads() {
    let world = world();
    let tag = any_python().version.replace('.', "");
    let other = format!("site/demo/fast.cpython-{tag}-wasm32-emscripten.so");
    world.write("site/demo/fast.so", b"\x7fELF");
    world.write(&other, b"\0asm");
    world.write("site/demo/used.py", "import demo.fast\n");
    let outcome = world.pack(&FLAGS).exits(0);
    assert_snapshot!(outcome.err.replace(&tag, "3xx"), @"
    warning[extension-modules-in-app-zip]: app.zip has extension modules, which cannot be loaded from a zip: demo.fast
     |
     = help: unpack app.zip where it runs; list what they import under 'hidden-imports' in the profile, unless their strings name it
    warning[foreign-extension-modules]: left out: native with this Python does not load an extension module of this name
    --> site/demo/fast.cpython-3xx-wasm32-emscripten.so
    ");
    let names = world.zip_names("dist/app.zip");
    assert!(names.contains(&"demo/fast.so".to_owned()), "{names:?}");
    assert!(
        !names.iter().any(|name| name.contains("wasm32")),
        "{names:?}"
    );
    world.write(
        "profile.yaml",
        "target: emscripten-browser\noutput: {compress: []}\n",
    );
    let names = packed(&world, &FLAGS);
    assert!(
        names.iter().any(|name| name.contains("wasm32")),
        "{names:?}"
    );
}

/// Shared libraries of wheels, and Python files that a package only copies or reads.
#[test]
fn has_what_else_packages_read() {
    let world = world();
    world.write(
        "site/demo/used.py",
        "import demo.fast\nSCRIPT = 'started.py'\n",
    );
    for (path, bytes) in [
        ("demo/fast.so", &b"\x7fELF"[..]),
        ("demo.libs/libfast-1.so.2", b"\x7fELF"),
        ("demo.libs/libother.so", b"\x7fELF"),
        ("demo/.dylibs/libfast.dylib", b""),
        ("other.libs/libother-1.so.2", b""),
        ("demo/started.py", b""),
        ("demo/templates/new.py", b"import $name"),
        ("demo/templates/tests/new.py", b""),
        ("spaces/inner/unused.py", b""),
    ] {
        world.write(&format!("site/{path}"), bytes);
    }
    world.write("site/demo-1.0.dist-info/RECORD", "demo/fast.so,,\n");
    let names = packed(&world, &FLAGS);
    let added = ["fast", "libs", "dylibs", "started", "templates", "unused"];
    let names = names
        .iter()
        .filter(|name| added.iter().any(|part| name.contains(part)));
    assert_snapshot!(names.cloned().collect::<Vec<_>>().join("\n"), @"
    demo.libs/libfast-1.so.2
    demo.libs/libother.so
    demo/.dylibs/libfast.dylib
    demo/fast.so
    demo/started.py
    demo/templates/new.py
    ");
}

/// A module that does not compile fails when it is imported, as before.
#[test]
fn keeps_sources_that_do_not_compile() {
    let world = world();
    // Only the compiler rejects it.
    world.write("site/demo/used.py", "def f():\n    nonlocal x\n");
    let names = packed(&world, &FLAGS);
    assert!(names.contains(&"demo/used.py".to_owned()), "{names:?}");
}

#[test]
fn packed_forms_and_side_files_are_made_of_it() {
    let world = world();
    let flags = ["--compress", "brotli,packed", "--sbom", "--checksums"];
    packed(&world, &[&FLAGS[..], &flags].concat());
    let files = world.files("dist");
    for name in ["app.zip", "app.zip.br", "app.zip.packed.br"] {
        assert!(files.contains_key(name), "{name}");
    }
    let unpacked = ["unpack", "dist/app.zip.packed.br", "--out", "again.zip"];
    world.run(&unpacked).exits(0);
    assert_eq!(world.read("again.zip"), files["app.zip"]);
    let stem = any_python().stem();
    let bill = world.json(&format!("dist/{stem}.cdx.json"));
    let components = bill["components"].as_array().unwrap();
    assert_eq!(components[1]["purl"], "pkg:pypi/demo@1.0");
    assert_eq!(components[2]["type"], "application");
    let sums = String::from_utf8(files[&format!("{stem}.sha256")].clone()).unwrap();
    assert!(sums.contains("  app.zip.packed.br\n"), "{sums}");
    let said = world.run(&["inspect", "dist/app.zip"]).exits(0).out;
    assert!(
        said.contains("modules were not checked: they need the bundle's library"),
        "{said}"
    );
    let pyodide = world.run(&["snippet", "pyodide", "dist"]).exits(0).out;
    assert!(
        pyodide.contains("pyodide.unpackArchive(app, \"zip\""),
        "{pyodide}"
    );
    assert!(!pyodide.contains("@APP"), "{pyodide}");
    for kind in ["emscripten", "nginx", "apache", "node"] {
        let text = world.run(&["snippet", kind, "dist"]).exits(0).out;
        assert!(text.contains("app"), "{kind}: {text}");
    }
}
