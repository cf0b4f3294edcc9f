//! Tests of stripping with small sources.

use super::Stripper;
use crate::manifest::{Manifests, NativePlatform, TargetFacts};
use crate::profile::Strip;

fn target() -> TargetFacts {
    let manifests = Manifests::embedded().unwrap();
    let target = manifests.target("emscripten-browser").unwrap();
    let version = "3.13".parse().unwrap();
    TargetFacts::new(target, version, &manifests, &NativePlatform::default()).unwrap()
}

fn stripper<'a>(strip: &'a [Strip], target: &'a TargetFacts) -> Stripper<'a> {
    Stripper { strip, target }
}

/// Returns the stripped source for the compiler, without trailing blanks.
fn compiled(strip: &[Strip], before: &str) -> String {
    let target = target();
    let stripper = stripper(strip, &target);
    let after = stripper.strip_for_compiler(before.as_bytes(), false);
    let after = after.map_or_else(
        || before.to_owned(),
        |after| String::from_utf8(after).unwrap(),
    );
    after
        .lines()
        .map(|line| line.trim_end().to_owned() + "\n")
        .collect()
}

#[track_caller]
fn assert_stripped(strip: Strip, before: &str, after: &str) {
    assert_eq!(compiled(&[strip], before), after);
}

#[track_caller]
fn assert_unchanged(strip: Strip, text: &str) {
    assert_stripped(strip, text, text);
}

fn bundled(strip: &[Strip], before: &str) -> String {
    let target = target();
    let stripper = stripper(strip, &target);
    let after = stripper.strip_for_bundle(before.as_bytes(), false).unwrap();
    String::from_utf8(after).unwrap()
}

#[test]
fn docstrings_are_removed() {
    let assert_stripped = |before, after| assert_stripped(Strip::Docstrings, before, after);
    assert_stripped("'''One\ntwo'''\nx = 1\n", "\n\nx = 1\n");
    assert_stripped(
        "class A:\n  'Doc.'\n  'More.'\n  x = '#'\n",
        "class A:\n\n\n  x = '#'\n",
    );
    assert_stripped(
        "def f():\n  '''One\n  two'''\nx = 1\n",
        "def f():\n  pass\n\nx = 1\n",
    );
    assert_stripped("def f(): 'Doc.'\n", "def f(): 'Doc.'\n");
    assert_stripped("def f(): 'Doc.'; return 1\n", "def f(): 'Doc.'; return 1\n");
    assert_stripped("x = 1\n'no docstring'\n", "x = 1\n'no docstring'\n");
}

#[test]
fn asserts_are_removed() {
    let assert_stripped = |before, after| assert_stripped(Strip::Asserts, before, after);
    assert_stripped("x = 1\nassert x, 'so'\ny = 2\n", "x = 1\n\ny = 2\n");
    assert_stripped("def f(x):\n  assert x\n", "def f(x):\n  pass\n");
    assert_stripped("if x: assert y; z()\n", "if x: pass    ; z()\n");
    assert_stripped("assert (a := f())\n", "assert (a := f())\n");
    // The string after the assert must not become a docstring.
    assert_stripped(
        "def f():\n  assert x\n  'text'\n",
        "def f():\n  pass\n  'text'\n",
    );
}

#[test]
fn main_blocks_are_removed() {
    let assert_stripped = |before, after| assert_stripped(Strip::MainBlocks, before, after);
    assert_stripped(
        "x = 1\nif __name__ == '__main__':\n  main()\n",
        "x = 1\n\n\n",
    );
    assert_stripped(
        "if __name__ == '__main__':\n  a()\nelse:\n  b()\n",
        "\n\nif 1:\n  b()\n",
    );
    assert_stripped(
        "import sys\nif sys.platform == 'win32':\n  a()\n",
        "import sys\nif sys.platform == 'win32':\n  a()\n",
    );
    let (target, text) = (target(), b"if __name__ == '__main__':\n  a()\n");
    let stripper = stripper(&[Strip::MainBlocks], &target);
    assert_eq!(
        stripper.strip_for_compiler(text, true),
        None,
        "it may be run as __main__"
    );
}

#[test]
fn dead_branches_are_removed() {
    let assert_stripped =
        |before: &str, after: &str| assert_stripped(Strip::DeadBranches, before, after);
    let assert_stripped = |before: &str, after: &str| {
        let imported = |text| format!("import sys\n{text}");
        assert_stripped(&imported(before), &imported(after));
    };
    let windows = "sys.platform == 'win32'";
    assert_stripped(
        &format!("if {windows}:\n  a()\nelif x:\n  b()\nelse:\n  c()\n"),
        "\n\nif   x:\n  b()\nelse:\n  c()\n",
    );
    assert_stripped(
        &format!("if x:\n  a()\nelif {windows}:\n  b()\n"),
        "if x:\n  a()\n\n\n",
    );
    assert_stripped(
        &format!("if x:\n  a()\nelif not {windows}:\n  b()\nelse:\n  c()\n"),
        "if x:\n  a()\nelse:\n  b()\n\n\n",
    );
    assert_stripped(
        &format!("if not {windows}:\n  a()\nelse:\n  b()\n"),
        "if 1:\n  a()\n\n\n",
    );
    assert_stripped(
        &format!("def f():\n  if ({windows}):\n    a()\n"),
        "def f():\n  pass\n\n",
    );
}

