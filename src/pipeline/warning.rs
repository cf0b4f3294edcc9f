//! The warnings of a plan as types, and their diagnostics.

use crate::diagnostic::{Code, Diagnostic};
use crate::embedded::Place;
use crate::explain::FailureChain;
use crate::scan::ScanError;
use crate::types::{ModuleName, Version};

/// A line in a file of the app; 0 if the line is unknown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct AppPlace {
    pub(super) path: String,
    pub(super) line: u32,
}

impl AppPlace {
    /// Returns a place in a document. The cell of a notebook is a part of the path, as Ruff writes it.
    pub(super) fn in_document(path: &str, place: Place) -> Self {
        let Place { cell, line } = place;
        let path = match cell {
            0 => path.to_owned(),
            cell => format!("{path}:cell {cell}"),
        };
        Self { path, line }
    }
}

/// A warning about a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Warning {
    /// The library contains something unusual, which the text describes.
    StdlibContents(String),
    /// A reached module of the library does not compile.
    StdlibSyntaxError { path: String, error: ScanError },
    /// A packed file is a link to a place outside the library, and so are `others` more.
    LinkOutsideStdlib {
        path: String,
        target: String,
        others: usize,
    },
    /// The app has a module with the name of a library module, which another module of the library may need.
    ShadowedStdlibModule {
        module: ModuleName,
        path: String,
        needed_by: Option<ModuleName>,
    },
    /// A file of the app is not part of the program, and so are `others` more.
    ExcludedAppFiles { first: String, others: usize },
    /// The app imports a module by a computed name, in `others` more places as well.
    DynamicImport { first: AppPlace, others: usize },
    /// The app or a dependency looks up a codec by a computed name, in `others` more places as well, or reads data of
    /// these kinds, which name codecs.
    DynamicCodec {
        first: Option<AppPlace>,
        others: usize,
        data: Vec<String>,
    },
    /// The app runs or imports what only data names, in `others` more places as well.
    UnseenCode {
        what: String,
        first: AppPlace,
        others: usize,
    },
    /// The app has an extension module at `path`, and `others` more.
    OpaqueExtensionModule { path: String, others: usize },
    /// `app.zip` contains extension modules.
    ExtensionModulesInAppZip { modules: Vec<ModuleName> },
    /// The target does not load an extension module, and `others` more.
    ForeignExtensionModules {
        first: String,
        others: usize,
        target: String,
    },
    /// A file of the app does not compile, and nothing imports it.
    AppSyntaxError { path: String, error: ScanError },
    /// A cell of a notebook, or a part of a page or script, is not valid Python.
    InvalidPart { place: AppPlace, message: String },
    /// A module of the app is unimportable on the target, and nothing imports it.
    UnimportableAppModule {
        module: ModuleName,
        path: String,
        target: String,
        chain: FailureChain,
    },
    /// A function of the app imports a module that the bundle cannot contain.
    FailingLazyImport {
        place: AppPlace,
        chain: FailureChain,
    },
    /// The app calls a function that fails on the target, and `others` that fail for the same reason.
    FailingCall {
        function: String,
        place: AppPlace,
        others: usize,
        target: String,
        reason: String,
    },
    /// The app imports a module that does not work on the target.
    NonfunctionalModule {
        module: ModuleName,
        place: AppPlace,
        target: String,
        reason: String,
    },
    /// The app imports a module that something else has to provide.
    ThirdPartyImport {
        name: String,
        place: AppPlace,
        /// The version of Python that removed the module from the standard library.
        removed_in: Option<Version>,
    },
}

