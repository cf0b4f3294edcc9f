//! The step of `action.yml` that packs, run as GitHub does: with its inputs as environment variables.

use std::process::Command;

use serde_json::Value;

use crate::common::{Outcome, World, any_python, tool_path};

/// A git repository with a project, whose lock is committed on the branch `main` of its origin.
fn world() -> World {
    let world = World::new();
    let python = &any_python().path;
    let inputs = format!("profile: profile.yaml, stdlib: Lib, build-python: '{python}'");
    world.write(
        "stdlib-pack.yaml",
        format!("bundles:\n  web: {{{inputs}}}\n"),
    );
    world.run(&["build", "--update-lock"]).exits(0);
    let git = "git init -q -b main && git add stdlib-pack.lock && \
               git -c user.name=a -c user.email=a@b commit -q -m lock && git remote add origin .";
    let mut shell = Command::new("sh");
    shell.current_dir(world.path("")).args(["-c", git]);
    world.finish(shell).exits(0);
    // Keeps what it is told, in place of commenting.
    world.write(
        "bin/gh",
        "#!/bin/sh\necho \"$@\" > told\nfor last; do :; done\ncat \"$last\" >> told\n",
    );
    let mut shell = Command::new("chmod");
    shell.current_dir(world.path("")).args(["+x", "bin/gh"]);
    world.finish(shell).exits(0);
    world.write("event.json", "{\"pull_request\": {\"number\": 7}}");
    world
}

/// Runs the step with these inputs.
fn step(world: &World, inputs: &[(&str, &str)]) -> Outcome {
    let action = include_str!("../../../action.yml");
    let action: Value = stdlib_pack::yaml::parse(action).unwrap();
    let steps = action["runs"]["steps"].as_array().unwrap();
    let pack = steps.iter().find(|step| step["id"] == "pack").unwrap();
    let path = [world.path("bin").into_os_string(), tool_path()].join(":".as_ref());
    let mut python = Command::new(&any_python().path);
    python
        .current_dir(world.path(""))
        .args(["-c", pack["run"].as_str().unwrap()])
        .env("PATH", path)
        .env("STDLIB_PACK_CACHE", world.path("cache"))
        .env("RUNNER_TEMP", world.path(""))
        .env("GITHUB_BASE_REF", "main")
        .env("GITHUB_REPOSITORY", "owner/name")
        .env("GITHUB_EVENT_PATH", world.path("event.json"))
        .env("GITHUB_OUTPUT", world.path("output"))
        .env("GITHUB_STEP_SUMMARY", world.path("summary.md"));
    for name in pack["env"].as_object().unwrap().keys() {
        let given = inputs.iter().find(|(input, _)| input == name);
        python.env(name, given.map_or("", |(_, value)| value));
    }
    world.finish(python)
}

#[test]
fn a_project_is_checked_and_a_pull_request_told() {
    let world = world();
    let inputs = [("CHECK", "true"), ("COMMENT", "true")];
    step(&world, &inputs).exits(0);
    let told = || String::from_utf8(world.read("told")).unwrap();
    assert!(
        told().starts_with("pr comment 7 --repo owner/name --edit-last"),
        "{}",
        told()
    );
    assert!(told().contains("No difference."), "{}", told());
    world.write("Lib/greet.py", "import lonely\n");
    let said = step(&world, &inputs).exits(1).err;
    assert!(
        said.contains("::error::stdlib-pack: a bundle is not as"),
        "{said}"
    );
    world.run(&["build", "--update-lock"]).exits(0);
    step(&world, &inputs).exits(0);
    assert!(told().contains("lonely"), "{}", told());
    let summary = String::from_utf8(world.read("summary.md")).unwrap();
    assert!(summary.contains("lonely"), "{summary}");
    let said = step(&world, &[("CHECK", "yes")]).exits(1).err;
    assert!(
        said.contains("'check' is 'true' or 'false', not 'yes'"),
        "{said}"
    );
}

#[test]
fn one_bundle_has_outputs() {
    let world = world();
    let args = format!(
        "--stdlib Lib --build-python '{}' --compress brotli",
        any_python().path
    );
    let inputs = [("PROFILE", "profile.yaml"), ("OUT", "out"), ("ARGS", &args)];
    step(&world, &inputs).exits(0);
    let output = String::from_utf8(world.read("output")).unwrap();
    let stem = any_python().stem();
    for file in [
        format!("out/{stem}.zip\n"),
        format!("out/{stem}.zip.br\n"),
        format!("out/{stem}.json\n"),
    ] {
        assert!(output.contains(&file), "{file} in {output}");
    }
}
