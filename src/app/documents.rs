//! Reads notebooks, pages, scripts and PyScript's configuration as sources of the app.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::document::{DocumentKind, DocumentNote, NoteKind};
use super::named_files::{Named, find};
use super::tree::Tree;
use super::{AppError, AppFile, SourceParts, unreadable};
use crate::embedded::{
    Document, DocumentError, Joined, Place, ReferenceKind, Text, join, may_have_python,
    names_in_javascript, names_in_page, read_javascript, read_notebook, read_page,
    read_pyscript_config,
};
use crate::fs::limited::{self, ReadError};
use crate::stdlib::{ModuleEntries, ModuleKind};
use crate::types::{ByteSize, ModuleName, unused_name};

/// The maximum size of a notebook, which may have images in it.
const MAX_NOTEBOOK: ByteSize = ByteSize(64 << 20);

/// The maximum size of a page or script.
const MAX_PAGE: ByteSize = ByteSize(4 << 20);

/// The maximum number of files that a page or script may lead to.
const MAX_NAMED_FILES: usize = 10_000;

/// Reads one document and the files that it names.
pub(super) fn read_document(path: &Path, absolute: &Path) -> Result<Tree, AppError> {
    let root = absolute.parent().unwrap_or(absolute);
    let name = absolute.file_name().unwrap_or_default();
    let display_root = path.parent().unwrap_or(Path::new(""));
    let mut reader = Reader::new(root, display_root, Tree::default());
    let document = reader
        .read(Path::new(name))
        .map_err(|problem| match problem {
            Problem::Read(error) => unreadable(path, error),
            Problem::Document(error) => AppError::Document {
                path: path.to_owned(),
                reason: error.to_string(),
            },
        })?;
    reader.add(Path::new(name), document);
    reader.follow();
    reader.add_held();
    let tree = reader.finish();
    if tree.modules.is_empty() {
        let invalid = tree.notes.into_iter().find_map(|note| match note.kind {
            NoteKind::Invalid(message) => Some((note.place, message)),
            _ => None,
        });
        return Err(match invalid {
            Some((Place { cell: 0, line }, message)) => AppError::InvalidPython {
                path: path.to_owned(),
                first: format!("line {line}: {message}"),
            },
            Some((Place { cell, line }, message)) => AppError::InvalidPython {
                path: path.to_owned(),
                first: format!("cell {cell}, line {line}: {message}"),
            },
            None => AppError::Empty(path.to_owned()),
        });
    }
    Ok(tree)
}

/// Adds the documents in a folder to its files.
pub(super) fn read_documents(
    display_root: &Path,
    root: &Path,
    tree: &mut Tree,
) -> Result<(), AppError> {
    let paths: BTreeSet<PathBuf> = tree
        .data
        .values()
        .filter(|file| DocumentKind::of(file).is_some())
        .filter_map(|file| Some(Path::new(file).strip_prefix(display_root).ok()?.to_owned()))
        .collect();
    let mut reader = Reader::new(root, display_root, std::mem::take(tree));
    reader.is_folder = true;
    for path in paths {
        match reader.read(&path) {
            Ok(document) => reader.add(&path, document),
            Err(
                Problem::Read(ReadError::TooLarge { .. })
                | Problem::Document(DocumentError::OtherLanguage(_)),
            ) => {}
            Err(Problem::Read(error)) => return Err(unreadable(&root.join(path), error)),
            Err(Problem::Document(error)) => {
                // A script in a folder may be a template, or of a dialect.
                if DocumentKind::of(&path.to_string_lossy()) != Some(DocumentKind::JavaScript) {
                    let place = Place::default();
                    reader.note(&path, place, NoteKind::Invalid(error.to_string()));
                }
            }
        }
    }
    reader.follow();
    reader.add_held();
    *tree = reader.finish();
    Ok(())
}

enum Problem {
    Read(ReadError),
    Document(DocumentError),
}

