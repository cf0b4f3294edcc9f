#!/usr/bin/env bash
# Installs the programs that `make test` runs beside cargo itself: mdbook and cargo-deny, built by
# cargo into tests/tools/bin in exactly the versions below. What is there already, or on PATH in that
# very version, is not built again. rustfmt and clippy come with the Rust toolchain: this script only
# looks whether they are there.
set -euo pipefail

mdbook_version=0.5.4
cargo_deny_version=0.20.2

tools=$(cd "$(dirname "$0")/.." && pwd)/tools
export PATH="$tools/bin:$PATH"

fail() {
    printf 'tools: %s\n' "$*" >&2
    exit 1
}

# ensure CRATE VERSION
ensure() {
    if "$1" --version 2>/dev/null </dev/null | grep -qE "^$1 v?${2//./\\.}\$"; then
        echo "tools: $1 $2"
        return
    fi
    echo "tools: building $1 $2 (a few minutes, once)" >&2
    # The dev profile without debug info is the quickest to build, and these tools have little to do.
    # A target folder of their own: it neither waits for a build of this project nor mixes with it.
    CARGO_TARGET_DIR="$tools/target" CARGO_PROFILE_DEV_DEBUG=0 \
        cargo install --quiet --locked --debug --force --root "$tools" --version "=$2" "$1" \
        || fail "cargo could not build $1 $2; see above"
    echo "tools: $1 $2"
}

command -v cargo >/dev/null || fail "cargo is missing: install Rust 1.95 or newer"
cargo fmt --version >/dev/null 2>&1 || fail "rustfmt is missing: rustup component add rustfmt"
cargo clippy --version >/dev/null 2>&1 || fail "clippy is missing: rustup component add clippy"

mkdir -p "$tools"
ensure mdbook "$mdbook_version"
ensure cargo-deny "$cargo_deny_version"
rm -rf "$tools/target"
