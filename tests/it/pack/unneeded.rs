//! What an app brings along and does not need on the target, and what hides in it.

use object::write::{Object, StandardSection};
use object::{Architecture, BinaryFormat, Endianness};

use crate::common::{Outcome, World, any_python};

fn world() -> World {
    let world = World::new();
    world.write("profile.yaml", "output: {compress: []}\n");
    world
}

fn pack(world: &World) -> Outcome {
    world.pack(&["--app", "app"])
}

#[track_caller]
fn contains(text: &str, part: &str) {
    assert!(text.contains(part), "{part:?} is not in:\n{text}");
}

/// The whole platform may be one that the target is not.
#[test]
fn a_module_for_another_platform_is_a_note() {
    let world = world();
    let profile = "target: emscripten-browser\noutput: {compress: []}\n";
    world.write("profile.yaml", profile);
    world.write(
        "app/pkg/__init__.py",
        "import sys\nif sys.platform == 'win32':\n    from . import windows\n",
    );
    world.write("app/pkg/windows.py", "import _ctypes\n");
    world.write("app/main.py", "import pkg, lonely\n");
    world.write("Lib/sys.py", "");
    let outcome = pack(&world).exits(0);
    contains(
        &outcome.err,
        "cannot be imported on emscripten-browser, and nothing imports it there",
    );
    world.write("app/main.py", "import pkg.windows\n");
    contains(&pack(&world).exits(2).err, "_ctypes");
    world.write("app/main.py", "def later():\n    import pkg.windows\n");
    contains(&pack(&world).exits(2).err, "_ctypes");
}

#[test]
fn a_file_that_does_not_compile_is_a_note_where_nothing_imports_it() {
    let world = world();
    world.write("app/main.py", "import lonely\n");
    world.write("app/pkg/template.py", "import {{ name }}\n");
    let outcome = pack(&world).exits(0);
    contains(&outcome.err, "app/pkg/template.py:1:");
    contains(&outcome.err, "nothing imports it");
    world.write("app/main.py", "from pkg import template\n");
    contains(&pack(&world).exits(2).err, "app/pkg/template.py:1:");
    world.write("alone.py", "import {{ name }}\n");
    world.pack(&["--app", "alone.py"]).exits(2);
}

#[test]
fn a_root_that_the_app_hides_is_an_error() {
    let world = world();
    world.write("profile.yaml", "roots: [greet]\noutput: {compress: []}\n");
    world.write("app/greet.py", "");
    let outcome = pack(&world).exits(2);
    contains(&outcome.err, "greet");
    contains(&outcome.err, "an app module of the same name hides it");
    assert!(!world.path("dist").exists());
}

#[test]
fn modules_that_compiled_code_names_are_kept() {
    let world = world();
    let mut file = Object::new(BinaryFormat::Elf, Architecture::X86_64, Endianness::Little);
    let section = file.section_id(StandardSection::ReadOnlyData);
    file.append_section_data(section, b"\0greet\0not lonely\0again\0", 1);
    let code = file.write().unwrap();
    world.write("app/fast.cpython-313-x86_64-linux-gnu.so", code);
    world.write("app/main.py", "import fast\n");
    let outcome = pack(&world).exits(0);
    contains(
        &outcome.err,
        "imports of an extension module are only known if their names appear in it as strings\n--> app/fast.cpython-313-x86_64-linux-gnu.so\n",
    );
    assert!(
        !outcome.err.contains("something else has to provide it"),
        "{}",
        outcome.err
    );
    let names = world.zip_names(&format!("dist/{}.zip", any_python().stem()));
    for expected in ["greet.pyc", "names/world.pyc", "lazily.pyc"] {
        assert!(names.iter().any(|name| name == expected), "{names:?}");
    }
    assert!(!names.contains(&"lonely.pyc".to_owned()), "{names:?}");
}
