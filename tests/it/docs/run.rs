//! Runs a page.

use std::fs;
use std::iter::Peekable;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::{Command, Output};
use std::str::Lines;

use super::compare::{Compare, with_ellipses};
use super::{PYODIDE, book_python};
use crate::common::World;
use crate::common::pythons::pyodide;

/// A page that is being run.
pub(super) struct Run {
    world: World,
    compare: Compare,
    /// Whether outputs are replaced by those of this run.
    update: bool,
    /// Whether a command whose output is not shown may print something.
    terse: bool,
}

impl Run {
    /// Makes a folder with what a page takes for granted.
    pub(super) fn new(compare: Compare, update: bool, terse: bool) -> Self {
        let world = World::empty();
        for folder in ["bin", "page/node_modules"] {
            fs::create_dir_all(world.path(folder)).unwrap();
        }
        let program = env!("CARGO_BIN_EXE_stdlib-pack");
        for (name, command) in [
            ("stdlib-pack", format!("exec '{program}' \"$@\"")),
            ("python3", format!("exec '{}' \"$@\"", book_python().path)),
            // For `cargo run --release -- FLAGS`.
            ("cargo", format!("shift 3; exec '{program}' \"$@\"")),
        ] {
            let file = world.write(&format!("bin/{name}"), format!("#!/bin/sh\n{command}\n"));
            fs::set_permissions(file, PermissionsExt::from_mode(0o755)).unwrap();
        }
        symlink(pyodide(PYODIDE), world.path("page/node_modules/pyodide")).unwrap();
        Self {
            world,
            compare,
            update,
            terse,
        }
    }

    /// The page with the outputs of its commands as they are here.
    pub(super) fn page(&self, page: &str) -> String {
        let mut after = String::new();
        let mut lines = page.lines().peekable();
        let mut skip = false;
        while let Some(line) = lines.next() {
            after += &format!("{line}\n");
            match line {
                "```console" | "```python" | "```yaml" if !skip => {
                    after += &self.block(line, &mut lines);
                }
                "```" => skip = false,
                _ if line.starts_with("<!-- not run:") => skip = true,
                _ => {
                    let hidden = line.strip_prefix("<!-- $ ");
                    if let Some(command) = hidden.and_then(|line| line.strip_suffix(" -->")) {
                        self.succeeds(command);
                    }
                }
            }
        }
        after
    }

    /// A block up to its end.
    fn block(&self, kind: &str, lines: &mut Peekable<Lines<'_>>) -> String {
        let mut block = Vec::new();
        while let Some(line) = lines.next_if(|line| *line != "```") {
            block.push(line);
        }
        if kind == "```console" {
            return self.console(&block);
        }
        if let Some(name) = block.first().and_then(|line| line.strip_prefix("# ")) {
            let file = block[1..].join("\n") + "\n";
            self.world.write(&format!("page/{name}"), file);
        }
        block.join("\n") + "\n"
    }

    fn console(&self, block: &[&str]) -> String {
        let mut after = String::new();
        let mut rest = block;
        while let Some((line, more)) = rest.split_first() {
            let end = more
                .iter()
                .position(|line| line.starts_with("$ "))
                .unwrap_or(more.len());
            let (expected, next) = more.split_at(end);
            let command = line
                .strip_prefix("$ ")
                .unwrap_or_else(|| panic!("no command: {line}"));
            after += &format!("{line}\n");
            if expected.is_empty() && self.terse {
                self.succeeds(command);
            } else {
                let shown = self.shown(command, expected);
                after.extend(shown.iter().map(|line| format!("{line}\n")));
            }
            rest = next;
        }
        after
    }

    /// What a page shows of a command's output: what it showed before, unless that is wrong.
    fn shown(&self, command: &str, expected: &[&str]) -> Vec<String> {
        let output = self.shell(command).stdout;
        let output = String::from_utf8(output).unwrap();
        let actual: Vec<&str> = output.trim_end().lines().collect();
        let shown = if self.compare.matches(expected, &actual) && !self.update {
            expected.to_vec()
        } else {
            with_ellipses(expected, &actual)
        };
        shown.into_iter().map(str::to_owned).collect()
    }

    fn succeeds(&self, command: &str) {
        let output = self.shell(command);
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{command}\n{text}");
    }

    /// Runs a command; what it prints on either channel is in its standard output.
    fn shell(&self, command: &str) -> Output {
        let path = std::env::var("PATH").unwrap();
        Command::new("sh")
            .args(["-c", &format!("exec 2>&1; {command}")])
            .current_dir(self.world.path("page"))
            .env(
                "PATH",
                format!("{}:{path}", self.world.path("bin").display()),
            )
            .env("STDLIB_PACK_CACHE", self.world.path("cache"))
            .env("HOME", self.world.path(""))
            .output()
            .unwrap()
    }
}
