//! `--app`: what your code imports is in the bundle.

use insta::assert_snapshot;

use crate::common::{World, any_python, zip_of};

/// A world whose profile names no roots: the app alone says what is needed.
fn world() -> World {
    let world = World::new();
    world.write("profile.yaml", "output: {compress: []}\n");
    world
}

/// The modules that are packed for the app at `path`, but for those that start Python.
#[track_caller]
fn packed(world: &World, path: &str) -> Vec<String> {
    world.pack(&["--app", path]).exits(0);
    let names = world.zip_names(&format!("dist/{}.zip", any_python().stem()));
    let own = names
        .into_iter()
        .filter(|name| !name.starts_with("encodings"));
    own.collect()
}

#[test]
fn a_script() {
    let world = world();
    world.write("my.script.py", "import lonely\n");
    assert_eq!(packed(&world, "my.script.py"), ["lonely.pyc"]);
}

#[test]
fn a_script_that_imports_in_a_function() {
    let world = world();
    world.write(
        "app.py",
        "def main():\n    from names import world\n\nmain()\n",
    );
    assert_eq!(
        packed(&world, "app.py"),
        ["names/__init__.pyc", "names/world.pyc"]
    );
}

#[test]
fn a_package() {
    let world = world();
    world.write("demo/__init__.py", "from . import inner\n");
    world.write("demo/inner.py", "import lonely\n");
    assert_eq!(packed(&world, "demo"), ["lonely.pyc"]);
}

#[test]
fn a_project_with_src() {
    let world = world();
    world.write("project/pyproject.toml", "");
    world.write("project/src/demo/__init__.py", "import demo.inner\n");
    world.write("project/src/demo/inner.py", "import lonely\n");
    world.write("project/.venv/lib/other.py", "import greet\n");
    assert_eq!(packed(&world, "project"), ["lonely.pyc"]);
}

#[test]
fn a_wheel() {
    let world = world();
    let files = [
        ("demo/__init__.py", "from demo.inner import x\n"),
        ("demo/inner.py", "import lonely\nx = 1\n"),
        ("demo-1.0.dist-info/METADATA", "Name: demo\n"),
    ];
    world.write("demo-1.0-py3-none-any.whl", zip_of(&files));
    assert_eq!(packed(&world, "demo-1.0-py3-none-any.whl"), ["lonely.pyc"]);
}

#[test]
fn two_apps() {
    let world = world();
    world.write("one.py", "import lonely\n");
    world.write("two.py", "import lazily, one\n");
    world.pack(&["--app", "one.py", "--app", "two.py"]).exits(0);
    let names = world.zip_names(&format!("dist/{}.zip", any_python().stem()));
    assert!(names.contains(&"lonely.pyc".to_owned()), "{names:?}");
    assert!(names.contains(&"lazily.pyc".to_owned()), "{names:?}");
}

#[test]
fn an_app_beside_roots() {
    let world = World::new();
    world.write("app.py", "import lonely\n");
    let names = packed(&world, "app.py");
    assert!(names.contains(&"greet.pyc".to_owned()), "{names:?}");
    assert!(names.contains(&"lonely.pyc".to_owned()), "{names:?}");
}

