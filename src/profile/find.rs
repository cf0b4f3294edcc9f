//! Locates profiles by name or path, and reads their text.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::built_in::BUILT_IN;
use crate::diagnostic::{Code, Diagnostic, Provenance, SourceText};
use crate::did_you_mean;
use crate::fs::limited;

/// The text of a profile, with its label.
pub(super) struct ProfileText {
    pub(super) label: Arc<str>,
    pub(super) content: SourceText,
    /// The path of the file, which `extends` is relative to; `None` for built-in profiles.
    pub(super) path: Option<PathBuf>,
}

impl ProfileText {
    pub(super) fn provenance_of(&self, range: &Range<usize>) -> Provenance {
        Provenance::File {
            file: self.label.clone(),
            text: self.content.clone(),
            range: range.clone(),
            built_in: self.path.is_none(),
        }
    }

    /// Returns the folder that paths in the profile are relative to; `None` for built-in profiles.
    pub(super) fn folder(&self) -> Option<&Path> {
        self.path.as_deref().and_then(Path::parent)
    }
}

/// The location of a profile.
pub(super) enum ProfileLocation {
    BuiltIn {
        name: &'static str,
        text: &'static str,
    },
    File(PathBuf),
}

impl ProfileLocation {
    /// Finds a profile by its built-in name or its path, which is relative to `folder`.
    ///
    /// # Errors
    /// If there is no such profile.
    pub(super) fn new(name: &str, folder: Option<&Path>) -> Result<Self, Box<Diagnostic>> {
        if let Some((name, text)) = BUILT_IN.iter().find(|(built_in, _)| *built_in == name) {
            return Ok(Self::BuiltIn { name, text });
        }
        let is_path = name.contains(['/', '\\']) || has_yaml_extension(name);
        let path = folder.unwrap_or(Path::new("")).join(name);
        if !is_path && !path.is_file() {
            let names = BUILT_IN.iter().map(|(name, _)| *name);
            let known = names.clone().collect::<Vec<_>>().join(", ");
            let help = match did_you_mean::nearest(name, names) {
                Some(near) => format!("did you mean '{near}'? Built-in profiles are: {known}"),
                None => format!("built-in profiles are: {known}; or pass the path of a .yaml file"),
            };
            let message = format!("there is no profile '{name}'");
            return Err(Diagnostic::error(Code::ProfileNotFound, message)
                .with_help(help)
                .into());
        }
        Ok(Self::File(path))
    }

    /// Returns an identity that does not depend on how the path is written.
    pub(super) fn identity(&self) -> PathBuf {
        match self {
            Self::BuiltIn { name, .. } => PathBuf::from(name),
            Self::File(path) => path.canonicalize().unwrap_or_else(|_| path.clone()),
        }
    }

    /// Returns the name of the profile in messages.
    pub(super) fn label(&self) -> Arc<str> {
        match self {
            Self::BuiltIn { name, .. } => format!("profiles/{name}.yaml (built in)").into(),
            Self::File(path) => path.display().to_string().into(),
        }
    }

    pub(super) fn read(self) -> Result<ProfileText, Box<Diagnostic>> {
        let label = self.label();
        Ok(match self {
            Self::BuiltIn { text, .. } => ProfileText {
                label,
                content: text.into(),
                path: None,
            },
            Self::File(path) => {
                let content = limited::read_text(&path, limited::MAX_YAML);
                let content = content.map_err(|error| {
                    let message = format!("cannot read the profile '{}': {error}", path.display());
                    Diagnostic::error(Code::ProfileNotFound, message)
                })?;
                ProfileText {
                    label,
                    content: SourceText::from(&*content),
                    path: Some(path),
                }
            }
        })
    }
}

/// Returns whether the target of a profile is the path of a file, not a name.
pub fn is_target_file(target: &str) -> bool {
    target.contains(['/', '\\']) || has_yaml_extension(target)
}

fn has_yaml_extension(name: &str) -> bool {
    let extension = Path::new(name)
        .extension()
        .and_then(|extension| extension.to_str());
    matches!(extension, Some("yaml" | "yml"))
}
