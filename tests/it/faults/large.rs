//! Inputs that are larger than any that people write.

use std::fmt::Write as _;
use std::fs::{self, File};

use insta::assert_snapshot;

use super::measured;
use crate::common::{World, any_python};

/// A hundred packages of a thousand modules each. Modules of one number are one file by many names, which disks make
/// and delete in less time.
#[test]
fn an_app_of_a_hundred_thousand_files() {
    let world = World::new();
    world.write("app/p99/last.py", "import lonely\n");
    for module in 0..1000 {
        let text = format!("import p{}.m{}\n", module % 100, (module + 1) % 1000);
        let file = world.write(&format!("modules/m{module}.py"), text);
        for package in 0..100 {
            let folder = world.path(&format!("app/p{package}"));
            if module == 0 {
                fs::create_dir_all(&folder).unwrap();
            }
            fs::hard_link(&file, folder.join(format!("m{module}.py"))).unwrap();
        }
    }
    let pack = world.pack_command(&any_python().path, &["--app", "app"]);
    let (outcome, peak) = measured(&world, &pack);
    outcome.exits(0);
    let receipt = world.json(&format!("dist/{}.json", any_python().stem()));
    assert_eq!(receipt["inputs"]["app"][0]["files"], 100_001);
    assert_eq!(receipt["kept"]["lonely"]["importer"], "p99.last");
    assert!(peak < 1 << 30, "{peak} bytes of memory");
}

/// 50 MB, of which the last line matters.
fn long_source() -> String {
    let mut text = String::with_capacity(51 << 20);
    while text.len() < 50 << 20 {
        writeln!(text, "# {}", "A long story. ".repeat(20)).unwrap();
    }
    text + "import lonely\n"
}

#[test]
fn a_source_of_fifty_megabytes() {
    let world = World::new();
    world.write("app.py", long_source());
    let zip = format!("dist/{}.zip", any_python().stem());
    world.pack(&["--app", "app.py"]).exits(0);
    assert!(world.zip_names(&zip).contains(&"lonely.pyc".to_owned()));
    world.write("Lib/names/world.py", long_source());
    world.pack(&[]).exits(0);
    assert!(world.zip_names(&zip).contains(&"lonely.pyc".to_owned()));
}

#[test]
fn a_source_that_is_larger_than_is_accepted() {
    let world = World::new();
    world.pack(&[]).exits(0);
    let bundle = world.files("dist");
    let large = |path: &str| {
        let file = File::create(world.path(path)).unwrap();
        file.set_len(10 << 30).unwrap();
    };
    let refused = |flags: &[&str]| {
        let (outcome, peak) = measured(&world, &world.pack_command(&any_python().path, flags));
        let err = outcome.exits(2).err;
        assert!(peak < 500 << 20, "{peak} bytes of memory");
        assert!(world.files("dist") == bundle);
        err
    };
    large("app.py");
    assert_snapshot!(refused(&["--app", "app.py"]), @"error[invalid-app]: 'app.py' is refused: 10737418240 bytes, where at most 67108864 are accepted");
    large("Lib/names/world.py");
    assert_snapshot!(refused(&[]), @"error[invalid-stdlib]: 'Lib/names/world.py' is refused: 10737418240 bytes, where at most 67108864 are accepted");
}
