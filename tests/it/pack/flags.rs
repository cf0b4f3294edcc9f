//! The flags of `pack`, one by one.

use crate::common::{World, any_python};

fn zip() -> String {
    format!("dist/{}.zip", any_python().stem())
}

fn receipt() -> String {
    format!("dist/{}.json", any_python().stem())
}

/// Names in the bundle that packing the tiny standard library with these flags gives.
#[track_caller]
fn packed(flags: &[&str]) -> Vec<String> {
    let world = World::new();
    world.pack(flags).exits(0);
    world.zip_names(&zip())
}

#[test]
fn what_the_root_imports_is_packed_and_nothing_else() {
    let expected = [
        "encodings/__init__.pyc",
        "greet.pyc",
        "lazily.pyc",
        "names/__init__.pyc",
        "names/world.pyc",
    ];
    assert_eq!(packed(&[]), expected);
}

#[test]
fn root_adds_a_module() {
    let names = packed(&["--root", "lonely"]);
    assert!(names.contains(&"lonely.pyc".to_owned()), "{names:?}");
    assert!(names.contains(&"greet.pyc".to_owned()), "{names:?}");
}

#[test]
fn exclude_takes_a_module_out() {
    for pattern in ["lazily", "laz*", "{lonely,lazily}"] {
        let names = packed(&["--exclude", pattern]);
        assert!(!names.contains(&"lazily.pyc".to_owned()), "{pattern}");
        assert!(names.contains(&"greet.pyc".to_owned()), "{pattern}");
    }
}

/// Sources are packed as they are, or without what a running program does not see.
#[test]
fn payload_source_packs_sources() {
    let world = World::new();
    world.write(
        "Lib/greet.py",
        "'Greets.'\n# once\ndef again():\n    return 1\n",
    );
    world.pack(&["--payload", "source"]).exits(0);
    let greet = world.zip_file(&zip(), "greet.py");
    assert_eq!(
        String::from_utf8(greet).unwrap(),
        "'Greets.'\n# once\ndef again():\n    return 1\n"
    );
    assert!(world.json(&receipt())["inputs"]["build_python"].is_null());
    world.write(
        "without.yaml",
        "extends: [profile.yaml]\nstrip: [docstrings]\n",
    );
    world
        .run(&[
            "--profile",
            "without.yaml",
            "--stdlib",
            "Lib",
            "--payload",
            "source",
            "--build-python",
            &any_python().path,
        ])
        .exits(0);
    let greet = world.zip_file(&zip(), "greet.py");
    assert_eq!(
        String::from_utf8(greet).unwrap(),
        "\n\ndef again():\n return 1\n"
    );
}

#[test]
fn optimize_drops_assertions_and_then_docstrings() {
    let world = World::new();
    let text = "'The doc.'\nassert __name__, 'The assertion.'\n";
    world.write("Lib/greet.py", text);
    let holds = |level: &str, words: &str| {
        world.pack(&["--optimize", level]).exits(0);
        let code = world.zip_file(&zip(), "greet.pyc");
        code.windows(words.len())
            .any(|part| part == words.as_bytes())
    };
    assert!(holds("0", "The doc.") && holds("0", "The assertion."));
    assert!(holds("1", "The doc.") && !holds("1", "The assertion."));
    assert!(!holds("2", "The doc.") && !holds("2", "The assertion."));
}

#[test]
fn closure_everything_follows_imports_in_every_function() {
    let world = World::new();
    world.write("Lib/names/world.py", "def later():\n    import lonely\n");
    world.pack(&[]).exits(0);
    assert!(!world.zip_names(&zip()).contains(&"lonely.pyc".to_owned()));
    world.pack(&["--closure", "everything"]).exits(0);
    assert!(world.zip_names(&zip()).contains(&"lonely.pyc".to_owned()));
}

#[test]
fn out_is_the_flag_then_the_profile_then_dist() {
    let world = World::new();
    let name = format!("{}.zip", any_python().stem());
    world.pack(&[]).exits(0);
    assert!(world.files("dist").contains_key(&name));
    let profile = "roots: [greet]\noutput: {dir: of/the/profile, compress: []}\n";
    world.write("profile.yaml", profile);
    world.pack(&[]).exits(0);
    assert!(world.files("of/the/profile").contains_key(&name));
    world.pack(&["--out", "of-the-flag"]).exits(0);
    assert!(world.files("of-the-flag").contains_key(&name));
}

