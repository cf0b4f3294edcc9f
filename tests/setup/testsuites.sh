#!/usr/bin/env bash
# Makes copies of the Pythons 3.14 and 3.15 that pythons.sh has unpacked, with CPython's own tests, which Debian has in
# packages of their own: tests/tools/testsuites/python3.X. For tests/truth/regrtest/judge.py; `make test` needs none.
set -euo pipefail

tools=$(cd "$(dirname "$0")/.." && pwd)/tools
suites=$tools/testsuites
mkdir -p "$suites"

scratch=$tools/.testsuites.$$
rm -rf "$scratch"
mkdir "$scratch"
trap 'rm -rf "$scratch"' EXIT

# shellcheck source=tests/setup/sid.sh
. "${BASH_SOURCE[0]%/*}/sid.sh"

for version in 3.14 3.15; do
    plain=$tools/python$version
    own=$suites/python$version
    package=libpython$version-testsuite
    if [ -e "$own/root/usr/lib/python$version/test/test_json" ]; then
        echo "testsuites: $own"
        continue
    fi
    if [ ! -x "$plain/bin/python$version" ]; then
        echo "testsuites: there is no $plain, which tests/setup/pythons.sh unpacks when no other $version is found" >&2
        exit 1
    fi
    if ! reason=$(read_sid); then
        echo "testsuites: $reason" >&2
        exit 1
    fi
    (cd "$scratch" && APT_CONFIG=$scratch/apt.conf apt-get -qq download "$package")
    dpkg -x "$scratch/${package}_"*.deb "$scratch/$version"
    rm -rf "$own"
    # Files are shared with the other copy; nothing writes to them.
    cp -al "$plain" "$own"
    cp -r "$scratch/$version/usr/lib/python$version/." "$own/root/usr/lib/python$version/"
    echo "testsuites: $own"
done
