//! Packages that are installed into the folder or zip of an app, as by `pip install --target`.

use std::fs;

use crate::common::{Outcome, World, any_python, zip_of};

/// The files of an app and of a package that is installed beside it, with a namespace package.
const FILES: [(&str, &str); 6] = [
    ("__main__.py", "import demo, space.part\ndemo.used()\n"),
    (
        "demo/__init__.py",
        "def used():\n    import lonely\ndef unused():\n    import greet\n",
    ),
    ("demo/unused.py", "import greet\n"),
    ("space/part.py", ""),
    ("demo-1.0.dist-info/METADATA", "Name: demo\nVersion: 1.0\n"),
    (
        "demo-1.0.dist-info/RECORD",
        "demo/__init__.py,,\ndemo/unused.py,,\nspace/part.py,,\n../bin/demo,,\n\
         demo-1.0.dist-info/METADATA,,\ndemo-1.0.dist-info/RECORD,,\n",
    ),
];

/// What is packed if the package is the app.
const ALL: [&str; 4] = [
    "greet.pyc",
    "lonely.pyc",
    "names/__init__.pyc",
    "names/world.pyc",
];

fn world() -> World {
    let world = World::new();
    world.write("profile.yaml", "output: {compress: []}\n");
    for (path, text) in FILES {
        world.write(&format!("app/{path}"), text);
    }
    world
}

/// Packs for the app at `path`, and returns what is said and the modules, but for those that start Python.
#[track_caller]
fn pack(world: &World, path: &str) -> (Outcome, Vec<String>) {
    let outcome = world.pack(&["--app", path, "--app-zip"]).exits(0);
    let mut names = world.zip_names(&format!("dist/{}.zip", any_python().stem()));
    names.retain(|name| !name.starts_with("encodings"));
    (outcome, names)
}

#[test]
fn they_are_dependencies() {
    let world = world();
    world.write_zip("app.pyz", &FILES);
    for app in ["app", "app.pyz"] {
        let (said, names) = pack(&world, app);
        assert_eq!(names, ["lonely.pyc"], "{app}");
        let line = "app: 1 package installed in it, packed as far as needed\n";
        assert!(said.out.contains(line), "{}", said.out);
        let files = world.zip_names("dist/app.zip");
        for (file, is_packed) in [
            ("__main__.pyc", true),
            ("demo/__init__.pyc", true),
            ("demo/unused.pyc", false),
            ("space/part.pyc", true),
            ("demo-1.0.dist-info/METADATA", true),
        ] {
            assert_eq!(
                files.contains(&file.to_owned()),
                is_packed,
                "{file}: {files:?}"
            );
        }
    }
}

#[test]
fn without_other_code_they_are_the_app() {
    let world = world();
    fs::remove_file(world.path("app/__main__.py")).unwrap();
    world.write("demo-1.0-py3-none-any.whl", zip_of(&FILES));
    for app in ["app", "demo-1.0-py3-none-any.whl"] {
        let (said, names) = pack(&world, app);
        assert_eq!(names, ALL, "{app}");
        assert!(!said.out.contains("installed"), "{}", said.out);
    }
}

/// An app whose own code uses nothing of them would have nearly nothing of theirs.
#[test]
fn beside_code_that_does_not_use_them_they_are_the_app() {
    let world = world();
    world.write("app/__main__.py", "import sys\n");
    assert_eq!(pack(&world, "app").1, ALL);
    // pip puts scripts into `bin`, and lists them elsewhere.
    fs::remove_file(world.path("app/__main__.py")).unwrap();
    world.write("app/bin/demo.py", "import demo\n");
    let record = FILES[5].1.replace("../bin/demo,,", "../../bin/demo.py,,");
    world.write("app/demo-1.0.dist-info/RECORD", record);
    assert_eq!(pack(&world, "app").1, ALL);
}

#[test]
fn they_come_before_other_dependencies() {
    let world = world();
    world.write("more/demo/__init__.py", "def used():\n    import greet\n");
    let flags = [
        "--app",
        "app",
        "--dependency",
        "more",
        "--dependency",
        "app/demo",
    ];
    world.pack(&flags).exits(0);
    let mut names = world.zip_names(&format!("dist/{}.zip", any_python().stem()));
    names.retain(|name| !name.starts_with("encodings"));
    assert_eq!(names, ["lonely.pyc"]);
}

#[test]
fn paths_may_have_other_forms() {
    let world = world();
    let digest = |app: &str| {
        assert_eq!(pack(&world, app).1, ["lonely.pyc"], "{app}");
        world.json(&format!("dist/{}.json", any_python().stem()))["inputs"]["app"].clone()
    };
    let plain = digest("app");
    assert_eq!(digest("app/"), plain);
    assert_eq!(digest("./app"), plain);
    let record = FILES[5].1.replace("demo/", "./demo\\");
    world.write("app/demo-1.0.dist-info/RECORD", record);
    digest("app");
    world.write("app/pyvenv.cfg", "");
    world.write("app/lib/python3.13/site-packages/other.py", "");
    digest("app");
}

/// What is in the depfile and in the digest is what was read.
#[test]
fn changes_count_as_far_as_they_are_read() {
    let world = world();
    let digest = |world: &World| {
        world.pack(&["--app", "app", "--depfile", "deps"]).exits(0);
        let receipt = world.json(&format!("dist/{}.json", any_python().stem()));
        receipt["inputs"]["app"][0]["sha256"].to_string()
    };
    let before = digest(&world);
    let deps = String::from_utf8(world.read("deps")).unwrap();
    for (file, is_read) in [
        ("app/demo/__init__.py", true),
        ("app/demo/unused.py", false),
        ("app/demo-1.0.dist-info/RECORD", true),
    ] {
        assert_eq!(deps.contains(file), is_read, "{file}: {deps}");
    }
    world.write("app/demo/unused.py", "import names\n");
    assert_eq!(digest(&world), before);
    world.write("app/demo/__init__.py", "def used():\n    import names\n");
    assert_ne!(digest(&world), before);
}

#[test]
fn a_bundle_with_them_is_rebuilt() {
    let world = world();
    let (_, names) = pack(&world, "app");
    assert_eq!(names, ["lonely.pyc"]);
    let flags = [
        "verify",
        "dist",
        "--rebuild",
        "--app",
        "app",
        "--stdlib",
        "Lib",
    ];
    let python = ["--build-python", &any_python().path];
    world.run(&[&flags[..], &python].concat()).exits(0);
}

#[test]
fn zips_that_unpack_packages_are_refused() {
    let world = World::new();
    for (folder, files) in [
        (
            "site-packages",
            &["environment.json", "_bootstrap/__init__.py"][..],
        ),
        (".deps", &["PEX-INFO"]),
    ] {
        let mut entries = vec![("__main__.py", "import greet\n")];
        entries.extend(files.iter().map(|file| (*file, "")));
        world.write_zip("tool.pyz", &entries);
        let said = world.pack(&["--app", "tool.pyz"]).exits(2).err;
        let reason = format!("unpacks the packages in '{folder}'");
        assert!(said.contains(&reason), "{said}");
    }
}
