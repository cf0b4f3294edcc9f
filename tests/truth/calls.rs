//! Call truth: programs whose run imports what none of their import statements shows. Each is packed as an app with
//! the profile `native`, run with its bundle as the only standard library, and must print what it prints with the
//! whole one.
//!
//! `programs/` holds them. Comments at the top of a program say what is particular to it, if anything is:
//!
//! - `# python: >=3.12`: the oldest Python that can run it;
//! - `# options: strip-lines`: the options that it is packed with, by a name in `OPTIONS`. `TRUTH=all` tries all.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::common::World;
use crate::common::pythons::Python;
use crate::{CACHE, PROFILE, everything, judging};

/// What may be taken out of modules without a program noticing it. A program that names none of these is tried with
/// the first.
const OPTIONS: [(&str, &str); 5] = [
    ("default", ""),
    (
        "strip",
        "strip: [docstrings, columns, asserts, annotations, main-blocks, dead-branches]\n",
    ),
    (
        "strip-lines",
        "strip: [docstrings, lines, asserts, annotations, main-blocks, dead-branches]\noptimize: 2\n",
    ),
    (
        "source",
        "payload: source\nstrip: [docstrings, asserts, annotations, main-blocks, dead-branches]\n",
    ),
    (
        "source-lines",
        "payload: source\nstrip: [docstrings, lines, asserts, annotations, main-blocks, dead-branches]\n",
    ),
];

struct Program {
    name: String,
    text: String,
    /// The oldest Python that can run it, by its feature number.
    since: u32,
    /// The place of its options in `OPTIONS`.
    options: usize,
}

impl Program {
    /// Reads the comments at the top. One that is not understood fails the test, lest a program be tried with other
    /// options than it names.
    fn new(name: String, text: String) -> Self {
        let (mut since, mut options) = (0, 0);
        let comments = text.lines().map_while(|line| line.strip_prefix("# "));
        for comment in comments {
            let understood = match comment.split_once(": ") {
                Some(("python", version)) => version
                    .strip_prefix(">=3.")
                    .and_then(|minor| minor.parse().ok())
                    .map(|minor| since = minor),
                Some(("options", wanted)) => OPTIONS
                    .iter()
                    .position(|(option, _)| *option == wanted)
                    .map(|place| options = place),
                _ => None,
            };
            assert!(
                understood.is_some(),
                "programs/{name}: what is '{comment}'?"
            );
        }
        Self {
            name,
            text,
            since,
            options,
        }
    }
}

/// All programs, by name.
fn programs() -> Vec<Program> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/truth/programs");
    let files = fs::read_dir(folder).unwrap();
    let mut programs: Vec<Program> = files
        .map(|file| file.unwrap())
        .map(|file| {
            let name = file.file_name().into_string().unwrap();
            Program::new(name, fs::read_to_string(file.path()).unwrap())
        })
        .collect();
    programs.sort_by(|one, other| one.name.cmp(&other.name));
    programs
}

/// Output and error, without what differs from run to run: addresses, and the bundle's own place.
fn observed(output: &Output) -> String {
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
fn difference(program: &Program, python: &Python, options: &str) -> Option<String> {
    let world = World::empty();
    world.write("app.py", &program.text);
    world.write("profile.yaml", PROFILE.to_owned() + options);
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
    let [whole, bundle] = [&whole, &bundled].map(|output| observed(output).replace("home", ""));
    (whole != bundle).then(|| {
        let error = String::from_utf8_lossy(&bundled.stderr).into_owned();
        format!("whole: {whole}\nbundle: {bundle}\n{error}")
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
fn programs_find_what_they_import() {
    let programs = programs();
    assert!(programs.len() > 90, "only {} programs", programs.len());
    for python in judging() {
        let minor: u32 = python.version[2..].parse().unwrap();
        let trials: Vec<(&Program, usize)> = programs
            .iter()
            .filter(|program| program.since <= minor)
            .flat_map(|program| {
                let own = program.options..=program.options;
                let options = if everything() {
                    0..=OPTIONS.len() - 1
                } else {
                    own
                };
                options.map(move |options| (program, options))
            })
            .collect();
        let next = AtomicUsize::new(0);
        let wrong = Mutex::new(Vec::new());
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    while let Some((program, options)) =
                        trials.get(next.fetch_add(1, Ordering::Relaxed))
                    {
                        let (option, profile) = OPTIONS[*options];
                        if let Some(difference) = difference(program, python, profile) {
                            let name = &program.name;
                            let difference = format!("== {name}, options {option}\n{difference}");
                            wrong.lock().unwrap().push(difference);
                        }
                    }
                });
            }
        });
        let wrong = wrong.into_inner().unwrap();
        assert!(
            wrong.is_empty(),
            "Python {}: {} of {} differ\n{}",
            python.version,
            wrong.len(),
            trials.len(),
            wrong.join("\n")
        );
    }
}
