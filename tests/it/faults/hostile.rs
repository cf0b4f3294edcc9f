//! Inputs that are small on disk and were made to take all memory or time.

use std::fs::File;
use std::time::{Duration, Instant};

use super::measured;
use crate::common::{Outcome, World, any_python, by_shell};

/// What a run said that took little memory and time.
#[track_caller]
fn modest(world: &World, flags: &[&str]) -> Outcome {
    let command = world.pack_command(&any_python().path, flags);
    let start = Instant::now();
    let (outcome, peak) = measured(world, &command);
    assert!(peak < 300 << 20, "{peak} bytes of memory");
    // Five seconds on a machine that does nothing else.
    let took = start.elapsed();
    assert!(took < Duration::from_secs(20), "{took:?}");
    outcome
}

#[track_caller]
fn refused(world: &World, flags: &[&str], words: &str) {
    let outcome = modest(world, flags).exits(2);
    assert!(outcome.err.contains(words), "{}", outcome.err);
}

/// Writes a profile that excludes quoted `patterns`.
fn exclude(world: &World, patterns: &[String]) {
    let patterns = patterns.join(",");
    let profile = format!(
        "roots: [greet]\noutput: {{compress: []}}\nexclude: [{{modules: [{patterns}], reason: x}}]\n"
    );
    world.write("profile.yaml", profile);
}

#[test]
fn sixteen_thousand_patterns() {
    let world = World::new();
    for pattern in ["mod{}*", "*{}", "*a{}*b*c*", "a{}.*.b", "mod{}"] {
        let patterns = (0..16_000).map(|number| pattern.replace("{}", &number.to_string()));
        let patterns: Vec<String> = patterns.map(|pattern| format!("\"{pattern}\"")).collect();
        exclude(&world, &patterns);
        modest(&world, &["--no-cache"]).exits(0);
    }
}

#[test]
fn patterns_that_are_too_much_for_one_automaton() {
    let world = World::new();
    let braces = "{".repeat(126) + "a" + &"}".repeat(126);
    refused(&world, &["--exclude", &braces], "126 wildcards");
    let pattern = "?".repeat(1_000_000);
    exclude(&world, &[format!("'{pattern}'")]);
    refused(&world, &[], "a pattern of 1000000 bytes");
    // As much as a profile may hold.
    let wide = "?*".repeat(15) + &"x".repeat(900);
    let patterns: Vec<String> = (0..4000)
        .map(|number| format!("'{wide}{number}'"))
        .collect();
    exclude(&world, &patterns);
    modest(&world, &["--no-cache"]).exits(0);
}

/// What comes from a receipt is no better.
#[test]
fn a_pattern_in_a_receipt() {
    let world = World::new();
    world.pack(&[]).exits(0);
    let receipt = format!("dist/{}.json", any_python().stem());
    let mut json = world.json(&receipt);
    let braces = "{".repeat(126) + "a" + &"}".repeat(126);
    json["profile"]["exclude"] = serde_json::json!([{"modules": [braces], "reason": "x"}]);
    world.write(&receipt, json.to_string());
    let python = &*any_python().path;
    let outcome = world.run(&[
        "verify",
        "dist",
        "--rebuild",
        "--stdlib",
        "Lib",
        "--build-python",
        python,
    ]);
    let err = outcome.exits(2).err;
    assert!(err.contains("126 wildcards"), "{err}");
}

#[test]
fn profiles_that_extend_each_other_again_and_again() {
    let world = World::new();
    let many = |next: &str| format!("extends: [{}]\n", vec![next; 1000].join(", "));
    world.write("profile.yaml", many("two.yaml"));
    world.write("two.yaml", many("three.yaml"));
    world.write("three.yaml", many("four.yaml"));
    world.write("four.yaml", "roots: [greet]\n");
    refused(&world, &[], "more than 256 times");
    for file in 0..23 {
        let next = file + 1;
        let text = format!("extends: [{next}.yaml, {next}.yaml]\n");
        world.write(&format!("{file}.yaml"), text);
    }
    world.write("23.yaml", "roots: [greet]\n");
    world.write("profile.yaml", "extends: [0.yaml]\n");
    refused(&world, &[], "more than 256 times");
}

/// Files that have nothing in them but holes.
#[test]
fn an_app_of_large_files() {
    let world = World::new();
    world.write("app/first.py", "");
    for file in 0..60 {
        let file = File::create(world.path(&format!("app/m{file}.py"))).unwrap();
        file.set_len(60_000_000).unwrap();
    }
    refused(&world, &["--app", "app"], "its Python files have more than");
    refused(&world, &["--app", "app/m0.py"], "null");
}

/// Each is the one before twice.
#[test]
fn constants_that_double() {
    let world = World::new();
    let mut app = "from typing import TYPE_CHECKING\nc0 = TYPE_CHECKING\n".to_owned();
    for next in 1..60 {
        let last = next - 1;
        app += &format!("c{next} = c{last} or c{last}\n");
    }
    world.write("app.py", app + "if c59:\n    import lonely\n");
    modest(&world, &["--app", "app.py"]).exits(0);
}

/// Where a process may have 600 MB of address space, stacks and all.
#[test]
fn little_address_space() {
    let world = World::new();
    world.write("app.py", "import greet\n");
    world.write(
        "stdlib-pack.yaml",
        "bundles: {a: {profile: profile.yaml, stdlib: Lib}, b: {profile: profile.yaml, stdlib: Lib}}\n",
    );
    let python = &*any_python().path;
    world.pack(&["--out", "bundle"]).exits(0);
    let packing = [
        "--profile",
        "profile.yaml",
        "--stdlib",
        "Lib",
        "--build-python",
        python,
    ];
    let with = |first: &[&'static str]| -> Vec<String> {
        first
            .iter()
            .chain(&packing)
            .map(ToString::to_string)
            .collect()
    };
    let plain = |all: &[&str]| all.iter().map(ToString::to_string).collect();
    let commands: [Vec<String>; 11] = [
        plain(&["--help"]),
        plain(&["profile", "show", "profile.yaml"]),
        plain(&["target", "list"]),
        plain(&["diff", "bundle", "bundle"]),
        plain(&["verify", "bundle", "--build-python", python]),
        with(&["--app", "app.py", "--no-cache"]),
        with(&["why", "greet"]),
        with(&["graph"]),
        with(&["report", "--out", "report.html"]),
        with(&["lock"]),
        plain(&["build"]),
    ];
    for flags in commands {
        let mut command = world.command();
        command.args(&flags);
        let outcome = world.finish(by_shell("ulimit -v 600000", &command));
        // No interpreter starts with a library of five modules.
        let code = i32::from(flags[0] == "verify");
        assert_eq!(
            outcome.code,
            Some(code),
            "{flags:?}: {}{}",
            outcome.out,
            outcome.err
        );
    }
    // With less, it is told what is missing.
    let mut command = world.command();
    command.args(packing);
    let outcome = world.finish(by_shell("ulimit -v 60000", &command));
    assert!(
        outcome.code == Some(0) || !outcome.err.is_empty(),
        "{:?}",
        outcome.code
    );
}
