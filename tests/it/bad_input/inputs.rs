//! Nothing is written over what is read, nor over files that are somebody else's.

use std::fs;
use std::os::unix::fs::symlink;

use insta::assert_snapshot;

use crate::common::{Outcome, World, any_python};

/// A world with an app in a folder, and what of it must stay as it is.
fn world() -> World {
    let world = World::new();
    world.write("app/main.py", "import greet\n");
    world.write("app/settings.json", "{\"precious\": true}\n");
    world
}

/// Runs `pack`, which is refused as bad usage and leaves `file` as it was.
#[track_caller]
fn refused(world: &World, file: &str, flags: &[&str]) -> String {
    let before = world.read(file);
    let outcome = world.pack(&[&["--app", "app"], flags].concat()).exits(2);
    assert_eq!(outcome.out, "");
    assert!(world.read(file) == before, "{file} was written over");
    outcome.err
}

#[test]
fn named_files_are_not_written_over_inputs() {
    let world = world();
    symlink("profile.yaml", world.path("link.yaml")).unwrap();
    fs::hard_link(world.path("profile.yaml"), world.path("hard.yaml")).unwrap();
    for file in [
        "profile.yaml",
        "./app/../profile.yaml",
        "link.yaml",
        "hard.yaml",
        "app/main.py",
        "app/settings.json",
        "Lib/greet.py",
        "Lib/lonely.py",
    ] {
        for flag in ["--depfile", "--missing-stdlib-config"] {
            let err = refused(&world, file, &[flag, file]);
            let words = ["is an input of this run", "which this run reads"];
            assert!(words.iter().any(|words| err.contains(words)), "{err}");
            assert!(!world.path("dist").exists(), "{flag} {file}");
        }
    }
}

#[test]
fn what_is_read_is_named() {
    let err = refused(&world(), "profile.yaml", &["--depfile", "profile.yaml"]);
    assert_snapshot!(err, @"error[output-conflict]: 'profile.yaml' is an input of this run ('profile.yaml') and would be overwritten: choose another path for the output");
    let world = world();
    world.write("app/table.csv", "1;2\n");
    let flags = ["--missing-stdlib-config", "app/table.csv"];
    let err = refused(&world, "app/table.csv", &flags);
    assert_snapshot!(err, @"error[output-conflict]: 'app/table.csv' lies in 'app', which this run reads, and was not written by this command: choose another place for the output");
}

/// Build systems write them into the project that they look through, again and again.
#[test]
fn files_of_an_earlier_run_are_replaced_wherever_they_lie() {
    let world = world();
    for _ in 0..2 {
        let flags = ["--app", ".", "--depfile", "deps.d"];
        let config = ["--missing-stdlib-config", "missing.json"];
        world.pack(&[&flags[..], &config].concat()).exits(0);
        world.write("Lib/names/world.py", "WORLD = 'another'\n");
    }
}

/// The library, or the app, is a zip with a bundle's name in the folder that the bundle goes to.
#[test]
fn a_zip_that_is_read_is_not_replaced() {
    let stem = any_python().stem();
    let zip = format!("dist/{stem}.zip");
    let files = [
        ("greet.py", "import names.world\n"),
        ("names/__init__.py", ""),
        ("names/world.py", "WORLD = 1\n"),
        ("encodings/__init__.py", ""),
    ];
    let app = [("own.py", "import names\n")];
    let packed = |world: &World, flags: &[&str]| -> Outcome {
        let python = &any_python().path;
        let all = ["--profile", "profile.yaml", "--build-python", python];
        world.run(&[&all[..], flags].concat())
    };
    for flags in [
        vec!["--stdlib", &*zip],
        vec!["--stdlib", "Lib", "--app", &*zip],
        vec!["--stdlib", "Lib", "--delta-from", &*zip],
    ] {
        let world = World::new();
        let is_app = flags.contains(&"--app");
        world.write_zip(&zip, if is_app { &app[..] } else { &files[..] });
        let before = world.read(&zip);
        let err = packed(&world, &flags).exits(2).err;
        assert!(err.contains("is an input of this run"), "{err}");
        assert!(world.read(&zip) == before);
        assert_eq!(world.files("dist").len(), 1, "half a bundle");
    }
}

#[test]
fn an_input_is_known_by_another_name_of_its() {
    let world = world();
    world.pack(&[]).exits(0);
    let stem = any_python().stem();
    let zip = world.path(&format!("dist/{stem}.zip"));
    fs::remove_file(&zip).unwrap();
    fs::hard_link(world.path("Lib/greet.py"), &zip).unwrap();
    refused(&world, "Lib/greet.py", &[]);
    fs::remove_file(&zip).unwrap();
    symlink(world.path("profile.yaml"), &zip).unwrap();
    refused(&world, "profile.yaml", &[]);
}

