//! `--dependency`: only what the app reaches of a package is in the bundle.

use insta::assert_snapshot;

use crate::common::{World, any_python, zip_of};

const PACKAGE: [(&str, &str); 4] = [
    (
        "demo/__init__.py",
        "def used():\n    import lonely\ndef unused():\n    import greet\n",
    ),
    ("demo/unused.py", "import greet\n"),
    ("demo/tool.py", "def main():\n    import lazily\n"),
    ("demo-1.0.dist-info/METADATA", "Name: demo\n"),
];

/// A world with an app that uses one function of the package `demo`.
fn world() -> World {
    let world = World::new();
    world.write("profile.yaml", "output: {compress: []}\n");
    world.write("app.py", "import demo\ndemo.used()\n");
    world
}

/// The modules that are packed, but for those that start Python.
#[track_caller]
fn packed(world: &World, flags: &[&str]) -> Vec<String> {
    world.pack(flags).exits(0);
    let names = world.zip_names(&format!("dist/{}.zip", any_python().stem()));
    let own = names
        .into_iter()
        .filter(|name| !name.starts_with("encodings"));
    own.collect()
}

fn write_package(world: &World, folder: &str) {
    for (path, text) in PACKAGE {
        world.write(&format!("{folder}/{path}"), text);
    }
}

#[test]
fn as_a_wheel_a_package_and_a_folder_of_packages() {
    let world = world();
    world.write("demo-1.0-py3-none-any.whl", zip_of(&PACKAGE));
    write_package(&world, "site-packages");
    write_package(&world, "venv/lib/python3.13/site-packages");
    world.write("venv/pyvenv.cfg", "");
    for path in [
        "demo-1.0-py3-none-any.whl",
        "site-packages",
        "site-packages/demo",
        "venv",
    ] {
        let flags = ["--app", "app.py", "--dependency", path];
        let found = packed(&world, &[&flags[..], &["--depfile", "deps.d"]].concat());
        assert_eq!(found, ["lonely.pyc"], "{path}");
        // The file that was read, or the wheel that has it.
        let depfile = String::from_utf8(world.read("deps.d")).unwrap();
        let read = ["demo/__init__.py", ".whl"];
        assert!(read.iter().any(|end| depfile.contains(end)), "{depfile}");
    }
}

