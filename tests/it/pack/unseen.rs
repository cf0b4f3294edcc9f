//! Names that are put together, that only data has, and calls that fail on the target: what is found is packed, and what
//! is not is said once for each kind.

use crate::common::{World, any_python};

/// Packs a script with the real library. Returns the modules of the bundle, and the codes of the warnings.
#[track_caller]
fn pack(script: &str, more: &[&str]) -> (Vec<String>, Vec<String>, String) {
    pack_with("", script, more)
}

/// Does the same with more lines in the profile.
#[track_caller]
fn pack_with(profile: &str, script: &str, more: &[&str]) -> (Vec<String>, Vec<String>, String) {
    let world = World::empty();
    let profile = format!("extends: [native]\noutput: {{compress: []}}\n{profile}");
    world.write("profile.yaml", profile);
    world.write("app.py", script);
    let python = any_python();
    let flags = ["--profile", "profile.yaml", "--build-python", &python.path];
    let flags = [&flags[..], &["--app", "app.py"], more].concat();
    let outcome = world.run(&flags).exits(0);
    let receipt = world.json(&format!("dist/{}.json", python.stem()));
    let kept = receipt["kept"].as_object().unwrap().keys().cloned();
    let kept = kept.collect();
    let said = outcome.said();
    let codes = said.lines().filter_map(|line| {
        let code = line.strip_prefix("warning[")?.split(']').next()?;
        Some(code.to_owned())
    });
    (kept, codes.collect(), said)
}

/// Literal names in all the forms in which programs write them.
#[test]
fn names_in_other_forms_are_literal() {
    for (script, module) in [
        ("import importlib.resources as r; r.files('email')", "email"),
        (
            "import importlib\nimportlib.resources.files('email')",
            "email",
        ),
        ("import pkgutil; pkgutil.get_data('email', 'x')", "email"),
        (
            "import importlib.metadata as m\nm.EntryPoint('x', 'statistics:mean', 'g').load()",
            "statistics",
        ),
        ("PLUGIN = 'wsgiref.util:guess_scheme'", "wsgiref.util"),
        (
            "import importlib\nimportlib.import_module('.'.join(['json', 'tool']))",
            "json.tool",
        ),
        (
            "import importlib\nimportlib.import_module('.tool', 'json')",
            "json.tool",
        ),
        (
            "import importlib\nimportlib.import_module('%s.tool' % 'json')",
            "json.tool",
        ),
        (
            "import importlib\nname = '.'.join(('json', 'tool'))\nimportlib.import_module(name)",
            "json.tool",
        ),
        (
            "import subprocess, sys\nsubprocess.run([sys.executable, '-m', 'json.tool'])",
            "json.tool",
        ),
        (
            "import shlex\nshlex.split('python -m json.tool')",
            "json.tool",
        ),
        (
            "import os, sys\nos.system(f'{sys.executable} -X utf8 -m json.tool')",
            "json.tool",
        ),
        (
            "import os, sys\nos.system('%s -m json.tool' % sys.executable)",
            "json.tool",
        ),
    ] {
        let (kept, _, _) = pack(script, &[]);
        assert!(kept.contains(&module.to_owned()), "{script}: {kept:?}");
    }
}

#[test]
fn other_words_are_no_names() {
    for script in [
        "import subprocess\nsubprocess.run('git commit -m json.tool')",
        "def files(name): pass\nfiles('no.such')",
    ] {
        let (kept, codes, _) = pack(script, &[]);
        assert!(!kept.contains(&"json.tool".to_owned()), "{script}");
        assert!(
            codes.iter().all(|code| code == "third-party-import"),
            "{codes:?}"
        );
    }
}

/// Each spelling of a codec whose name is computed.
#[test]
fn computed_codecs_are_said() {
    for call in [
        "b''.decode(x)",
        "''.encode(x)",
        "str(b'', x)",
        "bytes('', x)",
        "bytearray('', x)",
        "str(b'', encoding=x)",
        "open('f', encoding=x)",
        "open('f', 'r', -1, x)",
        "codecs.open('f', 'r', x)",
        "codecs.lookup(x)",
        "codecs.decode(b'', x)",
        "codecs.getreader(x)",
        "codecs.getincrementaldecoder(x)",
        "codecs.iterdecode([], x)",
        "codecs.EncodedFile(f, x)",
        "io.TextIOWrapper(f, x)",
        "io.TextIOWrapper(f, encoding=x)",
        "pathlib.Path('f').read_text(x)",
        "subprocess.run('f', encoding=x)",
        "b''.decode(x if x else 'utf-8')",
    ] {
        let script = format!("import codecs, io, pathlib, subprocess\nx = f()\n{call}\n");
        let (_, codes, said) = pack(&script, &[]);
        assert_eq!(codes, ["dynamic-codec"], "{call}: {said}");
        let (_, codes, said) = pack_with("codecs: [cp1252]", &script, &[]);
        assert_eq!(codes, [""; 0], "{call}: {said}");
    }
    for call in [
        "b''.decode('utf-8')",
        "b''.decode('utf-8' if x else 'latin-1')",
        "open('f', x)",
        "json.JSONDecoder().decode(x)",
        "encoder.encode(x)",
        "base64.decode(x, y)",
        "show(encoding=x)",
        "b''.decode()",
        "open('f', encoding=None)",
    ] {
        let script = format!("import base64, json\ndef show(encoding): pass\nx = f()\n{call}\n");
        let (_, codes, said) = pack(&script, &[]);
        assert_eq!(codes, [""; 0], "{call}: {said}");
    }
}

