#!/usr/bin/env bash
# Puts the programs into tests/tools/bin that completions and depfiles are tried in: zsh and fish from Debian's
# packages, unpacked and not installed, and Ninja from PyPI. What is there already, or on PATH, stays.
set -euo pipefail

ninja_version=1.13.2
ninja_sha256=65a24341b5ac09fcadcc37082660be40a94174e51a937fabf6e2cae26225fa2c

tools=$(cd "$(dirname "$0")/.." && pwd)/tools
export PATH="$tools/bin:$PATH"
mkdir -p "$tools/bin"

fail() {
    printf 'shells: %s\n' "$*" >&2
    exit 1
}

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

fetch() {
    (cd "$scratch" && apt-get -qq download "$@" >"$scratch/log" 2>&1)
}

# Unpacks Debian's packages of a shell, and writes a program that starts it with its own functions.
unpack() {
    local shell=$1 start=$2
    shift 2
    command -v apt-get >/dev/null || fail "$shell is missing, and this is no Debian whose package could be unpacked"
    fetch "$@" || {
        # A new machine has no list of packages, or an old one.
        apt-get -qq update >/dev/null 2>&1 || true
        fetch "$@"
    } || {
        cat "$scratch/log" >&2
        fail "apt could not fetch $*"
    }
    rm -rf "$tools/$shell.new" "${tools:?}/$shell"
    for package in "$@"; do
        dpkg -x "$scratch/$package"_*.deb "$tools/$shell.new"
    done
    mv "$tools/$shell.new" "$tools/$shell"
    printf '#!/bin/sh\n%s\n' "$start" >"$tools/bin/$shell"
    chmod +x "$tools/bin/$shell"
}

for program in make bash; do
    command -v "$program" >/dev/null || fail "$program is missing: install it"
done
# zsh takes the places of its modules and functions from no environment variable, but from a file in $ZDOTDIR.
# shellcheck disable=SC2016  # The program expands it.
command -v zsh >/dev/null || unpack zsh '
root=$(dirname "$(dirname "$(readlink -f "$0")")")/zsh
ZDOTDIR=$root exec "$root/bin/zsh" "$@"' zsh zsh-common
if [ -d "$tools/zsh" ]; then
    cat >"$tools/zsh/.zshenv" <<'ZSHENV'
module_path=($ZDOTDIR/usr/lib/*/zsh/*(/))
fpath=($ZDOTDIR/usr/share/zsh/functions/**/*(/))
ZSHENV
fi
# shellcheck disable=SC2016
command -v fish >/dev/null || unpack fish '
root=$(dirname "$(dirname "$(readlink -f "$0")")")/fish
LD_LIBRARY_PATH=$(echo "$root"/usr/lib/*-linux-gnu) exec "$root/usr/bin/fish" "$@"' fish fish-common libpcre2-32-0
if ! command -v ninja >/dev/null; then
    machine=$(uname -m)
    printf 'ninja==%s --hash=sha256:%s\n' "$ninja_version" "$ninja_sha256" >"$scratch/requirements.txt"
    python3 -m pip install -q --disable-pip-version-check --no-deps --require-hashes --only-binary :all: \
        --target "$scratch/ninja" -r "$scratch/requirements.txt" || fail "pip could not fetch Ninja for $machine"
    mv "$scratch/ninja/bin/ninja" "$tools/bin/ninja"
fi
for program in zsh fish ninja make; do
    "$program" --version >"$scratch/version" 2>&1 || fail "$program does not start: $(cat "$scratch/version")"
    echo "shells: $(head -n 1 "$scratch/version")"
done
