//! Whether bundles hold what programs need, judged by running them.
//!
//! Call truth: programs whose run imports what none of their import statements shows print the same
//! with their bundle as with the whole standard library. `calls.txt` holds the programs.
//!
//! One Python tries them all here; `make truth` tries them with every Python (`TRUTH=all`).
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../common/mod.rs"]
mod common;
mod judges;
mod symbols;
mod wheels;

use std::fs;
use std::os::unix::fs::symlink;
use std::process::{Command, Output};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use common::World;
use common::pythons::{Python, any_python, pythons};

/// Programs share what is compiled.
const CACHE: &str = concat!(env!("CARGO_TARGET_TMPDIR"), "/truth");

/// Whether all is asked for that there is to try.
fn everything() -> bool {
    std::env::var("TRUTH").is_ok_and(|which| which == "all")
}

const CALLS: &str = include_str!("calls.txt");

/// Without brotli: it is the zip that runs.
const PROFILE: &str = "extends: [native]\nfrozen: drop\noutput: {compress: []}\n";

/// What may be taken out of modules without a program noticing it. Here every program is tried with one of these,
/// in turn; `TRUTH=all` tries it with each.
const LEVELS: [&str; 5] = [
    "",
    "strip: [docstrings, columns, asserts, annotations, main-blocks, dead-branches]\n",
    "strip: [docstrings, lines, asserts, annotations, main-blocks, dead-branches]\noptimize: 2\n",
    "payload: source\nstrip: [docstrings, asserts, annotations, main-blocks, dead-branches]\n",
    "payload: source\nstrip: [docstrings, lines, asserts, annotations, main-blocks, dead-branches]\n",
];

struct Call {
    name: String,
    /// The oldest Python that can run it, by its feature number.
    since: u32,
    program: String,
}

fn calls() -> Vec<Call> {
    let sections = CALLS.split("\n== ").skip(1);
    sections
        .map(|section| {
            let (head, program) = section.split_once('\n').unwrap();
            let since = head
                .rsplit_once(" 3.")
                .and_then(|(_, minor)| minor.parse().ok());
            let (name, program) = (head.to_owned(), program.to_owned());
            Call {
                name,
                since: since.unwrap_or(0),
                program,
            }
        })
        .collect()
}

/// Output and error, without what differs from run to run: addresses, and the bundle's own place.
fn said(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    format!(
        "{}\n{}\n{:?}",
        text(&output.stdout),
        last_line(&text(&output.stderr)),
        output.status
    )
}

/// Source lines and columns are not in a bundle: of a traceback only its last line is compared.
fn last_line(text: &str) -> String {
    text.trim_end()
        .lines()
        .next_back()
        .unwrap_or_default()
        .to_owned()
}

/// What goes wrong with a program, if something does.
fn differs(call: &Call, python: &Python, level: &str) -> Option<String> {
    let world = World::empty();
    world.write("app.py", &call.program);
    world.write("profile.yaml", PROFILE.to_owned() + level);
    let whole = run(&world, python, None);
    let flags = [
        "--profile",
        "profile.yaml",
        "--app",
        "app.py",
        "--build-python",
        &python.path,
    ];
    let mut command = world.command();
    command.args(flags).env("STDLIB_PACK_CACHE", CACHE);
    let packed = world.finish(command);
    if packed.code != Some(0) {
        return Some(packed.said());
    }
    let stem = python.stem();
    let own = world.path(&format!("home/lib/python{}", python.version));
    fs::create_dir_all(&own).unwrap();
    symlink(python.extensions(), own.join("lib-dynload")).unwrap();
    let zip = world.path(&format!("home/lib/{stem}.zip"));
    fs::copy(world.path(&format!("dist/{stem}.zip")), zip).unwrap();
    let bundled = run(&world, python, Some("home"));
    let words = |output: &Output| said(output).replace("home", "");
    (words(&whole) != words(&bundled)).then(|| {
        let error = String::from_utf8_lossy(&bundled.stderr).into_owned();
        format!(
            "whole: {}\nbundle: {}\n{error}",
            words(&whole),
            words(&bundled)
        )
    })
}

fn run(world: &World, python: &Python, home: Option<&str>) -> Output {
    let mut command = Command::new(&python.path);
    command
        .env_clear()
        .env("HOME", world.path(""))
        .env("PATH", "/usr/bin:/bin")
        .env("LC_ALL", "C.UTF-8");
    if let Some(home) = home {
        command.env("PYTHONHOME", world.path(home));
    }
    command
        .args(["-S", "-s", "-B"])
        .arg(world.path("app.py"))
        .output()
        .unwrap()
}

#[test]
fn calls_find_what_they_import() {
    let pythons = if everything() {
        pythons()
    } else {
        std::slice::from_ref(any_python())
    };
    for python in pythons {
        let minor: u32 = python.version[2..].parse().unwrap();
        let calls: Vec<Call> = calls()
            .into_iter()
            .filter(|call| call.since <= minor)
            .collect();
        assert!(calls.len() > 90, "calls.txt was not read: {}", calls.len());
        let levels = if everything() { LEVELS.len() } else { 1 };
        let next = AtomicUsize::new(0);
        let wrong = Mutex::new(Vec::new());
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    loop {
                        let turn = next.fetch_add(1, Ordering::Relaxed);
                        let Some(call) = calls.get(turn / levels) else {
                            break;
                        };
                        let level = LEVELS[turn % LEVELS.len()];
                        if let Some(difference) = differs(call, python, level) {
                            wrong
                                .lock()
                                .unwrap()
                                .push(format!("== {}\n{level}{difference}", call.name));
                        }
                    }
                });
            }
        });
        let wrong = wrong.into_inner().unwrap();
        let (count, of) = (wrong.len(), calls.len() * levels);
        assert!(
            wrong.is_empty(),
            "Python {}: {count} of {of} differ\n{}",
            python.version,
            wrong.join("\n")
        );
    }
}
