//! `--hermetic` and `--depfile`, for build systems.

use super::run;
use crate::common::{World, any_python};

fn pack(world: &World, python: &str, more: &[&str]) -> crate::common::Outcome {
    let flags = ["--profile", "profile.yaml", "--stdlib", "Lib", "--hermetic"];
    world.run(&[&flags[..], &["--build-python", python], more].concat())
}

#[test]
fn every_input_is_a_flag() {
    let world = World::new();
    let python = &any_python().path;
    pack(&world, python, &["--out", "dist"]).exits(0);
    assert!(!world.path("cache").exists(), "nothing is remembered");
    pack(&world, python, &[]).exits(2);
    let said = pack(&world, "python3", &["--out", "dist"]).exits(2);
    assert!(
        said.err.contains("pass the path of the build Python"),
        "{}",
        said.err
    );
}

#[test]
fn a_depfile_names_what_was_read_and_nothing_else() {
    let world = World::new();
    world.write("app/main.py", "import greet\n");
    world.write("base.yaml", "roots: [lonely]\n");
    world.write(
        "profile.yaml",
        "extends: [base.yaml]\noutput: {compress: []}\n",
    );
    let depfile = || {
        let flags = ["--out", "dist", "--depfile", "out/deps.d", "--app", "app"];
        run(&world, "pack", &flags).exits(0);
        String::from_utf8(world.read("out/deps.d")).unwrap()
    };
    let text = depfile();
    let (outputs, inputs) = text.split_once(':').unwrap();
    let stem = any_python().stem();
    assert_eq!(outputs, format!("dist/{stem}.zip dist/{stem}.json"));
    for file in [
        "Lib/greet.py",
        "Lib/lonely.py",
        "app/main.py",
        "base.yaml",
        "profile.yaml",
    ] {
        assert!(inputs.contains(&format!("  {file}")), "{file} in {inputs}");
    }
    assert!(!inputs.contains("test_greet"), "{inputs}");
    // Folders in which a new file may change the bundle, and an empty rule for each input.
    for folder in ["Lib", "Lib/names", "app"] {
        assert!(
            inputs.contains(&format!("  {folder} \\\n")),
            "{folder} in {inputs}"
        );
    }
    assert!(inputs.contains("\napp/main.py:\n"), "{inputs}");
    // A bundle that was found in the cache was made from the same.
    assert_eq!(depfile(), text);
}

#[test]
fn facts_of_the_target_are_inputs() {
    let world = World::new();
    let target = world
        .run(&["target", "probe", "--run", &any_python().path])
        .exits(0)
        .out;
    world.write(
        "own-target.yaml",
        target.replace("name: \"probed\"", "name: \"own\""),
    );
    world.write(
        "facts/targets/other.yaml",
        target.replace("name: \"probed\"", "name: \"other\""),
    );
    let flags = [
        "--target",
        "own-target.yaml",
        "--manifests",
        "facts",
        "--depfile",
        "deps.d",
    ];
    let config = ["--missing-stdlib-config", "missing.json"];
    run(&world, "pack", &[&flags[..], &config].concat()).exits(0);
    let text = String::from_utf8(world.read("deps.d")).unwrap();
    let (outputs, inputs) = text.split_once(':').unwrap();
    assert!(outputs.ends_with(" missing.json"), "{outputs}");
    for file in [
        "own-target.yaml",
        "facts/targets/other.yaml",
        &any_python().path,
    ] {
        assert!(inputs.contains(&format!("  {file}")), "{file} in {inputs}");
    }
}

#[test]
fn nothing_of_the_path_is_taken_through_a_back_door() {
    let world = World::new();
    let pyodide = format!(
        "pyodide:{}",
        crate::common::pythons::pyodide("0.29.5").display()
    );
    for python in ["python3 -Wignore::/", &pyodide] {
        let said = pack(&world, python, &["--out", "dist"]).exits(2).err;
        assert!(said.contains("ignores the PATH"), "{said}");
    }
}

#[test]
fn a_file_of_the_bundle_is_not_written_over() {
    let world = World::new();
    let stem = any_python().stem();
    for (flag, ending) in [("--depfile", "zip"), ("--missing-stdlib-config", "json")] {
        let plain = format!("dist/{stem}.{ending}");
        for file in [&plain, &format!("./{plain}")] {
            let said = run(&world, "pack", &[flag, file]).exits(2).err;
            assert!(said.contains("is a file of the bundle"), "{said}");
            assert!(!world.path("dist").exists());
        }
    }
}
