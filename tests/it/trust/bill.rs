//! What tells of a bundle's contents: a bill of materials, and digests.

use std::process::Command;

use super::run;
use crate::common::pythons::schemas;
use crate::common::{World, any_python, by_shell};

/// Whether the document is what CycloneDX 1.6 says, in its own judgement.
const VALIDATE: &str = "\
import sys
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
print(JsonStrictValidator(SchemaVersion.V1_6).validate_str(open(sys.argv[1]).read()))
";

fn validated(world: &World, file: &str) -> String {
    let mut command = Command::new("python3");
    command.args(["-c", VALIDATE]).arg(world.path(file));
    let output = command.env("PYTHONPATH", schemas()).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_bill_of_materials_is_what_its_schema_says() {
    let world = World::new();
    run(&world, "pack", &["--sbom", "--compress", "brotli"]).exits(0);
    let file = format!("dist/{}.cdx.json", any_python().stem());
    assert_eq!(validated(&world, &file), "None\n");
    let wrong = String::from_utf8(world.read(&file))
        .unwrap()
        .replace("SHA-256", "SHA-0");
    world.write("wrong.json", wrong);
    assert_ne!(validated(&world, "wrong.json"), "None\n", "it can say no");
}

#[test]
fn a_bill_of_materials_has_every_module_and_file_with_its_digest() {
    let world = World::new();
    run(&world, "pack", &["--sbom"]).exits(0);
    let stem = any_python().stem();
    let bill = world.json(&format!("dist/{stem}.cdx.json"));
    let receipt = world.json(&format!("dist/{stem}.json"));
    let modules = bill["components"][0]["components"].as_array().unwrap();
    let kept = receipt["kept"].as_object().unwrap();
    assert_eq!(modules.len(), kept.len());
    for module in modules {
        let name = module["name"].as_str().unwrap();
        assert_eq!(module["hashes"][0]["content"], kept[name]["source_sha256"]);
    }
    let zip = &bill["metadata"]["component"]["components"][0];
    let output = &receipt["outputs"][format!("{stem}.zip")];
    assert_eq!(zip["hashes"][0]["content"], output["sha256"]);
}

#[test]
fn digests_are_checked_by_the_usual_programs() {
    let world = World::new();
    run(&world, "pack", &["--checksums", "--sbom"]).exits(0);
    let stem = any_python().stem();
    let check = |program: &str| {
        let mut command = Command::new(format!("{program}sum"));
        command.arg("-c").arg(format!("{stem}.{program}"));
        let status = command.current_dir(world.path("dist")).output().unwrap();
        (
            status.status.success(),
            String::from_utf8(status.stdout).unwrap(),
        )
    };
    for program in ["sha256", "sha384"] {
        let (good, said) = check(program);
        assert!(good && said.lines().count() == 3, "{said}");
    }
    by_shell(
        &format!("echo >> dist/{stem}.zip"),
        Command::new("true").current_dir(world.path("")),
    )
    .status()
    .unwrap();
    assert!(!check("sha256").0);
}

/// They would tell of another bundle.
#[test]
fn what_an_earlier_run_left_goes() {
    let world = World::new();
    run(&world, "pack", &["--checksums", "--sbom"]).exits(0);
    assert_eq!(world.files("dist").len(), 5);
    run(&world, "pack", &[]).exits(0);
    assert_eq!(world.files("dist").len(), 2);
}
