#!/bin/sh
echo "stdlib-pack: which program packs is not set: add 'build --@stdlib_pack//:program=LABEL' to .bazelrc" >&2
exit 3
