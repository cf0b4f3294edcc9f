#![allow(clippy::unwrap_used, clippy::panic)]

use super::*;

fn summary(source: &str) -> ModuleSummary {
    match scan(source.as_bytes().to_vec(), SourceOrigin::App) {
        Scanned::Summary(summary) => *summary,
        Scanned::Rejected(error) => panic!("{error}"),
    }
}

/// Returns the imports of a source with their lines and columns.
fn imports(source: &str) -> Vec<(u32, u32, Import)> {
    let sites = summary(source).imports.into_iter();
    sites
        .map(|site| (site.line, site.column, site.import))
        .collect()
}

#[test]
fn methods_with_other_arguments_take_no_codec() {
    let computes = |code: &str| {
        let lookups = summary(code).dynamic_lookups;
        lookups
            .iter()
            .any(|lookup| lookup.kind == LookupKind::Codec)
    };
    for call in [
        "a.encode(x)",
        "a.encode(x, y)",
        "codecs.encode(a, x, y)",
        "f().decode(x, errors=y)",
    ] {
        assert!(computes(call), "{call}");
    }
    for call in [
        "f().encode(a, b, c)",
        "chart.encode(x, y=a)",
        "c.encode(a, b, c, d)",
    ] {
        assert!(!computes(call), "{call}");
    }
}

#[test]
fn names_that_javascript_computes_are_looked_up() {
    for code in [
        "import importlib\nimportlib.import_module('_computed_')",
        "__import__('a._computed_')",
        "import runpy\nrunpy.run_module('_computed_')",
    ] {
        let summary = summary(code);
        assert_eq!(
            summary.dynamic_lookups[0].kind,
            LookupKind::Module,
            "{code}"
        );
        let is_computed = |site: &ImportSite| format!("{:?}", site.import).contains("_computed_");
        assert!(!summary.imports.iter().any(is_computed), "{code}");
    }
}

fn module(name: &str) -> Import {
    Import::Module(name.to_owned())
}

fn from(level: u32, module: &str, names: &[&str]) -> Import {
    Import::From {
        level,
        module: module.to_owned(),
        names: names.iter().map(ToString::to_string).collect(),
    }
}

/// Returns the scope with this qualified name.
fn scope<'a>(summary: &'a ModuleSummary, name: &str) -> &'a Scope {
    let mut scopes = summary.scopes.iter();
    scopes.find(|scope| scope.name == name).unwrap()
}

/// Returns the chains that a scope reads, as `a.b.c`.
fn reads(scope: &Scope) -> Vec<String> {
    scope.uses.iter().map(|used| used.chain.join(".")).collect()
}

fn strings<'a>(strings: impl IntoIterator<Item = &'a Identifier>) -> Vec<&'a str> {
    strings.into_iter().map(Identifier::as_str).collect()
}

fn members(scope: &Scope) -> Vec<&str> {
    strings(scope.attribute_names.iter().map(|(_, member)| member))
}

/// Returns the conditions around the last import, innermost first.
fn conditions(source: &str) -> Vec<(Condition, bool)> {
    let summary = summary(source);
    let chain = summary.guards.chain(summary.imports.last().unwrap().guard);
    let branches = chain.filter_map(|(_, guard)| match guard {
        Guard::Branch { test, holds } => Some((test.clone(), *holds)),
        _ => None,
    });
    branches.collect()
}

#[test]
fn scan_finds_import_statements_and_calls() {
    assert_eq!(
        imports("import a, b.c as d\nif x: import e"),
        [
            (1, 8, module("a")),
            (1, 11, module("b.c")),
            (2, 14, module("e")),
        ]
    );
    assert_eq!(
        imports("from a import b, c as d\nfrom ..e import *\nfrom . import f"),
        [
            (1, 1, from(0, "a", &["b", "c"])),
            (2, 1, from(2, "e", &["*"])),
            (3, 1, from(1, "", &["f"])),
        ]
    );
    let call = |name: &str| Import::Dynamic(name.to_owned());
    assert_eq!(
        imports("é = __import__('a')\nimportlib.import_module('b.c')\nresolve_name('d:e')"),
        [(1, 5, call("a")), (2, 1, call("b.c")), (3, 1, call("d"))]
    );
    let relative = "import_module('..b', __package__)\nimport_module('.c', other)";
    assert_eq!(imports(relative), [(1, 1, from(2, "b", &[]))]);
    assert_eq!(imports("__import__(name)\n'import a'\n# import b"), []);
}