/// A Python file that documents lead to.
struct PythonFile {
    /// The path of the file that has the source, relative to the root.
    in_file: PathBuf,
    source: Vec<u8>,
    /// The places, if the source is in a document.
    places: Option<Vec<Place>>,
    shares_names: bool,
}

struct Reader<'a> {
    root: &'a Path,
    display_root: &'a Path,
    tree: Tree,
    /// Whether the app is a folder, all of whose documents and Python files are read anyway.
    is_folder: bool,
    /// Files to read, with the documents that name them.
    pending: Vec<(PathBuf, u32, String, ReferenceKind)>,
    /// The documents and scripts that were read.
    seen: BTreeSet<PathBuf>,
    /// Documents that read members of Python objects by computed names, with the line of the first. The names may be in
    /// any script.
    held: Vec<(PathBuf, u32, Vec<Text>)>,
    /// Python files by the path that they have for imports.
    files: BTreeMap<String, PythonFile>,
}

impl<'a> Reader<'a> {
    fn new(root: &'a Path, display_root: &'a Path, tree: Tree) -> Self {
        Self {
            root,
            display_root,
            tree,
            is_folder: false,
            pending: Vec::new(),
            seen: BTreeSet::new(),
            held: Vec::new(),
            files: BTreeMap::new(),
        }
    }

    fn display(&self, path: &Path) -> String {
        self.display_root.join(path).display().to_string()
    }

    fn note(&mut self, path: &Path, place: Place, kind: NoteKind) {
        let path = self.display(path);
        self.tree.notes.push(DocumentNote { path, place, kind });
    }

    /// Reads a document, whose path is relative to the root.
    fn read(&mut self, path: &Path) -> Result<Document, Problem> {
        let name = path.to_string_lossy();
        let kind = DocumentKind::of(&name).unwrap_or(DocumentKind::Config);
        let limit = match kind {
            DocumentKind::Notebook => MAX_NOTEBOOK,
            _ => MAX_PAGE,
        };
        self.seen.insert(path.to_owned());
        let bytes = limited::read(&self.root.join(path), limit).map_err(Problem::Read)?;
        let text = || String::from_utf8_lossy(&bytes);
        let document = match kind {
            DocumentKind::Notebook => read_notebook(&bytes),
            DocumentKind::Page => Ok(read_page(&text())),
            // The files that a script imports are in the folder, too.
            DocumentKind::JavaScript if self.is_folder && !may_have_python(&text()) => {
                Ok(Document::default())
            }
            DocumentKind::JavaScript => read_javascript(&text(), &name),
            DocumentKind::Config => read_pyscript_config(&text(), name.ends_with(".json")),
        };
        let document = document.map_err(Problem::Document)?;
        if !self.is_folder || !document.is_empty() {
            self.tree.document_files.push(self.display_root.join(path));
        }
        Ok(document)
    }

    /// Adds the sources of a document.
    fn add(&mut self, path: &Path, document: Document) {
        let Document {
            texts,
            modules,
            references,
            computed,
            registered,
            computed_member,
        } = document;
        let kind = DocumentKind::of(&path.to_string_lossy());
        let names_python = references.iter().any(|named| named.kind.is_python());
        if let Some(kind) = kind
            && (names_python || !texts.is_empty() || !modules.is_empty())
        {
            self.tree.documents.push((self.display(path), kind));
        }
        let is_notebook = kind == Some(DocumentKind::Notebook);
        let shares_names = !is_notebook;
        match computed_member {
            Some(line) => self.held.push((path.to_owned(), line, texts)),
            None => match self.join(path, &texts) {
                Some(joined) => self.add_module(path, joined, shares_names),
                // A program all of whose Python is computed is one, too, and a script may be there for its modules alone.
                None if !computed.is_empty() || !registered.is_empty() => {
                    self.add_module(path, Joined::default(), shares_names);
                }
                None => {}
            },
        }
        for (to, text) in modules {
            if let Some(joined) = self.join(path, &[text]) {
                let file = PythonFile {
                    in_file: path.to_owned(),
                    source: joined.code.into_bytes(),
                    places: Some(joined.places),
                    shares_names: false,
                };
                self.files.entry(imported_path(&to)).or_insert(file);
            }
        }
        for line in computed {
            self.note(path, Place { cell: 0, line }, NoteKind::Computed);
        }
        for (name, line) in registered {
            self.note(path, Place { cell: 0, line }, NoteKind::Registered(name));
        }
        let references = references.into_iter();
        self.pending.extend(
            references.map(|named| (path.to_owned(), named.line, named.address, named.kind)),
        );
    }

