//! Reads JavaScript and TypeScript: the Python that it gives to Pyodide.

use std::collections::{BTreeSet, HashSet};
use std::path::Path;

use oxc_allocator::Allocator;
use oxc_ast::ast::{
    Argument, BindingProperty, CallExpression, ExportAllDeclaration, ExportFromDeclaration,
    Expression, ImportDeclaration, ImportExpression, NewExpression, ObjectProperty, PropertyKey,
    StaticMemberExpression, StringLiteral, TemplateLiteral,
};
use oxc_ast_visit::{Visit, walk};
use oxc_parser::Parser;
use oxc_span::SourceType;

use super::indent::dedent;
use super::js_values::{Value, Values, is_python_file, template_text};
use super::{
    Document, DocumentError, INSTALLS_PACKAGES, LOADS_PACKAGE, Place, Reference, ReferenceKind,
    Text,
};
use crate::scan::{PLACEHOLDER, Scanned, SourceOrigin, scan_text};

/// Whether code is a classic script or a module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum JavaScript {
    Script,
    Module,
}

/// The functions that Pyodide runs a text with.
const RUN: [&str; 2] = ["runPython", "runPythonAsync"];

/// The function that returns a Python module.
const IMPORT: &str = "pyimport";

/// The words that code with Python texts has.
const WORDS: [&str; 8] = [
    "runPython",
    "pyimport",
    ".py\"",
    ".py'",
    ".py`",
    ".py?",
    "loadPackage",
    "stlite",
];

/// The functions with which Pyodide loads packages.
const LOAD: [&str; 2] = ["loadPackage", "loadPackagesFromImports"];

/// The maximum number of tokens that can be nested in each other.
const MAX_LEVELS: usize = 100_000;

/// The stack that a level of nesting takes, in any build.
const STACK_PER_LEVEL: usize = 8 << 10;

/// A line of generated code is longer.
const MAX_WRITTEN_LINE: usize = 2_000;

