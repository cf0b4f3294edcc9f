#!/usr/bin/env bash
# Unpacks Debian sid's Bazel and Python 3.14 into tests/tools/bazel/root (2 GB), which tests/bazel/test.sh runs it in.
# Bazel reads four modules of its own registry when it starts, of which the packages have no copy: empty ones stand in.
set -euo pipefail

folder=$(cd "$(dirname "$0")/.." && pwd)/tools/bazel
# shellcheck source=tests/setup/root.sh
. "${BASH_SOURCE[0]%/*}/root.sh"
set_up_root "$folder" bazel-bootstrap python3.14
for module in apple_support buildozer protobuf zlib; do
    mkdir -p "$folder/modules/$module"
    echo "module(name = \"$module\")" >"$folder/modules/$module/MODULE.bazel"
done
echo "bazel: $(grep '^bazel-bootstrap ' "$folder/root/packages.txt")"
