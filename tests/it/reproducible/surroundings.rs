//! Nothing around the program changes the bytes.

use super::{assert_same, bundles, bundles_by, usual, world};
use crate::common::{World, any_python, by_shell};

/// Packs with a variable of the environment set.
#[track_caller]
fn same_with_variable(name: &str, value: &str) {
    let varied = bundles_by(&world(), &["--no-cache"], |mut command| {
        command.env(name, value);
        command
    });
    assert_same(&format!("{name}={value}"), usual(), &varied);
}

/// Packs with more flags.
#[track_caller]
fn same_with_flags(flags: &[&str]) {
    let varied = bundles(&world(), &[&["--no-cache"], flags].concat());
    assert_same(&flags.join(" "), usual(), &varied);
}

#[test]
fn home() {
    same_with_variable("HOME", "/nonexistent");
}

#[test]
fn language() {
    same_with_variable("LC_ALL", "tr_TR.UTF-8");
    same_with_variable("LC_ALL", "C");
    same_with_variable("LANG", "ja_JP.eucJP");
}

#[test]
fn time_zone() {
    same_with_variable("TZ", "Pacific/Kiritimati");
}

#[test]
fn hash_seed() {
    same_with_variable("PYTHONHASHSEED", "1");
    same_with_variable("PYTHONHASHSEED", "random");
}

#[test]
fn settings_of_python() {
    same_with_variable("PYTHONPATH", "/rubbish");
    same_with_variable("PYTHONHOME", "/rubbish");
    same_with_variable("PYTHONOPTIMIZE", "2");
    same_with_variable("PYTHONUTF8", "0");
}

#[test]
fn settings_of_python_that_would_break_it() {
    let world = world();
    let poison = world.write("poison/json.py", "raise SystemExit('poisoned')\n");
    world.write(
        "poison/encodings/__init__.py",
        "raise SystemExit('poisoned')\n",
    );
    let folder = poison.parent().unwrap();
    let varied = bundles_by(&world, &["--no-cache"], |mut command| {
        command
            .env("PYTHONPATH", folder)
            .env("PYTHONHOME", folder)
            .env("PYTHONSTARTUP", &poison);
        command
    });
    assert_same("poisoned PYTHONPATH and PYTHONHOME", usual(), &varied);
}

#[test]
fn source_date_epoch() {
    same_with_variable("SOURCE_DATE_EPOCH", "1000000000");
    same_with_variable("SOURCE_DATE_EPOCH", "rubbish");
}

#[test]
fn number_of_jobs() {
    same_with_flags(&["--jobs", "1"]);
    same_with_flags(&["--jobs", "2"]);
    same_with_flags(&["--jobs", "5"]);
}

/// Below `optimize: 2`, docstrings are taken out of the syntax tree.
#[test]
fn number_of_jobs_and_docstrings() {
    let jobs = |jobs| {
        let flags = ["--no-cache", "--optimize", "0", "--jobs", jobs];
        bundles(&world(), &flags)
    };
    assert_same("--jobs 5 --optimize 0", &jobs("1"), &jobs("5"));
}

#[test]
fn working_folder() {
    let world = world();
    let file = world.write("some/where/else/json.py", "raise SystemExit");
    let varied = bundles_by(&world, &["--no-cache"], |mut command| {
        command.current_dir(file.parent().unwrap());
        command
    });
    assert_same("working folder", usual(), &varied);
}

#[test]
fn umask() {
    for mask in ["umask 077", "umask 000"] {
        let varied = bundles_by(&world(), &[], |command| by_shell(mask, &command));
        assert_same(mask, usual(), &varied);
    }
}

/// What is served to browsers can be read by all, whoever packed it.
#[test]
fn files_are_readable_by_all() {
    use std::os::unix::fs::PermissionsExt;

    let world = World::new();
    let pack = world.pack_command(&any_python().path, &[]);
    world.finish(by_shell("umask 077", &pack)).exits(0);
    for name in world.files("dist").keys() {
        let found = std::fs::metadata(world.path("dist").join(name)).unwrap();
        assert_eq!(found.permissions().mode() & 0o777, 0o644, "{name}");
    }
}

#[test]
fn cache_cold_warm_and_disabled() {
    let world = world();
    assert_same("cold cache", usual(), &bundles(&world, &[]));
    assert_same("warm cache", usual(), &bundles(&world, &[]));
    assert_same("no cache", usual(), &bundles(&world, &["--no-cache"]));
}

/// A cache that was filled with other choices changes nothing.
#[test]
fn cache_of_other_choices() {
    let world = world();
    for optimize in ["0", "1", "2"] {
        bundles(&world, &["--optimize", optimize]);
    }
    assert_same("cache of other choices", usual(), &bundles(&world, &[]));
}