/// Returns whether a file is JavaScript or TypeScript, by its name.
pub fn is_javascript(name: &str) -> bool {
    let extensions = [".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".cts", ".tsx"];
    extensions.iter().any(|extension| name.ends_with(extension))
        && ![".d.ts", ".d.mts", ".d.cts"]
            .iter()
            .any(|end| name.ends_with(end))
}

/// Returns whether a script may have Python texts. Parsing is slow, and most scripts have none.
pub fn may_have_python(text: &str) -> bool {
    WORDS.iter().any(|word| text.contains(word))
}

/// Reads a file, whose name tells its language.
///
/// # Errors
/// If it does not parse.
pub fn read_javascript(text: &str, name: &str) -> Result<Document, DocumentError> {
    let kind = SourceType::from_path(Path::new(name)).unwrap_or_default();
    read(text, kind, 0)
}

/// Reads the inline scripts of a page, each with the line of its start. What does not parse is left out, as in browsers.
pub(super) fn read_inline(scripts: &[(JavaScript, u32, String)]) -> Document {
    let mut document = Document::default();
    for (kind, line, text) in scripts {
        let kind = match kind {
            JavaScript::Script => SourceType::script(),
            JavaScript::Module => SourceType::mjs(),
        };
        document.extend(read(text, kind, line - 1).unwrap_or_default());
    }
    document
}

fn read(text: &str, kind: SourceType, lines_before: u32) -> Result<Document, DocumentError> {
    let levels = max_levels(text);
    if levels > MAX_LEVELS {
        let message = "not read: the script is too large or too complex";
        return Err(DocumentError::Format(message.to_owned()));
    }
    stacker::grow((1 << 20) + levels * STACK_PER_LEVEL, || {
        let allocator = Allocator::default();
        let parsed = Parser::new(&allocator, text, kind).parse();
        if parsed.panicked {
            let error = parsed.diagnostics.into_iter().next();
            let message = error.map_or_else(String::new, |error| error.message.to_string());
            return Err(DocumentError::Format(format!("does not parse: {message}")));
        }
        let lines = Lines::of(text, lines_before);
        let mut values = Values::default();
        values.visit_program(&parsed.program);
        let is_written = text.lines().all(|line| line.len() <= MAX_WRITTEN_LINE);
        let mut reader = Reader {
            lines,
            values: &values,
            document: Document::default(),
            members: BTreeSet::new(),
            seen: HashSet::new(),
            calls_python: None,
            is_written,
            is_stlite: text.contains("stlite"),
            literals: Vec::new(),
        };
        reader.visit_program(&parsed.program);
        Ok(reader.finish())
    })
}

/// Returns an upper bound of the depth of the syntax tree: the number of tokens that can be around others.
fn max_levels(text: &str) -> usize {
    let punctuation = text.bytes().filter(|byte| {
        byte.is_ascii_punctuation()
            && !matches!(
                byte,
                b',' | b';' | b')' | b']' | b'}' | b'"' | b'\'' | b'_' | b'\\' | b'#' | b'@'
            )
    });
    let is_nesting = |word: &&str| {
        matches!(
            *word,
            "as" | "async"
                | "await"
                | "case"
                | "delete"
                | "do"
                | "else"
                | "extends"
                | "function"
                | "in"
                | "infer"
                | "instanceof"
                | "is"
                | "keyof"
                | "new"
                | "of"
                | "readonly"
                | "return"
                | "satisfies"
                | "throw"
                | "typeof"
                | "unique"
                | "void"
                | "yield"
                | "asserts"
                | "export"
                | "default"
                | "abstract"
                | "declare"
        )
    };
    let words = text.split(|c: char| !c.is_alphanumeric() && c != '_' && c != '$');
    punctuation.count() + words.filter(is_nesting).count()
}

/// The starts of lines.
struct Lines {
    starts: Vec<usize>,
    before: u32,
}

impl Lines {
    fn of(text: &str, before: u32) -> Self {
        let newlines = text.match_indices('\n').map(|(at, _)| at + 1);
        Self {
            starts: std::iter::once(0).chain(newlines).collect(),
            before,
        }
    }

    fn line(&self, offset: u32) -> u32 {
        let offset = usize::try_from(offset).unwrap_or(usize::MAX);
        let line = self.starts.partition_point(|start| *start <= offset);
        self.before + u32::try_from(line).unwrap_or(u32::MAX)
    }
}

struct Reader<'v, 'a> {
    lines: Lines,
    values: &'v Values<'a>,
    document: Document,
    /// The names of all members that the script reads, which may be those of Python objects.
    members: BTreeSet<&'a str>,
    /// Where the texts start that were added.
    seen: HashSet<u32>,
    /// The line where the script first has to do with Python objects.
    calls_python: Option<u32>,
    /// Whether a person wrote the script.
    is_written: bool,
    /// Whether the script names stlite, whose function `mount` runs Python.
    is_stlite: bool,
    /// The texts of the script that may be Python, with their places: those with several lines and an import.
    literals: Vec<(u32, Text)>,
}

impl<'a> Reader<'_, 'a> {
    fn finish(mut self) -> Document {
        // What is computed may be one of the other texts: a property, or what a function returns.
        if !self.document.computed.is_empty() {
            for (at, text) in std::mem::take(&mut self.literals) {
                if !self.seen.contains(&at) && imports_something(&text.code) {
                    self.document.texts.push(text);
                }
            }
        }
        if let Some(line) = self.calls_python
            && !self.members.is_empty()
        {
            let names: Vec<String> = self
                .members
                .iter()
                .map(|name| format!("'{name}'"))
                .collect();
            let code = format!("({},)", names.join(", "));
            let place = Place { cell: 0, line };
            self.document.texts.push(Text::all_at(place, code));
        }
        self.document
    }

    /// Adds the text of an argument that Pyodide runs.
    fn run(&mut self, argument: Option<&Expression<'a>>, at: u32) {
        let line = self.lines.line(at);
        self.calls_python.get_or_insert(line);
        let values = argument.map(|argument| self.values.of(argument));
        for value in values.unwrap_or_else(|| vec![Value::Unknown]) {
            match value {
                Value::Text(text) if !self.seen.insert(text.at) => {}
                Value::Text(text) => {
                    if text.is_partial && self.is_written {
                        self.document.computed.push(line);
                    }
                    let code = with_line_ends(text.code);
                    let text = self.text(text.at, text.raw, code);
                    self.document.texts.push(text);
                }
                Value::Unknown if self.is_written => self.document.computed.push(line),
                Value::File | Value::Unknown => {}
            }
        }
    }

    /// Returns a text of the script, given its source.
    fn text(&self, at: u32, raw: &str, code: String) -> Text {
        let line = self.lines.line(at);
        let place = Place { cell: 0, line };
        // Escapes and continued lines move the lines.
        if raw.matches('\n').count() == code.matches('\n').count() {
            Text::starting_at(place, code)
        } else {
            Text::all_at(place, code)
        }
    }

    /// Adds a file that the script writes: `FS.writeFile("a.py", text)`, `{"a.py": text}`.
    fn file(&mut self, path: &str, content: &Expression<'a>) {
        if !path.ends_with(".py") {
            return;
        }
        for value in self.values.of(content) {
            if let Value::Text(text) = value
                && self.seen.insert(text.at)
            {
                let text = self.text(text.at, text.raw, text.code);
                self.document.modules.push((path.to_owned(), text));
            }
        }
    }

    /// Adds a text that Pyodide runs for a function that is called.
    fn imply(&mut self, code: &str, at: u32) {
        let text = Text::implied(self.lines.line(at), code);
        if !self.document.texts.contains(&text) {
            self.document.texts.push(text);
        }
    }

    /// Keeps a text that may be Python.
    fn keep_literal(&mut self, at: u32, raw: &str, code: &str) {
        if self.is_written && code.contains('\n') && code.contains("import ") {
            let text = self.text(at, raw, code.to_owned());
            self.literals.push((at, text));
        }
    }

    fn refer(&mut self, address: &str, kind: ReferenceKind, at: u32) {
        self.document.references.push(Reference {
            address: address.to_owned(),
            kind,
            line: self.lines.line(at),
        });
    }

    fn module(&mut self, source: &StringLiteral<'a>) {
        // Other names are those of packages.
        if source.value.starts_with('.') || source.value.starts_with('/') {
            self.refer(&source.value, ReferenceKind::JavaScript, source.span.start);
        }
    }
}

