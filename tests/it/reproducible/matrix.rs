//! Many things around the program varied at once: one hash.
#![allow(clippy::print_stdout)]

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::process::Command;

use sha2::{Digest, Sha256};

use super::inputs::sources;
use super::{Bundles, bundle_by, usual, world};
use crate::common::{World, any_python, by_shell, copy_sources, zip_of};

/// How many environments are tried.
const ROWS: usize = 20;

/// The profile that is packed in each.
const PROFILE: &str = "modules";

/// What is varied, and between what. The last of each is nothing unusual.
const LOCALES: [&str; 3] = ["tr_TR.UTF-8", "C", "en_US.UTF-8"];
const ZONES: [&str; 3] = ["Pacific/Kiritimati", "America/St_Johns", "UTC"];
const SEEDS: [&str; 3] = ["1", "4294967295", "0"];
const MASKS: [&str; 3] = ["umask 077", "umask 000", "umask 022"];
const JOBS: [&str; 4] = ["1", "2", "7", "3"];
const LIBRARIES: [&str; 4] = ["its own", "a copy", "made backwards", "a zip"];
const CACHES: [&str; 3] = ["none", "cold", "warm"];
const FOLDERS: [&str; 2] = ["elsewhere", "here"];
const HOMES: [&str; 2] = ["/nonexistent", "usual"];
const USERS: [&str; 2] = ["nobody", "usual"];

/// Row `row` of a column of choices; columns that change after other numbers of rows meet in ever other ways.
fn pick<const N: usize>(choices: &[&'static str; N], row: usize, every: usize) -> &'static str {
    choices[(row / every + row) % N]
}

fn hash(bundles: &Bundles) -> String {
    let mut hasher = Sha256::new();
    for (name, bytes) in bundles {
        hasher.update(name);
        hasher.update(bytes);
    }
    let digest = hasher.finalize();
    digest
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[test]
fn one_hash_over_many_environments() {
    let is_compressed = |(name, _): &(&String, &Vec<u8>)| name.starts_with(PROFILE);
    let usual = usual().iter().filter(is_compressed);
    let expected = hash(
        &usual
            .map(|(name, bytes)| (name.clone(), bytes.clone()))
            .collect(),
    );
    let libraries = World::empty();
    LIBRARIES
        .iter()
        .for_each(|library| lay_out(&libraries, library));
    println!(
        "library         cache  jobs  locale        zone                seed        umask      folder     home          user    hash"
    );
    for row in 0..ROWS {
        let world = world();
        let library = pick(&LIBRARIES, row, 100);
        let cache = pick(&CACHES, row, 4);
        let (jobs, locale) = (pick(&JOBS, row, 4), pick(&LOCALES, row, 2));
        let (zone, seed) = (pick(&ZONES, row, 3), pick(&SEEDS, row, 5));
        let (mask, folder) = (pick(&MASKS, row, 7), pick(&FOLDERS, row, 3));
        let (home, user) = (pick(&HOMES, row, 5), pick(&USERS, row, 2));
        let stdlib = place(library).map(|path| libraries.path(path));
        let mut flags = vec!["--jobs", jobs];
        if let Some(stdlib) = &stdlib {
            flags.extend(["--stdlib", stdlib.to_str().unwrap()]);
        }
        if cache == "none" {
            flags.push("--no-cache");
        }
        let change = |mut command: Command| {
            command.env("LC_ALL", locale).env("TZ", zone);
            command.env("PYTHONHASHSEED", seed);
            if home != "usual" {
                command.env("HOME", home);
            }
            if folder == "elsewhere" {
                fs::create_dir_all(world.path("else/where")).unwrap();
                command.current_dir(world.path("else/where"));
            }
            by_shell(mask, &as_user(user, command))
        };
        if cache == "warm" {
            bundle_by(&world, PROFILE, &flags, change);
        }
        let found = hash(&bundle_by(&world, PROFILE, &flags, change));
        println!(
            "{library:15} {cache:6} {jobs:5} {locale:13} {zone:19} {seed:11} {mask:10} {folder:10} {home:13} {user:7} {found}"
        );
        assert_eq!(found, expected, "row {row}");
    }
}

/// Where a library lies; none for the build Python's own.
fn place(library: &str) -> Option<&'static str> {
    match library {
        "a copy" => Some("deep/down/Lib"),
        "made backwards" => Some("backwards/Lib"),
        "a zip" => Some("Lib.zip"),
        _ => None,
    }
}

fn lay_out(world: &World, library: &str) {
    let own = any_python().stdlib();
    let Some(place) = place(library) else { return };
    match library {
        "a zip" => {
            world.write(place, zip_of(&sources(&own)));
        }
        "a copy" => copy_sources(&own, &world.path(place)),
        _ => {
            for (path, content) in sources(&own).iter().rev() {
                world.write(&format!("{place}/{path}"), content);
            }
        }
    }
}

/// Somebody else: root becomes another user, who may read what is root's; others get another name.
fn as_user(user: &str, mut command: Command) -> Command {
    if user == "usual" {
        return command;
    }
    command.env("USER", user).env("LOGNAME", user);
    if fs::metadata("/proc/self").unwrap().uid() != 0 {
        return command;
    }
    let flags = ["--reuid", "65534", "--regid", "65534", "--clear-groups"];
    let powers = [
        "--inh-caps",
        "+dac_override",
        "--ambient-caps",
        "+dac_override",
    ];
    by_shell(
        &format!(
            "exec setpriv {} {} \"$0\" \"$@\"",
            flags.join(" "),
            powers.join(" ")
        ),
        &command,
    )
}
