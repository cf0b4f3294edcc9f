//! Completions in real shells: bash, zsh and fish.

use std::process::Command;

use crate::common::{World, tool_path};

/// A project with two bundles.
fn world() -> World {
    let world = World::empty();
    let text = "bundles:\n  web: {profile: wasm}\n  worker: {profile: wasi}\n";
    world.write("stdlib-pack.yaml", text);
    world.write("main.py", "");
    world
}

/// The last word of each command line, and what it is completed to.
const CASES: [(&str, &str); 13] = [
    ("--run-m", "--run-module"),
    ("veri", "verify"),
    ("verify --re", "--rebuild"),
    ("why-not --js", "--json"),
    ("profile check --js", "--json"),
    ("report --format h", "html"),
    ("--profile browser-", "browser-minimal"),
    ("why --bundle we", "web"),
    ("build wo", "worker"),
    ("pack --target pyo", "pyodide"),
    ("pack --compress no", "none"),
    ("why xml.dom.minid", "xml.dom.minidom"),
    ("--app ma", "main.py"),
];

/// Runs a program of a shell, and returns what it printed.
fn shell(world: &World, program: &str, arguments: &[&str]) -> String {
    let mut shell = Command::new(program);
    shell
        .current_dir(world.path(""))
        .env("PATH", tool_path())
        .env("STDLIB_PACK_CACHE", world.path("cache"))
        .env("TERM", "xterm")
        .args(arguments);
    world.finish(shell).exits(0).out
}

#[test]
fn bash_completes_names() {
    let world = world();
    let script = r#"
        source <(stdlib-pack completions bash)
        COMP_WORDS=(stdlib-pack "$@") COMP_CWORD=$# COMP_TYPE=9
        COMP_LINE="${COMP_WORDS[*]}" COMP_POINT=${#COMP_LINE}
        complete_with=$(complete -p stdlib-pack | sed 's/.* -F \([^ ]*\) .*/\1/')
        $complete_with stdlib-pack "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD-1]}"
        echo "${COMPREPLY[*]}""#;
    for (line, expected) in CASES {
        let words: Vec<&str> = line.split(' ').collect();
        let arguments = [&["--norc", "-c", script, "bash"][..], &words].concat();
        let said = shell(&world, "bash", &arguments);
        assert_eq!(said.trim(), expected, "{line}");
    }
}

#[test]
fn fish_completes_names() {
    let world = world();
    for (line, expected) in CASES {
        let script =
            format!("stdlib-pack completions fish | source; complete -C 'stdlib-pack {line}'");
        let said = shell(&world, "fish", &["--no-config", "-c", &script]);
        // A name, and its description.
        let names: Vec<&str> = said
            .lines()
            .filter_map(|line| line.split('\t').next())
            .collect();
        assert_eq!(names, [expected], "{line}");
    }
}

/// A zsh with a terminal of its own, in which Tab is pressed.
#[test]
fn zsh_completes_names() {
    let world = world();
    let script = r#"
        zmodload zsh/zpty
        zpty shell zsh -f -i
        setup="PS1=; module_path=($module_path); fpath=($fpath); autoload -U compinit; compinit -u -D"
        zpty -w shell "$setup; source <(stdlib-pack completions zsh); print RE''ADY"
        zpty -r -m shell output '*READY*' || exit 1
        zpty -w -n shell "stdlib-pack $1"$'\t'
        zpty -r -m shell output "*stdlib-pack $2*" && print -r -- completed"#;
    for (line, expected) in CASES {
        let completed = match line.rsplit_once(' ') {
            Some((before, _)) => format!("{before} {expected}"),
            None => expected.to_owned(),
        };
        let said = shell(&world, "zsh", &["-c", script, "zsh", line, &completed]);
        assert_eq!(said.trim(), "completed", "{line}");
    }
}

#[test]
fn every_shell_has_a_script() {
    let world = World::empty();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let text = world.run(&["completions", shell]).exits(0).out;
        assert!(text.contains("STDLIB_PACK_COMPLETE"), "{shell}: {text}");
    }
}
