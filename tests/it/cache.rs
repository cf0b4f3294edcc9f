//! The cache makes runs quicker and never changes, or prevents, an answer.

use std::fs;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Duration, SystemTime};

use insta::assert_snapshot;
use walkdir::WalkDir;

use crate::common::{Outcome, World, any_python};

/// The modules of the tiny standard library that are compiled.
const MODULES: u64 = 5;
/// The modules, what was understood of each, which Python compiled, and the bundle that they became.
const ENTRIES: u64 = 2 * MODULES + 2;

/// Packs with a JSON summary.
fn pack(world: &World) -> serde_json::Value {
    world.pack(&["--json"]).exits(0).json()
}

/// The results in the cache.
fn entries(world: &World) -> Vec<PathBuf> {
    WalkDir::new(world.path("cache/v2"))
        .into_iter()
        .flatten()
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| entry.path().to_owned())
        .collect()
}

#[test]
fn a_second_run_finds_everything() {
    let world = World::new();
    assert_eq!(pack(&world)["cached"], 0);
    let first = world.files("dist");
    assert_eq!(pack(&world)["cached"], MODULES);
    assert!(world.files("dist") == first);
}

#[test]
fn a_change_is_compiled_anew_and_nothing_else() {
    let world = World::new();
    pack(&world);
    world.write("Lib/names/world.py", "WORLD = 'new'\n");
    assert_eq!(pack(&world)["cached"], MODULES - 1);
    let zip = format!("dist/{}.zip", any_python().stem());
    let code = world.zip_file(&zip, "names/world.pyc");
    assert!(code.windows(3).any(|part| part == b"new"));
}

/// What was understood of a module is found again, and leads to the same answer.
#[test]
fn what_was_scanned_before_is_understood_as_before() {
    let world = World::new();
    pack(&world);
    world.write("app.py", "import names.world\n");
    let flags = ["--app", "app.py"];
    world.pack(&flags).exits(0);
    let remembered = world.files("dist");
    world.pack(&[&flags[..], &["--no-cache"]].concat()).exits(0);
    assert!(world.files("dist") == remembered);
}

/// Build tools see by a file's time whether it changed.
#[test]
fn files_that_stay_the_same_are_not_written_again() {
    let world = World::new();
    pack(&world);
    let zip = world.path(&format!("dist/{}.zip", any_python().stem()));
    let long_ago = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    let file = fs::File::options().write(true).open(&zip).unwrap();
    file.set_modified(long_ago).unwrap();
    pack(&world);
    let time = || fs::metadata(&zip).unwrap().modified().unwrap();
    assert_eq!(time(), long_ago);
    world.write("Lib/greet.py", "GREETING = 'another'\n");
    pack(&world);
    assert!(time() > long_ago);
}

/// The stages that took place.
fn stages(said: &serde_json::Value) -> Vec<&str> {
    let seconds = said["seconds"].as_object().unwrap();
    seconds.keys().map(String::as_str).collect()
}

#[test]
fn a_bundle_made_before_is_recalled_with_all_there_is_to_say() {
    let world = World::new();
    world.write("app.py", "import greet, requests\n");
    let pack = || {
        world
            .pack(&["--app", "app.py", "--json", "--verbose"])
            .exits(0)
    };
    let first = pack();
    let bundle = world.files("dist");
    let second = pack();
    assert!(stages(&first.json()).contains(&"scan"));
    assert_eq!(stages(&second.json()), ["open", "write"]);
    assert!(
        second
            .err
            .contains("'requests' is not in the standard library")
    );
    assert_eq!(first.err, second.err);
    assert_eq!(first.json()["warnings"], second.json()["warnings"]);
    assert!(world.files("dist") == bundle);
}

