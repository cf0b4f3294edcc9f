//! Disks that are full, and folders that nobody may write to.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

use insta::assert_snapshot;
use walkdir::{DirEntry, WalkDir};

use super::behind;
use crate::common::{Outcome, World, any_python};

/// How a mount of one's own is made here: by root, or by a user who is root in a namespace. None where the system
/// forbids both.
fn namespace() -> Option<&'static [&'static str]> {
    static FOUND: OnceLock<Option<&[&str]>> = OnceLock::new();
    *FOUND.get_or_init(|| {
        let ways = [&["unshare", "-m"][..], &["unshare", "-rm"]];
        ways.into_iter().find(|way| {
            let mount = ["sh", "-c", "mount -t tmpfs none /mnt"];
            let tried = Command::new(way[0]).args(&way[1..]).args(mount).output();
            tried.is_ok_and(|tried| tried.status.success())
        })
    })
}

/// Runs `command` while `folder` is a disk that holds what is in `before`, with so many kilobytes left. What it
/// holds afterwards is in `after`. Where no disk can be mounted, no file may grow beyond those kilobytes.
fn with_room(world: &World, folder: &str, kilobytes: u64, command: &Command) -> Outcome {
    for folder in [folder, "after"] {
        let _ = fs::remove_dir_all(world.path(folder));
        fs::create_dir(world.path(folder)).unwrap();
    }
    let files = WalkDir::new(world.path("before")).into_iter().flatten();
    let pages = files.map(|file| file.metadata().unwrap().len().div_ceil(4096));
    let size = 4 * pages.sum::<u64>() + kilobytes;
    let (way, mount, limit): (&[&str], _, _) = match namespace() {
        Some(way) => (
            way,
            format!("mount -t tmpfs -o size={size}k none {folder} || exit 99"),
            String::new(),
        ),
        // Without the trap it would be a signal.
        None => (
            &["env"],
            String::new(),
            format!("trap '' XFSZ; ulimit -f {}; ", 2 * kilobytes),
        ),
    };
    let script = format!(
        "{mount}
        cp -R before/. {folder}/ || exit 98
        ({limit}\"$0\" \"$@\")
        code=$?
        cp -R {folder}/. after/ || exit 97
        exit $code"
    );
    world.finish(behind(&[way, &["sh", "-c", &script]].concat(), command))
}

/// A world in which a bundle of some size was made, and will be another when it is made again.
fn world() -> World {
    let world = World::new();
    world.write("profile.yaml", "roots: [greet]\n");
    let text = |start: u32| -> String {
        let numbers = (start..start + 4_000).map(|number| number.wrapping_mul(2_654_435_761));
        let digits: String = numbers.map(|number| format!("{number:x}")).collect();
        format!("WORLD = '{digits}'\n")
    };
    world.write("Lib/names/world.py", text(1));
    world.pack(&["--out", "old"]).exits(0);
    world.write("Lib/names/world.py", text(10_000));
    world.pack(&["--out", "new", "--no-cache"]).exits(0);
    assert!(world.files("new") != world.files("old"));
    world
}

/// With every amount of room it is refused and nothing is touched, or it is written.
#[test]
fn little_room_for_the_bundle() {
    let world = world();
    fs::rename(world.path("old"), world.path("before")).unwrap();
    let (old, new) = (world.files("before"), world.files("new"));
    let pack = world.pack_command(&any_python().path, &[]);
    let (mut refused, mut written) = (0, 0);
    for kilobytes in (0..=80).step_by(8) {
        let outcome = with_room(&world, "dist", kilobytes, &pack);
        if outcome.code == Some(0) {
            written += 1;
            assert!(world.files("after") == new, "{kilobytes}");
        } else {
            refused += 1;
            let err = outcome.exits(3).err;
            assert!(err.contains("cannot write 'dist/python3xx."), "{err}");
            assert!(err.contains("what was there before is untouched"), "{err}");
            assert!(world.files("after") == old, "{kilobytes}");
        }
    }
    assert!(refused > 2 && written > 2, "{refused} and {written}");
}

/// What does not fit is not remembered, and that is all.
#[test]
fn little_room_for_the_cache() {
    let world = world();
    fs::rename(world.path("cache"), world.path("before")).unwrap();
    let pack = world.pack_command(&any_python().path, &[]);
    let mut remembered = Vec::new();
    // A limit for files is one for the bundle's as well.
    let least = if namespace().is_some() { 0 } else { 40 };
    for kilobytes in (least..=120).step_by(20) {
        with_room(&world, "cache", kilobytes, &pack).exits(0);
        assert!(world.files("dist") == world.files("new"), "{kilobytes}");
        fs::remove_dir_all(world.path("cache")).unwrap();
        fs::rename(world.path("after"), world.path("cache")).unwrap();
        let said = world.pack(&["--json", "--out", "again"]).exits(0).json();
        assert!(world.files("again") == world.files("new"), "{kilobytes}");
        remembered.push(said["seconds"].get("scan").is_none());
    }
    assert!(
        !remembered[0] && remembered.ends_with(&[true]),
        "{remembered:?}"
    );
}

/// Runs `command` as somebody who heeds that `folder` and all in it are read-only, as root does not.
fn with_read_only(world: &World, folder: &str, command: &Command) -> Outcome {
    let root = fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0);
    let way: &[&str] = if root {
        &["setpriv", "--bounding-set", "-dac_override"]
    } else {
        &["env"]
    };
    let allow = |files: u32, folders: u32| {
        for entry in WalkDir::new(world.path(folder)).contents_first(true) {
            let entry = entry.unwrap();
            let mode = if entry.file_type().is_dir() {
                folders
            } else {
                files
            };
            fs::set_permissions(entry.path(), Permissions::from_mode(mode)).unwrap();
        }
    };
    allow(0o444, 0o555);
    let script = format!("! touch {folder}/x 2>&- || exit 99\nexec \"$0\" \"$@\"");
    let outcome = world.finish(behind(&[way, &["sh", "-c", &script]].concat(), command));
    allow(0o644, 0o755);
    outcome
}

