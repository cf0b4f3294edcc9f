//! Reads notebooks, pages, scripts and PyScript's configuration as sources of the app.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::document::{DocumentKind, DocumentNote, NoteKind};
use super::named_files::{Named, find};
use super::python_files::{PythonFile, add_python_files, imported_path};
use super::script_uses::{scripts, uses_in_scripts};
use super::tree::Tree;
use super::{AppError, AppFile, MAX_PAGE, SourceParts, unreadable};
use crate::embedded::{
    Document, DocumentError, Joined, Place, ReferenceKind, Text, join, may_have_python,
    read_javascript, read_notebook, read_page, read_pyscript_config,
};
use crate::fs::limited::{self, ReadError};
use crate::stdlib::ModuleKind;
use crate::types::{ByteSize, ModuleName, unused_name};

/// The maximum size of a notebook, which may have images in it.
const MAX_NOTEBOOK: ByteSize = ByteSize(64 << 20);

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
    reader.add_caller();
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
            Err(Problem::Document(DocumentError::OtherLanguage(_))) => {}
            Err(
                Problem::Read(ReadError::TooLarge { .. })
                | Problem::Document(DocumentError::TooComplex),
            ) => {
                if has_python(&root.join(&path)) {
                    let what = format!("'{}' is too large or too complex", path.display());
                    reader.note(&path, Place::default(), NoteKind::NotRead(what));
                }
            }
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
    reader.add_caller();
    *tree = reader.finish();
    Ok(())
}

/// Returns whether a document that was too large may have Python in it, as far as it is short enough to look.
fn has_python(file: &Path) -> bool {
    let is_script = DocumentKind::of(&file.to_string_lossy()) == Some(DocumentKind::JavaScript);
    !is_script
        || limited::read(file, MAX_NOTEBOOK)
            .is_ok_and(|bytes| may_have_python(&String::from_utf8_lossy(&bytes)))
}

enum Problem {
    Read(ReadError),
    Document(DocumentError),
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
    /// The first document whose JavaScript may get objects of Python, with the line and its texts. All scripts may use
    /// these objects, so it is added after them.
    caller: Option<(PathBuf, u32, Vec<Text>)>,
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
            caller: None,
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
            calls_python,
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
        match calls_python {
            Some(line) if self.caller.is_none() => {
                self.caller = Some((path.to_owned(), line, texts));
            }
            _ => match self.join(path, &texts) {
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

    /// Adds the document that may get objects of Python, with what all scripts do with them.
    fn add_caller(&mut self) {
        let Some((path, line, mut texts)) = self.caller.take() else {
            return;
        };
        let scripts = scripts(&self.seen);
        texts.extend(uses_in_scripts(self.root, &scripts).python(line));
        let files = scripts.into_iter().map(|path| self.display_root.join(path));
        let known = std::mem::take(&mut self.tree.document_files);
        let files: BTreeSet<PathBuf> = known.into_iter().chain(files).collect();
        self.tree.document_files = files.into_iter().collect();
        let joined = self.join(&path, &texts).unwrap_or_default();
        self.add_module(&path, joined, true);
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

    /// Returns the files of the app, with what was found.
    fn finish(mut self) -> Tree {
        add_python_files(&mut self.tree, self.files, self.display_root);
        self.tree
            .notes
            .sort_by(|left, right| (&left.path, left.place).cmp(&(&right.path, right.place)));
        self.tree.document_files.sort();
        self.tree
    }
}
