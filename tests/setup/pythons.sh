#!/usr/bin/env bash
# Finds the CPythons that the tests run and writes them to tests/tools/pythons.txt, one line each:
#
#     3.13 /path/to/python3.13
#     3.15 unavailable: REASON
#
# 3.11, 3.12: a python3.X on PATH that really runs, else the newest one that pyenv has.
# 3.13, 3.14, 3.15: the same, else Debian sid's packages unpacked into tests/tools/python3.X, with an apt
# state of its own, so that the system stays as it is. Where that cannot be done, the version is left
# out and the reason is given. One Python is enough.
set -euo pipefail

tools=$(cd "$(dirname "$0")/.." && pwd)/tools
list=$tools/pythons.txt
mkdir -p "$tools"

scratch=$tools/.pythons.$$
rm -rf "$scratch"
mkdir "$scratch"
trap 'rm -rf "$scratch"' EXIT

# shellcheck source=tests/setup/sid.sh
. "${BASH_SOURCE[0]%/*}/sid.sh"

# Prints where the interpreter $1 really is, when it runs and is a CPython $2 with zlib.
# (A pyenv shim exists and fails; a virtual environment's python stands for the one below it.)
real_python() {
    "$1" -I -c '
import sys, zlib
version = "%d.%d" % sys.version_info[:2]
if version != sys.argv[1] or sys.implementation.name != "cpython":
    sys.exit(1)
print(getattr(sys, "_base_executable", None) or sys.executable)' "$2" 2>/dev/null </dev/null
}

# Prints the path of a CPython $1: PATH first, then pyenv's newest.
find_python() {
    local candidate
    while read -r candidate; do
        real_python "$candidate" "$1" && return 0
    done < <(
        type -aP "python$1" || true
        printf '%s\n' "${PYENV_ROOT:-${HOME:-}/.pyenv}"/versions/"$1".*/bin/python"$1" | sort -rV
    )
    return 1
}

# Unpacks Debian sid's Python $1 into tests/tools/python$1. Prints the reason when it cannot.
unpack_from_sid() {
    local version=$1 own=$tools/python$1 unpacked=$scratch/unpacked-$1 package name file target wanted=()
    read_sid || return 1
    export APT_CONFIG=$scratch/apt.conf
    for package in "python$version" "python$version-minimal" "libpython$version-minimal" "libpython$version-stdlib" \
        libc6 libgcc-s1 libexpat1 libzstd1 zlib1g libssl3t64 libbz2-1.0 libdb5.3t64 libffi8 liblzma5 \
        libtinfo6 libncursesw6 libreadline8t64 libsqlite3-0 libuuid1; do
        if apt-cache show "$package" >/dev/null 2>&1; then
            wanted+=("$package")
        elif [[ $package == *python* ]]; then
            echo "Debian sid has no $package"
            return 1
        fi
    done
    echo "pythons: fetching and unpacking ${#wanted[@]} packages for $version" >&2
    mkdir -p "$scratch/debs" "$unpacked"
    # What another version has fetched is not fetched again.
    if ! (cd "$scratch/debs" && apt-get -qq download "${wanted[@]}") >"$scratch/log" 2>&1; then
        cat "$scratch/log" >&2
        echo "the packages of Debian sid could not be fetched"
        return 1
    fi
    for package in "${wanted[@]}"; do
        file=$(echo "$scratch/debs/${package}"_*.deb)
        dpkg -x "$file" "$unpacked" || {
            echo "${file##*/} could not be unpacked"
            return 1
        }
    done

    # The packages are made for /: let their absolute links stay inside, and drop those to nowhere.
    while read -r name; do
        target=$(readlink "$name")
        if [[ $target == /* ]]; then
            rm "$name"
            [ ! -e "$unpacked$target" ] || ln -rs "$unpacked$target" "$name"
        fi
    done < <(find "$unpacked" -type l)
    find "$unpacked" -xtype l -delete
    rm -rf "$unpacked/usr/share"

    # bin/ and lib/ side by side are what Python looks for from argv[0]: its prefix is this folder.
    rm -rf "$own"
    mkdir -p "$own/bin"
    cat >"$own/bin/python$version" <<WRAPPER
#!/bin/sh
# Starts the Python $version in this folder with this folder's C library. It sets no variable, so that
# PYTHONHOME and -I mean what they always mean; argv[0] is this script, so sys.executable is too.
self=\$0
[ ! -L "\$0" ] || self=\$(readlink -f "\$0")
root=\${self%/*}/../root
libs=\$root/usr/lib/x86_64-linux-gnu
exec "\$libs/ld-linux-x86-64.so.2" --library-path "\$libs" --argv0 "\$0" "\$root/usr/bin/python$version" "\$@"
WRAPPER
    chmod +x "$own/bin/python$version"
    ln -s root/usr/lib "$own/lib"
    mv "$unpacked" "$own/root"
    if ! real_python "$own/bin/python$version" "$version" >/dev/null; then
        "$own/bin/python$version" -I -c 'import zlib' >&2 </dev/null || true
        echo "Debian sid's python$version was unpacked but does not run"
        return 1
    fi
}

for version in 3.11 3.12; do
    if path=$(find_python "$version"); then echo "$version $path"; fi >>"$scratch/pythons.txt"
done
for version in 3.13 3.14 3.15; do
    own=$tools/python$version/bin/python$version
    if path=$(find_python "$version") || path=$(real_python "$own" "$version"); then
        echo "$version $path"
    elif reason=$(unpack_from_sid "$version"); then
        echo "$version $own"
    else
        echo "pythons: $version is left out: $reason" >&2
        echo "$version unavailable: $reason"
    fi >>"$scratch/pythons.txt"
done
if ! grep -q ' /' "$scratch/pythons.txt"; then
    echo "pythons: the tests need a CPython, 3.11 to 3.15: install one (say, python3.13) and see that it is on PATH" >&2
    exit 1
fi

mv "$scratch/pythons.txt" "$list"
sed 's/^/pythons: /' "$list"