#[test]
fn a_read_only_folder_for_the_bundle() {
    let world = world();
    let old = world.files("old");
    let pack = world.pack_command(&any_python().path, &["--out", "old"]);
    let err = with_read_only(&world, "old", &pack).exits(3).err;
    assert_snapshot!(err, @"error[write-failed]: cannot write 'old/python3xx.json': permission denied; what was there before is untouched");
    assert!(world.files("old") == old);
}

/// A cache that somebody else fills: empty, of an earlier bundle, of this one, and one that is damaged.
#[test]
fn a_read_only_folder_for_the_cache() {
    let world = world();
    let pack = world.pack_command(&any_python().path, &[]);
    let everything = || -> Vec<(PathBuf, Vec<u8>)> {
        let files = WalkDir::new(world.path("cache")).sort_by_file_name();
        let files = files.into_iter().flatten().map(DirEntry::into_path);
        let files = files.filter(|path| path.is_file());
        files
            .map(|path| (path.clone(), fs::read(path).unwrap()))
            .collect()
    };
    let is_no_obstacle = |what: &str| {
        let before = everything();
        let _ = fs::remove_dir_all(world.path("dist"));
        let said = with_read_only(&world, "cache", &pack).exits(0).said();
        assert!(!said.contains("warning"), "{what}: {said}");
        assert!(world.files("dist") == world.files("new"), "{what}");
        assert!(everything() == before, "{what}");
    };
    is_no_obstacle("of an earlier bundle");
    world.pack(&[]).exits(0);
    is_no_obstacle("of this one");
    for (path, mut bytes) in everything() {
        bytes.truncate(bytes.len() / 2);
        fs::write(path, bytes).unwrap();
    }
    is_no_obstacle("damaged");
    fs::remove_dir_all(world.path("cache")).unwrap();
    fs::create_dir(world.path("cache")).unwrap();
    is_no_obstacle("empty");
}
