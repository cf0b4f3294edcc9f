//! Walks the syntax tree of a script, and collects the Python that it gives to Pyodide.

use std::collections::HashSet;

use oxc_ast::ast::{
    Argument, CallExpression, ExportAllDeclaration, ExportFromDeclaration, Expression,
    ImportDeclaration, ImportExpression, NewExpression, ObjectProperty, StringLiteral,
    TemplateLiteral,
};
use oxc_ast_visit::{Visit, walk};

use crate::embedded::indent::dedent;
use crate::embedded::js_values::{
    Value, Values, is_javascript, is_python_file, literal, template_text,
};
use crate::embedded::{
    Document, INSTALLS_PACKAGES, LOADS_PACKAGE, Place, Reference, ReferenceKind, Text,
};
use crate::scan::{PLACEHOLDER, Scanned, SourceOrigin, scan_text};

/// The functions that Pyodide runs a text with.
const RUN: [&str; 2] = ["runPython", "runPythonAsync"];

/// The function that returns a Python module.
const IMPORT: &str = "pyimport";

/// The functions with which Pyodide loads packages.
const LOAD: [&str; 2] = ["loadPackage", "loadPackagesFromImports"];

/// The function that gives a module of JavaScript to Python.
const REGISTER: &str = "registerJsModule";

/// The starts of lines.
pub(super) struct Lines {
    starts: Vec<usize>,
    before: u32,
}

impl Lines {
    pub(super) fn of(text: &str, before: u32) -> Self {
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

/// Collects the Python of a script while it walks its syntax tree.
pub(super) struct Reader<'v, 'a> {
    lines: Lines,
    values: &'v Values<'a>,
    document: Document,
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

impl<'v, 'a> Reader<'v, 'a> {
    /// Starts without anything found. `is_written` is whether a person wrote the script, and `is_stlite` whether it names
    /// stlite.
    pub(super) fn new(
        lines: Lines,
        values: &'v Values<'a>,
        is_written: bool,
        is_stlite: bool,
    ) -> Self {
        Self {
            lines,
            values,
            document: Document::default(),
            seen: HashSet::new(),
            calls_python: None,
            is_written,
            is_stlite,
            literals: Vec::new(),
        }
    }

    /// Returns what was found.
    pub(super) fn finish(mut self) -> Document {
        // What is computed may be one of the other texts: a property, or what a function returns.
        if !self.document.computed.is_empty() {
            for (at, text) in std::mem::take(&mut self.literals) {
                if !self.seen.contains(&at) && imports_something(&text.code) {
                    self.document.texts.push(text);
                }
            }
        }
        self.document.calls_python = self.calls_python;
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

    fn module(&mut self, source: &str, at: u32) {
        // Other names are those of packages.
        if source.starts_with('.') || source.starts_with('/') {
            self.refer(source, ReferenceKind::JavaScript, at);
        }
    }

    /// Notes a literal that may name a Python file.
    fn mention(&mut self, text: &str, at: u32) {
        if is_python_file(text) {
            self.refer(text, ReferenceKind::Mentioned, at);
        }
    }
}

/// Returns the name of a function that is called, without the object that it belongs to.
fn called_name<'a>(callee: &Expression<'a>) -> Option<&'a str> {
    match callee.get_inner_expression() {
        Expression::Identifier(name) => Some(name.name.as_str()),
        Expression::StaticMemberExpression(member) => Some(member.property.name.as_str()),
        Expression::ComputedMemberExpression(member) => literal(&member.expression),
        _ => None,
    }
}

impl<'a> Visit<'a> for Reader<'_, 'a> {
    fn visit_call_expression(&mut self, call: &CallExpression<'a>) {
        let argument = |index: usize| call.arguments.get(index).and_then(Argument::as_expression);
        let literal = |index| argument(index).and_then(literal);
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
            Some(REGISTER) => {
                let line = self.lines.line(call.span.start);
                let names = argument(0).map(|name| self.values.of(name));
                for name in names.into_iter().flatten() {
                    if let Value::Text(text) = name
                        && !text.is_partial
                    {
                        self.document.registered.push((text.code, line));
                    }
                }
            }
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
            && let Some(first) = new.arguments.first().and_then(Argument::as_expression)
            && let Some(address) = literal(first)
            && is_javascript(address)
        {
            self.refer(address, ReferenceKind::JavaScript, new.span.start);
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
                        (Some("url"), url) if path.ends_with(".py") => {
                            if let Some(address) = literal(url) {
                                let kind = ReferenceKind::Copied(path.to_string());
                                self.refer(address, kind, inner.span.start);
                            }
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

    fn visit_template_literal(&mut self, template: &TemplateLiteral<'a>) {
        if let Value::Text(text) = template_text(template, false) {
            self.keep_literal(text.at, text.raw, &text.code);
        }
        if let Some(text) = template.single_quasi() {
            self.mention(&text, template.span.start);
        }
        walk::walk_template_literal(self, template);
    }

    fn visit_string_literal(&mut self, literal: &StringLiteral<'a>) {
        let raw = literal.raw.map_or("", |raw| raw.as_str());
        self.keep_literal(literal.span.start, raw, &literal.value);
        self.mention(&literal.value, literal.span.start);
    }

    fn visit_import_declaration(&mut self, import: &ImportDeclaration<'a>) {
        self.module(&import.source.value, import.source.span.start);
        walk::walk_import_declaration(self, import);
    }

    fn visit_export_from_declaration(&mut self, export: &ExportFromDeclaration<'a>) {
        self.module(&export.source.value, export.source.span.start);
    }

    fn visit_export_all_declaration(&mut self, export: &ExportAllDeclaration<'a>) {
        self.module(&export.source.value, export.source.span.start);
        walk::walk_export_all_declaration(self, export);
    }

    fn visit_import_expression(&mut self, import: &ImportExpression<'a>) {
        if let Some(source) = literal(&import.source) {
            self.module(source, import.span.start);
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
