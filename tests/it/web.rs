//! `serve` and `check-url`: what a server should send, and what one that was not set up for it does wrong.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use crate::common::{World, any_python};

/// A server, for as long as it is held.
struct Server {
    child: Child,
    url: String,
}

impl Server {
    /// Starts a server that prints its address in its first line.
    fn start(command: &mut Command) -> Self {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let start = line.find("http://").unwrap_or_else(|| panic!("{line}"));
        let url = line[start..].split([' ', ')']).next().unwrap().to_owned();
        Self { child, url }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn packed() -> World {
    let world = World::new();
    // More than a few bytes, so that compression pays.
    world.write(
        "Lib/names/world.py",
        "WORLD = ['world', 1, 2, 3]\n".repeat(400),
    );
    let flags = [
        "--profile",
        "profile.yaml",
        "--stdlib",
        "Lib",
        "--payload",
        "source",
        "--compress",
        "brotli",
    ];
    world
        .run(&[&flags[..], &["--build-python", &any_python().path]].concat())
        .exits(0);
    world
}

#[test]
fn a_served_bundle_is_as_it_should_be() {
    let world = packed();
    let stem = any_python().stem();
    let program = env!("CARGO_BIN_EXE_stdlib-pack");
    let server = Server::start(
        Command::new(program)
            .args(["serve", "--port", "0"])
            .arg(world.path("dist")),
    );
    let url = format!("{}{stem}.zip", server.url);
    let said = world
        .run(&["check-url", &url, "--bundle", "dist"])
        .exits(0)
        .out;
    assert!(said.contains(" as br: as it should be"), "{said}");

    // It sends what is there now.
    world.write(&format!("dist/{stem}.zip.br"), "no Brotli");
    let said = world.run(&["check-url", &url, "--json"]).exits(1).json();
    assert_eq!(
        said[0]["problems"][0]["kind"], "bad-content-encoding",
        "{said}"
    );
    let said = world
        .run(&["check-url", &format!("{}none.zip", server.url)])
        .exits(1)
        .out;
    assert!(said.contains("HTTP status 404"), "{said}");
}

#[test]
fn a_server_without_configuration_is_told_what_it_lacks() {
    let world = packed();
    let python = any_python();
    let server = Server::start(
        Command::new(&python.path)
            .args([
                "-u",
                "-m",
                "http.server",
                "0",
                "--bind",
                "127.0.0.1",
                "--directory",
            ])
            .arg(world.path("dist")),
    );
    let zip = format!("{}{}.zip", server.url, python.stem());
    let outcome = world
        .run(&["check-url", &zip, &format!("{zip}.br"), "--json"])
        .exits(1)
        .json();
    let kinds = |report: usize| -> Vec<&str> {
        let problems = outcome[report]["problems"].as_array().unwrap().iter();
        problems
            .map(|problem| problem["kind"].as_str().unwrap())
            .collect()
    };
    assert_eq!(kinds(0), ["too-large", "no-cache-control"], "{outcome}");
    assert_eq!(
        kinds(1),
        ["no-content-encoding", "no-cache-control"],
        "{outcome}"
    );
}

#[test]
fn addresses_and_folders_that_are_none_are_refused() {
    let world = packed();
    let said = world.run(&["check-url", "python313.zip"]).exits(2).err;
    assert!(said.contains("is not an address"), "{said}");
    let said = world
        .run(&["check-url", "http://127.0.0.1:9/python313.zip"])
        .exits(3)
        .err;
    assert!(
        said.contains("is the address right, and the server running?"),
        "{said}"
    );
    let said = world
        .run(&[
            "check-url",
            "http://127.0.0.1:9/other.zip",
            "--bundle",
            "dist",
        ])
        .exits(2)
        .err;
    assert!(
        said.contains("the bundle has no file 'other.zip'"),
        "{said}"
    );
    let said = world.run(&["serve", "none"]).exits(2).err;
    assert!(said.contains("there is no folder 'none'"), "{said}");
}
