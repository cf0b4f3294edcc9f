//! `record`: what programs load is written down, however they end; bundles are checked against it.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use insta::assert_snapshot;
use serde_json::Value;

use crate::common::pythons::pythons;
use crate::common::{Outcome, World, any_python};

/// The recording in a file.
fn recording(world: &World, file: &str) -> Value {
    let text = String::from_utf8(world.read(file)).unwrap();
    serde_saphyr::from_str(&text).unwrap()
}

/// The names under a key of a recording.
fn names(recording: &Value, key: &str) -> BTreeSet<String> {
    let names = recording[key].as_array().unwrap().iter();
    names
        .map(|name| name.as_str().unwrap().to_owned())
        .collect()
}

/// Records a program of a Python, without packages of its environment.
fn record(world: &World, python: &str, flags: &[&str], program: &str) -> Outcome {
    let program = world.write("program.py", program);
    let program = program.to_str().unwrap();
    world.run(&[&["record"], flags, &["--", python, program, "--json", "-x"]].concat())
}

#[test]
fn every_python_records_alike() {
    let program = "\
import json, sys
try:
    import json.no_such_module
except ImportError:
    pass
'x'.encode('cp1252')
import os, pydoc_data, math
with open(os.path.join(os.path.dirname(pydoc_data.__file__), '_pydoc.css')) as file:
    file.read()
print(sys.argv[1:], sys.stdin.read(), 'sitecustomize' in str(sys.path[1:]))
";
    for python in pythons() {
        let world = World::empty();
        let file = world.write("program.py", program);
        let mut command = world.command();
        command
            .args(["record", "--", &python.path])
            .arg(file)
            .args(["--json", "-x"]);
        let mut command = assert_cmd::Command::from_std(command);
        let output = command.write_stdin("given").output().unwrap();
        let outcome = world.outcome(&output).exits(0);
        assert_eq!(outcome.out, "['--json', '-x'] given False\n");
        let recording = recording(&world, "recording.yaml");
        assert_eq!(recording["python"], python.version);
        let modules = names(&recording, "modules");
        for module in ["json.decoder", "_json", "pydoc_data"] {
            assert!(modules.contains(module), "{} {module}", python.path);
        }
        let startup = names(&recording, "startup-modules");
        assert!(startup.contains("encodings.utf_8"), "{startup:?}");
        assert_eq!(names(&recording, "codecs"), ["cp1252".to_owned()].into());
        let css = "pydoc_data/_pydoc.css".to_owned();
        assert_eq!(names(&recording, "data-files"), [css].into());
        // It was not loaded, and neither was the recorder.
        assert!(!modules.contains("json.no_such_module"));
        assert!(
            !modules.iter().any(|name| name.contains("customize")),
            "{modules:?}"
        );
    }
}

#[test]
fn a_program_that_does_nothing() {
    let world = World::empty();
    record(&world, &any_python().path, &[], "").exits(0);
    let recording = recording(&world, "recording.yaml");
    assert!(names(&recording, "modules").is_empty(), "{recording}");
    assert!(names(&recording, "codecs").is_empty(), "{recording}");
}

/// A module is loaded once it runs, also if the program ends before anything else happens.
#[test]
fn however_a_program_ends() {
    let ends = [
        ("import os; os._exit(7)", 7),
        (
            "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
            137,
        ),
        ("import faulthandler; faulthandler._sigsegv()", 139),
        ("raise ValueError", 1),
        ("import os; os.closerange(3, 99); os._exit(0)", 0),
    ];
    for (end, code) in ends {
        let world = World::empty();
        let program = format!("import colorsys; {end}");
        record(&world, &any_python().path, &["--quiet"], &program).exits(0);
        let recording = recording(&world, "recording.yaml");
        assert_eq!(recording["exit-codes"], serde_json::json!([code]), "{end}");
        assert!(names(&recording, "modules").contains("colorsys"), "{end}");
    }
}