/// A branch that never runs can make a name local, or its function a generator.
#[test]
fn dead_branches_keep_scopes_and_generators() {
    let assert_stripped = |before: &str, after| assert_stripped(Strip::DeadBranches, before, after);
    assert_stripped(
        "def f():\n  if 0:\n    yield\n  g()\n",
        "def f():\n  if 0:\n    yield\n  g()\n",
    );
    assert_stripped(
        "import sys\ndef f():\n  if sys.platform == 'win32':\n    x = 1\n  elif y:\n    z()\n",
        "import sys\ndef f():\n  if 0:\n    x = 1\n  elif y:\n    z()\n",
    );
    assert_stripped(
        "import sys\nif sys.platform == 'win32':\n  x = 1\n",
        "import sys\n\n\n",
    );
    assert_unchanged(Strip::DeadBranches, "if x:\n  global y\n");
}

#[test]
fn annotations_are_removed() {
    let assert_stripped = |before, after| assert_stripped(Strip::Annotations, before, after);
    assert_stripped(
        "def f(a: int, *b: (str), c: dict[a, b]=1) -> (\n int): pass\n",
        "def f(a     , *b       , c            =1):\n       pass\n",
    );
    assert_unchanged(Strip::Annotations, "class A:\n  x: int = 1\n");
    assert_unchanged(Strip::Annotations, "@f.register\ndef _(x: int): pass\n");
}

#[test]
fn minify_keeps_lines_unless_they_are_stripped() {
    let text = "#!/usr/bin/python\n\ndef f(a,  # first\n      b):\n    # what\n    if a:\n\n        return b  # so\n";
    let lines = "\n\ndef f(a,\nb):\n\n if a:\n\n  return b\n";
    assert_eq!(bundled(&[Strip::Docstrings], text), lines);
    let none = "def f(a,b):\n if a:\n  return b\n";
    assert_eq!(bundled(&[Strip::Docstrings, Strip::Lines], text), none);
}

#[test]
fn minify_keeps_strings() {
    let kept = "x='''\n    # no comment\n'''\ny=f'''{\n    x  =  }'''\nz=1\n";
    assert_eq!(bundled(&[Strip::Docstrings], kept), kept);
    assert_eq!(
        bundled(
            &[Strip::Docstrings],
            "x = \"a\" 'b' \"'\" r\"c\" \"\"\"d\"\"\"\n"
        ),
        "x='a' 'b' \"'\"r'c' \"\"\"d\"\"\"\n"
    );
}

#[test]
fn minify_keeps_tokens_apart() {
    let bundled = |text| bundled(&[Strip::Docstrings], text);
    assert_eq!(
        bundled("x = 1 if y else\\\n    2\n"),
        "x=1 if y else\\\n2\n"
    );
    assert_eq!(bundled("x = [\n    1,\n    2,\n]\n"), "x=[\n1,\n2,\n]\n");
    assert_eq!(
        bundled("x = 1 .real or 0x1 if - 1 else not y\n"),
        "x=1 .real or 0x1 if-1 else not y\n"
    );
}

#[test]
fn unparsable_sources_are_unchanged() {
    let target = target();
    let stripper = stripper(&[Strip::Docstrings], &target);
    assert_eq!(stripper.strip_for_bundle(b"def f(:\n", false), None);
    assert_eq!(
        stripper.strip_for_bundle(b"# coding: koi8-r\n'x'\n", false),
        None
    );
    assert_eq!(
        stripper.strip_for_compiler(b"def f(:\n  'x'\n", false),
        None
    );
}

/// The stripped source is in UTF-8, so a declaration of another encoding would be wrong.
#[test]
fn encoding_declarations_are_removed() {
    let target = target();
    let stripper = stripper(&[Strip::Docstrings], &target);
    let text = b"# coding: latin-1\n'doc'\nx = '\xe9'\n";
    let after = stripper.strip_for_compiler(text, false).unwrap();
    assert_eq!(
        String::from_utf8(after).unwrap(),
        "                 \n     \nx = 'é'\n"
    );
}

