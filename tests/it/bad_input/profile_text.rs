//! Profiles that are no good YAML: each mistake is shown in its line.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use insta::assert_snapshot;

use super::Before;

#[test]
fn an_unknown_key() {
    assert_snapshot!(Before::new().refuses_profile("rots: [greet]\n"), @"
    error[invalid-yaml]: unknown key 'rots'
     --> profile.yaml:1:1
      |
    1 | rots: [greet]
      | ^^^^
      |
      = help: did you mean 'roots'?
    ");
}

#[test]
fn a_value_of_the_wrong_type() {
    assert_snapshot!(Before::new().refuses_profile("target: native\nroots: greet\n"), @"
    error[invalid-yaml]: expected a list
     --> profile.yaml:2:8
      |
    2 | roots: greet
      |        ^^^^^
    ");
}

#[test]
fn a_number_where_a_list_belongs() {
    assert_snapshot!(Before::new().refuses_profile("exclude: 3\n"), @"
    error[invalid-yaml]: expected a list
     --> profile.yaml:1:10
      |
    1 | exclude: 3
      |          ^
    ");
}

#[test]
fn a_key_that_is_there_twice() {
    let text = "roots: [greet]\npayload: source\nroots: [names]\n";
    assert_snapshot!(Before::new().refuses_profile(text), @"
    error[invalid-yaml]: duplicate key 'roots'
     --> profile.yaml:3:1
      |
    3 | roots: [names]
      | ^^^^^
      |
      = help: remove or merge one of them
    ");
}

#[test]
fn a_choice_that_does_not_exist() {
    assert_snapshot!(Before::new().refuses_profile("payload: bytcode\n"), @"
    error[invalid-yaml]: 'bytcode' is not one of the choices
     --> profile.yaml:1:10
      |
    1 | payload: bytcode
      |          ^^^^^^^
      |
      = help: did you mean 'bytecode'?
    ");
}

#[test]
fn an_optimisation_that_does_not_exist() {
    assert_snapshot!(Before::new().refuses_profile("optimize: 3\n"), @"
    error[invalid-yaml]: optimize is 0, 1 or 2, not 3
     --> profile.yaml:1:11
      |
    1 | optimize: 3
      |           ^
    ");
}

#[test]
fn a_size_that_is_none() {
    assert_snapshot!(Before::new().refuses_profile("budget: {zip: plenty}\n"), @"
    error[invalid-yaml]: 'plenty' is not a size such as 380000, 380 KB, 380 KiB or 1.5 MB
     --> profile.yaml:1:15
      |
    1 | budget: {zip: plenty}
      |               ^^^^^^
    ");
}

#[test]
fn an_exclusion_without_a_reason() {
    assert_snapshot!(Before::new().refuses_profile("exclude:\n  - modules: [names]\n"), @"
    error[invalid-yaml]: the key 'reason' is missing
     --> profile.yaml:2:5
      |
    2 |   - modules: [names]
      |     ^^^^^^^
    ");
}

#[test]
fn a_bracket_that_is_not_closed() {
    assert_snapshot!(Before::new().refuses_profile("roots: [greet\n"), @"
    error[invalid-yaml]: unclosed bracket '['
     --> profile.yaml:1:1
      |
    1 | roots: [greet
      | ^
    ");
}

#[test]
fn a_root_that_can_be_no_module() {
    assert_snapshot!(Before::new().refuses_profile("roots: [greet, 'a b']\n"), @"
    error[invalid-module-name]: 'a b' is not a module name: it holds ' '
     --> profile.yaml:1:16
      |
    1 | roots: [greet, 'a b']
      |                ^^^^^
    ");
}

#[test]
fn a_pattern_that_is_none() {
    let text = "exclude:\n  - {modules: ['[x'], reason: none}\n";
    assert_snapshot!(Before::new().refuses_profile(text), @"
    error[invalid-pattern]: unclosed character class; missing ']'
     --> profile.yaml:2:16
      |
    2 |   - {modules: ['[x'], reason: none}
      |                ^^^^
    ");
}

#[test]
fn bytes_that_are_no_text() {
    let before = Before::new();
    before.world.write("profile.yaml", b"roots: [\xff]\n");
    assert_snapshot!(before.refuses(2, before.world.pack(&[])), @"
    error[profile-not-found]: cannot read the profile 'profile.yaml': it is not UTF-8 text
     |
     = note: requested by --profile profile.yaml
    ");
}

/// A hostile profile is refused at once, whatever the message.
#[track_caller]
fn refused_at_once(text: &str) -> String {
    let before = Before::new();
    before.world.write("profile.yaml", text);
    let start = Instant::now();
    let message = before.refuses(2, before.world.pack(&[]));
    assert!(start.elapsed() < Duration::from_mins(1), "it took long");
    message
}

#[test]
fn a_hundred_thousand_brackets() {
    let message = refused_at_once(&"[".repeat(100_000));
    assert_snapshot!(message.lines().next().unwrap(), @"error[invalid-yaml]: recursion limit exceeded");
    assert!(message.len() < 5_000, "the message repeats the profile");
}

#[test]
fn aliases_that_explode() {
    let mut text = "description: x\nroots:\n  - &a0 [json, json]\n".to_owned();
    for level in 1..40 {
        let below = level - 1;
        writeln!(text, "  - &a{level} [*a{below}, *a{below}]").unwrap();
    }
    assert_snapshot!(refused_at_once(&text), @"
    error[invalid-yaml]: expected a string
     --> profile.yaml:3:9
      |
    3 |   - &a0 [json, json]
      |         ^
    ");
}

#[test]
fn five_megabytes() {
    assert_snapshot!(refused_at_once(&"# nothing\n".repeat(500_000)), @"
    error[profile-not-found]: cannot read the profile 'profile.yaml': it has 5,000,000 bytes, more than the limit of 4,194,304
     |
     = note: requested by --profile profile.yaml
    ");
}
