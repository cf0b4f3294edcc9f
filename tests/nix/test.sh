#!/usr/bin/env bash
# Builds bundles with the flake and a real Nix, and compares them with those that the program packs by itself:
# tests/nix/test.sh PROGRAM (after tests/setup/nix.sh). tests/nix/nixpkgs stands in for nixpkgs.
set -euo pipefail

program=$(realpath "$1")
repository=$(cd "$(dirname "$0")/../.." && pwd -P)
tools=$repository/tests/tools/nix
# shellcheck source=tests/setup/root.sh
. "$repository/tests/setup/root.sh"

work=$tools/work
[ ! -d "$work" ] || chmod -R u+w "$work"
rm -rf "$work"
mkdir -p "$work/flake/src" "$work/app"
cp -r "$repository"/{flake.nix,nix,Cargo.toml,Cargo.lock} "$work/flake"
cp "$repository/src/main.rs" "$work/flake/src"
cp -r "$repository/tests/nix/nixpkgs" "$work"
cp "$program" "$work/stdlib-pack"
cp "$repository/examples/bazel/app/main.py" "$work/app/main.py"
echo 'VERSION = "1.0"' >"$work/app/version.py"

in_root() {
    run_in_root "$tools/root" "$tools" HOME="$work/home" USER=root PROGRAM="$work/stdlib-pack" NIX_STORE_DIR="$work/nix/store" \
        NIX_STATE_DIR="$work/nix/var" NIX_LOG_DIR="$work/nix/log" NIX_CONF_DIR="$work/conf" "$@"
}
mkdir -p "$work/conf" "$work/home"
cat >"$work/conf/nix.conf" <<'CONF'
experimental-features = nix-command flakes
sandbox = false
build-users-group =
substituters =
CONF

# Builds an expression in which `bundle` is the function of the flake. Prints the folder of the result.
build() {
    in_root nix build --impure --no-link --print-out-paths --expr "
        let
          flake = builtins.getFlake \"path:$work/flake\";
          bundle = flake.bundle.\${builtins.currentSystem};
        in $1" 2>"$work/log" || {
        cat "$work/log" >&2
        return 1
    }
}

in_root nix flake lock --override-input nixpkgs "path:$work/nixpkgs" "path:$work/flake" 2>"$work/log" || {
    cat "$work/log" >&2
    exit 1
}
in_root nix flake show --impure --all-systems "path:$work/flake" >"$work/shown" 2>&1 || {
    cat "$work/shown" >&2
    exit 1
}
grep -q stdlib-pack "$work/shown"
echo "nix: the flake has its packages"

expression="bundle { profile = \"browser-minimal\"; apps = [ $work/app ]; }"
out=$(build "$expression")
in_root "$work/stdlib-pack" pack --quiet --hermetic --profile browser-minimal --app "$work/app" \
    --stdlib /usr/lib/python3.14 --build-python /usr/bin/python3.14 --out "$work/alone"
diff -r "$work/alone" "$out"
echo "nix: the bundle is the one that the program packs alone"

# A profile of one's own and a dependency, whose names in the store are others.
echo '{extends: [browser-minimal], roots: [], output: {compress: [brotli]}}' >"$work/own.yaml"
mkdir "$work/wheel"
echo 'import csv' >"$work/wheel/needed.py"
(cd "$work/wheel" && python3 -m zipfile -c "$work/needed-1.0-py3-none-any.whl" needed.py)
echo 'import needed' >"$work/single.py"
out=$(build "bundle {
    profile = $work/own.yaml;
    apps = [ $work/single.py ];
    dependencies = [ $work/needed-1.0-py3-none-any.whl ];
    flags = [ \"--strip\" \"docstrings\" ];
}")
in_root sh -euc 'cd "$1"; shift; exec "$@"' sh "$work" ./stdlib-pack pack --quiet --hermetic --profile own.yaml \
    --app single.py --dependency needed-1.0-py3-none-any.whl --strip docstrings \
    --stdlib /usr/lib/python3.14 --build-python /usr/bin/python3.14 --out alone-too
diff -r "$work/alone-too" "$out"
grep -q '"csv"' "$out/python314.json"
echo "nix: files and flags are passed on"

out=$(build "$expression")

[ "$(build "$expression")" = "$out" ]
in_root nix build --impure --no-link --rebuild --expr "
    (builtins.getFlake \"path:$work/flake\").bundle.\${builtins.currentSystem} { profile = \"browser-minimal\"; apps = [ $work/app ]; }" \
    2>"$work/log" || {
    cat "$work/log" >&2
    exit 1
}
echo "nix: built again, it is the same"
echo 'import csv' >>"$work/app/main.py"
[ "$(build "$expression")" != "$out" ]
echo "nix: a change of the app is another bundle"
