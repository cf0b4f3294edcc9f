//! Clocks that are wrong: file times decide nothing.

use std::fs::{self, File};
use std::time::{Duration, SystemTime};

use walkdir::WalkDir;

use crate::common::{World, any_python};

/// Gives everything in a folder, and the folder, that time.
fn set_times(world: &World, folder: &str, time: SystemTime) {
    for entry in WalkDir::new(world.path(folder)).contents_first(true) {
        let file = File::open(entry.unwrap().path()).unwrap();
        let times = fs::FileTimes::new().set_modified(time).set_accessed(time);
        file.set_times(times).unwrap();
    }
}

/// The far future, the beginning of time, and before it.
fn times() -> [SystemTime; 3] {
    let century = Duration::from_hours(100 * 365 * 24);
    let zero = SystemTime::UNIX_EPOCH;
    [zero + 4 * century, zero, zero - century / 2]
}

fn pack(world: &World, more: &[&str]) {
    let flags = ["--app", "app.py", "--depfile", "dist/deps.d"];
    world.pack(&[&flags, more].concat()).exits(0);
}

#[test]
fn the_same_bytes_at_all_times() {
    let world = World::new();
    world.write("profile.yaml", "roots: [greet]\n");
    world.write("app.py", "import greet\n");
    pack(&world, &[]);
    let bundle = world.files("dist");
    for sources in times() {
        for rest in times() {
            let moment = format!("{sources:?} and {rest:?}");
            set_times(&world, "Lib", sources);
            for path in ["app.py", "profile.yaml", "cache", "dist"] {
                set_times(&world, path, rest);
            }
            pack(&world, &[]);
            assert!(world.files("dist") == bundle, "{moment}: recalled");
            fs::remove_dir_all(world.path("dist")).unwrap();
            pack(&world, &["--no-cache"]);
            assert!(world.files("dist") == bundle, "{moment}: made");
        }
    }
}

/// What changed is seen though neither size nor time did, and what was written is written again.
#[test]
fn a_change_at_the_same_time() {
    let world = World::new();
    let zip = format!("dist/{}.zip", any_python().stem());
    for (time, word) in times().into_iter().zip(["first", "other", "third"]) {
        world.write("Lib/names/world.py", format!("WORLD = '{word}'\n"));
        for folder in ["Lib", "cache", "dist"] {
            if world.path(folder).exists() {
                set_times(&world, folder, time);
            }
        }
        world.pack(&[]).exits(0);
        let code = world.zip_file(&zip, "names/world.pyc");
        let expected = code.windows(5).any(|part| part == word.as_bytes());
        assert!(expected, "{word} at {time:?}");
    }
}
