//! A strip changes no name: what each stands for is asked of the compiler, before and after.

use std::path::Path;
use std::process::{Command, Output};

use crate::common::World;
use crate::common::pythons::{Python, any_python};
use crate::judging;

/// On their own lines, so that the blocks of both can be told by them.
const STRIPPED: &str = "payload: source
strip: [docstrings, asserts, annotations, main-blocks, dead-branches]
output: {compress: []}
";

/// How many modules are made up, and from which seed.
const PROGRAMS: &str = "300";
const SEED: &str = "1";

fn script(python: &Python, name: &str) -> Command {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/truth");
    let mut command = Command::new(&python.path);
    command.args(["-W", "ignore"]).arg(tests.join(name));
    command
}

fn compare(world: &World, python: &Python, library: &Path) -> Output {
    let bundle = world.path(&format!("dist/{}.zip", python.stem()));
    let mut command = script(python, "symbols.py");
    command.arg(library).arg(bundle).output().unwrap()
}

#[track_caller]
fn are_the_same(world: &World, python: &Python, library: &Path) {
    let output = compare(world, python, library);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert!(
        output.status.success(),
        "Python {}:\n{out}{err}",
        python.version
    );
}

#[test]
fn names_stand_for_the_same_in_the_whole_library() {
    for python in judging() {
        let world = World::empty();
        world.write("profile.yaml", format!("extends: [native]\n{STRIPPED}"));
        let flags = ["--profile", "profile.yaml", "--build-python", &python.path];
        world.run(&flags).exits(0);
        are_the_same(&world, python, &python.stdlib());
    }
}

#[test]
fn names_stand_for_the_same_in_programs_made_up() {
    for python in judging() {
        let world = World::new();
        for module in ["sys", "os", "typing", "a", "b", "c", "__p"] {
            world.write(&format!("Lib/{module}.py"), "");
        }
        let mut programs = script(python, "random_modules.py");
        programs.arg(world.path("Lib")).args([PROGRAMS, SEED]);
        assert!(programs.status().unwrap().success());
        let roots: Vec<String> = (0..PROGRAMS.parse().unwrap())
            .map(|place: usize| format!("program_{place}"))
            .collect();
        let roots = roots.join(", ");
        let profile = format!("roots: [{roots}]\nclosure: import-time\n{STRIPPED}");
        world.write("profile.yaml", profile);
        world.pack_with(&python.path, &[]).exits(0);
        are_the_same(&world, python, &world.path("Lib"));
    }
}

/// The comparison finds what differs.
#[test]
fn other_names_are_told() {
    let python = any_python();
    let world = World::empty();
    let whole = "def f(secret):\n    def g():\n        if 0:\n            secret\n        return eval('secret')\n";
    world.write("Lib/closure.py", whole);
    let stripped = "def f(secret):\n    def g():\n\n\n        return eval('secret')\n";
    world.write_zip(
        &format!("dist/{}.zip", python.stem()),
        &[("closure.py", stripped)],
    );
    let output = compare(&world, python, &world.path("Lib"));
    assert_eq!(output.status.code(), Some(1));
    let out = String::from_utf8_lossy(&output.stdout);
    assert!(out.contains("closure.py.f: secret was"), "{out}");
}
