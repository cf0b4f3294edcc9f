//! Pipes, devices and sockets in place of every file that is read: refused at once, by what they are.

use std::fs;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use super::measured;
use crate::common::{World, any_python};

/// What is put in place of a file, and what it is called.
const KINDS: [&str; 3] = ["a pipe", "a device", "a socket"];

/// Nobody writes to the pipe, and the device has no end.
fn put(kind: &str, place: &Path) {
    let _ = fs::remove_file(place);
    fs::create_dir_all(place.parent().unwrap()).unwrap();
    match kind {
        "a pipe" => assert!(
            Command::new("mkfifo")
                .arg(place)
                .status()
                .unwrap()
                .success()
        ),
        "a device" => symlink("/dev/zero", place).unwrap(),
        // Nobody listens, once the listener is dropped; the file stays.
        _ => drop(UnixListener::bind(place).unwrap()),
    }
}

/// Every file that the program reads, by the flags that name it.
fn inputs(world: &World) -> Vec<(&'static str, Vec<String>)> {
    let python = any_python();
    let words = |text: &str| -> Vec<String> {
        let text = text.replace("STEM", &python.stem());
        text.split(' ').map(str::to_owned).collect()
    };
    let pack = |more: &str| {
        let mut all = words("--profile profile.yaml --stdlib Lib --build-python");
        all.push(python.path.clone());
        all.extend(words(more));
        all
    };
    world.write("extending.yaml", "extends: [odd.yaml]\n");
    vec![
        ("odd.yaml", words("--profile odd.yaml")),
        ("odd.yaml", words("profile check extending.yaml")),
        ("odd.yaml", pack("--target odd.yaml")),
        ("odd.yaml", words("build --file odd.yaml")),
        ("odd.lock", pack("--locked --lock odd.lock")),
        ("odd.lock", words("diff odd.lock odd.lock")),
        ("manifests/python-3.13.yaml", pack("--manifests manifests")),
        ("manifests/targets/odd.yaml", pack("--manifests manifests")),
        ("old.zip", pack("--delta-from old.zip")),
        ("app.py", pack("--app app.py")),
        ("app.whl", pack("--app app.whl")),
        ("app", pack("--app app")),
        ("added.py", pack("--extra-module added.py")),
        ("lib.zip", words("--profile profile.yaml --stdlib lib.zip")),
        ("lib.zip", words("inspect lib.zip")),
        ("bundle/STEM.json", words("verify bundle")),
        ("bundle/STEM.zip", words("verify bundle")),
        ("bundle/STEM.json", words("diff bundle bundle")),
        ("data.py", words("target probe --sysconfigdata data.py")),
    ]
}

#[test]
fn in_place_of_any_input() {
    let world = World::new();
    world.pack(&["--out", "bundle"]).exits(0);
    let bundle = world.files("bundle");
    for (place, flags) in inputs(&world) {
        for kind in KINDS {
            for (name, bytes) in &bundle {
                let _ = fs::remove_file(world.path("bundle").join(name));
                world.write(&format!("bundle/{name}"), bytes);
            }
            let place = world.path(&place.replace("STEM", &any_python().stem()));
            put(kind, &place);
            let mut command = world.command();
            command.args(&flags);
            let start = Instant::now();
            let (outcome, peak) = measured(&world, &command);
            let what = format!("{kind} for {flags:?}: {:?} {}", outcome.code, outcome.err);
            assert_eq!(outcome.code, Some(2), "{what}");
            assert!(outcome.err.contains(kind), "{what}");
            assert!(start.elapsed() < Duration::from_secs(30), "{what}");
            assert!(peak < 300 << 20, "{peak} bytes of memory: {what}");
            fs::remove_file(&place).unwrap();
            let _ = fs::remove_dir_all(world.path("manifests"));
        }
    }
}

/// They are as good as no entry.
#[test]
fn in_place_of_what_the_cache_holds() {
    let world = World::new();
    world.pack(&[]).exits(0);
    let bundle = world.files("dist");
    for kind in KINDS {
        let entries = walkdir::WalkDir::new(world.path("cache/v2"));
        let entries: Vec<_> = entries.into_iter().map(Result::unwrap).collect();
        let mut count = 0;
        for entry in entries.iter().filter(|entry| entry.path().is_file()) {
            put(kind, entry.path());
            count += 1;
        }
        assert!(count > 0);
        world.pack(&[]).exits(0);
        assert!(world.files("dist") == bundle);
        fs::remove_dir_all(world.path("cache")).unwrap();
        world.pack(&[]).exits(0);
    }
}
