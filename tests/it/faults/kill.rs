//! SIGKILL at any moment: no file is half-written, what is there is the old bundle, the new one, or nothing that
//! is taken for a bundle, and the next run is as any other.

use std::fs;
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::{Files, bundle_in, copy_folder, is_a_bundle, wait_for_changes};
use crate::common::{World, any_python};

/// Where the random moments come from; failures name it with the number of the moment.
const SEED: u64 = 0x57d1_1bac;
/// How often the program is killed in each of the situations.
const KILLS: u32 = 50;

/// What there is when a run starts.
struct Situation {
    /// The bundle of before.
    bundle: bool,
    /// The cache of before, by its folder's name.
    cache: Option<&'static str>,
}

/// A world in which one bundle was made before, and another is made by runs that are killed. They differ in
/// every file, and some files of the old bundle are none of the new one's.
struct Scene {
    world: World,
    old: Files,
    new: Files,
}

impl Scene {
    fn new() -> Self {
        let world = World::new();
        let profile = |forms: &str| format!("roots: [greet]\noutput:\n  compress: [{forms}]\n");
        world.write("profile.yaml", profile("brotli, zstd"));
        world
            .pack(&["--checksums", "--sbom", "--out", "old"])
            .exits(0);
        fs::rename(world.path("cache"), world.path("cache-of-old")).unwrap();
        world.write("profile.yaml", profile("brotli"));
        world.write("Lib/names/world.py", "WORLD = 'another'\n");
        world.pack(&["--checksums", "--out", "new"]).exits(0);
        fs::rename(world.path("cache"), world.path("cache-of-new")).unwrap();
        let (old, new) = (world.files("old"), world.files("new"));
        Self { world, old, new }
    }

    fn set(&self, situation: &Situation) {
        for folder in ["dist", "cache"] {
            let _ = fs::remove_dir_all(self.world.path(folder));
        }
        let copy = |from: &str, to: &str| copy_folder(&self.world.path(from), &self.world.path(to));
        if situation.bundle {
            copy("old", "dist");
        }
        if let Some(cache) = situation.cache {
            copy(cache, "cache");
        }
    }

    fn start(&self) -> Child {
        let mut command = self
            .world
            .pack_command(&any_python().path, &["--checksums"]);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command.spawn().unwrap()
    }

    /// The time of a whole run: the longest of a few.
    fn duration(&self, situation: &Situation) -> Duration {
        let one = |()| {
            self.set(situation);
            let start = Instant::now();
            assert!(self.start().wait().unwrap().success());
            start.elapsed()
        };
        [(); 3].map(one).into_iter().max().unwrap()
    }

    /// What a killed run may leave, and what the next run makes of it.
    fn is_sound(&self, situation: &Situation, moment: &str) {
        let there = self.world.path("dist").exists();
        let found = if there {
            bundle_in(&self.world, "dist")
        } else {
            Files::new()
        };
        for (name, bytes) in &found {
            let whole = [&self.old, &self.new]
                .iter()
                .any(|files| files.get(name) == Some(bytes));
            assert!(whole, "{moment}: half of {name}");
        }
        let old = situation.bundle && found == self.old;
        let detected = || !is_a_bundle(&self.world.path("dist"));
        let names: Vec<&String> = found.keys().collect();
        assert!(
            old || found == self.new || detected(),
            "{moment}: {names:?} are taken for a bundle"
        );
        self.world.pack(&["--checksums"]).exits(0);
        assert!(
            self.world.files("dist") == self.new,
            "{moment}: the next run leaves {:?}",
            self.world.files("dist").keys()
        );
    }

    fn killed_at_random(&self, situation: &Situation) {
        let duration = self.duration(situation);
        let mut random = Random(SEED);
        for kill in 0..KILLS {
            self.set(situation);
            let moment = duration.mul_f64(random.next());
            let mut run = self.start();
            thread::sleep(moment);
            run.kill().unwrap();
            run.wait().unwrap();
            let moment = format!("seed {SEED:#x}, kill {kill}, after {moment:?} of {duration:?}");
            self.is_sound(situation, &moment);
        }
    }

    /// Kills a run as soon as its output folder has changed `changes` times.
    fn killed_after_changes(&self, situation: &Situation, changes: u32) {
        self.set(situation);
        let mut run = self.start();
        wait_for_changes(&self.world, "dist", changes, &mut run);
        let _ = run.kill();
        run.wait().unwrap();
        self.is_sound(situation, &format!("after {changes} changes"));
    }
}

/// Numbers from 0 to 1 (splitmix64).
struct Random(u64);

impl Random {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let top = u32::try_from((mixed ^ (mixed >> 31)) >> 32).unwrap();
        f64::from(top) / f64::from(u32::MAX)
    }
}

#[test]
fn in_a_first_run() {
    Scene::new().killed_at_random(&Situation {
        bundle: false,
        cache: None,
    });
}

#[test]
fn with_a_bundle_and_no_cache() {
    Scene::new().killed_at_random(&Situation {
        bundle: true,
        cache: None,
    });
}

#[test]
fn with_a_cache_that_knows_the_rest() {
    Scene::new().killed_at_random(&Situation {
        bundle: true,
        cache: Some("cache-of-old"),
    });
}

#[test]
fn with_a_cache_that_knows_the_bundle() {
    Scene::new().killed_at_random(&Situation {
        bundle: true,
        cache: Some("cache-of-new"),
    });
}

/// The files are written in the last thousandths of a run, which random moments seldom meet.
#[test]
fn between_one_file_and_the_next() {
    let scene = Scene::new();
    for bundle in [true, false] {
        let cache = Some("cache-of-new");
        for changes in (1..=10).cycle().take(20) {
            scene.killed_after_changes(&Situation { bundle, cache }, changes);
        }
    }
}