#[test]
fn jobs_takes_any_number() {
    let names = packed(&["--jobs", "1"]);
    assert_eq!(names, packed(&["-j", "64"]));
}

#[test]
fn no_cache_leaves_no_cache() {
    let world = World::new();
    world.pack(&["--no-cache"]).exits(0);
    assert!(!world.path("cache").exists());
}

#[test]
fn the_command_pack_is_the_same_as_none() {
    let world = World::new();
    let python = &any_python().path;
    let flags = ["--profile", "profile.yaml", "--stdlib", "Lib"];
    let flags = [&flags[..], &["--build-python", python]].concat();
    world
        .run(&[&flags[..], &["--out", "without"]].concat())
        .exits(0);
    world
        .run(&[&["pack"], &flags[..], &["--out", "with"]].concat())
        .exits(0);
    assert!(world.files("with") == world.files("without"));
    let short = world.run(&["--help"]).exits(0).out;
    assert!(short.contains("--profile <NAME|FILE>"), "{short}");
}

/// A zip with the brotli form of an older one beside it would be served wrongly.
#[test]
fn an_old_brotli_form_goes_with_its_zip() {
    let world = World::new();
    world.write("profile.yaml", "roots: [greet]\n");
    world.pack(&[]).exits(0);
    assert_eq!(world.files("dist").len(), 3, "zip, brotli form, receipt");
    world.write("profile.yaml", "roots: [greet]\noutput: {compress: []}\n");
    world.pack(&[]).exits(0);
    assert_eq!(world.files("dist").len(), 2, "zip and receipt");
}

#[test]
fn strip_docstrings_leaves_assertions() {
    let world = World::new();
    world.write(
        "Lib/greet.py",
        "'The doc.'\nassert __name__, 'The assertion.'\n",
    );
    let profile = "roots: [greet]\nstrip: [docstrings]\noutput: {compress: []}\n";
    world.write("profile.yaml", profile);
    world.pack(&[]).exits(0);
    let code = String::from_utf8_lossy(&world.zip_file(&zip(), "greet.pyc")).into_owned();
    assert!(!code.contains("The doc."));
    assert!(code.contains("The assertion."));
}

#[test]
fn strip_build_variables_leaves_those_that_are_named() {
    let world = World::new();
    let name = "_sysconfigdata__emscripten_wasm32-emscripten";
    let file = format!("{name}.py");
    let variables = "build_time_vars = {'ABIFLAGS': '', 'CC': '/home/me/emcc',\n 'SOABI': 'cpython',\n 'LIBDIR': 'lib'}\n";
    world.write(&file, variables);
    world.write("Lib/greet.py", "import sysconfig\n");
    world.write(
        "Lib/sysconfig.py",
        "def get_config_var(name):\n    return {}.get('SOABI')\n",
    );
    world.write(
        "app.py",
        "import sysconfig\nprint(sysconfig.get_config_var('LIBDIR'))\n",
    );
    let profile = "roots: [greet]\noutput: {compress: []}\n";
    for (strip, is_there) in [("none", true), ("build-variables", false)] {
        world.write("profile.yaml", profile);
        let flags = ["--extra-module", &file, "--app", "app.py", "--strip", strip];
        world.pack(&flags).exits(0);
        let code = world.zip_file(&zip(), &format!("{name}.pyc"));
        let code = String::from_utf8_lossy(&code).into_owned();
        let has = |word: &str| code.contains(word);
        assert!(
            has("SOABI") && has("LIBDIR") && has("build_time_vars"),
            "{code}"
        );
        assert_eq!(
            [has("CC"), has("/home/me/emcc"), has("ABIFLAGS")],
            [is_there; 3]
        );
    }
}

#[test]
fn a_manifests_folder_adds_targets() {
    let world = World::new();
    let toaster = "name: toaster\ndescription: browns bread\nsys-platform: toaster\nos-name: posix\n\
                   frozen: true\nmissing: []\n";
    world.write("facts/targets/toaster.yaml", toaster);
    let profile = "roots: [greet]\ntarget: toaster\noutput: {compress: []}\n";
    world.write("profile.yaml", profile);
    world.pack(&["--manifests", "facts"]).exits(0);
    assert_eq!(world.json(&receipt())["target"], "toaster");
}
