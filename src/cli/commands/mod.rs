//! The commands, one file each, with their arguments.

pub(super) mod build;
pub(super) mod cache;
pub(super) mod check_url;
pub(super) mod completions;
pub(super) mod diff;
pub(super) mod explain;
pub(super) mod graph;
mod importability;
mod init;
mod init_project;
pub(super) mod inspect;
pub(super) mod lock;
pub(super) mod man;
pub(super) mod pack;
pub(super) mod profile;
mod rebuild;
pub(super) mod record;
pub(super) mod report;
pub(super) mod schema;
pub(super) mod serve;
pub(super) mod snippet;
pub(super) mod target;
pub(super) mod unpack;
pub(super) mod verify;
pub(super) mod why;