#[test]
fn with_an_entry_point_in_place_of_an_app() {
    let world = world();
    write_package(&world, "packages");
    let flags = ["--dependency", "packages", "--entry", "demo.tool:main"];
    assert_eq!(packed(&world, &flags), ["lazily.pyc"]);
    let profile = "entry-points: ['demo.tool:main']\noutput: {compress: []}\n";
    world.write("profile.yaml", profile);
    assert_eq!(packed(&world, &flags[..2]), ["lazily.pyc"]);
    let outcome = world.pack(&["--entry", "demo:main", "--entry", "a:"]);
    assert_snapshot!(outcome.exits(2).err, @"
    error[invalid-module-name]: 'a:' is not an entry point
     |
     = note: requested by --entry a:
     = help: write it like package.module:function, or the name of a module
    ");
    let outcome = world.pack(&["--entry", "demo:main"]);
    assert_snapshot!(outcome.exits(2).err, @"
    error[unknown-module]: neither the app nor a dependency has the module 'demo.tool'
     --> profile.yaml:1:16
      |
    1 | entry-points: ['demo.tool:main']
      |                ^^^^^^^^^^^^^^^^
      |
      = help: give its package with --dependency, or your own code with --app
    error[unknown-module]: neither the app nor a dependency has the module 'demo'
     |
     = note: requested by --entry demo:main
     = help: give its package with --dependency, or your own code with --app
    ");
}

#[test]
fn in_the_profile_and_without_a_program() {
    let world = world();
    write_package(&world, "profiles/packages");
    world.write(
        "profiles/own.yaml",
        "dependencies: [packages]\noutput: {compress: []}\n",
    );
    world.write("profile.yaml", "extends: [profiles/own.yaml]\n");
    assert_eq!(packed(&world, &["--app", "app.py"]), ["lonely.pyc"]);
    assert_snapshot!(world.pack(&[]).exits(2).err, @"
    error[invalid-argument]: nothing imports the dependencies
     |
     = help: name your program with --app, or a function of a dependency with --entry
    ");
}

#[test]
fn of_a_requirements_file() {
    let world = world();
    world.write("wheels/demo-1.0-py3-none-any.whl", zip_of(&PACKAGE));
    world.write("requirements.txt", "demo==1.0\nother ; os_name == 'nt'\n");
    let flags = [
        "--app",
        "app.py",
        "--requirements",
        "requirements.txt",
        "--wheels",
        "wheels",
    ];
    assert_eq!(packed(&world, &flags), ["lonely.pyc"]);
    world.write("requirements.txt", "demo==2.0\nabsent\n");
    assert_snapshot!(world.pack(&flags).exits(2).err, @"error[invalid-dependency]: cannot use 'requirements.txt': 'wheels' has no wheel of demo 2.0, absent: download them with 'pip download --only-binary :all: --dest wheels'");
    let hash = "0".repeat(64);
    world.write(
        "requirements.txt",
        format!("demo==1.0 --hash=sha256:{hash}\n"),
    );
    let said = world.pack(&flags).exits(2).err;
    assert!(said.contains("download it again"), "{said}");
    assert_snapshot!(world.pack(&flags[..4]).exits(2).err.lines().next().unwrap(), @"error: the following required arguments were not provided:");
}

/// As `pip install` does: what a package requires need not stand in the file.
#[test]
fn of_a_requirements_file_with_what_they_require() {
    let world = world();
    world.write("app.py", "import first\n");
    let metadata = "Requires-Dist: Second[fast] (>=1)\nRequires-Dist: absent\nRequires-Dist: demo; extra == 'x'\n";
    for (name, source, metadata) in [
        ("first", "import second\n", metadata),
        (
            "second",
            "import third\n",
            "Requires-Dist: first\nRequires-Dist: third; extra == 'fast'\n\nRequires-Dist: demo",
        ),
        ("third", "import lonely\n", ""),
        ("demo", "", ""),
    ] {
        let module = (format!("{name}.py"), source);
        let metadata = (format!("{name}-1.0.dist-info/METADATA"), metadata);
        let files = [module, metadata];
        let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (&**path, *text)).collect();
        world.write_zip(&format!("wheels/{name}-1.0-py3-none-any.whl"), &files);
    }
    world.write("requirements.txt", "first\n");
    let flags = [
        "--app",
        "app.py",
        "--requirements",
        "requirements.txt",
        "--wheels",
        "wheels",
    ];
    assert_eq!(packed(&world, &flags), ["lonely.pyc"]);
    let receipt = String::from_utf8(world.read(&format!("dist/{}.json", any_python().stem())));
    assert!(!receipt.unwrap().contains("demo-1.0"));
    // A version that the file pins is that of all that require the package.
    world.write_zip(
        "wheels/third-2.0-py3-none-any.whl",
        &[("third.py", "import greet\n")],
    );
    let ambiguous = world.pack(&flags).exits(2).err;
    assert!(ambiguous.contains("or name its version"), "{ambiguous}");
    world.write("requirements.txt", "first\nthird==1.0\n");
    assert_eq!(packed(&world, &flags), ["lonely.pyc"]);
}

/// Some packages carry others in a folder that they put on `sys.path`.
#[test]
fn with_vendored_packages() {
    let world = world();
    world.write("app.py", "import demo.core\n");
    let init = "import sys\nsys.path.insert(0, __file__.replace('__init__.py', '_vendor'))\n";
    for (path, text) in [
        ("demo/__init__.py", init),
        (
            "demo/core.py",
            "from carried import find\nimport also\nfind()\nalso.greeting()\n",
        ),
        (
            "demo/_vendor/carried/__init__.py",
            "def find():\n    import lonely\n",
        ),
        (
            "demo/_vendor/also.py",
            "def greeting():\n    import greet\ndef unused():\n    import lazily\n",
        ),
    ] {
        world.write(&format!("site/{path}"), text);
    }
    let flags = ["--app", "app.py", "--dependency", "site"];
    let outcome = world.pack(&flags).exits(0);
    assert_eq!(outcome.err, "");
    let expected = [
        "greet.pyc",
        "lonely.pyc",
        "names/__init__.pyc",
        "names/world.pyc",
    ];
    assert_eq!(packed(&world, &flags), expected);
}

/// A folder such as that of `pip download`.
#[test]
fn in_a_folder_of_wheels() {
    let world = world();
    world.write("app.py", "import first, second\n");
    for name in ["first", "second"] {
        let file = format!("{name}.py");
        world.write_zip(
            &format!("wheels/{name}-1.0-py3-none-any.whl"),
            &[(&*file, "import lonely\n")],
        );
    }
    let outcome = world
        .pack(&["--app", "app.py", "--dependency", "wheels"])
        .exits(0);
    assert_eq!(outcome.err, "");
}

#[test]
fn that_is_missing_or_empty() {
    let world = world();
    std::fs::create_dir(world.path("empty")).unwrap();
    let refused = |path| {
        world
            .pack(&["--app", "app.py", "--dependency", path])
            .exits(2)
            .err
    };
    assert_snapshot!(refused("no"), @"error[invalid-dependency]: there is no dependency at 'no': no such file or folder");
    assert_snapshot!(refused("empty"), @"error[invalid-dependency]: 'empty' holds no Python modules: name a wheel, a folder of wheels, a zip, a package or a folder of packages such as site-packages");
    world.write("bad.whl", "no zip");
    assert_snapshot!(refused("bad.whl"), @"error[invalid-dependency]: 'bad.whl' is not a readable zip: invalid Zip archive: Could not find EOCD");
}

#[test]
fn that_needs_another_one_says_so() {
    let world = world();
    world.write("packages/demo.py", "import lonely, absent\ntry:\n    import optional\nexcept ImportError:\n    pass\ndef used(): pass\n");
    let outcome = world.pack(&["--app", "app.py", "--dependency", "packages"]);
    assert_snapshot!(outcome.exits(0).err, @"
    warning[third-party-import]: 'absent' is not in the standard library, and what it imports is not packed: give its package with --dependency
    --> packages/demo.py:1
    ");
}

/// The receipt tells which files were read, and the bundle is the same again. Later edits make another one.
#[test]
fn in_the_receipt_and_the_cache() {
    let world = world();
    write_package(&world, "packages");
    let flags = ["--app", "app.py", "--dependency", "packages"];
    assert_eq!(packed(&world, &flags), ["lonely.pyc"]);
    let receipt = world.json(&format!("dist/{}.json", any_python().stem()));
    assert_eq!(receipt["inputs"]["dependencies"][0]["name"], "packages");
    assert_eq!(receipt["inputs"]["dependencies"][0]["files"], 1);
    let rebuild = [
        "verify",
        "--rebuild",
        "dist",
        "--stdlib",
        "Lib",
        "--build-python",
        &any_python().path,
    ];
    world.run(&[&rebuild[..], &flags].concat()).exits(0);
    let said = world
        .run(&[&rebuild[..], &flags[..2]].concat())
        .exits(2)
        .err;
    assert_snapshot!(said, @"error[invalid-argument]: the bundle was built with packages: pass it with --dependency");
    // A file that was not read.
    world.write("packages/demo/unused.py", "import lazily\n");
    assert_eq!(packed(&world, &flags), ["lonely.pyc"]);
    world.write(
        "packages/demo/__init__.py",
        "def used():\n    import greet\n",
    );
    let found = packed(&world, &flags);
    assert!(found.contains(&"greet.pyc".to_owned()), "{found:?}");
}

#[test]
fn files_of_a_project_that_are_no_part_of_its_program() {
    let world = world();
    world.write("project/pyproject.toml", "");
    world.write("project/src/demo/__init__.py", "import lonely\n");
    world.write("project/tests/test_demo.py", "import greet\n");
    world.write("project/setup.py", "import greet\n");
    world.write("project/tool.py", "import lazily\n");
    let outcome = world.pack(&["--app", "project"]).exits(0);
    assert_snapshot!(outcome.err, @"
    warning[excluded-app-files]: not part of the program, like 2 more files: '--app-exclude none' makes them count
    --> project/setup.py
    ");
    let found = |flags: &[&str]| packed(&world, &[&["--app", "project"], flags].concat());
    assert_eq!(found(&[]), ["lazily.pyc", "lonely.pyc"]);
    assert_eq!(found(&["--app-exclude", "tool.py"]), ["lonely.pyc"]);
    let whole = found(&["--app-exclude", "none"]);
    assert!(whole.contains(&"greet.pyc".to_owned()), "{whole:?}");
    // What the program imports counts.
    world.write("project/src/demo/__init__.py", "import tests.test_demo\n");
    let imported = found(&["--app-exclude", "tool.py"]);
    assert!(imported.contains(&"greet.pyc".to_owned()), "{imported:?}");
}