/// What reads codecs, modules or code from data is said once for each kind of data.
#[test]
fn what_data_names_is_said() {
    for (script, code, what) in [
        (
            "import email\nemail.message_from_file(f).get_content_charset()",
            "dynamic-codec",
            "mails",
        ),
        (
            "import xml.etree.ElementTree as E\nE.parse('f')\nE.parse('g')",
            "dynamic-codec",
            "XML",
        ),
        (
            "import gettext\ngettext.translation('f')",
            "dynamic-codec",
            "message catalogs",
        ),
        (
            "import pickle\npickle.load(f)\npickle.loads(g)",
            "unseen-code",
            "pickle",
        ),
        ("import shelve\nshelve.open('f')", "unseen-code", "pickle"),
        (
            "import runpy\nrunpy.run_path(f)",
            "unseen-code",
            "files that are found",
        ),
        (
            "import runpy\nrunpy.run_path('not_given.py')",
            "unseen-code",
            "files that are found",
        ),
        (
            "exec(f)\neval('1')\nexec(g)",
            "unseen-code",
            "here and in 1 more place",
        ),
        (
            "from logging.config import dictConfig\ndictConfig(f)",
            "unseen-code",
            "configuration",
        ),
        (
            "import importlib\nimportlib.import_module(f)\nimportlib.import_module(g)",
            "dynamic-import",
            "here and in 1 more",
        ),
    ] {
        let (_, codes, said) = pack(script, &[]);
        assert_eq!(codes, [code], "{script}: {said}");
        assert!(said.contains(what), "{script}: {said}");
    }
    for script in [
        "import argparse\nargparse.ArgumentParser().parse_args()",
        "import importlib.metadata\nimportlib.metadata.version('x')",
        "import pickle\npickle.dumps(f)",
        "exec('print(1)')",
        "import timeit\ntimeit.timeit(lambda: f(1))",
        "import pathlib, runpy\nrunpy.run_path(str(pathlib.Path(__file__).parent / 'app.py'))",
        "import re\nre.compile(f)",
    ] {
        let (_, codes, said) = pack(script, &[]);
        assert_eq!(codes, [""; 0], "{script}: {said}");
    }
}

/// A file that a dependency runs may be the user's.
#[test]
fn files_that_dependencies_find_are_said() {
    let world = World::empty();
    world.write(
        "profile.yaml",
        "extends: [native]\noutput: {compress: []}\n",
    );
    let source = "from runpy import run_path\ndef start(path=None):\n    run_path(path)\n";
    world.write("site/demo.py", source);
    let python = any_python();
    let pack = |app: &str| {
        world.write("app.py", app);
        let flags = [
            "--profile",
            "profile.yaml",
            "--build-python",
            &python.path,
            "--app",
            "app.py",
        ];
        let outcome = world.run(&[&flags[..], &["--dependency", "site"]].concat());
        outcome.exits(0).said()
    };
    let said = pack("import demo\ndemo.start()\n");
    assert!(
        said.contains("warning[unseen-code]: files that are found"),
        "{said}"
    );
    assert!(said.contains("site/demo.py:2"), "{said}");
    let said = pack("import demo\n");
    assert!(!said.contains("unseen-code"), "{said}");
}

/// Limits are told by call, once for each kind.
#[test]
fn calls_that_fail_on_the_target_are_said() {
    let failing = |script| pack(script, &["--target", "emscripten-browser"]);
    let (_, codes, said) = failing(
        "import os, threading\nos.fork()\nos.popen('x')\nclass T(threading.Thread):\n    pass\nbreakpoint()\n",
    );
    assert_eq!(codes, ["failing-call"; 3], "{said}");
    assert!(
        said.contains("'os.fork' fails on emscripten-browser, like 1 more call: No processes"),
        "{said}"
    );
    assert!(said.contains("app.py:4"), "{said}");
    let (_, codes, said) = failing("import threading\nthreading.Lock()\n");
    assert_eq!(codes, [""; 0], "{said}");
    let (_, codes, said) = failing("import threading\nx = threading\n");
    assert_eq!(codes, ["nonfunctional-module"], "{said}");
    let (_, codes, said) =
        failing("import os, sys\nif sys.platform != 'emscripten':\n    os.fork()\n");
    assert_eq!(codes, [""; 0], "{said}");
}
