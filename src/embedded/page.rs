//! Reads web pages: the Python of Pyodide, PyScript, stlite and marimo, and that in their JavaScript.
//!
//! Only the tokenizer of the HTML parser is used: which elements enclose a script makes no difference.

use std::cell::RefCell;

use html5ever::LocalName;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};
use percent_encoding::percent_decode_str;

use super::javascript::{JavaScript, ObjectUses, read_inline, uses_in_inline};
use super::pyscript_config::{ConfigFormat, read_config_text};
use super::{
    Document, INSTALLS_PACKAGES, Place, Reference, ReferenceKind, STARTS_MARIMO, STARTS_PYSCRIPT,
    Text,
};

/// Reads the Python in a page.
pub fn read_page(text: &str) -> Document {
    let reader = read(text);
    let mut document = reader.document;
    document.extend(read_inline(&reader.scripts));
    document
}

/// Returns what the scripts in a page may do with objects of Python.
pub fn object_uses_in_page(text: &str) -> ObjectUses {
    uses_in_inline(&read(text).scripts)
}

fn read(text: &str) -> PageReader {
    let input = BufferQueue::default();
    input.push_back(StrTendril::from(text));
    let tokenizer = Tokenizer::new(PageSink::default(), TokenizerOpts::default());
    // Scripts are not run, so nothing stops the tokenizer before the end.
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    tokenizer.sink.0.into_inner()
}

/// What an element contains.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Content {
    Python,
    JavaScript(JavaScript),
    Config(ConfigFormat),
    /// A file of the program, with its path (`<app-file name=…>` of stlite).
    File(String),
    /// The packages that are installed (`<app-requirements>` of stlite).
    Requirements,
    /// Python as a part of an address (`<marimo-code>` of marimo's exported notebooks, `<marimo-cell-code>` of its
    /// islands).
    Encoded,
}

/// An element whose text is being collected.
struct Element {
    name: LocalName,
    content: Content,
    line: u32,
    text: String,
}

#[derive(Default)]
struct PageReader {
    document: Document,
    /// The inline scripts, with their lines.
    scripts: Vec<(JavaScript, u32, String)>,
    open: Option<Element>,
    /// Whether PyScript runs Python in the page.
    has_pyscript: bool,
    /// Whether marimo does.
    has_marimo: bool,
}

#[derive(Default)]
struct PageSink(RefCell<PageReader>);

impl TokenSink for PageSink {
    type Handle = ();

