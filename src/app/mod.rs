//! The modules of the app, which is analysed and never executed. Its files are only packed into `app.zip`.

mod compiled;
mod document;
mod documents;
mod error;
mod installed;
mod named_files;
mod project_files;
mod python_files;
mod read_budget;
mod script_uses;
mod tree;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use self::document::DocumentKind;
pub use self::document::{DocumentNote, NoteKind};
use self::documents::{read_document, read_documents};
pub use self::error::AppError;
use self::error::unreadable;
pub use self::installed::InstalledPackages;
use self::installed::{take_installed, unpacked_folder};
pub use self::project_files::AppExclusions;
use self::project_files::is_project;
use self::read_budget::ReadBudget;
pub use self::tree::searched_folders;
use self::tree::{Tree, read_archive, read_folder, read_script, read_standard_input};
use crate::embedded::Place;
use crate::fs::{ReadLog, limited};
use crate::scan::ExtensionModuleStrings;
use crate::stdlib::{Archive, ModuleKind};
use crate::types::{ByteSize, DocumentCounts, ModuleName, Sha256};

/// The maximum size of a page or script.
const MAX_PAGE: ByteSize = ByteSize(4 << 20);

/// A Python file or extension module of an app.
#[derive(Clone, Debug)]
pub struct AppFile {
    /// The kind of module.
    pub kind: ModuleKind,
    /// The path of the file, with the path that the user passed.
    pub path: String,
    /// The path of the file relative to the entry of `sys.path`.
    pub inner: String,
    /// The source; empty for a namespace package, and the digest of an extension module.
    pub source: Vec<u8>,
    /// The strings in an extension module; `None` for Python sources.
    pub compiled: Option<ExtensionModuleStrings>,
    /// Whether the file is not part of the program, and only counts when the program imports it.
    pub is_excluded: bool,
    /// Where the source comes from, if it is only in parts of the file.
    pub origin: Option<SourceParts>,
}

/// The parts of a file that make up a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceParts {
    /// The place of each line of the source.
    pub places: Vec<Place>,
    /// Whether the parts run in the namespace of all pages and scripts of the app.
    pub shares_names: bool,
    /// Whether Python can import the source.
    pub is_importable: bool,
}

/// The modules of one `--app`.
#[derive(Debug)]
pub struct App {
    /// The last part of the path of the app.
    pub name: String,
    /// The modules by name.
    pub modules: BTreeMap<ModuleName, AppFile>,
    /// The paths of the other files of the program, by their path relative to the entry of `sys.path`.
    pub data: BTreeMap<String, String>,
    /// Whether the app is a script.
    pub is_script: bool,
    /// Whether the app is the folder of a project.
    pub is_project: bool,
    /// The paths of extension modules that the target does not load.
    pub foreign_extensions: Vec<String>,
    /// The packages that are installed in it. Their modules are not those of the app, but dependencies.
    pub installed: Option<InstalledPackages>,
    /// What is to be said about notebooks, pages and scripts.
    pub notes: Vec<DocumentNote>,
    /// The number of notebooks, pages and scripts with Python in them.
    pub documents: DocumentCounts,
    /// The files that were read besides those of the modules.
    document_files: Vec<PathBuf>,
    /// The wheel or zip that contains the modules, if the app is one, and its path.
    archive: Option<(PathBuf, Arc<Archive>)>,
    /// The files that are not modules and that the bundle depends on.
    reads: ReadLog,
}

impl App {
    /// Reads the app at `path`: a script, a notebook, a page, the folder of a package, the folder of a project (with or
    /// without `src`), a wheel or a zip of sources; `-` is a script on standard input. Extension modules only count if `loads_extension` returns true for their file names.
    ///
    /// # Errors
    /// If there is no app, or it cannot be read.
    pub fn open(
        path: &Path,
        exclusions: &AppExclusions,
        loads_extension: &dyn Fn(&str) -> bool,
    ) -> Result<Self, AppError> {
        if path == Path::new("-") {
            return Ok(Self::of(STANDARD_INPUT, read_standard_input()?, true));
        }
        let absolute = path
            .canonicalize()
            .map_err(|_| AppError::Missing(path.to_owned()))?;
        // The paths of its files start with this one and a slash.
        let path = &path.components().collect::<PathBuf>();
        let name = absolute
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let (mut opened, mut is_script) = (None, false);
        let mut tree = if absolute.is_dir() {
            let mut tree = read_folder(path, &absolute, &name, loads_extension)?;
            read_documents(path, &absolute, &mut tree)?;
            tree
        } else {
            let extension = path.extension().and_then(|extension| extension.to_str());
            match extension {
                Some("py") => {
                    is_script = true;
                    read_script(path)?
                }
                Some("whl" | "zip" | "pyz") => {
                    let (archive, tree) = read_archive(path, loads_extension)?;
                    if let Some(folder) = unpacked_folder(&archive) {
                        let path = path.to_owned();
                        return Err(AppError::Unpacks { path, folder });
                    }
                    opened = Some((path.to_owned(), Arc::new(archive)));
                    tree
                }
                _ if DocumentKind::of(&name).is_some() => read_document(path, &absolute)?,
                _ => {
                    // A path that is not a regular file has an error of its own, whatever its name.
                    limited::open(path).map_err(|error| unreadable(path, error))?;
                    return Err(AppError::NotPython(path.to_owned()));
                }
            }
        };
        if tree.modules.is_empty() {
            return Err(AppError::Empty(path.to_owned()));
        }
        let is_project = absolute.is_dir() && is_project(&absolute);
        let prefix = format!("{}/", path.display());
        let is_excluded = |file: &str| {
            let inner = file.strip_prefix(&prefix);
            inner.is_some_and(|inner| exclusions.excludes(inner, is_project))
        };
        for file in tree.modules.values_mut() {
            file.is_excluded = is_excluded(&file.path);
        }
        if tree.modules.values().all(|file| file.is_excluded) {
            return Err(AppError::AllExcluded(path.to_owned()));
        }
        tree.data.retain(|_, file| !is_excluded(file));
        tree.notes.retain(|note| !is_excluded(&note.path));
        tree.documents.retain(|(file, _)| !is_excluded(file));
        let reads = ReadLog::default();
        // The distribution in a wheel is the app itself.
        let installed = if path.extension().is_some_and(|extension| extension == "whl") {
            None
        } else {
            let mut budget = ReadBudget::of(path);
            take_installed(&mut tree, path, |file| {
                let text = budget.spend(read_file(opened.as_ref(), file)?)?;
                reads.record(file, &text);
                Ok(text)
            })?
        };
        Ok(Self {
            is_project,
            installed,
            archive: opened,
            reads,
            ..Self::of(&name, tree, is_script)
        })
    }