    /// Adds the documents that were held until all scripts are known.
    fn add_held(&mut self) {
        let held = std::mem::take(&mut self.held);
        if held.is_empty() {
            return;
        }
        let names: Vec<BTreeSet<String>> =
            self.seen.par_iter().map(|path| self.names(path)).collect();
        let names: BTreeSet<String> = names.into_iter().flatten().collect();
        for (path, line, mut texts) in held {
            texts.extend(Text::reading(line, names.iter().map(String::as_str)));
            if let Some(joined) = self.join(&path, &texts) {
                self.add_module(&path, joined, true);
            }
        }
    }

    /// Returns the texts in a document that may be names of members of Python objects.
    fn names(&self, path: &Path) -> BTreeSet<String> {
        let name = path.to_string_lossy();
        let names = match DocumentKind::of(&name) {
            Some(DocumentKind::Page) => |text: &str, _: &str| names_in_page(text),
            Some(DocumentKind::JavaScript) => names_in_javascript,
            _ => return BTreeSet::new(),
        };
        // Without a file, nothing of it is read.
        let bytes = limited::read(&self.root.join(path), MAX_PAGE).unwrap_or_default();
        names(&String::from_utf8_lossy(&bytes), &name)
    }

    /// Joins texts, and notes which are invalid. Returns `None` if no text is left.
    fn join(&mut self, path: &Path, texts: &[Text]) -> Option<Joined> {
        let mut joined = join(texts);
        for rejected in std::mem::take(&mut joined.rejected) {
            self.note(path, rejected.place, NoteKind::Invalid(rejected.message));
        }
        (!joined.code.is_empty()).then_some(joined)
    }

    /// Adds the texts of a document as a module that no import finds.
    fn add_module(&mut self, path: &Path, joined: Joined, shares_names: bool) {
        let inner = path.to_string_lossy().replace('\\', "/");
        let is_part = |c: char| c.is_alphanumeric() || c == '_';
        let name = inner.replace(|c| !is_part(c), "-");
        // A name with a hyphen is none in a statement; every document has an extension.
        let Ok(name) = ModuleName::new(&name) else {
            return;
        };
        let file = AppFile {
            kind: ModuleKind::Module,
            path: self.display(path),
            inner,
            source: joined.code.into_bytes(),
            compiled: None,
            is_excluded: false,
            origin: Some(SourceParts {
                places: joined.places,
                shares_names,
                is_importable: false,
            }),
        };
        let modules = &mut self.tree.modules;
        modules.insert(unused_name(&name, modules), file);
    }

    /// Reads the files that documents name, and those that these name in turn.
    fn follow(&mut self) {
        while let Some((document, line, address, kind)) = self.pending.pop() {
            if self.seen.len() + self.files.len() > MAX_NAMED_FILES {
                return;
            }
            let place = Place { cell: 0, line };
            let not_read = |reason: &str| NoteKind::NotRead(format!("'{address}' {reason}"));
            let is_python = kind.is_python();
            match find(self.root, &document, &address) {
                Named::File(path) => self.follow_file(&document, place, path, kind),
                Named::Remote if is_python => {
                    self.note(
                        &document,
                        place,
                        not_read("is on another server, and is not read"),
                    );
                }
                Named::Missing if is_python => {
                    self.note(&document, place, not_read("does not exist"));
                }
                Named::Outside if is_python || kind == ReferenceKind::Config => {
                    let reason = "is outside the folder of the app, and is not read";
                    self.note(&document, place, not_read(reason));
                }
                _ => {}
            }
        }
    }

