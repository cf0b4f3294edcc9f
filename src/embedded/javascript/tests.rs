use super::*;
use crate::embedded::{INSTALLS_PACKAGES, LOADS_PACKAGE, Reference, ReferenceKind, Text};

fn texts(code: &str) -> Vec<(u32, String)> {
    let document = read_javascript(code, "a.ts").unwrap();
    let texts = document.texts.into_iter();
    let texts = texts.map(|text| (text.places[0].line, text.code.trim().to_owned()));
    texts.collect()
}

#[test]
fn literal_texts_are_read() {
    let code = "import x from './x.js';\nconst code: string = `\nimport a\n`;\n\
        pyodide.runPython(code);\nawait p.runPythonAsync('import b\\nb.c()', {globals});\n\
        runPython('import ' + \"d\");\n(<any>py)?.runPython(dedent`import e`.trim());";
    assert_eq!(
        texts(code),
        [
            (2, "import a".to_owned()),
            (6, "import b\nb.c()".to_owned()),
            (7, "import d".to_owned()),
            (8, "import e".to_owned())
        ]
    );
}

#[test]
fn computed_texts_are_noted() {
    let document = read_javascript(
        "p.runPython(`import a\nb = ${c}`);\np.runPython(code);\np.runPython(await (await fetch('m.py')).text())",
        "a.js",
    )
    .unwrap();
    assert_eq!(document.texts[0].code, "import a\nb = _computed_");
    assert_eq!(document.computed, [1, 3]);
    assert_eq!(document.references[0].address, "m.py");
}

#[test]
fn many_values_of_a_variable_take_little_memory() {
    let code = format!(
        "let a = 'import b';{}p.runPython(a)",
        "a = c ? a : a;".repeat(1_000)
    );
    assert_eq!(texts(&code), [(1, "import b".to_owned())]);
    let many: String = (0..1_000).map(|n| format!("a = c ? a : '{n}';")).collect();
    let document = read_javascript(&format!("{many}p.runPython(a);p.runPython(a)"), "a.js");
    assert_eq!(document.unwrap().texts.len(), 15);
    let sum = "'import a;' + ".repeat(20_000);
    assert_eq!(
        read_javascript(&format!("p.runPython({sum}'')"), "a.js")
            .unwrap()
            .texts
            .len(),
        1
    );
}

#[test]
fn compiled_templates_are_read() {
    let code = "var c = \"import a\\na.b('\".concat(d, \"')\");\np.runPython(c)";
    assert_eq!(texts(code), [(1, "import a\na.b('_computed_')".to_owned())]);
}

#[test]
fn imports_are_read() {
    let document = read_javascript(
        "const j = p.pyimport('json'), {loads} = j;\nj.dumps(1);\np.pyimport('os.path')",
        "a.js",
    )
    .unwrap();
    let codes: Vec<&str> = document.texts.iter().map(|text| &*text.code).collect();
    assert_eq!(
        codes,
        [
            "import json as _imported; _imported",
            "from os import path as _imported; _imported"
        ]
    );
}

#[test]
fn templates_of_minifiers_are_literals() {
    let quoted = "import('./a.js');new Worker(new URL('b.js',import.meta.url));p.pyimport('json')['c'](`d`);\
        p.FS.writeFile('e.py','import e');x={'f.py':{url:'f.py'}};fetch('g.py');p.runPython(await load('h.py'))";
    let written = read_javascript(quoted, "a.js").unwrap();
    assert_eq!(written.references.len(), 8);
    let minified = quoted.replace('\'', "`").replace("{`f.py`", "{'f.py'");
    assert_eq!(read_javascript(&minified, "a.js").unwrap(), written);
}

#[test]
fn members_and_arguments_may_be_of_python() {
    let read = |code: &str| read_javascript(code, "a.js").unwrap().calls_python;
    assert_eq!(read("1;\nconst a = p['runPython']('1')"), Some(2));
    assert_eq!(read("a.b[c]"), None);
    let python = |code: &str| -> Vec<String> {
        let uses = object_uses(code, "a.js");
        uses.python(1).map(|text| text.code).collect()
    };
    assert_eq!(
        python("a.b; a['c'] + a[0]; const {d, 'e': f} = a; ({g, h: i} = a)"),
        ["lambda _: (_.b, _.c, _.d, _.e, _.g, _.h, )"]
    );
    // A member whose name is computed may be that of any text.
    for code in ["a[n]; 'b'; ({c: 1})", "const {[n]: a} = x; 'b'; ({c: 1})"] {
        assert_eq!(python(code), ["lambda _: (_.b, _.c, )"], "{code}");
    }
    assert_eq!(python("'b'"), [""; 0]);
    assert_eq!(python("f('b', 'c.d', 'e f', `g`)"), ["('b', 'c.d', 'g', )"]);
    // Where Python runs, a text may be passed by a variable.
    assert_eq!(python("const n = 'b'; f(n); runPython(c)"), ["('b', )"]);
    let text = Text::reading(1, ["a", "b c", "class", "$", "match", "é"].into_iter());
    assert_eq!(text.unwrap().code, "lambda _: (_.a, _.match, _.é, )");
}

