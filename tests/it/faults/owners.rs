//! Files of another owner in the folder that a bundle is written to: all of a bundle's files change, or none.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::path::Path;
use std::process::Command;

use insta::assert_snapshot;
use walkdir::WalkDir;

use super::behind;
use crate::common::{World, any_python};

/// The number of the user who runs the program: of nobody on most systems, and with no name needed.
const USER: u32 = 65_534;

/// Runs a command as [`USER`], who may read and write everywhere as root may, but cannot take away what others have
/// put into a folder with the sticky bit. None where the tests themselves are not run by root, who alone can be another.
fn as_user() -> Option<Vec<&'static str>> {
    let way = [
        "setpriv",
        "--reuid=65534",
        "--regid=65534",
        "--clear-groups",
        "--inh-caps=-all,+dac_override",
        "--ambient-caps=+dac_override",
    ];
    if fs::metadata("/proc/self").unwrap().uid() != 0 {
        return None;
    }
    let tried = Command::new(way[0]).args(&way[1..]).arg("true").status();
    let works = tried.is_ok_and(|tried| tried.success());
    assert!(
        works,
        "setpriv is missing or may not change users: install util-linux"
    );
    Some(way.to_vec())
}

/// Gives everything below `folder` to a user.
fn give(folder: &Path, user: u32) {
    for entry in WalkDir::new(folder) {
        chown(entry.unwrap().path(), Some(user), Some(user)).unwrap();
    }
}

/// One file after the other is of another owner: whichever it is, nothing changes.
#[test]
fn a_file_of_another_owner() {
    let Some(way) = as_user() else { return };
    let world = World::new();
    let flags = ["--sbom", "--checksums", "--compress", "brotli,zstd"];
    world.pack(&flags).exits(0);
    world.write("Lib/names/world.py", "WORLD = 'another'\n");
    let old = world.files("dist");
    let dist = world.path("dist");
    fs::set_permissions(&dist, Permissions::from_mode(0o1777)).unwrap();
    // The new bundle has other forms: some files are replaced, and some deleted.
    let pack = world.pack_command(&any_python().path, &["--checksums", "--compress", "brotli"]);
    for name in old.keys() {
        give(world.path("").as_path(), USER);
        chown(&dist, Some(0), Some(0)).unwrap();
        chown(dist.join(name), Some(0), Some(0)).unwrap();
        let err = world.finish(behind(&way, &pack)).exits(3).err;
        let deleted = name.ends_with(".zst") || name.ends_with(".cdx.json");
        let what = if deleted { "delete" } else { "write" };
        assert!(
            err.contains(&format!("cannot {what} 'dist/python3xx.")),
            "{err}"
        );
        assert!(err.contains("what was there before is untouched"), "{err}");
        assert!(
            world.files("dist") == old,
            "{name}: {:?}",
            world.files("dist").keys()
        );
    }
    give(world.path("").as_path(), USER);
    world.finish(behind(&way, &pack)).exits(0);
    assert_eq!(world.files("dist").len(), 5);
}

/// The same with files that are written elsewhere.
#[test]
fn a_depfile_of_another_owner() {
    let Some(way) = as_user() else { return };
    let world = World::new();
    let flags = ["--depfile", "out/deps.d"];
    world.pack(&flags).exits(0);
    world.write("Lib/names/world.py", "WORLD = 'another'\n");
    world.write("Lib/greet.py", "import names.world, lonely\n");
    let (old, deps) = (world.files("dist"), world.read("out/deps.d"));
    give(world.path("").as_path(), USER);
    let folder = world.path("out");
    fs::set_permissions(&folder, Permissions::from_mode(0o1777)).unwrap();
    for path in [folder.clone(), folder.join("deps.d")] {
        chown(path, Some(0), Some(0)).unwrap();
    }
    let pack = world.pack_command(&any_python().path, &flags);
    let err = world.finish(behind(&way, &pack)).exits(3).err;
    assert_snapshot!(err, @"error[write-failed]: cannot write 'out/deps.d': permission denied; what was there before is untouched");
    assert!(world.files("dist") == old);
    assert!(world.read("out/deps.d") == deps);
    assert_eq!(world.files("out").len(), 1, "nothing is left beside it");
}

/// A folder where a file should be, of the new bundle or of those that go.
#[test]
fn a_folder_where_a_file_should_be() {
    let stem = any_python().stem();
    for ending in ["zip", "json", "zip.br", "sha256"] {
        let world = World::new();
        let flags = ["--compress", "brotli", "--checksums"];
        world.pack(&flags).exits(0);
        world.write("Lib/names/world.py", "WORLD = 'another'\n");
        let name = format!("dist/{stem}.{ending}");
        fs::remove_file(world.path(&name)).unwrap();
        world.write(&format!("{name}/inner"), "precious");
        let old = world.files("dist");
        let err = world.pack(&flags).exits(3).err;
        let expected = format!("cannot write 'dist/python3xx.{ending}': is a directory");
        assert!(err.contains(&expected), "{err}");
        assert!(world.files("dist") == old, "{ending}");
        assert_eq!(world.read(&format!("{name}/inner")), b"precious");
    }
    // What is named beside the bundle stops all of it too.
    let world = World::new();
    world.pack(&[]).exits(0);
    let old = world.files("dist");
    world.write("Lib/names/world.py", "WORLD = 'another'\n");
    world.write("deps.d/inner", "precious");
    world.pack(&["--depfile", "deps.d"]).exits(3);
    assert!(world.files("dist") == old);
}