/// Returns the name of a function that is called, without the object that it belongs to.
fn called_name<'a>(callee: &Expression<'a>) -> Option<&'a str> {
    match callee.get_inner_expression() {
        Expression::Identifier(name) => Some(name.name.as_str()),
        Expression::StaticMemberExpression(member) => Some(member.property.name.as_str()),
        _ => None,
    }
}

impl<'a> Visit<'a> for Reader<'_, 'a> {
    fn visit_call_expression(&mut self, call: &CallExpression<'a>) {
        let argument = |index: usize| call.arguments.get(index).and_then(Argument::as_expression);
        let literal = |index| match argument(index).map(Expression::get_inner_expression) {
            Some(Expression::StringLiteral(text)) => Some(text.value.as_str()),
            _ => None,
        };
        match called_name(&call.callee) {
            Some(name) if RUN.contains(&name) => self.run(argument(0), call.span.start),
            Some(IMPORT) => {
                let line = self.lines.line(call.span.start);
                self.calls_python.get_or_insert(line);
                match literal(0) {
                    Some(name) => {
                        let place = Place { cell: 0, line };
                        let text = Text::all_at(place, import_of(name));
                        self.document.texts.push(text);
                    }
                    None if self.is_written => self.document.computed.push(line),
                    None => {}
                }
            }
            Some(name) if LOAD.contains(&name) => self.imply(LOADS_PACKAGE, call.span.start),
            // `mount("import streamlit", element)` of stlite
            Some("mount") if self.is_stlite => {
                if let Some(program) = argument(0)
                    && self
                        .values
                        .of(program)
                        .iter()
                        .any(|value| matches!(value, Value::Text(_)))
                {
                    self.run(Some(program), call.span.start);
                }
            }
            Some("writeFile") => {
                if let (Some(path), Some(content)) = (literal(0), argument(1)) {
                    self.file(path, content);
                }
            }
            _ => {}
        }
        walk::walk_call_expression(self, call);
    }

    fn visit_new_expression(&mut self, new: &NewExpression<'a>) {
        // `new Worker("worker.js")`, `new URL("worker.js", import.meta.url)`
        if let Some("Worker" | "SharedWorker" | "URL") = called_name(&new.callee)
            && let Some(Argument::StringLiteral(address)) = new.arguments.first()
            && is_javascript(&address.value)
        {
            self.refer(
                &address.value,
                ReferenceKind::JavaScript,
                address.span.start,
            );
        }
        walk::walk_new_expression(self, new);
    }

