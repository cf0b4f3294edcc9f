//! `verify --rebuild`: the same bundle again, from its receipt.

use insta::assert_snapshot;

use super::run;
use crate::common::{Outcome, World, any_python};

fn rebuild(world: &World, more: &[&str]) -> Outcome {
    let python = &any_python().path;
    let flags = [
        "verify",
        "--rebuild",
        "--stdlib",
        "Lib",
        "--build-python",
        python,
    ];
    world.run(&[&flags[..], more].concat())
}

#[test]
fn a_bundle_can_be_made_again_from_its_receipt() {
    let world = World::new();
    world.write("app.py", "import greet\n");
    let flags = [
        "--app",
        "app.py",
        "--exclude",
        "lon*",
        "--strip",
        "docstrings,columns",
    ];
    run(
        &world,
        "pack",
        &[&flags[..], &["--compress", "brotli,zstd"]].concat(),
    )
    .exits(0);
    // The receipt has the merged profile.
    std::fs::remove_file(world.path("profile.yaml")).unwrap();
    let said = rebuild(&world, &["--app", "app.py"]).exits(0);
    assert_snapshot!(said.said(), @"rebuilt: all 4 files are identical");
    let said = rebuild(&world, &[]).exits(2);
    assert!(
        said.err.contains("built with app.py: pass it with --app"),
        "{}",
        said.err
    );
}

#[test]
fn every_built_in_profile_can_be_made_again() {
    for profile in ["browser-minimal", "wasi", "interpreter"] {
        let world = World::empty();
        let python = &any_python().path;
        let flags = ["--build-python", python];
        let pack = ["--profile", profile, "--compress", "zstd"];
        world.run(&[&pack[..], &flags].concat()).exits(0);
        world
            .run(&[&["verify", "--rebuild"], &flags[..]].concat())
            .exits(0);
    }
}

#[test]
fn another_source_is_told() {
    let world = World::new();
    run(&world, "pack", &[]).exits(0);
    world.write("Lib/names/world.py", "WORLD = 'another'\n");
    let said = rebuild(&world, &[]).exits(1);
    assert!(said.out.contains("different"), "{}", said.out);
    assert!(said.out.contains("names.world"), "{}", said.out);
    let said = rebuild(&world, &["--json"]).exits(1).json();
    assert_eq!(said["passed"], false);
    assert!(said["difference"]["changed"]["names.world"].is_object());
}

#[test]
fn deltas_need_the_zip_that_they_were_made_from() {
    let world = World::new();
    run(&world, "pack", &["--out", "old"]).exits(0);
    let old = format!("old/{}.zip", any_python().stem());
    world.write("Lib/names/world.py", "WORLD = 'another'\n");
    run(&world, "pack", &["--delta-from", &old]).exits(0);
    rebuild(&world, &[]).exits(2);
    rebuild(&world, &["--delta-from", &old]).exits(0);
}

/// What was written beside the bundle is made again too.
#[test]
fn a_bill_that_says_otherwise_is_seen() {
    let world = World::new();
    run(&world, "pack", &["--sbom", "--checksums"]).exits(0);
    let said = rebuild(&world, &["--json"]).exits(0).json();
    assert_eq!(said["files"].as_object().unwrap().len(), 5);
    let stem = any_python().stem();
    let bill = format!("dist/{stem}.cdx.json");
    let text = String::from_utf8(world.read(&bill)).unwrap();
    world.write(&bill, text.replace("greet", "great"));
    let said = rebuild(&world, &["--json"]).exits(1).json();
    assert_eq!(said["files"]["python3xx.cdx.json"], false);
    assert_eq!(said["files"]["python3xx.zip"], true);
}
