use ruff_python_ast::Mod;

use super::*;
use crate::scan::parse::parse;

/// Returns all names of all blocks of a source on Python 3.`minor`, as `block name=symbol`.
fn symbols(source: &str, minor: u16) -> Vec<String> {
    let parsed = parse(source);
    let Mod::Module(module) = parsed.syntax() else {
        return Vec::new();
    };
    let table = SymbolTable::of(&module.body, Version { major: 3, minor });
    let resolution = Resolution::of(&table, |_| true);
    let mut symbols = Vec::new();
    for (id, block) in table.blocks().skip(1) {
        let mut names: Vec<_> = resolution.names(id).collect();
        names.sort_unstable();
        for name in names {
            let symbol = match resolution.symbol(id, name) {
                Some(Symbol::Local { cell: true }) => "cell",
                Some(Symbol::Local { cell: false }) => "local",
                Some(Symbol::Free(_)) => "free",
                Some(Symbol::Global { declared: true }) => "global",
                Some(Symbol::Global { declared: false }) => "implicit",
                None => continue,
            };
            symbols.push(format!("{:?} {name}={symbol}", block.kind));
        }
    }
    symbols
}

#[test]
fn functions_resolve_local_free_and_global_names() {
    let source = "\
def f(a):
    global g
    def h():
        nonlocal b
        return a, c
    b = g
";
    let expected = [
        "Function a=cell",
        "Function b=cell",
        "Function g=global",
        "Function h=local",
        "Function a=free",
        "Function b=free",
        "Function c=implicit",
    ];
    assert_eq!(symbols(source, 13), expected);
}

#[test]
fn super_reads_class_cell() {
    let source = "class A:\n    def f(self): return super().f()";
    let expected = [
        "Class __class__=cell",
        "Class f=local",
        "Function __class__=free",
        "Function self=local",
        "Function super=implicit",
    ];
    assert_eq!(symbols(source, 13), expected);
}

#[test]
fn inlined_comprehensions_do_not_create_cells() {
    let source = "def f(a): return [a for b in a]";
    let cells = [
        "Function a=cell",
        "Comprehension { inlined: false } a=free",
        "Comprehension { inlined: false } b=local",
    ];
    assert_eq!(symbols(source, 11), cells);
    let inlined = [
        "Function a=local",
        "Function b=local",
        "Comprehension { inlined: true } a=free",
        "Comprehension { inlined: true } b=local",
    ];
    assert_eq!(symbols(source, 12), inlined);
}

#[test]
fn private_names_are_mangled() {
    let source = "class _A:\n    __x = 1\n    def f(self, __y__): return __x";
    assert!(symbols(source, 13).contains(&"Class _A__x=local".to_owned()));
    assert!(symbols(source, 13).contains(&"Function _A__x=implicit".to_owned()));
}