#[test]
fn imports_know_their_scope() {
    let source = "
import a
class K:
    import b
    def m(self):
        import c
        def inner():
            import d
def f():
    import e
lazy import g
";
    let summary = summary(source);
    let place = |site: &ImportSite| match site.place {
        SitePlace::Body => "body".to_owned(),
        SitePlace::LazyStatement => "first use".to_owned(),
        SitePlace::ListedAsLazy => "listed".to_owned(),
        SitePlace::Function(scope) => summary.scope(scope).name.clone(),
    };
    let places: Vec<String> = summary.imports.iter().map(place).collect();
    assert_eq!(places, ["body", "body", "K.m", "K.m", "f", "first use"]);
    assert_eq!(scope(&summary, "K.m").line, 5);
    assert_eq!(scope(&summary, "K.m").class, Some(ClassId(0)));
    assert_eq!(scope(&summary, "f").class, None);
}

#[test]
fn names_have_bindings() {
    let source = "
import a.b, c.d as e
from f import g as h
def i(): pass
class K:
    class Inner: pass
j = 1
";
    let summary = summary(source);
    let binding = |name: &str| summary.bindings.get(name).cloned();
    assert_eq!(binding("a"), Some(vec![Binding::Module("a".into())]));
    assert_eq!(binding("e"), Some(vec![Binding::Module("c.d".into())]));
    assert_eq!(binding("h"), Some(vec![Binding::From(2, "g".into())]));
    assert_eq!(binding("i"), Some(vec![Binding::Function(ScopeId(1))]));
    assert_eq!(binding("K"), Some(vec![Binding::Class(ClassId(0))]));
    assert_eq!(binding("Inner"), None);
    assert_eq!(summary.class(ClassId(0)).classes, [ClassId(1)]);
    assert_eq!(summary.class(ClassId(1)).name, "K.Inner");
    assert!(summary.assigned.contains("j"));
    for bound in ["a", "h", "i", "K", "j"] {
        assert!(summary.may_bind(bound), "{bound}");
    }
    assert!(!summary.may_bind("c") && !summary.may_bind("g"));
}

#[test]
fn imports_in_functions_bind_locally_unless_global() {
    let summary = summary("def f():\n    global a\n    import a, b");
    assert!(summary.bindings.contains_key("a") && !summary.bindings.contains_key("b"));
    assert!(scope(&summary, "f").bindings.contains_key("b"));
}

#[test]
fn scopes_read_names_attributes_and_strings() {
    let summary = summary("a.b.c\nd\nf().g\nx = 'h'\n'lone'\ngetattr(i.j, 'k')\ny[0].l(m)");
    let body = summary.scope(ScopeId::BODY);
    assert_eq!(
        reads(body),
        ["a.b.c", "d", "f", "getattr", "i.j.k", "m", "y"]
    );
    assert_eq!(members(body), ["g", "h", "k", "l"]);
}

#[test]
fn scopes_record_name_prefixes_and_suffixes() {
    let body = |source: &str| summary(source).scopes.remove(0);
    let prefix_and_suffix = |source: &str| {
        let body = body(source);
        (
            strings(&body.prefixes).join(" "),
            strings(&body.suffixes).join(" "),
        )
    };
    let pair = |prefix: &str, suffix: &str| (prefix.to_owned(), suffix.to_owned());
    assert_eq!(prefix_and_suffix("x = 'visit_' + y"), pair("visit_", ""));
    assert_eq!(prefix_and_suffix("x = f'do_{y}_now'"), pair("do_", "_now"));
    assert_eq!(prefix_and_suffix("x = 'do_%s' % y"), pair("do_", ""));
    assert_eq!(prefix_and_suffix("x = y + '_open'"), pair("", "_open"));
    assert_eq!(prefix_and_suffix("x = '%s_open' % y"), pair("", "_open"));
    assert_eq!(
        prefix_and_suffix("x = '_'; y = '__init__'; z = 'a b_'"),
        pair("", "")
    );
}

