//! Runs at once with different profiles, on one cache and into one folder: what they leave is one of the bundles,
//! or is seen to be none, and the cache is as good as ever.

use std::fs;
use std::process::{Child, Stdio};
use std::thread;
use std::time::Duration;

use super::{Files, Signals, bundle_in, is_a_bundle, wait_for_changes};
use crate::common::{World, any_python};

/// Flags that make bundles which differ in their modules, their forms, or both.
const FLAGS: [&[&str]; 8] = [
    &["--compress", "brotli"],
    &["--root", "lonely", "--compress", "zstd"],
    &["--root", "lonely", "--compress", "brotli,zstd"],
    &["--root", "lazily", "--optimize", "2"],
    &["--exclude", "lonely", "--compress", "deflate"],
    &["--payload", "source", "--compress", "brotli,deflate"],
    &["--payload", "source", "--root", "lonely"],
    &["--strip", "columns,docstrings", "--compress", "brotli"],
];

/// The tiny library, and the bundle that each of the first `count` flags leads to.
fn world(count: usize) -> (World, Vec<Files>) {
    let world = World::new();
    let bundles = FLAGS[..count].iter().map(|flags| {
        world
            .pack(&[flags, &["--out", "alone", "--no-cache"][..]].concat())
            .exits(0);
        let bundle = world.files("alone");
        fs::remove_dir_all(world.path("alone")).unwrap();
        bundle
    });
    let bundles: Vec<Files> = bundles.collect();
    for (place, bundle) in bundles.iter().enumerate() {
        assert!(!bundles[..place].contains(bundle), "{:?}", FLAGS[place]);
    }
    (world, bundles)
}

fn start(world: &World, flags: &[&str]) -> Child {
    let mut command = world.pack_command(&any_python().path, flags);
    command.stdout(Stdio::null()).stderr(Stdio::piped());
    command.spawn().unwrap()
}

/// What two or more runs leave is one of their bundles or seen to be none, with nothing beside it.
fn is_sound(world: &World, bundles: &[Files], moment: &str) {
    let found = bundle_in(world, "dist");
    assert!(
        bundles.contains(&found) || !is_a_bundle(&world.path("dist")),
        "{moment}: {:?} are taken for a bundle",
        found.keys()
    );
    assert_eq!(world.files("dist").len(), found.len(), "{moment}");
}

/// Each bundle is in the cache as a whole.
fn are_remembered(world: &World, bundles: &[Files]) {
    for (flags, bundle) in FLAGS.iter().zip(bundles) {
        let said = world.pack(&[flags, &["--json"][..]].concat()).exits(0);
        let looked = said.json()["seconds"].get("scan").is_some();
        assert!(!looked, "{flags:?} is not in the cache");
        assert!(world.files("dist") == *bundle, "{flags:?}");
    }
}

fn at_once(count: usize, rounds: usize) {
    let (world, bundles) = world(count);
    for round in 0..rounds {
        // With everything in the cache they write at about the same time; without, they fill it together.
        if round % 4 == 0 {
            let _ = fs::remove_dir_all(world.path("cache"));
        }
        let flags = FLAGS[..count].iter();
        let runs: Vec<Child> = flags.map(|flags| start(&world, flags)).collect();
        for run in runs {
            world.outcome(&run.wait_with_output().unwrap()).exits(0);
        }
        is_sound(&world, &bundles, &format!("round {round}"));
    }
    are_remembered(&world, &bundles);
}

#[test]
fn two_runs() {
    at_once(2, 20);
}

#[test]
fn eight_runs() {
    at_once(8, 10);
}

/// One run stands still while it writes, and another does its work in the meantime.
#[test]
fn one_run_in_the_midst_of_another() {
    let (world, bundles) = world(6);
    for flags in [FLAGS[2], FLAGS[5]] {
        world.pack(flags).exits(0);
    }
    let mut signals = Signals::new();
    for changes in (1..=9).cycle().take(27) {
        let mut slow = start(&world, FLAGS[5]);
        wait_for_changes(&world, "dist", changes, &mut slow);
        signals.send("STOP", slow.id());
        // The quick one waits where the slow one has begun to replace files.
        let quick = start(&world, FLAGS[2]);
        thread::sleep(Duration::from_millis(100));
        signals.send("CONT", slow.id());
        for run in [quick, slow] {
            world.outcome(&run.wait_with_output().unwrap()).exits(0);
        }
        is_sound(&world, &bundles, &format!("after {changes} changes"));
    }
}
