//! `missing-module-stubs: true`: what is not in the bundle says why.

use std::process::Command;

use crate::common::{World, any_python};

const PROFILE: &str =
    "extends: [no-tests]\nroots: [json]\nexclude: [{modules: [socket], reason: no network}]\n";

fn pack(world: &World, more: &str, flags: &[&str]) {
    world.write("profile.yaml", format!("{PROFILE}{more}"));
    let python = &any_python().path;
    let pack = ["--profile", "profile.yaml", "--build-python", python];
    world.run(&[&pack[..], flags].concat()).exits(0);
}

/// Runs `program` in the build Python with only the bundle as its library.
fn run(world: &World, program: &str) -> String {
    let python = any_python();
    let home = format!("home/lib/{}.zip", python.stem());
    world.write(&home, world.read(&format!("dist/{}.zip", python.stem())));
    world.write(
        &format!("home/lib/python{}/lib-dynload/none", python.version),
        "",
    );
    let output = Command::new(&python.path)
        .args(["-S", "-s", "-P", "-B", "-c", program])
        .env("PYTHONHOME", world.path("home"))
        .current_dir(world.path(""))
        .output()
        .unwrap();
    let text = [output.stdout, output.stderr].concat();
    String::from_utf8_lossy(&text).into_owned()
}

const ASK: &str = "
for name in 'socket', 'http.client', 'csv':
    try:
        __import__(name)
    except ModuleNotFoundError as error:
        print(error.name, '-', error)
";

#[test]
fn a_module_that_is_missing_says_why() {
    let world = World::empty();
    pack(
        &world,
        "missing-module-stubs: true\noutput: {compress: []}\n",
        &[],
    );
    assert_eq!(
        run(&world, ASK),
        "socket - socket is not in this bundle: excluded by 'socket': no network\n\
         http - http is not in this bundle: nothing in the bundle imports it\n\
         csv - csv is not in this bundle: nothing in the bundle imports it\n"
    );
}

/// The bundle comes first on `sys.path`, and must not hide what was installed.
#[test]
fn what_is_installed_is_imported() {
    let world = World::empty();
    pack(
        &world,
        "missing-module-stubs: true\noutput: {compress: []}\n",
        &[],
    );
    world.write("installed/csv.py", "HERE = 'installed'\n");
    world.write("installed/http/__init__.py", "");
    world.write("installed/http/client.py", "HERE = 'too'\n");
    // A folder without an __init__.py, and what a finder after the one for paths finds.
    world.write("installed/wsgiref/own.py", "HERE = 'three'\n");
    let program = "\
import sys
from _frozen_importlib import ModuleSpec
sys.path.append('installed')
import csv, http.client, wsgiref.own
class Finder:
    def find_spec(name, path, target=None):
        return ModuleSpec(name, Finder) if name == 'wave' else None
    def create_module(spec):
        pass
    def exec_module(module):
        module.HERE = 'found'
sys.meta_path.append(Finder)
import wave
print(csv.HERE, http.client.HERE, wsgiref.own.HERE, wave.HERE)
";
    assert_eq!(run(&world, program), "installed too three found\n");
}

#[test]
fn the_app_is_not_hidden() {
    let world = World::empty();
    world.write("app/csv.py", "");
    world.write("app/main.py", "import csv\n");
    pack(
        &world,
        "missing-module-stubs: true\noutput: {compress: []}\n",
        &["--app", "app"],
    );
    let names = world.zip_names(&format!("dist/{}.zip", any_python().stem()));
    assert!(names.contains(&"socket.py".to_owned()) && !names.contains(&"csv.py".to_owned()));
}

#[test]
fn a_stub_costs_next_to_nothing() {
    let size = |stubs: bool| {
        let world = World::empty();
        pack(&world, &format!("missing-module-stubs: {stubs}\n"), &[]);
        let stem = any_python().stem();
        let names = world.zip_names(&format!("dist/{stem}.zip"));
        let sources = names.iter().filter(|name| name.ends_with(".py")).count();
        (world.read(&format!("dist/{stem}.zip.br")).len(), sources)
    };
    let ((with, stubs), (without, none)) = (size(true), size(false));
    assert!(none == 0 && stubs > 100, "{stubs} stubs");
    assert!(
        with - without < 40 * stubs,
        "{} bytes for {stubs} stubs",
        with - without
    );
}

#[test]
fn reasons_for_a_python_that_is_built() {
    let world = World::empty();
    pack(
        &world,
        "output: {compress: []}\n",
        &["--missing-stdlib-config", "missing.json"],
    );
    let messages = world.json("missing.json");
    assert_eq!(
        messages["socket"],
        "socket is not in this bundle: excluded by 'socket': no network"
    );
    assert!(messages.get("json").is_none() && messages.get("http").is_some());
    // Tracebacks look up top-level modules.
    assert!(messages.get("http.client").is_none() && messages.get("test").is_none());
}

/// From 3.15 on, tracebacks show what `_missing_stdlib_info` has for a name, or a text of their own
/// (`TracebackException.__init__`).
#[test]
fn tracebacks_that_have_words_of_their_own_show_the_reason() {
    let world = World::empty();
    pack(
        &world,
        "missing-module-stubs: true\noutput: {compress: []}\n",
        &[],
    );
    let program = "
import sys
sys.version_info = (3, 15)
traceback = sys.modules['traceback'] = type(sys)('traceback')
try:
    import socket
except ModuleNotFoundError as error:
    from _missing_stdlib_info import _MISSING_STDLIB_MODULE_MESSAGES as later
    print(error.name, later == traceback._MISSING_STDLIB_MODULE_MESSAGES == {'socket': str(error)})
";
    assert_eq!(run(&world, program), "socket True\n");
}
