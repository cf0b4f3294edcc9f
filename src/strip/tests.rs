//! Tests of strips on small sources.

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

/// The text for the compiler, without the blanks at the ends of lines.
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
fn becomes(strip: Strip, before: &str, after: &str) {
    assert_eq!(compiled(&[strip], before), after);
}

#[track_caller]
fn stays(strip: Strip, text: &str) {
    becomes(strip, text, text);
}

fn bundled(strip: &[Strip], before: &str) -> String {
    let target = target();
    let stripper = stripper(strip, &target);
    let after = stripper.strip_for_bundle(before.as_bytes(), false).unwrap();
    String::from_utf8(after).unwrap()
}

#[test]
fn docstrings() {
    let becomes = |before, after| becomes(Strip::Docstrings, before, after);
    becomes("'''One\ntwo'''\nx = 1\n", "\n\nx = 1\n");
    becomes(
        "class A:\n  'Doc.'\n  'More.'\n  x = '#'\n",
        "class A:\n\n\n  x = '#'\n",
    );
    becomes(
        "def f():\n  '''One\n  two'''\nx = 1\n",
        "def f():\n  pass\n\nx = 1\n",
    );
    becomes("def f(): 'Doc.'\n", "def f(): 'Doc.'\n");
    becomes("def f(): 'Doc.'; return 1\n", "def f(): 'Doc.'; return 1\n");
    becomes("x = 1\n'no docstring'\n", "x = 1\n'no docstring'\n");
}

#[test]
fn asserts() {
    let becomes = |before, after| becomes(Strip::Asserts, before, after);
    becomes("x = 1\nassert x, 'so'\ny = 2\n", "x = 1\n\ny = 2\n");
    becomes("def f(x):\n  assert x\n", "def f(x):\n  pass\n");
    becomes("if x: assert y; z()\n", "if x: pass    ; z()\n");
    becomes("assert (a := f())\n", "assert (a := f())\n");
    // What follows must not become a docstring.
    becomes(
        "def f():\n  assert x\n  'text'\n",
        "def f():\n  pass\n  'text'\n",
    );
}

#[test]
fn main_blocks() {
    let becomes = |before, after| becomes(Strip::MainBlocks, before, after);
    becomes(
        "x = 1\nif __name__ == '__main__':\n  main()\n",
        "x = 1\n\n\n",
    );
    becomes(
        "if __name__ == '__main__':\n  a()\nelse:\n  b()\n",
        "\n\nif 1:\n  b()\n",
    );
    becomes(
        "import sys\nif sys.platform == 'win32':\n  a()\n",
        "import sys\nif sys.platform == 'win32':\n  a()\n",
    );
    let (target, text) = (target(), b"if __name__ == '__main__':\n  a()\n");
    let stripper = stripper(&[Strip::MainBlocks], &target);
    assert_eq!(stripper.strip_for_compiler(text, true), None, "it is run");
}

#[test]
fn dead_branches() {
    let becomes = |before: &str, after: &str| becomes(Strip::DeadBranches, before, after);
    let becomes = |before: &str, after: &str| {
        let imported = |text| format!("import sys\n{text}");
        becomes(&imported(before), &imported(after));
    };
    let windows = "sys.platform == 'win32'";
    becomes(
        &format!("if {windows}:\n  a()\nelif x:\n  b()\nelse:\n  c()\n"),
        "\n\nif   x:\n  b()\nelse:\n  c()\n",
    );
    becomes(
        &format!("if x:\n  a()\nelif {windows}:\n  b()\n"),
        "if x:\n  a()\n\n\n",
    );
    becomes(
        &format!("if x:\n  a()\nelif not {windows}:\n  b()\nelse:\n  c()\n"),
        "if x:\n  a()\nelse:\n  b()\n\n\n",
    );
    becomes(
        &format!("if not {windows}:\n  a()\nelse:\n  b()\n"),
        "if 1:\n  a()\n\n\n",
    );
    becomes(
        &format!("def f():\n  if ({windows}):\n    a()\n"),
        "def f():\n  pass\n\n",
    );
}

/// A branch that never runs makes a name local, or its function a generator.
#[test]
fn branches_with_a_meaning_for_the_code_around_them() {
    let becomes = |before: &str, after| becomes(Strip::DeadBranches, before, after);
    becomes(
        "def f():\n  if 0:\n    yield\n  g()\n",
        "def f():\n  if 0:\n    yield\n  g()\n",
    );
    becomes(
        "import sys\ndef f():\n  if sys.platform == 'win32':\n    x = 1\n  elif y:\n    z()\n",
        "import sys\ndef f():\n  if 0:\n    x = 1\n  elif y:\n    z()\n",
    );
    becomes(
        "import sys\nif sys.platform == 'win32':\n  x = 1\n",
        "import sys\n\n\n",
    );
    stays(Strip::DeadBranches, "if x:\n  global y\n");
}