impl From<Warning> for Diagnostic {
    fn from(warning: Warning) -> Self {
        match warning {
            Warning::StdlibContents(message) => Self::warning(Code::StdlibContents, message),
            Warning::StdlibSyntaxError { path, error } => {
                let message = format!("does not compile: {}", error.message);
                Self::warning(Code::StdlibSyntaxError, message).in_file(
                    path,
                    error.line,
                    error.column,
                )
            }
            Warning::LinkOutsideStdlib {
                path,
                target,
                others,
            } => link_outside_stdlib(path, &target, others),
            Warning::ExcludedAppFiles { first, others } => excluded_app_files(first, others),
            Warning::ShadowedStdlibModule {
                module,
                path,
                needed_by,
            } => shadowed_module(&module, path, needed_by.as_ref()),
            Warning::DynamicImport { first, others } => Self::warning(
                Code::DynamicImport,
                format!(
                    "a module is imported by a name that is not a literal{}",
                    also_elsewhere(others)
                ),
            )
            .with_help("list it under 'hidden-imports' in the profile".to_owned())
            .in_file(first.path, first.line, 0),
            Warning::DynamicCodec {
                first,
                others,
                data,
            } => dynamic_codec(first, others, &data),
            Warning::UnseenCode {
                what,
                first,
                others,
            } => unseen_code(&what, first, others),
            Warning::FailingCall {
                function,
                place,
                others,
                target,
                reason,
            } => failing_call(&function, place, others, &target, &reason),
            Warning::OpaqueExtensionModule { path, others } => {
                opaque_extension_module(path, others)
            }
            Warning::ExtensionModulesInAppZip { modules } => extension_modules_in_app_zip(&modules),
            Warning::ForeignExtensionModules {
                first,
                others,
                target,
            } => foreign_extension_modules(first, others, &target),
            Warning::AppSyntaxError { path, error } => {
                let message = format!("left out, since nothing imports it: {}", error.message);
                Self::warning(Code::AppSyntaxError, message).in_file(path, error.line, error.column)
            }
            Warning::InvalidPart { place, message } => {
                let message = format!("left out, since it is not valid: {message}");
                Self::warning(Code::AppSyntaxError, message).in_file(place.path, place.line, 0)
            }
            Warning::UnimportableAppModule {
                module,
                path,
                target,
                chain,
            } => {
                let message = format!(
                    "cannot be imported on {target}, and nothing imports it there: {chain}"
                );
                Self::warning(Code::UnimportableAppModule, message)
                    .with_module(&module)
                    .in_file(path, 0, 0)
            }
            Warning::FailingLazyImport { place, chain } => {
                let message = format!("a function imports what the bundle cannot have: {chain}");
                Self::warning(Code::FailingLazyImport, message).in_file(place.path, place.line, 0)
            }
            Warning::NonfunctionalModule {
                module,
                place,
                target,
                reason,
            } => {
                let message = format!("'{module}' imports on {target} but does not work: {reason}");
                Self::warning(Code::NonfunctionalModule, message)
                    .with_module(&module)
                    .in_file(place.path, place.line, 0)
            }
            Warning::ThirdPartyImport {
                name,
                place,
                removed_in,
            } => third_party_import(&name, place, removed_in),
        }
    }
}

fn shadowed_module(
    module: &ModuleName,
    path: String,
    needed_by: Option<&ModuleName>,
) -> Diagnostic {
    let message = format!("the app's module '{module}' hides the standard library's module");
    let diagnostic = match needed_by {
        None => Diagnostic::warning(Code::ShadowedStdlibModule, message),
        Some(importer) => {
            let message = format!(
                "{message}, which '{importer}' needs: the library's is packed, but where the app's comes first on sys.path, '{importer}' gets that"
            );
            Diagnostic::warning(Code::ShadowedStdlibModule, message)
                .with_help("rename the file".to_owned())
        }
    };
    diagnostic.with_module(module).in_file(path, 0, 0)
}

/// Returns the end of a message about something that is in `others` more places as well.
fn also_elsewhere(others: usize) -> String {
    match others {
        0 => String::new(),
        1 => ", here and in 1 more place".to_owned(),
        others => format!(", here and in {others} more places"),
    }
}

