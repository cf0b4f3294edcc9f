//! Words from others stay words, wherever they are printed.

use serde_json::Value;

use crate::common::{Outcome, World, any_python};

/// Sets a terminal's title, its colour by C1, the direction of the text, and begins a line.
const HOSTILE: &str = "\x1b]0;x\x07\u{9b}31m\u{202e}\nerror";

/// Fails the test if anything printed could move a terminal.
#[track_caller]
fn is_plain(outcome: &Outcome) {
    let acts = |c: char| (c.is_control() && c != '\n' && c != '\t') || c == '\u{202e}';
    for text in [&outcome.out, &outcome.err] {
        assert!(!text.contains(acts), "{text:?}");
        assert!(!text.contains("\nerror\n"), "{text}");
    }
}

fn on_tiny(world: &World, command: &str, more: &[&str]) -> Outcome {
    let python = &any_python().path;
    let what = ["--profile", "profile.yaml", "--stdlib", "Lib"];
    world.run(&[&[command][..], &what, &["--build-python", python], more].concat())
}

#[test]
fn names_of_files_in_drawings() {
    let world = World::new();
    world.write(
        "app/x\"[URL=\"javascript:alert(1)\"];\"y.py",
        "import greet\n",
    );
    world.write("app/a\"];b[\"c.py", "");
    world.write("app/<script>\u{202e}.py", "");
    let graph = |format| {
        let flags = ["--app", "app", "--format", format];
        let outcome = on_tiny(&world, "graph", &flags).exits(0);
        is_plain(&outcome);
        outcome.out
    };
    let dot = graph("dot");
    let node = "\n  \"x\\\"[URL=\\\"javascript:alert(1)\\\"];\\\"y\" [style=bold];\n";
    assert!(dot.contains(node), "{dot}");
    let mermaid = graph("mermaid");
    assert!(
        mermaid.contains("[[\"a#34;#93;#59;b#91;#34;c\"]]\n"),
        "{mermaid}"
    );
    assert!(
        mermaid.contains("#60;script#62;") && !mermaid.contains("<script"),
        "{mermaid}"
    );
}

#[test]
fn reasons_that_there_are_not() {
    let world = World::new();
    world.pack(&[]).exits(0);
    let file = format!("dist/{}.json", any_python().stem());
    let mut receipt = world.json(&file);
    receipt["kept"]["greet"]["reason"] = HOSTILE.into();
    world.write(&file, receipt.to_string());
    is_plain(&world.run(&["diff", "dist", "dist"]).exits(2));
}

/// A bundle in `dist`, in whose receipt others wrote what they liked.
fn forged() -> World {
    let world = World::new();
    world.write("app.py", "import greet\n");
    world.pack(&["--app", "app.py"]).exits(0);
    world.pack(&["--app", "app.py", "--out", "old"]).exits(0);
    let file = format!("dist/{}.json", any_python().stem());
    let mut receipt = world.json(&file);
    let words = format!("{HOSTILE}`|<img src=x>](http://x)");
    receipt["tool"] = words.clone().into();
    receipt["profile"]["description"] = words.clone().into();
    receipt["profile"][&words] = words.clone().into();
    receipt["inputs"]["app"][0]["name"] = words.clone().into();
    for module in ["greet", "names.world"] {
        receipt["kept"][module]["reason"] = "implicit".into();
        receipt["kept"][module]["detail"] = words.clone().into();
    }
    receipt["kept"]["new\u{202e}"] = receipt["kept"]["greet"].clone();
    world.write(&file, receipt.to_string());
    world
}

#[test]
fn words_of_receipts() {
    let world = forged();
    let text = world.run(&["diff", "old", "dist"]).exits(0);
    is_plain(&text);
    assert!(
        text.out.contains("tool: stdlib-pack 0.1.0 → \\u{1b}]0;x"),
        "{}",
        text.out
    );
    let markdown = world
        .run(&["diff", "old", "dist", "--format", "markdown"])
        .exits(0);
    is_plain(&markdown);
    assert!(!markdown.out.contains("<img"), "{}", markdown.out);
    assert!(!markdown.out.contains("](http"), "{}", markdown.out);
    let json = world.run(&["diff", "old", "dist", "--json"]).exits(0);
    is_plain(&json);
    let added: Value = json.json()["added"].clone();
    assert_eq!(added["new\u{202e}"]["reason"], "implicit", "{added}");
    let python = &any_python().path;
    let verified = world.run(&["verify", "--build-python", python, "--verbose"]);
    is_plain(&verified);
    assert!(
        verified.out.contains("new\\u{202e} (implicit)"),
        "{}",
        verified.said()
    );
    is_plain(&world.run(&[
        "inspect",
        "dist",
        "--build-python",
        python,
        "--stdlib",
        "Lib",
    ]));
}

#[test]
fn words_of_profiles_and_paths() {
    let world = World::new();
    let reason = "\\e]0;x\\a\\u009b31m\\u202e\\nerror";
    let exclude =
        format!("exclude:\n  - modules: [lonely, 'no{reason}']\n    reason: \"{reason}\"\n");
    let exclude = exclude.replace("'no", "\"no").replace("']", "\"]");
    world.write("profile.yaml", format!("roots: [greet]\n{exclude}"));
    is_plain(&world.pack(&[]));
    let why = on_tiny(&world, "why", &["lonely"]).exits(1);
    is_plain(&why);
    assert!(
        why.out.contains("excluded by 'lonely': \\u{1b}]0;x"),
        "{}",
        why.said()
    );
    world.write(
        "raw.yaml",
        "roots: [nope] # \u{9b}31m\r\ntarget: \u{9b}x\r\n",
    );
    is_plain(
        &world
            .run(&["--profile", "raw.yaml", "--stdlib", "Lib"])
            .exits(2),
    );
    let path = format!("no{HOSTILE}");
    for command in [
        &["diff", &path, "dist"][..],
        &["inspect", &path],
        &["verify", &path],
    ] {
        is_plain(&world.run(command).exits(2));
    }
}

#[test]
fn a_rule_of_make_names_no_file_with_a_line_end() {
    let world = World::new();
    world.write("a\nb: c/app.py", "import greet\n");
    let flags = ["--app", "a\nb: c/app.py", "--depfile", "rule.d"];
    let outcome = world.pack(&flags).exits(2);
    assert!(
        outcome.err.contains("cannot be named in a Make rule"),
        "{}",
        outcome.err
    );
    assert!(!world.path("dist").exists() && !world.path("rule.d").exists());
}
