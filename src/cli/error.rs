//! The errors of all commands, with their exit codes and diagnostics.

use crate::compare::{LockError, SnapshotError};
use crate::diagnostic::{Code, Diagnostic};
use crate::manifest::ManifestError;
use crate::pipeline::PackError;
use crate::probe::ProbeError;
use crate::recording::{RecordingError, RunError};
use crate::runtime::RuntimeError;
use crate::verify::VerifyError;

/// An error that ends a command with an exit code other than 0.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CliError {
    #[error(transparent)]
    Pack(#[from] PackError),
    #[error(transparent)]
    Verify(#[from] VerifyError),
    #[error(transparent)]
    Probe(#[from] ProbeError),
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    #[error("{} errors in profile, project or flags", .0.len())]
    Diagnostics(Vec<Diagnostic>),
    #[error(transparent)]
    Lock(#[from] LockError),
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
    #[error(transparent)]
    Recording(#[from] RecordingError),
    #[error(transparent)]
    Run(#[from] RunError),
    /// A bundle that does not match the lock.
    #[error("{0}")]
    LockMismatch(String),
    /// Wrong arguments.
    #[error("{0}")]
    Usage(String),
    /// An output that would overwrite a file that must be kept.
    #[error("{0}")]
    OutputConflict(String),
    /// A failure of the environment, such as an operating system error.
    #[error("{0}")]
    Environment(String),
}

impl CliError {
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::Pack(error) => error.exit_code(),
            Self::LockMismatch(_) => 1,
            Self::Verify(VerifyError::Python(error)) => error.exit_code(),
            Self::Verify(
                VerifyError::Bundle(_)
                | VerifyError::Input(_)
                | VerifyError::Version { .. }
                | VerifyError::Runtime(RuntimeError::NotFound(_) | RuntimeError::Library(_)),
            )
            | Self::Probe(
                ProbeError::BadCommand(_)
                | ProbeError::File { .. }
                | ProbeError::Version { .. }
                | ProbeError::HasLibrary(_)
                | ProbeError::Runtime(RuntimeError::NotFound(_) | RuntimeError::Library(_)),
            )
            | Self::Lock(_)
            | Self::Snapshot(_)
            | Self::Recording(_)
            | Self::Run(RunError::Start { .. })
            | Self::Manifest(_)
            | Self::Diagnostics(_)
            | Self::OutputConflict(_)
            | Self::Usage(_) => 2,
            Self::Verify(_) | Self::Probe(_) | Self::Run(_) | Self::Environment(_) => 3,
        }
    }

    /// Returns the diagnostics to report: a single one, or all those of an input.
    pub(crate) fn diagnostics(&self) -> Vec<Diagnostic> {
        match self {
            Self::Diagnostics(diagnostics) => diagnostics.clone(),
            Self::Pack(error) => error.diagnostics(),
            _ => vec![Diagnostic::error(self.code(), self.to_string())],
        }
    }

    fn code(&self) -> Code {
        match self {
            Self::Pack(error) => error.code(),
            Self::Verify(error) => error.code(),
            Self::Probe(error) => error.code(),
            Self::Manifest(_) => Code::InvalidManifest,
            Self::Lock(_) | Self::Snapshot(_) => Code::InvalidLock,
            Self::LockMismatch(_) => Code::LockMismatch,
            Self::Recording(_) => Code::InvalidRecording,
            Self::Diagnostics(_) | Self::Usage(_) | Self::Run(RunError::Start { .. }) => {
                Code::InvalidArgument
            }
            Self::OutputConflict(_) => Code::OutputConflict,
            Self::Run(_) | Self::Environment(_) => Code::EnvironmentFailed,
        }
    }
}
