//! Whether bundles hold what programs need, judged by running them. One Python judges here; `make truth` asks every
//! Python, and for everything there is to try (`TRUTH=all`; `TRUTH=3.15` asks one for everything).
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod calls;
#[path = "../common/mod.rs"]
mod common;
mod judges;
mod symbols;
mod wheels;

use common::pythons::{Python, any_python, python, pythons};

/// Programs share what is compiled.
const CACHE: &str = concat!(env!("CARGO_TARGET_TMPDIR"), "/truth");

/// Without brotli: it is the zip that runs.
const PROFILE: &str = "extends: [native]\nfrozen: drop\noutput: {compress: []}\n";

/// Which Pythons everything is tried with: `all`, or a version.
fn wanted() -> Option<String> {
    std::env::var("TRUTH")
        .ok()
        .filter(|which| !which.is_empty())
}

/// Whether all is asked for that there is to try.
fn everything() -> bool {
    wanted().is_some()
}

/// The Pythons that judge.
fn judging() -> Vec<&'static Python> {
    match wanted() {
        None => vec![any_python()],
        Some(which) if which == "all" => pythons().iter().collect(),
        Some(version) => {
            vec![python(&version).expect("TRUTH is 'all', or a version that there is")]
        }
    }
}