#[test]
fn reports_locks_profiles_and_targets_are_not_written_over_inputs() {
    let python = &any_python().path;
    let what = ["--profile", "profile.yaml", "--stdlib", "Lib"];
    let what = [&what[..], &["--build-python", python, "--app", "app"]].concat();
    for file in ["profile.yaml", "app/main.py", "app/settings.json"] {
        let world = world();
        let before = world.read(file);
        for format in ["html", "json", "md"] {
            let flags = ["report", "--format", format, "--out", file];
            world.run(&[&flags[..], &what].concat()).exits(2);
        }
        let lock = ["lock", "--lock", file];
        world.run(&[&lock[..], &what].concat()).exits(2);
        assert!(world.read(file) == before, "{file}");
    }
    let world = world();
    let init = ["profile", "init", "--app", "app", "--out", "app/main.py"];
    let init = [&init[..], &["--force", "--build-python", python]].concat();
    world.run(&init).exits(2);
    assert_eq!(world.read("app/main.py"), b"import greet\n");
    world.write("report.html", "<p>of somebody</p>");
    let err = world.run(&[&["report"], &what[..]].concat()).exits(2).err;
    assert!(err.contains("is not a report"), "{err}");
    fs::remove_file(world.path("report.html")).unwrap();
    for _ in 0..2 {
        world.run(&[&["report"], &what[..]].concat()).exits(0);
    }
}

/// Every name that a bundle's file can have, taken by somebody.
#[test]
fn files_that_no_receipt_names_stay() {
    let flags = ["--sbom", "--checksums", "--compress", "brotli,zstd,deflate"];
    let endings = [
        "zip",
        "json",
        "zip.br",
        "zip.zst",
        "deflated.zip",
        "cdx.json",
        "sha256",
        "sha384",
    ];
    for ending in endings {
        let world = World::new();
        let file = format!("dist/{}.{ending}", any_python().stem());
        world.write(&file, "{}");
        let err = world.pack(&flags).exits(2).err;
        let words = [
            "exists and belongs to no bundle",
            "is not a bundle's receipt",
        ];
        assert!(words.iter().any(|words| err.contains(words)), "{err}");
        assert_eq!(world.read(&file), b"{}");
        assert_eq!(world.files("dist").len(), 1, "half a bundle");
        if !["zip", "json"].contains(&ending) {
            // A run that writes no such file lets it be.
            world.pack(&[]).exits(0);
            assert_eq!(world.read(&file), b"{}");
            world.pack(&flags).exits(2);
            assert_eq!(world.files("dist").len(), 3, "half a bundle");
        }
    }
}

#[test]
fn files_that_a_receipt_names_are_replaced_and_deleted() {
    let world = World::new();
    let flags = ["--sbom", "--checksums", "--compress", "brotli,zstd"];
    world.pack(&flags).exits(0);
    assert_eq!(world.files("dist").len(), 7);
    world.write("Lib/names/world.py", "WORLD = 'another'\n");
    world.pack(&flags).exits(0);
    assert_eq!(world.files("dist").len(), 7);
    world.pack(&[]).exits(0);
    assert_eq!(world.files("dist").len(), 2);
}

/// A receipt cannot make the program delete what is no file of a bundle.
#[test]
fn a_receipt_that_names_other_files_is_not_believed() {
    let world = World::new();
    world.pack(&[]).exits(0);
    let stem = any_python().stem();
    let receipt = format!("dist/{stem}.json");
    let text = String::from_utf8(world.read(&receipt)).unwrap();
    let (first, rest) = text.split_once("\"outputs\": {").unwrap();
    let more = "\"../profile.yaml\": {}, \"notes.txt\": {}, \"other.zip\": {},";
    world.write(&receipt, format!("{first}\"outputs\": {{{more}{rest}"));
    for file in ["dist/notes.txt", "dist/other.zip"] {
        world.write(file, "precious");
    }
    world.pack(&[]).exits(0);
    assert_eq!(world.files("dist").len(), 4);
    assert!(world.path("profile.yaml").exists());
}

/// By `report`, which knows nothing of the bundle there.
#[test]
fn files_of_another_bundle_are_not_written_over() {
    let world = World::new();
    world.pack(&[]).exits(0);
    let bundle = world.files("dist");
    let file = format!("dist/{}.zip", any_python().stem());
    let err = world
        .pack(&["--out", "other", "--depfile", &file])
        .exits(2)
        .err;
    assert!(err.contains("is a file of the bundle of"), "{err}");
    assert!(world.files("dist") == bundle);
}

#[test]
fn two_files_of_one_name_are_refused() {
    let world = World::new();
    let flags = ["--depfile", "file", "--missing-stdlib-config", "./file"];
    let err = world.pack(&flags).exits(2).err;
    assert_snapshot!(err, @"error[output-conflict]: two files would be written to 'file': give each a name of its own");
    assert!(!world.path("dist").exists());
}
