//! `--app` with files that have Python in them: notebooks, pages, scripts, PyScript's configuration.

use std::io::Write as _;
use std::process::Stdio;

use insta::assert_snapshot;
use serde_json::json;

use crate::common::{World, any_python};

/// A world whose profile names no roots: the app alone says what is needed.
fn world() -> World {
    let world = World::new();
    world.write("profile.yaml", "output: {compress: []}\n");
    world
}

/// The modules that are packed for an app, but for those that start Python.
fn packed(world: &World) -> Vec<String> {
    let names = world.zip_names(&format!("dist/{}.zip", any_python().stem()));
    let own = names
        .into_iter()
        .filter(|name| !name.starts_with("encodings"));
    own.collect()
}

fn notebook(cells: &[&str]) -> String {
    let cells: Vec<_> = cells
        .iter()
        .map(|source| json!({"cell_type": "code", "source": source, "metadata": {}, "outputs": []}))
        .collect();
    json!({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}).to_string()
}

#[test]
fn a_notebook() {
    let world = world();
    let cells = [
        "%matplotlib inline\n!pip install x\nimport lonely",
        "not python here",
        "\nimport missing_package",
    ];
    world.write("my work.ipynb", notebook(&cells));
    let outcome = world.pack(&["--app", "my work.ipynb"]).exits(0);
    assert_eq!(packed(&world), ["lonely.pyc"]);
    assert!(
        outcome.out.contains("app: Python in 1 notebook\n"),
        "{}",
        outcome.out
    );
    assert_snapshot!(outcome.err, @r"
    warning[app-syntax-error]: left out, since it is not valid: Simple statements must be separated by newlines or semicolons
    --> my work.ipynb:cell 2:1
    warning[third-party-import]: 'missing_package' is not in the standard library, and what it imports is not packed: give its package with --dependency
    --> my work.ipynb:cell 3:2
    ");
}

#[test]
fn the_notebooks_in_a_folder() {
    let world = world();
    world.write("work/a.ipynb", notebook(&["import lonely"]));
    world.write(
        "work/deep/b.ipynb",
        notebook(&["%time from names import world"]),
    );
    world.write("work/broken.ipynb", "{");
    world.write("work/r.ipynb", r#"{"nbformat": 4, "metadata": {"kernelspec": {"name": "ir", "language": "R"}}, "cells": []}"#);
    let outcome = world
        .pack(&["--app", "work", "--depfile", "deps.d"])
        .exits(0);
    assert_eq!(
        packed(&world),
        ["lonely.pyc", "names/__init__.pyc", "names/world.pyc"]
    );
    assert!(
        outcome.out.contains("app: Python in 2 notebooks\n"),
        "{}",
        outcome.out
    );
    assert!(outcome.err.contains("broken.ipynb"), "{}", outcome.err);
    let depfile = String::from_utf8(world.read("deps.d")).unwrap();
    assert!(depfile.contains("b.ipynb"), "{depfile}");
}

#[test]
fn notebooks_that_cannot_be_read() {
    let world = world();
    let refused = |name: &str, text: &str| {
        world.write(name, text);
        world.pack(&["--app", name]).exits(2).err
    };
    assert_snapshot!(refused("a.ipynb", "{\"cells\": ["), @"error[invalid-app]: 'a.ipynb' cannot be read: not a notebook: EOF while parsing a list at line 1 column 11");
    assert_snapshot!(refused("b.ipynb", r#"{"nbformat": 4, "metadata": {"language_info": {"name": "R"}}, "cells": []}"#), @"error[invalid-app]: 'b.ipynb' cannot be read: its code is R, not Python");
    assert_snapshot!(refused("c.ipynb", &notebook(&["a b"])), @"error[invalid-app]: no Python in 'c.ipynb' is valid: cell 1, line 1: Simple statements must be separated by newlines or semicolons");
    assert_snapshot!(refused("d.ipynb", &notebook(&[])), @"error[invalid-app]: 'd.ipynb' holds no Python");
}

#[test]
fn a_page_with_the_files_that_it_names() {
    let world = world();
    let page = r#"<!doctype html>
<script type="py" src="./lib/main.py" config="pyscript.toml"></script>
<script type="module" src="./app.js"></script>
<script type="py">
    hello()
    greet.again()
    import absent
</script>
<script type="py" src="../outside.py"></script>
<script type="py" src="https://example.org/remote.py"></script>
"#;
    world.write("site/index.html", page);
    world.write(
        "site/lib/main.py",
        "def hello(): import helper\nimport greet\n",
    );
    world.write(
        "site/pyscript.toml",
        "[files]\n'lib/helper_source.py' = 'helper.py'\n",
    );
    world.write("site/lib/helper_source.py", "import lonely\n");
    world.write("site/app.js", "import './run.mjs'\n");
    world.write("site/run.mjs", "export const r = p => p.runPythonAsync(`\n  from names import ${x}\n  import names.world\n`);\n");
    world.write("outside.py", "raise SystemExit\n");
    let outcome = world
        .pack(&["--app", "site/index.html", "--depfile", "deps.d"])
        .exits(0);
    assert_eq!(
        packed(&world),
        [
            "greet.pyc",
            "lazily.pyc",
            "lonely.pyc",
            "names/__init__.pyc",
            "names/world.pyc"
        ]
    );
    assert!(
        outcome.out.contains("app: Python in 1 page, 1 script\n"),
        "{}",
        outcome.out
    );
    assert_snapshot!(outcome.err, @r"
    warning[unseen-code]: JavaScript computes Python, or a part of it
    --> site/run.mjs:1
     = help: list the modules that it needs under 'hidden-imports' in the profile
    warning[unseen-code]: '../outside.py' is outside the folder of the app, and is not read
    --> site/index.html:9
     = help: list the modules that it needs under 'hidden-imports' in the profile
    warning[unseen-code]: 'https://example.org/remote.py' is on another server, and is not read
    --> site/index.html:10
     = help: list the modules that it needs under 'hidden-imports' in the profile
    warning[third-party-import]: 'absent' is not in the standard library, and what it imports is not packed: give its package with --dependency
    --> site/index.html:7
    warning[third-party-import]: 'os' is not in the standard library, and what it imports is not packed: give its package with --dependency
    --> site/index.html:2
    warning[third-party-import]: 'pathlib' is not in the standard library, and what it imports is not packed: give its package with --dependency
    --> site/index.html:2
    warning[third-party-import]: 'pyscript' is not in the standard library, and what it imports is not packed: give its package with --dependency
    --> site/index.html:2
    ");
    let depfile = String::from_utf8(world.read("deps.d")).unwrap();
    for file in [
        "index.html",
        "main.py",
        "pyscript.toml",
        "helper_source.py",
        "app.js",
        "run.mjs",
    ] {
        assert!(depfile.contains(file), "{file}: {depfile}");
    }
    assert!(!depfile.contains("outside.py"), "{depfile}");
}

#[test]
fn a_change_of_a_page_makes_a_new_bundle() {
    let world = world();
    world.write("index.html", "<script type=py>import lonely</script>");
    world.pack(&["--app", "index.html"]).exits(0);
    assert_eq!(packed(&world), ["lonely.pyc"]);
    world.write("index.html", "<script type=py>import lazily</script>");
    world.pack(&["--app", "index.html"]).exits(0);
    assert_eq!(packed(&world), ["lazily.pyc"]);
    world
        .run(&[
            "verify",
            "--rebuild",
            "--app",
            "index.html",
            "--stdlib",
            "Lib",
            "--build-python",
            &any_python().path,
        ])
        .exits(0);
}

#[test]
fn pages_and_scripts_in_a_folder_share_their_names() {
    let world = world();
    world.write("site/index.html", "<script>loadPyodide().then(p => p.runPython('from greet import again as shared'))</script>");
    world.write(
        "site/main.ts",
        "const code: string = 'shared()';\npy.runPython(code)",
    );
    world.write("site/plain.html", "<p>no Python</p>");
    world.write("site/broken.js", "runPython(`");
    let outcome = world.pack(&["--app", "site", "--app-zip"]).exits(0);
    assert_eq!(
        packed(&world),
        [
            "greet.pyc",
            "lazily.pyc",
            "names/__init__.pyc",
            "names/world.pyc"
        ]
    );
    assert!(
        outcome.out.contains("app: Python in 1 page, 1 script\n"),
        "{}",
        outcome.out
    );
    // They stay what they are to the program: data.
    let names = world.zip_names("dist/app.zip");
    assert!(names.contains(&"index.html".to_owned()), "{names:?}");
}

#[test]
fn what_a_script_reads_of_a_module_is_packed() {
    let world = world();
    world.write("app.js", "const {world} = p.pyimport('names');\n");
    world.pack(&["--app", "app.js"]).exits(0);
    assert!(
        packed(&world).contains(&"names/__init__.pyc".to_owned()),
        "{:?}",
        packed(&world)
    );
}

#[test]
fn scripts_use_objects_of_python() {
    let classes = "class Greeter:\n    def alone(self):\n        import lonely\n    \
                   def run(self, name):\n        return getattr(self, name)()\n";
    let start = "const greeter = py.runPython('from greeter import Greeter; Greeter()');";
    let in_scripts = |own: &str, other: &str| {
        vec![
            ("site/python.js", format!("{start}\n{own}\n")),
            ("site/main.js", other.to_owned()),
        ]
    };
    let in_page = |more: &str| vec![("site/index.html", format!("<script>{start}</script>{more}"))];
    let compute = "export const greet = (name) => greeter[name]();";
    for (files, is_called) in [
        (in_scripts("", "greeter.alone()"), true),
        (in_scripts("", "greeter.other()"), false),
        (in_scripts("greeter['alone']()", ""), true),
        (in_scripts("const {alone} = greeter; alone()", ""), true),
        (in_scripts("", "const {'alone': f} = greeter; f()"), true),
        (in_scripts(compute, "greet('alone')"), true),
        (in_scripts(compute, "greet({alone: 1})"), true),
        (in_scripts(compute, "greet('other')"), false),
        (in_scripts("", "greeter.run('alone')"), true),
        (in_scripts("", "greeter.run('other')"), false),
        (in_scripts("const n = 'alone'; greeter.run(n)", ""), true),
        (in_page("<script>greeter.alone()</script>"), true),
        (in_page("<script>greeter.other()</script>"), false),
        (in_page("<p onclick='greeter.alone()'>"), true),
    ] {
        let world = world();
        world.write("greeter/__init__.py", classes);
        for (path, text) in &files {
            world.write(path, text);
        }
        let flags = [
            "--app",
            "site",
            "--dependency",
            "greeter",
            "--depfile",
            "deps",
        ];
        world.pack(&flags).exits(0);
        let expected: &[&str] = if is_called { &["lonely.pyc"] } else { &[] };
        assert_eq!(packed(&world), expected, "{files:?}");
        let deps = String::from_utf8(world.read("deps")).unwrap();
        for (path, _) in &files {
            assert!(deps.contains(path), "{deps}");
        }
    }
}

#[test]
fn a_script_that_is_too_complex_is_told() {
    let world = world();
    world.write("site/main.py", "import lonely\n");
    for (calls, is_told) in [("runPython('import greet');", true), ("", false)] {
        world.write("site/a.js", format!("{calls}{}", "o.x;".repeat(100_001)));
        let said = world.pack(&["--app", "site"]).exits(0).err;
        assert_eq!(
            said.contains("'a.js' is too large or too complex"),
            is_told,
            "{said}"
        );
    }
}

#[test]
fn a_notebook_that_marimo_exported() {
    let world = world();
    let notebook = "import%20marimo%0Aapp%20%3D%20marimo.App()%0A%0A%40app.cell%0Adef%20_()%3A%0A%20%20%20%20import%20lonely%0A";
    let page = format!("<head><marimo-code hidden=\"\">{notebook}</marimo-code></head>");
    world.write("index.html", page);
    let said = world.pack(&["--app", "index.html"]).exits(0).err;
    for package in ["marimo", "micropip"] {
        assert!(said.contains(&format!("'{package}'")), "{said}");
    }
    assert_eq!(packed(&world), ["lonely.pyc"]);
}

#[test]
fn a_script_on_standard_input() {
    let world = world();
    let mut command = world.pack_command(&any_python().path, &["--app", "-"]);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(b"import lonely\n")
        .unwrap();
    let output = child.wait_with_output().unwrap();
    world.outcome(&output).exits(0);
    assert_eq!(packed(&world), ["lonely.pyc"]);
}

#[test]
fn an_app_in_a_zip_that_python_runs() {
    let world = world();
    world.write_zip(
        "tool.pyz",
        &[
            ("__main__.py", "import tool\n"),
            ("tool.py", "import lonely\n"),
        ],
    );
    world.pack(&["--app", "tool.pyz"]).exits(0);
    assert_eq!(packed(&world), ["lonely.pyc"]);
}

#[test]
fn a_module_that_a_script_registers_is_there() {
    let world = world();
    let page = "<script type=module>\npyodide.registerJsModule('view', {a: 1});\n\
                pyodide.runPython('import view, lonely; from view.part import b; import absent');\n</script>\n";
    world.write("index.html", page);
    let said = world.pack(&["--app", "index.html"]).exits(0).err;
    assert_eq!(said.matches("third-party-import").count(), 1, "{said}");
    assert!(said.contains("'absent'"), "{said}");
    assert_eq!(packed(&world), ["lonely.pyc"]);
}

#[test]
fn why_tells_the_cell() {
    let world = world();
    let cells = r#"[{"cell_type": "code", "source": "import names"},
                    {"cell_type": "code", "source": "x = 1\nimport lonely"}]"#;
    world.write(
        "demo.ipynb",
        format!(r#"{{"nbformat": 4, "cells": {cells}}}"#),
    );
    let inputs = [
        "--profile",
        "profile.yaml",
        "--app",
        "demo.ipynb",
        "--stdlib",
        "Lib",
    ];
    let why = [
        &["why", "lonely"],
        &inputs[..],
        &["--build-python", &any_python().path],
    ]
    .concat();
    let said = world.run(&why).exits(0).out;
    assert!(said.contains("imported by demo.ipynb:cell 2:2\n"), "{said}");
    assert!(said.contains("importers: demo.ipynb:cell 2:2\n"), "{said}");
}
