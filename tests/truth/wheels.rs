//! Packages of others, with extension modules in which no import can be read: they do the same on their bundles.

use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::process::{Command, Output};

use zip::ZipArchive;

use crate::PROFILE;
use crate::common::World;
use crate::common::pythons::{Python, any_python};

/// The wheel of a package that `make setup` fetches.
fn wheel(package: &str) -> PathBuf {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/tools/wheels");
    let entries =
        fs::read_dir(folder).unwrap_or_else(|_| panic!("{folder} is missing: run make setup"));
    let tag = any_python().version.replace('.', "");
    let wheels = entries.flatten().map(|entry| entry.path());
    let mut wheels = wheels.filter(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with(&format!("{package}-")) && name.contains(&format!("-cp{tag}-"))
    });
    wheels
        .next()
        .unwrap_or_else(|| panic!("there is no wheel of {package}: run make setup"))
}

/// Runs the app, with what is in the wheel beside it.
fn run(world: &World, python: &Python, home: Option<&str>) -> Output {
    let mut command = Command::new(&python.path);
    command
        .env_clear()
        .env("PYTHONPATH", world.path("packages"));
    if let Some(home) = home {
        command.env("PYTHONHOME", world.path(home));
    }
    let command = command.args(["-S", "-s", "-B"]);
    command.arg(world.path("app.py")).output().unwrap()
}

#[track_caller]
fn does_the_same(package: &str, program: &str) {
    let (world, python) = (World::empty(), any_python());
    let wheel = wheel(package);
    world.write("app.py", program);
    world.write("profile.yaml", PROFILE);
    let mut archive = ZipArchive::new(File::open(&wheel).unwrap()).unwrap();
    archive.extract(world.path("packages")).unwrap();
    let whole = run(&world, python, None);
    assert!(
        whole.status.success(),
        "{}",
        String::from_utf8_lossy(&whole.stderr)
    );
    let wheel = wheel.display().to_string();
    let flags = [
        "--app",
        "app.py",
        "--app",
        &wheel,
        "--build-python",
        &python.path,
    ];
    let packed = world.run(&[&["--profile", "profile.yaml"], &flags[..]].concat());
    packed.exits(0);
    let stem = python.stem();
    let library = world.path(&format!("home/lib/python{}", python.version));
    fs::create_dir_all(&library).unwrap();
    symlink(python.extensions(), library.join("lib-dynload")).unwrap();
    let zip = world.path(&format!("home/lib/{stem}.zip"));
    fs::copy(world.path(&format!("dist/{stem}.zip")), zip).unwrap();
    let bundled = run(&world, python, Some("home"));
    let err = String::from_utf8_lossy(&bundled.stderr);
    assert!(bundled.status.success(), "{:?}\n{err}", bundled.status);
    assert_eq!(bundled.stdout, whole.stdout);
}

/// It imports modules by names in its data, and takes them for granted.
#[test]
fn orjson() {
    does_the_same(
        "orjson",
        "import orjson\nprint(orjson.loads(orjson.dumps({'a': [1, 2.5, None]})))\n",
    );
}

/// Cython packs the names in it.
#[test]
fn lxml() {
    does_the_same(
        "lxml",
        "from lxml import etree, html\nprint(etree.fromstring('<a><b x=\"1\"/></a>').xpath('//b/@x'))\n",
    );
}