/// Everything that may change an answer makes the program look again.
#[test]
fn a_bundle_is_recalled_for_the_same_question_only() {
    let world = World::new();
    world.write("app.py", "import greet\n");
    let looked = || {
        let said = world.pack(&["--app", "app.py", "--json"]).exits(0).json();
        stages(&said).contains(&"scan")
    };
    assert!(looked());
    assert!(!looked());
    let changes: [(&str, &str); 5] = [
        ("app.py", "import greet, names.world\n"),
        ("Lib/greet.py", "# another greeting\n"),
        ("Lib/requests.py", "# a new module, which nothing imports\n"),
        ("Lib/data.txt", "a new data file"),
        ("profile.yaml", "roots: [greet]\nstrip: [columns]\n"),
    ];
    for (file, text) in changes {
        world.write(file, text);
        assert!(looked(), "{file}");
        assert!(!looked(), "{file}");
    }
}

#[test]
fn other_options_are_other_results() {
    let world = World::new();
    pack(&world);
    let said = world.pack(&["--json", "--optimize", "2"]).exits(0).json();
    assert_eq!(said["cached"], 0);
}

#[test]
fn the_brotli_form_is_remembered_too() {
    let world = World::new();
    world.write("profile.yaml", "roots: [greet]\n");
    pack(&world);
    assert_eq!(entries(&world).len() as u64, ENTRIES + 1);
    let first = world.files("dist");
    pack(&world);
    assert!(world.files("dist") == first);
}

type Damage = fn(&mut Vec<u8>);

#[test]
fn damaged_entries_heal() {
    let world = World::new();
    world.write("profile.yaml", "roots: [greet]\n");
    pack(&world);
    let bundle = world.files("dist");
    let damages: [(&str, Damage); 4] = [
        ("flipped", |bytes| bytes[0] ^= 1),
        ("cut", |bytes| bytes.truncate(20)),
        ("empty", Vec::clear),
        ("longer", |bytes| bytes.push(0)),
    ];
    for (damage, change) in damages {
        let entries = entries(&world);
        assert_eq!(entries.len() as u64, ENTRIES + 1, "{damage}");
        for entry in &entries {
            let mut bytes = fs::read(entry).unwrap();
            change(&mut bytes);
            fs::write(entry, bytes).unwrap();
        }
        assert_eq!(pack(&world)["cached"], 0, "{damage}");
        assert!(world.files("dist") == bundle, "{damage}");
        assert_eq!(pack(&world)["cached"], MODULES, "{damage}: healed");
    }
}

/// Every entry is whole, and in the place of another.
#[test]
fn an_entry_is_not_taken_for_another() {
    let world = World::new();
    pack(&world);
    let bundle = world.files("dist");
    let entries = entries(&world);
    let contents: Vec<Vec<u8>> = entries
        .iter()
        .map(|entry| fs::read(entry).unwrap())
        .collect();
    let next = contents.iter().cycle().skip(1);
    for (entry, content) in entries.iter().zip(next) {
        fs::write(entry, content).unwrap();
    }
    let outcome = world.pack(&["--verbose"]).exits(0);
    let discarded = outcome
        .err
        .lines()
        .filter(|line| line.starts_with("note: discarded "));
    assert_eq!(discarded.count() as u64, ENTRIES, "{}", outcome.err);
    assert!(world.files("dist") == bundle);
    assert_eq!(pack(&world)["cached"], MODULES, "healed");
    let outcome = world.pack(&["--verbose"]).exits(0);
    assert!(!outcome.err.contains("discarded"), "{}", outcome.err);
}