#[test]
fn what_others_provide_is_listed() {
    let world = world();
    world.write("demo/__init__.py", "import lonely\nimport numpy.linalg\n");
    let outcome = world.pack(&["--app", "demo"]).exits(0);
    assert_snapshot!(outcome.err, @"
    warning[third-party-import]: 'numpy.linalg' is not in the standard library, and what it imports is not packed: give its package with --dependency
    --> demo/__init__.py:2
    ");
    let receipt = world.json(&format!("dist/{}.json", any_python().stem()));
    assert_snapshot!(receipt["third_party"], @r#"{"numpy.linalg":"demo:2"}"#);
}

#[test]
fn an_import_of_what_is_excluded_is_an_error_with_the_chain() {
    let world = world();
    world.write("app.py", "import os_free\nimport greet\n");
    world.write("Lib/os_free.py", "");
    let outcome = world.pack(&["--app", "app.py", "--exclude", "names.world"]);
    assert_snapshot!(outcome.exits(2).err, @"
    error[unimportable-app-module]: the app's module 'app' cannot be imported with this bundle
     |
     = note: requested by --exclude names.world
     = note: app imports greet (line 2)
     = note: greet (line 2): names.world is excluded: excluded on the command line
     = help: remove the exclusion, or the module that needs 'app'
    ");
    assert!(!world.path("dist").exists());
}

#[test]
fn an_app_gets_what_is_only_left_out_of_the_whole_library() {
    let world = world();
    world.write("app.py", "import lonely\n");
    let profile = "exclude: [{modules: [lonely, names.world], reason: r, unless-needed: true}]\n";
    world.write("profile.yaml", profile);
    let kept = |flags: &[&str]| {
        world.pack(flags).exits(0);
        let inputs = ["--stdlib", "Lib", "--build-python", &any_python().path];
        let rebuild = [&["verify", "--rebuild", "dist"], flags, &inputs].concat();
        world.run(&rebuild).exits(0);
        world.json(&format!("dist/{}.json", any_python().stem()))["kept"].clone()
    };
    assert!(!kept(&["--app", "app.py"])["lonely"].is_null());
    let library = kept(&[]);
    assert!(library["lonely"].is_null() && library["greet"].is_null());
    assert!(!library["lazily"].is_null());
    // It is not in the last tier because it can be imported.
    world.write("profile.yaml", format!("tiers: {{}}\n{profile}"));
    world.write("other.py", "import greet\n");
    let tiers = kept(&["--app", "other.py"]);
    assert!(tiers["lonely"].is_null() && !tiers["lazily"].is_null());
}

#[test]
fn an_import_that_may_fail_is_none() {
    let world = world();
    let text = "try:\n    import lonely\nexcept ImportError:\n    lonely = None\nimport lazily\n";
    world.write("app.py", text);
    world
        .pack(&["--app", "app.py", "--exclude", "lonely"])
        .exits(0);
}

#[test]
fn an_app_that_hides_a_module_of_the_library_is_a_warning() {
    let world = world();
    world.write("lonely.py", "import lazily\n");
    let outcome = world.pack(&["--app", "lonely.py"]).exits(0);
    assert_snapshot!(outcome.err, @"
    warning[shadowed-stdlib-module]: the app's module 'lonely' hides the standard library's module
    --> lonely.py
    ");
}

/// Where both are on `sys.path`, each may come first: the library's module is packed for the modules of the library that
/// need it.
#[test]
fn an_app_that_hides_what_the_library_needs() {
    let world = world();
    world.write("Lib/outer.py", "import inner\nimport inner_more\n");
    world.write("Lib/inner.py", "import inner_used\n");
    for name in ["inner_used", "inner_more"] {
        world.write(&format!("Lib/{name}.py"), "");
    }
    world.write("app/main.py", "import outer\n");
    world.write("app/inner.py", "import lonely\n");
    let expected = [
        "inner.pyc",
        "inner_more.pyc",
        "inner_used.pyc",
        "lonely.pyc",
        "outer.pyc",
    ];
    assert_eq!(packed(&world, "app"), expected);
    let outcome = world.pack(&["--app", "app"]).exits(0);
    assert_snapshot!(outcome.err, @"
    warning[shadowed-stdlib-module]: the app's module 'inner' hides the standard library's module, which 'outer' needs: the library's is packed, but where the app's comes first on sys.path, 'outer' gets that
    --> app/inner.py
     = help: rename the file
    ");
}

/// The receipt tells which app it was, and not where on the machine.
#[test]
fn the_receipt_names_the_app() {
    let world = world();
    world.write("demo/__init__.py", "import lonely\n");
    let path = world.path("demo");
    world.pack(&["--app", path.to_str().unwrap()]).exits(0);
    let text = world.read(&format!("dist/{}.json", any_python().stem()));
    let text = String::from_utf8(text).unwrap();
    assert!(!text.contains(world.path("").to_str().unwrap()), "{text}");
    let receipt: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(receipt["inputs"]["app"][0]["name"], "demo");
    assert_eq!(receipt["inputs"]["app"][0]["files"], 1);
}

/// `python -m` needs what the module does as `__main__`.
#[test]
fn a_module_that_is_run() {
    let world = world();
    world.write(
        "Lib/tool.py",
        "if __name__ == '__main__':\n    import lonely\n",
    );
    world
        .pack(&["--run-module", "tool", "--app", "app.py"])
        .exits(2);
    world.write("app.py", "");
    world
        .pack(&["--run-module", "tool", "--app", "app.py"])
        .exits(0);
    let names = world.zip_names(&format!("dist/{}.zip", any_python().stem()));
    // `runpy` is frozen.
    for module in ["lonely.pyc", "tool.pyc"] {
        assert!(names.contains(&module.to_owned()), "{module}: {names:?}");
    }
}

#[test]
fn what_cannot_be_run() {
    let world = world();
    let says = |module: &str| world.pack(&["--run-module", module]).exits(2).err;
    assert_snapshot!(says("names"), @"
    error[not-runnable]: the package 'names' cannot be run: it has no 'names.__main__'
     |
     = note: requested by --run-module names
    ");
    assert_snapshot!(says("math"), @"
    error[not-runnable]: the C module 'math' cannot be run
     |
     = note: requested by --run-module math
    ");
    assert_snapshot!(says("lonly"), @"
    error[unknown-module]: Python 3.x has no module 'lonly'
     |
     = note: requested by --run-module lonly
     = help: did you mean 'lonely'?
    ");
}

/// A function may import what the bundle cannot have: the app works up to that point.
#[test]
fn what_a_function_will_not_get_is_said() {
    let world = World::new();
    world.write(
        "app/main.py",
        "import greet\ndef f():\n    import lonely\ndef g():\n    try:\n        import lonely\n    except ImportError:\n        pass\n",
    );
    let flags = ["--app", "app", "--exclude", "lonely"];
    let said = world.pack(&flags).exits(0).said();
    assert!(
        said.contains("a function imports what the bundle cannot have: lonely is excluded: excluded on the command line\n--> app/main.py:3\n"),
        "{said}"
    );
    assert!(!said.contains("main.py:6"), "{said}");
}

/// What can be imported on a target may still not work there.
#[test]
fn limits_of_the_target_are_said() {
    let world = World::new();
    world.write("Lib/threading.py", "import greet\n");
    world.write("app/main.py", "import greet\nimport threading\n");
    let said = world
        .pack(&["--app", "app", "--target", "wasi"])
        .exits(0)
        .said();
    let limit = "'threading' imports on wasi but does not work: Starting a thread";
    assert!(said.contains(limit), "{said}");
    assert_eq!(said.matches("nonfunctional-module").count(), 1, "{said}");
}

/// `from package import *` imports the submodules that `__all__` lists.
#[test]
fn a_star_import_of_a_package() {
    let world = world();
    world.write("Lib/starred/__init__.py", "__all__ = ['one']\n");
    world.write("Lib/starred/one.py", "import lonely\n");
    world.write("Lib/starred/two.py", "");
    world.write("app.py", "from starred import *\n");
    let expected = ["lonely.pyc", "starred/__init__.pyc", "starred/one.pyc"];
    assert_eq!(packed(&world, "app.py"), expected);
}
