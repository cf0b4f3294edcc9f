//! `stdlib-pack graph`: the imports behind a bundle, for programs that draw.

use insta::assert_snapshot;

use crate::common::World;

fn graph(flags: &[&str]) -> String {
    let world = World::new();
    world.write("app.py", "import greet\n");
    let python = crate::common::any_python();
    let what = ["graph", "--profile", "profile.yaml", "--stdlib", "Lib"];
    let more = ["--build-python", &python.path, "--app", "app.py"];
    world.run(&[&what[..], &more, flags].concat()).exits(0).out
}

#[test]
fn dot_around_a_module() {
    assert_snapshot!(graph(&["greet"]), @r#"
    digraph imports {
      node [shape=box, fontname="sans-serif"];
      "app" [style=bold];
      "greet";
      "lazily";
      "names.world";
      "app" -> "greet";
      "greet" -> "lazily" [style=dashed];
      "greet" -> "names.world";
    }
    "#);
}

#[test]
fn mermaid_around_a_module() {
    assert_snapshot!(graph(&["greet", "--format", "mermaid"]), @r#"
    flowchart LR
      m0[["app"]]
      m1["greet"]
      m2["lazily"]
      m3["names.world"]
      m0 --> m1
      m1 -.-> m2
      m1 --> m3
    "#);
}

#[test]
fn json_of_all() {
    let picture: serde_json::Value = serde_json::from_str(&graph(&["--format", "json"])).unwrap();
    let edges = picture["edges"].as_array().unwrap();
    let from_app: Vec<_> = edges.iter().filter(|edge| edge["from"] == "app").collect();
    assert_eq!(from_app.len(), 1);
    assert_eq!(from_app[0]["to"], "greet");
    assert_eq!(from_app[0]["reason"], "eager");
    assert_eq!(from_app[0]["line"], 1);
}

#[test]
fn around_what_is_not_there() {
    let world = World::new();
    let python = crate::common::any_python();
    let flags = [
        "graph",
        "lonely",
        "--profile",
        "profile.yaml",
        "--stdlib",
        "Lib",
    ];
    let said = world.run(&[&flags[..], &["--build-python", &python.path]].concat());
    assert_snapshot!(said.exits(2).err, @"error[invalid-argument]: 'lonely' is not in the bundle: 'stdlib-pack why lonely' explains why");
}