/// Runs the worker in a real Python that compiles something else than it is given.
const LIE: &str = "\
for worker; do :; done
exec \"$PYTHON\" -I -S -B -X utf8 -W ignore -c '
import builtins, sys
real = builtins.compile
def lie(source, *rest):
    return real(source.replace(b\"world\", b\"wrong\") if b\"WORLD\" in source else source, *rest)
builtins.compile = lie
exec(sys.argv[1])' \"$worker\"
";

/// It says of itself what the real one does.
#[test]
fn what_a_python_that_lies_has_compiled_is_not_taken_for_anothers() {
    let world = World::new();
    world.pack(&["--no-cache", "--out", "honest"]).exits(0);
    let zip = format!("{}.zip", any_python().stem());
    let is_honest = || world.files("dist")[&zip] == world.files("honest")[&zip];
    let python = world.fake_python("python", LIE);
    world.pack_with(&python, &[]).exits(0);
    assert!(!is_honest());
    // By its own name, and by the name of the one that lied.
    world.pack(&[]).exits(0);
    assert!(is_honest());
    world.pack_with(&python, &[]).exits(0);
    assert!(!is_honest());
    world.fake_python("python", "exec \"$PYTHON\" \"$@\"\n");
    world.pack_with(&python, &[]).exits(0);
    assert!(is_honest());
}

/// Some runs at once, on one cache and into one folder.
#[test]
fn runs_at_once_do_no_harm() {
    let world = World::new();
    pack(&world);
    let bundle = world.files("dist");
    fs::remove_dir_all(world.path("cache")).unwrap();
    fs::remove_dir_all(world.path("dist")).unwrap();
    let start = || {
        let mut command = world.pack_command(&any_python().path, &[]);
        command.stdout(Stdio::null()).stderr(Stdio::piped());
        command.spawn().unwrap()
    };
    for run in [(); 6].map(|()| start()) {
        world.outcome(&run.wait_with_output().unwrap()).exits(0);
    }
    assert!(world.files("dist") == bundle);
    assert_eq!(pack(&world)["cached"], MODULES);
    assert_eq!(
        entries(&world).len() as u64,
        ENTRIES,
        "nothing half-written"
    );
}

#[test]
fn a_cache_that_cannot_be_written_is_no_obstacle() {
    let world = World::new();
    pack(&world);
    let bundle = world.files("dist");
    world.write("file", "");
    let mut command = world.pack_command(&any_python().path, &["--json"]);
    command.env("STDLIB_PACK_CACHE", world.path("file/below"));
    assert_eq!(world.finish(command).exits(0).json()["cached"], 0);
    assert!(world.files("dist") == bundle);
}

#[test]
fn without_a_home_the_cache_can_be_named_or_left_out() {
    let world = World::new();
    let with_home = |home: Option<&str>, flags: &[&str]| -> Outcome {
        let mut command = world.pack_command(&any_python().path, flags);
        command
            .env_remove("STDLIB_PACK_CACHE")
            .env_remove("XDG_CACHE_HOME");
        if let Some(home) = home {
            command.env("HOME", world.path(home));
        }
        world.finish(command)
    };
    with_home(Some("home"), &[]).exits(0);
    assert!(world.path("home/.cache/stdlib-pack/CACHEDIR.TAG").is_file());
    with_home(Some("other-home"), &["--no-cache"]).exits(0);
    assert!(!world.path("other-home").exists());
}

#[test]
fn info_tells_what_it_holds() {
    let world = World::new();
    assert_snapshot!(world.run(&["cache", "info"]).exits(0).said(), @"[dir]/cache: 0 results, 0 bytes");
    pack(&world);
    let info = world.run(&["cache", "info", "--json"]).exits(0).json();
    assert_eq!(info["folder"], "[dir]/cache");
    assert_eq!(info["entries"], ENTRIES);
    let bytes: u64 = entries(&world)
        .iter()
        .map(|entry| fs::metadata(entry).unwrap().len())
        .sum();
    assert_eq!(info["bytes"], bytes);
    let said = world.run(&["cache", "info"]).exits(0).said();
    assert!(
        said.starts_with(&format!("[dir]/cache: {ENTRIES} results, ")),
        "{said}"
    );
}

#[test]
fn clean_empties_it() {
    let world = World::new();
    world.run(&["cache", "clean"]).exits(0);
    pack(&world);
    assert_eq!(world.run(&["cache", "clean"]).exits(0).said(), "");
    let info = world.run(&["cache", "info", "--json"]).exits(0).json();
    assert_eq!(info["entries"], 0);
    assert_eq!(pack(&world)["cached"], 0);
}

#[test]
fn clean_deletes_nothing_that_is_not_its_own() {
    let world = World::new();
    world.write("cache/precious", "x");
    world.write("cache/v2/precious", "x");
    world.run(&["cache", "clean"]).exits(0);
    assert_eq!(world.read("cache/v2/precious"), b"x");
    assert_eq!(world.read("cache/precious"), b"x");
}
