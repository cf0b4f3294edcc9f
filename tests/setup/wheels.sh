#!/usr/bin/env bash
# Fetches wheels from PyPI into tests/tools/wheels. What is there already is not fetched again.
#
# Those with extension modules are for the Python that most tests run with: tests/truth/wheels.rs runs them on their
# bundles. tests/runtimes/packages.rs reads what micropip needs of the library.
set -euo pipefail

packages=(lxml==6.1.3 orjson==3.13.0)
pure_packages=(micropip==0.11.1 packaging==26.4)

tools=$(cd "$(dirname "$0")/.." && pwd)/tools
wheels=$tools/wheels

fail() {
    printf 'wheels: %s\n' "$*" >&2
    exit 1
}

# As any_python() in tests/common/pythons.rs.
version=$(awk '$2 ~ /^\// { if (!first) first = $1; if ($1 != "3.14" && $1 != "3.15") newest = $1 }
    END { print newest ? newest : first }' "$tools/pythons.txt")

mkdir -p "$wheels"
machine=$(uname -m)
for package in "${packages[@]}"; do
    name=${package%==*}-${package#*==}-cp${version/./}
    if ! compgen -G "$wheels/$name-*.whl" >/dev/null; then
        python3 -m pip download -q --disable-pip-version-check --no-deps --only-binary :all: \
            --implementation cp --python-version "$version" --dest "$wheels" \
            --platform "manylinux_2_28_$machine" --platform "manylinux_2_17_$machine" --platform "manylinux2014_$machine" \
            "$package" || fail "pip could not fetch $package for Python $version; see above"
    fi
    echo "wheels: $package"
done

for package in "${pure_packages[@]}"; do
    if ! [ -e "$wheels/${package/==/-}-py3-none-any.whl" ]; then
        python3 -m pip download -q --disable-pip-version-check --no-deps --only-binary :all: --platform any \
            --python-version 3.13 --dest "$wheels" "$package" || fail "pip could not fetch $package; see above"
    fi
    echo "wheels: $package"
done