#[test]
fn threads_forks_and_children() {
    let program = "\
import multiprocessing, os, subprocess, sys, threading
def work(number):
    import wave
def leave(number):
    import sched
    os._exit(0)
if __name__ == '__main__':
    for method in ('fork', 'spawn', 'forkserver'):
        with multiprocessing.get_context(method).Pool(2) as pool:
            pool.map(work, [1, 2])
    process = multiprocessing.get_context('fork').Process(target=leave, args=(1,))
    process.start()
    process.join()
    thread = threading.Thread(target=lambda: __import__('graphlib'))
    thread.start()
    thread.join()
    if not os.fork():
        import colorsys
        os._exit(0)
    os.wait()
    subprocess.run([sys.executable, '-m', 'tabnanny', '-h'], capture_output=True)
";
    let world = World::empty();
    record(&world, &any_python().path, &[], program).exits(0);
    let modules = names(&recording(&world, "recording.yaml"), "modules");
    for name in ["wave", "sched", "graphlib", "colorsys", "tabnanny"] {
        assert!(modules.contains(name), "{name}: {modules:?}");
    }
}

/// The module is begun in every Python, but cannot be loaded.
#[test]
fn a_module_that_cannot_be_loaded() {
    let program = "\
import sys
sys.modules['_curses'] = None
try:
    import curses
except ImportError:
    print('none')
";
    let world = World::empty();
    let outcome = record(&world, &any_python().path, &[], program).exits(0);
    assert_eq!(outcome.out, "none\n");
    let modules = names(&recording(&world, "recording.yaml"), "modules");
    assert!(!modules.contains("curses"), "{modules:?}");
}

#[test]
fn the_users_own_sitecustomize() {
    let world = World::empty();
    world.write("own/sitecustomize.py", "import wave\nprint('customized')\n");
    world.write("own/helper.py", "import colorsys\n");
    world.write(
        "program.py",
        "import helper, sys\nprint(sys.modules['sitecustomize'].__file__)\n",
    );
    let mut command = world.command();
    command
        .args(["record", "--", &any_python().path, "program.py"])
        .env("PYTHONPATH", world.path("own"));
    let outcome = world.finish(command).exits(0);
    assert_eq!(outcome.out, "customized\n[dir]/own/sitecustomize.py\n");
    assert!(
        outcome.err.contains("loaded before the program started"),
        "{}",
        outcome.err
    );
    let recording = recording(&world, "recording.yaml");
    let modules = names(&recording, "modules");
    assert!(
        modules.contains("colorsys") && !modules.contains("wave"),
        "{modules:?}"
    );
    assert!(names(&recording, "startup-modules").contains("wave"));
}

#[test]
fn exit_codes() {
    let world = World::empty();
    let python = &any_python().path;
    let fails = "import sys; sys.exit(3)";
    let outcome = record(&world, python, &["--exit-code"], fails).exits(1);
    assert!(
        outcome.err.contains("the program's exit code is 3"),
        "{}",
        outcome.err
    );
    record(&world, python, &["--exit-code"], "").exits(0);
    let none = world.run(&["record", "--", "no-such-program"]).exits(2);
    assert_snapshot!(none.said(), @"error[invalid-argument]: cannot start 'no-such-program': No such file or directory (os error 2)");
    let isolated = world.run(&["record", "--out", "x.yaml", "--", python, "-I", "-c", ""]);
    assert_snapshot!(isolated.exits(2).said(), @"error[invalid-argument]: no Python was recorded, and nothing was written: the program is not Python 3.11 or newer, or it replaces or ignores PYTHONPATH (python -I, -E or -S); its exit code was 0");
    assert!(!world.path("x.yaml").exists());
}

