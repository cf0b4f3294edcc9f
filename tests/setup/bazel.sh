#!/usr/bin/env bash
# Unpacks Debian sid's Bazel and Python 3.14 into tests/tools/bazel/root (2 GB), which tests/bazel/test.sh runs it in.
# Bazel reads four modules of its own registry when it starts, of which the packages have no copy: empty ones stand in.
set -euo pipefail

folder=$(cd "$(dirname "$0")/.." && pwd)/tools/bazel
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
        echo "bazel: Debian sid's packages are needed: $reason" >&2
        exit 1
    }
    echo "bazel: fetching and unpacking Bazel and a JDK" >&2
    unpack_root "$root" bazel-bootstrap python3.14
    chroot "$root" /usr/sbin/ldconfig
fi
for module in apple_support buildozer protobuf zlib; do
    mkdir -p "$folder/modules/$module"
    echo "module(name = \"$module\")" >"$folder/modules/$module/MODULE.bazel"
done
echo "bazel: $(grep '^bazel-bootstrap ' "$root/packages.txt")"
