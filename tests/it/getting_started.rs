//! What somebody needs who begins: a profile, completions, man pages, a drawing.

use std::fs;
use std::process::Command;

use insta::assert_snapshot;

use crate::common::{Outcome, World, any_python};

fn with_app() -> World {
    let world = World::new();
    world.write(
        "app/main.py",
        "import greet, requests\nimport importlib\n\nimportlib.import_module(requests.name)\n",
    );
    world
}

#[test]
fn a_written_profile_tells_what_it_saw() {
    let world = with_app();
    let python = &any_python().path;
    let inputs = ["--stdlib", "Lib", "--build-python", python, "--app", "app"];
    let init = [&["profile", "init", "--out", "own.yaml"][..], &inputs].concat();
    world.run(&init).exits(0);
    let text = String::from_utf8(world.read("own.yaml")).unwrap();
    for part in [
        "#   greet\n",
        "#   importlib requests\n",
        "# app/main.py:4: a module is imported by a name that is not a literal",
        "target: \"emscripten-browser\"\n",
        "brotli: 5 KB\n",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    let pack = [&["pack", "--profile", "own.yaml"][..], &inputs].concat();
    world.run(&pack).exits(0);
    assert_eq!(world.files("dist").len(), 3);
    world.run(&init).exits(2);
    world.run(&[&init[..], &["--force"]].concat()).exits(0);
}

/// A link leads to the file, and what is no file takes the bytes.
#[cfg(unix)]
#[test]
fn a_file_is_written_where_it_leads() {
    let world = with_app();
    let python = &any_python().path;
    let inputs = ["--stdlib", "Lib", "--build-python", python, "--app", "app"];
    let init = |out: &str| {
        let init = ["profile", "init", "--force", "--out", out];
        world.run(&[&init[..], &inputs].concat()).exits(0).out
    };
    world.write("real/own.yaml", "old");
    std::os::unix::fs::symlink("real/own.yaml", world.path("link.yaml")).unwrap();
    init("link.yaml");
    assert!(world.path("link.yaml").is_symlink());
    assert!(world.read("real/own.yaml").starts_with(b"#"));
    let made = std::process::Command::new("mkfifo")
        .arg(world.path("pipe"))
        .status();
    assert!(made.unwrap().success());
    let pipe = world.path("pipe");
    let reader = std::thread::spawn(move || std::fs::read(pipe).unwrap());
    init("pipe");
    assert!(reader.join().unwrap().starts_with(b"#"));
    assert!(init("/dev/stdout").starts_with('#'));
}

/// Writes a profile by the tiny library.
fn init(world: &World, more: &[&str]) -> Outcome {
    let python = &any_python().path;
    let inputs = ["--stdlib", "Lib", "--build-python", python];
    world.run(&[&["profile", "init"][..], &inputs, more].concat())
}

/// Runs the command that `profile init` said is next.
fn next(world: &World, init: &Outcome) -> Outcome {
    let line = init.out.lines().last().unwrap();
    let line = line.replace("[python]", &any_python().path);
    let words = line.trim().strip_prefix("stdlib-pack ").unwrap();
    let mut command = Command::new("sh");
    command
        .args(["-c", &format!("\"$0\" {words}")])
        .arg(env!("CARGO_BIN_EXE_stdlib-pack"))
        .current_dir(world.path(""))
        .env("STDLIB_PACK_CACHE", world.path("cache"));
    world.finish(command)
}

/// Names that a shell takes apart, and that a built-in profile has.
#[test]
fn the_command_that_is_next_can_be_run() {
    let world = World::new();
    world.write("my app/main.py", "import greet\n");
    for out in ["native", "its profile.yaml"] {
        // With a project, and with one that is there already.
        for dist in ["dist/my app", "dist"] {
            let said = init(&world, &["--app", "my app", "--out", out, "--force"]).exits(0);
            next(&world, &said).exits(0);
            let receipt = world.json(&format!("{dist}/{}.json", any_python().stem()));
            assert_eq!(receipt["profile"]["description"], "what my app needs");
        }
        // The bundle has the name of the app's folder.
        world.run(&["snippet", "nginx", "my app"]).exits(0);
        fs::remove_file(world.path("stdlib-pack.yaml")).unwrap();
    }
}

#[test]
fn a_project_says_what_the_flags_said() {
    let world = World::new();
    world.write("my.app.py", "import greet\n");
    world.write("lib/more.py", "import names\n");
    world.write("_own.py", "");
    fs::remove_file(world.path("profile.yaml")).unwrap();
    let apps = [
        "--app",
        "my.app.py",
        "--app",
        "lib",
        "--extra-module",
        "_own.py",
    ];
    let said = init(&world, &apps).exits(0);
    let files = ["profile.yaml and stdlib-pack.yaml: ", "stdlib-pack build"];
    assert!(
        files.iter().all(|file| said.out.contains(file)),
        "{}",
        said.out
    );
    let python = &any_python().path;
    let project = String::from_utf8(world.read("stdlib-pack.yaml")).unwrap();
    let bundles = project.split_once("bundles:\n").unwrap().1;
    let expected = format!(
        "  \"my.app\":\n    profile: \"./profile.yaml\"\n    app: [\"my.app.py\", \"lib\"]\n    stdlib: \"Lib\"\n    \
         build-python: \"{python}\"\n    extra-module: \"_own.py\"\n"
    );
    assert_eq!(bundles, expected);
    // A project of the user's stays.
    world.write("stdlib-pack.yaml", "bundles: {}\n");
    let said = init(&world, &[&apps[..], &["--force"]].concat()).exits(0);
    assert!(said.out.starts_with("profile.yaml: "), "{}", said.out);
    assert_eq!(world.read("stdlib-pack.yaml"), b"bundles: {}\n");
    // What is no file cannot be a project's profile.
    fs::remove_file(world.path("stdlib-pack.yaml")).unwrap();
    let flags = ["--app", "my.app.py", "--force", "--out", "/dev/stdout"];
    let said = init(&world, &flags).exits(0);
    assert!(
        said.out.contains("stdlib-pack --profile /dev/stdout"),
        "{}",
        said.out
    );
    assert!(!world.path("stdlib-pack.yaml").exists());
}

#[test]
fn a_target_is_told_from_the_folder_of_the_profile() {
    let world = with_app();
    let target =
        "name: own\ndescription: mine\nsys-platform: linux\nos-name: posix\nfrozen: true\n";
    world.write("tgt.yaml", target);
    let flags = ["--app", "app", "--target", "tgt.yaml", "--out"];
    for out in ["sub/deep/q.yaml", "q.yaml"] {
        let said = init(&world, &[&flags[..], &[out]].concat()).exits(0);
        let text = String::from_utf8(world.read(out)).unwrap();
        let up = "../".repeat(out.matches('/').count());
        assert!(
            text.contains(&format!("target: \"{up}tgt.yaml\"\n")),
            "{text}"
        );
        next(&world, &said).exits(0);
    }
}

/// What no program in WebAssembly can use, one on the build Python's own platform may.
#[test]
fn a_native_profile_leaves_out_nothing_for_webassembly() {
    let world = World::new();
    world.write("Lib/tkinter/__init__.py", "");
    world.write("app.py", "import tkinter\n");
    let flags = ["--app", "app.py", "--target"];
    let own = ["native", "--force"];
    let said = init(&world, &[&flags[..], &own].concat()).exits(0);
    next(&world, &said).exits(0);
    let text = String::from_utf8(world.read("profile.yaml")).unwrap();
    assert!(!text.contains("dir:"), "{text}");
    init(&world, &[&flags[..], &["wasi", "--force"]].concat()).exits(2);
}

#[test]
fn every_command_has_a_man_page() {
    let world = World::empty();
    world.run(&["man", "--out", "man"]).exits(0);
    let pages = world.files("man");
    for command in ["", "-pack", "-profile-init", "-target-probe", "-verify"] {
        let page = &pages[&format!("stdlib-pack{command}.1")];
        let text = String::from_utf8_lossy(page);
        assert!(text.contains(".SH SYNOPSIS"), "{command}: {text}");
    }
    assert!(
        world
            .run(&["man"])
            .exits(0)
            .out
            .contains(".TH stdlib-pack 1")
    );
}

/// Commands that are justified, or broken where a line ends, are others.
#[test]
fn a_man_page_ends_as_help_does() {
    let world = World::empty();
    let page = world.run(&["man"]).exits(0).out;
    let (_, end) = page.split_once(".SH EXAMPLES\n.nf\n").unwrap();
    let (examples, end) = end.split_once(".fi\n").unwrap();
    let first = "stdlib\\-pack \\-\\-profile browser\\-minimal\n    pack the standard";
    assert!(examples.starts_with(first), "{examples}");
    assert!(
        end.starts_with(".SH \"EXIT CODES\"\n.nf\n0  done\n"),
        "{end}"
    );
    assert!(end.ends_with(".fi\n"), "{end}");
    assert!(!page.contains("EXTRA"), "{page}");
}

/// Modules that import each other are listed as a cycle; a lazy import closes none.
#[test]
fn import_cycles_are_listed() {
    let world = World::new();
    world.write("Lib/greet.py", "import hen\n");
    world.write("Lib/hen.py", "import egg\n");
    world.write("Lib/egg.py", "import hen, lonely\n");
    world.write("Lib/lonely.py", "def f():\n    import egg\n");
    let python = &any_python().path;
    let flags = ["--stdlib", "Lib", "--build-python", python];
    let cycles = |more: &[&str]| {
        let profile = ["graph", "--cycles", "--profile", "profile.yaml"];
        world.run(&[&profile[..], &flags, more].concat()).exits(0)
    };
    assert_snapshot!(cycles(&[]).out, @"
    1 import cycle
    2 modules: egg, hen
    ");
    assert_snapshot!(cycles(&["--format", "json"]).out, @r#"
    [
      [
        "egg",
        "hen"
      ]
    ]
    "#);
}