    fn of(name: &str, tree: Tree, is_script: bool) -> Self {
        Self {
            name: name.to_owned(),
            documents: count_documents(&tree.documents),
            modules: tree.modules,
            data: tree.data,
            is_script,
            is_project: false,
            foreign_extensions: tree.foreign_extensions,
            installed: None,
            notes: tree.notes,
            document_files: tree.document_files,
            archive: None,
            reads: ReadLog::default(),
        }
    }

    /// Records that the bundle depends on a file that is not a module, with this content.
    pub fn record_read(&self, path: &str, content: &[u8]) {
        self.reads.record(path, content);
    }

    /// Returns the digests of the files that were recorded so far, by path.
    pub fn reads(&self) -> BTreeMap<String, Sha256> {
        self.reads.digests()
    }

    /// Reads a file by its path, which includes that of the app.
    ///
    /// # Errors
    /// If the file cannot be read, or exceeds the size limit.
    pub fn read(&self, path: &str) -> Result<Vec<u8>, AppError> {
        read_file(self.archive.as_ref(), path)
    }

    /// Returns the files on disk of these paths in the app: the wheel or zip, if the app is one.
    pub fn files_of<'a>(&self, paths: impl Iterator<Item = &'a String>) -> Vec<PathBuf> {
        match &self.archive {
            Some((archive, _)) => vec![archive.clone()],
            None => paths.map(PathBuf::from).collect(),
        }
    }

    /// Returns the files that the modules of the app were read from.
    pub fn files(&self) -> Vec<PathBuf> {
        let files = self.modules.values();
        let files = files.filter(|file| file.kind != ModuleKind::Namespace);
        let mut files = self.files_of(files.map(|file| &file.path));
        files.extend(self.document_files.iter().cloned());
        files.retain(|file| file.as_os_str() != STANDARD_INPUT);
        files
    }

    /// Returns a digest of the module names and contents of all files, with the places of sources in other files.
    pub fn digest(&self) -> Sha256 {
        let modules = self.modules.iter();
        let modules = modules.flat_map(|(name, file)| [name.as_str().as_bytes(), &file.source[..]]);
        let origins = self
            .modules
            .values()
            .filter_map(|file| file.origin.as_ref());
        let origins = origins.map(|origin| format!("{origin:?}"));
        let notes = self.notes.iter().map(|note| format!("{note:?}"));
        let texts: Vec<String> = origins.chain(notes).collect();
        Sha256::of_parts(modules.chain(texts.iter().map(String::as_bytes)))
    }
}

/// Reads a file of an app by its path, which includes that of the app, given the app's archive if it is one.
fn read_file(archive: Option<&(PathBuf, Arc<Archive>)>, path: &str) -> Result<Vec<u8>, AppError> {
    match archive {
        Some((archive_path, archive)) => {
            let prefix = format!("{}/", archive_path.display());
            Ok(archive.read(path.strip_prefix(&prefix).unwrap_or(path))?)
        }
        None => ReadBudget::of(Path::new(path)).read(Path::new(path)),
    }
}

/// The path of a script on standard input.
const STANDARD_INPUT: &str = "<stdin>";

fn count_documents(documents: &[(String, DocumentKind)]) -> DocumentCounts {
    let count = |kind| documents.iter().filter(|(_, own)| *own == kind).count();
    DocumentCounts {
        notebooks: count(DocumentKind::Notebook),
        pages: count(DocumentKind::Page),
        scripts: count(DocumentKind::JavaScript),
    }
}
