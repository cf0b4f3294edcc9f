#!/usr/bin/env bash
# Installs the Pyodides that the tests load bundles into, in tests/tools/node/node_modules:
# pyodide-0.25.1 (Python 3.11), pyodide-0.27.7 (3.12), pyodide-0.29.5 (3.13), pyodide-314.0.7 (3.14).
# package.json and package-lock.json beside this script say what exactly; nothing else is installed
# and no install script is run. After a change of package.json, make the lockfile anew with
# `npm install --package-lock-only` in this folder: .npmrc keeps the addresses of registries out of it.
set -euo pipefail

setup=$(cd "$(dirname "$0")" && pwd)
node=$setup/../tools/node

fail() {
    printf 'pyodide: %s\n' "$*" >&2
    exit 1
}

if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
    fail "node and npm are missing: install Node.js 20 or newer"
fi
major=$(node -p 'process.versions.node.split(".")[0]')
[ "$major" -ge 20 ] || fail "Node.js 20 or newer is needed; this one is $(node --version)"

# The copy of the lockfile is made last: it says that what it names is all there.
if ! cmp -s "$setup/package-lock.json" "$node/installed-lock.json"; then
    echo "pyodide: installing from the lockfile" >&2
    mkdir -p "$node"
    cp "$setup/package.json" "$setup/package-lock.json" "$node/"
    (cd "$node" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error) \
        || fail "npm could not install the packages; see above"
    cp "$setup/package-lock.json" "$node/installed-lock.json"
fi
for folder in "$node"/node_modules/pyodide-*; do
    [ -f "$folder/python_stdlib.zip" ] || fail "${folder##*/} holds no python_stdlib.zip; remove tests/tools/node and run this again"
    echo "pyodide: ${folder##*/}"
done
