#!/usr/bin/env bash
# Unpacks Debian sid's Emscripten, clang and wasi-libc, and the sources of CPython, zlib and bzip2, into
# tests/tools/wasm-builds, by an apt state of its own: the system stays as it is. What is there already is not fetched
# again; remove tests/tools/wasm-builds to build with newer packages.
#
#     toolchain/               a root folder with sid's packages (1.6 GB); cpython.sh runs in it
#     toolchain/packages.txt   which package is there in which version
#     sources/python-3.13.15/  one folder for each CPython whose source the archive still has; also zlib, bzip2
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
builds=$here/../tools/wasm-builds
toolchain=$builds/toolchain
mkdir -p "$builds"
builds=$(cd "$builds" && pwd -P)

# clang in the version that emscripten depends on; the second line is what configure and make call.
packages=(emscripten clang-21 lld-21 llvm-21 wasi-libc libclang-rt-21-dev-wasm32
    make python3.13 python3.14 python3.15)

if [ -f "$toolchain/packages.txt" ] && [ -f "$builds/sources/complete" ]; then
    echo "toolchain: $(grep '^emscripten ' "$toolchain/packages.txt")"
    exit 0
fi

scratch=$builds/.toolchain.$$
rm -rf "$builds"/.toolchain.*
mkdir "$scratch"
trap 'rm -rf "$scratch"' EXIT
# shellcheck source=tests/setup/sid.sh
. "$here/../setup/sid.sh"
reason=$(read_sid) || {
    echo "toolchain: Debian sid's packages are needed: $reason" >&2
    exit 1
}
# shellcheck source=tests/setup/root.sh
. "$here/../setup/root.sh"
if [ ! -f "$toolchain/packages.txt" ]; then
    echo "toolchain: fetching and unpacking emscripten, clang and what they need" >&2
    unpack_root "$toolchain" "${packages[@]}"
fi
export APT_CONFIG=$scratch/apt.conf
echo "toolchain: $(grep '^emscripten ' "$toolchain/packages.txt")"

# Unpacks the newest source of package $1 that the archive still has, as sources/$2-VERSION. An index may name files
# that a mirror has no more, so the older versions are tried too.
unpack_source() {
    local package=$1 name=$2 version archive folder
    mkdir -p "$scratch/$package"
    while read -r version; do
        (cd "$scratch/$package" && apt-get -qq source --download-only "$package=$version") >"$scratch/log" 2>&1 || continue
        archive=$(echo "$scratch/$package"/*.orig.tar.*z*)
        version=${version#*:}
        folder=$builds/sources/$name-${version%-*}
        rm -rf "$folder" && mkdir -p "$folder"
        # The archive as its authors made it: none of Debian's patches.
        tar xf "${archive%%.asc*}" -C "$folder" --strip-components 1
        echo "toolchain: source of $name ${version%-*}"
        return
    done < <(apt-cache showsrc --only-source "$package" | awk '$1 == "Version:" { print $2 }' | sort -rVu)
    echo "toolchain: the archive has no source of $package now" >&2
    return 1
}
unpack_source zlib zlib
unpack_source bzip2 bzip2
found=
for version in 3.13 3.14 3.15; do
    if unpack_source "python$version" python; then found=1; fi
done
[ -n "$found" ]
touch "$builds/sources/complete"
