#!/usr/bin/env bash
# Fuzzes: run.sh SECONDS [TARGET...]        each target for that long; all of them if none is named
#         run.sh TARGET FILE...             runs inputs through a target, once each
set -euo pipefail

cd "$(dirname "$0")"
# The program's dependencies in the program's versions.
cp ../Cargo.lock Cargo.lock

# What cargo-fuzz passes with --sanitizer none: stable Rust has the coverage pass of LLVM and no sanitizers.
coverage=(
    -Cpasses=sancov-module
    -Cllvm-args=-sanitizer-coverage-level=4
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters
    -Cllvm-args=-sanitizer-coverage-pc-table
    -Cllvm-args=-sanitizer-coverage-trace-compares
)
# With a --target the flags are not for build scripts, which have no fuzzer to link with.
host=$(rustc --print host-tuple)
RUSTFLAGS="--cfg fuzzing ${coverage[*]}" cargo build --release --quiet --target "$host"
built=${CARGO_TARGET_DIR:-target}/$host/release

# As much stack as the program gives its own threads, for deeply nested sources.
ulimit -s $((512 << 10))
limits=(-timeout=20 -rss_limit_mb=1024 -malloc_limit_mb=512)

if [[ ! ${1:?SECONDS or a target} =~ ^[0-9]+$ ]]; then
    exec "$built/$1" "${limits[@]}" "${@:2}"
fi
seconds=$1
shift
[ $# -gt 0 ] || set -- archive bytecode document packed profile receipt requirements source worker
for target in "$@"; do
    seeds=("seeds/$target")
    [ ! -d "seeds/regressions/$target" ] || seeds+=("seeds/regressions/$target")
    more=()
    case $target in
        profile) seeds+=(../profiles ../stdlib-manifests/targets) ;;
        # Each is parsed some twenty times: short ones find more.
        source) more=(-max_len=2048 "-seed_inputs=$(printf '%s,' ../src/*/*.py)seeds/make.py") ;;
    esac
    mkdir -p "corpus/$target" found
    echo "fuzz: $target, $seconds seconds"
    "$built/$target" "${limits[@]}" -max_total_time="$seconds" -print_final_stats=1 \
        -artifact_prefix="found/$target-" "${more[@]}" "corpus/$target" "${seeds[@]}"
done
