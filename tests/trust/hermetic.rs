//! `--hermetic` and `--depfile`, for build systems.

use crate::common::{World, any_python};
use crate::run;

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
        said.err.contains("name the build Python by its path"),
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
    // A bundle that was found in the cache was made from the same.
    assert_eq!(depfile(), text);
}
