//! Whether bundles hold what programs need, judged by running them. One Python judges here; `make truth` asks every
//! Python, and for everything there is to try (`TRUTH=all`).
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod calls;
#[path = "../common/mod.rs"]
mod common;
mod judges;
mod symbols;
mod wheels;

/// Programs share what is compiled.
const CACHE: &str = concat!(env!("CARGO_TARGET_TMPDIR"), "/truth");

/// Without brotli: it is the zip that runs.
const PROFILE: &str = "extends: [native]\nfrozen: drop\noutput: {compress: []}\n";

/// Whether all is asked for that there is to try.
fn everything() -> bool {
    std::env::var("TRUTH").is_ok_and(|which| which == "all")
}
