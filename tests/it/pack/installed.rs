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
        assert_eq!(
            names,
            [
                "greet.pyc",
                "lonely.pyc",
                "names/__init__.pyc",
                "names/world.pyc"
            ],
            "{app}"
        );
        assert!(!said.out.contains("installed"), "{}", said.out);
    }
}

#[test]
fn a_change_of_them_makes_a_new_bundle() {
    let world = world();
    let digest = |world: &World| {
        pack(world, "app");
        let receipt = world.json(&format!("dist/{}.json", any_python().stem()));
        receipt["inputs"]["app"][0]["sha256"].to_string()
    };
    let before = digest(&world);
    assert_eq!(digest(&world), before);
    world.write("app/demo/unused.py", "import names\n");
    assert_ne!(digest(&world), before);
}

#[test]
fn zips_that_unpack_them_are_refused() {
    let world = World::new();
    for folder in ["site-packages", ".deps/demo-1.0-py3-none-any.whl"] {
        let metadata = format!("{folder}/demo-1.0.dist-info/METADATA");
        world.write_zip(
            "tool.pyz",
            &[("__main__.py", "import os\n"), (&metadata, "Name: demo\n")],
        );
        let said = world.pack(&["--app", "tool.pyz"]).exits(2).err;
        let top = folder.split('/').next().unwrap_or_default();
        assert!(
            said.contains(&format!("unpacks the packages in '{top}'")),
            "{said}"
        );
    }
}
