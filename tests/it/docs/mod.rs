//! What the book and the README show is what happens: their commands are run, page by page, and their outputs compared.
//!
//! A page is run in a folder of its own. A block of Python or YAML that begins with the name of a file is that file.
//! In a block of `console`, a line that begins with `$ ` is a command, what follows is its output, and `...` stands
//! for what is left out. `<!-- $ COMMAND -->` is a command that readers do not see, and `<!-- not run: REASON -->`
//! leaves out the next block.
//!
//! `UPDATE_DOCS=1` writes the outputs of this run into the pages.

mod compare;
mod run;

use std::fs;
use std::path::{Path, PathBuf};

use compare::Compare;
use run::Run;
use stdlib_pack::diagnostic::Code;

use crate::common::World;
use crate::common::pythons::{Python, python};

/// The Python that the pages were made with, and its Pyodide. After a change `UPDATE_DOCS=1` has to follow.
const PYTHON: &str = "3.13.0";
const PYODIDE: &str = "0.29.5";

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn book() -> PathBuf {
    repository().join("docs/src")
}

/// A Python of the pages' feature release.
fn book_python() -> &'static Python {
    let (version, _) = PYTHON.rsplit_once('.').unwrap();
    python(version).unwrap_or_else(|| panic!("the pages need Python {version}: run make setup"))
}

fn is_updated() -> bool {
    std::env::var_os("UPDATE_DOCS").is_some()
}

/// Another patch release has other sources: bundles have other sizes and digests, imports stand in other lines. Then
/// the words alone can be compared.
fn comparison() -> Compare {
    let patch = book_python().eval("'.'.join(map(str, sys.version_info[:3]))");
    if patch == PYTHON {
        return Compare::Numbers;
    }
    assert!(
        !is_updated(),
        "the pages' numbers are of Python {PYTHON}, this is {patch}: update with that one, or change PYTHON here"
    );
    Compare::Words
}

/// Runs a page, and fails if an output is not as the page shows it.
#[track_caller]
fn check(file: &Path, terse: bool) {
    let before = fs::read_to_string(file).unwrap();
    let after = Run::new(comparison(), is_updated(), terse).page(&before);
    if is_updated() {
        fs::write(file, &after).unwrap();
        return;
    }
    let name = file.file_name().unwrap().display();
    let lines = before.lines().zip(after.lines());
    for (number, (before, after)) in (1..).zip(lines) {
        assert_eq!(before, after, "{name}:{number}");
    }
    assert_eq!(before, after, "{name}");
}

/// Pages are tests of their own, so that they run at the same time.
#[track_caller]
fn page(name: &str) {
    check(&book().join(name), false);
}

/// It shows many commands without their outputs.
#[test]
fn readme() {
    check(&repository().join("README.md"), true);
}

#[test]
fn tutorial() {
    page("tutorial.md");
}

#[test]
fn supply_chain() {
    page("supply-chain.md");
}

#[test]
fn inspecting() {
    page("inspecting.md");
}

#[test]
fn recording() {
    page("recording.md");
}

#[test]
fn troubleshooting() {
    page("troubleshooting.md");
}

#[test]
fn sizes() {
    page("sizes.md");
}

#[test]
fn profiles() {
    page("profiles.md");
}

/// Readers are told what the numbers are of.
#[test]
fn the_pythons_of_the_pages_are_named() {
    let introduction = fs::read_to_string(book().join("introduction.md")).unwrap();
    assert!(introduction.contains(&format!("CPython {PYTHON} and Pyodide {PYODIDE}")));
}

/// A page with commands is run by a test above.
#[test]
fn no_page_is_forgotten() {
    let own = include_str!("mod.rs");
    for entry in fs::read_dir(book()).unwrap() {
        let file = entry.unwrap().path();
        let name = file.file_name().unwrap().to_str().unwrap();
        let text = fs::read_to_string(&file).unwrap();
        let has_commands = text.contains("```console");
        assert_eq!(
            has_commands,
            own.contains(&format!("page(\"{name}\")")),
            "{name}"
        );
    }
}

/// What is written down of the keys and the codes is what the types say: the pages, and the schema that editors read.
#[test]
fn reference() {
    let world = World::empty();
    let says = |flags: &[&str]| {
        world
            .run(&[&["profile", "schema"], flags].concat())
            .exits(0)
            .out
    };
    let intro = "Written by `stdlib-pack profile schema --markdown`. [Profiles](profiles.md) explains their use.";
    let page = format!(
        "# All keys of a profile\n\n{intro}\n\n{}",
        says(&["--markdown"])
    );
    let marker = "<!-- generated from src/diagnostic/code.rs -->\n";
    let codes = fs::read_to_string(book().join("diagnostics.md")).unwrap();
    let (hand_written, _) = codes.split_once(marker).unwrap();
    let codes = format!("{hand_written}{marker}{}", Code::reference());
    let files = [
        (book().join("diagnostics.md"), codes),
        (book().join("profile-reference.md"), page),
        (repository().join("profiles/profile.schema.json"), says(&[])),
    ];
    for (file, text) in files {
        if is_updated() {
            fs::write(&file, text).unwrap();
        } else {
            let there = fs::read_to_string(&file).unwrap();
            assert!(
                there == text,
                "{} is old: UPDATE_DOCS=1 writes it",
                file.display()
            );
        }
    }
}
