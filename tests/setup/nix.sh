#!/usr/bin/env bash
# Unpacks Debian sid's Nix and Python 3.14 into tests/tools/nix/root (300 MB), which tests/nix/test.sh runs it in.
set -euo pipefail

folder=$(cd "$(dirname "$0")/.." && pwd)/tools/nix
# shellcheck source=tests/setup/root.sh
. "${BASH_SOURCE[0]%/*}/root.sh"
set_up_root "$folder" nix-bin git python3.14
echo "nix: $(grep '^nix-bin ' "$folder/root/packages.txt")"
