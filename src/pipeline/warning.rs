//! The warnings of a plan as types, and their diagnostics.

use crate::diagnostic::{Code, Diagnostic};
use crate::explain::FailureChain;
use crate::scan::ScanError;
use crate::types::ModuleName;

/// A line in a file of the app; 0 if the line is unknown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct AppPlace {
    pub(super) path: String,
    pub(super) line: u32,
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
    /// The app has a module with the name of a library module.
    ShadowedStdlibModule { module: ModuleName, path: String },
    /// A file of the app is not part of the program, and so are `others` more.
    ExcludedAppFiles { first: String, others: usize },
    /// The app imports a module by a computed name.
    DynamicImport(AppPlace),
    /// The app looks up a codec by a computed name.
    DynamicCodec(AppPlace),
    /// The app has an extension module at `path`, and `others` more.
    OpaqueExtensionModule { path: String, others: usize },
    /// A file of the app does not compile, and nothing imports it.
    AppSyntaxError { path: String, error: ScanError },
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
    /// The app imports a module that does not work on the target.
    NonfunctionalModule {
        module: ModuleName,
        place: AppPlace,
        target: String,
        reason: String,
    },
    /// The app imports a module that something else has to provide.
    ThirdPartyImport { name: String, place: AppPlace },
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
            } => {
                let others = match others {
                    0 => String::new(),
                    others => format!("; {others} more files are such links"),
                };
                let message = format!(
                    "a symbolic link to {target}, outside the library; the linked file is packed{others}"
                );
                Self::warning(Code::LinkOutsideStdlib, message).in_file(path, 0, 0)
            }
            Warning::ExcludedAppFiles { first, others } => excluded_app_files(first, others),
            Warning::ShadowedStdlibModule { module, path } => {
                let message =
                    format!("the app's module '{module}' hides the standard library's module");
                Self::warning(Code::ShadowedStdlibModule, message)
                    .with_module(&module)
                    .in_file(path, 0, 0)
            }
            Warning::DynamicImport(place) => Self::warning(
                Code::DynamicImport,
                "a module is imported by a name that is not a literal",
            )
            .with_help("list it under 'hidden-imports' in the profile".to_owned())
            .in_file(place.path, place.line, 0),
            Warning::DynamicCodec(place) => Self::warning(
                Code::DynamicCodec,
                "a codec is looked up by a name that is not a literal",
            )
            .with_help("list it under 'codecs' in the profile".to_owned())
            .in_file(place.path, place.line, 0),
            Warning::OpaqueExtensionModule { path, others } => {
                let others = match others {
                    0 => String::new(),
                    others => format!(" (and {others} more)"),
                };
                let message = format!(
                    "imports of an extension module are only known if their names appear in it as strings{others}"
                );
                Self::warning(Code::OpaqueExtensionModule, message)
                    .with_help("list others under 'hidden-imports' in the profile".to_owned())
                    .in_file(path, 0, 0)
            }
            Warning::AppSyntaxError { path, error } => {
                let message = format!("left out, since nothing imports it: {}", error.message);
                Self::warning(Code::AppSyntaxError, message).in_file(path, error.line, error.column)
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
            Warning::ThirdPartyImport { name, place } => third_party_import(&name, place),
        }
    }
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

fn third_party_import(name: &str, place: AppPlace) -> Diagnostic {
    let message = format!(
        "'{name}' is not in the standard library, and what it imports is not packed: give its package with --dependency"
    );
    let diagnostic = Diagnostic {
        module: ModuleName::new(name).ok(),
        ..Diagnostic::warning(Code::ThirdPartyImport, message)
    };
    diagnostic.in_file(place.path, place.line, 0)
}