    fn visit_object_property(&mut self, property: &ObjectProperty<'a>) {
        if let Some(path) = property.key.static_name() {
            self.file(&path, &property.value);
            // `{"a.py": {data: "…"}}` of stlite.
            if let Expression::ObjectExpression(object) = property.value.get_inner_expression() {
                let properties = object
                    .properties
                    .iter()
                    .filter_map(|property| property.as_property());
                for inner in properties {
                    match (inner.key.static_name().as_deref(), &inner.value) {
                        (Some("data"), content) => self.file(&path, content),
                        (Some("url"), Expression::StringLiteral(url)) if path.ends_with(".py") => {
                            let kind = ReferenceKind::Copied(path.to_string());
                            self.refer(&url.value, kind, url.span.start);
                        }
                        _ => {}
                    }
                }
            }
            let has_values = matches!(&property.value, Expression::ArrayExpression(array) if !array.elements.is_empty());
            if self.is_stlite && path == "requirements" && has_values {
                self.imply(INSTALLS_PACKAGES, property.span.start);
            }
        }
        walk::walk_object_property(self, property);
    }

    fn visit_static_member_expression(&mut self, member: &StaticMemberExpression<'a>) {
        let name = member.property.name.as_str();
        if !RUN.contains(&name) && name != IMPORT {
            self.members.insert(name);
        }
        walk::walk_static_member_expression(self, member);
    }

    fn visit_binding_property(&mut self, property: &BindingProperty<'a>) {
        // `const {PyodideConsole} = pyimport("pyodide.console")`
        if let PropertyKey::StaticIdentifier(name) = &property.key {
            self.members.insert(name.name.as_str());
        }
        walk::walk_binding_property(self, property);
    }

    fn visit_template_literal(&mut self, template: &TemplateLiteral<'a>) {
        if let Value::Text(text) = template_text(template, false) {
            self.keep_literal(text.at, text.raw, &text.code);
        }
        walk::walk_template_literal(self, template);
    }

    fn visit_string_literal(&mut self, literal: &StringLiteral<'a>) {
        let raw = literal.raw.map_or("", |raw| raw.as_str());
        self.keep_literal(literal.span.start, raw, &literal.value);
        if is_python_file(&literal.value) {
            self.refer(&literal.value, ReferenceKind::Mentioned, literal.span.start);
        }
    }

    fn visit_import_declaration(&mut self, import: &ImportDeclaration<'a>) {
        self.module(&import.source);
        walk::walk_import_declaration(self, import);
    }

    fn visit_export_from_declaration(&mut self, export: &ExportFromDeclaration<'a>) {
        self.module(&export.source);
    }

    fn visit_export_all_declaration(&mut self, export: &ExportAllDeclaration<'a>) {
        self.module(&export.source);
        walk::walk_export_all_declaration(self, export);
    }

    fn visit_import_expression(&mut self, import: &ImportExpression<'a>) {
        if let Expression::StringLiteral(source) = &import.source {
            self.module(source);
        }
        walk::walk_import_expression(self, import);
    }
}

/// Returns whether a text is Python that imports something.
fn imports_something(code: &str) -> bool {
    match scan_text(&dedent(code), None, SourceOrigin::App) {
        Scanned::Summary(summary) => !summary.imports.is_empty(),
        Scanned::Rejected(_) => false,
    }
}

/// Returns a text in which each computed part ends a line, if that makes it valid: `setup + "import os"`.
fn with_line_ends(code: String) -> String {
    let is_valid = |code: &str| {
        matches!(
            scan_text(&dedent(code), None, SourceOrigin::App),
            Scanned::Summary(_)
        )
    };
    if !code.contains(PLACEHOLDER) || is_valid(&code) {
        return code;
    }
    let ended = code.replace(PLACEHOLDER, "\n");
    if is_valid(&ended) { ended } else { code }
}

/// Returns the Python of `pyimport(name)`, which also takes the name of an object in a module. The module is a value
/// that JavaScript reads members of.
fn import_of(name: &str) -> String {
    match name.rsplit_once('.') {
        Some((module, last)) => format!("from {module} import {last} as _imported; _imported"),
        None => format!("import {name} as _imported; _imported"),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn texts(code: &str) -> Vec<(u32, String)> {
        let document = read_javascript(code, "a.ts").unwrap();
        let texts = document.texts.into_iter();
        let texts = texts.map(|text| (text.places[0].line, text.code.trim().to_owned()));
        texts.filter(|(_, code)| !code.starts_with("('")).collect()
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
    fn imports_are_read_with_the_members_that_may_be_used() {
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
                "from os import path as _imported; _imported",
                "('dumps', 'loads',)"
            ]
        );
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
        let code =
            "const label = `import\ndata from`, S = `\nimport csv\n`;\np.runPython('import a')";
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
}
