//! The project of a folder: `pyproject.toml` or `stdlib-pack.yaml` there or above, and its bundles by name.

use std::fs;

use crate::common::{Outcome, World, any_python};

/// A world whose project is a `pyproject.toml`, with `keys` for its bundle.
fn world(keys: &str) -> World {
    let world = World::new();
    let python = &any_python().path;
    let text = format!(
        "[project]\nname = 'app'\n\n[tool.stdlib-pack.bundles.web]\nprofile = 'profile.yaml'\nstdlib = 'Lib'\n\
         build-python = '{python}'\napp = ['app']\n{keys}"
    );
    world.write("pyproject.toml", text);
    world.write("app/main.py", "import greet\n");
    world.write("app/inner/other.py", "");
    world
}

fn run_in(world: &World, folder: &str, arguments: &[&str]) -> Outcome {
    let mut command = world.command();
    command.current_dir(world.path(folder)).args(arguments);
    world.finish(command)
}

/// The same files as from `stdlib-pack.yaml`, from any folder.
#[test]
fn toml_and_yaml_make_the_same_bundle() {
    let world = world("root = ['lonely']\n");
    run_in(&world, "app/inner", &["build"]).exits(0);
    let built = world.files("dist/web");
    let python = &any_python().path;
    let text = format!(
        "bundles:\n  web: {{profile: profile.yaml, stdlib: Lib, build-python: '{python}', app: app, root: lonely}}\n"
    );
    world.write("other.yaml", text);
    fs::remove_dir_all(world.path("dist")).unwrap();
    world.run(&["build", "--file", "other.yaml"]).exits(0);
    assert!(world.files("dist/web") == built);
}

#[test]
fn mistakes_have_their_place_in_the_toml() {
    let world = world("budgett = '3 KB'\n");
    let said = run_in(&world, "app", &["build", "--json"]).exits(2).json();
    let error = &said["diagnostics"][0];
    assert_eq!(error["message"], "unknown key 'budgett'");
    assert_eq!(error["file"], "../pyproject.toml");
    assert_eq!((&error["line"], &error["column"]), (&9.into(), &1.into()));
    assert_eq!(error["help"], "did you mean 'budget'?");
}

#[test]
fn two_projects_in_a_folder_are_an_error() {
    let world = world("");
    world.write("stdlib-pack.yaml", "bundles:\n  web: {profile: wasm}\n");
    let said = world.run(&["build"]).exits(2).err;
    assert!(said.contains("there are two projects"), "{said}");
    world
        .run(&["build", "--check", "--file", "pyproject.toml"])
        .exits(2);
    // A file of other tools is none.
    world.write("pyproject.toml", "[tool.ruff]\nline-length = 100\n");
    let said = world.run(&["build", "nothing"]).exits(2).err;
    assert!(said.contains("no bundle 'nothing'"), "{said}");
}

#[test]
fn no_project_is_told() {
    let world = World::empty();
    let said = world.run(&["build"]).exits(2).err;
    assert!(said.contains("there is no project"), "{said}");
    let said = world.run(&[]).exits(2).err;
    assert!(said.contains("there is no profile"), "{said}");
}

/// Each command by the name of the bundle, or without one, since there is only one.
#[test]
fn commands_take_the_name_of_a_bundle() {
    let world = world("");
    let run = |arguments: &[&str]| run_in(&world, "app", arguments);
    run(&["build", "--update-lock"]).exits(0);
    for named in [&[][..], &["--bundle", "web"]] {
        let why = run(&[&["why", "greet"], named].concat()).exits(0).out;
        assert!(why.contains("importers: root, main:1"), "{why}");
        let graph = run(&[&["graph", "greet", "--format", "mermaid"], named].concat());
        assert!(graph.exits(0).out.contains("names.world"));
        let report = run(&[&["report", "--format", "md"], named].concat());
        assert!(report.exits(0).out.contains("greet"));
    }
    // This library starts no interpreter, which is the answer to both.
    let said = run(&["verify", "web"]).exits(1).out;
    assert!(
        said.contains("modules import with only this bundle"),
        "{said}"
    );
    assert_eq!(run(&["verify"]).exits(1).out, said);
    run(&["verify", "web", "--rebuild"]).exits(0);
    assert_eq!(run(&["diff", "web"]).exits(0).out, "no difference\n");
    assert_eq!(
        run(&["diff", "web", "../dist/web"]).exits(0).out,
        "no difference\n"
    );
    run(&["inspect", "web", "--json"]);
    let said = run(&["why", "greet", "--bundle", "wep"]).exits(2).err;
    assert!(said.contains("no bundle 'wep'"), "{said}");
    for flags in [
        &["--root", "lonely"][..],
        &["--bundle", "web", "--root", "lonely"],
    ] {
        let said = run(&[&["why", "greet"], flags].concat()).exits(2).err;
        assert!(said.contains("--profile"), "{said}");
    }
}

/// What the table names is no module that the app names.
#[test]
fn the_table_is_no_data_of_the_app() {
    let world = world("exclude = ['names.other', 'lonely.thing']\n");
    let move_into_app = |text: String| text.replace("'app'", "'.'");
    let text = String::from_utf8(world.read("pyproject.toml")).unwrap();
    let text = move_into_app(text)
        .replace("'Lib'", "'../Lib'")
        .replace("'profile.yaml'", "'../profile.yaml'");
    world.write("app/pyproject.toml", text);
    fs::remove_file(world.path("pyproject.toml")).unwrap();
    run_in(&world, "app", &["build"]).exits(0);
    let names = world.zip_names(&format!("app/dist/web/{}.zip", any_python().stem()));
    assert!(
        !names.iter().any(|name| name.contains("lonely")),
        "{names:?}"
    );
}

#[test]
fn none_is_an_empty_list() {
    let world = world("compress = 'none'\nstrip = 'none'\n");
    world.write("profile.yaml", "roots: [greet]\n");
    run_in(&world, "", &["build"]).exits(0);
    assert_eq!(world.files("dist/web").len(), 2);
    world
        .pack(&["--compress", "none", "--strip", "none", "--out", "none"])
        .exits(0);
    assert_eq!(world.files("none").len(), 2);
    world.pack(&["--out", "default"]).exits(0);
    assert_eq!(world.files("default").len(), 3);
}
