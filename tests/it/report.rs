//! `report`, and `why`, which tells the same figures of one module.

use crate::common::{Outcome, World, any_python};

/// Runs a command on the tiny library with a profile.
fn run(world: &World, profile: &str, command: &[&str]) -> Outcome {
    let python = &any_python().path;
    let inputs = ["--stdlib", "Lib", "--build-python", python];
    world.run(&[command, &["--profile", profile], &inputs].concat())
}

#[test]
fn json_in_a_file_leaves_standard_output_alone() {
    let world = World::new();
    let report = ["report", "--json", "--out", "report.json"];
    let said = run(&world, "profile.yaml", &report).exits(0);
    assert_eq!(said.said(), "");
    assert_eq!(world.json("report.json")["profile"]["name"], "profile");
    let report = ["report", "--format", "md", "--out", "report.md"];
    let said = run(&world, "profile.yaml", &report).exits(0);
    assert!(said.out.starts_with("report.md: "), "{}", said.out);
}

/// What stands in other people's profiles is no Markdown.
#[test]
fn markdown_is_made_of_code() {
    let world = World::new();
    let profile = "extends: [profile.yaml]\ndescription: '<img src=x> | `b` **c**'\n";
    world.write("a|b_c_.yaml", profile);
    let report = ["report", "--format", "md"];
    let markdown = run(&world, "a|b_c_.yaml", &report).exits(0).out;
    for part in [
        "# <code>a&#124;b&#95;c&#95;</code> for `native` on",
        "\n<code>&#60;img&#32;src&#61;x&#62;&#32;&#124;&#32;&#96;b&#96;&#32;&#42;&#42;c&#42;&#42;</code>\n",
        "\n| `names.world` | ",
        "| `imported by greet:2` |\n",
    ] {
        assert!(markdown.contains(part), "{part} in {markdown}");
    }
}

#[test]
fn why_and_report_tell_the_same_sizes() {
    let world = World::new();
    let more = "output: {compress: [brotli, zstd]}\nbudget: {brotli: 1 B}\n";
    world.write("own.yaml", format!("extends: [profile.yaml]\n{more}"));
    for profile in ["profile.yaml", "own.yaml"] {
        let report = run(&world, profile, &["report", "--json"]).exits(0).json();
        let modules = report["modules"].as_array().unwrap();
        let greet = modules.iter().find(|module| module["name"] == "greet");
        let greet = greet.unwrap();
        let size = &run(&world, profile, &["why", "greet", "--json"]).json()["size"];
        assert_eq!(size["shallow"], greet["compressed"], "{profile}");
        assert_eq!(size["retained"], greet["retained"], "{profile}");
    }
}
