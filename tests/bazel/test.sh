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

# The folder of the machine that builds.
machine=$work

# Runs a command in the example's folder, in the root folder that has Bazel.
in_root() {
    # shellcheck disable=SC2016
    run_in_root "$bazel/root" "$bazel" USER=root HOME="$machine/home" JAVA_HOME=/usr/lib/jvm/default-java sh -euc \
        'cd "$1/examples/bazel"; shift; exec "$@"' sh "$machine" "$@"
}

# Builds everything; the last lines say how many actions ran and where.
build() {
    local overrides=() module
    for module in "$bazel"/modules/*; do
        overrides+=("--override_module=${module##*/}=$module")
    done
    in_root bazel --output_user_root="$machine/output" build "${overrides[@]}" "$@" //... >"$work/log" 2>&1 || {
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

# Everything else that a rule takes: a package below, with a generated folder.
mkdir -p "$example/more/wheel"
echo 'import csv' >"$example/more/wheel/needed.py"
(cd "$example/more/wheel" && python3 -m zipfile -c ../needed-1.0-py3-none-any.whl needed.py)
rm -r "$example/more/wheel"
echo '{extends: [base.yaml], output: {compress: [brotli]}}' >"$example/more/own.yaml"
echo '{extends: [browser-minimal], roots: []}' >"$example/more/base.yaml"
echo 'import needed, generated.part' >"$example/more/main.py"
cat >"$example/more/BUILD.bazel" <<'BUILD'
load("@stdlib_pack//:defs.bzl", "stdlib_pack")
load(":folder.bzl", "folder")

folder(name = "generated")

stdlib_pack(
    name = "own",
    srcs = [
        "main.py",
        ":generated",
    ],
    build_python_path = "/usr/bin/python3.14",
    data = ["base.yaml"],
    flags = ["--strip", "docstrings", "--exclude", "zoneinfo"],
    profile_file = "own.yaml",
    stdlib = ["@python//:library"],
    deps = ["needed-1.0-py3-none-any.whl"],
)

stdlib_pack(
    name = "page",
    srcs = ["index.html"],
    profile = "pyodide-minimal",
    pyodide = glob(["pyodide/*"]),
)
BUILD
echo '<script type="text/python">import colorsys</script>' >"$example/more/index.html"
cp -r "$repository/tests/tools/node/node_modules/pyodide-314.0.7" "$example/more/pyodide"
cp "$(command -v node)" "$bazel/root/usr/bin/node"
cat >"$example/more/folder.bzl" <<'BZL'
def _folder(ctx):
    out = ctx.actions.declare_directory(ctx.label.name)
    ctx.actions.run_shell(outputs = [out], command = "echo 'import bisect' > %s/part.py" % out.path)
    return [DefaultInfo(files = depset([out]))]

folder = rule(implementation = _folder)
BZL
build
for module in csv bisect; do
    grep -q "\"$module\"" "$example/bazel-bin/more/own/python314.json"
done
grep -q '"colorsys"' "$example/bazel-bin/more/page/python314.json"
rm -r "$example/more"
echo "bazel: wheels, profiles, flags, generated folders and Pyodide are taken"

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

# The same sources elsewhere, with nothing but a cache in common.
coproc cache { exec node "$repository/tests/bazel/cache.mjs"; }
trap 'kill "$cache_PID"' EXIT
read -r address <&"${cache[0]}"
in_root bazel --output_user_root="$work/output" clean >/dev/null 2>&1
build -s --remote_cache="$address"
expect_packed 3 "a remote cache that is empty"
machine=$work/second
mkdir -p "$machine"
tar -C "$work" --exclude='bazel-*' -cf - bazel examples | tar -C "$machine" -xf -
build -s --remote_cache="$address"
grep -q ' 4 remote cache hit' "$work/log" || {
    cat "$work/log" >&2
    echo "bazel: not everything was taken from the remote cache" >&2
    exit 1
}
(cd "$machine/examples/bazel" && sed "s|$work/|$machine/|" "$work/sums" | sha256sum --check --quiet)
in_root bazel --output_user_root="$machine/output" shutdown >/dev/null 2>&1
machine=$work
echo "bazel: another machine takes the bundles from a remote cache"

sed -i 's/glob(\["app\/\*\*"\]) + \[":version"\]/[]/' "$example/BUILD.bazel"
if build 2>/dev/null; then
    echo "bazel: an app without sources is no error" >&2
    exit 1
fi
grep -q "app: srcs has no files" "$work/log"
cp "$repository/examples/bazel/BUILD.bazel" "$example"
echo "bazel: an app without sources is told"

rm "$example/.bazelrc"
if build; then
    echo "bazel: a program that is not set is no error" >&2
    exit 1
fi 2>/dev/null
grep -q "which program packs is not set" "$work/log"
echo "bazel: a program that is not set is told"
in_root bazel --output_user_root="$work/output" shutdown >/dev/null 2>&1