#[test]
fn computed_python_may_be_any_text_that_imports() {
    for code in [
        "const S = {start: `\nimport csv\n`};\np.runPython(S.start)",
        "const S = {a: `\nimport csv\n`};\nexport const run = (name) => p.runPython(S[name])",
        "function code() { return `\nimport csv\n` }\np.runPython(code())",
        "class A { build() { return '\\nimport csv\\n' } run() { p.runPython(this.build()) } }",
    ] {
        let read = texts(code);
        assert_eq!(read.len(), 1, "{code}: {read:?}");
        assert_eq!(read[0].1, "import csv", "{code}");
        assert_eq!(
            read_javascript(code, "a.js").unwrap().computed.len(),
            1,
            "{code}"
        );
    }
    // Other texts are none, and nothing counts where all Python is known.
    let code = "const label = `import\ndata from`, S = `\nimport csv\n`;\np.runPython('import a')";
    assert_eq!(texts(code), [(5, "import a".to_owned())]);
}

#[test]
fn loading_of_packages_is_implied() {
    let implied = |code: &str| -> Vec<String> {
        let document = read_javascript(code, "a.js").unwrap();
        document.texts.into_iter().map(|text| text.code).collect()
    };
    assert_eq!(
        implied("await py.loadPackage('numpy');py.loadPackage(x)"),
        [LOADS_PACKAGE]
    );
    assert_eq!(implied("loadPackagesFromImports(x)"), [LOADS_PACKAGE]);
    let stlite = "import {mount} from '@stlite/browser';\nmount({requirements: ['pandas'], entrypoint: 'a.py'}, root)";
    assert_eq!(implied(stlite), [INSTALLS_PACKAGES]);
    assert!(implied("mount({requirements: ['pandas']})").is_empty());
}

#[test]
fn programs_of_stlite_are_read() {
    assert_eq!(
        texts("stlite.mount(`\nimport csv\n`, root)"),
        [(1, "import csv".to_owned())]
    );
    assert!(texts("app.mount(`\nimport csv\n`)").is_empty());
    let code = "stlite.mount({files: {'run.py': {url: 'python/run.py'}}}, root)";
    let references = read_javascript(code, "a.js").unwrap().references;
    let copied = |reference: &Reference| match &reference.kind {
        ReferenceKind::Copied(to) => Some((to.clone(), reference.address.clone())),
        _ => None,
    };
    let copied: Vec<_> = references.iter().filter_map(copied).collect();
    assert_eq!(copied, [("run.py".to_owned(), "python/run.py".to_owned())]);
}

#[test]
fn a_computed_part_may_end_a_line() {
    assert_eq!(
        texts("p.runPython(setup + 'import os')"),
        [(1, "import os".to_owned())]
    );
}

#[test]
fn modules_of_javascript_are_registered() {
    let code = "let a;\npyodide.registerJsModule('view', a);\npyodide.registerJsModule(unknown, a);\n\
                const name = `model`; pyodide.registerJsModule(name, a)";
    let document = read_javascript(code, "a.js").unwrap();
    let expected = [("view".to_owned(), 2), ("model".to_owned(), 4)];
    assert_eq!(document.registered, expected);
}

#[test]
fn files_are_modules() {
    let document = read_javascript(
        "py.FS.writeFile('/lib/a.py', `import b`);\nmount({files: {'c.py': 'import d', 'x.csv': ''}})",
        "a.js",
    )
    .unwrap();
    let modules: Vec<(&str, &str)> = document
        .modules
        .iter()
        .map(|(path, text)| (&**path, &*text.code))
        .collect();
    assert_eq!(modules, [("/lib/a.py", "import b"), ("c.py", "import d")]);
}

#[test]
fn deep_code_overflows_nothing() {
    for (open, close) in [
        ("(", ")"),
        ("[", "]"),
        ("!", ""),
        ("a=>", ""),
        ("a?b:", ""),
        ("if(a);else ", ""),
        ("`${", "}`"),
        ("new ", ""),
        ("a.", ""),
        ("{", "}"),
        ("a: ", ""),
        ("<T,>(a", ")"),
    ] {
        for count in [1_000, 5_000, 300_000] {
            let code = format!("runPython({}x{})", open.repeat(count), close.repeat(count));
            let _ = read_javascript(&code, "a.ts");
            let code = format!("{}runPython(){}", open.repeat(count), close.repeat(count));
            let _ = read_javascript(&code, "a.ts");
        }
    }
}
