//! Bundles that real build systems make: how often a bundle is made again under Make and Ninja, and when.

use std::fs::{self, File, FileTimes};
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, SystemTime};

use crate::common::{World, any_python, tool_path};

/// A world in which each of the build systems runs `arguments` of the program, and counts how often it did. The depfile
/// is `deps.d`.
fn world(arguments: &str) -> World {
    let world = World::new();
    world.write("app/main.py", "import greet\n");
    world.write("app/data/table.txt", "");
    let (stem, python) = (any_python().stem(), &any_python().path);
    world.write(
        "stdlib-pack.yaml",
        format!(
            "bundles:\n  web: {{profile: profile.yaml, stdlib: Lib, build-python: '{python}', app: app, out: dist, \
             depfile: deps.d}}\n"
        ),
    );
    let program = env!("CARGO_BIN_EXE_stdlib-pack");
    let command = format!("{program} {arguments} && echo run >> runs");
    world.write(
        "Makefile",
        format!("dist/{stem}.zip: profile.yaml\n\t{command}\n-include deps.d\n"),
    );
    // Ninja wants to know of every output that the depfile has.
    let outputs = format!("dist/{stem}.zip dist/{stem}.json");
    world.write(
        "build.ninja",
        format!("rule pack\n  command = {command}\n  depfile = deps.d\nbuild {outputs}: pack profile.yaml\n"),
    );
    world
}

/// Runs a build system twice, and returns how often the bundle was made.
fn made(world: &World, system: &str) -> [usize; 2] {
    [0; 2].map(|_| {
        let before = fs::read_to_string(world.path("runs")).unwrap_or_default();
        let mut build = Command::new(system);
        build
            .current_dir(world.path(""))
            .env("PATH", tool_path())
            .env("STDLIB_PACK_CACHE", world.path("cache"));
        world.finish(build).exits(0);
        let after = fs::read_to_string(world.path("runs")).unwrap_or_default();
        after.lines().count() - before.lines().count()
    })
}

/// What a test changes.
type Change = fn(&World);

/// Once for each change, and then not again.
#[test]
fn a_bundle_is_made_when_something_changed() {
    let changes: [(&str, Change); 8] = [
        ("nothing was there", |_| ()),
        ("a file of the app was touched", |world| {
            let times = FileTimes::new().set_modified(SystemTime::now());
            let file = File::open(world.path("app/main.py")).unwrap();
            file.set_times(times).unwrap();
        }),
        ("a file of the app changed", |world| {
            world.write("app/main.py", "import greet, lonely\n");
        }),
        ("a file of the app is new", |world| {
            world.write("app/data/new.py", "import lazily\n");
        }),
        ("a file of the app is gone", |world| {
            fs::remove_file(world.path("app/data/new.py")).unwrap();
        }),
        ("a folder of the app is gone", |world| {
            fs::remove_dir_all(world.path("app/data")).unwrap();
        }),
        ("a file of the library is new", |world| {
            world.write("Lib/names/again.py", "");
        }),
        ("the profile changed", |world| {
            world.write("profile.yaml", "output: {compress: []}\n");
        }),
    ];
    let pack = format!(
        "--profile profile.yaml --stdlib Lib --build-python {} --app app --quiet --depfile deps.d",
        any_python().path
    );
    for (system, arguments) in [
        ("make", &*pack),
        ("ninja", &pack),
        ("make", "build --quiet web"),
        ("ninja", "build --quiet --update-lock"),
    ] {
        let world = world(arguments);
        for (change, make) in changes {
            // The clock that gives files their times goes on in steps of up to 10 milliseconds.
            sleep(Duration::from_millis(20));
            make(&world);
            sleep(Duration::from_millis(20));
            let made = made(&world, system);
            assert_eq!(made, [1, 0], "{system}, {arguments}: {change}");
        }
        if arguments.starts_with("build") {
            sleep(Duration::from_millis(20));
            let project = fs::read_to_string(world.path("stdlib-pack.yaml")).unwrap();
            world.write("stdlib-pack.yaml", project.replace('}', ", root: lonely}"));
            assert_eq!(made(&world, system), [1, 0], "{system}: the project");
        }
    }
}