    fn process_token(&self, token: Token, line: u64) -> TokenSinkResult<()> {
        let mut reader = self.0.borrow_mut();
        match token {
            Token::TagToken(tag) if tag.kind == TagKind::StartTag => {
                reader.start(&tag, u32::try_from(line).unwrap_or(u32::MAX));
                // The tree builder would say so: HTML, "Parsing elements that contain only text".
                match &*tag.name {
                    "script" => return TokenSinkResult::RawData(RawKind::ScriptData),
                    "style" | "xmp" | "iframe" | "noembed" | "noframes" => {
                        return TokenSinkResult::RawData(RawKind::Rawtext);
                    }
                    "title" | "textarea" => return TokenSinkResult::RawData(RawKind::Rcdata),
                    _ => {}
                }
            }
            Token::TagToken(tag) => reader.end(&tag.name),
            Token::CharacterTokens(text) => {
                if let Some(element) = &mut reader.open {
                    element.text.push_str(&text);
                }
            }
            Token::EOFToken => {
                if let Some(element) = reader.open.take() {
                    reader.close(element);
                }
            }
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

impl PageReader {
    fn start(&mut self, tag: &Tag, line: u32) {
        // `onclick="…"`
        let handlers = tag.attrs.iter();
        let handlers = handlers.filter(|attribute| attribute.name.local.starts_with("on"));
        for handler in handlers {
            let text = handler.value.to_string();
            self.scripts.push((JavaScript::Script, line, text));
        }
        let Some(content) = content_of(tag) else {
            return;
        };
        let attribute = |name: &str| attribute(tag, name);
        let references = &mut self.document.references;
        let mut refer = |address: Option<&str>, kind| {
            if let Some(address) = address.filter(|address| !address.is_empty()) {
                let address = address.to_owned();
                references.push(Reference {
                    address,
                    kind,
                    line,
                });
            }
        };
        let address =
            attribute("src").or_else(|| attribute("url").filter(|_| &*tag.name == "app-file"));
        match &content {
            Content::Requirements | Content::Encoded => {}
            Content::Python => {
                refer(address, ReferenceKind::Python);
                // `worker="file.py"`; without a value the element's own text runs in the worker.
                refer(attribute("worker"), ReferenceKind::Python);
            }
            Content::JavaScript(_) => refer(address, ReferenceKind::JavaScript),
            Content::Config(_) => refer(address, ReferenceKind::Config),
            Content::File(name) => refer(address, ReferenceKind::Copied(name.clone())),
        }
        if content == Content::Python && is_pyscript(tag) {
            if !self.has_pyscript {
                self.has_pyscript = true;
                let text = Text::implied(line, STARTS_PYSCRIPT);
                self.document.texts.push(text);
            }
            // What is typed into an editor is not known.
            if attribute("type") == Some("py-editor") || &*tag.name == "py-repl" {
                self.document.computed.push(line);
            }
        }
        if content == Content::Python
            && let Some(config) = attribute("config").map(str::trim)
        {
            if config.starts_with('{') {
                let config = read_config_text(config, ConfigFormat::Json, line);
                self.document.extend(config.unwrap_or_default());
            } else {
                refer(Some(config), ReferenceKind::Config);
            }
        }
        // A browser ignores the text of a script with `src`.
        if address.is_none() {
            let earlier = self.open.replace(Element {
                name: tag.name.clone(),
                content,
                line,
                text: String::new(),
            });
            if let Some(earlier) = earlier {
                self.close(earlier);
            }
        }
    }

    fn end(&mut self, name: &LocalName) {
        if self.open.as_ref().is_some_and(|open| open.name == *name)
            && let Some(element) = self.open.take()
        {
            self.close(element);
        }
    }

    fn close(&mut self, element: Element) {
        let Element {
            name: _,
            content,
            line,
            text,
        } = element;
        if text.trim().is_empty() {
            return;
        }
        let place = Place { cell: 0, line };
        match content {
            Content::Python => self.document.texts.push(Text::starting_at(place, text)),
            Content::File(path) => {
                let text = Text::starting_at(place, text);
                self.document.modules.push((path, text));
            }
            Content::Requirements => {
                let text = Text::implied(line, INSTALLS_PACKAGES);
                self.document.texts.push(text);
            }
            Content::Encoded => {
                if !self.has_marimo {
                    self.has_marimo = true;
                    let text = Text::implied(line, STARTS_MARIMO);
                    self.document.texts.push(text);
                }
                // It is one line of the page.
                let code = percent_decode_str(text.trim()).decode_utf8_lossy();
                let text = Text::all_at(place, code.into_owned());
                self.document.texts.push(text);
            }
            Content::JavaScript(kind) => self.scripts.push((kind, line, text)),
            Content::Config(format) => {
                // PyScript shows the mistake in the page.
                let config = read_config_text(&text, format, line);
                self.document.extend(config.unwrap_or_default());
            }
        }
    }
}

fn attribute<'t>(tag: &'t Tag, name: &str) -> Option<&'t str> {
    let mut attributes = tag.attrs.iter();
    let attribute = attributes.find(|attribute| &*attribute.name.local == name)?;
    Some(&attribute.value)
}

/// Returns what an element contains, if it may be Python or lead to it.
fn content_of(tag: &Tag) -> Option<Content> {
    let kind = attribute(tag, "type").unwrap_or_default().trim();
    let kind = kind.to_ascii_lowercase();
    Some(match &*tag.name {
        "script" if is_python_type(&kind) => Content::Python,
        "script" if kind == "module" => Content::JavaScript(JavaScript::Module),
        // The types of classic scripts: HTML, "JavaScript MIME type".
        "script"
            if kind.is_empty() || kind.ends_with("javascript") || kind.ends_with("ecmascript") =>
        {
            Content::JavaScript(JavaScript::Script)
        }
        // The elements of PyScript, with one of its first versions, and that of stlite.
        "py-script" | "mpy-script" | "py-repl" | "streamlit-app" => Content::Python,
        "py-config" | "mpy-config" => Content::Config(match &*kind {
            "json" => ConfigFormat::Json,
            "toml" => ConfigFormat::Toml,
            _ => ConfigFormat::Unknown,
        }),
        "app-requirements" => Content::Requirements,
        "marimo-code" | "marimo-cell-code" => Content::Encoded,
        // A file in the element of stlite.
        "app-file" => {
            let name = attribute(tag, "name").unwrap_or_default();
            if !name.ends_with(".py") {
                return None;
            }
            match attribute(tag, "entrypoint") {
                Some(_) => Content::Python,
                None => Content::File(name.to_owned()),
            }
        }
        _ => return None,
    })
}

/// Returns whether an element with Python is one that PyScript runs in CPython, not in MicroPython.
fn is_pyscript(tag: &Tag) -> bool {
    let kind = attribute(tag, "type").unwrap_or_default().trim();
    match &*tag.name {
        "script" => kind == "py" || kind.starts_with("py-"),
        name => matches!(name, "py-script" | "py-repl"),
    }
}

/// Returns whether the text of a script of this type is Python: the types of PyScript (`py`, `mpy`, `py-editor`,
/// `py-game`), of polyscript (`pyodide`, `micropython`) and of Pyodide's documentation (`text/python`).
fn is_python_type(kind: &str) -> bool {
    let subtype = kind
        .strip_prefix("text/")
        .or_else(|| kind.strip_prefix("application/"));
    match subtype {
        Some(subtype) => matches!(subtype, "python" | "x-python" | "pyodide"),
        None => {
            matches!(kind, "py" | "mpy" | "pyodide" | "micropython" | "python")
                || kind.starts_with("py-")
                || kind.starts_with("mpy-")
        }
    }
}

#[cfg(test)]
mod tests;