#[test]
fn several_runs_and_a_runner() {
    let world = World::empty();
    let python = &any_python().path;
    record(&world, python, &[], "import colorsys").exits(0);
    record(
        &world,
        python,
        &["--append"],
        "import wave\nraise SystemExit(4)",
    )
    .exits(0);
    let both = recording(&world, "recording.yaml");
    assert_eq!(both["exit-codes"], serde_json::json!([0, 4]));
    let modules = names(&both, "modules");
    assert!(modules.contains("colorsys") && modules.contains("wave"));
    let without = ["--out", "rest.yaml", "--without", "recording.yaml"];
    record(&world, python, &without, "import wave, sched").exits(0);
    let modules = names(&recording(&world, "rest.yaml"), "modules");
    assert!(
        modules.contains("sched") && !modules.contains("wave"),
        "{modules:?}"
    );
    // The runs that were left out are not written over.
    let without = ["--without", "recording.yaml"];
    record(&world, python, &without, "").exits(2);
}

#[test]
fn other_files_are_kept() {
    let world = World::empty();
    world.write("recording.yaml", "mine: true\n");
    let outcome = record(&world, &any_python().path, &[], "open('ran', 'w')").exits(2);
    assert_snapshot!(outcome.said(), @"error[output-conflict]: 'recording.yaml' exists and is not a recording: name another file with --out");
    assert!(!world.path("ran").exists());
    world.write("old.yaml", "version: 1\npython: '3.10'\nplatform: linux\nexit-codes: []\nmodules: []\ncodecs: []\ndata-files: []\nstartup-modules: []\n");
    let before = world.read("old.yaml");
    let flags = ["--append", "--out", "old.yaml"];
    let outcome = record(&world, &any_python().path, &flags, "").exits(2);
    assert!(
        outcome.err.contains("cannot add a recording of "),
        "{}",
        outcome.err
    );
    assert_eq!(world.read("old.yaml"), before);
}

/// The program decides what a signal does; the recording is written in any case.
#[test]
fn signals_are_the_programs() {
    let program = "\
import signal, sys, time
def end(*_):
    import colorsys
    sys.exit(5)
signal.signal(signal.SIGTERM, end)
print('ready', flush=True)
time.sleep(60)
";
    let world = World::empty();
    world.write("program.py", program);
    let mut command = world.command();
    command.args(["record", "--", &any_python().path, "program.py"]);
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    let stdout = child.stdout.take().unwrap();
    BufReader::new(stdout).read_line(&mut line).unwrap();
    let kill = Command::new("kill").arg(child.id().to_string()).status();
    assert!(kill.unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(0));
    let recording = recording(&world, "recording.yaml");
    assert_eq!(recording["exit-codes"], serde_json::json!([5]));
    assert!(names(&recording, "modules").contains("colorsys"));
}

/// A recording of the tiny library, which every test below checks against.
const RECORDING: &str = "\
version: 1
python: '[version]'
platform: linux
exit-codes: [0]
modules: [greet, lonely, elsewhere, _winapi]
codecs: [rot]
data-files: []
startup-modules: [lazily, encodings]
";

fn tiny(profile: &str) -> World {
    let world = World::new();
    world.write("Lib/encodings/rot.py", "");
    world.write("profile.yaml", profile);
    let version = any_python().version.clone();
    world.write("recording.yaml", RECORDING.replace("[version]", &version));
    world
}

const CHECK: [&str; 2] = ["--check-against", "recording.yaml"];

#[test]
fn what_a_bundle_lacks() {
    let world = tiny(
        "roots: [names]\noutput: {compress: []}\nexclude:\n  - modules: [greet]\n    reason: nobody is there\n",
    );
    let outcome = world.pack(&CHECK).exits(1);
    assert_snapshot!(outcome.said());
    assert!(!world.path("dist").exists());
    let said = world
        .pack(&[&CHECK[..], &["--json"]].concat())
        .exits(1)
        .json();
    let diagnostics = said["diagnostics"].as_array().unwrap();
    let missing = diagnostics
        .iter()
        .filter(|of| of["code"] == "recorded-module-missing");
    let notes: Vec<&Value> = missing.map(|of| &of["notes"][0]).collect();
    assert_eq!(notes, ["greet", "lonely", "rot"]);
}