#[test]
fn unknown_decorators_may_register_functions() {
    let source = "@property\ndef a(): pass\n@app.route('/')\ndef b(): pass\ndef c(): pass";
    let summary = summary(source);
    let registered = |name| scope(&summary, name).may_be_registered;
    assert_eq!(
        [registered("a"), registered("b"), registered("c")],
        [false, true, false]
    );
}

#[test]
fn bases_belong_to_the_class_and_decorators_to_the_scope() {
    let summary = summary("@d\nclass K(a.B, metaclass=M): pass");
    let bases = &summary.class(ClassId(0)).bases;
    let bases: Vec<String> = bases.iter().map(|base| base.chain.join(".")).collect();
    assert_eq!(bases, ["M", "a.B"]);
    // The class statement itself calls metaclasses.
    assert_eq!(reads(summary.scope(ScopeId::BODY)), ["M", "d"]);
}

#[test]
fn dunder_all_does_not_use_its_names() {
    let used = |source: &str| {
        let summary = summary(source);
        let members = members(summary.scope(ScopeId::BODY));
        members.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    for source in [
        "__all__ = ['a']",
        "__all__ += ('a', 'b')",
        "__all__.append('a')",
        "__all__.extend(['a'])",
    ] {
        assert!(used(source).is_empty(), "{source}");
    }
    assert_eq!(used("others.append('a')"), ["a"]);
}

#[test]
fn conditions_stay_symbolic() {
    let imports = "import sys, os, sys as _sys\nfrom typing import TYPE_CHECKING\n";
    let under = |test: &str| conditions(&format!("{imports}if {test}:\n    import a"));
    let texts = |texts: &[&str]| texts.iter().map(ToString::to_string).collect::<Vec<_>>();
    let platform = |names: &[&str]| Condition::Is(Subject::SysPlatform, texts(names));
    let not = |test| Condition::Not(Box::new(test));
    assert_eq!(under("x"), [(Condition::Unknown, true)]);
    assert_eq!(under("not x"), [(Condition::Unknown, true)]);
    assert_eq!(under("TYPE_CHECKING"), [(Condition::TypeChecking, true)]);
    assert_eq!(under("__name__ == '__main__'"), [(Condition::IsMain, true)]);
    assert_eq!(under("sys.platform == 'x'"), [(platform(&["x"]), true)]);
    assert_eq!(
        under("_sys.platform in ['x', 'y']"),
        [(platform(&["x", "y"]), true)]
    );
    assert_eq!(
        under("sys.platform != 'x'"),
        [(not(platform(&["x"])), true)]
    );
    assert_eq!(
        under("os.name.startswith(('a', 'b'))"),
        [(
            Condition::StartsWith(Subject::OsName, texts(&["a", "b"])),
            true
        )]
    );
    assert_eq!(
        under("sys.version_info >= (3, 9)"),
        [(Condition::Version(VersionOrder::AtLeast, vec![3, 9]), true)]
    );
    assert_eq!(
        under("x and sys.platform == 'x'"),
        [(
            Condition::All(vec![Condition::Unknown, platform(&["x"])]),
            true
        )]
    );
    let other = "import sys\nif sys.platform == 'x': pass\nelif y: pass\nelse:\n    import a";
    assert_eq!(
        conditions(other),
        [(Condition::Unknown, false), (platform(&["x"]), false)]
    );
}

#[test]
fn invalid_sources_are_rejected_with_their_position() {
    let rejected = |source: &[u8]| match scan(source.to_vec(), SourceOrigin::App) {
        Scanned::Rejected(error) => (error.line, error.column),
        Scanned::Summary(_) => panic!("the source was parsed"),
    };
    assert_eq!(rejected(b"x = 1\ny = (\n"), (3, 1));
    assert_eq!(rejected(b"# coding: koi8-r\n"), (1, 1));
    assert_eq!(rejected(b"x = 1\ny = '\xff'"), (2, 1));
}

#[test]
fn codec_aliases_reads_string_entries() {
    let aliases =
        codec_aliases(b"aliases = {\n    'u8': 'utf_8',\n    x: 'no',\n}\nother = {'a': 'b'}");
    let expected = ("u8".to_owned(), "utf_8".to_owned());
    assert_eq!(aliases.into_iter().collect::<Vec<_>>(), [expected]);
}
