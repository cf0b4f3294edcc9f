#!/usr/bin/env bash
# Unpacks Debian sid's Nix and Python 3.14 into tests/tools/nix/root (300 MB), which tests/nix/test.sh runs it in.
set -euo pipefail

folder=$(cd "$(dirname "$0")/.." && pwd)/tools/nix
root=$folder/root
mkdir -p "$folder"
if [ ! -f "$root/packages.txt" ]; then
    scratch=$folder/.scratch.$$
    rm -rf "$folder"/.scratch.*
    mkdir "$scratch"
    trap 'rm -rf "$scratch"' EXIT
    # shellcheck source=tests/setup/sid.sh
    . "${BASH_SOURCE[0]%/*}/sid.sh"
    # shellcheck source=tests/setup/root.sh
    . "${BASH_SOURCE[0]%/*}/root.sh"
    reason=$(read_sid) || {
        echo "nix: Debian sid's packages are needed: $reason" >&2
        exit 1
    }
    echo "nix: fetching and unpacking Nix" >&2
    unpack_root "$root" nix-bin git python3.14
    chroot "$root" /usr/sbin/ldconfig
fi
echo "nix: $(grep '^nix-bin ' "$root/packages.txt")"