fn dynamic_codec(first: Option<AppPlace>, others: usize, data: &[String]) -> Diagnostic {
    let data = data.join(", ");
    let message = match &first {
        None => format!("codecs are looked up by the names that data has for them: {data}"),
        Some(_) if data.is_empty() => format!(
            "a codec is looked up by a name that is not a literal{}",
            also_elsewhere(others)
        ),
        Some(_) => format!(
            "a codec is looked up by a name that is not a literal{}, or that data has for it: {data}",
            also_elsewhere(others)
        ),
    };
    let help = "list it under 'codecs' in the profile, or a group: web, email, all";
    let warning = Diagnostic::warning(Code::DynamicCodec, message).with_help(help.to_owned());
    match first {
        Some(first) => warning.in_file(first.path, first.line, 0),
        None => warning,
    }
}

fn unseen_code(what: &str, first: AppPlace, others: usize) -> Diagnostic {
    let message = format!("{what}{}", also_elsewhere(others));
    let help = "list the modules that it needs under 'hidden-imports' in the profile";
    Diagnostic::warning(Code::UnseenCode, message)
        .with_help(help.to_owned())
        .in_file(first.path, first.line, 0)
}

fn failing_call(
    function: &str,
    place: AppPlace,
    others: usize,
    target: &str,
    reason: &str,
) -> Diagnostic {
    let others = match others {
        0 => String::new(),
        1 => ", like 1 more call".to_owned(),
        others => format!(", like {others} more calls"),
    };
    let message = format!("'{function}' fails on {target}{others}: {reason}");
    Diagnostic::warning(Code::FailingCall, message).in_file(place.path, place.line, 0)
}

fn opaque_extension_module(path: String, others: usize) -> Diagnostic {
    let others = match others {
        0 => String::new(),
        others => format!(" (and {others} more)"),
    };
    let message = format!(
        "imports of an extension module are only known if their names appear in it as strings{others}"
    );
    Diagnostic::warning(Code::OpaqueExtensionModule, message)
        .with_help("list others under 'hidden-imports' in the profile".to_owned())
        .in_file(path, 0, 0)
}

fn link_outside_stdlib(path: String, target: &str, others: usize) -> Diagnostic {
    let others = match others {
        0 => String::new(),
        others => format!("; {others} more files are such links"),
    };
    let message = format!(
        "a symbolic link to {target}, outside the library; the linked file is packed{others}"
    );
    Diagnostic::warning(Code::LinkOutsideStdlib, message).in_file(path, 0, 0)
}

fn excluded_app_files(first: String, others: usize) -> Diagnostic {
    let message = match others {
        0 => "not part of the program: '--app-exclude none' makes it count".to_owned(),
        others => format!(
            "not part of the program, like {others} more files: '--app-exclude none' makes them count"
        ),
    };
    Diagnostic::warning(Code::ExcludedAppFiles, message).in_file(first, 0, 0)
}

fn extension_modules_in_app_zip(modules: &[ModuleName]) -> Diagnostic {
    let names: Vec<&str> = modules.iter().map(ModuleName::as_str).collect();
    let message = format!(
        "app.zip has extension modules, which cannot be loaded from a zip: {}",
        names.join(", ")
    );
    let help = "unpack app.zip where it runs; list what they import under 'hidden-imports' in the profile, unless \
                their strings name it";
    Diagnostic::warning(Code::ExtensionModulesInAppZip, message).with_help(help.to_owned())
}

fn foreign_extension_modules(first: String, others: usize, target: &str) -> Diagnostic {
    let others = match others {
        0 => String::new(),
        others => format!(", like {others} more"),
    };
    let message = format!(
        "left out: {target} with this Python does not load an extension module of this name{others}"
    );
    Diagnostic::warning(Code::ForeignExtensionModules, message).in_file(first, 0, 0)
}

fn third_party_import(name: &str, place: AppPlace, removed_in: Option<Version>) -> Diagnostic {
    let message = match removed_in {
        Some(version) => format!(
            "'{name}' is no longer in the standard library since Python {version}: give a package that provides it with --dependency"
        ),
        None => format!(
            "'{name}' is not in the standard library, and what it imports is not packed: give its package with --dependency"
        ),
    };
    let diagnostic = Diagnostic {
        module: ModuleName::new(name).ok(),
        ..Diagnostic::warning(Code::ThirdPartyImport, message)
    };
    diagnostic.in_file(place.path, place.line, 0)
}
