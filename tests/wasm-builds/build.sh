#!/usr/bin/env bash
# Builds CPython for WebAssembly as `make wasm-builds` does: for a browser, for Node.js and for WASI, of each version
# whose source Debian's archive has. A build takes about 10 minutes of CPU, once; a build that is there is kept.
# tests/tools/wasm-builds/builds.txt has one line for each: version, build, its folder.
#
# Needs Linux on x86-64 with the packages of Debian, and leave to enter a root folder: root's, or that of a user
# namespace.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
"$here/toolchain.sh"
builds=$(cd "$here/../tools/wasm-builds" && pwd -P)

# Runs cpython.sh in the toolchain, which sees $builds under the same path. The mounts end with the process.
in_toolchain() {
    local namespace=(unshare --mount)
    [ "$(id -u)" = 0 ] || namespace+=(--map-root-user)
    # shellcheck disable=SC2016
    nice -n 10 "${namespace[@]}" sh -euc '
        toolchain=$1 builds=$2
        shift 2
        mount --rbind /proc "$toolchain/proc"
        mount --rbind /dev "$toolchain/dev"
        mkdir -p "$toolchain$builds"
        mount --rbind "$builds" "$toolchain$builds"
        exec chroot "$toolchain" /usr/bin/env -i PATH=/usr/sbin:/usr/bin LC_ALL=C.UTF-8 bash "$@"' \
        sh "$builds/toolchain" "$builds" "$@"
}

mkdir -p "$builds/scripts" "$builds/logs"
cp "$here/cpython.sh" "$builds/scripts"
list=$builds/builds.txt.new
: >"$list"
for source in "$builds"/sources/python-*; do
    version=${source##*/python-}
    for build in emscripten-browser emscripten-node wasi; do
        case $build in
        emscripten-*) folder=$source/builddir/$build ;;
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