#[test]
fn annotations() {
    let becomes = |before, after| becomes(Strip::Annotations, before, after);
    becomes(
        "def f(a: int, *b: (str), c: dict[a, b]=1) -> (\n int): pass\n",
        "def f(a     , *b       , c            =1):\n       pass\n",
    );
    stays(Strip::Annotations, "class A:\n  x: int = 1\n");
    stays(Strip::Annotations, "@f.register\ndef _(x: int): pass\n");
}

#[test]
fn sources_keep_their_lines_or_not() {
    let text = "#!/usr/bin/python\n\ndef f(a,  # first\n      b):\n    # what\n    if a:\n\n        return b  # so\n";
    let lines = "\n\ndef f(a,\nb):\n\n if a:\n\n  return b\n";
    assert_eq!(bundled(&[Strip::Docstrings], text), lines);
    let none = "def f(a,b):\n if a:\n  return b\n";
    assert_eq!(bundled(&[Strip::Docstrings, Strip::Lines], text), none);
}

#[test]
fn texts_in_sources_stay() {
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
fn words_stay_apart() {
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
fn what_cannot_be_parsed_is_left_as_it_is() {
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

/// What was decoded is in UTF-8, whatever its first lines say.
#[test]
fn declared_encodings_go_with_what_they_declare() {
    let target = target();
    let stripper = stripper(&[Strip::Docstrings], &target);
    let text = b"# coding: latin-1\n'doc'\nx = '\xe9'\n";
    let after = stripper.strip_for_compiler(text, false).unwrap();
    assert_eq!(
        String::from_utf8(after).unwrap(),
        "                 \n     \nx = 'é'\n"
    );
}

/// What is tested before the part that decides is done, and may bind names.
#[test]
fn tests_that_do_something_stay() {
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
        stays(Strip::DeadBranches, &format!("import sys, os\n{text}"));
    }
    stays(
        Strip::MainBlocks,
        "__name__ = '__main__'\nif __name__ == '__main__':\n  a()\n",
    );
    becomes(
        Strip::DeadBranches,
        &format!("import sys\ndef g():\n  if not {windows}:\n    a()\n  elif (m := 1):\n    b()\n"),
        "import sys\ndef g():\n  if 1:\n    a()\n  elif (m := 1):\n    b()\n",
    );
}

#[test]
fn annotations_end_where_they_end() {
    let becomes = |before, after| becomes(Strip::Annotations, before, after);
    becomes(
        "def f(x: lambda a, b: a): pass\n",
        "def f(x                ): pass\n",
    );
    becomes("def f() -> lambda: x: g()\n", "def f():              g()\n");
}

/// A comment that was no declaration must not become one.
#[test]
fn encodings_are_not_declared_by_what_is_left() {
    let target = target();
    let stripper = stripper(&[Strip::Docstrings], &target);
    let text = "'Doc.'\n# coding: latin-1\nx = 'é'\n";
    let after = stripper.strip_for_compiler(text.as_bytes(), false).unwrap();
    assert!(!String::from_utf8(after).unwrap().contains("coding"));
}

#[test]
fn lines_after_a_backslash_stay_where_they_are() {
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

/// What names stand for does not change: free names of closures, cells, the class of `super`.
#[test]
fn names_stand_for_the_same() {
    let dead = "if sys.platform == 'win32':";
    for (before, after) in [
        // `eval("secret")` in live code finds it only while the branch names it.
        (
            format!(
                "def f(secret):\n  def g():\n    {dead}\n      secret\n    return eval('secret')\n"
            ),
            "def f(secret):\n  def g():\n    if 0:\n      secret\n    return eval('secret')\n"
                .to_owned(),
        ),
        // The class has a cell, which its metaclass is given.
        (
            format!("class A:\n  def f(self):\n    {dead}\n      super().f()\n"),
            "class A:\n  def f(self):\n    if 0:\n      super().f()\n".to_owned(),
        ),
        // In each of two branches alone the other would seem to be enough.
        (
            format!("def f(a):\n  def g():\n    {dead}\n      a\n    {dead}\n      a\n"),
            "def f(a):\n  def g():\n    if 0:\n      a\n    if 0:\n      a\n".to_owned(),
        ),
        (
            format!("class A:\n  def f(self):\n    {dead}\n      self.x = 1\n"),
            "class A:\n  def f(self):\n    if 0:\n      self.x = 1\n".to_owned(),
        ),
        // Live code names it too.
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
        becomes(Strip::DeadBranches, &imported(before), &imported(after));
    }
    let test =
        "def f():\n  import sys\n  def g():\n    if sys.platform == 'linux':\n      x()\n    y()\n";
    stays(Strip::DeadBranches, test);
    let assert = "def f(a):\n  def g():\n    assert a\n    return eval('a')\n";
    stays(Strip::Asserts, assert);
}

#[test]
fn decorators_may_read_annotations() {
    let becomes = |before, after| becomes(Strip::Annotations, before, after);
    becomes(
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
        stays(Strip::Annotations, &text);
    }
}