#[test]
fn what_no_bundle_can_have_is_a_warning() {
    let world = tiny("roots: [greet, lonely]\ncodecs: [rot]\noutput: {compress: []}\n");
    let flags = [&CHECK[..], &["--json"]].concat();
    // The second time, the bundle itself is in the cache.
    for _ in 0..2 {
        let said = world.pack(&flags).exits(0).json();
        let warnings = said["warnings"].as_array().unwrap().iter();
        let codes: Vec<(&Value, &Value)> = warnings.map(|of| (&of["code"], &of["notes"])).collect();
        let code = "recorded-module-unavailable".into();
        let notes = serde_json::json!(["_winapi", "elsewhere"]);
        assert_eq!(codes, [(&code, &notes)]);
    }
    let receipt = world.read(&format!("dist/{}.json", any_python().stem()));
    world.pack(&[]).exits(0);
    let without = world.read(&format!("dist/{}.json", any_python().stem()));
    assert_eq!(receipt, without, "a recording changes a bundle");
}

#[test]
fn recordings_are_inputs() {
    let world = tiny("roots: [greet, lonely]\ncodecs: [rot]\noutput: {compress: []}\n");
    world.write("bad.yaml", "modules: [a\n");
    let outcome = world.pack(&["--check-against", "bad.yaml"]).exits(2);
    assert!(
        outcome.err.contains("'bad.yaml' is not a recording: line "),
        "{}",
        outcome.err
    );
    let none = world.pack(&["--check-against", "none.yaml"]).exits(2);
    assert!(
        none.err.contains("error[invalid-recording]"),
        "{}",
        none.err
    );
    let over = ["--depfile", "recording.yaml"];
    world.pack(&[&CHECK[..], &over].concat()).exits(2);
    let depfile = ["--depfile", "pack.d"];
    world.pack(&[&CHECK[..], &depfile].concat()).exits(0);
    let rule = String::from_utf8(world.read("pack.d")).unwrap();
    assert!(rule.contains("recording.yaml"), "{rule}");
}

#[test]
fn a_project_checks() {
    let world = tiny("roots: [names]\noutput: {compress: []}\n");
    let python = &any_python().path;
    world.write(
        "stdlib-pack.yaml",
        format!(
            "bundles:\n  one: {{profile: profile.yaml, stdlib: Lib, build-python: {python:?}, check-against: recording.yaml}}\n"
        ),
    );
    let said = world.run(&["build", "--json"]).exits(1).json();
    assert_eq!(said["one"]["errors"][0]["code"], "recorded-module-missing");
    assert!(!world.path("dist").exists());
}

/// What is kept and was never loaded, and the import that leads there.
#[test]
fn a_report_tells_what_was_never_loaded() {
    let world = tiny("roots: [greet]\noutput: {compress: []}\n");
    let python = &any_python().path;
    let flags = [
        "report",
        "--profile",
        "profile.yaml",
        "--stdlib",
        "Lib",
        "--build-python",
        python,
        "--recording",
        "recording.yaml",
    ];
    let said = world
        .run(&[&flags[..], &["--json"]].concat())
        .exits(0)
        .json();
    let unused = said["recording"]["unused"].as_array().unwrap();
    let of = |name: &str| unused.iter().find(|module| module["name"] == name);
    let first = &of("names.world").unwrap()["first_link"];
    assert_eq!(first["because"], "imported by greet:2");
    assert_eq!(first["module"], "names.world");
    assert!(of("greet").is_none() && of("lazily").is_none());
    let totals = [
        &said["recording"]["loaded"],
        &said["recording"]["never_loaded"],
    ];
    let modules = totals.map(|of| of["modules"].as_u64().unwrap());
    assert_eq!(
        modules[0] + modules[1],
        said["totals"]["modules"].as_u64().unwrap()
    );
    assert_eq!(modules[1], unused.len() as u64);
    let text = world
        .run(&[&flags[..], &["--format", "md"]].concat())
        .exits(0)
        .out;
    assert!(text.contains("## Kept and never loaded"), "{text}");
    assert!(text.contains("`imported by greet:2`"), "{text}");
    let without = world
        .run(&[&flags[..7], &["--json"]].concat())
        .exits(0)
        .json();
    assert!(without["recording"].is_null());
}