    fn follow_file(&mut self, document: &Path, place: Place, path: PathBuf, kind: ReferenceKind) {
        let to = path.to_string_lossy().replace('\\', "/");
        let to = match kind {
            ReferenceKind::JavaScript | ReferenceKind::Config => {
                let is_script = DocumentKind::of(&to) == Some(DocumentKind::JavaScript);
                if (kind == ReferenceKind::Config || is_script)
                    && !self.seen.contains(&path)
                    && let Ok(document) = self.read(&path)
                {
                    self.add(&path, document);
                }
                return;
            }
            ReferenceKind::Copied(to) => imported_path(&to),
            ReferenceKind::Python | ReferenceKind::Mentioned if self.is_folder => return,
            ReferenceKind::Python | ReferenceKind::Mentioned => to,
        };
        if self.files.contains_key(&to) {
            return;
        }
        match limited::read(&self.root.join(&path), MAX_PAGE) {
            Ok(source) => {
                let file = PythonFile {
                    in_file: path,
                    source,
                    places: None,
                    shares_names: true,
                };
                self.files.insert(to, file);
            }
            Err(error) => {
                let kind = NoteKind::NotRead(format!("'{to}' cannot be read: {error}"));
                self.note(document, place, kind);
            }
        }
    }

    /// Adds the Python files as modules. Those of the folder itself take precedence.
    fn finish(mut self) -> Tree {
        let mut files = std::mem::take(&mut self.files);
        let entries = ModuleEntries::from_paths(files.keys().cloned().collect::<Vec<_>>());
        let mut named: Vec<(ModuleName, String, ModuleKind)> = entries
            .modules
            .into_iter()
            .map(|(name, module)| (name, module.path, module.kind))
            .collect();
        // As with other scripts, their names may be no names of modules.
        named.extend(entries.data.into_iter().filter_map(|path| {
            let name = path.trim_end_matches(".py").replace(['.', ' ', '/'], "_");
            Some((ModuleName::new(&name).ok()?, path, ModuleKind::Module))
        }));
        for (name, path, kind) in named {
            let file = files.remove(&path);
            if self.tree.modules.contains_key(&name) {
                continue;
            }
            let (in_file, source, origin) = match file {
                None => (PathBuf::from(&path), Vec::new(), None),
                Some(file) => {
                    let origin =
                        (file.places.is_some() || file.shares_names).then(|| SourceParts {
                            places: file.places.unwrap_or_default(),
                            shares_names: file.shares_names,
                            is_importable: true,
                        });
                    (file.in_file, file.source, origin)
                }
            };
            let file = AppFile {
                kind,
                path: self.display(&in_file),
                inner: path,
                source,
                compiled: None,
                is_excluded: false,
                origin,
            };
            self.tree.modules.insert(name, file);
        }
        self.tree
            .notes
            .sort_by(|left, right| (&left.path, left.place).cmp(&(&right.path, right.place)));
        self.tree.document_files.sort();
        self.tree
    }
}

/// Returns the path of a file from which Python imports it: relative to the folder that the interpreter starts in, or
/// to that of packages.
fn imported_path(path: &str) -> String {
    let relative = path.trim_start_matches("./");
    let in_packages = relative.rsplit_once("site-packages/").map(|(_, path)| path);
    let at_home = relative.strip_prefix("/home/pyodide/");
    match in_packages.or(at_home) {
        Some(path) => path.to_owned(),
        None if relative.starts_with('/') || relative.contains("..") || relative.contains(':') => {
            relative.rsplit('/').next().unwrap_or(relative).to_owned()
        }
        None => relative.to_owned(),
    }
}