/// The operands before the one that decides are evaluated, and may bind names.
#[test]
fn tests_with_side_effects_stay() {
    let windows = "sys.platform == 'win32'";
    for text in [
        format!("if (m := 3) and {windows}:\n  a()\n"),
        format!("def g():\n  if (yield a) and {windows}:\n    b()\n"),
        format!("if f() and {windows}:\n  a()\n"),
        "if f() or 1:\n  a()\n".to_owned(),
        "def g(os):\n  if os.name == 'nt':\n    a()\n".to_owned(),
        format!("win = {windows}\nif (win := f()):\n  pass\ndef g():\n  if win:\n    a()\n"),
        "if self.implementation.name == 'x':\n  a()\n".to_owned(),
        "from .typing import TYPE_CHECKING\nif TYPE_CHECKING:\n  a()\n".to_owned(),
        "TYPE_CHECKING = True\nif TYPE_CHECKING:\n  a()\n".to_owned(),
    ] {
        assert_unchanged(Strip::DeadBranches, &format!("import sys, os\n{text}"));
    }
    assert_unchanged(
        Strip::MainBlocks,
        "__name__ = '__main__'\nif __name__ == '__main__':\n  a()\n",
    );
    assert_stripped(
        Strip::DeadBranches,
        &format!("import sys\ndef g():\n  if not {windows}:\n    a()\n  elif (m := 1):\n    b()\n"),
        "import sys\ndef g():\n  if 1:\n    a()\n  elif (m := 1):\n    b()\n",
    );
}

#[test]
fn annotations_with_colons_are_removed() {
    let assert_stripped = |before, after| assert_stripped(Strip::Annotations, before, after);
    assert_stripped(
        "def f(x: lambda a, b: a): pass\n",
        "def f(x                ): pass\n",
    );
    assert_stripped("def f() -> lambda: x: g()\n", "def f():              g()\n");
}

/// Removing a docstring must not turn a comment into an encoding declaration.
#[test]
fn comments_do_not_become_encoding_declarations() {
    let target = target();
    let stripper = stripper(&[Strip::Docstrings], &target);
    let text = "'Doc.'\n# coding: latin-1\nx = 'é'\n";
    let after = stripper.strip_for_compiler(text.as_bytes(), false).unwrap();
    assert!(!String::from_utf8(after).unwrap().contains("coding"));
}

#[test]
fn backslash_continuations_keep_lines() {
    assert_eq!(
        bundled(&[Strip::Docstrings], "x = 1\n\\\ny = 2\n"),
        "x=1\n\ny=2\n"
    );
    let text = "f(a, \\\n  # c\n  b)\nx = 1\n";
    let lines = bundled(&[Strip::Docstrings], text);
    assert_eq!(
        lines.lines().position(|line| line == "x=1"),
        Some(3),
        "{lines}"
    );
}

/// Stripping keeps the meaning of names: free names of closures, cells, and the class of `super`.
#[test]
fn stripping_keeps_the_meaning_of_names() {
    let dead = "if sys.platform == 'win32':";
    for (before, after) in [
        // `eval("secret")` in live code only finds it if the branch mentions it.
        (
            format!(
                "def f(secret):\n  def g():\n    {dead}\n      secret\n    return eval('secret')\n"
            ),
            "def f(secret):\n  def g():\n    if 0:\n      secret\n    return eval('secret')\n"
                .to_owned(),
        ),
        // The class has a `__class__` cell, which its metaclass receives.
        (
            format!("class A:\n  def f(self):\n    {dead}\n      super().f()\n"),
            "class A:\n  def f(self):\n    if 0:\n      super().f()\n".to_owned(),
        ),
        // Each branch alone seems removable, because the other one mentions the name.
        (
            format!("def f(a):\n  def g():\n    {dead}\n      a\n    {dead}\n      a\n"),
            "def f(a):\n  def g():\n    if 0:\n      a\n    if 0:\n      a\n".to_owned(),
        ),
        (
            format!("class A:\n  def f(self):\n    {dead}\n      self.x = 1\n"),
            "class A:\n  def f(self):\n    if 0:\n      self.x = 1\n".to_owned(),
        ),
        // Live code mentions the name as well.
        (
            format!("def f(a):\n  def g():\n    {dead}\n      a\n    return a\n"),
            "def f(a):\n  def g():\n\n\n    return a\n".to_owned(),
        ),
        (
            format!("def f():\n  {dead}\n    a.b()\n  x()\n"),
            "def f():\n\n\n  x()\n".to_owned(),
        ),
    ] {
        let imported = |text| format!("import sys\n{text}");
        assert_stripped(Strip::DeadBranches, &imported(before), &imported(after));
    }
    let test =
        "def f():\n  import sys\n  def g():\n    if sys.platform == 'linux':\n      x()\n    y()\n";
    assert_unchanged(Strip::DeadBranches, test);
    let assert = "def f(a):\n  def g():\n    assert a\n    return eval('a')\n";
    assert_unchanged(Strip::Asserts, assert);
}

#[test]
fn registering_decorators_keep_annotations() {
    let assert_stripped = |before, after| assert_stripped(Strip::Annotations, before, after);
    assert_stripped(
        "@property\ndef f(x: int): pass\n",
        "@property\ndef f(x     ): pass\n",
    );
    for decorator in [
        "f.register",
        "register",
        "f.register(int)",
        "functools.partial(f, 1)",
    ] {
        let text = format!("register = f.register\n@{decorator}\ndef g(x: int): pass\n");
        assert_unchanged(Strip::Annotations, &text);
    }
}
