//! Sources that are nested ten thousand deep: understood, or refused with their place.

use crate::common::{World, any_python};

const DEPTH: usize = 10_000;

/// Sources of one line each, but for the last two.
fn sources() -> Vec<(&'static str, String)> {
    let around = |open: &str, close: &str| {
        let (open, close) = (open.repeat(DEPTH), close.repeat(DEPTH));
        format!("x = {open}v{close}\n")
    };
    let functions = (0..DEPTH).map(|depth| " ".repeat(depth) + "def f():\n");
    vec![
        ("parentheses", around("(", ")")),
        ("lists", around("[", "]")),
        ("dictionaries", around("{1:", "}")),
        ("signs", around("-", "")),
        ("negations", around("not ", "")),
        ("attributes", around("", ".a")),
        ("calls", around("", "()")),
        ("subscripts", around("", "[0]")),
        ("sums", around("1 + ", "")),
        ("powers", around("1 ** ", "")),
        ("texts", around("'a' + ", "")),
        ("comparisons", around("1 < ", "")),
        ("conditions", around("a and (b or ", ")")),
        ("choices", around("1 if 1 else ", "")),
        ("lambdas", around("lambda: ", "")),
        ("names", around("(y := ", ")")),
        ("comprehensions", around("[a for b in ", "]")),
        ("f-strings", around("f\"{", "}\"")),
        (
            "formats",
            format!("x = f\"{}{}\"\n", "{1:".repeat(DEPTH), "}".repeat(DEPTH)),
        ),
        ("decorators", "@f\n".repeat(DEPTH) + "def g(): pass\n"),
        (
            "branches",
            "if x: pass\n".to_owned() + &"elif x: pass\n".repeat(DEPTH),
        ),
        (
            "functions",
            functions.collect::<String>() + &" ".repeat(DEPTH) + "pass\n",
        ),
    ]
}

fn holds_lonely(world: &World) -> bool {
    let receipt = format!("dist/{}.json", any_python().stem());
    world.json(&receipt)["kept"].get("lonely").is_some()
}

/// The import that follows is found.
#[test]
fn in_an_app() {
    let world = World::new();
    for (what, source) in sources() {
        world.write("app.py", source + "import lonely\n");
        let outcome = world.pack(&["--app", "app.py", "--no-cache"]);
        assert_eq!(outcome.code, Some(0), "{what}: {}", outcome.err);
        assert!(holds_lonely(&world), "{what}");
    }
}

/// As source it is stripped and packed. What CPython does not compile is refused with file and line.
#[test]
fn in_the_library() {
    let world = World::new();
    let strip = "strip: [docstrings, annotations, asserts, main-blocks, dead-branches]";
    world.write(
        "profile.yaml",
        format!("roots: [greet]\n{strip}\noutput:\n  compress: []\n"),
    );
    let (mut packed, mut refused) = (0, 0);
    for (what, source) in sources() {
        world.write("Lib/names/world.py", source + "import lonely\n");
        let outcome = world.pack(&["--payload", "source", "--no-cache"]);
        assert_eq!(outcome.code, Some(0), "{what}: {}", outcome.err);
        assert!(holds_lonely(&world), "{what}");
        let outcome = world.pack(&["--no-cache"]);
        if outcome.code == Some(0) {
            packed += 1;
            assert!(holds_lonely(&world), "{what}");
        } else {
            refused += 1;
            let err = outcome.exits(2).err;
            let (_, place) = err.split_once("--> names/world.py:").unwrap();
            let line = place.split(':').next().unwrap();
            assert!(line.parse::<u32>().is_ok(), "{what}: {err}");
        }
    }
    assert!(packed > 0 && refused > 0, "{packed} and {refused}");
}
