#!/usr/bin/env bash
# Builds examples/bazel with a real Bazel, and compares the bundles with those that the program packs by itself:
# tests/bazel/test.sh PROGRAM (after tests/setup/bazel.sh).
set -euo pipefail

program=$(realpath "$1")
repository=$(cd "$(dirname "$0")/../.." && pwd -P)
bazel=$repository/tests/tools/bazel
# shellcheck source=tests/setup/root.sh
. "$repository/tests/setup/root.sh"

work=$bazel/work
[ ! -d "$work" ] || chmod -R u+w "$work"
rm -rf "$work"
mkdir -p "$work/examples"
cp -r "$repository/bazel" "$work"
cp -r "$repository/examples/bazel" "$work/examples"
cp "$program" "$work/examples/bazel/stdlib-pack"

# Runs a command in the example's folder, in the root folder that has Bazel.
in_root() {
    # shellcheck disable=SC2016
    run_in_root "$bazel/root" "$bazel" USER=root HOME="$work/home" JAVA_HOME=/usr/lib/jvm/default-java sh -euc \
        'cd "$1/examples/bazel"; shift; exec "$@"' sh "$work" "$@"
}

# Builds everything; the last lines say how many actions ran and where.
build() {
    local overrides=() module
    for module in "$bazel"/modules/*; do
        overrides+=("--override_module=${module##*/}=$module")
    done
    in_root bazel --output_user_root="$work/output" build "${overrides[@]}" "$@" //... >"$work/log" 2>&1 || {
        cat "$work/log" >&2
        return 1
    }
}

# Checks that Bazel ran what packs so many times in the last build.
expect_packed() {
    local ran
    ran=$(grep -c '^SUBCOMMAND: # //:.*\[action .Packing' "$work/log" || true)
    [ "$ran" = "$1" ] || {
        cat "$work/log" >&2
        echo "bazel: $2: packed $ran bundles, not $1" >&2
        exit 1
    }
    echo "bazel: $2: $1 packed"
}

example=$work/examples/bazel
build -s
expect_packed 3 "from nothing"

mkdir -p "$work/alone"
cp -r "$example/app" "$work/alone"
cp -L "$example/bazel-bin/app/version.py" "$work/alone/app"
for bundle in browser:browser-minimal node:node wasi:wasi; do
    name=${bundle%:*}
    in_root ./stdlib-pack pack --quiet --hermetic --profile "${bundle#*:}" --app "$work/alone/app" \
        --stdlib /usr/lib/python3.14 --build-python /usr/bin/python3.14 --out "$work/alone/$name"
    diff -r "$work/alone/$name" "$example/bazel-bin/$name"
done
echo "bazel: the bundles are those that the program packs alone"

build -s
expect_packed 0 "again"
echo '# a note for developers' >>"$example/README.md"
build -s
expect_packed 0 "another file changed"
echo 'import csv' >>"$example/app/main.py"
build -s --disk_cache="$work/cache"
expect_packed 3 "the program changed"
sha256sum "$example"/bazel-bin/{browser,node,wasi}/* >"$work/sums"
in_root bazel --output_user_root="$work/output" clean >/dev/null 2>&1
build --disk_cache="$work/cache"
grep -q ' 3 disk cache hit' "$work/log" || {
    cat "$work/log" >&2
    echo "bazel: not everything was taken from the cache" >&2
    exit 1
}
sha256sum --check --quiet "$work/sums"
echo "bazel: the cache has the bundles"

rm "$example/.bazelrc"
if build; then
    echo "bazel: a program that is not set is no error" >&2
    exit 1
fi 2>/dev/null
grep -q "which program packs is not set" "$work/log"
echo "bazel: a program that is not set is told"
in_root bazel --output_user_root="$work/output" shutdown >/dev/null 2>&1
