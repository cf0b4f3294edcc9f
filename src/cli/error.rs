//! What can end the program, and with which exit code.

use crate::compare::{LockError, SnapshotError};
use crate::manifest::ManifestError;
use crate::pipeline::PackError;
use crate::probe::ProbeError;
use crate::profile::Diagnostic;
use crate::runtime::RuntimeError;
use crate::verify::VerifyError;

/// The reason for an exit code that is not 0.
#[derive(Debug, thiserror::Error)]
pub(super) enum CliError {
    #[error(transparent)]
    Pack(#[from] PackError),
    #[error(transparent)]
    Verify(#[from] VerifyError),
    #[error(transparent)]
    Probe(#[from] ProbeError),
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    #[error("the profile cannot be used")]
    Profile(Vec<Diagnostic>),
    #[error(transparent)]
    Lock(#[from] LockError),
    #[error(transparent)]
    Read(#[from] SnapshotError),
    /// The answer that a question of the user's has.
    #[error("{0}")]
    CheckFailed(String),
    #[error("{0}")]
    Usage(String),
    #[error("{0}")]
    Environment(String),
}

impl CliError {
    pub(super) fn exit_code(&self) -> u8 {
        match self {
            Self::Pack(error) => error.exit_code(),
            Self::CheckFailed(_) => 1,
            Self::Verify(VerifyError::Python(error)) => error.exit_code(),
            Self::Verify(
                VerifyError::Bundle(_)
                | VerifyError::Input(_)
                | VerifyError::Version { .. }
                | VerifyError::Runtime(RuntimeError::NotThere(_)),
            )
            | Self::Probe(
                ProbeError::BadCommand(_)
                | ProbeError::File { .. }
                | ProbeError::Version { .. }
                | ProbeError::Runtime(RuntimeError::NotThere(_)),
            )
            | Self::Lock(_)
            | Self::Read(_)
            | Self::Manifest(_)
            | Self::Profile(_)
            | Self::Usage(_) => 2,
            Self::Verify(_) | Self::Probe(_) | Self::Environment(_) => 3,
        }
    }

    /// The diagnostics that it carries, if it is about a profile.
    pub(super) fn diagnostics(&self) -> &[Diagnostic] {
        match self {
            Self::Profile(diagnostics) | Self::Pack(PackError::Profile(diagnostics)) => diagnostics,
            _ => &[],
        }
    }
}
