//! What the book shows is what happens: its commands are run, page by page, and their outputs compared.
//!
//! A page is run in a folder of its own. A block of Python or YAML that begins with the name of a file is that file.
//! In a block of `console`, a line that begins with `$ ` is a command, what follows is what it says, and `...` stands
//! for any lines. Numbers and digests depend on the patch release of Python and are not compared; `UPDATE_DOCS=1`
//! writes those of this run into the pages.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::common::World;
use crate::common::pythons::{pyodide, python};

fn book() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/src")
}

/// The Python of the pages, and its Pyodide.
const VERSION: &str = "3.13";
const PYODIDE: &str = "0.29.5";

/// A folder with what a page takes for granted.
fn folder() -> World {
    let world = World::empty();
    for folder in ["bin", "page/node_modules"] {
        fs::create_dir_all(world.path(folder)).unwrap();
    }
    let python = python(VERSION).unwrap().path.clone();
    for (program, name) in [
        (env!("CARGO_BIN_EXE_stdlib-pack"), "stdlib-pack"),
        (&python, "python3"),
    ] {
        let script = format!("#!/bin/sh\nexec '{program}' \"$@\"\n");
        let file = world.write(&format!("bin/{name}"), script);
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        fs::set_permissions(file, mode).unwrap();
    }
    symlink(pyodide(PYODIDE), world.path("page/node_modules/pyodide")).unwrap();
    world
}

/// What a command says, on both channels.
fn said(world: &World, command: &str) -> String {
    let path = std::env::var("PATH").unwrap();
    let output = Command::new("sh")
        .args(["-c", &format!("exec 2>&1; {command}")])
        .current_dir(world.path("page"))
        .env("PATH", format!("{}:{path}", world.path("bin").display()))
        .env("STDLIB_PACK_CACHE", world.path("cache"))
        .env("HOME", world.path(""))
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap()
}

/// A page with the outputs of its commands as they are here.
fn run(world: &World, page: &str) -> String {
    let mut after = String::new();
    let mut lines = page.lines().peekable();
    while let Some(line) = lines.next() {
        after += &format!("{line}\n");
        if !matches!(line, "```console" | "```python" | "```yaml") {
            continue;
        }
        let mut block = Vec::new();
        while let Some(line) = lines.next_if(|line| *line != "```") {
            block.push(line);
        }
        if line == "```console" {
            after += &console(world, &block);
            continue;
        }
        if let Some(name) = block.first().and_then(|line| line.strip_prefix("# ")) {
            world.write(&format!("page/{name}"), block[1..].join("\n") + "\n");
        }
        after += &(block.join("\n") + "\n");
    }
    after
}

fn console(world: &World, block: &[&str]) -> String {
    let mut after = String::new();
    let mut rest = block;
    while let Some((command, more)) = rest.split_first() {
        let end = more
            .iter()
            .position(|line| line.starts_with("$ "))
            .unwrap_or(more.len());
        let (expected, next) = more.split_at(end);
        let words = command
            .strip_prefix("$ ")
            .unwrap_or_else(|| panic!("no command: {command}"));
        let said = said(world, words);
        let said: Vec<&str> = said.trim_end().lines().collect();
        after += &format!("{command}\n");
        if matches(expected, &said) && std::env::var_os("UPDATE_DOCS").is_none() {
            after.extend(expected.iter().map(|line| format!("{line}\n")));
        } else {
            after.extend(
                with_ellipses(expected, &said)
                    .iter()
                    .map(|line| format!("{line}\n")),
            );
        }
        rest = next;
    }
    after
}

/// A line without what differs from one patch release, or run, to another.
fn plain(line: &str) -> String {
    let mut plain = String::new();
    let line = line.split(" seconds:").next().unwrap_or(line);
    for word in line.split_inclusive([' ', ',', ':', '"']) {
        let digest = word.len() >= 10 && word.bytes().take(10).all(|byte| byte.is_ascii_hexdigit());
        if digest {
            plain.push('N');
            continue;
        }
        for letter in word.chars() {
            let number =
                letter.is_ascii_digit() || (plain.ends_with('N') && ",.%".contains(letter));
            match (number, plain.ends_with('N')) {
                (true, true) => {}
                (true, false) => plain.push('N'),
                (false, _) => plain.push(letter),
            }
        }
    }
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether these are the lines that were expected.
fn matches(expected: &[&str], said: &[&str]) -> bool {
    match expected.split_first() {
        None => said.is_empty(),
        Some((&"...", more)) => (0..=said.len()).any(|skipped| matches(more, &said[skipped..])),
        Some((line, more)) => said
            .split_first()
            .is_some_and(|(first, rest)| plain(line) == plain(first) && matches(more, rest)),
    }
}

/// What was said, with what the page leaves out left out.
fn with_ellipses<'a>(expected: &[&'a str], said: &[&'a str]) -> Vec<&'a str> {
    let mut lines = Vec::new();
    let mut rest = said;
    for (place, line) in expected.iter().enumerate() {
        if *line == "..." {
            let next = expected.get(place + 1).map(|line| plain(line));
            let end = rest.iter().position(|line| Some(plain(line)) == next);
            rest = &rest[end.unwrap_or(rest.len())..];
            lines.push("...");
        } else if let Some((first, more)) = rest.split_first() {
            lines.push(if first.starts_with("  seconds:") {
                line
            } else {
                first
            });
            rest = more;
        }
    }
    lines.extend(rest);
    lines
}

/// Pages that can be run at the same time.
#[track_caller]
fn page(name: &str) {
    let file = book().join(name);
    let before = fs::read_to_string(&file).unwrap();
    let after = run(&folder(), &before);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&file, &after).unwrap();
    } else {
        let lines = before.lines().zip(after.lines());
        for (number, (before, after)) in (1..).zip(lines) {
            assert_eq!(before, after, "{name}:{number}");
        }
        assert_eq!(before, after, "{name}");
    }
}

#[test]
fn tutorial() {
    page("tutorial.md");
}

#[test]
fn trust() {
    page("trust.md");
}

#[test]
fn insight() {
    page("insight.md");
}

#[test]
fn faq() {
    page("faq.md");
}

#[test]
fn sizes() {
    page("sizes.md");
}

#[test]
fn profiles() {
    page("profiles.md");
}

/// A page with commands is run by a test above.
#[test]
fn no_page_is_forgotten() {
    let own = include_str!("docs.rs");
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

/// What is written down of the keys is what the types say: the page, and the schema that editors read.
#[test]
fn reference() {
    let world = World::empty();
    let says = |flags: &[&str]| {
        world
            .run(&[&["profile", "schema"], flags].concat())
            .exits(0)
            .out
    };
    let intro = "Written by `stdlib-pack profile schema --markdown`. [Profiles](profiles.md) tells what they are for.";
    let page = format!(
        "# All keys of a profile\n\n{intro}\n\n{}",
        says(&["--markdown"])
    );
    let files = [
        (book().join("profile-reference.md"), page),
        (book().join("../../profiles/profile.schema.json"), says(&[])),
    ];
    for (file, text) in files {
        if std::env::var_os("UPDATE_DOCS").is_some() {
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
