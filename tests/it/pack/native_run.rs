//! Programs run with nothing but their bundle as standard library do what they do with all of it.

use std::fs;
use std::os::unix::fs::symlink;
use std::process::{Command, Output};

use crate::common::World;
use crate::common::pythons::{Python, pythons};

const APP: &str = r#"
import collections
import dataclasses
import datetime
import json
import re
import textwrap

@dataclasses.dataclass(order=True)
class Line:
    at: datetime.date
    words: list = dataclasses.field(default_factory=list)

line = Line(datetime.date(2024, 2, 29), re.findall(r"\w+", "ein Hund, ein Haus"))
print(line, collections.Counter(line.words).most_common(1))
print(json.dumps({"at": line.at.isoformat(), "words": line.words}, indent=1))
print(textwrap.fill("a long line that has to be folded", width=12))
print(datetime.datetime.strptime("2024-02-29 12:30", "%Y-%m-%d %H:%M"))
print("straße".encode("utf-16-le"), "grün".encode("latin-1"))
# Lists in UTF-8, UTF-16 and UTF-32, with and without a byte order mark.
for data in "efbbbf5b5d", "fffe5b005d00", "005b005d", "5b005d00", "0000005b0000005d", "fffe00005b0000005d000000":
    print(json.loads(bytes.fromhex(data)))
"#;

const FAILING_APP: &str = "\
import json

def load(text):
    return json.loads(text)

load('[1, 2')
";

/// Packs `app.py` for the Python itself, with those lines in the profile.
fn pack(world: &World, python: &Python, profile: &str) {
    let profile = format!("extends: [native]\noutput: {{compress: []}}\n{profile}");
    world.write("profile.yaml", profile);
    let flags = ["--profile", "profile.yaml", "--app", "app.py"];
    world
        .run(&[&flags[..], &["--build-python", &python.path]].concat())
        .exits(0);
}

/// Runs `app.py` in a Python whose home holds only the bundle and the extension modules.
fn run_with_bundle(world: &World, python: &Python) -> Output {
    let stem = python.stem();
    let own = world.path(&format!("home/lib/python{}", python.version));
    fs::create_dir_all(&own).unwrap();
    symlink(python.extensions(), own.join("lib-dynload")).unwrap();
    let bundle = world.path(&format!("dist/{stem}.zip"));
    fs::copy(bundle, world.path(&format!("home/lib/{stem}.zip"))).unwrap();
    run(world, python, Some("home"))
}

/// Runs `app.py`, with all of the standard library unless another home is named.
fn run(world: &World, python: &Python, home: Option<&str>) -> Output {
    let mut command = Command::new(&python.path);
    command.env_clear();
    if let Some(home) = home {
        command.env("PYTHONHOME", world.path(home));
    }
    command
        .args(["-S", "-s", "-P", "-B"])
        .arg(world.path("app.py"))
        .output()
        .unwrap()
}

/// `app.py` prints the same with its bundle as with the whole standard library.
fn prints_the_same(profile: &str) {
    for python in pythons() {
        let world = World::empty();
        world.write("app.py", APP);
        pack(&world, python, profile);
        let whole = run(&world, python, None);
        assert!(whole.status.success(), "{whole:?}");
        let bundled = run_with_bundle(&world, python);
        assert_eq!(bundled, whole, "Python {}", python.version);
    }
}

#[test]
fn a_program_prints_the_same() {
    prints_the_same("");
}

#[test]
fn a_program_prints_the_same_with_what_it_can_reach() {
    prints_the_same("closure: reachable\n");
}

#[test]
fn a_program_prints_the_same_with_everything_its_modules_import() {
    prints_the_same("closure: everything\n");
}

#[test]
fn a_program_prints_the_same_from_sources() {
    prints_the_same("closure: everything\npayload: source\n");
}

/// The lines of a traceback, without the paths, which differ: `line 341, in decode`.
fn places(output: &Output) -> Vec<String> {
    let text = String::from_utf8_lossy(&output.stderr);
    let frames = text.lines().filter(|line| line.starts_with("  File "));
    let places: Vec<String> = frames
        .filter_map(|line| Some(line.split_once(", ")?.1.to_owned()))
        .collect();
    assert!(places.len() >= 4, "{text}");
    places
}

#[test]
fn tracebacks_keep_their_line_numbers_without_columns() {
    for python in pythons() {
        let world = World::empty();
        world.write("app.py", FAILING_APP);
        let whole = places(&run(&world, python, None));
        pack(&world, python, "strip: [columns]\n");
        let bundled = run_with_bundle(&world, python);
        assert_eq!(places(&bundled), whole, "Python {}", python.version);
    }
}
